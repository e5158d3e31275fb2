"""The adapter that turns mouse events on an image into calls of a picker."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from optimap._pick import MouseAdapter, PointPicker
from tests._pick.views import CLOCK

SHAPE = (20, 30)


class Toolbar:
    mode = "zoom rect"


class Mouse:
    """A figure with an image, and a mouse that clicks at pixels of the image."""

    def __init__(self, **picker):
        self.figure = Figure(figsize=(6, 4))
        self.canvas = FigureCanvasAgg(self.figure)
        self.ax = self.figure.add_axes((0, 0, 0.5, 1))
        self.other = self.figure.add_axes((0.5, 0, 0.5, 1))
        self.ax.imshow(np.zeros(SHAPE))
        self.canvas.draw()
        self.picker = PointPicker(frame_shape=SHAPE, **picker)
        self.released, self.scrolled = [], []
        self.adapter = MouseAdapter(
            self.ax, self.picker, on_scroll=self.scrolled.append, on_release=lambda: self.released.append(1)
        )

    def event(self, name, position, button=None, **kwargs):
        x, y = self.ax.transData.transform(position)
        MouseEvent(name, self.canvas, x, y, button, **kwargs)._process()

    def press(self, position, button=1, **kwargs):
        self.event("button_press_event", position, button, **kwargs)

    def release(self, position, button=1):
        self.event("button_release_event", position, button)

    def click(self, position, button=1):
        self.press(position, button)
        self.release(position, button)
        CLOCK.sleep(1)

    def drag(self, *positions):
        self.press(positions[0])
        for position in positions[1:]:
            self.event("motion_notify_event", position)
        self.release(positions[-1])


def test_left_adds_and_right_removes_the_nearest():
    mouse = Mouse()
    mouse.click((3, 4))
    mouse.click((20, 10))
    assert mouse.picker.positions == [(3, 4), (20, 10)]
    mouse.click((18, 12), button=3)
    assert mouse.picker.positions == [(3, 4)]
    mouse.click((25, 12), button=2)
    assert mouse.picker.positions == [(3, 4)]


def test_a_drag_moves_a_point_and_is_one_step():
    mouse = Mouse()
    mouse.click((3, 4))
    mouse.drag((3, 4), (5, 6), (9, 9))
    assert mouse.picker.positions == [(9, 9)]
    assert mouse.picker.selected == mouse.picker.points[0].key
    mouse.drag((9, 9), (200, 300))
    assert mouse.picker.positions == [(29, 19)]
    mouse.picker.undo()
    mouse.picker.undo()
    assert mouse.picker.positions == [(3, 4)]


def test_added_and_dragged_at_once_is_one_step():
    mouse = Mouse()
    mouse.drag((3, 4), (5, 6))
    assert mouse.picker.positions == [(5, 6)]
    mouse.picker.undo()
    assert mouse.picker.positions == []


def test_motion_without_a_press_moves_nothing():
    mouse = Mouse()
    mouse.click((3, 4))
    mouse.event("motion_notify_event", (9, 9))
    assert mouse.picker.positions == [(3, 4)]


def test_a_double_click_adds_one_point():
    for extra in ([], [{}]):  # some toolkits send the second press twice
        mouse = Mouse(as_integers=False)
        mouse.press((3, 4))
        mouse.release((3, 4))
        for kwargs in (*extra, {"dblclick": True}):
            mouse.press((3, 4), **kwargs)
        mouse.release((3, 4))
        assert len(mouse.picker.positions) == 1


@pytest.mark.parametrize(("seconds", "place"), [(0.3, (3, 4)), (0.5, (9, 9))])
def test_the_second_press_of_a_double_click_grabs_nothing(seconds, place):
    mouse = Mouse()
    mouse.press((3, 4))
    mouse.release((3, 4))
    CLOCK.sleep(seconds)
    mouse.drag((3, 4), (6, 6), (9, 9))
    assert mouse.picker.positions == [place]


@pytest.mark.parametrize("hinder", ["zoom", "lock", "other axes", "outside the image"])
def test_clicks_that_mean_something_else_add_nothing(hinder):
    mouse = Mouse()
    where = (3, 4)
    if hinder == "zoom":
        mouse.canvas.toolbar = Toolbar()
    elif hinder == "lock":
        mouse.canvas.widgetlock(object())
    elif hinder == "other axes":
        where = mouse.ax.transData.inverted().transform(mouse.other.transAxes.transform((0.5, 0.5)))
    else:
        mouse.ax.set_xlim(-10, 40)
        where = (-5, 4)
    mouse.click(where)
    assert mouse.picker.positions == []


def test_a_click_on_a_point_selects_it():
    mouse = Mouse()
    mouse.click((3, 4))
    mouse.click((20, 10))
    first = mouse.picker.points[0]
    assert mouse.picker.selected != first.key
    mouse.click((3.2, 4.3))  # the same pixel
    assert mouse.picker.selected == first.key
    assert len(mouse.picker.points) == 2


def test_the_limit_is_kept():
    mouse = Mouse(limit=2)
    for position in ((3, 4), (20, 10), (25, 15)):
        mouse.click(position)
    assert mouse.picker.positions == [(3, 4), (20, 10)]


def test_a_single_point_follows_the_clicks():
    mouse = Mouse(limit=1)
    mouse.click((3, 4))
    mouse.click((20, 10))
    assert mouse.picker.positions == [(20, 10)]


def test_the_wheel_acts_over_a_point_only():
    mouse = Mouse()
    mouse.click((3, 4))
    mouse.event("scroll_event", (3, 4), "up", step=1)
    mouse.event("scroll_event", (3, 4), "down", step=-2)
    mouse.event("scroll_event", (20, 10), "up", step=1)
    assert mouse.scrolled == [1, -1]


def test_a_click_near_the_centre_of_a_point_does_not_move_it():
    mouse = Mouse(as_integers=False)
    mouse.click((3, 4))
    mouse.click((3.2, 4.1))
    mouse.drag((3.2, 4.1), (3.25, 4.1))
    CLOCK.sleep(1)
    np.testing.assert_allclose(mouse.picker.positions, [(3, 4)], atol=0.1)
    assert len(mouse.picker.points) == 1
    mouse.drag((3.2, 4.1), (10.2, 8.1))
    np.testing.assert_allclose(mouse.picker.positions, [(10, 8)], atol=0.15)
    assert mouse.released


def test_fast_right_clicks_remove_one_point_each():
    mouse = Mouse(positions=[(3, 4), (20, 10), (25, 15)])
    for kwargs in ({}, {"dblclick": True}, {}):
        mouse.press((20, 10), button=3, **kwargs)
    assert mouse.picker.positions == []


def test_a_button_released_elsewhere_is_noticed():
    mouse = Mouse()
    mouse.press((3, 4))
    mouse.event("motion_notify_event", (9, 9), buttons={1})
    assert mouse.picker.positions == [(9, 9)]
    mouse.event("motion_notify_event", (15, 15), buttons=set())
    mouse.event("motion_notify_event", (20, 15), buttons={1})
    assert mouse.picker.positions == [(9, 9)]


def test_undo_during_a_drag_ends_it():
    mouse = Mouse()
    mouse.press((3, 4))
    mouse.picker.undo()
    mouse.event("motion_notify_event", (9, 9))
    mouse.release((9, 9))
    assert mouse.picker.positions == []


def test_a_disconnected_adapter_takes_no_clicks():
    mouse = Mouse()
    mouse.adapter.disconnect()
    mouse.click((3, 4))
    assert mouse.picker.positions == []


@settings(max_examples=30)  # each draws a figure
@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 19), st.sampled_from([1, 1, 1, 3])), max_size=12))
def test_any_clicks_leave_distinct_pixels(clicks):
    mouse = Mouse()
    for x, y, button in clicks:
        mouse.click((x, y), button)
    assert len(set(mouse.picker.positions)) == len(mouse.picker.positions)
