"""Legends that cover nothing: next to the axes, or where nothing is drawn.

A figure that lays itself out makes room on the right. In other figures nothing may lie outside of the axes, so the
legend goes into a free corner, or above the traces, for which the axes are extended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

CORNERS: tuple[Any, ...] = ("upper right", "upper left", "lower right", "lower left")
WIDEST = 0.45  # of the figure: a wider legend goes above the axes
STYLE: dict[str, Any] = {"frameon": False, "fontsize": "small"}
HIGHEST = 0.6  # of the axes, in a corner or above the traces


def add_legend(ax: Any, **how: Any) -> Legend:
    """Add a legend to axes, with the keywords of `matplotlib.axes.Axes.legend`, where it covers nothing."""
    figure = ax.figure.figure if ax.figure is not None else None
    style = {**STYLE, **how}
    if figure is not None and figure.get_layout_engine() is not None:
        legend: Legend = ax.legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0.2, **style)
        if legend.get_window_extent().width > WIDEST * figure.bbox.width:
            place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
            legend = ax.legend(**place, **style)
        return legend
    legend = ax.legend(loc=CORNERS[0], **style)
    for corner in CORNERS:
        legend.set_loc(corner)
        if not _covers(ax, legend):
            return legend
    legend.set_loc(CORNERS[0])
    part = min(HIGHEST, (legend.get_window_extent().height + 6) / ax.bbox.height)
    for other in _same_place(ax):
        low, high = other.get_ylim()
        other.set_ylim(low, low + (high - low) / (1 - part), auto=None)
    return legend


def add_legend_below(figure: Any, handles: list[Any]) -> Legend:
    """Add a legend below all axes of a figure that lays itself out, in as few rows as fit."""
    for columns in (4, 3, 2, 1):
        legend: Legend = figure.legend(handles=handles, ncols=columns, loc="outside lower center", **STYLE)
        if legend.get_window_extent().width < figure.bbox.width or columns == 1:
            break
        legend.remove()
    return legend


def _same_place(ax: Any) -> list[Axes]:
    """Return axes and their twins."""
    return [other for other in ax.figure.axes if other.bbox.bounds == ax.bbox.bounds]


def _covers(ax: Axes, legend: Legend) -> bool:
    """Return whether a legend covers a line, dots or an image of its axes."""
    box = legend.get_window_extent()
    for other in _same_place(ax):
        lines = (line.get_transform().transform_path(line.get_path()) for line in other.lines)
        dots = (each.get_offset_transform().transform(each.get_offsets()) for each in other.collections)
        if any(path.intersects_bbox(box, filled=False) for path in lines) or any(map(box.count_contains, dots)):
            return True
    return bool(ax.images)
