"""
Activation map
==============

Where the first beat was when, with an isochrone every 15 ms: 95 % of the pixels are within 2 ms of the true time.
"""

import numpy as np

from optimap.activation import compute_beat_maps, mask_tissue, show_activation_map
from optimap.datasets import simulated_tissue

recording = simulated_tissue()
tissue = mask_tissue(recording.video)
maps = compute_beat_maps(recording.video, fps=recording.fps, mask=tissue, spatial=1, baseline="linear")
first = maps["activation_ms"][0] - np.nanmin(maps["activation_ms"][0])
frames = first * recording.fps / 1000
show_activation_map(frames, fps=recording.fps, show_contours=True, image=recording.video[0])

error = maps["activation_ms"][0] - 1000 * recording.true_beats((80,)).activation[0]
error = error[np.isfinite(error)]
assert np.mean(abs(error) < 2) > 0.95
