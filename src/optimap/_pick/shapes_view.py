"""The views of `select_regions`: regions are drawn on the image, with or without traces beside it.

`Drawing` is what both have: how regions look, the keys of the tools, and names that are typed. Everything else is that
of the views of points. `ShapeTraces` extracts the pixels inside outlines.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array, on_host
from .._draw import MOST_LABELS
from .._extract import span_traces
from .._reading import Source
from .._regions import Outlines, make_regions
from .draft import Draft, Path
from .layout import MESSAGE, ROW, SPLIT, Box
from .live_traces import LiveTraces
from .points import Point
from .positions_view import FAILURES, PositionsView, point_color
from .shape_mouse import ShapeMouse
from .shapes import FREEHAND, POLYGON, RECTANGLE, Shape, ShapePicker, as_outline
from .text_places import around, place_texts
from .tool_buttons import ToolButtons
from .trace_lines import DRAFT
from .traces_view import TracesView

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

KEYS = {"r": RECTANGLE, "p": POLYGON, "f": FREEHAND}
BUTTONS = (("Rectangle", "r"), ("Polygon", "p"), ("Freehand", "f"), ("Name", "enter"))
HINTS = {
    RECTANGLE: "rectangle: drag, or click for a window   P: polygon   F: freehand   Enter: name   ?: help",
    POLYGON: "polygon: click each corner, double click to close   R: rectangle   F: freehand   Enter: name   ?: help",
    FREEHAND: "freehand: draw with the button held   R: rectangle   P: polygon   Enter: name   ?: help",
}
HELP = (
    ("R, P, F", "draw rectangles, polygons, or freehand"),
    ("click, drag", "rectangle: the window of a point, or any; polygon: a corner; freehand: draw"),
    ("double click, Enter", "close the polygon; a click on its first corner, too"),
    ("Escape, right click", "while drawing: give it up, or take back a corner"),
    ("drag an outline", "move the region; inside of it, too, if it is selected"),
    ("drag a corner", "of the selected region: change it"),
    ("double click on an edge", "of the selected region: insert a corner"),
    ("right click", "remove a corner of the selected region, or the region there"),
    ("Enter, a name, Enter", "name the selected region"),
    ("Delete", "remove the selected region"),
)


class ShapeTraces(LiveTraces):
    """Traces of one video inside outlines."""

    def _extract(self, video: Source, positions: Sequence[Any], nan_policy: str = "propagate") -> Array:
        """Return traces (T, N) in the host's memory; positions are kinds and vertices."""
        outlines = Outlines(
            [as_outline(kind, vertices) for kind, vertices in positions],
            [f"region_{i}" for i in range(len(positions))],
            single=False,
            side="right",
        )
        spans = make_regions(outlines, video.frame_shape, kind="imagej", name="regions").spans()
        return np.asarray(on_host(span_traces(video, spans, nan_policy)))


