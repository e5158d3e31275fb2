"""The windows, on a canvas without a screen: what is drawn is what is picked."""

import numpy as np
import pytest
from matplotlib.backend_bases import KeyEvent, MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from optimap._pick import PointPicker
from optimap._pick import traces_window as module
from optimap._pick.positions_window import PositionsWindow
from optimap._pick.traces_window import ComparisonWindow, TracesWindow
from optimap.trace import extract_traces

VIDEO = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)


class Counting:
    """A video that counts the frames it is asked for."""

    def __init__(self, array):
        self._array, self.shape, self.dtype, self.reads = array, array.shape, array.dtype, 0

    def __getitem__(self, key):
        self.reads += 1
        return self._array[key]


def window(kind=TracesWindow, videos=(VIDEO,), positions=(), limit=None, **kwargs):
    figure = Figure(figsize=(14, 7))
    canvas = FigureCanvasAgg(figure)
    picker = PointPicker(positions, frame_shape=videos[0].shape[1:], limit=limit)
    if kind is PositionsWindow:
        made = PositionsWindow(figure, VIDEO[0], picker, {"cmap": "gray"}, "title")
        made.sync()
    else:
        given = {
            "frame": 0,
            "size": 3,
            "window": "rect",
            "times": np.arange(max(video.shape[0] for video in videos)),
            "time_label": "Frame",
            "styles": [{}] * len(videos),
            "display": {"cmap": "gray"},
            "title": "title",
        }
        made = kind(figure, list(videos), VIDEO[0], picker, **{**given, **kwargs})
    canvas.draw()
    return made


def pixels(made):
    return np.asarray(made.figure.canvas.buffer_rgba()).copy()


def fresh(made):
    """Return the pixels of a full draw."""
    made.figure.canvas.draw()
    return pixels(made)


def mouse(made, name, position, button=None, **kwargs):
    x, y = made.ax_image.transData.transform(position)
    MouseEvent(name, made.figure.canvas, x, y, button, **kwargs)._process()


def click(made, position, button=1):
    mouse(made, "button_press_event", position, button)
    mouse(made, "button_release_event", position, button)
    made.adapter._last_press = (-1.0, 0.0, 0.0)


def key(made, name):
    KeyEvent("key_press_event", made.figure.canvas, name, 0, 0)._process()


def lines(made):
    """Return the drawn traces, in the order of the points."""
    return [made._lines[point.key][0] for point in made.picker.points]


def test_each_click_draws_a_trace_in_the_colour_of_its_point():
    made = window()
    click(made, (5, 5))
    click(made, (20, 10))
    np.testing.assert_array_equal(made.traces, extract_traces(VIDEO, [(5, 5), (20, 10)], 3))
    for i, line in enumerate(lines(made)):
        np.testing.assert_array_equal(line.get_ydata(), made.traces[:, i])
        dot, number, _ = made._marks[made.picker.points[i].key]
        assert dot.get_color() == line.get_color() == f"C{i}"
        assert number.get_text() == str(i + 1)
    low, high = made.ax_traces.get_ylim()
    assert low < made.traces.min()
    assert high > made.traces.max()


def test_nothing_picked_gives_no_traces():
    made = window()
    assert made.traces.shape == (60, 0)
    assert made.positions == []
    assert made.ax_traces.get_xlim() == (0, 59)


def test_only_the_new_position_is_extracted():
    video = Counting(VIDEO)
    made = window(videos=(video,))
    click(made, (5, 5))
    once = video.reads
    click(made, (20, 10))
    assert video.reads == 2 * once
    made.picker.undo()
    made.picker.redo()
    _ = made.traces
    assert video.reads == 2 * once


def test_fast_drawing_looks_like_a_full_draw():
    made = window(positions=[(3, 3)])
    actions = [
        lambda: click(made, (5, 5)),
        lambda: click(made, (20, 10)),
        lambda: click(made, (20, 10)),
        lambda: click(made, (12, 12), button=3),
        lambda: made.picker.undo(),
        lambda: made.show_frame(30),
        lambda: made.resize(1),
        lambda: mouse(made, "button_press_event", (20, 10), 1),
        lambda: mouse(made, "motion_notify_event", (22, 11)),
        lambda: mouse(made, "motion_notify_event", (25, 12)),
        lambda: mouse(made, "button_release_event", (25, 12), 1),
        lambda: made.picker.clear(),
    ]
    for i, act in enumerate(actions):
        made.adapter._last_press = (-1.0, 0.0, 0.0)
        act()
        fast = pixels(made)
        different = (fast != fresh(made)).any(axis=-1).mean()
        # The dragged point is drawn on top meanwhile, and antialiased edges are blended twice.
        assert different < 2e-3, f"after action {i}"


def test_a_drag_moves_point_and_trace():
    made = window(positions=[(5, 5), (20, 10)])
    mouse(made, "button_press_event", (5, 5), 1)
    for x in (6, 7, 8):
        mouse(made, "motion_notify_event", (x, 5))
        np.testing.assert_array_equal(lines(made)[0].get_ydata(), extract_traces(VIDEO, (x, 5), 3))
    mouse(made, "button_release_event", (8, 5), 1)
    assert made.positions == [(8, 5), (20, 10)]
    key(made, "ctrl+z")
    assert made.positions == [(5, 5), (20, 10)]
    np.testing.assert_array_equal(lines(made)[0].get_ydata(), extract_traces(VIDEO, (5, 5), 3))


