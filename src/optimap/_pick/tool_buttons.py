"""A row of buttons in the figure, of which one is lit: for all front ends at once."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from .layout import Box, Layout, Place

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLAIN, LIT = "0.94", "#cfe2ff"
GAP, TEXT = 0.06, 8.5  # inches between buttons, points of their texts


class ToolButtons:
    """Buttons of the same width that fill a box; `on_press` gets the number of the one that was pressed."""

    def __init__(
        self, figure: "Figure", layout: Layout, place: Place, names: Sequence[str], on_press: Callable[[int], None]
    ) -> None:
        from matplotlib.widgets import Button

        self._canvas = figure.canvas
        self._buttons = []
        for i, name in enumerate(names):
            ax = figure.add_axes((0, 0, 1, 1))
            ax.spines[:].set(color="0.6", linewidth=0.6)
            layout.add(ax, partial(part_of, place, i, len(names)), Box(GAP / 2, GAP, GAP / 2, GAP), watched=False)
            button = Button(ax, name, color=PLAIN, hovercolor=PLAIN)
            button.label.set_fontsize(TEXT)
            button.on_clicked(lambda _, i=i: on_press(i))  # type: ignore[misc]  # mypy does not know defaults here
            self._buttons.append(button)

    def light(self, number: int) -> None:
        """Light one button."""
        for i, button in enumerate(self._buttons):
            color = LIT if i == number else PLAIN
            button.color = button.hovercolor = color
            button.ax.set_facecolor(color)
        self._canvas.draw_idle()


def part_of(place: Place, number: int, count: int, width: float, height: float) -> Box:
    """Return one of several boxes of the same width, side by side."""
    box = place(width, height)
    part = (box.right - box.left) / count
    return box._replace(left=box.left + number * part, right=box.left + (number + 1) * part)
