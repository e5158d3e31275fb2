"""Polygons hold the same pixels as those of an oracle, scikit-image and Pillow, with one rule for the border."""

import numpy as np
import PIL
import pytest
import skimage.draw
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from optimap._regions import polygon_runs
from optimap.trace import extract_traces, regions
from tests import oracles
from tests._regions.examples import SQUARE, TRIANGLE, VIDEO, masks


def eighths(low, high):
    return st.integers(8 * low, 8 * high).map(lambda k: k / 8)


def polygons(low=-3, high=11, most=7):
    vertices = st.tuples(eighths(low, high), eighths(low, high))
    return st.lists(vertices, min_size=3, max_size=most)


def test_a_polygon_holds_the_centres_inside():
    mask = masks(regions([TRIANGLE]))[0]
    expected = np.zeros((6, 7), bool)
    # The slope ends at x = 4.875, 3.625, 2.375 and 1.125 in these rows.
    expected[1, 1:5], expected[2, 1:4], expected[3, 1:3], expected[4, 1:2] = True, True, True, True
    np.testing.assert_array_equal(mask, expected)
    np.testing.assert_array_equal(oracles.polygon_mask([TRIANGLE], (6, 7)), expected)


def test_centres_on_left_and_top_edges_are_in_as_in_slices():
    expected = np.zeros((6, 7), bool)
    expected[1:4, 1:4] = True
    np.testing.assert_array_equal(masks(regions([SQUARE]))[0], expected)
    np.testing.assert_array_equal(masks(regions([SQUARE[::-1]]))[0], expected)


def test_a_polygon_that_crosses_itself_is_filled_by_the_even_odd_rule():
    star = [(5 + 5 * np.sin(k * 4 * np.pi / 5), 5 - 5 * np.cos(k * 4 * np.pi / 5)) for k in range(5)]
    mask = masks(regions([star]), (11, 11))[0]
    assert not mask[5, 5]
    assert mask[2, 5]
    np.testing.assert_array_equal(mask, oracles.polygon_mask([star], (11, 11)))


@given(polygons(), st.integers(1, 9), st.integers(1, 9), st.sampled_from(["left", "right"]))
def test_any_polygon_equals_the_oracle(polygon, height, width, side):
    runs = polygon_runs([[np.array(polygon)]], height, side)
    mask = np.zeros((height, width), int)
    for row, start, stop in zip(runs.rows, runs.starts, runs.stops, strict=True):
        mask[row, max(start, 0) : max(stop, 0)] += 1
    np.testing.assert_array_equal(mask, oracles.polygon_mask([polygon], (height, width), side))


@given(polygons(), st.integers(1, 60), st.integers(1, 60))
def test_polygons_equal_those_of_scikit_image_but_for_the_border(polygon, dx, dy):
    # Moved by less than the grid of the vertices, so that no centre lies on an edge, where the rules differ.
    moved = np.array(polygon) + np.array([dx, dy]) / 977 / 64
    ours = masks_or_nothing(moved, (9, 12))
    rows, columns = skimage.draw.polygon(moved[:, 1], moved[:, 0], (9, 12))
    theirs = np.zeros((9, 12), bool)
    theirs[rows, columns] = True
    np.testing.assert_array_equal(ours, theirs)


def masks_or_nothing(polygon, shape):
    try:
        return masks(regions([polygon], shape), shape)[0]
    except ValueError as error:
        if "is empty" in str(error) or "outside" in str(error):
            return np.zeros(shape, bool)
        raise


@given(st.data())
def test_polygons_that_share_edges_neither_share_a_pixel_nor_miss_one(data):
    # A fan of triangles from a point inside a convex outline tiles the outline; edges meet many centres.
    x, y = data.draw(st.tuples(st.integers(2, 6), st.integers(2, 6)))
    outline = [(0, 0), (4, -1), (9, 0), (9, 7), (5, 9), (0, 8)]
    fan = [[a, b, (x, y)] for a, b in zip(outline, outline[1:] + outline[:1], strict=True)]
    parts = [masks_or_nothing(np.array(triangle, float), (10, 10)) for triangle in fan]
    np.testing.assert_array_equal(np.sum(parts, axis=0), masks_or_nothing(np.array(outline, float), (10, 10)))


@given(st.tuples(*[st.integers(-2, 9)] * 2), st.integers(1, 6), st.integers(1, 6))
def test_a_rectangle_equals_the_slice_and_the_window(corner, height, width):
    x, y = corner
    polygon = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    rows, columns = slice(max(y, 0), max(y + height, 0)), slice(max(x, 0), max(x + width, 0))
    box = VIDEO[:, rows, columns]
    assume(box.size)
    np.testing.assert_array_equal(extract_traces(VIDEO, [polygon])[:, 0], box.mean(axis=(1, 2)))
    centre = (x + width // 2, y + width // 2)
    if height == width and 0 <= centre[0] < 7 and 0 <= centre[1] < 6:
        np.testing.assert_array_equal(extract_traces(VIDEO, [polygon]), extract_traces(VIDEO, [centre], width))


@pytest.mark.skipif(int(PIL.__version__.split(".")[0]) < 11, reason="older versions of Pillow leave out pixels inside")
def test_pillow_draws_the_same_masks_but_for_the_border():
    rng = np.random.default_rng(3)
    for _ in range(20):
        polygon = rng.integers(0, 40, (6, 2))
        image = Image.new("1", (40 * 16, 40 * 16))
        # Magnified, so that its thick border hides only centres within a sixteenth of a pixel of an edge.
        ImageDraw.Draw(image).polygon([tuple(v) for v in (polygon * 16 + 8).tolist()], fill=1)
        theirs = np.asarray(image)[8::16, 8::16]
        ours = masks_or_nothing(polygon.astype(float), (40, 40))
        near = np.zeros((40, 40), bool)
        for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            along = b - a
            y, x = np.mgrid[:40, :40]
            length = max(np.hypot(*along), 1e-9)
            t = np.clip(((x - a[0]) * along[0] + (y - a[1]) * along[1]) / length**2, 0, 1)
            near |= np.hypot(x - a[0] - t * along[0], y - a[1] - t * along[1]) < 0.1
        np.testing.assert_array_equal(ours | near, theirs | near)
        assert (ours & ~near).sum() > 20
