"""Makes the picture of the guide to baselines, and writes its table to standard output.

python docs/make_baseline_pictures.py RECORDING      # caRestitution_p130.tif of the COSMAS data
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter1d

import optimap
from optimap.trace import baseline

IMAGES = Path(__file__).parent / "images"
FPS = 1000
KINDS = ["asls", "exponential", "percentile", "mean", "spline", "median", "line"]
SHOWN = ["asls", "exponential", "spline"]
REST = slice(-15, -5)  # frames before the steepest rise of a beat


def rises(trace: np.ndarray) -> list[int]:
    """Return the frames in which beats rise most steeply."""
    slope = gaussian_filter1d(trace, 2, order=1)
    high = slope > 0.4 * slope.max()
    starts = np.flatnonzero(np.diff(high, prepend=False) & high)
    return [int(start + np.argmax(slope[start : start + 20])) for start in starts]


def spread(flat: np.ndarray, beats: list[int]) -> float:
    """Return the standard deviation of the level before beats, in per cent of their median amplitude."""
    levels = [flat[beat + REST.start : beat + REST.stop].mean() for beat in beats]
    peaks = [gaussian_filter1d(flat, 1.5)[beat : beat + 60].max() for beat in beats]
    return float(100 * np.std(levels) / np.median(np.subtract(peaks, levels)))


def main() -> None:
    video = optimap.load_video(sys.argv[1])
    trace = video.mean(axis=(1, 2), dtype=float)
    beats = rises(trace)
    without = {kind: spread(trace - baseline(trace, kind), beats) for kind in KINDS} | {"none": spread(trace, beats)}
    without["diastole"] = spread(trace - baseline(trace, "diastole", beats=beats), beats)
    sys.stdout.writelines(f"| `{kind}` | {share:.1f} % |\n" for kind, share in without.items())

    times = np.arange(len(trace)) / FPS
    figure, rows = plt.subplots(1 + len(SHOWN), sharex=True, figsize=(8, 8), layout="constrained")
    rows[0].plot(times, trace, color="0.4", linewidth=0.8)
    rows[0].set_ylabel("counts")
    rows[0].set_title("mean of the frames, and three baselines", loc="left", fontsize=10)
    for axes, kind, colour in zip(rows[1:], SHOWN, ("C0", "C2", "C3"), strict=True):
        below = baseline(trace, kind)
        rows[0].plot(times, below, color=colour, linewidth=1.5, label=kind)
        flat = trace - below
        levels = [flat[beat + REST.start : beat + REST.stop].mean() for beat in beats]
        axes.plot(times, flat, color="0.4", linewidth=0.8)
        axes.axhline(np.mean(levels), color=colour, linewidth=0.8)
        for beat, level in zip(beats, levels, strict=True):
            axes.plot(
                (times[beat] - 0.03, times[beat]), (level, level), color=colour, linewidth=3, solid_capstyle="butt"
            )
        axes.set_ylabel("counts")
        axes.set_title(
            f"without {kind}: the level before beats spreads by {spread(flat, beats):.1f} %", loc="left", fontsize=10
        )
    rows[0].legend(loc="upper right", bbox_to_anchor=(0.84, 1.0), fontsize=9, frameon=False)
    rows[-1].set_xlabel("Time [s]")
    for axes in rows:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(IMAGES / "baselines.png", dpi=120)


if __name__ == "__main__":
    main()
