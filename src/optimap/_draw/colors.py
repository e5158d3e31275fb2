"""Colours of traces and of the places they come from: one set for figures, windows and the command line.

The first eight differ by 32 or more in CIELAB for normal vision and for each kind of colour blindness; all of them
differ by 24 or more for normal vision, and are dark enough for thin lines on white. They were found by a search with
these distances as its aim; a test measures them. A colour belongs to a number (the order of positions, regions,
columns), so that a trace has the same colour in a window, in a picture and in the next session.
"""

from typing import Any

import numpy as np

from .._base import Array

COLORS = [
    *("#3d61c2", "#f3aa00", "#c2310c", "#3dc2ff", "#3d2461", "#926d92", "#552418", "#92b679"),
    *("#4918b6", "#9e1855", "#ff61ce", "#009231", "#b66dff", "#920092", "#aa6d61", "#496131"),
    *("#aaaa3d", "#61aa9e", "#9e55aa", "#f37961", "#793100", "#006d6d", "#db0079", "#ce31db"),
]


def default_colors(count: int, start: int = 0) -> list[str]:
    """Return the colours of `count` things from number `start` (of the first: 0) on; after the last, the first again.

    Whoever sets ``axes.prop_cycle`` of matplotlib, for example with a style sheet, gets those colours.
    """
    import matplotlib

    own = matplotlib.rcParams["axes.prop_cycle"]
    chosen = COLORS if own == matplotlib.rcParamsDefault["axes.prop_cycle"] else own.by_key().get("color", COLORS)
    return [chosen[i % len(chosen)] for i in range(start, start + count)]


def color_table(cmap: Any) -> Array:
    """Return the 256 colours of a colour map, (256, 4) in uint8."""
    import matplotlib

    chosen = matplotlib.colormaps[cmap] if isinstance(cmap, str) else cmap
    table: Array = (np.asarray(chosen(np.linspace(0, 1, 256))) * 255 + 0.5).astype(np.uint8)
    return table
