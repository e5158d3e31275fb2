"""Which trace is which: numbers, colours, highlights, and the cursor that a click on the traces moves."""

import numpy as np
import pytest
from matplotlib.backend_bases import MouseEvent

from optimap._draw import default_colors
from optimap._pick import ComparisonView
from tests._pick.views import (
    VIDEO,
    click,
    difference,
    dots,
    frame_marker,
    fresh,
    key,
    lines,
    mouse,
    numbers,
    pixels,
    traces_view,
)

THREE = [(5, 5), (20, 10), (25, 15)]
MANY = [(x, y) for y in (4, 10, 16) for x in range(3, 28, 5)]


def on_traces(view, name, x, y, button=None):
    """Send a mouse event at a place among the traces, in data."""
    px, py = view.ax_traces.transData.transform((x, y))
    MouseEvent(name, view.figure.canvas, px, py, button)._process()


def ends(view):
    """Return the numbers at the ends of lines, with their colours, in the order of the points."""
    texts = [view.lines.artists(point.key)[-1] for point in view.picker.points]
    return [(text.get_text(), text.get_color()) for text in texts]


def test_numbers_at_the_ends_are_those_of_the_points():
    view = traces_view(positions=THREE)
    assert ends(view) == [(str(i + 1), color) for i, color in enumerate(default_colors(3))]
    assert numbers(view) == ["1", "2", "3"]
    for i, point in enumerate(view.picker.points):
        text = view.lines.artists(point.key)[-1]
        assert text.xy == (1, view.traces[-1, i])


def test_numbers_and_colours_follow_the_order_when_a_point_is_removed_and_comes_back():
    view = traces_view(positions=THREE)
    for step in (lambda: click(view, (5, 5), button=3), lambda: key(view, "ctrl+z"), lambda: key(view, "ctrl+y")):
        step()
        count = len(view.positions)
        colors = default_colors(count)
        assert ends(view) == [(str(i + 1), color) for i, color in enumerate(colors)]
        assert [dot.get_color() for dot in dots(view)] == colors
        assert [line.get_color() for line in lines(view)] == colors
        for i, line in enumerate(lines(view)):
            np.testing.assert_array_equal(line.get_ydata(), view.traces[:, i])
        assert difference(view) == 0
    assert view.positions == THREE[1:]


