"""Time to find and measure beats as series and samples grow, beside loops of the kind that scripts have.

python benchmarks/beats.py             # prints seconds
python benchmarks/beats.py --docs      # also draws docs/images/speed-beats.png
"""

import sys
import time
from pathlib import Path

import numpy as np

from cases import BEATS, beat_signals, find_peaks_loop
from optimap.beats import find_beats, measure_beats

SERIES = (100, 300, 1000, 3000, 10_000)
SAMPLES = (300, 1000, 3000, 10_000)
ROUNDS = 5


def seconds(work, *given):
    """Return the time of the fastest of a few calls: other work on the machine only adds to it."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work(*given)
        times.append(time.perf_counter() - start)
    return min(times)


WORK = {
    "measure_beats": lambda signals: measure_beats(signals, polarity="up"),
    "find_beats": lambda signals: find_beats(signals, polarity="up"),
    "a loop over scipy.signal.find_peaks": find_peaks_loop,
}


def main():
    lines = {}
    for axis, points in (("series", SERIES), ("samples", SAMPLES)):
        for name, work in WORK.items():
            shapes = [(BEATS[1], n) if axis == "series" else (n, 1000) for n in points]
            lines[axis, name] = [seconds(work, beat_signals(*shape)) for shape in shapes]
            print(axis, name, dict(zip(points, np.round(lines[axis, name], 4).tolist(), strict=True)))
    if "--docs" in sys.argv:
        draw(lines)


def draw(lines):
    """Draw both panels."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(ncols=2, figsize=(8, 3.4), sharey=True, layout="constrained")
    for ax, (axis, points) in zip(axes, (("series", SERIES), ("samples", SAMPLES)), strict=True):
        for i, name in enumerate(WORK):
            ax.loglog(points, lines[axis, name], "o-", color=f"C{i}", label=name)
        ends = np.array([points[0], points[-1]])
        last = lines[axis, "measure_beats"][-1]
        ax.loglog(ends, last * ends / points[-1], ":", color="0.5", label="in proportion")
        ax.set_xlabel("series of 1000 samples" if axis == "series" else "samples of 1000 series")
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("seconds")
    axes[0].legend(frameon=False, fontsize="small")
    figure.savefig(Path(__file__).parents[1] / "docs" / "images" / "speed-beats.png", dpi=110)


if __name__ == "__main__":
    main()
