"""find_kind: the kind of regions that was given, without guessing."""

import numpy as np
import pandas as pd
import pytest

from optimap.trace import extract_traces, regions
from tests._regions.examples import SQUARE, VIDEO


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
