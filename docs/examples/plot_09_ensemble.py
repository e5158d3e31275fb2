"""
The average beat
================

Beats aligned at their activations, and their mean: the noise of the mean of five beats is less than half of
that of one.
"""

import numpy as np

from optimap.beats import ensemble_average, measure_beats, show_ensemble
from optimap.datasets import simulated_tissue
from optimap.trace import baseline, extract_traces

recording = simulated_tissue(polarity="up", snr=8, bleaching=0)
trace = extract_traces(recording.video, [(64, 64)], size=3)
trace = trace - baseline(trace)
beats = measure_beats(trace, fps=recording.fps)
ensemble = ensemble_average(trace, beats, before=20, after=150)
show_ensemble(ensemble)

one = np.diff(trace[:, 0], 2).std()  # second differences are noise almost alone
assert ensemble.count >= 5
assert np.diff(ensemble.mean, 2, axis=0).std() < 0.5 * one
