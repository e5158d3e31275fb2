"""
Smoothing in time and space
===========================

A Gaussian over a few frames and pixels takes most of the noise away before single pixels are looked at.
"""

import matplotlib.pyplot as plt
import numpy as np

from optimap.datasets import simulated_tissue
from optimap.video import smooth_spatiotemporal

recording = simulated_tissue(snr=5, polarity="up", bleaching=0)
smooth = smooth_spatiotemporal(recording.video, 1, 2)

fig, axs = plt.subplots(2, 2, figsize=(9, 5), width_ratios=(1, 3), layout="constrained")
for row, video, title in zip(axs, (recording.video, smooth), ("as recorded", "smoothed"), strict=True):
    row[0].imshow(video[60] - np.median(video, axis=0), cmap="gray", vmin=-200, vmax=1200)
    row[0].axis("off")
    row[1].plot(np.arange(len(video)) / recording.fps, video[:, 64, 64])
    row[1].set_title(f"one pixel, {title}")
axs[1, 1].set_xlabel("time (s)")


def noise(video):
    return np.diff(video[:, 64, 64].astype(float), 2).std()


assert noise(smooth) < 0.1 * noise(recording.video)
