"""Maps over the anatomy: colours for values, nothing where there is none, one colour bar for maps that are compared.

Colours are perceptually uniform by default; differences have a diverging map that is white at 0. Limits leave out the
few most extreme values, which the ends of the colour bar then show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array
from .figures import new_axes
from .images import add_length_bar, beyond, draw_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EXTREME = 1.0  # percent of the values at each end that the limits may leave out
BINS = 50
PANEL = 3.4  # inches


@dataclass(frozen=True)
class MapStyle:
    """How maps are drawn."""

    label: str  # of the colour bar
    cmap: Any
    vmin: float | None = None
    vmax: float | None = None
    is_centred: bool = False  # at 0, for differences
    has_histogram: bool = False
    bar: tuple[bool, float | None] | None = None  # for the distance, with the width of a pixel in mm if it is known

    def limits(self, maps: Array) -> tuple[float, float]:
        """Return the range of colours for all maps."""
        values = maps[np.isfinite(maps)]
        low, high = np.percentile(values, [EXTREME, 100 - EXTREME]).tolist() if len(values) else (0.0, 1.0)
        if self.is_centred:
            high = max(abs(low), abs(high))
            low = -high
        low, high = (low if self.vmin is None else self.vmin), (high if self.vmax is None else self.vmax)
        if self.is_centred and self.vmax is None and self.vmin:  # a limit at 0 has no other side
            high = -low
        if self.is_centred and self.vmin is None and self.vmax:
            low = -high
        if high <= low:  # one value only
            high = low + (abs(low) * 1e-3 or 1.0)
        return low, high


def draw_maps(
    maps: Array, image: Array | None, style: MapStyle, titles: Sequence[str], axes: Sequence[Axes] | None
) -> list[Axes]:
    """Draw maps (N, H, W) side by side, with the same limits, a colour bar and, if asked for, a histogram."""
    low, high = style.limits(maps)
    drawn_on, beside = (list(axes), None) if axes is not None else _panels(len(maps), maps.shape[1:], style)
    drawn = None
    for ax, values, title in zip(drawn_on, maps, titles, strict=True):
        if image is not None:
            draw_image(ax, image, cmap="gray")
        drawn = ax.imshow(
            np.ma.masked_invalid(values), cmap=style.cmap, vmin=low, vmax=high, interpolation="nearest", zorder=2
        )
        ax.set_title(title, fontsize="medium")
        ax.set_axis_off()
        if style.bar is not None:
            add_length_bar(ax, style.bar[1])
    values = maps[np.isfinite(maps)]
    if drawn is not None:
        extend = beyond(drawn, maps)
        drawn_on[0].figure.colorbar(drawn, ax=drawn_on, label=style.label, extend=extend, shrink=0.8)
    if beside is not None:
        _draw_histogram(beside, values, style, low, high)
        drawn_on.append(beside)
    return drawn_on


def _panels(count: int, shape: Sequence[int], style: MapStyle) -> tuple[list[Axes], Axes | None]:
    """Return new axes for maps, and one for a histogram."""
    columns = min(count, 4)
    rows = -(-count // columns)
    width = PANEL * min(2.0, max(0.5, shape[1] / max(1, shape[0])))
    extra = 1 if style.has_histogram else 0
    size = (columns * width + 1.2 + 3.2 * extra, rows * PANEL)
    if not extra:
        panels = new_axes(nrows=rows, ncols=columns, squeeze=False, figsize=size).ravel().tolist()
        for ax in panels[count:]:
            ax.remove()
        return panels[:count], None
    mosaic = [[f"map{row * columns + column}" for column in range(columns)] + ["histogram"] for row in range(rows)]
    flat = [[name if name == "histogram" or int(name[3:]) < count else "." for name in row] for row in mosaic]
    figure = new_axes(figsize=size).figure
    figure.clear()
    found = figure.subplot_mosaic(flat, width_ratios=[width] * columns + [3.0])
    return [found[f"map{i}"] for i in range(count)], found["histogram"]


def _draw_histogram(ax: Axes, values: Array, style: MapStyle, low: float, high: float) -> None:
    """Draw how often each value occurs, in the colours of the map, with median and quartiles."""
    from matplotlib import colormaps

    counts, edges = np.histogram(np.clip(values, low, high), BINS, (low, high))
    colors = colormaps.get_cmap(style.cmap)((edges[:-1] + edges[1:] - 2 * low) / (2 * (high - low)))
    ax.bar(edges[:-1], counts, np.diff(edges), align="edge", color=colors)
    if len(values):
        first, median, third = np.percentile(values, [25, 50, 75]).tolist()
        ax.axvline(median, color="black", linewidth=1)
        # In two lines, which are at most as wide as the bars in a small figure.
        ax.set_title(f"median {median:.4g}\n({first:.4g}\u2013{third:.4g})", fontsize="small")
    unit = re.search(r"\[([^\]]+)\]\s*$", style.label)
    ax.set_xlabel(unit[1] if unit else style.label)  # the colour bar beside it has the words, which need more room
    ax.set_ylabel("Pixels")
    ax.spines[["top", "right"]].set_visible(False)
