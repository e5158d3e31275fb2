"""
A baseline that leaves diastole flat
====================================

Bleaching bends the trace. A line, or a running mean, passes through the beats and bends diastole; asymmetric
least squares stay at the level between beats, and what is left of the drift is a small part of a beat.
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
    ax.legend(frameon=False, loc="upper right")
axs[2].set_xlabel("time (s)")

beats = recording.true_beats((80,)).activation[:, 64, 64] * recording.fps
diastole = [int(beat) - 8 for beat in beats[1:]]
spread = np.ptp(flat[diastole]) / np.ptp(flat)
assert spread < 0.1
assert spread < np.ptp(trace[diastole] - trace.mean()) / np.ptp(flat)
