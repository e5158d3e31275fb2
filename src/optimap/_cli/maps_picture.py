"""The picture of `optimap maps`: each map over the mean image, activation with its isochrones."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import activation
from .._base import Array, printable
from .._beats import in_words
from .._draw import MapStyle, add_length_bar, draw_maps
from .look import USUAL, Look
from .pictures import names_as_they_are

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..activation import BeatMaps

COLUMNS = 3
PANEL = 3.6  # inches
COLORS = {"snr": "magma", "frequency": "cividis", "alternans": "inferno", "cv": "plasma"}


@names_as_they_are
def maps_picture(
    maps: "BeatMaps", image: Array | None, title: str, look: Look = USUAL, pixel_size: float | None = None
) -> "Figure":
    """Return a figure of all maps over an image, if there is one; of several beats, their mean."""
    from matplotlib.figure import Figure

    names = list(maps)
    columns = min(COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(columns * (PANEL + 1.1), rows * PANEL + 0.4), layout="constrained")
    panels = figure.subplots(nrows=rows, ncols=columns, squeeze=False).ravel().tolist()
    for ax in panels[len(names) :]:
        ax.remove()
    shown = maps if maps.is_mean else maps.mean()
    for name, ax in zip(names, panels, strict=False):
        _draw(shown, name, image, ax)
        if look.scale_bar:
            add_length_bar(ax, pixel_size)
    figure.suptitle(printable(title), fontsize="medium")
    return figure


def first_time(times: Array) -> float:
    """Return when a hundredth of the pixels is activated: single pixels may be wrong."""
    known = times[np.isfinite(times)]
    return float(np.percentile(known, 1)) if len(known) else float("nan")


def _draw(maps: "BeatMaps", name: str, image: Array | None, ax: Any) -> None:
    """Draw a map on axes."""
    unit, values = maps.units[name], maps[name]
    if "activation" in maps and name.startswith(("activation", "repolarization")):
        values = values - first_time(maps["activation"])
    if name.startswith("activation") and np.isfinite(values).sum() > 1:
        in_frames = values if maps.fps is None else values * maps.fps / 1000
        latest = float(np.nanpercentile(values, 99))  # single pixels may be wrong
        activation.show_activation_map(
            in_frames, 0, latest or None, maps.fps, "viridis", show_contours=True, image=image, ax=ax
        )
        return
    label = in_words(name) if unit in ("1", "intensity") else f"{in_words(name)} [{unit}]"
    cmap = COLORS.get(name.split("_")[0], "viridis")
    draw_maps(values[np.newaxis], image, MapStyle(label, cmap), [""], [ax])
