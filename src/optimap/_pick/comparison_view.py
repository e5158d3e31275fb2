"""The view of `compare_traces` without positions: one point that follows the clicks, with one trace of each video.

The traces are drawn as they were recorded, each from 0 to 1, or on two axes, as the figures of `compare_traces` are.
"""

from typing import Any

from .._draw import color_axis
from .layout import Box
from .points import Point
from .traces_view import TracesView
from .treatment import Treatment


class ComparisonView(TracesView):
    """One point that follows the clicks, with one trace of each video; `scale` is that of `compare_traces`."""

    closes_when_full = False
    returns = ""  # nothing of the traces

    def __init__(self, *given: Any, scale: str = "raw", **options: Any) -> None:
        self._scale = scale
        super().__init__(*given, **options)

    def _add_panels(self) -> None:
        super()._add_panels()
        if self._scale == "normalized":
            self.lines.treat(Treatment(normalize=True))
        if self._scale == "twin":
            self._add_right_axis()
        self._label_axes()

    def _add_right_axis(self) -> None:
        """Give the second of two videos an axis on the right; the mouse finds the first, which is on top."""
        left, right = self.ax_traces, self.ax_traces.twinx()
        right.set_zorder(left.get_zorder() - 1)
        right.ticklabel_format(axis="y", scilimits=(-3, 6))
        left.patch.set_visible(False)
        for ax, style in zip((left, right), self._styles, strict=True):
            color_axis(ax, style, is_right=ax is right)
        self.layout.add(left, self._traces_place, Box(0.8, 0.45, 0.8, 0.32))
        self.lines.right = right

    def _label_axes(self) -> None:
        """Write what the heights of traces are; two axes have the names of their videos."""
        label, right = self.lines.treatment.label(), self.lines.right
        if right is None:
            self.ax_traces.set_ylabel(label)
            return
        for ax, style in zip((self.ax_traces, right), self._styles, strict=True):
            name = style.get("label", "")
            ax.set_ylabel(f"{name}, {label}" if name and self.lines.treatment.is_on else name or label)

    def change(self, gone: list[int], new: list[Point], moved: list[Point]) -> None:
        """Draw the traces at the point, and write its position above them."""
        place = ", ".join(f"({x:g}, {y:g})" for x, y in self.positions)
        if self.ax_traces.get_title() != place:
            self.ax_traces.set_title(place)
            self.painter.redraw(self.ax_traces)
        super().change(gone, new, moved)
