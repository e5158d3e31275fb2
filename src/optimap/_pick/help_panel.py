"""The panel that explains clicks and keys, over the figure; `?` shows it, and the next key or click hides it.

While it is shown, it holds the lock of the canvas, so that the click that hides it does nothing else.
"""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .layout import text_width
from .painter import Painter

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Rows = Sequence[tuple[str, str]]  # what the user does, and its effect
LARGEST, SMALLEST = 10.0, 5.0  # points
MARGIN = 0.3  # inches around the text
LINES = 1.35  # the height of a line, in sizes of the font


class HelpPanel:
    """A panel with two columns, as large as its text needs and the figure allows."""

    def __init__(self, figure: "Figure", painter: Painter, rows: Rows) -> None:
        self._figure, self._painter, self._rows = figure, painter, rows
        box = {"boxstyle": "round,pad=0.8", "facecolor": "white", "edgecolor": "0.6", "alpha": 0.97}
        self._text = figure.text(0.5, 0.5, "", family="monospace", ha="center", va="center", bbox=box, visible=False)
        self._text.set_linespacing(LINES)
        painter.cover(self._text)
        canvas = figure.canvas
        canvas.mpl_connect("button_release_event", lambda _: self.hide())
        canvas.mpl_connect("resize_event", lambda _: self._fit())

    @property
    def is_shown(self) -> bool:
        """Whether the panel is over the figure."""
        return bool(self._text.get_visible())

    def show(self) -> None:
        """Show the panel."""
        canvas: Any = self._figure.canvas
        if not self.is_shown and canvas.widgetlock.available(self):
            canvas.widgetlock(self)
            self._text.set_visible(True)
            self._fit()
            canvas.draw_idle()

    def hide(self) -> None:
        """Hide the panel, if it is shown."""
        if self.is_shown:
            canvas: Any = self._figure.canvas
            canvas.widgetlock.release(self)
            self._text.set_visible(False)
            canvas.draw_idle()

    def _fit(self) -> None:
        """Choose the largest size at which the text fits, and wrap it."""
        width, height = self._figure.get_size_inches() - 2 * MARGIN
        size = LARGEST
        while True:
            letters = int(width / text_width("m" * 10, size, "monospace") * 10)
            text = columns(self._rows, letters)
            if size <= SMALLEST or (text.count("\n") + 1) * LINES * size / 72 <= height:
                break
            size -= 0.5
        self._text.set_text(text)
        self._text.set_fontsize(size)


def columns(rows: Rows, letters: int) -> str:
    """Return rows as two columns of text, at most so many letters wide; what the user does is never wrapped."""
    first = max(len(action) for action, _ in rows) + 2
    second = max(letters - first, 10)
    lines = [
        f"{action if i == 0 else '':<{first}}{line}"
        for action, effect in rows
        for i, line in enumerate(textwrap.wrap(effect, second))
    ]
    longest = max(len(line) for line in lines)
    return "\n".join(line.ljust(longest) for line in lines)
