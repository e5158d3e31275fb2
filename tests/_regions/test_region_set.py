"""Regions: masks, labels, weights, polygons become the right pixels, and traces that the oracle gives, too."""

import h5py
import numpy as np
import pandas as pd
import pytest
import roifile
from hypothesis import assume, given
from hypothesis import strategies as st

from optimap._reading import blocks as video_module
from optimap.trace import Regions, extract_traces, regions
from tests import oracles
from tests.strategies import videos

VIDEO = np.random.default_rng(0).integers(0, 65536, (12, 6, 7), dtype=np.uint16)
LABELS = np.zeros((6, 7), int)
LABELS[1:3, 1:4], LABELS[4:, 2:], LABELS[0, 5:] = 7, 2, 30
ROI = roifile.ImagejRoi.frompoints([[1, 1], [4, 1], [4, 4]])
TRIANGLE = [(0.5, 0.5), (5.5, 0.5), (0.5, 4.5)]
SQUARE = [(1, 1), (4, 1), (4, 4), (1, 4)]


def painted(found, shape=(6, 7)):
    """Return each region as an image of its weights."""
    images = np.zeros((len(found), *shape))
    for i, image in enumerate(images):
        x, y, weight = found.pixels(i)
        np.add.at(image, (y, x), weight)
    return images


def masks(found, shape=(6, 7)):
    return painted(found, shape) != 0


# What counts


def test_a_mask_is_the_mean_of_its_pixels():
    mask = LABELS == 7
    trace = extract_traces(VIDEO, mask)
    assert trace.shape == (12,)
    np.testing.assert_array_equal(trace, VIDEO[:, mask].mean(axis=1))
    np.testing.assert_array_equal(trace, VIDEO[:, 1:3, 1:4].mean(axis=(1, 2)))


def test_labels_give_one_trace_each_in_their_order():
    traces = extract_traces(VIDEO, LABELS)
    assert traces.shape == (12, 3)
    for trace, label in zip(traces.T, (2, 7, 30), strict=True):
        np.testing.assert_array_equal(trace, VIDEO[:, label == LABELS].mean(axis=1))
    assert regions(LABELS).names == ["label_2", "label_7", "label_30"]


@pytest.mark.parametrize("dtype", ["u1", "i2", ">i4", "u8", "f4", "f8"])
def test_labels_of_any_dtype(dtype):
    np.testing.assert_array_equal(extract_traces(VIDEO, LABELS.astype(dtype)), extract_traces(VIDEO, LABELS))


def test_one_label_is_not_alone_and_no_label_is_none():
    assert extract_traces(VIDEO, (LABELS == 2) * 5).shape == (12, 1)
    assert extract_traces(VIDEO, np.zeros((6, 7), int)).shape == (12, 0)
    assert extract_traces(VIDEO, np.zeros((0, 6, 7))).shape == (12, 0)


def test_a_stack_of_masks_may_overlap():
    first, second = np.zeros((2, 6, 7), bool)
    first[1:4, 1:5], second[2:6, 3:] = True, True
    assert (first & second).any()
    for stack in (np.stack([first, second]), [first, second], np.stack([first, second]) * np.uint8(255)):
        traces = extract_traces(VIDEO, stack)
        np.testing.assert_array_equal(traces[:, 0], VIDEO[:, first].mean(axis=1))
        np.testing.assert_array_equal(traces[:, 1], VIDEO[:, second].mean(axis=1))


def test_weights_are_scaled_to_sum_1_unless_sums_are_wanted():
    weights = np.random.default_rng(1).normal(size=(2, 6, 7)) + 1
    weights[:, :2] = 0
    expected = np.tensordot(VIDEO.astype(float), weights, axes=([1, 2], [1, 2]))
    np.testing.assert_allclose(extract_traces(VIDEO, weights, weights="sum"), expected, rtol=1e-12)
    np.testing.assert_allclose(extract_traces(VIDEO, weights), expected / weights.sum(axis=(1, 2)), rtol=1e-12)
    assert (weights < 0).any()
    alone = regions(weights[0], kind="stack")
    np.testing.assert_array_equal(extract_traces(VIDEO, alone), extract_traces(VIDEO, weights)[:, 0])


