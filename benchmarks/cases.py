"""The cases: name -> (prepare, run). `prepare()` is not timed; `run(prepared)` is. The same code for both packages."""

import subprocess
import sys

import numpy as np


def video(dtype, shape=(4000, 256, 256)):
    rng = np.random.default_rng(0)
    block = rng.integers(0, 60_000, (100, *shape[1:])).astype(dtype)
    return np.concatenate([block] * (shape[0] // 100))


def positions(count, side=256):
    return [tuple(p) for p in np.random.default_rng(1).integers(0, side, (count, 2)).tolist()]


def extraction(count, size, window="rect", dtype=np.uint16, shape=(4000, 256, 256)):
    def prepare():
        return video(dtype, shape), positions(count)

    def run(prepared):
        import optimap.trace

        optimap.trace.extract_traces(*prepared, size=size, window=window)

    return prepare, run


def normalization():
    def prepare():
        return video(np.float32, (1000, 256, 256))

    def run(prepared):
        import optimap.trace

        optimap.trace.normalize(prepared)

    return prepare, run


def detrending(samples=5000):
    def prepare():
        t = np.arange(samples)
        noise = np.random.default_rng(0).normal(size=samples)
        return 30_000 - 400 * (np.sin(2 * np.pi * t / 75) > 0.6) + 3000 * np.exp(-t / 2000) + 20 * noise

    def run(prepared):
        import optimap.trace

        optimap.trace.detrend_timeseries(prepared)

    return prepare, run


def live_window(figure, recording, where):
    """Return our window of `select_traces`, with these points picked."""
    from optimap.trace._live import TracesWindow
    from optimap.trace._picker import PointPicker

    return TracesWindow(
        figure,
        [recording],
        recording[0],
        PointPicker(where, frame_shape=recording.shape[1:]),
        frame=0,
        size=5,
        window="rect",
        times=np.arange(len(recording)),
        time_label="Frame",
        styles=[{}],
        display={"cmap": "gray"},
        title="",
    )


def picking(action):
    """One click (or 25 steps of a drag) beside 29 points and their traces, on a canvas without a screen."""

    def prepare():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        import optimap.trace

        recording = video(np.uint16, (5000, 256, 256))
        figure = Figure(figsize=(14, 7))
        FigureCanvasAgg(figure)
        where = positions(29, 240)
        if not hasattr(optimap.trace, "Selection"):
            return recording, figure, where, figure.subplots(ncols=2)
        window = live_window(figure, recording, where)
        figure.canvas.draw()
        return recording, figure, where, window

    def run(prepared):
        import optimap.trace

        recording, figure, where, view = prepared
        x, y = (int(c) for c in np.random.default_rng(len(where)).integers(5, 250, 2))
        where.append((x, y))
        if hasattr(view, "picker"):
            if action == "drag":
                key = view.picker.points[-1].key
                view.adapter._held = key
                for i in range(25):
                    view.picker.move(key, (100 + i, 100 + i % 5), continues=True)
            else:
                view.picker.add((x, y))
                view.picker.undo()  # back to 29 points; part of what is timed
            return
        view[0].clear()  # what the published package does at each click
        view[0].imshow(recording[0], cmap="gray")
        view[0].plot(*np.transpose(where[:30]), "o")
        view[1].clear()
        traces = optimap.trace.extract_traces(recording, where[:30], 5)
        optimap.trace.show_traces(traces, ax=view[1])
        figure.canvas.draw()

    return prepare, run


def fresh_process(*arguments):
    def run(_):
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    return lambda: None, run


CASES = {
    "import optimap, fresh process": fresh_process("-c", "import optimap"),
    "an empty process, for comparison": fresh_process("-c", "pass"),
    "1 position, rect 5, uint16": extraction(1, 5),
    "100 positions, pixel, uint16": extraction(100, 5, "pixel"),
    "100 positions, rect 5, uint16": extraction(100, 5),
    "100 positions, rect 31, uint16": extraction(100, 31),
    "100 positions, disc 15, uint16": extraction(100, 15, "disc"),
    "1000 positions, rect 31, uint16": extraction(1000, 31),
    "100 positions, rect 31, float32": extraction(100, 31, dtype=np.float32, shape=(2000, 256, 256)),
    "100 positions, disc 15, float32": extraction(100, 15, "disc", np.float32, (2000, 256, 256)),
    "click beside 29 points x 5000 frames": picking("click"),
    "drag through 25 positions beside 28 points": picking("drag"),
    "normalize 1000 x 256 x 256 float32": normalization(),
    "detrend one series of 5000": detrending(),
}
