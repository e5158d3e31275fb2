"""find_places: whatever a user points at becomes positions or regions, with the pixels that they cover."""

from pathlib import Path

import numpy as np
import pytest
import roifile

from optimap._regions import Places, find_drawn, find_places, write_positions
from optimap.trace import Regions, extract_traces, regions
from tests._regions.examples import LABELS, VIDEO
from tests.errors import check_error

FRAME = (6, 8)
MASK = np.zeros(FRAME, bool)
MASK[1:3, 2:5] = True
PAINTED = MASK.astype(int)
PAINTED[4:, 6:] = 3
OUTLINE = [(1.5, 0.5), (4.5, 0.5), (4.5, 2.5), (1.5, 2.5)]
DRAWN = roifile.ImagejRoi.frompoints(np.array(OUTLINE) + 0.5, name="square")
RECORDING = np.random.default_rng(0).integers(0, 4096, (5, *FRAME), np.uint16)


def files(folder: Path) -> dict[str, Path]:
    np.save(folder / "mask.npy", MASK)
    np.save(folder / "points.npy", np.array([[1, 2], [3, 4]]))
    DRAWN.tofile(folder / "square.roi")
    write_positions(folder / "points.csv", [(1, 2), (3, 4)])
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize("given", [(3, 4), [3, 4], (3.0, 4.0), np.array([3, 4]), (np.int16(3), 4), (n for n in (3, 4))])
def test_one_position_given_alone_of_any_type(given):
    places = find_places(given, FRAME, size=1)
    assert (len(places), places.single, places.regions, places.names) == (1, True, None, None)
    np.testing.assert_array_equal(places.positions, [[3, 4]])
    assert places.positions.dtype == np.float64
    assert [column.tolist() for column in (places.spans.rows, places.spans.starts, places.spans.stops)] == [
        [4],
        [3],
        [4],
    ]


@pytest.mark.parametrize("size", [0, 1, 2, 5, 40])
@pytest.mark.parametrize("window", ["rect", "pixel", "disc"])
@pytest.mark.parametrize("position", [(0, 0), (7, 5), (4, 3), (-0.4, 5.4), (3.5, 2)])
def test_one_position_has_the_same_spans_alone_and_among_others(position, window, size):
    alone = find_places(position, FRAME, size, window).spans
    among = find_places([position, (2, 2)], FRAME, size, window).spans
    end = among.first[1]
    for column in ("rows", "starts", "stops", "weights"):
        found, wanted = getattr(alone, column), getattr(among, column)[:end]
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found, wanted)
    if among.boxes is not None:
        np.testing.assert_array_equal(alone.boxes, among.boxes[:, :1])


@pytest.mark.parametrize(
    ("given", "names", "single"),
    [
        (MASK, ("region_0",), True),
        (PAINTED, ("label_1", "label_3"), False),
        (MASK.astype(float)[None], ("region_0",), False),
        ([OUTLINE], ("region_0",), False),
        (DRAWN, ("square",), True),
        ([DRAWN, DRAWN], ("square", "square"), False),
        (regions(MASK, names="cell"), ("cell",), True),
    ],
)
def test_regions_of_every_kind(given, names, single):
    places = find_places(given, FRAME)
    assert isinstance(places.regions, Regions)
    assert (places.positions, places.names, places.single, len(places)) == (None, names, single, len(names))
    assert places.spans.names == names
    traces = extract_traces(RECORDING, given)
    assert traces.ndim == (1 if single else 2)
    np.testing.assert_allclose(traces.reshape(5, -1)[:, 0], RECORDING[:, MASK].mean(axis=1))


def test_files_are_treated_as_their_contents(tmp_path):
    made = files(tmp_path)
    for name in ("points.csv", "points.npy"):
        for given in (made[name], str(made[name])):
            places = find_places(given, FRAME)
            assert (places.single, places.regions) == (False, None)
            np.testing.assert_array_equal(places.positions, [[1, 2], [3, 4]])
    assert find_places(made["mask.npy"], FRAME).names == ("region_0",)
    assert find_places(made["square.roi"], FRAME).names == ("square",)
    np.testing.assert_array_equal(
        extract_traces(RECORDING, made["points.csv"]), extract_traces(RECORDING, [(1, 2), (3, 4)])
    )
    assert regions(made["points.csv"]).names == ["x1_y2", "x3_y4"]


def test_weights_are_those_requested():
    assert not find_places(MASK, FRAME).spans.sums
    assert find_places(MASK, FRAME, weights="sum").spans.sums
    assert find_places((1, 2), FRAME, weights="sum").spans.sums
    summed = regions(MASK, weights="sum")
    assert find_places(summed, FRAME).spans.sums
    assert not find_places(summed, FRAME, weights="mean").spans.sums


def test_without_a_frame_spans_are_not_clipped_at_the_right_and_the_bottom():
    places = find_places([(100, 200)], None, size=3)
    np.testing.assert_array_equal(places.spans.rows, [199, 200, 201])
    assert find_places((-50, 3), None).positions.tolist() == [[-50, 3]]
    assert find_places(np.array([[1, 2], [3, 4]]), None).positions.tolist() == [[1, 2], [3, 4]]
    assert find_places([OUTLINE], None).spans.rows.tolist() == [1, 2]


