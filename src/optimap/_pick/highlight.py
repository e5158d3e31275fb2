"""What makes one point seen: its trace once more, thick, and a dark edge of its ring; and a bar for heights.

The lines themselves stay as they are, so that the bitmap of all of them serves while the mouse goes from one to
another. This module imports matplotlib, so it is imported only to draw.
"""

from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.transforms import ScaledTranslation

from .._draw import nice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

WIDTH, HALO = 2.2, 4.5  # points
EDGE = 0.7  # points, on each side of a white line
AWAY = 6.0  # points between the axes and the bar


def add_dark_edge(line: "Line2D") -> None:
    """Let a white line, or ring, be seen on bright tissue, too."""
    width = max(line.get_linewidth(), line.get_markeredgewidth()) + 2 * EDGE
    line.set_path_effects([withStroke(linewidth=width, foreground="0.2")])


class Highlight(Artist):
    """Draws the lines of one point again, thick, on white."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line2D, ...] = ()
        self.set_zorder(5)
        self.set_in_layout(False)

    @property
    def lines(self) -> "tuple[Line2D, ...]":
        """The lines of the point."""
        return self._lines

    @lines.setter
    def lines(self, lines: "tuple[Line2D, ...]") -> None:
        self.stale = self.stale or lines != self._lines
        self._lines = lines

    def draw(self, renderer: RendererBase) -> None:
        """Draw the lines."""
        for line in self.lines:
            width, color = line.get_linewidth(), line.get_color()
            for thick, shade in ((HALO, "white"), (WIDTH, color)):
                line.set(linewidth=thick, color=shade)
                line.draw(renderer)
            line.set(linewidth=width, color=color)
            line.stale = False


class HeightBar:
    """A bar left of stacked traces, which shows what a height is, as their axis has no numbers."""

    def __init__(self, ax: "Axes") -> None:
        self._ax = ax
        along = ax.get_yaxis_transform() + ScaledTranslation(-AWAY / 72, 0, ax.figure.dpi_scale_trans)
        self._bar = Rectangle((0, 0), 0, 0, linewidth=2, edgecolor="0.2", clip_on=False, visible=False)
        self._bar.set_transform(along)
        ax.add_patch(self._bar)
        where: Any = {"xycoords": along, "textcoords": "offset points", "annotation_clip": False}
        self._text = ax.annotate(
            "", (0, 0), (-5, 0), ha="right", va="center", rotation=90, fontsize="small", color="0.2", **where
        )

    def show(self, distance: float | None) -> None:
        """Show a bar about as long as the distance of rows, or none."""
        self._bar.set_visible(distance is not None)
        self._text.set_visible(distance is not None)
        if distance is not None:
            low, high = self._ax.get_ylim()
            length = nice(max(distance, 0.08 * (high - low)))
            self._bar.set(xy=(0, low), height=length)
            self._text.xy = (0, low + length / 2)
            self._text.set_text(f"{length:g}")
