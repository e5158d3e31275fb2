"""The model of drawn regions: what each change leaves, and that what is saved is what was drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap._pick import ShapePicker
from optimap.trace import regions, save_regions
from tests.errors import check_error

FRAME = (40, 60)
TRIANGLE = [(5, 5), (25, 5), (5, 25)]
places = st.tuples(st.floats(-5, 65), st.floats(-5, 45))


def picker(*drawn, limit=None):
    made = ShapePicker(frame_shape=FRAME, limit=limit)
    for kind, vertices in drawn:
        made.draw(kind, vertices)
    return made


def test_rectangles_lie_along_the_edges_of_pixels():
    made = picker(("rectangle", [(12.2, 3.9), (3.8, 8.1)]))
    assert made.shapes[0].vertices == ((3.5, 3.5), (12.5, 3.5), (12.5, 8.5), (3.5, 8.5))


def test_a_rectangle_has_a_pixel_at_least_and_stays_in_the_frame():
    made = picker(("rectangle", [(3, 3), (3.1, 3.1)]), ("rectangle", [(59.4, 39.4), (80, 80)]))
    small, corner = (np.array(shape.vertices) for shape in made.shapes)
    assert np.ptp(small, axis=0).tolist() == [1, 1]
    assert corner.tolist() == [[58.5, 38.5], [59.5, 38.5], [59.5, 39.5], [58.5, 39.5]]


def test_the_corner_opposite_a_dragged_one_stays():
    made = picker(("rectangle", [(4, 4), (10, 10)]))
    key = made.shapes[0].key
    assert made.move_vertex(key, 2, (20.4, 30.2))
    assert made.shapes[0].vertices[0] == (3.5, 3.5)
    assert made.shapes[0].vertices[2] == (20.5, 30.5)


def test_vertices_of_a_polygon_are_moved_and_removed_but_three_stay():
    made = picker(("polygon", [*TRIANGLE, (2, 20)]))
    key = made.shapes[0].key
    made.move_vertex(key, 1, (30, 6))
    assert made.shapes[0].vertices == ((5, 5), (30, 6), (5, 25), (2, 20))
    assert made.remove_vertex(key, 3)
    assert not made.remove_vertex(key, 0)
    assert made.shapes[0].vertices == ((5, 5), (30, 6), (5, 25))


def test_a_drag_is_undone_in_one_step_and_a_name_in_one():
    made = picker(("polygon", TRIANGLE))
    key = made.shapes[0].key
    made.shift(key, made.shapes[0].vertices, (1, 1))
    made.shift(key, tuple(TRIANGLE), (4, 2), continues=True)
    made.rename(key, "apex")
    assert made.names == ["apex"]
    assert made.shapes[0].vertices[0] == (9, 7)
    assert made.undo()
    assert (made.names, made.shapes[0].vertices[0]) == (["region_1"], (9, 7))
    assert made.undo()
    assert made.shapes[0].vertices == tuple(TRIANGLE)
    assert made.redo()
    assert made.shapes[0].vertices[0] == (9, 7)


@given(st.lists(places, min_size=3, max_size=8), places)
def test_a_moved_region_keeps_its_form_and_stays_in_the_frame(vertices, by):
    made = picker(("polygon", vertices))
    before = made.shapes[0].vertices
    made.shift(made.shapes[0].key, before, by)
    after = np.array(made.shapes[0].vertices)
    np.testing.assert_allclose(after - after[0], np.array(before) - before[0], atol=1 / 32)
    assert after.min() >= -0.5
    assert (after.max(axis=0) <= (59.5, 39.5)).all()


@given(st.lists(places, min_size=3, max_size=8), places)
def test_a_region_holds_what_its_pixels_hold(vertices, place):
    from matplotlib.path import Path

    shape = picker(("polygon", vertices)).shapes[0]
    path = Path([*shape.vertices, shape.vertices[0]])
    if len(shape.vertices) == 3:  # matplotlib fills polygons that cross themselves by another rule
        distance = np.abs(path.to_polygons()[0] - place).max() if path.to_polygons() else 0
        assert shape.holds(place) == path.contains_point(place) or distance < 1e-6 or _on_edge(shape, place)


def _on_edge(shape, place):
    start = np.array(shape.vertices)
    along = np.roll(start, -1, axis=0) - start
    part = np.clip(((place - start) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12), 0, 1)
    return np.hypot(*(start + part[:, None] * along - place).T).min() < 1e-6


@given(st.lists(st.tuples(st.sampled_from(["rectangle", "polygon", "oval"]), st.lists(places, min_size=3, max_size=6))))
def test_drawn_saved_and_read_again_it_is_the_same(tmp_path_factory, drawn):
    pytest.importorskip("roifile")
    made = picker(*drawn)
    if not drawn:
        return
    path = tmp_path_factory.mktemp("regions") / "regions.zip"
    save_regions(path, regions(made.outlines, FRAME, kind="imagej"))
    again = ShapePicker(regions(path, FRAME).outlines, frame_shape=FRAME)
    assert again.names == made.names
    assert [set(shape.vertices) for shape in again.shapes] == [set(shape.vertices) for shape in made.shapes]
    assert [shape.kind == "oval" for shape in again.shapes] == [shape.kind == "oval" for shape in made.shapes]


def test_a_limit():
    made = picker(("polygon", TRIANGLE), limit=1)
    assert made.full
    check_error(lambda: made.draw("polygon", TRIANGLE), ValueError, "vertices", "num_regions = 1")
    outlines = picker(("polygon", TRIANGLE), ("polygon", TRIANGLE)).outlines
    call = lambda: ShapePicker(outlines, frame_shape=FRAME, limit=1)  # noqa: E731
    check_error(call, ValueError, "regions", "has 2 entries, more than num_regions = 1")


def test_composed_regions_cannot_be_edited():
    inner = [(1, 1), (2, 1), (2, 2)]
    outlines = picker(("polygon", TRIANGLE)).outlines
    two = outlines._replace(shapes=[[np.array(TRIANGLE, float), np.array(inner, float)]])
    check_error(lambda: ShapePicker(two, frame_shape=FRAME), ValueError, "regions", "several outlines")
