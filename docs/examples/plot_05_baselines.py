"""
A baseline that leaves diastole flat
====================================

Bleaching bends the trace. A spline through all samples passes through the beats and bends diastole; asymmetric
least squares stay at the level between beats: what they leave of the drift is less than 5 % of a beat, and less
than half of what the spline leaves.
"""

import matplotlib.pyplot as plt
import numpy as np

from optimap.datasets import simulated_tissue
from optimap.trace import baseline, detrend_timeseries, extract_traces

recording = simulated_tissue(bleaching=0.3, polarity="up")
trace = extract_traces(recording.video, [(64, 64)], size=9)
level = baseline(trace, kind="asls")
flat, bent = trace - level, detrend_timeseries(trace)

time = np.arange(len(trace)) / recording.fps
fig, axs = plt.subplots(3, 1, sharex=True, figsize=(8, 5), layout="constrained")
axs[0].plot(time, trace, label="as recorded")
axs[0].plot(time, level, label="baseline")
axs[1].plot(time, flat, label="minus the baseline")
axs[2].plot(time, bent, label="detrended by a spline")
for ax in axs:
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
axs[2].set_xlabel("time (s)")

beats = recording.true_beats((80,)).activation[:, 64, 64] * recording.fps
diastole = [int(beat) - 8 for beat in beats]
assert np.ptp(flat[diastole]) < 0.05 * np.ptp(flat)
assert np.ptp(flat[diastole]) < 0.5 * np.ptp(bent[diastole])