class Drawing(PositionsView):
    """Regions on an image."""

    picker: ShapePicker
    adapter: ShapeMouse
    closes_when_full = False  # but after the drag that draws the last one
    _typed: str | None = None  # the name that is being typed
    _path_is_shown = False

    def _new_adapter(self, picker: ShapePicker) -> ShapeMouse:
        return ShapeMouse(self.ax_image, picker, on_path=self._show_path, on_release=self._settle)

    def _add_buttons(self) -> None:
        """Add the buttons of the tools."""
        names = [name for name, _ in BUTTONS]
        self._buttons = ToolButtons(self.figure, self.layout, self._buttons_place, names, self._press_button)
        self._buttons.light(0)

    def _press_button(self, number: int) -> None:
        if not self.finished:
            self.press_key(BUTTONS[number][1])

    def _buttons_place(self, width: float, height: float) -> Box:
        """Return the box of the buttons: a row above the message."""
        return Box(0.3, MESSAGE, width - 0.3, MESSAGE + ROW)

    def _settle(self) -> None:
        """After a drag, show which region is selected; with the last region, picking ends."""
        self._show_ring()
        if self.picker.full:
            self.finish()

    @property
    def hint(self) -> str:  # type: ignore[override]  # it depends on the tool
        """What the line at the bottom explains."""
        return HINTS[self.adapter.tool] if hasattr(self, "adapter") else HINTS[RECTANGLE]

    @property
    def outlines(self) -> Outlines:
        """The drawn regions."""
        return self.picker.outlines

    # Keys

    def press_key(self, key: str) -> bool:
        """Handle a key; return whether it has a meaning here."""
        if self._typed is not None:
            self._type(key)
            return True
        if key.lower() in KEYS:
            self.adapter.choose(KEYS[key.lower()])
            self._buttons.light(list(KEYS).index(key.lower()))
            self.show_message(self.hint)
        elif key == "enter":
            if self.adapter.path:
                self.adapter.close_path()
            elif self.picker.selected is not None:
                self._typed = self.picker.shape(self.picker.selected).name
                self._show_typed()
        elif key == "escape":
            self.adapter.drop()
            self._show_path()
        elif self.adapter.path and (key in ("delete", "backspace") or key in ("ctrl+z", "cmd+z", "super+z")):
            self.adapter.step_back()
        else:
            is_ours = super().press_key(key)
            self._show_path()  # undoing and redoing give up what is being drawn
            return is_ours
        return True

    def _type(self, key: str) -> None:
        """Take a key of the name that is being typed."""
        typed = self._typed or ""
        if key == "enter" and self.picker.selected is not None:
            self._typed = None
            self.picker.rename(self.picker.selected, typed.strip())
            self.show_message(self.hint)
            return
        if key in ("escape", "enter"):
            self._typed = None
            self.show_message(self.hint)
            return
        if key == "backspace":
            self._typed = typed[:-1]
        elif key in ("space", "shift+space"):
            self._typed = typed + " "
        elif len(key) == 1 and key.isprintable() and key not in "/\\":  # which file names cannot hold
            self._typed = typed + key
        self._show_typed()

    def _show_typed(self) -> None:
        self.show_message(f"name: {self._typed}\u2502   (Enter: done   Escape: leave it as it was)")

    # Drawing

    def _add_ring(self) -> "Line2D":
        """Add the handles of the selected region, and the line that is being drawn, which are hidden at first."""
        from matplotlib.lines import Line2D

        from .highlight import add_dark_edge  # imports matplotlib

        handles = Line2D([], [], linestyle="", marker="s", markersize=6, markerfacecolor="white", visible=False)
        handles.set(markeredgecolor="black", markeredgewidth=0.8, zorder=4)
        self._path = Line2D([], [], color="white", linewidth=1.4, marker="o", markersize=3, zorder=4)
        add_dark_edge(self._path)
        for line in (handles, self._path):
            self.ax_image.add_line(line)
        self.painter.add(self.ax_image, handles, self._path)
        return handles

    def _show_path(self) -> None:
        """Draw what is being drawn and is not a region yet."""
        places = [*self.adapter.path, *([self.adapter.mouse] if self.adapter.mouse else [])]
        shown = places if self.adapter.held is None else []
        if not shown and not self._path_is_shown:
            return
        self._path_is_shown = bool(shown)
        self._path.set_data([x for x, _ in shown], [y for _, y in shown])
        self._path.set_marker("o" if self.adapter.tool == POLYGON else "")
        self.painter.repaint_only(self.ax_image, self._path)

    def _place_ring(self, new: list[Point]) -> None:
        """Put handles on the vertices of the selected region."""
        selected = [shape for shape in self.picker.shapes if shape.key == self.picker.selected]
        self._ring.set_visible(bool(selected))
        if selected:
            x, y = np.array(selected[0].vertices, float).T
            self._ring.set_data(x, y)

    def _mark(self, point: Point) -> "tuple[Artist, ...]":
        """Add the artists of a region: first its outline, then its name."""
        from matplotlib.patches import Polygon

        from .stamps import Stamp  # imports matplotlib

        outline = Polygon([(0, 0)], closed=True, fill=False, edgecolor=point_color(point), linewidth=1.6)
        self.ax_image.add_patch(outline)
        style: dict[str, Any] = {"ha": "center", "fontsize": "small", "color": point_color(point)}
        name = Stamp.on_image(self.ax_image, self._bitmaps, away=(0, 3), **style)
        self._marks[point.key] = (outline, name)
        self._place(point)
        return outline, name

    def _place(self, point: Point) -> None:
        """Move the artists of a region to where it is."""
        outline: Any
        name: Any
        outline, name = self._marks[point.key]
        line = self.picker.shape(point.key).outline()
        outline.set_xy(line)
        left, top = line.min(axis=0)
        name.xy = ((left + line[:, 0].max()) / 2, top)
        name.set(position=(0, 3), ha="center", va="bottom")  # until it finds its place

    def arrange(self, ax: "Axes") -> None:
        """Put names above or below their regions, or numbers alone where names have no room."""
        texts: list[Any] = []
        for shape in self.picker.shapes:
            if shape.key in self._marks:
                line = shape.outline()
                box = *line.min(axis=0).tolist(), *line.max(axis=0).tolist()
                spots = [*around(self._name_of(shape), *box), *around(str(shape.number), *box)]
                texts.append((self._marks[shape.key][1], spots))
        place_texts(ax, texts, np.empty((0, 2)))

    def _name_of(self, shape: Shape) -> str:
        """Return the number of a region, with its name unless there are many."""
        return f"{shape.number} {shape.name if len(self.picker.shapes) <= MOST_LABELS else ''}".rstrip()

    def _number(self) -> None:
        """Write numbers, and names unless there are many, in the colours of the numbers."""
        for shape in self.picker.shapes:
            self._marks[shape.key][1].set_text(self._name_of(shape))  # type: ignore[attr-defined]
            self._recolor(shape)

    def _recolor(self, point: Point) -> None:
        """Give the artists of a region the colour of its number."""
        outline: Any
        name: Any
        outline, name = self._marks[point.key]
        outline.set_edgecolor(point_color(point))
        name.set_color(point_color(point))


