"""The border: (frame, row, column) in napari, (x, y) in optimap, on frames that are not square."""

import numpy as np
import pytest
from napari.layers import Image, Points, Shapes

from optimap.trace import extract_traces
from optimap_napari.places import Place, centers_of, find_places, pixels_of, positions_of, problem_of, regions_of

FRAME = (9, 14)  # rows, columns
IMAGE = Image(np.zeros((5, *FRAME)), rgb=False)


def only(layer, video=IMAGE):
    (place,) = find_places([layer], video)
    return place


@pytest.mark.parametrize("point", [(2, 12), (3, 2, 12), (1, 3, 2, 12)])
def test_a_point_in_the_last_columns_is_x_and_y(point):
    place = only(Points([point]))
    np.testing.assert_array_equal(positions_of([place]), [(12, 2)])
    assert problem_of(place, FRAME) is None


def test_a_rectangle_holds_the_pixels_between_its_corners(video):
    corners = [(1, 6), (1, 12), (4, 12), (4, 6)]  # rows 1 to 3, columns 6 to 11
    place = only(Shapes([corners], shape_type="rectangle"))
    np.testing.assert_array_equal(extract_traces(video, regions_of([place]))[:, 0], video[:, 1:4, 6:12].mean((1, 2)))
    np.testing.assert_array_equal(centers_of([place, only(Points([(2, 12)]))], FRAME), [(8.5, 2), (12, 2)])


def test_an_ellipse_is_wide_where_it_is_drawn_wide():
    place = only(Shapes([[(2, 2), (2, 12), (6, 12), (6, 2)]], shape_type="ellipse"))
    x, y, _ = regions_of([place]).pixels(0)
    assert (np.ptp(x), np.ptp(y)) == (8, 2)


@pytest.mark.parametrize(
    "about",
    [
        {"scale": (0.1, 0.3)},
        {"translate": (50, -7)},
        {"scale": (2, 2), "rotate": 30, "shear": [0.2]},
        {"affine": [[0, 2, 5], [3, 0, 1], [0, 0, 1]]},
    ],
)
def test_points_are_where_they_are_seen(about):
    """A layer may have another scale and place than the recording: what lies over a pixel is in that pixel."""
    layer = Points([(2.25, 12.5), (7, 1)], **about)
    video = Image(np.zeros((5, *FRAME)), scale=(1, 0.5, 0.25), translate=(0, 3, 4), rgb=False)
    found = pixels_of(layer, video)(layer.data)
    for point, pixel in zip(layer.data, found, strict=True):
        np.testing.assert_allclose(video.data_to_world((0, *pixel))[1:], layer.data_to_world(point), atol=1e-12)


def test_equal_scales_leave_numbers_as_they_are():
    scale = (0.1, 0.1)
    layer, video = Points([(2.3, 12.7)], scale=scale), Image(np.zeros((5, *FRAME)), scale=(1, *scale), rgb=False)
    np.testing.assert_array_equal(pixels_of(layer, video)(layer.data), layer.data)


def test_micrometres_are_not_millimetres():
    video = Image(np.zeros((5, *FRAME)), scale=(1, 0.1, 0.1), units=("pixel", "mm", "mm"), rgb=False)
    layer = Points([(200, 1200)], units=("um", "um"))
    np.testing.assert_allclose(positions_of([only(layer, video)]), [(12, 2)])
    pixels = Points([(0.2, 1.2)])  # no length: taken as it is drawn
    np.testing.assert_allclose(positions_of([only(pixels, video)]), [(12, 2)])


def test_names_are_numbers_features_and_layers():
    one, other = Points([(1, 2), (3, 4)], name="a"), Shapes([[(1, 1), (1, 5), (5, 5)]], shape_type="polygon", name="b")
    assert [place.name for place in find_places([one], IMAGE)] == ["1", "2"]
    assert [place.name for place in find_places([one, other], IMAGE)] == ["a 1", "a 2", "b 1"]
    one.features = {"name": ["apex", None]}
    assert [place.name for place in find_places([one], IMAGE)] == ["apex", "2"]


def test_a_polygon_that_is_begun_has_no_trace_yet():
    begun = Place("polygon", ((1.0, 1.0), (2.0, 5.0)), "cell", "shapes", 0)
    assert problem_of(begun, FRAME) == "cell has too few corners"


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        (Points([(9, 2)]), "1 is outside the frame (width 14, height 9)"),
        (Points([(2, -1)]), "1 is outside the frame (width 14, height 9)"),
        (Shapes([[(1, 1), (4, 9)]], shape_type="line"), "1 is a line and has no area"),
        (Shapes([[(1, 1), (4, 9), (3, 3)]], shape_type="path"), "1 is a path and has no area"),
        (Shapes([[(20, 1), (20, 9), (25, 9)]], shape_type="polygon"), "1 lies wholly outside the frame"),
        (Shapes([[(1.1, 1.1), (1.1, 1.8), (1.8, 1.8)]], shape_type="polygon"), "1 is empty"),
    ],
)
def test_what_has_no_trace_says_why(layer, problem):
    assert problem_of(only(layer), FRAME).startswith(problem)
