"""
Beats, measured
===============

All six beats are found, and the duration at 80 % of each is within 3 ms of the true one.
"""

import numpy as np

from optimap.beats import measure_beats, show_beats
from optimap.datasets import simulated_tissue
from optimap.trace import baseline, extract_traces

recording = simulated_tissue(polarity="up")
trace = extract_traces(recording.video, [(64, 64)], size=9)
trace = trace - baseline(trace)
beats = measure_beats(trace, fps=recording.fps, names=["centre"])
show_beats(trace, beats)

true = 1000 * recording.true_beats((80,)).durations[80][:, 64, 64]
assert len(beats["apd80_ms"]) == len(true) == 6
assert np.nanmax(abs(beats["apd80_ms"] - true)) < 3
