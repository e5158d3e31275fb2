"""Shapes and points drawn in napari: layers, and shapes in files."""

from types import SimpleNamespace

import numpy as np
import pytest
import skimage.draw
from hypothesis import given
from hypothesis import strategies as st

from optimap.trace import extract_traces, regions
from tests import oracles
from tests._regions.examples import masks
from tests._regions.programs import SHAPE, VIDEO, napari
from tests.errors import check_error

SQUARE = [(1, 2), (5, 2), (5, 6), (1, 6)]


def test_a_rectangle_that_a_person_can_check(tmp_path):
    path = napari(tmp_path / "shapes.csv", [("rectangle", SQUARE)])
    assert regions(path).names == ["shape_0"]
    np.testing.assert_array_equal(extract_traces(VIDEO, path)[:, 0], VIDEO[:, 2:6, 1:5].mean(axis=(1, 2)))


@pytest.mark.parametrize("axes", [2, 3, 4])
def test_vertices_are_measured_from_the_centres_of_pixels(tmp_path, axes):
    triangle = [(0.5, 0.5), (9.5, 0.5), (0.5, 8.5)]
    path = napari(tmp_path / "shapes.csv", [("polygon", triangle), ("rectangle", SQUARE)], axes)
    expected = oracles.polygon_mask([np.array(triangle)], SHAPE, "left")
    np.testing.assert_array_equal(masks(regions(path), SHAPE)[0], expected)
    assert regions(path, kind="polygons").names == ["shape_0", "shape_1"]


@given(st.integers(2, 10), st.integers(2, 8), st.integers(1, 6), st.integers(1, 5))
def test_ellipses_are_those_of_scikit_image(tmp_path_factory, x, y, a, b):
    corners = [(x - a, y - b), (x + a, y - b), (x + a, y + b), (x - a, y + b)]
    path = napari(tmp_path_factory.mktemp("n") / "shapes.csv", [("ellipse", corners)])
    theirs = np.zeros(SHAPE, bool)
    theirs[skimage.draw.ellipse(y, x, b, a, SHAPE)] = True
    np.testing.assert_array_equal(masks(regions(path), SHAPE)[0], theirs)


@given(st.floats(0.1, 3.0))
def test_turned_ellipses_hold_the_centres_inside(tmp_path_factory, angle):
    across, down = 6.2 * np.array([np.cos(angle), np.sin(angle)]), 3.1 * np.array([-np.sin(angle), np.cos(angle)])
    middle = np.array([8.3, 6.7])
    corners = [middle - across - down, middle + across - down, middle + across + down, middle - across + down]
    path = napari(tmp_path_factory.mktemp("n") / "shapes.csv", [("ellipse", np.array(corners).tolist())])
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    offset = np.stack([x, y], axis=-1) - middle
    inside = (offset @ across / 6.2**2) ** 2 + (offset @ down / 3.1**2) ** 2
    certain = abs(inside - 1) > 1e-3
    np.testing.assert_array_equal(masks(regions(path), SHAPE)[0][certain], (inside < 1)[certain])


def test_an_ellipse_turned_by_a_right_angle_is_upright(tmp_path):
    corners = [(2, 2), (10, 2), (10, 8), (2, 8)]
    found = [
        regions(napari(tmp_path / f"{i}.csv", [("ellipse", corners[i:] + corners[:i])])).pixels(0) for i in range(4)
    ]
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def test_the_columns_may_be_in_any_order_and_european(tmp_path):
    path = napari(tmp_path / "shapes.csv", [("rectangle", [(1.5, 2), (5, 2), (5, 6.5), (1.5, 6.5)])])
    rows = [line.split(",") for line in path.read_text().split()]
    european = tmp_path / "european.csv"
    european.write_text("\n".join(";".join(row[::-1]).replace(".", ",") for row in rows))
    np.testing.assert_array_equal(regions(european).pixels(0), regions(path).pixels(0))


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (
            [("rectangle", SQUARE), ("line", SQUARE[:2])],
            "shapes.csv: shape_1 is a line and has no area: use rectangles",
        ),
        ([("path", SQUARE)], "shapes.csv: shape_0 is a path and has no area"),
        ([("polygon", SQUARE[:2])], "shape_0 has 2 vertices, too few for the type polygon"),
        ([("ellipse", SQUARE[:3])], "shape_0 has 3 vertices, too few for the type ellipse"),
        ([("star", SQUARE)], r"is of a type that cannot be read \(star\)"),
        ([("polygon", [(1, 1), (2, "nan"), (3, 3)])], "row 3: 'nan, 2' is not a vertex"),
        ([("polygon", [(1, 1), (2, "1e308"), (3, "-1e308")])], "row 3: '1e308, 2' is not a vertex"),
        ([("polygon", [(1, 1), (2, "b"), (3, 3)])], "row 3: 'b, 2' is not a vertex"),
        ([], "holds no shapes"),
    ],
)
def test_shapes_without_an_area_are_named(tmp_path, shapes, message):
    path = napari(tmp_path / "shapes.csv", shapes)
    check_error(lambda: extract_traces(VIDEO, path), ValueError, "coords", message, path)


def test_damaged_files_are_errors(tmp_path):
    path = tmp_path / "shapes.csv"
    path.write_text("index,shape-type,vertex-index,axis-0\n0,polygon,0,1\n")
    check_error(lambda: regions(path), ValueError, "source", "shapes.csv has no column axis-1", path)
    path.write_text("index,shape-type,vertex-index,axis-0,axis-1\n0,polygon,0,1\n")
    check_error(lambda: regions(path), ValueError, "source", "row 2: has 4 cells under 5 titles", path)


