"""Where the parts of a window are: text keeps its size and its room, pictures and traces share what is left.

Each axes has a box, which a function of the figure's width and height gives, and room within it for ticks and labels;
all lengths are in inches, so that a small window has small pictures, but no labels that overlap. The boxes follow the
size of the figure. matplotlib's constrained layout measures every text on every draw, which takes longer than a click
may; here nothing is measured but texts that may be too long (`shortened`, `wrapped`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .painter import Painter

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MESSAGE = 0.4  # the height of the line at the bottom: two lines of small text
ROW = 0.3  # the height of a row of controls
SPLIT = 0.455  # the part of the width that the picture has beside traces


class Box(NamedTuple):
    """A box, or the room at its four sides, in inches."""

    left: float
    bottom: float
    right: float
    top: float


Place = Callable[[float, float], Box]  # width and height of the figure -> box


class Layout:
    """The boxes of the axes of a figure, which follow its size."""

    def __init__(self, figure: "Figure", painter: Painter) -> None:
        self._figure, self._painter = figure, painter
        self._places: dict[Axes, tuple[Place, Box, bool]] = {}
        figure.canvas.mpl_connect("resize_event", lambda _: self.arrange())

    def add(self, ax: "Axes", place: Place, room: Box, *, watched: bool = True) -> None:
        """Keep an axes in its box; with `watched`, the painter draws what is in it."""
        self._places[ax] = (place, room, watched)
        self._arrange(ax)

    def arrange(self) -> None:
        """Put all axes into their boxes."""
        for ax in self._places:
            self._arrange(ax)

    def width(self, ax: "Axes") -> float:
        """Return the width of the box of an axes."""
        box = self._places[ax][0](*self._figure.get_size_inches())
        return box.right - box.left

    def title_width(self, ax: "Axes") -> float:
        """Return the width that a title centred above an axes may have to stay in its box."""
        _, room, _ = self._places[ax]
        return max(self.width(ax) - abs(room.left - room.right) - 0.1, 0.5)

    def _arrange(self, ax: "Axes") -> None:
        width, height = self._figure.get_size_inches()
        place, room, watched = self._places[ax]
        box = place(width, height)
        left, bottom = box.left + room.left, box.bottom + room.bottom
        right, top = max(box.right - room.right, left + 0.1), max(box.top - room.top, bottom + 0.05)
        ax.set_position((left / width, bottom / height, (right - left) / width, (top - bottom) / height))
        ax.apply_aspect()  # the next draw would, but a click may come before it
        if watched:
            self._painter.watch(ax, (box.left / width, box.bottom / height, box.right / width, box.top / height))


def text_width(text: str, points: float, family: str = "sans-serif") -> float:
    """Return the width of a text in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=family, size=points)
    width: float = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
    return width / 72


def shortened(text: str, width: float, points: float) -> str:
    """Return a text that is at most `width` inches wide; what is left out of its middle becomes an ellipsis."""
    kept = len(text)
    while kept > 3 and text_width(_without_middle(text, kept), points) > width:
        kept = min(kept - 1, int(kept * max(width / text_width(_without_middle(text, kept), points), 0.5)) + 1)
    return _without_middle(text, kept)


def _without_middle(text: str, kept: int) -> str:
    if kept >= len(text):
        return text
    return text[: (kept + 1) // 2] + "\u2026" + (text[-(kept // 2) :] if kept > 1 else "")


def wrapped(text: str, width: float, points: float, lines: int) -> str:
    """Return a text in lines that are at most `width` inches wide; what does not fit into `lines` is left out."""
    rows: list[str] = []
    row = ""
    for word in text.split(" "):
        longer = f"{row} {word}" if row else word
        if row and text_width(longer, points) > width:
            rows.append(row)
            row = word
        else:
            row = longer
    rows.append(row)
    if len(rows) > lines:
        rows = [*rows[: lines - 1], rows[lines - 1] + " \u2026"]
    return "\n".join(shortened(row, width, points) for row in rows)
