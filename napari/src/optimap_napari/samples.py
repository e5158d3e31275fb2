"""Sample data: the simulated recordings of `optimap.datasets`, with their pixel size and rate."""

from typing import Any

from optimap.datasets import simulated_spiral, simulated_tissue
from optimap.video import Recording

from .recordings import AXES, LayerData, as_layer

SITES = [(64, 20), (40, 64), (70, 104)]  # (row, column): where the wave starts, on its way, and where it ends


def tissue() -> list[LayerData]:
    """Return simulated paced tissue, and three points on it."""
    simulated = simulated_tissue()
    size = simulated.pixel_size
    recording = Recording.from_array(simulated.video, fps=simulated.fps, pixel_size=size)
    sites: dict[str, Any] = {"name": "sites", "scale": (size, size), "units": ("mm", "mm"), "axis_labels": AXES[1:]}
    sites |= {"size": 5, "symbol": "square"}
    return [_named(recording, "simulated tissue"), (SITES, sites, "points")]


def spiral() -> list[LayerData]:
    """Return a simulated spiral wave."""
    simulated = simulated_spiral()
    return [_named(Recording.from_array(simulated.video, fps=simulated.fps), "simulated spiral")]


def _named(recording: Recording, name: str) -> LayerData:
    data, about, kind = as_layer(recording)
    del about["metadata"]["path"]  # there is no file
    return data, {**about, "name": name}, kind
