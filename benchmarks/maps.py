"""Time to make maps of beats as pixels, frames and beats grow, and of 7 beats in 1000 frames of 256 x 256 pixels.

python benchmarks/maps.py             # prints seconds
python benchmarks/maps.py --docs      # also draws docs/images/speed-maps.png
"""

import sys
import time
from pathlib import Path

import numpy as np

from optimap.activation import compute_activation_map, compute_beat_maps
from optimap.beats import measure_beats

CYCLE = 140  # frames
ROUNDS = 3
AXES = {
    "pixels": [(1000, side, CYCLE) for side in (32, 64, 128, 256)],
    "frames": [(frames, 64, CYCLE) for frames in (500, 1000, 2000, 4000)],
    "beats": [(4000, 64, cycle) for cycle in (2000, 1000, 400, 140)],
}


def recording(frames, side, cycle=CYCLE):
    """Return a wave that crosses a square in 30 frames, with an SNR of about 10."""
    late = np.linspace(0, 30, side)[np.newaxis, np.newaxis]
    phase = (np.arange(frames)[:, np.newaxis, np.newaxis] - 30 - late) % cycle
    beats = (1 - np.exp(-phase / 3)) * np.exp(-((phase / 50) ** 3))
    noise = np.random.default_rng(0).normal(size=(frames, side, side)).astype(np.float32)
    return (1000 + 200 * beats + 15 * noise).astype(np.uint16)


def seconds(work, video):
    """Return the time of the fastest of a few calls: other work on the machine only adds to it."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work(video)
        times.append(time.perf_counter() - start)
    return min(times)


WORK = {
    "compute_beat_maps, 3 levels": lambda video: compute_beat_maps(video, fps=500, levels=(30, 50, 80)),
    "compute_beat_maps, activation alone": lambda video: compute_beat_maps(video, levels=(), columns=["activation"]),
    "measure_beats of every pixel": lambda video: measure_beats(video, fps=500, levels=(30, 50, 80), polarity="up"),
    "compute_activation_map": lambda video: compute_activation_map(video[:CYCLE], interpolate=True, show=False),
}


def main():
    whole = recording(1000, 256)
    for name, work in WORK.items():
        print(f"1000 x 256 x 256: {name} {seconds(work, whole):.2f} s")
    lines = {}
    for axis, cases in AXES.items():
        for name, work in list(WORK.items())[:2]:
            lines[axis, name] = [seconds(work, recording(*case)) for case in cases]
            print(axis, name, np.round(lines[axis, name], 3).tolist())
    if "--docs" in sys.argv:
        draw(lines)


def draw(lines):
    """Draw a panel for each axis."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    counts = {
        "pixels": [side**2 for _, side, _ in AXES["pixels"]],
        "frames": [frames for frames, _, _ in AXES["frames"]],
        "beats": [frames // cycle for frames, _, cycle in AXES["beats"]],
    }
    figure, axes = plt.subplots(ncols=3, figsize=(10, 3.4), sharey=True, layout="constrained")
    for ax, axis in zip(axes, AXES, strict=True):
        for (shown, name), times in lines.items():
            if shown == axis:
                ax.loglog(counts[axis], times, "o-", label=name)
        ends = np.array([counts[axis][0], counts[axis][-1]])
        first = max(times[0] for (shown, _), times in lines.items() if shown == axis)
        ax.loglog(ends, first * ends / ends[0], color="0.7", linestyle=":", label="proportional")
        ax.set_xticks(counts[axis], [str(count) for count in counts[axis]])
        ax.minorticks_off()
        ax.set_xlabel(axis)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("Seconds")
    axes[1].legend(frameon=False, fontsize="small", loc="upper left")
    figure.savefig(Path(__file__).parents[1] / "docs" / "images" / "speed-maps.png", dpi=110)


if __name__ == "__main__":
    main()
