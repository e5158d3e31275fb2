"""What the select functions and compare_traces do with the front end in use."""

import functools
from contextlib import ExitStack

import numpy as np
import pytest
from matplotlib.backend_bases import MouseEvent

from optimap.trace import Selection, compare_traces, extract_traces, select_positions, select_traces
from tests._pick import puppet
from tests._pick.puppet import clicks
from tests.errors import check_error

VIDEO = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)
CALLS = {
    "select_positions": lambda: select_positions(VIDEO[0], vmin=0),
    "select_traces": lambda: select_traces(VIDEO),
    "compare_traces": lambda: compare_traces([VIDEO, VIDEO]),
}


@pytest.fixture
def user():
    """A function that replaces the front end in use by a puppet."""
    with ExitStack() as stack:
        yield functools.partial(puppet.seat, stack)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_waits_closes_its_figure(user, name):
    shown = user()
    CALLS[name]()
    assert shown.calls == ["present", "finish", "close"]


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_does_not_wait_leaves_its_figure_open(user, name):
    shown = user(clicks((3, 4)), waits=False)
    result = CALLS[name]()
    assert shown.calls == ["present"]
    assert isinstance(result, Selection) == name.startswith("select")


@pytest.mark.parametrize("name", CALLS)
def test_an_interrupted_call_closes_its_figure(user, name):
    def interrupt(figure):
        raise KeyboardInterrupt

    shown = user(interrupt)
    with pytest.raises(KeyboardInterrupt):
        CALLS[name]()
    assert shown.calls == ["present", "close"]


def test_where_enough_is_given_no_figure_is_shown(user):
    shown = user()
    assert select_positions(VIDEO[0], num_points=1, positions=[(1, 1)]) == [(1, 1)]
    traces, positions = select_traces(VIDEO, 3, num_points=1, positions=[(1, 1)])
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, positions, 3))
    assert shown.calls == ["close", "close"]


def test_without_waiting_the_last_point_finishes(user):
    shown = user(clicks((3, 4), (20, 10), (25, 15)), waits=False)
    spots = select_positions(VIDEO[0], num_points=2)
    assert shown.calls == ["present", "finish"]
    assert spots == [(3, 4), (20, 10)]


def test_a_view_that_cannot_be_made_is_closed(user):
    shown = user()
    with pytest.raises(AttributeError, match="nothing"):
        select_positions(VIDEO[0], nothing=1)
    assert shown.calls == ["close"]


def test_compare_by_clicking(user):
    shown = user(clicks((3, 4), (20, 10)))
    clips = [VIDEO, VIDEO[:40] + 7]
    ax = compare_traces(clips, labels=["a", "b"], colors=["red", "blue"], size=3, ref_frame=2, fps=100, title="both")
    assert ax.get_title() == "(20, 10)"
    drawn = [line for line in ax.lines if line.get_color() in ("red", "blue")]
    for line, clip in zip(drawn, clips, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), extract_traces(clip, (20, 10), 3))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert ax.get_xlabel() == "Time [s]"
    np.testing.assert_array_equal(shown.figure.axes[0].images[0].get_array(), VIDEO[2])
    assert shown.figure.axes[0].get_title() == "both"


def test_compare_by_clicking_each_from_0_to_1(user):
    user(clicks((3, 4), (20, 10)))
    clips = [VIDEO, 1e4 - 3.0 * VIDEO]
    ax = compare_traces(clips, colors=["red", "blue"], size=3, scale="normalized")
    raw = extract_traces(VIDEO, (20, 10), 3)
    shown = {line.get_color(): line.get_ydata() for line in ax.lines}
    np.testing.assert_allclose(shown["red"], (raw - raw.min()) / np.ptp(raw))
    np.testing.assert_allclose(shown["blue"], (raw.max() - raw) / np.ptp(raw), atol=1e-12)
    assert ax.get_ylabel() == "Normalized"


def test_compare_by_clicking_on_two_axes(user):
    def act(figure):
        clicks((3, 4), (20, 10))(figure)
        left = figure.axes[1]
        x, y = left.transData.transform((30, np.mean(left.get_ylim())))
        MouseEvent("button_press_event", figure.canvas, x, y, 1)._process()  # the cursor follows a click as ever

    shown = user(act)
    clips = [VIDEO, 1e6 + 9e3 * VIDEO[:40]]
    left = compare_traces(clips, labels=["V", "Ca"], colors=["red", "blue"], size=3, scale="twin", title="both")
    (right,) = (ax for ax in shown.figure.axes if ax.get_ylabel() == "Ca")
    assert left.get_ylabel() == "V"
    for ax, color, clip in ((left, "red", VIDEO), (right, "blue", clips[1])):
        trace = extract_traces(clip, (20, 10), 3)
        (line,) = (line for line in ax.lines if line.get_color() == color)
        np.testing.assert_array_equal(line.get_ydata(), trace)
        low, high = ax.get_ylim()
        assert low < trace.min() < trace.max() < high
        assert high - low < 3 * np.ptp(trace)
    assert right.yaxis.get_label_position() == "right"
    assert shown.figure.axes[0].get_title() == "both"
    assert left.get_position().bounds == right.get_position().bounds
    np.testing.assert_array_equal(shown.figure.axes[0].images[0].get_array(), VIDEO[30])


@pytest.mark.parametrize(
    ("arguments", "argument", "match"),
    [
        ({"ref_frame": 60}, "ref_frame", r"ref_frame = 60: give a frame number in 0\.\.59"),
        ({"ref_frame": np.zeros((3, 4))}, "ref_frame", r"ref_frame has shape \(3, 4\): give an image of the size"),
        ({"size": -1}, "size", "size = -1"),
        ({"scale": "loud"}, "scale", "scale = 'loud'"),
        ({"scale": "twin"}, "scale", "has two axes for 1 video"),
        ({"window": "star"}, "window", "window = 'star'"),
        ({"axs": [1]}, "axs", "axs is given without coords"),
        ({"fps": -1}, "fps", "fps = -1: it must be"),
    ],
)
def test_wrong_arguments_of_compare_traces_without_coords(user, arguments, argument, match):
    shown = user()
    check_error(lambda: compare_traces([VIDEO], **arguments), ValueError, argument, match)
    assert shown.figure is None
