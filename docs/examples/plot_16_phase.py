"""
Phase, and the tips of spiral waves
===================================

Two spiral waves turn in opposite directions: in most frames there are two phase singularities, and their
charges add up to zero.
"""

import numpy as np

from optimap.datasets import simulated_spiral
from optimap.phase import compute_phase, detect_phase_singularities, show_phase
from optimap.video import smooth_spatiotemporal

spirals = simulated_spiral(spirals=2)
phase = compute_phase(smooth_spatiotemporal(spirals.video, 1, 1.5))
found = detect_phase_singularities(phase)
show_phase(phase, 200, found)

counts = np.bincount(found.frame, minlength=len(phase))[50:-50]
assert np.median(counts) == 2
assert abs(found.charge.mean()) < 0.05
