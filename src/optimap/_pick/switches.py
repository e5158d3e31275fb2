"""A row of words that a click switches on and off; those that are on are lit."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from .layout import Box, Layout, Place, text_width
from .painter import Painter

if TYPE_CHECKING:
    from matplotlib.backend_bases import MouseEvent
    from matplotlib.figure import Figure

PLAIN, LIT = "0.94", "#cfe2ff"
TEXT, LEAST = 8.5, 5.0  # sizes of the words, in points
PAD, GAP = 0.07, 0.1  # inches at each side of a word, and between two


class Switches:
    """Words in a row, from the left; `on_click` gets the one that was clicked."""

    def __init__(
        self,
        figure: "Figure",
        layout: Layout,
        painter: Painter,
        place: Place,
        names: Sequence[str],
        on_click: Callable[[str], None],
    ) -> None:
        self.names = list(names)
        self._figure, self._layout, self._painter, self._on_click = figure, layout, painter, on_click
        self.ax = figure.add_axes((0, 0, 1, 1))
        self.ax.set_axis_off()
        layout.add(self.ax, place, Box(0.1, 0.03, 0.1, 0.03))
        box = {"boxstyle": "round,pad=0.35", "edgecolor": "0.6", "linewidth": 0.6}
        style: Any = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "center", "bbox": box}
        self._texts: list[Any] = [self.ax.annotate(name, (0, 0.5), (0, 0), **style) for name in self.names]
        self._edges: list[tuple[float, float]] = []  # of each word, in inches from the left
        self._lit: set[str] | None = None
        self.show(())
        self._fit()
        canvas: Any = figure.canvas
        canvas.mpl_connect("resize_event", lambda _: self._fit())
        canvas.mpl_connect("button_press_event", self._press)

    def show(self, lit: Collection[str]) -> None:
        """Light some of the words."""
        if self._lit != set(lit):
            self._lit = set(lit)
            for name, text in zip(self.names, self._texts, strict=True):
                text.get_bbox_patch().set_facecolor(LIT if name in lit else PLAIN)
            self._painter.redraw(self.ax)

    def place_of(self, name: str) -> tuple[float, float]:
        """Return the middle of a word, in pixels of the figure."""
        left, right = self._edges[self.names.index(name)]
        box = self.ax.bbox
        return box.x0 + (left + right) / 2 * self._figure.dpi, box.y0 + box.height / 2

    def _fit(self) -> None:
        """Choose the largest size at which all words fit, and put them in their places."""
        room = self._layout.width(self.ax) - 0.2
        widths = [text_width(name, TEXT) for name in self.names]
        margins = len(widths) * (2 * PAD + GAP)
        size = max(LEAST, min(TEXT, TEXT * (room - margins) / sum(widths)))
        left = 0.0
        self._edges = []
        for text, width in zip(self._texts, widths, strict=True):
            right = left + 2 * PAD + width * size / TEXT
            text.set_fontsize(size)
            text.set_position((72 * (left + PAD), 0))
            self._edges.append((left, right))
            left = right + GAP

    def _press(self, event: "MouseEvent") -> None:
        """Report the word that was clicked."""
        canvas: Any = self._figure.canvas
        if event.button == 1 and event.inaxes is self.ax and canvas.widgetlock.available(self):
            at = (event.x - self.ax.bbox.x0) / self._figure.dpi
            for name, (left, right) in zip(self.names, self._edges, strict=True):
                if left <= at <= right:
                    self._on_click(name)