def test_sums_of_masks_windows_and_region_sets():
    mask = LABELS == 7
    np.testing.assert_array_equal(extract_traces(VIDEO, mask, weights="sum"), VIDEO[:, mask].sum(axis=1, dtype=float))
    box = VIDEO[:, 1:4, 2:5].sum(axis=(1, 2), dtype=float)
    np.testing.assert_array_equal(extract_traces(VIDEO, (3, 2), 3, weights="sum"), box)
    summed = regions(mask, weights="sum")
    np.testing.assert_array_equal(extract_traces(VIDEO, summed), VIDEO[:, mask].sum(axis=1, dtype=float))
    np.testing.assert_array_equal(extract_traces(VIDEO, summed, weights="mean"), extract_traces(VIDEO, mask))


def test_weights_of_0_keep_nan_out():
    video = VIDEO.astype(float)
    video[3, 5, 6] = np.nan
    weights = np.ones((1, 6, 7))
    weights[0, 5, 6] = 0
    assert np.isfinite(extract_traces(video, weights)).all()
    weights[0, 5, 6] = 1e-9
    assert np.isnan(extract_traces(video, weights)[3, 0])


def test_one_polygon_given_alone_is_said_so():
    alone = regions(SQUARE, kind="polygons")
    assert alone.single
    assert extract_traces(VIDEO, alone).shape == (12,)
    assert extract_traces(VIDEO, [SQUARE]).shape == (12, 1)
    assert extract_traces(VIDEO, [SQUARE, TRIANGLE]).shape == (12, 2)
    np.testing.assert_array_equal(extract_traces(VIDEO, alone), VIDEO[:, 1:4, 1:4].mean(axis=(1, 2)))


# Traces equal the oracle, on every kind of video


@given(st.data(), st.booleans())
def test_labels_equal_a_loop_over_masks_on_any_video(data, reverse):
    video = data.draw(videos())
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    labels = rng.integers(0, 4, video.shape[1:]) * 3
    assume(labels.any())
    labels = labels[::-1, ::-1] if reverse else labels
    if labels.shape[1] == 2:
        traces = extract_traces(video, regions(labels, kind="labels"))
    else:
        traces = extract_traces(video, labels)
    plain = video.astype(np.float64) if video.dtype.kind == "f" else video
    scale = np.abs(plain.astype(float)).max()
    tight = 1e-7 if traces.dtype == np.float32 else 1e-14
    assert traces.dtype == (np.float32 if video.dtype.kind == "f" and video.dtype.itemsize <= 4 else np.float64)
    for trace, label in zip(traces.T, np.unique(labels[labels > 0]), strict=True):
        expected = oracles.weighted(plain, labels == label)
        np.testing.assert_allclose(trace, expected, rtol=tight, atol=tight * scale)
        np.testing.assert_array_equal(trace, extract_traces(video, labels == label))


@given(st.integers(0, 2**32), st.sampled_from(["propagate", "omit"]), st.booleans())
def test_weights_equal_the_oracle_with_nan_too(seed, policy, as_sums):
    rng = np.random.default_rng(seed)
    video = rng.normal(size=(4, 5, 6))
    video[rng.random(video.shape) < 0.1] = np.nan
    weights = rng.integers(0, 4, (2, 5, 6)) / 4
    weights[:, 2, 2] = 1
    traces = extract_traces(video, weights, nan_policy=policy, weights="sum" if as_sums else "mean")
    for trace, image in zip(traces.T, weights, strict=True):
        expected = oracles.weighted(video, image, policy == "omit", as_sums)
        np.testing.assert_allclose(trace, expected, rtol=1e-12, atol=1e-12)


def test_nan_that_is_not_wanted_names_the_region():
    video = VIDEO.astype(float)
    video[4, 5, 5] = np.nan
    with pytest.raises(ValueError, match=r"NaN in frame 4 within region 0 \('label_2'\)"):
        extract_traces(video, LABELS, nan_policy="raise")


def test_recordings_larger_than_a_block(tmp_path, monkeypatch):
    from optimap.video import open_video

    monkeypatch.setattr(video_module, "BLOCK_BYTES", 5 * VIDEO[0].nbytes)
    expected = extract_traces(VIDEO.copy(), LABELS)
    np.save(tmp_path / "v.npy", VIDEO)
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file["video"] = VIDEO
        np.testing.assert_array_equal(extract_traces(file["video"], LABELS), expected)
    np.testing.assert_array_equal(extract_traces(np.load(tmp_path / "v.npy", mmap_mode="r"), LABELS), expected)
    for name in ("v.npy", "v.h5"):
        with open_video(tmp_path / name) as recording:
            np.testing.assert_array_equal(extract_traces(recording, LABELS), expected)


# Nothing is guessed


