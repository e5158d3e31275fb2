"""
ΔF/F, upright and in percent
============================

The change of the light divided by the light at rest does not depend on how bright a place is: two positions
with different illumination have the same ΔF/F, though their counts differ.
"""

import matplotlib.pyplot as plt
import numpy as np

from optimap.datasets import simulated_tissue
from optimap.trace import delta_f_over_f, extract_traces, show_traces

recording = simulated_tissue()
traces = extract_traces(recording.video, [(64, 64), (90, 30)], size=11)
change = -delta_f_over_f(traces, percent=True)  # this signal points down

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
show_traces(traces, fps=recording.fps, ax=left, labels=["centre", "edge"])
show_traces(change, fps=recording.fps, ax=right)
left.set_ylabel("counts")
right.set_ylabel("-ΔF/F (%)")

height = np.percentile(change, 98, axis=0)
light = traces.mean(axis=0)
assert abs(np.log(height[0] / height[1])) < 0.15 < abs(np.log(light[0] / light[1]))
