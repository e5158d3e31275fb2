"""The last part of `optimap demo`: the activation map of one beat, and its conduction velocity beside the true one."""

from typing import TYPE_CHECKING

import numpy as np

from .. import activation, video
from .._base import Array, Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..beats import BeatTable
    from ..datasets import SimulatedRecording
    from ..video import Recording

BEAT = 1  # the second one
BEFORE, AFTER = 30, 60  # frames around its activation at the first position
SIGMA = 1.0  # pixels, of the smoothing in space


def activation_of_beat(recording: "Recording", found: "BeatTable") -> Floats:
    """Return the activation map of one beat in frames; NaN outside the tissue."""
    first = int(found["activation"][found["beat"] == BEAT].min() * (recording.fps or 1) / 1000)
    frames = video.smooth_spatiotemporal(recording[first - BEFORE : first + AFTER], 0, SIGMA)
    times = activation.compute_activation_map(
        frames, falling_edge=True, interpolate=True, normalize_time=False, show=False
    )
    return np.where(activation.mask_tissue(recording), times - np.nanpercentile(times, 1), np.nan)


def velocities(times: Floats, tissue: "SimulatedRecording") -> tuple[float, float]:
    """Return the median conduction velocity in a map in cm/s, and the true one."""
    true = np.where(np.isfinite(times), tissue.activation_times[BEAT] * tissue.fps, np.nan)
    found, expected = (
        float(np.nanmedian(activation.compute_cv_map(own, fps=tissue.fps, space_scale=tissue.pixel_size, show=False)))
        for own in (times, true)
    )
    return found, expected


def map_picture(times: Floats, image: Array, fps: float) -> "Figure":
    """Return a figure of an activation map with its isochrones, over the image."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 4.2), layout="constrained")
    ax = figure.subplots()
    activation.show_activation_map(times, 0, None, fps, "viridis", show_contours=True, image=image, ax=ax)
    ax.set_title("activation of the second beat")
    return figure
