"""Drawing regions with a mouse and keys on a canvas without a screen; the calls around it, with a user who draws."""

from contextlib import ExitStack

import numpy as np
import pytest
from matplotlib.backend_bases import MouseEvent

from optimap._pick import DRAFT, ShapePicker
from optimap._regions import Ellipse, Outlines
from optimap.trace import extract_traces, regions, save_regions, select_regions
from tests._pick.puppet import seat
from tests._pick.views import CLOCK, VIDEO, click, difference, drawing, key, mouse, traced
from tests.errors import check_error


def drag(view, *places):
    mouse(view, "button_press_event", places[0], 1)
    for place in places[1:]:
        mouse(view, "motion_notify_event", place)
    mouse(view, "button_release_event", places[-1], 1)
    CLOCK.sleep(1)


def double(view, place):
    for _ in range(2):
        mouse(view, "button_press_event", place, 1)
        mouse(view, "button_release_event", place, 1)
    CLOCK.sleep(1)


def polygon(view, *places):
    key(view, "p")
    for place in places[:-1]:
        click(view, place)
    double(view, places[-1])


def vertices(view):
    return [shape.vertices for shape in view.picker.shapes]


def typed(view, name):
    key(view, "enter")
    for letter in name:
        key(view, "space" if letter == " " else letter)
    key(view, "enter")


def test_a_rectangle_by_dragging_in_any_direction():
    for start, end in (((5, 5), (10, 12)), ((10, 5), (5, 12)), ((10, 12), (5, 5))):
        view = drawing()
        drag(view, start, (7, 8), end)
        assert vertices(view) == [((4.5, 4.5), (10.5, 4.5), (10.5, 12.5), (4.5, 12.5))]
        key(view, "ctrl+z")
        assert vertices(view) == []


def test_a_click_is_the_window_of_a_point_or_selects():
    view = drawing(size=3)
    click(view, (10, 10))
    assert vertices(view) == [((8.5, 8.5), (11.5, 8.5), (11.5, 11.5), (8.5, 11.5))]
    click(view, (20, 15))
    click(view, (10, 10))
    assert view.picker.selected == view.picker.shapes[0].key
    assert len(view.picker.shapes) == 2


def test_a_polygon_is_closed_by_a_double_click_enter_or_its_first_corner():
    corners = [(5, 5), (20, 6), (8, 15)]
    for close in (
        lambda view: double(view, corners[-1]),
        lambda view: (click(view, corners[-1]), key(view, "enter")),
        lambda view: (click(view, corners[-1]), click(view, corners[0])),
    ):
        view = drawing()
        key(view, "p")
        click(view, corners[0])
        click(view, corners[1])
        assert vertices(view) == []
        close(view)
        assert view.adapter.path == []
        np.testing.assert_allclose(vertices(view), [corners], atol=1 / 64)


def test_corners_are_taken_back_and_escape_gives_up():
    view = drawing()
    key(view, "p")
    for place in ((5, 5), (20, 6), (25, 18)):
        click(view, place)
    key(view, "ctrl+z")
    click(view, (2, 2), button=3)
    assert len(view.adapter.path) == 1
    key(view, "escape")
    assert view.adapter.path == []
    key(view, "enter")
    assert vertices(view) == []


def test_freehand_is_the_line_of_the_mouse():
    view = drawing()
    key(view, "f")
    turn = np.linspace(0, 2 * np.pi, 60)
    circle = [(15 + 6 * np.cos(a), 10 + 6 * np.sin(a)) for a in turn]
    drag(view, *circle)
    (drawn,) = vertices(view)
    np.testing.assert_allclose(np.hypot(*(np.array(drawn) - (15, 10)).T), 6, atol=0.1)
    x = regions(view.outlines, VIDEO.shape[1:], kind="imagej").pixels(0)[0]
    assert len(x) == pytest.approx(np.pi * 36, abs=6)
    click(view, (2, 2))  # a click draws nothing with this tool
    assert len(vertices(view)) == 1


def test_corners_outlines_and_insides_are_dragged():
    view = drawing()
    drag(view, (5, 5), (7, 8), (10, 12))
    drag(view, (10.5, 12.5), (12, 14), (15, 16))  # a corner of the selected region
    assert vertices(view) == [((4.5, 4.5), (15.5, 4.5), (15.5, 16.5), (4.5, 16.5))]
    drag(view, (9, 9), (10, 10), (12, 8))  # its inside
    assert vertices(view)[0][0] == (7.5, 3.5)
    click(view, (25, 15))
    drag(view, (7.5, 10), (6, 10), (4.5, 10))  # the outline of one that is not selected
    assert vertices(view)[0][0] == (4.5, 3.5)
    key(view, "ctrl+z")
    assert vertices(view)[0][0] == (7.5, 3.5)


