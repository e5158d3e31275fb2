"""The view of `select_positions`: a figure that shows the points of a `PointPicker`.

After a change of the picker, the view compares the drawn points with the picked ones, and draws the difference. A view
runs on every front end (`frontends`), and does not depend on any of them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._base import Array
from .._draw import default_colors
from .mouse import MouseAdapter
from .painter import Painter
from .points import Point, PointPicker, Position

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import KeyEvent
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.lines import Line2D

IMAGE_HELP = "click: add   drag: move   right click: remove   Ctrl+Z, Ctrl+Shift+Z: undo, redo   Del: remove selected"


# What reading and computing may raise: shown in the window, which stays open.
FAILURES = (ValueError, OSError, RuntimeError, MemoryError)


class PositionsView:
    """An image to pick positions on."""

    help = IMAGE_HELP
    image_place = (0.03, 0.07, 0.94, 0.86)
    image_box = (0.0, 0.055, 1.0, 1.0)  # with the title, and the numbers of points at the edge
    closes_when_full = True

    def __init__(
        self, figure: "Figure", image: Array, picker: PointPicker, display: dict[str, Any], title: str
    ) -> None:
        self.figure, self.picker = figure, picker
        self.finished = False
        self._shift = False  # whether the Shift key is down
        self._on_finish: Callable[[], None] | None = None
        self._marks: dict[int, tuple[Artist, ...]] = {}
        self._drawn: dict[int, Position] = {}
        self.painter = Painter(figure)
        self.ax_image, self.drawn_image = self._add_image(image, display, title)
        self._ring = self._add_ring()
        self.message = figure.text(0.5, 0.012, self.help, ha="center", va="bottom", fontsize="small", color="0.35")
        self.adapter = MouseAdapter(self.ax_image, picker, on_scroll=self._on_scroll(), on_release=self._show_ring)
        self._take_keys()
        picker.observe(self.sync)

    def _add_image(self, image: Array, display: dict[str, Any], title: str) -> "tuple[Axes, AxesImage]":
        """Draw the image, with a colour scale if `display` has the title for one."""
        ax = self.figure.add_axes(self.image_place)
        display = dict(display)
        colorbar = display.pop("colorbar", None)
        drawn = ax.imshow(image, **{"interpolation": "none", **display})
        ax.set_title(title)
        ax.set_axis_off()
        if colorbar is not None:
            self.figure.colorbar(drawn, ax=ax, fraction=0.046, pad=0.03, label=colorbar)
        self.painter.watch(ax, self.image_box)
        return ax, drawn

    def _add_ring(self) -> "Line2D":
        """Add the ring around the selected point, which is hidden at first."""
        from matplotlib.lines import Line2D

        ring = Line2D([], [], linestyle="", marker="o", markersize=14, markerfacecolor="none", color="white")
        ring.set(markeredgewidth=2, visible=False)
        self.ax_image.add_line(ring)
        self.painter.add(self.ax_image, ring)
        return ring

    def _on_scroll(self) -> Callable[[int], None] | None:
        """Return the function to call when the wheel is turned over a point."""
        return None

    def when_finished(self, function: Callable[[], None]) -> None:
        """Call `function` when picking ends, for example because enough points are picked."""
        self._on_finish = function

    def finish(self) -> None:
        """Stop taking clicks."""
        if not self.finished:
            self.finished = True
            self.adapter.disconnect()
            if self._on_finish is not None:
                self._on_finish()

    # Keys

    def _take_keys(self) -> None:
        """Handle our keys before matplotlib's, which give some of them (arrows, backspace) another meaning."""
        canvas = self.figure.canvas
        theirs = getattr(canvas.manager, "key_press_handler_id", None)
        if theirs is not None:
            canvas.mpl_disconnect(theirs)
        canvas.mpl_connect("key_press_event", self._on_key)
        canvas.mpl_connect("key_release_event", self._on_key_release)

    def _on_key(self, event: "KeyEvent") -> None:
        from matplotlib.backend_bases import key_press_handler

        key = event.key or ""
        if key.rpartition("+")[2] == "shift":
            self._shift = True
        ours = not self.finished and self.press_key(key)
        if not ours and self.figure.canvas.manager is not None:
            key_press_handler(event)

    def _on_key_release(self, event: "KeyEvent") -> None:
        if (event.key or "").rpartition("+")[2] == "shift":
            self._shift = False

    def press_key(self, key: str) -> bool:
        """Handle a key; return whether it has a meaning here."""
        modifier, _, letter = key.rpartition("+")
        if letter in ("z", "Z", "y") and modifier.split("+")[0] in ("ctrl", "cmd", "super"):
            # Qt reports ctrl+Z where Tk and browsers report ctrl+z with Shift held.
            redo = letter in ("Z", "y") or "shift" in modifier or self._shift
            self.adapter.drop()
            _ = self.picker.redo() if redo else self.picker.undo()
            return True
        if key in ("delete", "backspace"):
            self.adapter.drop()
            if self.picker.selected is not None:
                self.picker.remove(self.picker.selected)
            return True
        return False

    # Drawing

    def sync(self) -> None:
        """Draw what changed since the last time."""
        points = {point.key: point for point in self.picker.points}
        gone = [key for key in self._drawn if key not in points]
        new = [point for point in points.values() if point.key not in self._drawn]
        moved = [p for p in points.values() if p.key in self._drawn and self._drawn[p.key] != p.position]
        try:
            self.prepare([*new, *moved])
        except FAILURES as error:
            self.adapter.drop()
            self.picker.revert()
            self.show_message(f"not picked: {error}", problem=True)
            return
        self._drawn = {key: point.position for key, point in points.items()}
        self.change(gone, new, moved)
        if self.message.get_text() != self.help:
            self.show_message(self.help)
        if self.picker.full and self.closes_when_full:
            self.finish()

    def prepare(self, points: list[Point]) -> None:
        """Do everything that may fail before anything is drawn."""

    def show_message(self, text: str, problem: bool = False) -> None:
        """Show a text in the line at the bottom."""
        self.message.set_text(text if len(text) < 180 else text[:177] + "...")
        self.message.set_color("firebrick" if problem else "0.35")
        self.figure.canvas.draw_idle()

    def release(self) -> None:
        """Release large data; toolkits may keep the figure of a closed window for a long time."""

    def change(self, gone: list[int], new: list[Point], moved: list[Point]) -> None:
        """Draw points that are gone, new, or moved."""
        for key in gone:
            self.painter.remove(self.ax_image, *self._marks.pop(key))
        for point in moved:
            self._place(point)
        if not gone and not new and len(moved) == 1 and moved[0].key == self.adapter.held:  # dragged
            self._ring.set_visible(False)
            self.painter.repaint_only(self.ax_image, *self._marks[moved[0].key])
            return
        ring_was_visible = self._ring.get_visible()
        self._place_ring(new)
        for point in new:
            self._marks[point.key] = self._mark(point)
        self._number()
        for point in new:
            self.painter.add(self.ax_image, *self._marks[point.key])
        if gone or moved or ring_was_visible or self._ring.get_visible():
            self.painter.repaint(self.ax_image)

    def _place_ring(self, new: list[Point]) -> None:
        """Put a ring around the selected point, except a new one, which is noticed anyway; this saves a repaint."""
        selected = [point for point in self.picker.points if point.key == self.picker.selected]
        self._ring.set_visible(bool(selected) and selected[0] not in new)
        if selected:
            self._ring.set_data([selected[0].x], [selected[0].y])

    def _show_ring(self) -> None:
        """Show which point is selected, after a drag."""
        self._place_ring([])
        self.painter.repaint(self.ax_image)

    def _mark(self, point: Point) -> "tuple[Artist, ...]":
        """Add the artists of a point: first the dot, then its number."""
        from matplotlib.lines import Line2D
        from matplotlib.patheffects import withStroke

        color = point_color(point)
        dot = Line2D([point.x], [point.y], linestyle="", marker="o", markersize=8, color=color, markeredgecolor="white")
        self.ax_image.add_line(dot)
        number = self.ax_image.annotate(
            "",
            point.position,
            xytext=(6, 5),
            textcoords="offset points",
            color=color,
            fontweight="bold",
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
        return dot, number

    def _place(self, point: Point) -> None:
        """Move the artists of a point to where it is."""
        dot, number = self._marks[point.key][:2]
        dot.set_data([point.x], [point.y])  # type: ignore[attr-defined]
        number.xy = point.position  # type: ignore[attr-defined]

    def _number(self) -> None:
        """Number the points in their order."""
        for i, point in enumerate(self.picker.points, start=1):
            self._marks[point.key][1].set_text(str(i))  # type: ignore[attr-defined]

    @property
    def positions(self) -> list[Position]:
        """The picked positions."""
        return self.picker.positions


def point_color(point: Point) -> str:
    """Return a point's colour, which never changes."""
    return default_colors(1, point.key - 1)[0]
