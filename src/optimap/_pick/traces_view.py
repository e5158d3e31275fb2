"""The views of `select_traces` and `compare_traces`: the image of a video on the left, traces on the right.

Points, keys and messages are those of `PositionsView`; added here are frames, traces, and the outline of the window
(the box of pixels) at each point.
"""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array, stack_level
from .._reading import Source, as_source
from .contrast_control import LABEL
from .layout import MESSAGE, ROW, SPLIT, Box
from .live_traces import LiveTraces
from .pictures import FRAME, SIGNAL, Pictures
from .playing import Playing
from .points import Picker, Point
from .positions_view import FAILURES, point_color
from .trace_lines import TraceLines
from .trace_mouse import TraceMouse
from .traces_controls import TracesControls

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.widgets import Slider


class TracesView(TracesControls):
    """The image of a video on the left, the traces of the picked positions on the right.

    `videos` holds one video, or several to compare, with one line for each of them at every point.
    """

    help = (
        *TracesControls.help[:3],
        ("wheel on a point", "change the size of the window, for all points"),
        *TracesControls.help[3:],
        ("slider, \u2190 \u2192", "another frame; with Shift 10 frames, page keys 100"),
        ("W", "the picture, the frame at the cursor, or its signal"),
        ("M", "the activation map of the beat at the frame"),
        ("space, < >", "play or stop; slower, faster"),
        ("click, drag on traces", "go to that frame; select the trace there"),
        ("1 to 6", "the switches below the traces: what is drawn"),
    )

    def __init__(
        self,
        figure: "Figure",
        videos: list[Source],
        image: Array,
        picker: Picker,
        *,
        frame: int | None,
        size: int,
        window: str,
        times: Array,
        time_label: str,
        styles: list[dict[str, Any]],
        display: dict[str, Any],
        title: str,
        nan_policy: str = "propagate",
        treated: bool = False,
    ) -> None:
        self.live = self._new_live(videos, size, window, nan_policy)
        self.times, self.frame = times, frame
        self._time_label, self._styles, self.treated = time_label, styles, treated
        self._was_dragged = False  # since the mouse was pressed
        super().__init__(figure, image, picker, display, title)
        self.pictures = Pictures(
            self.ax_image,
            self.drawn_image,
            videos[0],
            is_frame=frame is not None,
            limits_are_given=any(display.get(name) is not None for name in ("vmin", "vmax", "norm")),
            unit=_frame_duration(times) if time_label == "Time [s]" else None,
        )
        self.playing = Playing(figure.canvas, videos[0].shape[0], self._play)
        self._add_switches()
        self.slider = self._add_slider()
        if picker.points:
            self.sync()

    def _new_live(self, videos: list[Source], size: int, window: str, nan_policy: str) -> LiveTraces:
        """Return what extracts the traces."""
        return LiveTraces(videos, size, window, nan_policy)

    def _on_scroll(self) -> Callable[[int], None]:
        return self.resize

    def _add_panels(self) -> None:
        self.ax_traces = self._add_traces_axes(self._time_label)
        self.lines = TraceLines(self.ax_traces, self.times, self._styles)
        self._follow_axes()

    def _add_traces_axes(self, label: str) -> "Axes":
        """Add the axes of the traces, with a line at the time of the frame that is shown."""
        ax: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.layout.add(ax, self._traces_place, Box(0.8, 0.45, 0.3, 0.32))
        ax.set_xlabel(label)
        ax.set_ylabel("Intensity")
        ax.ticklabel_format(axis="y", scilimits=(-3, 6))  # longer numbers would leave no room for the label
        ax.spines[["top", "right"]].set_visible(False)
        if len(self.times) > 1 and self.times[0] != self.times[-1]:
            ax.set_xlim(self.times[0], self.times[-1], auto=True)
        self._marker = ax.axvline(self._time_of(self.frame or 0), color="0.55", linewidth=1, zorder=6)
        self._marker.set_visible(self.frame is not None)
        self.painter.expect_long_lines(ax)
        self.painter.add(ax, self._marker)
        self._name_window(ax)
        return ax

    def _follow_axes(self) -> None:
        """Update the lines after a change of the axis or its width, and act on the mouse there."""
        self.ax_traces.callbacks.connect("xlim_changed", lambda _: self._fit_lines())
        self.figure.canvas.mpl_connect("resize_event", lambda _: self._fit_lines())
        self.painter.add(self.ax_traces, self.lines.highlight)
        self.trace_mouse = TraceMouse(
            self.ax_traces,
            on_time=self.go_to,
            on_press=self._on_press,
            on_hover=lambda x, y: self.notice(self.lines.nearest(x, y)),
        )

    def _fit_lines(self) -> None:
        """Draw what can be seen of the lines on their pixels."""
        self.lines.update()
        self.lines.arrange([point.key for point in self.picker.points if point.key in self.lines])

    def image_place(self, width: float, height: float) -> Box:
        """Return the box of the image: at the left, above the sliders."""
        return Box(0, MESSAGE + 3 * ROW, SPLIT * width, height)

    def _traces_place(self, width: float, height: float) -> Box:
        return Box(SPLIT * width, MESSAGE + ROW, width, height)

    def _slider_place(self, width: float, height: float) -> Box:
        return Box(0, MESSAGE + ROW, SPLIT * width, MESSAGE + 2 * ROW)

    def _name_window(self, ax: "Axes") -> None:
        """Write the kind and size of the window above the traces."""
        what = "pixel" if self.window == "pixel" or self.size <= 1 else f"{self.window}, {self.size} px"
        prefix = "window: " if self.layout.width(ax) > 4 else ""  # a small window has no room for it beside the title
        ax.set_title(f"{prefix}{what}", fontsize="medium", loc="right", color="0.35")

    def _fit_texts(self) -> None:
        super()._fit_texts()
        if hasattr(self, "ax_traces"):
            self._name_window(self.ax_traces)

    def _add_slider(self) -> "Slider":
        """Add the slider that selects the frame."""
        from matplotlib.transforms import ScaledTranslation
        from matplotlib.widgets import Slider

        frames = self.videos[0].shape[0]
        ax = self.figure.add_axes((0, 0, 1, 1))
        slider = Slider(ax, "frame ", 0, max(frames - 1, 1), valinit=self.frame or 0, valstep=1, color="0.6")
        slider.drawon = False  # otherwise it would redraw the whole figure
        slider.vline.set_visible(False)
        for text, end, gap in ((slider.label, 0, -0.1), (slider.valtext, 1, 0.1)):  # inches, on every screen
            text.set(x=end, transform=ax.transAxes + ScaledTranslation(gap, 0, self.figure.dpi_scale_trans))
        ax.set_visible(frames > 1)
        self.layout.add(ax, self._slider_place, Box(LABEL, 0.05, 0.65, 0.05))
        slider.on_changed(lambda value: self.show_frame(int(value)))
        return slider

    def _time_of(self, frame: int) -> Any:
        return self.times[min(frame, len(self.times) - 1)]

    # Frames

    def show_frame(self, frame: int) -> None:
        """Show a frame of the (first) video, and mark its time among the traces."""
        frames = self.videos[0].shape[0]
        frame = min(max(frame, 0), frames - 1)
        if frame == self.frame:
            return
        self.frame = frame
        self.show_picture(SIGNAL if self.pictures.mode == SIGNAL else FRAME)  # a map is that of another moment
        self._marker.set_xdata([self._time_of(frame)] * 2)
        self._marker.set_visible(True)
        if self.slider.val != frame:
            self.slider.eventson = False
            self.slider.set_val(frame)
            self.slider.eventson = True
        self.painter.redraw(self.slider.ax)
        self.painter.repaint_only(self.ax_traces, self._marker)

    def go_to(self, time: float) -> None:
        """Show the frame that is nearest to a place on the axis of the traces."""
        frames = self.times[: self.videos[0].shape[0]] if self.videos else self.times[:0]
        if len(frames):
            self.show_frame(int(np.abs(np.asarray(frames, float) - time).argmin()))

    def _on_press(self, x: float, y: float) -> None:
        """Select the point whose trace was clicked."""
        key = self.lines.nearest(x, y)
        if key is not None and not self.finished:
            self.picker.select(key)

    def press_key(self, key: str) -> bool:
        """Act on a key; return whether it has a meaning here."""
        steps = {"left": -1, "right": 1, "shift+left": -10, "shift+right": 10, "pageup": -100, "pagedown": 100}
        if key in steps:
            self.show_frame((self.frame or 0) + steps[key])
            return True
        return super().press_key(key)

    # Traces

    @property
    def videos(self) -> list[Source]:
        """The videos that are shown, the first of them as an image, too."""
        return self.live.videos

    @property
    def size(self) -> int:
        """The width of the window in pixels."""
        return self.live.size

    @property
    def window(self) -> str:
        """The kind of window."""
        return self.live.window

    def resize(self, step: int) -> None:
        """Enlarge or shrink the window by two pixels, and extract all traces again."""
        largest, before = 2 * max(self.picker.frame_shape) + 1, self.size
        size = min(max(before + 2 * step, 1), largest)
        if self.window == "pixel" or size == before:
            return
        self.live.size = size
        points = self.picker.points
        try:
            self.prepare(list(points))
        except FAILURES as error:
            self.live.size = before
            self.show_message(f"the window stays as it is: {error}", problem=True)
            return
        for point in points:
            self._place(point)
        self._set_lines(list(points))
        self._name_window(self.ax_traces)
        self.painter.repaint(self.ax_image)
        self.lines.arrange([point.key for point in points])
        self.painter.redraw(self.ax_traces)

    def prepare(self, points: list[Point]) -> None:
        """Extract traces, which may fail, before anything is drawn."""
        self.live.at([point.position for point in points])

    def release(self) -> None:
        """Release the videos and traces."""
        self.live.release()
        self.playing.stop()
        self.pictures.release(as_source(np.zeros((1, 1, 1))))

    @property
    def traces(self) -> Array:
        """Traces (T, N) of the first video at the picked positions."""
        return self.live.matrix(self.picker.positions)

    @property
    def result(self) -> Array:
        """The traces (T, N) that the call returns: as they were recorded, or as they are drawn."""
        raw = self.traces
        if not (self.treated and self.lines.treatment.is_on and raw.size):
            return raw
        return np.stack(self.lines.shown(point.key for point in self.picker.points), axis=1)

    @property
    def made(self) -> dict[str, Any]:
        """The record of how the result was made, for files."""
        made: dict[str, Any] = {**self._place_of_pixels(), "values": "as recorded"}
        if not (self.treated and self.lines.treatment.is_on):
            return made
        described = self.lines.treatment.described(self.traces)
        reasons = self.lines.untreated
        kept = {str(point.number): reasons[point.key] for point in self.picker.points if point.key in reasons}
        return {**made, "values": "as drawn", **described, **({"as_recorded": kept} if kept else {})}

    def warn_of_untreated(self) -> None:
        """Warn of traces that are returned as they were recorded although a switch is on."""
        kept = self.made.get("as_recorded", {})
        if kept:
            several = "s" if len(kept) > 1 else ""
            what = f"trace{several} {', '.join(kept)} {'are' if several else 'is'} returned as recorded"
            warnings.warn(f"{what}: {next(iter(kept.values()))}", stacklevel=stack_level())

    def _place_of_pixels(self) -> dict[str, Any]:
        """Return which pixels traces are made of, for files."""
        return {"size": self.size, "window": self.window}

    def _set_lines(self, points: list[Point]) -> None:
        """Draw the traces of points."""
        self.live.points = len(self.picker.points)
        traces = self.live.at([point.position for point in points])
        self.lines.set({point.key: own for point, own in zip(points, traces, strict=True)})

    def change(self, gone: list[int], new: list[Point], moved: list[Point]) -> None:
        """Draw points and traces that are gone, new, or moved."""
        for key in gone:
            self.painter.remove(self.ax_traces, *self.lines.pop(key))
        for point in new:
            self.painter.watch_also(self.ax_traces, *self.lines.add(point, point_color(point)))
        super().change(gone, new, moved)
        self._set_lines([*moved, *new])
        axes_changed = self.lines.arrange([point.key for point in self.picker.points])
        self._highlight()
        if axes_changed:
            self._light()  # many traces are stacked
            self.painter.redraw(self.ax_traces)
        elif len(moved) == 1 and not gone and not new and moved[0].key == self.adapter.held:  # dragged
            self._was_dragged = True
            self.painter.repaint_only(self.ax_traces, *self.lines.changing(moved[0].key))
        else:
            self.painter.repaint(self.ax_traces)

    def _recolor(self, point: Point) -> None:
        super()._recolor(point)
        self._marks[point.key][2].set_edgecolor(point_color(point))  # type: ignore[attr-defined]
        self.lines.recolor(point.key, point_color(point))

    def _highlight(self) -> None:
        """Let the trace of the point with the ring be drawn on top of the others."""
        shown = self._ring.get_visible() and self.noticed in self.lines
        self.lines.highlight.lines = self.lines[self.noticed] if shown and self.noticed is not None else ()

    def _show_ring(self) -> None:
        super()._show_ring()
        if self._was_dragged:
            self._was_dragged = False
            self._highlight()
            self.painter.repaint(self.ax_traces)

    def notice(self, key: int | None) -> None:
        """Highlight a point and its trace while the mouse is on one of them."""
        if key != self._hovered:
            super().notice(key)
            self._highlight()
            self.painter.repaint(self.ax_traces)

    # The outline of the window at each point

    def _mark(self, point: Point) -> "tuple[Artist, ...]":
        from matplotlib.patches import Ellipse, Rectangle

        shape: Any = Ellipse if self.window == "disc" else Rectangle
        outline = shape((0, 0), 0, 0, fill=False, edgecolor=point_color(point), linewidth=1.2)
        self.ax_image.add_patch(outline)
        marks = (*super()._mark(point), outline)
        self._set_outline(outline, point)
        return marks

    def _place(self, point: Point) -> None:
        super()._place(point)
        self._set_outline(self._marks[point.key][2], point)

    def _set_outline(self, outline: "Artist", point: Point) -> None:
        """Set the place and size of an outline to those of the window."""
        from matplotlib.patches import Ellipse, Rectangle

        size = 1 if self.window == "pixel" else max(self.size, 1)
        left, top = point.x - size // 2 - 0.5, point.y - size // 2 - 0.5
        if isinstance(outline, Ellipse):
            outline.set(width=size, height=size, center=(left + size / 2, top + size / 2))
        elif isinstance(outline, Rectangle):
            outline.set(width=size, height=size, xy=(left, top))


def _frame_duration(times: Array) -> float | None:
    """Return the duration of a frame in ms, for times in s."""
    return 1000 * float(np.median(np.diff(times))) if len(times) > 1 else None
