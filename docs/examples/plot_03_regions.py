"""
Regions of any shape
====================

A region can be an outline, a mask or a file of ImageJ; its trace is the mean of its pixels, to the last digit.
"""

import matplotlib.pyplot as plt
import numpy as np

from optimap.datasets import simulated_tissue
from optimap.trace import extract_traces, regions, show_regions, show_traces

recording = simulated_tissue()
rows, columns = np.indices(recording.video.shape[1:])
ring = abs(np.hypot(columns - 64, rows - 64) - 20) < 5
stripe = (abs(columns - 100) < 4) & recording.tissue
areas = regions([ring, stripe], names=["ring", "stripe"])
traces = extract_traces(recording.video, areas)

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
show_regions(areas, image=recording.video[0], ax=left)
show_traces(traces, fps=recording.fps, labels=areas.names, ax=right)

np.testing.assert_array_equal(traces[:, 0], recording.video[:, ring].mean(axis=1))
