"""The view of `select_positions`: a figure that shows the points of a `PointPicker`.

After a change of the picker, the view compares the drawn points with the picked ones, and draws the difference. A view
runs on every front end (`frontends`), and does not depend on any of them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array
from .._draw import contrast_limits, default_colors, keep_arranged
from .contrast_control import ContrastControl
from .help_panel import HelpPanel
from .layout import MESSAGE, ROW, Box, Layout, shortened, wrapped
from .mouse import Mouse, MouseAdapter
from .painter import Painter
from .points import Picker, Point, Position
from .text_places import corners, place_texts

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import KeyEvent, MouseEvent
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

    from .stamps import Bitmaps

SMALL, TITLE = 8.5, 11.0  # sizes of text, in points


# What reading and computing may raise: shown in the window, which stays open.
FAILURES = (ValueError, OSError, RuntimeError, MemoryError)


class PositionsView:
    """An image to pick positions on."""

    hint = "click: add   drag: move   right click: remove   ?: help"
    help: tuple[tuple[str, str], ...] = (
        ("click", "add a point; on a point: select it"),
        ("drag a point", "move it"),
        ("right click", "remove the nearest point"),
        ("Delete", "remove the selected point"),
        ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
        ("+, -, 0", "more contrast, less, the first again; the slider sets black and white"),
        ("zoom, pan (toolbar)", "enlarge the picture; meanwhile clicks add nothing"),
    )
    closes_when_full = True

    def __init__(self, figure: "Figure", image: Array, picker: Picker, display: dict[str, Any], title: str) -> None:
        self.figure, self.picker = figure, picker
        self.finished = False
        self._shift = False  # whether the Shift key is down
        self._on_finish: Callable[[], None] | None = None
        self._marks: dict[int, tuple[Artist, ...]] = {}
        self._bitmaps: Bitmaps = {}  # of numbers
        self._drawn: dict[int, Position] = {}
        self._numbers: dict[int, int] = {}  # of the points that are drawn
        self._hovered: int | None = None  # the point below the mouse, or whose trace is
        self.painter = Painter(figure)
        self.layout = Layout(figure, self.painter)
        self.title = self._image_name = title
        self.ax_image, self.drawn_image = self._add_image(image, display)
        self._add_panels()
        self.contrast = ContrastControl(figure, self.layout, self._contrast_place, self._redraw_image)
        self.contrast.follow(self.drawn_image)
        self._ring = self._add_ring()
        keep_arranged(self.ax_image, self)
        self._text, self._is_problem = self.hint, False
        self.message = self._add_message()
        self.help_panel = HelpPanel(figure, self.painter, self.help)
        self._fit_texts()
        figure.canvas.mpl_connect("resize_event", lambda _: self._fit_texts())
        self.adapter: Mouse = self._new_adapter(picker)
        figure.canvas.mpl_connect("motion_notify_event", self._on_motion)
        self._take_keys()
        picker.observe(self.sync)

    def _add_image(self, image: Array, display: dict[str, Any]) -> "tuple[Axes, AxesImage]":
        """Draw the image with a ruler, and with a colour scale if `display` has the title for one."""
        from matplotlib.ticker import MaxNLocator

        ax = self.figure.add_axes((0, 0, 1, 1))
        display = dict(display)
        colorbar = display.pop("colorbar", None)
        drawn = ax.imshow(image, **{"interpolation": "none", **display})
        set_contrast(drawn, image, display)
        ax.tick_params(labelsize=SMALL, colors="0.35", length=3)
        ax.spines[:].set(color="0.6", linewidth=0.6, antialiased=False)  # so that drawing them twice changes nothing
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        ax.format_coord = pixel_text  # type: ignore[method-assign]  # shown by the toolbar, with the value
        self.layout.add(ax, self.image_place, Box(0.45, 0.27, 0.15 if colorbar is None else 1.05, 0.32))
        if colorbar is not None:
            scale = self.figure.add_axes((0, 0, 1, 1))
            self.figure.colorbar(drawn, cax=scale, label=colorbar)
            self.layout.add(scale, self._scale_place, Box(0.1, 0.27, 0.75, 0.32), watched=False)
        return ax, drawn

    def image_place(self, width: float, height: float) -> Box:
        """Return the box of the image: the whole figure above the slider for the contrast."""
        return Box(0, MESSAGE + ROW, width, height)

    def _contrast_place(self, width: float, height: float) -> Box:
        """Return the box of the slider for the contrast: below the image."""
        image = self.image_place(width, height)
        return Box(image.left, image.bottom - ROW, min(image.right, image.left + 5), image.bottom)

    def _scale_place(self, width: float, height: float) -> Box:
        """Return the box of the colour scale, at the right of the image."""
        box = self.image_place(width, height)
        return box._replace(left=box.right - 1.0)

    def _add_panels(self) -> None:
        """Add what is beside the image."""

    def name_image(self, text: str) -> None:
        """Write a text above the image, shortened to its width."""
        self._image_name = text
        self.ax_image.title.set(text=shortened(text, self.layout.title_width(self.ax_image), TITLE), fontsize=TITLE)

    def _fit_texts(self) -> None:
        """Fit the title and the message to the width of the figure."""
        self.name_image(self._image_name)
        self._fit_message()

    def _fit_message(self) -> None:
        """Fit the message to the width of the figure."""
        text = wrapped(self._text, self.figure.get_size_inches()[0] - 0.2, SMALL, lines=2)
        self.message.set(text=text, color="firebrick" if self._is_problem else "0.35")

    def _add_message(self) -> "Text":
        """Add the line at the bottom, in axes of its own, which are drawn again alone."""
        self._message_axes = ax = self.figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        self.layout.add(ax, lambda width, _: Box(0, 0, width, MESSAGE), Box(0, 0, 0, 0))
        return ax.text(0.5, 0.5, "", ha="center", va="center", fontsize=SMALL)

    def _add_ring(self) -> "Line2D":
        """Add the ring around the selected point, which is hidden at first."""
        from matplotlib.lines import Line2D

        from .highlight import add_dark_edge  # imports matplotlib
        from .stamps import Stamp

        self._number_of_noticed = Stamp.on_image(self.ax_image, self._bitmaps, away=(6, 5), visible=False, zorder=5)
        ring = Line2D([], [], linestyle="", marker="o", markersize=14, markerfacecolor="none", color="white")
        ring.set(markeredgewidth=2, visible=False, zorder=4)
        add_dark_edge(ring)
        self.ax_image.add_line(ring)
        self.painter.add(self.ax_image, ring, self._number_of_noticed)
        return ring

    def _new_adapter(self, picker: Any) -> Mouse:
        """Return what translates the mouse's events."""
        return MouseAdapter(self.ax_image, picker, on_scroll=self._on_scroll(), on_release=self._show_ring)

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
        if self.help_panel.is_shown:
            self.help_panel.hide()
            return
        if key.rpartition("+")[2] == "shift":
            self._shift = True
        ours = not self.finished and self.press_key(key)
        # Matplotlib's single keys change the scale, the grid or the window, or close it: whoever presses one by chance
        # has no idea what happened.
        is_theirs = key == "home" or key.split("+")[0] in ("ctrl", "cmd", "super", "alt")
        if not ours and is_theirs and self.figure.canvas.manager is not None:
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
        if key in ("?", "f1"):
            self.help_panel.show()
            return True
        return self.contrast.press_key(key)

    def _redraw_image(self) -> None:
        """Draw the image again, and the slider for its contrast."""
        self.painter.redraw(self.ax_image)
        self.painter.redraw(self.contrast.ax)

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
        self._hovered = self._hovered if self._hovered in points else None
        self.change(gone, new, moved)
        if self._text != self.hint:
            self.show_message(self.hint)
        if self.picker.full and self.closes_when_full:
            self.finish()

    def prepare(self, points: list[Point]) -> None:
        """Do everything that may fail before anything is drawn."""

    def show_message(self, text: str, problem: bool = False) -> None:
        """Show a text in the line at the bottom."""
        self._text, self._is_problem = text, problem
        self._fit_message()
        self.painter.redraw(self._message_axes)

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
        self._place_ring(new)
        for point in new:
            self._marks[point.key] = self._mark(point)
            self.painter.watch_also(self.ax_image, *self._marks[point.key])
        self._number()
        self.arrange(self.ax_image)
        self.painter.repaint(self.ax_image)

    def _place_ring(self, new: list[Point]) -> None:
        """Put a ring around the noticed point, except a new one, which is noticed anyway; this saves a repaint."""
        noticed = [point for point in self.picker.points if point.key == self.noticed]
        self._ring.set_visible(bool(noticed) and noticed[0] not in new)
        if noticed:
            self._ring.set_data([noticed[0].x], [noticed[0].y])
            self._show_number(noticed[0])
        else:
            self._number_of_noticed.set_visible(False)

    def _show_number(self, point: Point) -> None:
        """Show the number of a point on top of the others if it had no room."""
        own, shown = self._marks.get(point.key), self._number_of_noticed
        shown.set(
            visible=own is not None and not own[1].get_visible(), text=str(point.number), color=point_color(point)
        )
        shown.xy = point.position

    def _show_ring(self) -> None:
        """Show which point is selected, after a drag."""
        self.arrange(self.ax_image)
        self._place_ring([])
        self.painter.repaint(self.ax_image)

    # The point that is noticed

    @property
    def noticed(self) -> int | None:
        """The point that is highlighted: that below the mouse, otherwise the selected one."""
        return self._hovered if self._hovered is not None else self.picker.selected

    def _on_motion(self, event: "MouseEvent") -> None:
        """Notice the point below the mouse."""
        if event.inaxes is self.ax_image and not self.finished and self.adapter.held is None:
            self.notice(self.adapter.point_at(event))

    def notice(self, key: int | None) -> None:
        """Highlight a point while the mouse is there; None ends it."""
        if key != self._hovered:
            self._hovered = key
            self._place_ring([])
            self.painter.repaint_only(self.ax_image, self._ring, self._number_of_noticed)

    def _mark(self, point: Point) -> "tuple[Artist, ...]":
        """Add the artists of a point: first the dot, then its number."""
        from matplotlib.lines import Line2D

        from .stamps import Stamp  # imports matplotlib

        color = point_color(point)
        dot = Line2D([point.x], [point.y], linestyle="", marker="o", markersize=8, color=color, markeredgecolor="white")
        self.ax_image.add_line(dot)
        number = Stamp.on_image(self.ax_image, self._bitmaps, away=(6, 5), color=color)
        number.xy = point.position
        return dot, number

    def _place(self, point: Point) -> None:
        """Move the artists of a point to where it is."""
        dot, number = self._marks[point.key][:2]
        dot.set_data([point.x], [point.y])  # type: ignore[attr-defined]
        number.xy = point.position  # type: ignore[attr-defined]
        number.stale = True

    def _number(self) -> None:
        """Number the points in their order, in the colours of their numbers."""
        before, self._numbers = self._numbers, {point.key: point.number for point in self.picker.points}
        for point in self.picker.points:
            if before.get(point.key) != point.number:
                self._marks[point.key][1].set_text(str(point.number))  # type: ignore[attr-defined]
                self._recolor(point)

    def arrange(self, ax: "Axes") -> None:
        """Put the numbers where they cover no other, called whenever the image is drawn."""
        points = [point for point in self.picker.points if point.key in self._marks]
        texts: Any = [(self._marks[p.key][1], corners(str(p.number), p.x, p.y)) for p in points]
        place_texts(ax, texts, np.array([point.position for point in points], float))

    def _recolor(self, point: Point) -> None:
        """Give the artists of a point the colour of its number."""
        for artist in self._marks[point.key][:2]:
            artist.set_color(point_color(point))  # type: ignore[attr-defined]

    @property
    def positions(self) -> list[Position]:
        """The picked positions."""
        return self.picker.positions


def point_color(point: Point) -> str:
    """Return the colour of a point: that of its number, as in figures and in the next session."""
    return default_colors(1, point.number - 1)[0]


def pixel_text(x: float, y: float) -> str:
    """Return the pixel at a place of the image, for the toolbar."""
    return f"x = {np.floor(x + 0.5):.0f}, y = {np.floor(y + 0.5):.0f}"


def set_contrast(drawn: "AxesImage", image: Array, display: dict[str, Any]) -> None:
    """Let an image show the usual range of its values, where the user gave no limits."""
    if display.get("norm") is not None:
        return
    limits = contrast_limits(image)
    low, high = (given if given is not None else own for given, own in zip(asked(display), limits, strict=True))
    if low is not None and high is not None and low < high:
        drawn.set_clim(low, high)


def asked(display: dict[str, Any]) -> tuple[float | None, float | None]:
    """Return the limits that the user gave."""
    return display.get("vmin"), display.get("vmax")
