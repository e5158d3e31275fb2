"""The views of traces, on a canvas without a screen: what is drawn is what is picked."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from optimap._draw import contrast_limits, default_colors
from optimap._pick import ComparisonView, PointPicker, TracesView
from optimap._reading import as_source
from optimap.trace import extract_traces
from tests import arrays
from tests._pick.views import (
    VIDEO,
    click,
    difference,
    dots,
    frame_marker,
    key,
    lines,
    mouse,
    numbers,
    outlines,
    pixels,
    traces_view,
)


class Counting:
    """A video that counts the frames it is asked for."""

    def __init__(self, array):
        self._array, self.shape, self.dtype, self.reads = array, array.shape, array.dtype, 0

    def __getitem__(self, key):
        self.reads += 1
        return self._array[key]


def test_each_click_draws_a_trace_in_the_colour_of_its_point():
    view = traces_view()
    click(view, (5, 5))
    click(view, (20, 10))
    np.testing.assert_array_equal(view.traces, extract_traces(VIDEO, [(5, 5), (20, 10)], 3))
    for i, line in enumerate(lines(view)):
        np.testing.assert_array_equal(line.get_ydata(), view.traces[:, i])
        assert dots(view)[i].get_color() == line.get_color() == default_colors(2)[i]
        assert numbers(view)[i] == str(i + 1)
    low, high = view.ax_traces.get_ylim()
    assert low < view.traces.min()
    assert high > view.traces.max()


def test_nothing_picked_gives_no_traces():
    view = traces_view()
    assert view.traces.shape == (60, 0)
    assert view.positions == []
    assert view.ax_traces.get_xlim() == (0, 59)


def test_only_the_new_position_is_extracted():
    video = Counting(VIDEO)
    view = traces_view(videos=(video,))
    click(view, (5, 5))
    once = video.reads
    click(view, (20, 10))
    assert video.reads == 2 * once
    view.picker.undo()
    view.picker.redo()
    _ = view.traces
    assert video.reads == 2 * once


def test_a_drag_moves_point_and_trace():
    view = traces_view(positions=[(5, 5), (20, 10)])
    mouse(view, "button_press_event", (5, 5), 1)
    for x in (6, 7, 8):
        mouse(view, "motion_notify_event", (x, 5))
        np.testing.assert_array_equal(lines(view)[0].get_ydata(), extract_traces(VIDEO, (x, 5), 3))
    mouse(view, "button_release_event", (8, 5), 1)
    assert view.positions == [(8, 5), (20, 10)]
    key(view, "ctrl+z")
    assert view.positions == [(5, 5), (20, 10)]
    np.testing.assert_array_equal(lines(view)[0].get_ydata(), extract_traces(VIDEO, (5, 5), 3))


def test_frames_by_arrow_keys_and_slider():
    view = traces_view(frame=10)
    for name, frame in (("right", 11), ("shift+right", 21), ("left", 20), ("shift+left", 10), ("pageup", 0)):
        key(view, name)
        assert view.frame == frame
        np.testing.assert_array_equal(view.drawn_image.get_array(), VIDEO[frame])
        assert view.slider.val == frame
        assert frame_marker(view).get_xdata()[0] == frame
    key(view, "left")
    assert view.frame == 0
    view.slider.set_val(59)
    assert view.frame == 59
    key(view, "right")
    assert view.frame == 59


def test_an_image_instead_of_a_frame_has_no_marker_until_a_frame_is_shown():
    view = traces_view(frame=None)
    assert not frame_marker(view).get_visible()
    key(view, "right")
    assert frame_marker(view).get_visible()


def test_the_wheel_changes_the_window_of_all_points():
    view = traces_view(positions=[(5, 5), (20, 10)])
    mouse(view, "scroll_event", (5, 5), "up", step=1)
    assert view.size == 5
    np.testing.assert_array_equal(view.traces, extract_traces(VIDEO, [(5, 5), (20, 10)], 5))
    np.testing.assert_array_equal(lines(view)[1].get_ydata(), view.traces[:, 1])
    outline = outlines(view)[0]
    assert (outline.get_xy(), outline.get_width()) == ((2.5, 2.5), 5)
    assert "5 px" in view.ax_traces.get_title(loc="right")
    assert difference(view) == 0  # numbers stay on top of outlines
    for _ in range(4):
        mouse(view, "scroll_event", (5, 5), "down", step=-1)
    assert view.size == 1
    assert view.ax_traces.get_title(loc="right") == "window: pixel"
    mouse(view, "scroll_event", (12, 2), "up", step=1)
    assert view.size == 1


def test_the_outline_shows_the_pixels_of_the_window():
    view = traces_view(positions=[(5, 5)], size=4)
    (outline,) = outlines(view)
    assert (outline.get_xy(), outline.get_width(), outline.get_height()) == ((2.5, 2.5), 4, 4)
    (disc,) = outlines(traces_view(positions=[(5, 5)], size=4, window="disc"))
    assert (tuple(disc.get_center()), disc.get_width()) == ((4.5, 4.5), 4)


def test_the_axis_is_in_seconds_and_zoom_is_kept():
    view = traces_view(times=np.arange(60) / 500, time_label="Time [s]")
    assert view.ax_traces.get_xlabel() == "Time [s]"
    assert view.ax_traces.get_xlim() == (0, 59 / 500)
    click(view, (5, 5))
    view.ax_traces.set_ylim(0, 10)
    view.ax_traces.set_xlim(0.02, 0.05)
    click(view, (20, 10))
    assert view.ax_traces.get_ylim() == (0, 10)
    assert view.ax_traces.get_xlim() == (0.02, 0.05)


def test_the_wheel_extracts_all_traces_in_one_pass():
    video = Counting(VIDEO)
    view = traces_view(videos=(video,), positions=[(x, y) for x in range(4, 28, 4) for y in (5, 15)])
    once = video.reads
    mouse(view, "scroll_event", (4, 5), "up", step=1)
    assert video.reads == 2 * once
    np.testing.assert_array_equal(view.traces, extract_traces(VIDEO, view.positions, 5))
    assert video.reads == 2 * once


def test_an_error_at_the_wheel_leaves_the_window_as_it_is():
    video = VIDEO.astype(float)
    video[3, 10, 20] = np.nan
    view = traces_view(videos=(video,), positions=[(17, 10)], nan_policy="raise", size=5)
    mouse(view, "scroll_event", (17, 10), "up", step=1)
    assert view.size == 5
    assert "the window stays as it is: video holds NaN in frame 3" in view.message.get_text()
    np.testing.assert_array_equal(view.traces, extract_traces(video, view.positions, 5))


@pytest.mark.parametrize("samples", [1500, 9000])
def test_lines_have_the_extent_of_the_trace_in_each_column_of_pixels(samples):
    video = np.random.default_rng(2).normal(size=(samples, 3, 3))
    view = traces_view(videos=(video,), positions=[(1, 1), (0, 2)], times=np.arange(samples), size=1)

    def extents(x, y):
        columns = np.floor(view.ax_traces.transData.transform(np.stack([x, np.zeros(len(x))], axis=1))[:, 0])
        return {column: (y[columns == column].min(), y[columns == column].max()) for column in np.unique(columns)}

    for line, trace in zip(lines(view), view.traces.T, strict=True):
        x, y = line.get_data()
        assert extents(x, y) == extents(np.arange(samples), trace)
        assert (np.diff(x) > 0).all()
        assert len(x) <= 4 * view.ax_traces.bbox.width + 4


def test_long_traces_lose_no_peak():
    video = np.zeros((20_000, 4, 5), np.float32)
    video[12_345] = 7
    view = traces_view(videos=(video,), positions=[(2, 2)], times=np.arange(20_000))
    x, y = lines(view)[0].get_data()
    assert len(x) < 5000
    assert np.nanmax(y) == 7
    view.ax_traces.set_xlim(12_340, 12_350)
    x, y = lines(view)[0].get_data()
    assert x[np.argmax(y)] == 12_345
    assert len(x) <= 14


def test_nan_and_constant_traces_are_drawn():
    video = np.full((60, 20, 30), np.nan)
    video[:, 10:] = 5.0
    view = traces_view(videos=(video,))
    click(view, (5, 3))
    click(view, (5, 15))
    assert np.isnan(view.traces[:, 0]).all()
    assert view.ax_traces.get_ylim()[0] < 5 < view.ax_traces.get_ylim()[1]


def test_constant_traces_are_visible():
    view = traces_view(videos=(np.full((9000, 4, 5), 7.0, np.float32),), times=np.arange(9000))
    before = pixels(view)
    click(view, (2, 2))
    right = slice(view.figure.canvas.get_width_height()[0] // 2 + 60, None)
    assert (pixels(view) != before)[:, right].any(axis=(0, 2)).sum() > 500


def test_a_video_of_one_frame():
    view = traces_view(videos=(VIDEO[:1],), positions=[(5, 5)], times=np.arange(1))
    assert lines(view)[0].get_marker() == "o"
    assert not view.slider.ax.get_visible()


def test_an_error_at_a_click_is_shown_and_nothing_is_lost():
    video = VIDEO.astype(float)
    video[3, 10, 20] = np.nan
    view = traces_view(videos=(video,), nan_policy="raise")
    click(view, (20, 10))
    assert view.positions == []
    click(view, (5, 5))
    click(view, (20, 10))
    assert view.positions == [(5, 5)]
    assert "not picked: video holds NaN in frame 3" in view.message.get_text()
    click(view, (25, 15))
    assert view.positions == [(5, 5), (25, 15)]
    assert view.message.get_text() == view.hint
    assert view.traces.shape == (60, 2)


def test_infinities_do_not_spoil_the_axis():
    video = VIDEO.astype(float)
    video[3, 10, 20] = np.inf
    view = traces_view(videos=(video,), positions=[(5, 5), (20, 10)])
    low, high = view.ax_traces.get_ylim()
    assert 0 < high - low < 2000


def test_levels_of_a_blank_frame_or_another_image_are_replaced():
    video = VIDEO.copy()
    video[0] = 0
    view = traces_view(videos=(video,), frame=None)
    view.drawn_image.set_clim(0, 1)
    view.show_frame(5)
    assert view.drawn_image.get_clim() == contrast_limits(video[5])
    view.show_frame(9)
    assert view.drawn_image.get_clim() == contrast_limits(video[5])


def test_memory_of_traces_is_bounded(allow):
    allow(kept_bytes=5 * 60 * 8)
    video = Counting(VIDEO)
    view = traces_view(videos=(video,), positions=[(0, 0)])
    for x in range(30):
        view.picker.move(1, (x, 3))
    reads = video.reads
    for x in (25, 26, 27, 28, 29):
        view.picker.move(1, (x, 3))
    assert video.reads == reads  # the last five are remembered
    view.picker.move(1, (24, 3))
    assert video.reads > reads


def test_comparison_follows_the_click_with_a_line_for_each_video():
    view = traces_view(ComparisonView, videos=(VIDEO, VIDEO[:40] + 5), limit=1)
    click(view, (5, 5))
    click(view, (20, 10))
    assert len(view.picker.points) == 1
    assert view.ax_traces.get_title() == "(20, 10)"
    first, second = lines(view)
    np.testing.assert_array_equal(first.get_ydata(), extract_traces(VIDEO, (20, 10), 3))
    np.testing.assert_array_equal(second.get_ydata(), extract_traces(VIDEO[:40] + 5, (20, 10), 3))
    click(view, (0, 0), button=3)
    assert view.ax_traces.get_title() == ""


@pytest.mark.parametrize("x", [np.arange(60)[::-1], np.r_[0, np.arange(59)]])
def test_an_axis_that_does_not_increase_is_drawn_in_full(x):
    view = traces_view(times=x, positions=[(5, 5)])
    np.testing.assert_array_equal(lines(view)[0].get_xdata(), x)


def test_a_view_of_a_tensor_shows_the_traces_of_its_numbers():
    video = np.random.default_rng(0).integers(0, 65536, (12, 6, 7), dtype=np.uint16)
    view = TracesView(
        Figure(),
        [as_source(arrays.library("torch").to(video))],
        video[0],
        PointPicker([(3, 2), (1, 1)], frame_shape=(6, 7)),
        frame=0,
        size=3,
        window="rect",
        times=np.arange(12),
        time_label="Frame",
        styles=[{}],
        display={},
        title="",
    )
    np.testing.assert_array_equal(view.traces, extract_traces(video, [(3, 2), (1, 1)], 3))
