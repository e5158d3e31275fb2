"""The model of picked points: add, remove, move, undo, redo, limit."""

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from optimap._pick import PointPicker
from tests.errors import check_error

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
    assert not picker.redo()  # a new change was made


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
    text = r"position = \(3, 3\) is one more than num_points = 2 allows: remove a point first"
    check_error(lambda: picker.add((3, 3)), ValueError, "position", text, value=(3, 3))
    picker.remove_nearest((1, 1))
    picker.add((3, 3))


@pytest.mark.parametrize(
    ("arguments", "argument", "match"),
    [
        (
            {"positions": [(1, 1)] * 3, "limit": 2},
            "positions",
            "positions has 3 entries, more than num_points = 2",
        ),
        ({"limit": 0}, "num_points", "num_points = 0: it must be a whole number, 1 or more"),
        ({"limit": 1.5}, "num_points", "num_points = 1.5: it must be a whole number, 1 or more"),
        ({"positions": [(99, 1)]}, "positions[0]", r"positions\[0\] = \(x=99, y=1\) is outside"),
    ],
)
def test_wrong_arguments(arguments, argument, match):
    check_error(lambda: PointPicker(frame_shape=SHAPE, **arguments), ValueError, argument, match)


def test_observers_are_called_after_every_change():
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