def test_a_frame_two_pixels_wide_asks_which_is_meant():
    video = np.arange(2 * 5 * 2).reshape(2, 5, 2)
    two = np.array([[0, 1], [1, 0], [0, 3], [1, 1], [0, 2]])
    with pytest.raises(ValueError, match=r"could be positions or a label image.*regions\(coords, kind='positions'\)"):
        extract_traces(video, two)
    np.testing.assert_array_equal(
        extract_traces(video, regions(two, kind="positions", size=1)), extract_traces(video, two.tolist(), 1)
    )
    assert extract_traces(video, regions(two, kind="labels")).shape == (2, 3)
    assert extract_traces(video, two[:4], 1).shape == (2, 4)  # not the frame's shape: positions
    assert extract_traces(video, two.tolist(), 1).shape == (2, 5)  # lists are never images
    assert extract_traces(video, two.astype(bool)).shape == (2,)  # positions are not bool
    stack = np.stack([two, two + 1])
    for coords in (stack, list(stack), stack.astype(float)):
        with pytest.raises(ValueError, match="could be polygons or a stack of images"):
            extract_traces(video, coords)
    assert extract_traces(video, regions(stack, kind="stack")).shape == (2, 2)
    with pytest.raises(ValueError, match="frame_shape is not given"):
        regions(two)
    assert regions(two, (9, 9)).names == ["x0_y1", "x1_y0", "x0_y3", "x1_y1", "x0_y2"]


@pytest.mark.parametrize(
    "coords",
    [
        np.array([SQUARE, SQUARE], float),
        [SQUARE, SQUARE],
        [np.array(SQUARE), SQUARE],
        (tuple(SQUARE), tuple(SQUARE)),
        iter([SQUARE, SQUARE]),
        [[np.array(v) for v in SQUARE], SQUARE],
    ],
)
def test_polygons_in_any_sequence(coords):
    np.testing.assert_array_equal(
        extract_traces(VIDEO, coords), VIDEO[:, 1:4, 1:4].mean(axis=(1, 2))[:, None].repeat(2, 1)
    )


@pytest.mark.parametrize(
    "coords", [[(3, 2)], np.array([[3, 2]]), [np.array([3, 2])], iter([(3, 2)]), pd.DataFrame({"x": [3], "y": [2]})]
)
def test_positions_are_still_positions(coords):
    np.testing.assert_array_equal(extract_traces(VIDEO, coords, 1)[:, 0], VIDEO[:, 2, 3])


def test_a_mask_may_hold_numbers_where_it_is_called_a_mask():
    numbers = np.where(LABELS == 7, 255, 0).astype(np.uint8)
    np.testing.assert_array_equal(
        extract_traces(VIDEO, regions(numbers, kind="mask")), extract_traces(VIDEO, LABELS == 7)
    )
    np.testing.assert_array_equal(
        extract_traces(VIDEO, regions((LABELS == 7).tolist(), kind="mask")), extract_traces(VIDEO, LABELS == 7)
    )


FAR = [(20, 20), (25, 20), (25, 25)]
THIN = [(1.1, 0), (1.2, 0), (1.2, 5), (1.1, 5)]


