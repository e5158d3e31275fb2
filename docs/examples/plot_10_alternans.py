"""
Alternans in a trace
====================

Every second beat was made 30 % smaller; the table of beats gives this number within 3 percentage points.
"""

from optimap.beats import alternans, measure_beats, show_beats
from optimap.datasets import simulated_tissue
from optimap.trace import baseline, extract_traces

recording = simulated_tissue(polarity="up", alternans=0.3, bleaching=0)
trace = extract_traces(recording.video, [(64, 64)], size=9)
trace = trace - baseline(trace)
beats = measure_beats(trace, fps=recording.fps)
show_beats(trace, beats)

found = alternans(beats, "amplitude")
print(f"beats are {100 * found.magnitude[0]:.0f} % smaller")
assert abs(found.magnitude[0] - 0.3) < 0.03
