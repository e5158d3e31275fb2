"""
Signal-to-noise ratio
=====================

The recording was made with a ratio of 10 in every pixel of the tissue; the map finds it.
"""

import numpy as np

from optimap.activation import compute_snr_map, show_snr_map
from optimap.datasets import simulated_tissue

recording = simulated_tissue(snr=10)
snr = compute_snr_map(recording.video)
show_snr_map(snr, recording.video[0])

assert 8 < np.nanmedian(snr[recording.tissue]) < 12