def test_keys_undo_redo_and_remove():
    made = window()
    for position in ((5, 5), (20, 10), (25, 15)):
        click(made, position)
    key(made, "ctrl+z")
    assert len(made.positions) == 2
    for names in (["ctrl+Z"], ["ctrl+shift+z"], ["ctrl+y"], ["ctrl+shift", "ctrl+z"]):
        for name in names:
            key(made, name)
        KeyEvent("key_release_event", made.figure.canvas, "shift", 0, 0)._process()
        assert len(made.positions) == 3
        key(made, "cmd+z")
    click(made, (5, 5))
    key(made, "delete")
    assert made.positions == [(20, 10)]
    assert [made._marks[p.key][1].get_text() for p in made.picker.points] == ["1"]
    key(made, "q")
    key(made, "s")
    assert made.positions == [(20, 10)]


def test_frames_by_arrow_keys_and_slider():
    made = window(frame=10)
    for name, frame in (("right", 11), ("shift+right", 21), ("left", 20), ("shift+left", 10), ("pageup", 0)):
        key(made, name)
        assert made.frame == frame
        np.testing.assert_array_equal(made.drawn_image.get_array(), VIDEO[frame])
        assert made.slider.val == frame
        assert made._marker.get_xdata()[0] == frame
    key(made, "left")
    assert made.frame == 0
    made.slider.set_val(59)
    assert made.frame == 59
    key(made, "right")
    assert made.frame == 59


def test_an_image_instead_of_a_frame_has_no_marker_until_a_frame_is_shown():
    made = window(frame=None)
    assert not made._marker.get_visible()
    key(made, "right")
    assert made._marker.get_visible()


def test_the_wheel_changes_the_window_of_all_points():
    made = window(positions=[(5, 5), (20, 10)])
    mouse(made, "scroll_event", (5, 5), "up", step=1)
    assert made.size == 5
    np.testing.assert_array_equal(made.traces, extract_traces(VIDEO, [(5, 5), (20, 10)], 5))
    np.testing.assert_array_equal(lines(made)[1].get_ydata(), made.traces[:, 1])
    outline = made._marks[made.picker.points[0].key][2]
    assert (outline.get_xy(), outline.get_width()) == ((2.5, 2.5), 5)
    assert "5 px" in made.ax_traces.get_title(loc="right")
    for _ in range(4):
        mouse(made, "scroll_event", (5, 5), "down", step=-1)
    assert made.size == 1
    assert made.ax_traces.get_title(loc="right") == "window: pixel"
    mouse(made, "scroll_event", (12, 2), "up", step=1)
    assert made.size == 1


def test_the_outline_shows_the_pixels_of_the_window():
    made = window(positions=[(5, 5)], size=4)
    outline = made._marks[1][2]
    assert (outline.get_xy(), outline.get_width(), outline.get_height()) == ((2.5, 2.5), 4, 4)
    disc = window(positions=[(5, 5)], size=4, window="disc")._marks[1][2]
    assert (tuple(disc.get_center()), disc.get_width()) == ((4.5, 4.5), 4)


def test_the_axis_is_in_seconds_and_zoom_is_kept():
    made = window(times=np.arange(60) / 500, time_label="Time [s]")
    assert made.ax_traces.get_xlabel() == "Time [s]"
    assert made.ax_traces.get_xlim() == (0, 59 / 500)
    click(made, (5, 5))
    made.ax_traces.set_ylim(0, 10)
    made.ax_traces.set_xlim(0.02, 0.05)
    click(made, (20, 10))
    assert made.ax_traces.get_ylim() == (0, 10)
    assert made.ax_traces.get_xlim() == (0.02, 0.05)


def test_long_traces_lose_no_peak():
    video = np.zeros((20_000, 4, 5), np.float32)
    video[12_345] = 7
    made = window(videos=(video,), positions=[(2, 2)], times=np.arange(20_000))
    x, y = lines(made)[0].get_data()
    assert len(x) < 5000
    assert np.nanmax(y) == 7
    made.ax_traces.set_xlim(12_340, 12_350)
    x, y = lines(made)[0].get_data()
    assert x[np.argmax(y)] == 12_345
    assert len(x) <= 14


def test_nan_and_constant_traces_are_drawn():
    video = np.full((60, 20, 30), np.nan)
    video[:, 10:] = 5.0
    made = window(videos=(video,))
    click(made, (5, 3))
    click(made, (5, 15))
    assert np.isnan(made.traces[:, 0]).all()
    assert made.ax_traces.get_ylim()[0] < 5 < made.ax_traces.get_ylim()[1]