def test_the_right_button_removes_a_corner_or_a_region():
    view = drawing()
    polygon(view, (5, 5), (20, 6), (18, 16), (6, 15))
    click(view, (18, 16), button=3)
    assert len(vertices(view)[0]) == 3
    click(view, (8, 8), button=3)
    assert vertices(view) == []


def test_a_double_click_on_an_edge_inserts_a_corner_that_the_mouse_holds():
    view = drawing()
    polygon(view, (5, 5), (21, 5), (21, 15))
    double(view, (13, 5))
    np.testing.assert_allclose(vertices(view)[0], [(5, 5), (13, 5), (21, 5), (21, 15)], atol=0.05)
    key(view, "ctrl+z")
    assert len(vertices(view)[0]) == 3
    for name, place in (("press", (13, 10)), ("release", (13, 10)), ("press", (13, 10))):
        mouse(view, f"button_{name}_event", place, 1)  # on the edge that closes it
    mouse(view, "motion_notify_event", (9, 12))
    mouse(view, "motion_notify_event", (6, 14))
    mouse(view, "button_release_event", (6, 14), 1)
    np.testing.assert_allclose(vertices(view)[0], [(5, 5), (21, 5), (21, 15), (6, 14)], atol=0.05)
    key(view, "ctrl+z")
    assert len(vertices(view)[0]) == 3
    assert difference(view) < 1e-3


def test_a_corner_makes_a_polygon_of_a_rectangle_and_none_of_an_oval():
    view = drawing()
    drag(view, (5, 5), (7, 8), (16, 14))
    key(view, "p")
    double(view, (10, 4.5))
    (shape,) = view.picker.shapes
    assert (shape.kind, len(shape.vertices)) == ("polygon", 5)
    click(view, (10, 4.5), button=3)
    assert vertices(view) == [((4.5, 4.5), (16.5, 4.5), (16.5, 14.5), (4.5, 14.5))]
    oval = Outlines([Ellipse(4, 4, 12, 10)], ["o"], single=False)
    picker = ShapePicker(oval, frame_shape=VIDEO.shape[1:])
    assert not picker.insert_vertex(picker.shapes[0].key, 1, (10, 4))
    assert picker.shapes[0].kind == "oval"


@pytest.mark.parametrize("tool", ["p", "f"])
def test_a_region_has_its_trace_while_it_is_drawn(tool):
    corners = [(5, 5), (14, 3), (21, 9), (14, 16), (8, 15)]
    view = traced()
    drag(view, (24, 2), (25, 3), (27, 6))
    key(view, tool)
    for step, place in enumerate(corners[:4], start=1):
        if tool == "p":
            click(view, place)
        else:
            mouse(view, "button_press_event" if step == 1 else "motion_notify_event", place, 1)
        assert (DRAFT in view.lines) == (step > 2)
    mouse(view, "motion_notify_event", corners[4])
    expected = extract_traces(VIDEO, regions([corners], VIDEO.shape[1:], kind="polygons"))
    np.testing.assert_allclose(view.lines[DRAFT][0].get_ydata(), expected[:, 0], rtol=0.05)
    assert len(view.picker.shapes) == 1
    if tool == "p":
        key(view, "escape")
        assert DRAFT not in view.lines
        assert difference(view) < 1e-3
        polygon(view, *corners)
    else:
        mouse(view, "button_release_event", corners[4], 1)
    assert DRAFT not in view.lines
    assert view.traces.shape == (60, 2)
    assert difference(view) < 1e-3


def test_names_are_typed():
    view = drawing()
    drag(view, (5, 5), (7, 8), (10, 12))
    typed(view, "RV tip/r")
    assert view.picker.names == ["RV tipr"]
    key(view, "enter")
    key(view, "backspace")
    key(view, "escape")
    key(view, "delete")
    assert vertices(view) == []


def test_many_regions_are_numbered_not_named():
    view = drawing(size=1)
    for i in range(13):
        click(view, (2 * i, 10))
        typed(view, f"n{i}")
    assert [text.get_text() for text in view.ax_image.texts] == [str(i) for i in range(1, 14)]
    key(view, "ctrl+z")
    key(view, "ctrl+z")
    assert [text.get_text() for text in view.ax_image.texts][-1] == "12 n11"
    assert view.picker.names[0] == "n0"


def test_keys_of_tools_are_letters_while_a_name_is_typed():
    view = drawing()
    click(view, (10, 10))
    typed(view, "pfr?+0")
    assert view.picker.names == ["pfr?+0"]
    assert view.adapter.tool == "rectangle"
    assert not view.help_panel.is_shown