def test_numbers_do_not_cover_each_other():
    video = np.ones((60, 20, 30)) * np.arange(60)[:, None, None]
    view = traces_view(videos=(video,), positions=THREE)
    texts = [view.lines.artists(point.key)[-1] for point in view.picker.points]
    boxes = [text.get_window_extent() for text in texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_point_below_the_mouse_highlights_its_trace():
    view = traces_view(positions=THREE)
    mouse(view, "motion_notify_event", (20, 10))
    assert view.lines.highlight.lines == (lines(view)[1],)
    assert view.noticed == view.picker.points[1].key
    mouse(view, "motion_notify_event", (12, 3))
    assert view.lines.highlight.lines == ()
    assert difference(view) == 0


def test_numbers_follow_their_lines_during_a_drag_which_ends_with_a_highlight():
    video = VIDEO.copy()
    video[-1, :, :10], video[-1, :, 10:20], video[-1, :, 20:] = 100, 500, 900
    view = traces_view(videos=(video,), positions=THREE)
    mouse(view, "button_press_event", THREE[2], 1)
    mouse(view, "motion_notify_event", (15, 3))
    right_of_axes = slice(int(view.ax_traces.bbox.x1) + 4, None)
    assert (pixels(view)[:, right_of_axes] == fresh(view)[:, right_of_axes]).all()
    mouse(view, "motion_notify_event", (5, 10))
    assert (pixels(view)[:, right_of_axes] == fresh(view)[:, right_of_axes]).all()
    mouse(view, "button_release_event", (5, 10), 1)
    assert view.lines.highlight.lines == view.lines[view.picker.points[2].key]
    assert difference(view) == 0


def test_a_trace_with_gaps_is_not_smoothed_away():
    video = VIDEO.astype(float)
    video[30:33, :10, :10] = np.nan
    view = traces_view(videos=(video,), positions=THREE)
    key(view, "1")
    np.testing.assert_array_equal(lines(view)[0].get_ydata(), view.traces[:, 0])
    assert np.std(lines(view)[1].get_ydata()) < 0.6 * np.std(view.traces[:, 1])
    assert view.message.get_text().startswith("shown as recorded: the trace has samples without a value")


def test_a_trace_below_the_mouse_highlights_its_point():
    video = np.broadcast_to(np.arange(30.0), (60, 20, 30))
    view = traces_view(videos=(video,), positions=THREE)
    on_traces(view, "motion_notify_event", 30, 20)
    assert view.noticed == view.picker.points[1].key
    on_traces(view, "motion_notify_event", 30, 12)
    assert view.noticed is None


def test_a_click_on_a_trace_selects_its_point_and_shows_the_frame_there():
    video = np.broadcast_to(np.arange(30.0), (60, 20, 30)) + np.arange(60)[:, None, None] / 100
    view = traces_view(videos=(video,), positions=THREE)
    on_traces(view, "button_press_event", 41.3, 20.5, 1)
    assert view.frame == 41
    assert view.picker.selected == view.picker.points[1].key
    assert frame_marker(view).get_xdata()[0] == 41
    np.testing.assert_array_equal(view.drawn_image.get_array(), video[41])
    on_traces(view, "motion_notify_event", 12.4, 10)
    assert view.frame == 12
    on_traces(view, "button_release_event", 12.4, 10, 1)
    on_traces(view, "motion_notify_event", 55, 10)
    assert view.frame == 12
    assert difference(view) == 0


def test_the_frame_is_the_nearest_in_time_on_any_axis():
    view = traces_view(times=np.r_[0, 1, 5, np.arange(60, 117)], time_label="Time [s]")
    view.go_to(2.4)
    assert view.frame == 1
    view.go_to(1e9)
    assert view.frame == 59


def test_many_traces_are_stacked_with_a_bar_and_few_are_not():
    view = traces_view(positions=MANY)
    assert view.lines.is_stacked
    middles = [np.ptp(line.get_ydata()) / 2 + line.get_ydata().min() for line in lines(view)]
    assert (np.diff(middles) < 0).all()
    np.testing.assert_allclose(np.diff(middles), np.diff(middles)[0])
    for line, trace in zip(lines(view), view.traces.T, strict=True):
        np.testing.assert_allclose(np.diff(line.get_ydata()), np.diff(trace), atol=1e-9)  # shifted, not scaled
    low, high = view.ax_traces.get_ylim()
    assert low < min(line.get_ydata().min() for line in lines(view))
    assert high > max(line.get_ydata().max() for line in lines(view))
    assert not view.ax_traces.yaxis.get_visible()
    assert float(view.lines.bar._text.get_text()) > 0
    for _ in range(7):
        click(view, view.positions[0], button=3)
    assert not view.lines.is_stacked
    assert view.ax_traces.yaxis.get_visible()
    np.testing.assert_array_equal(lines(view)[0].get_ydata(), view.traces[:, 0])
    assert difference(view) == 0


@pytest.mark.parametrize("count", [30, 100])
def test_every_click_on_a_stack_is_drawn_as_in_a_full_draw(count):
    positions = [(int(x), int(y)) for x, y in np.random.default_rng(0).integers((1, 1), (29, 19), (count, 2))]
    view = traces_view(positions=positions)
    click(view, (15, 1))
    view.picker.undo()
    assert difference(view) == 0


def test_a_comparison_keeps_the_colours_of_its_videos():
    view = traces_view(ComparisonView, videos=(VIDEO, VIDEO + 5), limit=1, styles=[{"color": "red"}, {"color": "blue"}])
    click(view, (5, 5))
    click(view, (20, 10))
    drawn = view.lines[view.picker.points[0].key]
    assert [line.get_color() for line in drawn] == ["red", "blue"]
    mouse(view, "motion_notify_event", (20, 10))
    assert view.lines.highlight.lines == drawn
