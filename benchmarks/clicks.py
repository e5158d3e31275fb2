"""From the mouse to the drawn traces: what each action takes with 30 points, beside the published package.

python benchmarks/clicks.py [QtAgg | TkAgg | agg] [--published PYTHON]

The first two backends need a display; xvfb-run provides one. PYTHON is an interpreter with the published package
(`environments.make_environments`, or `benchmarks/.venv-peer`), whose window gets the same events, as far as it acts on
them. Numbers are medians of processor time in ms, which other work on the machine hardly changes.
"""

import argparse
import json
import os
import statistics
import subprocess
import time

import matplotlib as mpl
import numpy as np

from cases import live_view, positions, video

POINTS, SHAPE = 30, (5000, 256, 256)
WHEEL = 40, (1000, 512, 512)
LARGE = (300, 1024, 1024)


def events(figure, *actions):
    """Return the processor time in ms that a figure takes for events of the mouse: (kind, place, button)."""
    from matplotlib.backend_bases import MouseEvent

    ax, canvas = figure.axes[0], figure.canvas
    start = time.process_time()
    for kind, place, button in actions:
        x, y = ax.transData.transform(place)
        MouseEvent(kind, canvas, x, y, button)._process()
        canvas.flush_events()
    return 1e3 * (time.process_time() - start)


def click(figure, place, button=1):
    took = events(figure, ("button_press_event", place, button), ("button_release_event", place, button))
    time.sleep(0.45)  # no double click
    return took


def pairs(figure, count=8):
    """Return what a new point takes, and what removing it does."""
    picked = np.array(positions(POINTS - 1, 240))
    free = [(x, y) for x, y in positions(500, 240) if np.hypot(*(picked - (x, y)).T).min() > 12]
    places = free[:count]
    took = [(click(figure, place), click(figure, place, 3)) for place in places]
    return [statistics.median(times) for times in zip(*took, strict=True)]


def ours(backend):
    """Return the times of this package."""
    import matplotlib.pyplot as plt

    found = {}
    for stacked in (True, False):
        figure = plt.figure(figsize=(14, 7))
        view = shown(figure, SHAPE, POINTS - 1, stacked)
        if backend != "agg":
            figure.show()
            figure.canvas.flush_events()
        x, y = view.picker.points[4].position
        steps = [("motion_notify_event", (x + i, y + i % 3), None) for i in range(30)]
        new, removed = pairs(figure)
        click(figure, (250, 4))
        times = {"new point": new, "removed point": removed}
        times["the mouse comes to a point"] = events(figure, *steps[:1])
        times["press on it"] = events(figure, ("button_press_event", (x, y), 1))
        times["first step of a drag"] = events(figure, steps[6])
        times["each step after it"] = statistics.median(events(figure, step) for step in steps[7:])
        events(figure, ("button_release_event", (x + 29, y + 2), 1))
        times |= {f"another {mode}": frames(view, mode) for mode in ("frame", "signal")}
        plt.close(figure)
        figure = plt.figure(figsize=(14, 7))
        view = shown(figure, LARGE, POINTS, stacked)
        times |= {f"another {mode}, 1024 x 1024": frames(view, mode) for mode in ("frame", "signal")}
        plt.close(figure)
        figure = plt.figure(figsize=(14, 7))
        view = shown(figure, WHEEL[1], WHEEL[0], stacked)
        took = [timed(figure, lambda view=view, i=i: view.resize(1 if i % 2 else 2)) for i in range(8)]
        times["wheel, 40 points, 512 x 512"] = statistics.median(took)
        found["stacked" if stacked else "overlaid"] = times
        plt.close(figure)
    return found


def shown(figure, shape, points, stacked):
    """Return our view of a video, drawn once."""
    view = live_view(figure, video(np.uint16, shape), positions(points, shape[1] - 16))
    if view.lines.is_stacked != stacked:
        view.press_switch("stack")
    figure.canvas.draw()
    return view


def timed(figure, act):
    """Return the processor time in ms of something and its drawing."""
    start = time.process_time()
    act()
    figure.canvas.flush_events()
    return 1e3 * (time.process_time() - start)


def frames(view, mode):
    """Return what another frame takes."""
    view.show_picture(mode)
    took = [timed(view.figure, lambda frame=frame: view.show_frame(frame)) for frame in range(100, 130)]
    return statistics.median(took[2:])


def published():
    """Return the times of the published package, whose window knows clicks only."""
    import matplotlib.pyplot as plt

    import optimap.trace

    found = {}

    def measure(**_):
        figure = plt.gcf()
        for place in positions(POINTS - 1, 240):
            events(figure, ("button_press_event", place, 1))
        found["published"] = dict(zip(("new point", "removed point"), pairs(figure, 4), strict=True))

    plt.show = measure
    optimap.trace.select_traces(video(np.uint16, SHAPE), 5)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("backend", nargs="?", default="agg")
    parser.add_argument("--published", metavar="PYTHON", help="an interpreter with the published package")
    parser.add_argument("--is-published", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    mpl.use(given.backend)
    if given.is_published:
        print(json.dumps(published()))
        return
    found = ours(given.backend)
    if given.published:
        command = [given.published, __file__, given.backend, "--is-published"]
        alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # where this package may be
        said = subprocess.run(command, check=True, capture_output=True, text=True, env=alone).stdout
        found |= json.loads(said.splitlines()[-1])
    print(f"| ms of processor time, {given.backend} | {' | '.join(found)} |\n|{'---|' * (len(found) + 1)}")
    for action in found["stacked"]:
        cells = [f"{times[action]:.0f}" if action in times else "" for times in found.values()]
        print(f"| {action} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
