"""Live selections, if a call cannot wait: they always return the current points."""

import functools
from contextlib import ExitStack

import numpy as np
import pytest

from optimap.trace import Selection, extract_traces, select_positions, select_traces
from tests._pick import puppet
from tests._pick.puppet import clicks, wheel

VIDEO = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)


@pytest.fixture
def user():
    """A function that replaces the front end in use by a puppet."""
    with ExitStack() as stack:
        yield functools.partial(puppet.seat, stack)


def test_where_the_call_cannot_wait_the_selection_is_live(user):
    shown = user(waits=False)
    selection = select_traces(VIDEO, 3)
    assert isinstance(selection, Selection)
    assert shown.calls == ["present"]
    assert repr(selection) == "<Selection of 0 traces of 60 frames, positions: none yet, click on the image>"
    clicks((3, 4))(shown.figure)
    traces, positions = selection
    assert positions == selection.positions == [(3, 4)]
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, [(3, 4)], 3))
    assert len(selection) == 2
    np.testing.assert_array_equal(selection[0], traces)
    clicks((20, 10))(shown.figure)
    assert "2 traces of 60 frames, positions: (3, 4), (20, 10)" in repr(selection)


def test_live_positions_are_like_a_list(user):
    shown = user(waits=False)
    spots = select_positions(VIDEO[0])
    clicks((3, 4), (20, 10))(shown.figure)
    assert spots == [(3, 4), (20, 10)]
    assert list(spots) == [(3, 4), (20, 10)]
    assert (len(spots), spots[1], spots[:1]) == (2, (20, 10), [(3, 4)])
    assert repr(spots) == "<Selection of 2 positions: (3, 4), (20, 10)>"
    np.testing.assert_array_equal(extract_traces(VIDEO, spots), extract_traces(VIDEO, [(3, 4), (20, 10)]))
    with pytest.raises(AttributeError, match="no attribute 'traces'"):
        _ = spots.traces


def test_one_trace_is_not_called_traces(user):
    shown = user(clicks((3, 4)), waits=False)
    assert repr(select_positions(VIDEO[0])) == "<Selection of 1 position: (3, 4)>"
    selection = select_traces(VIDEO[:1])
    assert repr(selection) == "<Selection of 1 trace of 1 frame, positions: (3, 4)>"
    wheel((3, 4), 1)(shown.figure)
    assert selection.size == 7


def test_a_selection_is_equal_to_the_list_of_its_positions_only(user):
    user(clicks((3, 4), (20, 10)), waits=False)
    spots = select_positions(VIDEO[0])
    assert spots != [(3, 4)]
    assert spots != "text"
    assert (20, 10) in spots
    assert spots.index((20, 10)) == 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(spots)
    selection = select_traces(VIDEO)
    assert selection != [(3, 4), (20, 10)]
    assert selection.traces.shape == (60, 2)
