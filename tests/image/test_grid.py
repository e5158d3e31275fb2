"""collage: images in a grid."""

import numpy as np
import pytest

from optimap.image import collage
from tests.errors import check_error


def test_images_are_arranged_row_by_row():
    images = [np.full((2, 3), i) for i in (1, 2, 3)]
    expected = np.array([[1, 1, 1, 2, 2, 2]] * 2 + [[3, 3, 3, 0, 0, 0]] * 2)
    np.testing.assert_array_equal(collage(images, ncols=2), expected)


def test_padding_lies_between_images_and_fills_empty_cells():
    images = [np.full((1, 2), i) for i in (1, 2, 3)]
    expected = np.array([[1, 1, 9, 2, 2], [9, 9, 9, 9, 9], [3, 3, 9, 9, 9]])
    np.testing.assert_array_equal(collage(images, 2, 1, 9), expected)


def test_a_single_row_is_as_wide_as_requested():
    assert collage([np.ones((2, 3))]).shape == (2, 18)


def test_colour_images_and_colour_padding():
    images = np.zeros((2, 4, 5, 3), np.uint8)
    result = collage(images, 2, 2, (255, 0, 7))
    assert result.shape == (4, 12, 3)
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result[0, 5], (255, 0, 7))


@pytest.mark.parametrize(
    ("images", "kwargs", "argument", "message"),
    [
        ([], {}, "images", "images is empty"),
        (
            [np.zeros((2, 3)), np.zeros((3, 2))],
            {},
            "images[1]",
            r"images\[1\] has shape \(3, 2\), but images\[0\] has shape \(2, 3\)",
        ),
        ([np.zeros(3)], {}, "images[0]", r"images\[0\] has shape \(3,\)"),
        ([np.zeros((2, 3))], {"ncols": 0}, "ncols", "ncols = 0"),
        ([np.zeros((2, 3))], {"ncols": 2.5}, "ncols", "ncols = 2.5"),
        ([np.zeros((2, 3))], {"padding": -1}, "padding", "padding = -1"),
    ],
)
def test_impossible_collages_are_refused(images, kwargs, argument, message):
    check_error(lambda: collage(images, **kwargs), ValueError, argument, message)
