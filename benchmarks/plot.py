"""Draws results/lines.json: time against the number of positions, the window size and the number of frames."""

import json
from pathlib import Path

import matplotlib as mpl
import numpy as np

from lines import FRAMES, POSITIONS, SHAPE, SIZES

RESULTS = Path(__file__).parent / "results"
PANELS = {
    "positions": ("positions (windows of 5 x 5)", POSITIONS),
    "size": ("width of the windows, pixels (100 positions)", SIZES),
    "frames": ("frames (100 positions, 5 x 5)", FRAMES),
}
COLORS = {"uint16": "#0b62a4", "float32": "#d1495b"}


def runs_sums(panel, x, dtype):
    """Return whether the package chooses running sums for this point."""
    from cases import every_pixel, positions
    from optimap import kernels
    from optimap._regions import window_spans

    count, size = {"positions": (x, 5), "size": (100, x), "frames": (100, 5)}[panel]
    where = every_pixel(SHAPE[1:]) if count == SHAPE[1] * SHAPE[2] else positions(count)
    windows = window_spans(np.array(where, float), size, "rect", SHAPE[1:])
    direct, table = kernels._work(np.empty((1, *SHAPE[1:]), dtype), windows, False)
    return size > 1 and table < direct


def draw_line(axes, panel, dtype, points):
    color = COLORS[dtype]
    x = np.array([int(text) for text in points])
    ours, peer, read = (np.array([point[key] for point in points.values()]) for key in ("ours", "peer", "read"))
    running = np.array([runs_sums(panel, int(n), dtype) for n in x])
    axes.plot(x, ours, "-", color=color, lw=1.8, label=f"this package, {dtype}")
    axes.plot(x[~running], ours[~running], "o", color=color, mfc="white", ms=5.5, mew=1.5)
    axes.plot(x[running], ours[running], "o", color=color, ms=5.5, mew=1.5)
    whole = np.array([point["peer_share"] == 1 for point in points.values()])
    axes.plot(x, peer, "--", color=color, lw=1, alpha=0.75)
    axes.plot(x[whole], peer[whole], "s", color=color, ms=3.5, alpha=0.75, label=f"optimap 0.3.1, {dtype}")
    axes.plot(x, read, ":", color=color, lw=1.4, label=f"reading the frames once, {dtype}")


def main():
    mpl.use("agg")
    import matplotlib.pyplot as plt

    lines = json.loads((RESULTS / "lines.json").read_text())
    figure, panels = plt.subplots(1, len(PANELS), figsize=(13, 4.8), sharey=True, layout="constrained")
    for axes, (panel, (label, points)) in zip(panels, PANELS.items(), strict=True):
        for dtype in COLORS:
            if f"{panel}, {dtype}" in lines:
                draw_line(axes, panel, dtype, lines[f"{panel}, {dtype}"])
        axes.set(xscale="log", yscale="log", xlabel=label)
        axes.set_xticks(points, [f"{n:,}" for n in points], rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
        axes.minorticks_off()
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("seconds")
    shape = " x ".join(str(n) for n in SHAPE)
    for axes in panels[:2]:
        axes.set_title(f"{shape} frames", fontsize=9)
    panels[2].set_title(f"{SHAPE[1]} x {SHAPE[2]} pixels a frame", fontsize=9)
    handles, labels = panels[0].get_legend_handles_labels()
    for face, text in (("white", "pixels added directly"), ("0.3", "running sums")):
        handles.append(plt.Line2D([], [], marker="o", ls="", color="0.3", mfc=face))
        labels.append(text)
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    figure.savefig(RESULTS / "speed.png", dpi=130)


if __name__ == "__main__":
    main()