def test_constant_traces_are_visible():
    made = window(videos=(np.full((9000, 4, 5), 7.0, np.float32),), times=np.arange(9000))
    before = pixels(made)
    click(made, (2, 2))
    right = slice(made.figure.canvas.get_width_height()[0] // 2 + 60, None)
    assert (pixels(made) != before)[:, right].any(axis=(0, 2)).sum() > 500


def test_a_video_of_one_frame():
    made = window(videos=(VIDEO[:1],), positions=[(5, 5)], times=np.arange(1))
    assert lines(made)[0].get_marker() == "o"
    assert not made.slider.ax.get_visible()


def test_an_error_at_a_click_is_said_and_nothing_is_lost():
    video = VIDEO.astype(float)
    video[3, 10, 20] = np.nan
    made = window(videos=(video,), nan_policy="raise")
    click(made, (5, 5))
    click(made, (20, 10))
    assert made.positions == [(5, 5)]
    assert "not picked: video holds NaN in frame 3" in made.message.get_text()
    click(made, (25, 15))
    assert made.positions == [(5, 5), (25, 15)]
    assert made.message.get_text() == made.help
    assert made.traces.shape == (60, 2)


def test_infinities_do_not_spoil_the_axis():
    video = VIDEO.astype(float)
    video[3, 10, 20] = np.inf
    made = window(videos=(video,), positions=[(5, 5), (20, 10)])
    low, high = made.ax_traces.get_ylim()
    assert 0 < high - low < 2000


def test_levels_of_a_blank_frame_or_another_image_give_way():
    video = VIDEO.copy()
    video[0] = 0
    made = window(videos=(video,), frame=None)
    made.drawn_image.set_clim(0, 1)
    made.show_frame(5)
    assert made.drawn_image.get_clim() == (video[5].min(), video[5].max())
    made.show_frame(9)
    assert made.drawn_image.get_clim() == (video[5].min(), video[5].max())


def test_the_selected_point_has_a_ring_after_a_drag():
    made = window(positions=[(5, 5)])
    mouse(made, "button_press_event", (5, 5), 1)
    mouse(made, "motion_notify_event", (9, 9))
    mouse(made, "button_release_event", (9, 9), 1)
    assert made._ring.get_visible()
    assert made._ring.get_xydata().tolist() == [[9, 9]]


def test_an_undone_drag_does_not_go_on():
    made = window(positions=[(5, 5)])
    click(made, (20, 10))
    mouse(made, "button_press_event", (20, 10), 1)
    mouse(made, "motion_notify_event", (22, 10))
    key(made, "ctrl+z")
    mouse(made, "motion_notify_event", (25, 12))
    assert made.positions == [(5, 5), (20, 10)]
    key(made, "ctrl+z")
    assert made.positions == [(5, 5)]


def test_a_colour_scale_stays_when_frames_change():
    made = window(display={"cmap": "gray", "colorbar": "counts"})
    made.show_frame(20)
    fast = pixels(made)
    assert (fast != fresh(made)).any(axis=-1).mean() < 2e-3


def test_memory_of_traces_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "MEMORY", 5 * 60 * 8)
    made = window(positions=[(0, 0)])
    for x in range(30):
        made.picker.move(1, (x, 3))
    assert len(made._memory) <= 5


def test_the_limit_finishes_and_then_clicks_do_nothing():
    made = window(limit=2)
    done = []
    made.when_finished(lambda: done.append(1))
    for position in ((5, 5), (20, 10), (25, 15)):
        click(made, position)
    assert done == [1]
    assert made.positions == [(5, 5), (20, 10)]
    key(made, "ctrl+z")
    assert len(made.positions) == 2


def test_a_saved_figure_shows_points_and_traces(tmp_path):
    empty, picked = window(), window(positions=[(5, 5)])
    pictures = []
    for i, made in enumerate((empty, picked)):
        made.figure.savefig(tmp_path / f"{i}.png")
        pictures.append((tmp_path / f"{i}.png").read_bytes())
    assert len(pictures[1]) > len(pictures[0]) + 1000


def test_positions_window():
    made = window(PositionsWindow, positions=[(5, 5)])
    click(made, (20, 10))
    assert made.positions == [(5, 5), (20, 10)]
    assert (pixels(made) != fresh(made)).any(axis=-1).mean() < 1e-3
    assert "click: add" in made.figure.texts[0].get_text()


def test_comparison_follows_the_click_with_a_line_for_each_video():
    made = window(ComparisonWindow, videos=(VIDEO, VIDEO[:40] + 5), limit=1)
    click(made, (5, 5))
    click(made, (20, 10))
    (point,) = made.picker.points
    assert made.ax_traces.get_title() == "(20, 10)"
    first, second = made._lines[point.key]
    np.testing.assert_array_equal(first.get_ydata(), extract_traces(VIDEO, (20, 10), 3))
    np.testing.assert_array_equal(second.get_ydata(), extract_traces(VIDEO[:40] + 5, (20, 10), 3))
    click(made, (0, 0), button=3)
    assert made.ax_traces.get_title() == ""


@pytest.mark.parametrize("x", [np.arange(60)[::-1], np.r_[0, np.arange(59)]])
def test_an_axis_that_does_not_increase_is_drawn_in_full(x):
    made = window(times=x, positions=[(5, 5)])
    np.testing.assert_array_equal(lines(made)[0].get_xdata(), x)