class ImageDrawing(Drawing):
    """An image to draw regions on."""

    help = (*HELP, *PositionsView.help[4:])  # without what is about points

    def __init__(
        self, figure: "Figure", image: Array, picker: ShapePicker, display: dict[str, Any], title: str
    ) -> None:
        super().__init__(figure, image, picker, display, title)
        self._add_buttons()

    def image_place(self, width: float, height: float) -> Box:
        """Return the box of the image: above the slider for its contrast and the buttons."""
        return super().image_place(width, height)._replace(bottom=MESSAGE + 2 * ROW)


class TracesDrawing(Drawing, TracesView):
    """The image of a video to draw regions on, with their traces."""

    help = (*HELP, *TracesView.help[5:])

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.adapter.size = max(self.size, 1)
        self.draft = Draft(self.figure.canvas, self._draw_draft)
        self._add_buttons()

    def _show_path(self) -> None:
        """Draw what is being drawn and is not a region yet, and its trace."""
        super()._show_path()
        drawn = self.adapter
        places = [*drawn.path, *([drawn.mouse] if drawn.mouse else [])]
        has_area = drawn.held is None and drawn.tool != RECTANGLE and len(set(places)) >= 3
        self.draft.ask((drawn.tool, places) if has_area else None)

    def _draw_draft(self, path: Path | None) -> None:
        """Draw the trace of what is being drawn below those of the regions, or remove it."""
        keys = [shape.key for shape in self.picker.shapes]
        if path is None:
            if DRAFT in self.lines:
                self.painter.remove(self.ax_traces, *self.lines.pop(DRAFT))
                axes = self.lines.arrange(keys)
                (self.painter.redraw if axes else self.painter.repaint)(self.ax_traces)
            return
        kind, places = path
        try:
            (traces,) = self.live.once([(kind, self.picker.placed(kind, places))])  # type: ignore[list-item]
        except FAILURES:  # it has no pixel yet, or cannot be read, which is said when it is complete
            return
        if DRAFT not in self.lines:
            point = Point(DRAFT, 0, 0, number=len(keys) + 1)
            self.painter.watch_also(self.ax_traces, *self.lines.add(point, point_color(point)))
        self.lines.set({DRAFT: traces})
        axes = self.lines.arrange([*keys, DRAFT])
        if axes:
            self.painter.redraw(self.ax_traces)
        else:
            self.painter.repaint_only(self.ax_traces, *self.lines.changing(DRAFT))

    def _buttons_place(self, width: float, height: float) -> Box:
        """Return the box of the buttons: above the traces."""
        return Box(SPLIT * width + 0.3, height - ROW, width - 0.1, height)

    def _new_live(self, videos: list[Source], size: int, window: str, nan_policy: str) -> LiveTraces:
        return ShapeTraces(videos, size, window, nan_policy)

    def _name_window(self, ax: Any) -> None:
        """Write nothing above the traces: regions have no window."""

    def _place_of_pixels(self) -> dict[str, Any]:
        """Return nothing: regions have no window."""
        return {}

    def resize(self, step: int) -> None:
        """Do nothing: regions have no window."""

    def _recolor(self, point: Point) -> None:
        super()._recolor(point)
        self.lines.recolor(point.key, point_color(point))

    def _highlight(self) -> None:
        """Let the trace of the region below the mouse, or of the selected one, be drawn on top of the others."""
        noticed = self.noticed
        self.lines.highlight.lines = self.lines[noticed] if noticed is not None and noticed in self.lines else ()
