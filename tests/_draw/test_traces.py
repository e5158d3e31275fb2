"""Plots: the artists say what was drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from optimap.trace import (
    compare_traces,
    extract_traces,
    show_positions,
    show_positions_and_traces,
    show_trace,
    show_traces,
)

TRACES = np.random.default_rng(0).normal(size=(20, 3))
VIDEO = np.random.default_rng(1).integers(0, 999, (20, 6, 8))


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
    default = [to_rgba(line.get_color()) for line in show_traces(TRACES).lines]
    assert default == [to_rgba(f"C{i}") for i in range(3)]


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
    ("traces", "kwargs", "error", "message"),
    [
        (TRACES, {"x": range(20), "fps": 5}, ValueError, "x and fps = 5 are both given"),
        (TRACES, {"fps": 0}, ValueError, "fps = 0: it must be a positive number of frames per second"),
        (TRACES, {"fps": -3}, ValueError, "fps = -3"),
        (TRACES, {"fps": np.nan}, ValueError, "fps = nan"),
        (TRACES, {"fps": "fast"}, ValueError, "fps = 'fast'"),
        (TRACES, {"x": range(19)}, ValueError, r"x has shape \(19,\)"),
        (TRACES, {"x": [np.nan] * 20}, ValueError, "x holds NaN"),
        (TRACES, {"labels": ["a", "b"]}, ValueError, "labels has 2 entries for 3 traces"),
        (TRACES, {"labels": "abc"}, ValueError, "labels has 1 entry for 3 traces"),
        (TRACES, {"colors": ["r", "g"]}, ValueError, "colors has 2 entries for 3 traces"),
        (TRACES, {"colors": "reddish"}, ValueError, "colors = 'reddish' is not a colour"),
        (TRACES, {"colors": ["r", "g", "x!"]}, ValueError, r"colors\[2\] = 'x!' is not a colour"),
        (TRACES, {"colors": "r", "color": "g"}, ValueError, "colors is given together with color"),
        (np.zeros((2, 2, 2)), {}, ValueError, r"traces has shape \(2, 2, 2\)"),
        (None, {}, TypeError, "traces has dtype object"),
        (TRACES, {"linestyle": "zz"}, ValueError, "linestyle = 'zz' is not accepted by matplotlib"),
        (TRACES, {"nothing": 1}, AttributeError, "nothing = 1 is not accepted by matplotlib"),
        (TRACES, {"ax": "axes"}, TypeError, "ax = 'axes': give matplotlib Axes"),
        (TRACES, {"x": np.ones(20) * 1j}, TypeError, "x has dtype complex128"),
    ],
)
def test_wrong_arguments_are_refused(traces, kwargs, error, message):
    figures = plt.get_fignums()
    with pytest.raises(error, match=message):
        show_traces(traces, **kwargs)
    assert plt.get_fignums() == figures  # and no empty figure is left behind


# show_positions


def dots(ax):
    return np.concatenate([c.get_offsets() for c in ax.collections])


def test_every_position_is_drawn_over_the_image():
    image = np.random.default_rng(0).random((6, 8))
    ax = show_positions([(1, 2), (3.5, 4), (7, 5)], image, cmap="viridis", vmin=0.1, vmax=0.9)
    np.testing.assert_array_equal(dots(ax), [(1, 2), (3.5, 4), (7, 5)])
    shown = ax.images[0]
    np.testing.assert_array_equal(shown.get_array(), image)
    assert (shown.get_cmap().name, shown.get_clim(), shown.get_interpolation()) == ("viridis", (0.1, 0.9), "none")


def test_a_single_position_works_and_none_at_all():
    np.testing.assert_array_equal(dots(show_positions((1, 2))), [(1, 2)])
    assert not show_positions([]).collections


def test_without_an_image_the_origin_is_at_the_top_left():
    ax = show_positions([(1, 2), (3, 4)])
    assert ax.yaxis_inverted()
    assert ax.get_aspect() == 1


def test_an_image_of_two_columns_is_an_image():
    ax = show_positions([(1, 2), (0, 0)], np.zeros((5, 2)))
    assert ax.images[0].get_array().shape == (5, 2)
    assert len(dots(ax)) == 2


def test_colours_and_sizes():
    ax = show_positions([(1, 2), (3, 4)], color=["red", "blue"], size=[10, 20])
    scatter = ax.collections[0]
    np.testing.assert_array_equal(scatter.get_facecolors(), [to_rgba("red"), to_rgba("blue")])
    np.testing.assert_array_equal(scatter.get_sizes(), [10, 20])
    crosses = show_positions([(1, 2), (3, 4)], color="red", marker="x").collections[0]
    np.testing.assert_array_equal(crosses.get_edgecolors()[0], to_rgba("red"))
    default = show_positions([(1, 2), (3, 4)]).collections[0]
    np.testing.assert_array_equal(default.get_facecolors(), [to_rgba("C0"), to_rgba("C1")])
    hollow = show_positions([(1, 2)], facecolors="none", edgecolors="red").collections[0]
    assert len(hollow.get_facecolors()) == 0
    _, ax = plt.subplots()
    assert show_positions([(1, 2)], ax=ax, alpha=0.5, c="green") is ax


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ([[(1, 2, 3)]], {}, r"positions\[0\] = \(1, 2, 3\)"),
        ([[(1, 2)], np.zeros((3, 4, 5))], {}, "image has shape .* give one frame"),
        ([[(1, 2)]], {"size": [1, 2]}, r"size has shape \(2,\) for 1 position"),
        ([[(1, 2)]], {"color": ["r", "g"]}, "color has 2 entries for 1 position"),
        ([[(1, 2)]], {"color": "r", "c": "g"}, "color is given together with c"),
        ([[(1, 2)]], {"size": -1}, "size = -1"),
        ([[(1, 2)]], {"cmap": "nope"}, "cmap = 'nope' is not a colour map"),
    ],
)
def test_wrong_positions_are_refused(args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        show_positions(*args, **kwargs)


# show_positions_and_traces


def test_positions_beside_their_traces_in_the_same_colours():
    where = [(1, 2), (3.5, 4)]
    left, right = show_positions_and_traces(VIDEO, where, 3, size=3, fps=500)
    np.testing.assert_array_equal(left.images[0].get_array(), VIDEO[3])
    np.testing.assert_array_equal(dots(left), where)
    for i, line in enumerate(right.lines):
        np.testing.assert_array_equal(line.get_ydata(), extract_traces(VIDEO, where[i], 3))
        np.testing.assert_array_equal(left.collections[0].get_facecolors()[i], to_rgba(line.get_color()))
    assert right.get_xlabel() == "Time [s]"


def test_given_traces_are_drawn_as_they_are():
    image = np.zeros((6, 8))
    traces = np.random.default_rng(0).normal(size=(20, 2))
    _, axs = plt.subplots(ncols=2)
    left, right = show_positions_and_traces(traces, [(1, 2), (3, 4)], image, colors="red", axs=axs, linewidth=2)
    assert (left, right) == tuple(axs)
    np.testing.assert_array_equal([line.get_ydata() for line in right.lines], traces.T)
    assert {line.get_linewidth() for line in right.lines} == {2}
    one = show_positions_and_traces(traces[:, 0], (1, 2), image)[1]
    np.testing.assert_array_equal(one.lines[0].get_ydata(), traces[:, 0])


@pytest.mark.parametrize(
    ("video", "kwargs", "message"),
    [
        (VIDEO, {"image": 20}, r"image = 20: give a frame number in 0\.\.19"),
        (VIDEO, {"image": 1.5}, "image = 1.5"),
        (VIDEO[:, 0, :2], {}, "image = 0: traces have no frames"),
        (VIDEO[:, 0, :3], {"image": VIDEO[0]}, "holds 3 traces for 2 positions"),
        (VIDEO, {"fps": 0}, "fps = 0"),
        (VIDEO, {"labels": ["r"]}, "labels has 1 entry for 2 traces"),
        (VIDEO, {"axs": [1, 2, 3]}, "axs has 3 entries"),
    ],
)
def test_what_does_not_fit_is_refused(video, kwargs, message):
    figures = plt.get_fignums()
    with pytest.raises(ValueError, match=message):
        show_positions_and_traces(video, [(1, 2), (3, 4)], **kwargs)
    assert plt.get_fignums() == figures


# compare_traces


def test_one_panel_for_each_position_one_line_for_each_video():
    clips = [VIDEO, VIDEO[:12] + 100]
    given = list(clips)
    axs = compare_traces(clips, [(1, 2), (3, 4)], ["raw", "short"], ["red", "blue"], 3, fps=500, title="both")
    assert axs.shape == (2,)
    assert [ax.get_title() for ax in axs] == ["(1, 2)", "(3, 4)"]
    for ax, position in zip(axs, [(1, 2), (3, 4)], strict=True):
        for line, clip, color in zip(ax.lines, clips, ["red", "blue"], strict=True):
            np.testing.assert_array_equal(line.get_ydata(), extract_traces(clip, position, 3))
            np.testing.assert_array_equal(line.get_xdata(), np.arange(len(clip)) / 500)
            assert line.get_color() == color
        assert ax.get_xlim() == (0, 19 / 500)
    assert axs[-1].get_xlabel() == "Time [s]"
    figure = axs[0].figure
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["raw", "short"]
    assert figure.get_suptitle() == "both"
    assert all(a is b for a, b in zip(clips, given, strict=True))


def test_one_position_alone_gives_one_axes():
    ax = compare_traces((VIDEO, VIDEO), (1, 2), window="disc")
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), extract_traces(VIDEO, (1, 2), window="disc"))
    assert ax.get_xlabel() == "Frame"


def test_given_axes_and_x_are_used():
    _, axs = plt.subplots(2)
    x = np.linspace(0, 1, 20)
    result = compare_traces(iter([VIDEO, VIDEO[:5]]), [(1, 2), (3, 4)], labels=["a", "b"], x=x, axs=axs)
    assert list(result) == list(axs)
    np.testing.assert_array_equal(axs[0].lines[1].get_xdata(), x[:5])
    assert [text.get_text() for text in axs[0].get_legend().get_texts()] == ["a", "b"]


@pytest.mark.parametrize(
    ("videos", "kwargs", "message"),
    [
        ([], {}, "videos is empty"),
        (VIDEO, {}, "videos is a single video"),
        ([VIDEO, VIDEO[0]], {}, r"videos\[1\] has shape \(6, 8\), a single image"),
        ([VIDEO], {"coords": []}, "coords is empty"),
        ([VIDEO, VIDEO[:, :3]], {"coords": (1, 4)}, "outside the frame"),
        ([VIDEO], {"labels": ["a", "b"]}, "labels has 2 entries for 1 video:"),
        ([VIDEO], {"colors": ["r", "g"]}, "colors has 2 entries for 1 video:"),
        ([VIDEO], {"fps": 1, "x": range(20)}, "x and fps"),
        ([VIDEO], {"axs": [1, 2, 3]}, "axs has 3 entries for 1 position"),
    ],
)
def test_what_cannot_be_compared_is_refused(videos, kwargs, message):
    with pytest.raises(ValueError, match=message):
        compare_traces(videos, **{"coords": (1, 2), **kwargs})
