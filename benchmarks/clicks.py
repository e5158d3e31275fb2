"""From the click to the drawn trace on a desktop backend: 30 points of 5000 frames, a 5000 x 256 x 256 recording.

python benchmarks/clicks.py [QtAgg | TkAgg | agg]      # the first two need a display; xvfb-run provides one
"""

import statistics
import sys
import time

import matplotlib as mpl
import numpy as np

from cases import live_view, positions, video


def main() -> None:
    backend = sys.argv[1] if len(sys.argv) > 1 else "agg"
    mpl.use(backend)
    import matplotlib.pyplot as plt

    recording = video(np.uint16, (5000, 256, 256))
    figure = plt.figure(figsize=(14, 7))
    view = live_view(figure, recording, positions(29, 240))
    picker = view.picker
    figure.canvas.draw()
    if backend != "agg":
        figure.show()
        figure.canvas.flush_events()
    clicks, steps = [], []
    for x, y in positions(40, 250)[10:]:
        start = time.perf_counter()
        picker.add((x, y))
        figure.canvas.flush_events()
        clicks.append(time.perf_counter() - start)
        picker.undo()
        figure.canvas.flush_events()
    key = picker.points[0].key
    view.adapter._held = key
    for i in range(100):
        start = time.perf_counter()
        picker.move(key, (60 + i, 100 + i % 9), continues=True)
        figure.canvas.flush_events()
        steps.append(time.perf_counter() - start)
    scrubs = {}
    for mode in ("frame", "signal"):
        view.show_picture(mode)
        took = []
        for frame in range(100, 130):
            start = time.perf_counter()
            view.show_frame(frame)
            figure.canvas.flush_events()
            took.append(time.perf_counter() - start)
        scrubs[mode] = statistics.median(took)
    click, worst = statistics.median(clicks), max(clicks)
    print(f"{backend}: click {1e3 * click:.0f} ms (slowest {1e3 * worst:.0f}), ", end="")
    print(f"dragging {1 / statistics.mean(steps):.0f} positions/s, ", end="")
    print(", ".join(f"another {mode} {1e3 * seconds:.0f} ms" for mode, seconds in scrubs.items()))


if __name__ == "__main__":
    main()
