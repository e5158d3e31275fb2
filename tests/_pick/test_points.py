"""The model of picked points, and the adapter that turns mouse events into its calls."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from optimap._pick.mouse import MouseAdapter
from optimap._pick.points import PointPicker

SHAPE = (20, 30)


def test_points_are_whole_pixels_or_exact():
    picker = PointPicker(frame_shape=SHAPE)
    picker.add((2.5, 4.4))
    assert picker.positions == [(3, 4)]
    assert [type(c) for c in picker.positions[0]] == [int, int]
    exact = PointPicker(frame_shape=SHAPE, as_integers=False)
    exact.add((3.52, 4.47))
    assert exact.positions == [(3.52, 4.47)]


def test_add_remove_nearest_move():
    picker = PointPicker([(1, 1), (5, 5)], frame_shape=SHAPE)
    added = picker.add((9, 9))
    assert picker.selected == added.key
    assert picker.remove_nearest((4, 4)).position == (5, 5)
    assert picker.positions == [(1, 1), (9, 9)]
    assert picker.move(added.key, (10, 12))
    assert not picker.move(added.key, (10.2, 11.8))  # the same pixel
    assert picker.positions == [(1, 1), (10, 12)]
    picker.clear()
    assert picker.positions == []
    assert picker.remove_nearest((1, 1)) is None


def test_undo_and_redo():
    picker = PointPicker(frame_shape=SHAPE)
    first = picker.add((1, 1))
    picker.add((2, 2))
    picker.move(first.key, (5, 5))
    assert (picker.undo(), picker.undo(), picker.undo(), picker.undo()) == (True, True, True, False)
    assert picker.positions == []
    assert (picker.redo(), picker.redo()) == (True, True)
    assert picker.positions == [(1, 1), (2, 2)]
    picker.add((3, 3))
    assert not picker.redo()  # another way was taken


def test_a_drag_is_one_step_to_undo():
    picker = PointPicker([(1, 1)], frame_shape=SHAPE)
    key = picker.points[0].key
    for i, x in enumerate((2, 3, 4)):
        picker.move(key, (x, 1), continues=i > 0)
    assert picker.positions == [(4, 1)]
    picker.undo()
    assert picker.positions == [(1, 1)]


def test_points_stay_inside_the_frame():
    picker = PointPicker([(1, 1)], frame_shape=SHAPE)
    picker.move(picker.points[0].key, (99, -99))
    assert picker.positions == [(29, 0)]
    exact = PointPicker([(1, 1)], frame_shape=SHAPE, as_integers=False)
    exact.move(exact.points[0].key, (99, -99))
    x, y = exact.positions[0]
    assert 29.4999 < x < 29.5
    assert y == -0.5
    with pytest.raises(ValueError, match=r"position = \(x=30, y=0\) is outside"):
        picker.add((30, 0))


def test_the_limit():
    picker = PointPicker([(1, 1)], frame_shape=SHAPE, limit=2)
    assert not picker.full
    picker.add((2, 2))
    assert picker.full
    with pytest.raises(ValueError, match="limit of 2"):
        picker.add((3, 3))
    with pytest.raises(ValueError, match="positions has 3 entries, num_points = 2"):
        PointPicker([(1, 1)] * 3, frame_shape=SHAPE, limit=2)
    with pytest.raises(ValueError, match="num_points = 0"):
        PointPicker(frame_shape=SHAPE, limit=0)
    with pytest.raises(ValueError, match=r"positions\[0\] = \(x=99, y=1\) is outside"):
        PointPicker([(99, 1)], frame_shape=SHAPE)


def test_observers_hear_of_every_change():
    picker = PointPicker(frame_shape=SHAPE)
    heard = []
    stop = picker.observe(lambda: heard.append(picker.positions))
    point = picker.add((1, 1))
    picker.move(point.key, (2, 2))
    picker.select(None)
    picker.select(None)
    picker.undo()
    stop()
    picker.add((3, 3))
    assert heard == [[(1, 1)], [(2, 2)], [(2, 2)], [(1, 1)]]


def test_unknown_points_are_refused():
    picker = PointPicker(frame_shape=SHAPE)
    for call in (lambda: picker.remove(7), lambda: picker.move(7, (1, 1)), lambda: picker.select(7)):
        with pytest.raises(KeyError, match="no point 7"):
            call()


class Picking(RuleBasedStateMachine):
    """Any sequence of clicks leaves what a plain list would hold, and undo leads back through all of it."""

    where = st.tuples(st.integers(0, SHAPE[1] - 1), st.integers(0, SHAPE[0] - 1))

    @initialize(start=st.lists(where, max_size=3), limit=st.one_of(st.none(), st.integers(3, 5)))
    def begin(self, start, limit):
        self.picker = PointPicker(start, frame_shape=SHAPE, limit=limit)
        self.past, self.now, self.future = [], list(start), []

    def _changed(self, now):
        self.past.append(self.now)
        self.now, self.future = now, []

    @rule(position=where)
    def add(self, position):
        if self.picker.full:
            return
        self.picker.add(position)
        self._changed([*self.now, position])

    @rule(position=where)
    def remove_nearest(self, position):
        removed = self.picker.remove_nearest(position)
        assert (removed is None) == (not self.now)
        if removed is not None:
            distances = [np.hypot(x - position[0], y - position[1]) for x, y in self.now]
            nearest = len(distances) - 1 - int(np.argmin(distances[::-1]))
            assert removed.position == self.now[nearest]
            self._changed([p for i, p in enumerate(self.now) if i != nearest])

    @rule(position=where, data=st.data(), steps=st.integers(1, 3))
    def drag(self, position, data, steps):
        if not self.now:
            return
        index = data.draw(st.integers(0, len(self.now) - 1))
        key, start = self.picker.points[index].key, self.now[index]
        moved = False
        for i in range(1, steps + 1):
            between = [round(a + (b - a) * i / steps) for a, b in zip(start, position, strict=True)]
            moved |= self.picker.move(key, between, continues=moved)
        if moved:
            self._changed([position if i == index else p for i, p in enumerate(self.now)])

    @rule()
    def clear(self):
        self.picker.clear()
        if self.now:
            self._changed([])

    @rule()
    def undo(self):
        assert self.picker.undo() == bool(self.past)
        if self.past:
            self.future.append(self.now)
            self.now = self.past.pop()

    @rule()
    def redo(self):
        assert self.picker.redo() == bool(self.future)
        if self.future:
            self.past.append(self.now)
            self.now = self.future.pop()

    @invariant()
    def the_same_points(self):
        assert self.picker.positions == self.now
        keys = [point.key for point in self.picker.points]
        assert len(set(keys)) == len(keys)
        assert self.picker.selected is None or self.picker.selected in keys
        assert self.picker.limit is None or len(keys) <= self.picker.limit


TestPicking = Picking.TestCase


# The adapter


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
        self.adapter._last_press = (-1.0, 0.0, 0.0)  # some time goes by

    def drag(self, *positions):
        self.press(positions[0])
        for position in positions[1:]:
            self.event("motion_notify_event", position)
        self.release(positions[-1])


def test_left_adds_right_removes_the_nearest():
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


@pytest.mark.parametrize("hinder", ["zoom", "lock", "other axes", "beside the image"])
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


def test_a_click_beside_the_centre_of_a_point_does_not_move_it():
    mouse = Mouse(as_integers=False)
    mouse.click((3, 4))
    mouse.click((3.2, 4.1))
    mouse.drag((3.2, 4.1), (3.25, 4.1))
    mouse.adapter._last_press = (-1.0, 0.0, 0.0)
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


def test_a_button_let_go_elsewhere_is_noticed():
    mouse = Mouse()
    mouse.press((3, 4))
    mouse.event("motion_notify_event", (9, 9), buttons={1})
    assert mouse.picker.positions == [(9, 9)]
    mouse.event("motion_notify_event", (15, 15), buttons=set())
    mouse.event("motion_notify_event", (20, 15), buttons={1})
    assert mouse.picker.positions == [(9, 9)]


def test_undo_in_the_middle_of_a_drag_does_no_harm():
    mouse = Mouse()
    mouse.press((3, 4))
    mouse.picker.undo()
    mouse.event("motion_notify_event", (9, 9))
    mouse.release((9, 9))
    assert mouse.picker.positions == []


def test_disconnected_it_takes_no_more_clicks():
    mouse = Mouse()
    mouse.adapter.disconnect()
    mouse.click((3, 4))
    assert mouse.picker.positions == []


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 19), st.sampled_from([1, 1, 1, 3])), max_size=12))
def test_any_clicks_leave_distinct_pixels(clicks):
    mouse = Mouse()
    for x, y, button in clicks:
        mouse.click((x, y), button)
    assert len(set(mouse.picker.positions)) == len(mouse.picker.positions)
