"""Positions placed by a rule: at random, on a line, on a grid, in a collage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap._regions import grid_positions
from optimap.image import collage
from optimap.trace import collage_positions, positions_from_A_to_B, random_positions
from tests.errors import check_error


@given(st.integers(1, 8), st.integers(1, 8), st.data())
def test_random_positions_are_different_pixels_of_the_frame(height, width, data):
    count = data.draw(st.integers(0, height * width))
    positions = random_positions((height, width), count, rng=1)
    assert len(set(positions)) == count
    assert all(type(x) is int and type(y) is int and 0 <= x < width and 0 <= y < height for x, y in positions)


@given(st.integers(0, 2**32))
def test_random_positions_lie_in_the_mask(seed):
    mask = np.random.default_rng(seed).random((5, 8)) < 0.4
    mask[0, 7] = True
    positions = random_positions(mask, int(mask.sum()), rng=seed)
    assert {(x, y) for y, x in np.argwhere(mask).tolist()} == set(positions)


@pytest.mark.parametrize("shape", [(3, 5), [3, 5], np.array([3, 5]), np.zeros((9, 3, 5)).shape[1:]])
def test_a_shape_may_be_any_two_numbers(shape):
    assert len(random_positions(shape, 15)) == 15


def test_random_positions_repeat_with_the_seed_and_differ_without():
    assert random_positions((99, 99), 20, rng=3) == random_positions((99, 99), 20, rng=3)
    assert random_positions((999, 999), 20) != random_positions((999, 999), 20)
    assert random_positions((9, 9), 5, rng=np.random.default_rng(3)) == random_positions((9, 9), 5, rng=3)


@pytest.mark.parametrize(
    ("shape", "count", "argument", "message"),
    [
        ((2, 3), 7, "N", "N = 7 is more than the 6 pixels of a frame of 2 x 3: give 6 or fewer"),
        (np.zeros((2, 3)), 1, "shape_or_mask", "empty mask"),
        (np.eye(3), 4, "N", "N = 4 is more than the 3 pixels of the mask"),
        ((2, 3), -1, "N", "N = -1"),
        ((2, 3), 1.5, "N", "N = 1.5"),
        ((2, 3, 4), 1, "shape_or_mask", r"shape \(3,\): give a frame shape"),
        ((2.5, 3), 1, "shape_or_mask", "shape_or_mask = 2.5"),
        ((0, 3), 1, "shape_or_mask", "shape_or_mask = 0"),
    ],
)
def test_impossible_random_positions_are_refused(shape, count, argument, message):
    check_error(lambda: random_positions(shape, count), ValueError, argument, message)


@given(st.integers(2, 40), *[st.tuples(st.integers(-50, 50), st.integers(-50, 50))] * 2)
def test_line_runs_evenly_from_A_to_B(count, start, end):
    exact = positions_from_A_to_B(count, start, end, as_integers=False)
    assert len(exact) == count
    assert (exact[0], exact[-1]) == (tuple(map(float, start)), tuple(map(float, end)))
    np.testing.assert_allclose(np.diff(exact, axis=0), np.tile(np.subtract(end, start) / (count - 1), (count - 1, 1)))
    pixels = positions_from_A_to_B(count, start, end)
    assert all(type(c) is int for position in pixels for c in position)
    assert (pixels[0], pixels[-1]) == (start, end)
    np.testing.assert_array_less(np.abs(np.subtract(pixels, exact)), 0.5 + 1e-9)


def test_halves_go_to_the_pixel_that_begins_there():
    assert positions_from_A_to_B(3, (0, 0), (5, 1)) == [(0, 0), (3, 1), (5, 1)]
    assert positions_from_A_to_B(3, (0, 0), (-5, 9)) == [(0, 0), (-2, 5), (-5, 9)]


@pytest.mark.parametrize(
    ("args", "argument", "message"),
    [
        ((1, (0, 0), (1, 1)), "N", "N = 1.* 2 or more"),
        ((2.5, (0, 0), (1, 1)), "N", "N = 2.5"),
        ((2, (0, 0, 0), (1, 1)), "A", r"A = \(0, 0, 0\)"),
        ((2, (0, 0), [(1, 1)]), "B", r"B = \[\(1, 1\)\] is not one position"),
        ((2, (0, np.nan), (1, 1)), "A", "A .* not finite"),
    ],
)
def test_an_impossible_line_is_refused(args, argument, message):
    check_error(lambda: positions_from_A_to_B(*args), ValueError, argument, message)


@given(st.integers(1, 8), st.integers(1, 4), st.integers(0, 3), st.integers(2, 5), st.integers(2, 6))
def test_collage_positions_fall_where_collage_puts_the_images(count, ncols, padding, height, width):
    rng = np.random.default_rng(count)
    images, positions = [], []
    for i in range(count):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        image = np.zeros((height, width), int)
        image[y, x] = i + 1
        images.append(image)
        positions.append([(x, y)])
    canvas = collage(images, ncols, padding)
    for i, (x, y) in enumerate(collage_positions(positions, (height, width), ncols, padding=padding)):
        assert canvas[y, x] == i + 1


def test_collage_positions_leaves_its_input_alone_and_takes_what_users_have():
    arrays = [np.array([[1, 2], [3, 4]]), np.empty((0, 2)), np.array([0.5, 1.5])]
    before = [a.copy() for a in arrays]
    moved = collage_positions(arrays, (10, 20, 3), ncols=2)
    assert moved == [(1, 2), (3, 4), (0.5, 11.5)]
    assert all(isinstance(p, tuple) for p in moved)
    assert [type(c) for c in moved[0]] == [int, int]
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize(
    ("kwargs", "argument", "message"),
    [
        ({"ncols": 0}, "ncols", "ncols = 0"),
        ({"padding": -1}, "padding", "padding = -1"),
        ({"ncols": 1.5}, "ncols", "ncols"),
    ],
)
def test_an_impossible_collage_is_refused(kwargs, argument, message):
    check_error(lambda: collage_positions([[(1, 2)]], (10, 20), **kwargs), ValueError, argument, message)


def test_collage_positions_outside_their_image_are_refused():
    message = r"positions\[1\] = \(x=20, y=0\) is outside"
    check_error(lambda: collage_positions([(0, 0), (20, 0)], (10, 20)), ValueError, "positions[1]", message)
    check_error(lambda: collage_positions([(0, 0)], (10,)), ValueError, "image_shape", r"give \(H, W\)", (10,))


def test_grid_positions_are_the_centres_of_equal_fields():
    assert grid_positions((4, 8), 2) == [(2, 1), (6, 1), (2, 3), (6, 3)]
    message = "N = 5 is more than a frame of 4 x 8 has pixels on a side: give 4 or fewer"
    check_error(lambda: grid_positions((4, 8), 5), ValueError, "N", message, 5)
