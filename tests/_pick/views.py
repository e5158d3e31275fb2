"""Views on a canvas without a screen, a mouse and keys for them, and a clock that passes only when a test says so."""

import numpy as np
from matplotlib.backend_bases import KeyEvent, MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from optimap._pick import (
    ImageDrawing,
    PointPicker,
    PositionsView,
    ShapePicker,
    TracesDrawing,
    TracesView,
    point_color,
)
from optimap._reading import as_source

VIDEO = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)


class Clock:
    """Time that stands still between calls of `sleep`; it decides what is a double click."""

    now = 1000.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


CLOCK = Clock()


def positions_view(positions=(), limit=None, display=None, title="title", image=VIDEO[0]):
    """Return a view of an image."""
    figure = Figure(figsize=(7, 7))
    canvas = FigureCanvasAgg(figure)
    picker = PointPicker(positions, frame_shape=image.shape, limit=limit)
    view = PositionsView(figure, image, picker, display or {"cmap": "gray"}, title)
    view.sync()
    canvas.draw()
    return view


def traces_view(kind=TracesView, videos=(VIDEO,), positions=(), limit=None, image=VIDEO[0], **kwargs):
    """Return a view of videos and their traces."""
    figure = Figure(figsize=(14, 7))
    canvas = FigureCanvasAgg(figure)
    picker = PointPicker(positions, frame_shape=videos[0].shape[1:], limit=limit)
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
    view = kind(figure, [as_source(video) for video in videos], image, picker, **{**given, **kwargs})
    canvas.draw()
    return view


def drawing(limit=None, size=3, title="title"):
    """Return a view of an image to draw regions on."""
    figure = Figure(figsize=(7, 7))
    canvas = FigureCanvasAgg(figure)
    view = ImageDrawing(figure, VIDEO[0], ShapePicker(frame_shape=VIDEO.shape[1:], limit=limit), {}, title)
    view.adapter.size = size
    canvas.draw()
    return view


def traced(title="title"):
    """Return a view of a video to draw regions on."""
    figure = Figure(figsize=(14, 7))
    canvas = FigureCanvasAgg(figure)
    given = {"frame": 0, "size": 3, "window": "rect", "times": np.arange(60), "time_label": "Frame", "styles": [{}]}
    picker = ShapePicker(frame_shape=VIDEO.shape[1:])
    view = TracesDrawing(figure, [as_source(VIDEO)], VIDEO[0], picker, display={}, title=title, **given)
    canvas.draw()
    return view


def pixels(view):
    """Return the pixels on the canvas."""
    return np.asarray(view.figure.canvas.buffer_rgba()).copy()


def fresh(view):
    """Return the pixels of a full draw."""
    view.figure.canvas.draw()
    return pixels(view)


def difference(view):
    """Return the fraction of pixels on the canvas that a full draw changes."""
    return (pixels(view) != fresh(view)).any(axis=-1).mean()


def mouse(view, name, position, button=None, **kwargs):
    """Send a mouse event at a pixel of the image."""
    x, y = view.ax_image.transData.transform(position)
    MouseEvent(name, view.figure.canvas, x, y, button, **kwargs)._process()


def click(view, position, button=1):
    """Press and release; then some time passes."""
    mouse(view, "button_press_event", position, button)
    mouse(view, "button_release_event", position, button)
    CLOCK.sleep(1)


def key(view, name):
    """Press a key."""
    KeyEvent("key_press_event", view.figure.canvas, name, 0, 0)._process()


def lines(view):
    """Return the drawn traces, in the order of the points."""
    drawn = view.ax_traces.lines
    return [line for point in view.picker.points for line in drawn if line.get_color() == point_color(point)]


def frame_marker(view):
    """Return the line at the time of the frame that is shown."""
    return view.ax_traces.lines[0]


def ring(view):
    """Return the ring around the selected point."""
    (found,) = (line for line in view.ax_image.lines if line.get_markerfacecolor() == "none")
    return found


def dots(view):
    """Return the dots, in the order of the points."""
    drawn = view.ax_image.lines
    return [line for point in view.picker.points for line in drawn if line.get_color() == point_color(point)]


def numbers(view):
    """Return the texts next to the points, in the order of the points."""
    texts = {text.get_color(): text.get_text() for text in view.ax_image.texts}
    return [texts[point_color(point)] for point in view.picker.points]


def outlines(view):
    """Return the outlines of the windows, in the order of the points."""
    drawn = {patch.get_edgecolor(): patch for patch in view.ax_image.patches}
    return [drawn[to_rgba(point_color(point))] for point in view.picker.points]
