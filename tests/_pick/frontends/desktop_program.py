"""A user's script: picks on the desktop. It reports where pixels are on the screen, and what was picked.

With a file name, it writes there what the figure has drawn when its window is open.
"""

import json
import sys

import matplotlib as mpl
import numpy as np

backend, call = sys.argv[1:3]
scale = float(sys.argv[3])
mpl.use(backend)
from optimap._pick.frontends import choose_frontend, chosen_by  # noqa: E402
from optimap.trace import compare_traces, select_positions, select_traces  # noqa: E402


def say(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def corner(canvas):
    """Return the top left corner of the canvas on the screen, in device pixels."""
    if backend == "QtAgg":
        from matplotlib.backends.qt_compat import QtCore

        point = canvas.mapToGlobal(QtCore.QPoint(0, 0))
        return point.x() * canvas.device_pixel_ratio, point.y() * canvas.device_pixel_ratio
    widget = canvas.get_tk_widget()
    return widget.winfo_rootx(), widget.winfo_rooty()


def widget_size(canvas):
    """Return the width and height of the widget of the canvas, in device pixels."""
    if backend == "QtAgg":
        return canvas.width() * canvas.device_pixel_ratio, canvas.height() * canvas.device_pixel_ratio
    return canvas.get_tk_widget().winfo_width(), canvas.get_tk_widget().winfo_height()


def on_screen(canvas, ax, position):
    x, y = ax.transData.transform(position)
    left, top = corner(canvas)
    return left + x, top + canvas.figure.bbox.height - y


class Reporting:
    """The front end of a call; reports where pixels are once its window is open."""

    def __init__(self, block, browser):
        self._frontend = choose_frontend(block, browser)
        self.finish, self.close = self._frontend.finish, self._frontend.close

    def new_figure(self, figsize, name):
        self.figure = self._frontend.new_figure(figsize, name)
        return self.figure

    def present(self):
        self.shape = None
        self.timer = self.figure.canvas.new_timer(interval=350, callbacks=[(self.report, [], {})])
        self.timer.start()
        return self._frontend.present()

    def report(self):
        canvas, axes = self.figure.canvas, self.figure.axes
        before, self.shape = self.shape, (canvas.device_pixel_ratio, *self.figure.bbox.size, *corner(canvas))
        # Toolkits learn the size of their window step by step, and figures that of their widget later.
        is_settled = before == self.shape and abs(before[0] - scale) < 0.05
        if not is_settled or np.abs(np.subtract(widget_size(canvas), self.figure.bbox.size)).max() > 2:
            return True
        canvas.draw()
        grid = {f"{x},{y}": on_screen(canvas, axes[0], (x, y)) for x in range(0, 30, 5) for y in range(0, 20, 5)}
        slider = axes[-1]
        for path in sys.argv[4:]:
            if path.endswith(".npy"):
                np.save(path, np.asarray(canvas.buffer_rgba()))
        say(
            canvas=corner(canvas),
            ready=True,
            where=grid,
            slider=on_screen(canvas, slider, (np.mean(slider.get_xlim()), 0.5)),
        )
        return False


video = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)
if "another" in sys.argv:  # a figure of the user, which stays open
    import matplotlib.pyplot as plt

    plt.figure(99)
before = (mpl.get_backend(), dict(mpl.rcParams))
with chosen_by(Reporting):
    if call == "select_positions":
        result = select_positions(video[0])
    elif call == "exact":
        result = select_positions(video, as_integers=False)
    elif call == "three":
        result = select_positions(video, num_points=3)
    elif call == "live":  # the call returns at once; a script's own loop lets the user pick
        import matplotlib.pyplot as plt

        spots = select_positions(video, num_points=2, block=False)
        plt.show()
        result = list(spots)
    elif call == "select_traces":
        traces, result = select_traces(video, 3, fps=100, title="rec.tif")
        say(shape=traces.shape)
    elif call == "compare_traces":
        result = [compare_traces([video, video[:40]], labels=["a", "b"]).get_title()]
after = (mpl.get_backend(), dict(mpl.rcParams))
import matplotlib.pyplot as plt  # noqa: E402

say(result=result, unchanged=before == after, figures=plt.get_fignums())