@pytest.mark.parametrize(
    ("coords", "message"),
    [
        (np.zeros((6, 7), bool), r"coords: region 0 \('region_0'\) is empty"),
        (np.stack([LABELS == 2, LABELS == 3]), r"region 1 \('region_1'\) is empty"),
        ([SQUARE, FAR], r"coords: region 1 \('region_1'\) lies wholly outside the frame \(width 7, height 6\)"),
        ([SQUARE, [(x - 30, y - 30) for x, y in SQUARE]], "region 1 .* lies wholly outside"),
        ([SQUARE, [(x, y - 30) for x, y in SQUARE]], "region 1 .* lies wholly outside"),
        ([SQUARE, THIN], r"region 1 \('region_1'\) is empty: it does not contain the centre of any pixel"),
        ([SQUARE, SQUARE[:2]], r"coords\[1\] has 2 vertices: a polygon needs at least 3"),
        ([SQUARE, [(0, 0), (np.nan, 1), (2, 2)]], r"coords\[1\]\[1\] = \(x=nan, y=1.0\) is not finite"),
        ([SQUARE, [(0, 0), (1e12, 1), (2, 2)]], r"coords\[1\]\[1\] .* is too far from any frame"),
        ([SQUARE, [(0, 0), (1, 1, 1), (2, 2)]], r"coords\[1\] is not a polygon"),
        ([SQUARE, [(0, 0, 0), (1, 1, 1), (2, 2, 2)]], r"coords\[1\] has shape \(3, 3\): a polygon is \(M, 2\)"),
        (
            np.where(LABELS == 7, 0.5, LABELS),
            r"coords\[1, 1\] = 0.5 \(x=1, y=1\) is not a label.*is a stack of one",
        ),
        (np.where(LABELS == 30, np.nan, LABELS), r"coords\[0, 5\] = nan \(x=5, y=0\) is not a label"),
        (LABELS - 1, r"coords\[0, 0\] = -1 \(x=0, y=0\) is not a label: .* 0 for the background"),
        (np.where(LABELS == 7, np.inf, 1.0)[None], r"coords\[0\]\[1, 1\] = inf .*weights must be finite"),
        (np.where(LABELS == 7, 3.0, -1.0)[None] * (np.arange(7) < 0), "is empty"),
        (np.stack([np.ones((6, 7)), np.sign(np.arange(42) - 20.5).reshape(6, 7)]), "weights of region 1 .* sum to 0"),
        (LABELS.T, r"coords has shape \(7, 6\): masks, labels and weights have the shape of the frame, \(6, 7\)"),
        ((LABELS > 0).T, r"coords has shape \(7, 6\)"),
        (np.zeros((3, 7, 6)), r"coords has shape \(3, 7, 6\)"),
        ([np.ones((6, 7)), np.ones((6, 8))], r"coords\[1\] has shape \(6, 8\), but coords\[0\] has shape \(6, 7\)"),
        (regions(LABELS[:5]), r"coords belong to frames of shape \(5, 7\) \(H, W\): these frames are \(6, 7\)"),
        (regions([SQUARE], (9, 9)), r"coords belong to frames of shape \(9, 9\)"),
        (np.ma.masked_equal(LABELS, 2), "coords has masked entries"),
        ("nope.zip", "nope.zip does not exist"),
    ],
)
def test_wrong_regions_are_named_before_any_work(coords, message):
    class Untouchable:
        shape, dtype = VIDEO.shape, VIDEO.dtype

        def __getitem__(self, key):
            raise AssertionError("pixels are read")

    with pytest.raises((ValueError, FileNotFoundError), match=message):
        extract_traces(Untouchable(), coords)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"weights": "median"}, ValueError, "weights = 'median': it must be 'mean' or 'sum'"),
        ({"weights": 1}, ValueError, "weights = 1"),
        ({"size": -1}, ValueError, "size = -1"),
        ({"window": "star"}, ValueError, "window = 'star'"),
        ({"coords": [regions(LABELS)]}, TypeError, r"coords\[0\] is a set of regions, <Regions .*: give one set"),
        ({"background": True}, TypeError, "background = True"),
        ({"background": np.nan}, ValueError, "background = nan: it must be finite"),
        ({"background": [(0, 0), (1, 1)]}, ValueError, "background holds 2 regions for 3 traces"),
        ({"background": (9, 0)}, ValueError, r"background = \(x=9, y=0\) is outside the frame"),
        ({"background": LABELS == 9}, ValueError, "background: region 0 .* is empty"),
        ({"background": 3, "background_factor": np.inf}, ValueError, "background_factor = inf"),
        ({"background": 3, "background_factor": "1"}, ValueError, "background_factor = '1'"),
        ({"background_factor": 0.7}, ValueError, "background_factor = 0.7 is given without a background"),
    ],
)
def test_wrong_arguments_are_named(kwargs, error, message):
    with pytest.raises(error, match=message):
        extract_traces(VIDEO, **{"coords": LABELS, **kwargs})