def test_places_cannot_be_changed():
    places = find_places((1, 2), FRAME)
    assert isinstance(places, Places)
    with pytest.raises(AttributeError, match="single"):
        places.single = False


def test_drawn_positions_may_lie_outside_the_picture_but_regions_may_not():
    assert find_drawn((100, 2), FRAME, "positions").positions.tolist() == [[100, 2]]
    assert find_drawn(MASK, FRAME, "positions").names == ("region_0",)
    with pytest.raises(ValueError, match="lies wholly outside the frame"):
        find_drawn([[(20, 20), (30, 20), (30, 30)]], FRAME, "positions")


@pytest.mark.parametrize(
    ("kwargs", "error", "argument", "message"),
    [
        ({"weights": "median"}, ValueError, "weights", "weights = 'median': it must be 'mean' or 'sum'"),
        ({"weights": 1}, ValueError, "weights", "weights = 1"),
        ({"size": -1}, ValueError, "size", "size = -1"),
        ({"window": "star"}, ValueError, "window", "window = 'star'"),
        (
            {"coords": [regions(LABELS)]},
            TypeError,
            "coords[0]",
            r"coords\[0\] is a set of regions, <Regions .*: give one set",
        ),
        ({"background": True}, TypeError, "background", "background = True"),
        ({"background": np.nan}, ValueError, "background", "background = nan: it must be finite"),
        ({"background": [(0, 0), (1, 1)]}, ValueError, "background", "background holds 2 regions for 3 traces"),
        ({"background": (9, 0)}, ValueError, "background", r"background = \(x=9, y=0\) is outside the frame"),
        ({"background": LABELS == 9}, ValueError, "background", "background: region 0 .* is empty"),
        ({"background": 3, "background_factor": np.inf}, ValueError, "background_factor", "background_factor = inf"),
        ({"background": 3, "background_factor": "1"}, ValueError, "background_factor", "background_factor = '1'"),
        (
            {"background_factor": 0.7},
            ValueError,
            "background_factor",
            "background_factor = 0.7 is given without a background",
        ),
    ],
)
def test_wrong_arguments_are_errors(kwargs, error, argument, message):
    check_error(lambda: extract_traces(VIDEO, **{"coords": LABELS, **kwargs}), error, argument, message)


def test_a_background_is_subtracted():
    cell, behind = LABELS == 7, LABELS == 2
    background = VIDEO[:, behind].mean(axis=1)
    np.testing.assert_array_equal(
        extract_traces(VIDEO, cell, background=behind), VIDEO[:, cell].mean(axis=1) - background
    )
    np.testing.assert_allclose(
        extract_traces(VIDEO, LABELS, background=behind, background_factor=0.7),
        extract_traces(VIDEO, LABELS) - 0.7 * background[:, None],
        rtol=1e-14,
    )
    np.testing.assert_array_equal(
        extract_traces(VIDEO, LABELS, background=100, background_factor=2), extract_traces(VIDEO, LABELS) - 200
    )
    np.testing.assert_array_equal(
        extract_traces(VIDEO, [(3, 2), (1, 1)], 3, background=(5, 4)),
        extract_traces(VIDEO, [(3, 2), (1, 1)], 3) - extract_traces(VIDEO, [(5, 4)], 3),
    )
    np.testing.assert_array_equal(
        extract_traces(VIDEO, [(3, 2), (1, 1)], background=behind),
        extract_traces(VIDEO, [(3, 2), (1, 1)]) - background[:, None],
    )


def test_an_array_of_one_number_is_a_background():
    np.testing.assert_array_equal(
        extract_traces(VIDEO, LABELS, background=np.array(100)), extract_traces(VIDEO, LABELS, background=100)
    )


def test_a_background_for_each_region():
    around = np.stack([LABELS == 30, LABELS == 2, LABELS == 7])
    np.testing.assert_array_equal(
        extract_traces(VIDEO, LABELS, background=around),
        extract_traces(VIDEO, LABELS) - extract_traces(VIDEO, around),
    )


def test_a_background_is_subtracted_before_rounding():
    # Means whose difference is lost in float32.
    video = np.zeros((1, 2, 3), np.float32)
    video[0, 0, :2] = 2.0**24, 2.0**24 + 2
    video[0, 1] = 2.0**24
    trace = extract_traces(
        video, [np.array([[True, True, False], [False] * 3])], background=np.array([[False] * 3, [True] * 3])
    )
    assert trace.dtype == np.float32
    np.testing.assert_array_equal(trace, [[1.0]])


def test_errors_about_what_is_in_a_file_name_the_file(tmp_path):
    path, video = tmp_path / "at.csv", RECORDING
    path.write_text("x,y\n2,3\n50,1\n")
    np.save(tmp_path / "mask.npy", np.ones((9, 9), bool))
    roifile.ImagejRoi.frompoints(np.array(OUTLINE) + 90).tofile(tmp_path / "far.roi")
    wrong = {"at.csv": "is outside the frame", "mask.npy": "has shape", "far.roi": "lies wholly outside"}
    for name, problem in wrong.items():
        given = tmp_path / name
        with pytest.raises(ValueError, match=problem) as caught:
            extract_traces(video, given)
        assert str(caught.value).startswith(str(given))
