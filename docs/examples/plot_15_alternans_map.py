"""
Where beats alternate
=====================

Every second beat was made 30 % smaller everywhere; the map shows the same alternans in all of the tissue.
"""

import numpy as np

from optimap.activation import compute_alternans_map, compute_beat_maps, mask_tissue, show_alternans_map
from optimap.datasets import simulated_tissue

recording = simulated_tissue(alternans=0.3, snr=10, bleaching=0)
tissue = mask_tissue(recording.video)
maps = compute_beat_maps(recording.video, fps=recording.fps, mask=tissue, spatial=1.5, baseline="linear")
found = compute_alternans_map(maps, "amplitude")
show_alternans_map(found, recording.video[0])

assert abs(np.nanmedian(found.magnitude) - 0.3) < 0.03