@pytest.mark.parametrize(
    ("source", "kwargs", "error", "message"),
    [
        (LABELS, {"kind": "circle"}, ValueError, "kind = 'circle': it must be one of 'mask', 'labels'"),
        (LABELS, {"frame_shape": (6, 7, 3)}, ValueError, r"frame_shape = \(6, 7, 3\): give \(H, W\)"),
        (LABELS, {"frame_shape": (6, 0)}, ValueError, "frame_shape = 0"),
        (LABELS, {"names": ["a"]}, ValueError, "names has 1 entry for 3 regions"),
        (LABELS, {"kind": "polygons"}, ValueError, r"source has shape \(6, 7\): a polygon is \(M, 2\)"),
        (VIDEO, {"kind": "labels"}, ValueError, r"kind 'labels' is an array of shape \(H, W\)"),
        (LABELS.astype(complex), {"kind": "labels"}, TypeError, "complex128"),
        ([[1, 2], [3]], {"kind": "labels"}, ValueError, "rows differ in length"),
        ([3], {"kind": "imagej"}, TypeError, r"source\[0\] = 3 is not a region of roifile"),
        (None, {}, TypeError, "source = None"),
        ("a.xyz", {}, ValueError, "a.xyz has an unknown suffix '.xyz': regions are read from .roi .zip .png"),
        (regions(LABELS), {}, TypeError, "is a set of regions already"),
        (
            [LABELS > 0, SQUARE],
            {},
            TypeError,
            r"source\[1\] is a polygon \(M, 2\), but source\[0\] is an image.*column_stack",
        ),
        ([SQUARE, LABELS > 0], {}, TypeError, r"source\[1\] is an image \(H, W\), but source\[0\] is a polygon"),
        ([ROI, LABELS > 0], {}, TypeError, r"source\[1\] is an image \(H, W\), but source\[0\] is a region of roifile"),
        ([SQUARE, (1, 2)], {}, TypeError, r"source\[1\] is neither an image \(H, W\) nor a polygon"),
        ([LABELS > 0, None], {}, TypeError, r"source\[1\] is neither an image \(H, W\) nor a polygon"),
        ([(1, 2), LABELS], {}, ValueError, r"source\[1\] = an array of shape \(6, 7\) is not a position"),
        ([[LABELS]], {}, ValueError, r"source\[0\] is nested 3 deep: a polygon is \(M, 2\)"),
        (["a.roi", "b.roi"], {}, TypeError, r"source\[0\] = 'a.roi' is text in a list: give one path alone"),
        ({"a": LABELS > 0}, {}, TypeError, r"source is a dict: .*list\(source.values\(\)\), names=list\(source\)"),
        ({"a": LABELS > 0}, {"kind": "stack"}, TypeError, "source is a dict"),
        ({(1, 2), (3, 4)}, {}, TypeError, "source is a set, which has no order"),
        (LABELS, {"names": ["a", None, "b"]}, TypeError, r"names\[1\] = None is not text"),
        (LABELS, {"names": {"a": 1}}, TypeError, "names = {'a': 1}: give text"),
        (True, {}, TypeError, "source = True: give one position .*, or regions, as optimap.trace.regions takes them"),
        (LABELS, {"names": 3}, TypeError, "names = 3: give text, or a sequence of text"),
    ],
)
def test_what_makes_no_regions_is_named(source, kwargs, error, message):
    with pytest.raises(error, match=message):
        regions(source, **kwargs)


# Backgrounds


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


def test_a_background_for_each_region():
    around = np.stack([LABELS == 30, LABELS == 2, LABELS == 7])
    np.testing.assert_array_equal(
        extract_traces(VIDEO, LABELS, background=around),
        extract_traces(VIDEO, LABELS) - extract_traces(VIDEO, around),
    )


def test_a_background_is_subtracted_before_rounding():
    # Means that differ in a digit that float32 does not have.
    video = np.zeros((1, 2, 3), np.float32)
    video[0, 0, :2] = 2.0**24, 2.0**24 + 2
    video[0, 1] = 2.0**24
    trace = extract_traces(
        video, [np.array([[True, True, False], [False] * 3])], background=np.array([[False] * 3, [True] * 3])
    )
    assert trace.dtype == np.float32
    np.testing.assert_array_equal(trace, [[1.0]])


# Regions as a thing


def test_regions_know_their_pixels_and_centres():
    found = regions(LABELS)
    x, y, weight = found.pixels(1)
    assert sorted(zip(x.tolist(), y.tolist(), strict=True)) == [(c, r) for c in (1, 2, 3) for r in (1, 2)]
    np.testing.assert_allclose(weight, 1 / 6)
    np.testing.assert_allclose(found.centers(), [(4, 4.5), (2, 1.5), (5.5, 0)])
    weights = np.zeros((1, 6, 7))
    weights[0, 2, 1], weights[0, 2, 5] = 1, 3
    np.testing.assert_allclose(regions(weights).centers(), [(4, 2)])
    np.testing.assert_array_equal(regions(weights).pixels(0)[2], [0.25, 0.75])
    np.testing.assert_array_equal(regions(weights, weights="sum").pixels(-1)[2], [1, 3])
    with pytest.raises(IndexError, match=r"regions\[3\]: there are 3 regions, 0 to 2"):
        found.pixels(3)
    assert regions(np.zeros((6, 7), int)).centers().shape == (0, 2)


