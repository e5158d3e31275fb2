"""
Larger windows have less noise
==============================

The noise of a trace is inversely proportional to the width of its window, as that of the mean of independent pixels
is. Wide windows blur the upstroke, because the wave reaches their pixels at different times.
"""

import matplotlib.pyplot as plt
import numpy as np

from optimap.datasets import simulated_tissue
from optimap.trace import extract_traces

recording = simulated_tissue(snr=5, bleaching=0)
sizes = np.array([1, 3, 5, 9, 15])
traces = [extract_traces(recording.video, [(64, 64)], size=size)[:, 0] for size in sizes]
noise = np.array([np.diff(trace, 2)[::3].std() / np.sqrt(6) for trace in traces])

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
for size, trace in zip(sizes, traces, strict=True):
    left.plot(np.arange(150) / recording.fps, trace[:150] - trace.mean() + 250 * np.log2(size), label=f"{size} px")
left.set(xlabel="time (s)", yticks=[], title="one beat, windows of 1 to 15 pixels")
right.loglog(sizes, noise, "o-", label="measured")
right.loglog(sizes, noise[0] / sizes, "--", label="1 / width")
right.set(xlabel="width of the window (px)", ylabel="noise (counts)")
right.legend(frameon=False)

assert np.all(np.diff(noise) < 0)
assert 2.5 < noise[0] / noise[1] < 3.5
