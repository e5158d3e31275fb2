"""A user's script without a screen: picks in a browser, and reports the results.

Where pixels are on the canvas, whose size the page decides, is in a file that each draw replaces.
"""

import json
import os
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("agg")
from optimap._pick.frontends import choose_frontend, chosen_by
from optimap.trace import select_positions, select_traces


def say(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


WHERE = Path(sys.argv[1])


class Reporting:
    """The front end of a call; reports where pixels are."""

    def __init__(self, block, browser):
        self._frontend = choose_frontend(block, browser)
        self.finish, self.close = self._frontend.finish, self._frontend.close

    def new_figure(self, figsize, name):
        self.figure = self._frontend.new_figure(figsize, name)
        self.released = 0  # buttons of the mouse
        self.figure.canvas.mpl_connect("draw_event", self.report)
        self.figure.canvas.mpl_connect("button_release_event", self.count)
        return self.figure

    def present(self):
        self.figure.canvas.draw()  # axes take their places
        return self._frontend.present()

    def count(self, event):
        self.released += 1
        self.report(event)

    def report(self, event):
        ratio = self.figure.canvas.device_pixel_ratio
        width, height = self.figure.bbox.size / ratio
        points = {}
        for x in range(0, 30, 5):
            for y in range(0, 20, 5):
                px, py = self.figure.axes[0].transData.transform((x, y)) / ratio
                points[f"{x},{y}"] = (px, height - py)
        part = WHERE.with_suffix(".part")
        part.write_text(json.dumps({"where": points, "size": [width, height], "released": self.released}))
        os.replace(part, WHERE)


video = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)
backend = mpl.get_backend()
with chosen_by(Reporting):
    for call in sys.argv[2:]:
        if call == "positions":
            say(result=select_positions(video, browser=True))
        else:
            traces, result = select_traces(video, 3, browser=True)
            say(shape=traces.shape, result=result)
say(unchanged=backend == mpl.get_backend())