def test_regions_are_chosen_by_number_and_by_name():
    found = regions(LABELS, names=["a", "b", "c"])
    assert isinstance(found, Regions)
    assert len(found) == 3
    every = extract_traces(VIDEO, found)
    np.testing.assert_array_equal(extract_traces(VIDEO, found["b"]), every[:, 1])
    np.testing.assert_array_equal(extract_traces(VIDEO, found[-1]), every[:, 2])
    np.testing.assert_array_equal(extract_traces(VIDEO, found[:2]), every[:, :2])
    np.testing.assert_array_equal(extract_traces(VIDEO, found[[2, 0, 2]]), every[:, [2, 0, 2]])
    np.testing.assert_array_equal(extract_traces(VIDEO, found[[True, False, True]]), every[:, [0, 2]])
    assert found[[2, 0]][1:].names == ["a"]
    assert [r.names for r in found] == [["a"], ["b"], ["c"]]
    assert found[["c", 0, "a"]].names == found[np.array(["c", "a", "a"])].names == ["c", "a", "a"]
    assert found[np.array(1)].single
    assert len(found[[]]) == 0
    np.testing.assert_array_equal(found.pixels("c"), found.pixels(-1))
    assert repr(found) == "<Regions in frames of 6 x 7: 'a', 'b', 'c'>"


@pytest.mark.parametrize(
    ("which", "error", "message"),
    [
        ("d", KeyError, "there is no region named 'd'; names are 'a', 'b', 'b'"),
        (["a", "d"], KeyError, "there is no region named 'd'"),
        ("b", KeyError, "2 regions are named 'b'; choose by number, these are 1, 2"),
        (3, IndexError, r"regions\[3\]: there are 3 regions, 0 to 2"),
        ([0, -4], IndexError, r"regions\[-4\]: there are 3 regions"),
        ([True, False], IndexError, "holds True or False 2 times: there are 3 regions"),
        (1.0, TypeError, r"regions\[1.0\]: regions are chosen by number, name, slice, a list of numbers or names"),
        (True, TypeError, r"regions\[True\]: regions are chosen by"),
        ({0, 1}, TypeError, r"regions\[\{0, 1\}\]: regions are chosen by"),
        (slice("a", "b"), TypeError, "the ends of a slice are whole numbers"),
    ],
)
def test_an_index_that_means_no_region_is_named(which, error, message):
    with pytest.raises(error, match=message):
        regions(LABELS, names=["a", "b", "b"])[which]


def test_nothing_is_chosen_from_no_regions():
    with pytest.raises(IndexError, match=r"regions\[0\]: there are no regions"):
        regions(LABELS * 0)[0]


def test_outlines_go_with_frames_of_any_size():
    found = regions([SQUARE, [(4, 4), (30, 4), (30, 30), (4, 30)]])
    assert found.frame_shape is None
    np.testing.assert_allclose(found.centers(), [(2, 2), (16.5, 16.5)])
    for shape in ((6, 7), (40, 40), (6, 7)):
        video = np.random.default_rng(0).integers(0, 99, (3, *shape))
        expected = np.stack([video[:, 1:4, 1:4].mean(axis=(1, 2)), video[:, 4:30, 4:30].mean(axis=(1, 2))], axis=1)
        np.testing.assert_array_equal(extract_traces(video, found), expected)


def test_regions_of_positions_are_their_windows():
    where = [(3, 2), (1.25, 4.5), (0, 0)]
    for window in ("rect", "disc", "pixel"):
        found = regions(where, size=3, window=window)
        np.testing.assert_array_equal(extract_traces(VIDEO, found), extract_traces(VIDEO, where, 3, window=window))
    with pytest.raises(ValueError, match=r"coords\[0\] = \(x=9, y=2\) is outside"):
        extract_traces(VIDEO, [(9, 2)])
    with pytest.raises(ValueError, match=r"\(x=9, y=2\) is outside"):
        extract_traces(VIDEO, regions([(9, 2)]))


def test_weights_too_large_to_add_up_have_a_mean():
    video = np.arange(24.0).reshape(1, 4, 6)
    mask = np.zeros((2, 4, 6))
    mask[0, 1, 1:4], mask[1, 1, 1:4] = 1e308, (1e308, 5e307, 5e307)
    np.testing.assert_allclose(extract_traces(video, mask), [[8, (7 * 2 + 8 + 9) / 4]])
