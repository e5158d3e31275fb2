"""Objects exported by QuPath: GeoJSON, measured from the corner of the first pixel."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap.trace import extract_traces, regions
from tests import oracles
from tests._regions.examples import masks
from tests._regions.programs import SHAPE, VIDEO, polygon, qupath
from tests.errors import check_error

BOX = [(3, 4), (8, 4), (8, 10), (3, 10)]
HOLE = [(4, 5), (6, 5), (6, 7), (4, 7)]


def test_whole_coordinates_are_corners_of_pixels(tmp_path):
    path = qupath(tmp_path / "cells.geojson", [(polygon(BOX), {"name": "box"})])
    np.testing.assert_array_equal(extract_traces(VIDEO, path)[:, 0], VIDEO[:, 4:10, 3:8].mean(axis=(1, 2)))
    assert regions(path).names == ["box"]


@given(st.lists(st.tuples(st.integers(0, 36), st.integers(0, 28)), min_size=3, max_size=7))
def test_pixels_are_those_whose_centres_are_inside(tmp_path_factory, doubled):
    vertices = np.array(doubled) / 2  # half pixels are centres; on an edge, left and top are in, as in Java
    expected = oracles.polygon_mask([vertices - 0.5], SHAPE, "left")
    path = qupath(tmp_path_factory.mktemp("q") / "a.geojson", [(polygon(vertices.tolist()), {})])
    if expected.any():
        np.testing.assert_array_equal(masks(regions(path, SHAPE), SHAPE)[0], expected)
    else:
        with pytest.raises(ValueError, match=r"region 0 \('region_0'\) (is empty|lies wholly outside)"):
            extract_traces(VIDEO, path)


def test_holes_and_several_parts(tmp_path):
    other = [(10, 1), (12, 1), (12, 3), (10, 3)]
    parts = {"type": "MultiPolygon", "coordinates": [polygon(BOX, HOLE)["coordinates"], polygon(other)["coordinates"]]}
    path = qupath(tmp_path / "a.geojson", [(polygon(BOX, HOLE), {}), (parts, {})])
    ring = np.zeros(SHAPE, bool)
    ring[4:10, 3:8] = True
    ring[5:7, 4:6] = False
    both = ring.copy()
    both[1:3, 10:12] = True
    np.testing.assert_array_equal(masks(regions(path), SHAPE), [ring, both])


@pytest.mark.parametrize("several", [False, True])
def test_shapes_without_objects_are_read(tmp_path, several):
    """Scripts of QuPath write them."""
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps([polygon(BOX), polygon(HOLE)] if several else polygon(BOX)))
    found = regions(path)
    assert found.names == ["region_0", "region_1"][: len(found)]
    np.testing.assert_array_equal(extract_traces(VIDEO, path)[:, 0], VIDEO[:, 4:10, 3:8].mean(axis=(1, 2)))


def test_points_are_the_pixels_that_contain_them(tmp_path):
    points = [({"type": "Point", "coordinates": [5.9, 3.2]}, {}), ({"type": "Point", "coordinates": [5.0, 3.0, 7]}, {})]
    several = ({"type": "MultiPoint", "coordinates": [[0.5, 0.5], [17.9, 13.9]]}, {"name": "spots"})
    path = qupath(tmp_path / "a.geojson", [*points, several])
    found = regions(path)
    assert found.names == ["region_0", "region_1", "spots_1", "spots_2"]
    np.testing.assert_array_equal(extract_traces(VIDEO, path), VIDEO[:, [3, 3, 0, 13], [5, 5, 0, 17]])


def test_objects_are_called_by_their_name_or_else_by_their_class(tmp_path):
    described = [
        {"name": "one", "classification": {"name": "Tumor", "color": [200, 0, 0]}},
        {"classification": {"name": "Tumor", "colorRGB": -3670016}},
        {"classification": {"names": ["CD3", "CD8"], "color": [0, 0, 1]}},
        {"classification": "Stroma"},
        {"classification": None, "measurements": [{"name": "Area", "value": 3}]},
    ]
    path = qupath(tmp_path / "a.geojson", [(polygon(BOX), more) for more in described])
    assert regions(path).names == ["one", "Tumor", "CD3: CD8", "Stroma", "region_4"]
    for name, collection in (("b.geojson", False), ("b.json", False), ("c.json", True)):
        path = qupath(tmp_path / name, [(polygon(BOX), more) for more in described], collection)
        assert len(regions(path)) == 5
    feature = {"type": "Feature", "geometry": polygon(BOX), "properties": None}
    (tmp_path / "d.geojson").write_text("\ufeff" + json.dumps(feature), encoding="utf-8")
    assert regions(tmp_path / "d.geojson").names == ["region_0"]


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        ({"type": "LineString", "coordinates": BOX}, r"object 1 \('x'\) is a line and has no area: use polygons"),
        ({"type": "GeometryCollection"}, r"is of a type that cannot be read \(GeometryCollection\)"),
        ({"type": {"a": 1}}, "is of a type that cannot be read"),
        ({"type": "Polygon", "coordinates": []}, "has no outline"),
        ({"type": "Polygon", "coordinates": None}, "has no outline"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}, "has too few vertices"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3], [4, 5]]]}, "has vertices that are not pairs of numbers"),
        (
            {"type": "Polygon", "coordinates": [[[1, 2], ["a", 4], [4, 5]]]},
            "has vertices that are not pairs of numbers",
        ),
        ({"type": "Polygon", "coordinates": [[[1, 2], [float("inf"), 4], [4, 5]]]}, "not pairs of finite numbers"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [1e308, -1e308], [4, 5]]]}, "not pairs of finite numbers"),
        ({"type": "Point", "coordinates": 3}, "has vertices that are not pairs"),
        ({"type": "MultiPolygon", "coordinates": [3]}, "has no outline"),
        ({"type": "Polygon", "coordinates": [[["1", "2"], ["3", "4"], ["4", "5"]]]}, "not pairs of finite numbers"),
        ({"type": "Polygon", "coordinates": [[[True, False], [False, True], [True, True]]]}, "not pairs of finite"),
        (polygon(BOX, [(x + 9, y) for x, y in HOLE]), "has a hole that is not inside its outline"),
        (polygon(BOX, [(x + 4, y) for x, y in HOLE]), "has a hole that is not inside its outline"),
        (polygon(BOX, HOLE, HOLE), "has the same outline twice"),
        ({"type": "MultiPolygon", "coordinates": [polygon(BOX)["coordinates"]] * 2}, "has the same outline twice"),
    ],
)
def test_objects_without_an_area_are_named(tmp_path, geometry, message):
    path = qupath(tmp_path / "a.geojson", [(polygon(BOX), {}), (geometry, {"name": "x"})])
    check_error(lambda: extract_traces(VIDEO, path), ValueError, "coords", message, path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as GeoJSON, or is damaged"),
        ("3", "is JSON, but not GeoJSON"),
        ('{"made_by": "someone"}', "is JSON, but not GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "holds no objects"),
        ('[{"type": "Feature", "geometry": null}]', "is JSON, but not GeoJSON"),
        ("[" * 100_000, "cannot be read as GeoJSON"),
    ],
)
def test_damaged_files_are_errors(tmp_path, text, message):
    for name in ("a.geojson", "a.json"):
        (tmp_path / name).write_text(text)
        path = tmp_path / name
        check_error(lambda path=path: regions(path), ValueError, "source", message, path)


def test_a_hole_may_touch_its_outline(tmp_path):
    path = qupath(tmp_path / "a.geojson", [(polygon([(0, 0), (8, 0), (8, 8), (0, 8)], [(0, 4), (4, 2), (4, 6)]), {})])
    assert regions(path).names == ["region_0"]
