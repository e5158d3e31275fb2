"""
Hum of the mains leaves, beats stay
===================================

A notch at 50 Hz removes nearly all of the hum, and shifts no activation by more than half a frame.
"""

import matplotlib.pyplot as plt
import numpy as np

from optimap.beats import measure_beats
from optimap.datasets import simulated_tissue
from optimap.trace import baseline, extract_traces, filter_traces

recording = simulated_tissue(polarity="up")
clean = extract_traces(recording.video, [(64, 64)], size=11)
clean = clean - baseline(clean)
time = np.arange(len(clean)) / recording.fps
hum = 0.1 * np.ptp(clean) * np.sin(2 * np.pi * 50 * time)[:, np.newaxis]
filtered = filter_traces(clean + hum, fps=recording.fps, notch=50)

fig, axs = plt.subplots(2, 1, sharex=True, figsize=(8, 4), layout="constrained")
axs[0].plot(time, clean + hum)
axs[0].set_title("with hum")
axs[1].plot(time, filtered)
axs[1].set(title="filtered", xlabel="time (s)")


def at_50_hz(trace):
    return abs(np.exp(2j * np.pi * 50 * time) @ trace)[0]


assert at_50_hz(filtered - clean) < 0.1 * at_50_hz(hum)
before, after = (measure_beats(trace, fps=recording.fps, polarity="up")["activation_ms"] for trace in (clean, filtered))
assert len(before) == len(after)
assert abs(before - after).max() < 500 / recording.fps