def test_buttons_choose_tools():
    view = drawing()
    for number, tool in ((1, "polygon"), (2, "freehand"), (0, "rectangle")):
        ax = next(ax for ax in view.figure.axes if ax.texts and ax.texts[0].get_text().lower() == tool)
        x, y = ax.transAxes.transform((0.5, 0.5))
        for name in ("button_press_event", "button_release_event"):
            MouseEvent(name, view.figure.canvas, x, y, 1)._process()
        assert view.adapter.tool == tool, number


def test_the_limit_finishes_after_the_drag():
    view = drawing(limit=1)
    done = []
    view.when_finished(lambda: done.append(len(view.picker.shapes)))
    mouse(view, "button_press_event", (5, 5), 1)
    mouse(view, "motion_notify_event", (8, 8))
    mouse(view, "motion_notify_event", (15, 12))
    assert done == []
    mouse(view, "button_release_event", (15, 12), 1)
    assert done == [1]
    assert vertices(view)[0][2] == (15.5, 12.5)


def test_traces_are_live_and_those_of_the_region():
    view = traced()
    drag(view, (5, 5), (7, 8), (10, 12))
    drag(view, (10.5, 12.5), (12, 14), (15, 16))
    polygon(view, (18, 2), (28, 3), (25, 18))
    expected = extract_traces(VIDEO, regions(view.outlines, VIDEO.shape[1:], kind="imagej"))
    np.testing.assert_array_equal(view.traces, expected)
    drawn = [view.lines[shape.key][0].get_ydata() for shape in view.picker.shapes]
    np.testing.assert_allclose(np.array(drawn).T, expected)
    assert difference(view) < 1e-3


def test_a_region_without_a_pixel_is_not_drawn_and_says_why():
    view = traced()
    polygon(view, (10.2, 10.2), (10.4, 10.2), (10.3, 10.4))
    assert vertices(view) == []
    assert "is empty" in view.message.get_text()


@pytest.mark.parametrize("image_or_video", [VIDEO, VIDEO[0], np.zeros((20, 30, 3), np.uint8)])
def test_the_call_returns_regions_and_goes_on_with_them(image_or_video, tmp_path):
    def act(figure):
        view = Acting(figure)
        drag(view, (5, 5), (7, 8), (10, 12))
        typed(view, "apex")
        polygon(view, (18, 2), (28, 3), (25, 18))

    with ExitStack() as stack:
        seat(stack, act)
        drawn = select_regions(image_or_video)
        assert drawn.names == ["apex", "region_2"]
        assert drawn["apex"].pixels(0)[0].size == 6 * 8
        save_regions(tmp_path / "regions.zip", drawn)
    with ExitStack() as stack:
        seat(stack)
        again = select_regions(image_or_video, regions=tmp_path / "regions.zip")
        assert again.names == drawn.names
        for i in range(2):
            for one, other in zip(again.pixels(i), drawn.pixels(i), strict=True):
                np.testing.assert_array_equal(one, other)
        assert select_regions(image_or_video, regions=[(3, 4)], size=3).pixels(0)[0].tolist() == [2, 3, 4] * 3
        assert len(select_regions(image_or_video)) == 0


class Acting:
    """What the helpers for views need of one."""

    def __init__(self, figure):
        self.figure, self.ax_image = figure, figure.axes[0]


def test_a_call_that_does_not_wait_returns_what_is_drawn_so_far():
    with ExitStack() as stack:
        puppet = seat(stack, waits=False)
        selection = select_regions(VIDEO)
        assert repr(selection) == "<Selection of 0 regions: none yet, draw on the image>"
        drag(Acting(puppet.figure), (5, 5), (7, 8), (10, 12))
        assert repr(selection) == "<Selection of 1 region: 'region_1'>"
        assert selection.regions.names == ["region_1"]
        assert selection.positions == [(7.5, 8.5)]
        assert [one.names for one in selection] == [["region_1"]]


@pytest.mark.parametrize(
    ("options", "argument", "match"),
    [
        ({"fps": 100}, "fps", "belongs to a video"),
        ({"x": [1]}, "x", "belongs to a video"),
        ({"regions": np.eye(20, 30, dtype=bool)}, "regions", "have no outlines"),
        ({"regions": [(50, 3)]}, r"regions\[0\]", "outside the frame"),
        ({"num_regions": 0}, "num_regions", "must be"),
    ],
)
def test_wrong_arguments(options, argument, match):
    with ExitStack() as stack:
        puppet = seat(stack)
        check_error(lambda: select_regions(VIDEO[0], **options), ValueError, argument.replace("\\", ""), match)
        assert puppet.calls == []
