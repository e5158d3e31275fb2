"""
Traces of three positions
=========================

The wave reaches the positions one after the other, from left to right: each trace falls later than the one
before, because beats darken this dye.
"""

import numpy as np

from optimap.datasets import simulated_tissue
from optimap.trace import extract_traces, show_positions_and_traces

recording = simulated_tissue()
positions = [(25, 64), (64, 64), (103, 64)]  # (x, y): column, row
traces = extract_traces(recording.video, positions, size=7)
show_positions_and_traces(traces, positions, image=recording.video[0], fps=recording.fps)

true = [recording.activation_times[0, y, x] for x, y in positions]
assert np.all(np.diff(true) > 0)
fall = np.diff(traces[:140], axis=0).argmin(axis=0)
assert np.all(np.diff(fall) > 0)