# Layers. `napari/tests` has those of napari itself.


def shapes_layer(shapes, axes=2):
    """What a layer of shapes offers, from (type, vertices (x, y)); with more axes, drawn on frame 3."""
    data = [np.array([[3] * (axes - 2) + [y, x] for x, y in vertices], float) for _, vertices in shapes]
    return SimpleNamespace(shape_type=[kind for kind, _ in shapes], data=data)


@pytest.mark.parametrize("axes", [2, 3, 4])
def test_a_layer_of_shapes_is_what_its_file_is(tmp_path, axes):
    shapes = [("rectangle", SQUARE), ("ellipse", [(2, 3), (12, 3), (12, 9), (2, 9)]), ("polygon", SQUARE[:3])]
    layer, path = shapes_layer(shapes, axes), napari(tmp_path / "shapes.csv", shapes, axes)
    assert regions(layer).names == regions(path).names
    np.testing.assert_array_equal(masks(regions(layer), SHAPE), masks(regions(path), SHAPE))
    np.testing.assert_array_equal(extract_traces(VIDEO, layer), extract_traces(VIDEO, path))
    named = regions(layer, SHAPE, kind="polygons", names=["a", "b", "c"])
    np.testing.assert_array_equal(masks(named["b"], SHAPE)[0], masks(regions(path), SHAPE)[1])


@pytest.mark.parametrize("axes", [2, 3])
def test_a_layer_of_points_is_positions(axes):
    layer = SimpleNamespace(symbol="disc", data=np.array([(3, 2, 12), (3, 7.5, 6)])[:, -axes:])
    np.testing.assert_array_equal(extract_traces(VIDEO, layer), extract_traces(VIDEO, [(12, 2), (6, 7.5)]))
    np.testing.assert_array_equal(regions(layer).centers(), [(12, 2), (6, 7.5)])
    empty = SimpleNamespace(symbol="disc", data=np.empty((0, axes)))
    assert extract_traces(VIDEO, empty).shape == (len(VIDEO), 0)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([("rectangle", SQUARE), ("line", SQUARE[:2])], "coords: shape_1 is a line and has no area: use rectangles"),
        ([("polygon", SQUARE[:2])], "coords: shape_0 has 2 vertices, too few for the type polygon: use rectangles"),
    ],
)
def test_shapes_of_a_layer_without_an_area_are_named(shapes, message):
    layer = shapes_layer(shapes)
    check_error(lambda: extract_traces(VIDEO, layer), ValueError, "coords", message, layer)


@pytest.mark.parametrize(("old", "new"), [("3.0,6", "4.0,6"), ("2.0,6", "1.0,6"), ("1.0,2", "x,2")])
def test_a_vertex_that_is_missing_or_at_another_place(tmp_path, old, new):
    path = napari(tmp_path / "shapes.csv", [("polygon", SQUARE)])
    path.write_text(path.read_text().replace(old, new))
    message = r"shapes\.csv, row \d: is vertex .* of the shape 0.0, where vertex \d should follow: save the layer"
    check_error(lambda: regions(path), ValueError, "source", message, path)


@pytest.mark.parametrize("title", ["shape-type", "vertex-index"])
def test_a_title_that_is_damaged_does_not_make_points_of_vertices(tmp_path, title):
    path = napari(tmp_path / "shapes.csv", [("polygon", SQUARE)])
    path.write_text(path.read_text().replace(title, "x"))
    check_error(lambda: regions(path), ValueError, "source", f"has no column {title}: save the layer", path)


TITLES = "index,shape-type,vertex-index,axis-0,axis-1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{TITLES},axis-1\n0,polygon,0,1,1,1\n", "has 2 columns called axis-1"),
        (f"index,{TITLES}\n0,0,polygon,0,1,1\n", "has 2 columns called index"),
        (
            f"{TITLES}\n0,polygon,0,1,1\n0,ellipse,1,1,5\n",
            "row 3: is a vertex of the type ellipse in the shape 0 of the",
        ),
        (f"{TITLES}\n0,polygon,0,1,1,5\n", "row 2: has 6 cells under 5 titles"),
        (f"{TITLES}\n0,polygon,0,1_0,1\n", "row 2: '1_0, 1' is not a vertex"),
    ],
)
def test_files_that_contradict_themselves(tmp_path, text, message):
    path = tmp_path / "shapes.csv"
    path.write_text(text)
    check_error(lambda: regions(path), ValueError, "source", message, path)


def test_an_axis_with_a_number_of_many_digits_is_none(tmp_path):
    path = napari(tmp_path / "shapes.csv", [("rectangle", SQUARE)])
    first, *rows = path.read_text().split()
    path.write_text("\n".join([f"{first},axis-{'9' * 5000}", *(f"{row},7" for row in rows)]))
    np.testing.assert_array_equal(extract_traces(VIDEO, path)[:, 0], VIDEO[:, 2:6, 1:5].mean(axis=(1, 2)))


def test_an_ellipse_whose_corners_are_in_another_order(tmp_path):
    path = napari(tmp_path / "shapes.csv", [("ellipse", [SQUARE[i] for i in (0, 1, 3, 2)])])
    message = "shape_0 is an ellipse whose four corners are not those of a rectangle"
    check_error(lambda: regions(path), ValueError, "source", message, path)
