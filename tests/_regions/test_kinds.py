"""find_kind: the kind of regions that was given, without guessing."""

import numpy as np
import pandas as pd
import pytest

from optimap.trace import extract_traces, regions
from tests._regions import programs
from tests._regions.examples import SQUARE, VIDEO
from tests.errors import check_error


def test_an_array_is_ambiguous_if_the_frame_is_two_pixels_wide():
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
def test_positions_are_recognised(coords):
    np.testing.assert_array_equal(extract_traces(VIDEO, coords, 1)[:, 0], VIDEO[:, 2, 3])


def test_contents_of_files_of_programs_are_read_by_their_paths(tmp_path):
    stat = np.load(programs.suite2p(tmp_path, programs.footprints()), allow_pickle=True)
    for loaded in (stat, list(stat)):
        text = "source holds regions of suite2p: give the path of the file, 'stat.npy'"
        check_error(lambda it=loaded: regions(it), TypeError, "source", text)
    labels = np.zeros((6, 8), np.uint16)
    labels[2, 3] = 1
    loaded = np.load(programs.cellpose(tmp_path / "a_seg.npy", labels), allow_pickle=True)
    for it in (loaded, loaded.item()):
        text = r"source is a dictionary of cellpose: give the path of the file, or its masks alone, \['masks'\]"
        check_error(lambda it=it: regions(it), TypeError, "source", text)
    assert regions(loaded.item()["masks"]).names == ["label_1"]
