"""A user's script without a screen: picks in a browser, twice. It says where pixels are on the canvas."""

import json
import sys

import matplotlib as mpl
import numpy as np

mpl.use("agg")
from optimap._pick.frontends import browser as _web
from optimap.trace import select_positions, select_traces


def say(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


original = _web.Browser.wait


def wait(self):
    figure = self._figure
    figure.canvas.draw()  # axes take their places

    def where():
        ratio = figure.canvas.device_pixel_ratio
        height = figure.bbox.height / ratio
        points = {}
        for x in range(0, 30, 5):
            for y in range(0, 20, 5):
                px, py = figure.axes[0].transData.transform((x, y)) / ratio
                points[f"{x},{y}"] = (px, height - py)
        return points

    say(where=where(), size=list(figure.bbox.size / figure.canvas.device_pixel_ratio))
    original(self)


_web.Browser.wait = wait
video = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)
backend = mpl.get_backend()
for call in sys.argv[1:]:
    if call == "positions":
        say(result=select_positions(video, browser=True))
    else:
        traces, result = select_traces(video, 3, browser=True)
        say(shape=traces.shape, result=result)
say(unchanged=backend == mpl.get_backend())
