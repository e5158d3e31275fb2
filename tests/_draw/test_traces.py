"""show_traces: lines over time."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap._draw import default_colors
from optimap.trace import (
    show_trace,
    show_traces,
)
from tests.errors import check_error

TRACES = np.random.default_rng(0).normal(size=(20, 3))


def test_frames_without_a_rate_seconds_with_one():
    ax = show_traces(TRACES)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xlim()) == ("Frame", "Intensity", (0, 19))
    np.testing.assert_array_equal(ax.lines[2].get_xdata(), np.arange(20))
    np.testing.assert_array_equal(ax.lines[2].get_ydata(), TRACES[:, 2])
    ax = show_traces(TRACES, fps=500)
    assert ax.get_xlabel() == "Time [s]"
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), np.arange(20) / 500)
    x = np.linspace(3, 4, 20)
    np.testing.assert_array_equal(show_traces(TRACES, x).lines[0].get_xdata(), x)


def test_show_trace_is_another_name():
    ax = show_trace(TRACES[:, 0].tolist(), fps=10)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), TRACES[:, 0])


def test_one_colour_for_all_or_one_each():
    assert [line.get_color() for line in show_traces(TRACES, colors="red").lines] == ["red"] * 3
    assert [line.get_color() for line in show_traces(TRACES, colors=(0.1, 0.2, 0.3)).lines] == [(0.1, 0.2, 0.3)] * 3
    assert [line.get_color() for line in show_traces(TRACES, colors=["r", "C5", (0, 0, 1)]).lines] == [
        "r",
        "C5",
        (0, 0, 1),
    ]
    assert [line.get_color() for line in show_traces(TRACES, color="green").lines] == ["green"] * 3
    assert [line.get_color() for line in show_traces(TRACES).lines] == default_colors(3)


def test_labels_make_a_legend():
    ax = show_traces(TRACES, labels=["a", "b", "c"])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b", "c"]
    assert show_traces(TRACES).get_legend() is None
    assert [line.get_label() for line in show_traces(TRACES, label="all").lines] == ["all"] * 3
    assert show_traces(TRACES[:, 0], labels="one").lines[0].get_label() == "one"


def test_keywords_reach_matplotlib_and_axes_are_used():
    _, ax = plt.subplots()
    assert show_traces(TRACES, ax=ax, linewidth=3, linestyle="--") is ax
    assert {(line.get_linewidth(), line.get_linestyle()) for line in ax.lines} == {(3, "--")}


def test_odd_traces():
    assert len(show_traces(np.empty((5, 0))).lines) == 0
    assert show_traces([[1.0]]).lines[0].get_ydata() == [1.0]
    masked = np.ma.masked_array([1.0, 2.0, 3.0], mask=[0, 1, 0])
    np.testing.assert_array_equal(show_traces(masked).lines[0].get_ydata(), [1, np.nan, 3])


@pytest.mark.parametrize(
    ("traces", "kwargs", "error", "argument", "message"),
    [
        (TRACES, {"x": range(20), "fps": 5}, ValueError, "fps", "x and fps = 5 are both given"),
        (TRACES, {"fps": 0}, ValueError, "fps", "fps = 0: it must be a positive number of frames per second"),
        (TRACES, {"fps": -3}, ValueError, "fps", "fps = -3"),
        (TRACES, {"fps": np.nan}, ValueError, "fps", "fps = nan"),
        (TRACES, {"fps": "fast"}, ValueError, "fps", "fps = 'fast'"),
        (TRACES, {"x": range(19)}, ValueError, "x", r"x has shape \(19,\)"),
        (TRACES, {"x": [np.nan] * 20}, ValueError, "x", "x holds NaN"),
        (TRACES, {"labels": ["a", "b"]}, ValueError, "labels", "labels has 2 entries for 3 traces"),
        (TRACES, {"labels": "abc"}, ValueError, "labels", "labels has 1 entry for 3 traces"),
        (TRACES, {"colors": ["r", "g"]}, ValueError, "colors", "colors has 2 entries for 3 traces"),
        (TRACES, {"colors": "reddish"}, ValueError, "colors", "colors = 'reddish' is not a colour"),
        (TRACES, {"colors": ["r", "g", "x!"]}, ValueError, "colors[2]", r"colors\[2\] = 'x!' is not a colour"),
        (TRACES, {"colors": "r", "color": "g"}, ValueError, "colors", "colors is given together with color"),
        (np.zeros((2, 2, 2)), {}, ValueError, "traces", r"traces has shape \(2, 2, 2\)"),
        (None, {}, TypeError, "traces", "traces has dtype object"),
        (TRACES, {"linestyle": "zz"}, ValueError, "linestyle", "linestyle = 'zz' is not accepted by matplotlib"),
        (TRACES, {"ax": "axes"}, TypeError, "ax", "ax = 'axes': give matplotlib Axes"),
        (TRACES, {"x": np.ones(20) * 1j}, TypeError, "x", "x has dtype complex128"),
    ],
)
def test_wrong_arguments_are_refused(traces, kwargs, error, argument, message):
    figures = plt.get_fignums()
    check_error(lambda: show_traces(traces, **kwargs), error, argument, message)
    assert plt.get_fignums() == figures  # and no empty figure is left behind


def test_labels_that_are_not_text_are_refused():
    check_error(lambda: show_traces(TRACES, labels=3), TypeError, "labels", "labels = 3 is not text", 3)


def test_an_unknown_keyword_is_an_error_as_in_matplotlib():
    with pytest.raises(AttributeError, match="nothing = 1 is not accepted by matplotlib"):
        show_traces(TRACES, nothing=1)
    assert not plt.get_fignums()
