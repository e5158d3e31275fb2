"""The cases: what is measured, with the same code for all packages. A new case is a line in CASES.

`prepare()` is not timed, `run(prepared)` is. Packages are imported inside functions, since workers have different ones.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PUBLISHED = "published"  # the environment of the published package
OURS = "ours"


@dataclass(frozen=True)
class Case:
    """What is measured, and what it is compared with."""

    prepare: Callable[[], Any]
    run: Callable[[Any], Any]
    # What the peer does, if it differs: a loop written by hand, another package, or a part of the work.
    peer: Callable[[Any], Any] | None = None
    peer_in: str = PUBLISHED  # the environment in which the peer runs
    peer_share: float = 1.0  # the share of the work that the peer does: its time is divided by this and marked with ~
    twins: bool = False  # whether to run it with the NumPy twins too
    limit: bool = False  # whether to compare with reading the video, and with reading it and writing the result
    memory: bool = False  # whether to measure the memory used in addition to the result


def video(dtype, shape=(4000, 256, 256)):
    rng = np.random.default_rng(0)
    block = rng.integers(0, 60_000, (min(100, shape[0]), *shape[1:])).astype(dtype)
    return np.concatenate([block] * (shape[0] // len(block)))


def positions(count, side=256):
    return [tuple(p) for p in np.random.default_rng(1).integers(0, side, (count, 2)).tolist()]


def every_pixel(shape):
    return np.stack(np.mgrid[: shape[0], : shape[1]][::-1], axis=-1).reshape(-1, 2)


def extraction(count, size, window="rect", dtype=np.uint16, shape=(4000, 256, 256), peer_count=None):
    """Extract traces at `count` positions, or at every pixel (None); the peer extracts `peer_count` random ones."""

    def prepare():
        where = every_pixel(shape[1:]) if count is None else positions(count, shape[1])
        return video(dtype, shape), where[0] if count == 1 else where

    def run(prepared):
        import optimap.trace

        return optimap.trace.extract_traces(*prepared, size=size, window=window)

    def some(prepared):
        frames, where = prepared
        return run((frames, [tuple(p) for p in np.random.default_rng(2).permutation(where)[:peer_count].tolist()]))

    share = 1.0 if peer_count is None else peer_count / (count or shape[1] * shape[2])
    return Case(prepare, run, some if peer_count else None, peer_share=share, twins=True, limit=True)


def read_once(frames):
    """Read all pixels of a contiguous video once, with all cores: the limit set by memory."""
    words = frames.reshape(-1).view(np.int64)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    def read(part):
        for start in range(0, len(part), 1 << 17):
            part[start : start + (1 << 17)].max()

    with ThreadPoolExecutor(cores) as team:
        list(team.map(read, np.array_split(words, cores)))


def write_once(shape, dtype):
    """Write a new array once, with all cores."""
    result = np.empty(shape, dtype)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ThreadPoolExecutor(cores) as team:
        list(team.map(lambda part: part.fill(0), np.array_split(result.reshape(-1), cores)))


def normalization():
    def prepare():
        return video(np.float32, (1000, 256, 256))

    def run(prepared):
        import optimap.trace

        return optimap.trace.normalize(prepared)

    return Case(prepare, run, twins=True, memory=True)


def detrending(samples=5000):
    def prepare():
        t = np.arange(samples)
        noise = np.random.default_rng(0).normal(size=samples)
        return 30_000 - 400 * (np.sin(2 * np.pi * t / 75) > 0.6) + 3000 * np.exp(-t / 2000) + 20 * noise

    def run(prepared):
        import optimap.trace

        optimap.trace.detrend_timeseries(prepared)

    return Case(prepare, run)


BEATS = (10_000, 1000)  # series and samples


def beat_signals(samples, count):
    """Return signals of beats, in noise."""
    phase = np.arange(samples) % 100
    beats = np.where(phase < 4, phase / 4, np.exp(-(phase - 4) / 20))
    return beats[:, np.newaxis] + np.random.default_rng(0).normal(size=(samples, count)) / 15


def find_peaks_loop(signals):
    """Find the upstrokes of each series, as many scripts do; nothing else is measured."""
    from scipy.signal import find_peaks

    return [find_peaks(np.diff(series), height=0.1, distance=50)[0] for series in signals.T]


def measuring_beats():
    """Find and measure the beats of many series; the peer only finds them, in this package's environment."""

    def run(signals):
        import optimap.beats

        optimap.beats.measure_beats(signals, polarity="up")

    return Case(lambda: beat_signals(BEATS[1], BEATS[0]), run, find_peaks_loop, peer_in=OURS)


def baselines(count=1000, samples=5000, peer_count=20):
    """Asymmetric least squares below many series; the peer solves them with SciPy, one after the other."""

    def prepare():
        t = np.arange(samples)
        noise = np.random.default_rng(0).normal(size=(samples, count))
        one = 1000 + 250 * np.exp(-t / 2000) + 100 * (1 - np.exp(-(t % 150) / 3)) * np.exp(-(t % 150) / 40)
        return one[:, np.newaxis] + 5 * noise

    def run(prepared):
        import optimap.trace

        return optimap.trace.baseline(prepared, "asls")

    def peer(prepared):
        from scipy.linalg import solveh_banded

        stiff = np.repeat([[1.0], [-4.0], [6.0]], samples, axis=1)  # the diagonals of squared second differences
        stiff[2, [0, -1]], stiff[2, [1, -2]], stiff[1, [1, -1]] = 1, 5, -2
        for series in prepared.T[:peer_count]:
            weights = np.ones(samples)
            for _ in range(50):
                below = solveh_banded((150 / (2 * np.pi)) ** 4 * stiff + [[0], [0], [1]] * weights, weights * series)
                weights, old = np.where(series > below, 0.01, 0.99), weights
                if (weights == old).all():
                    break

    return Case(prepare, run, peer, peer_share=peer_count / count, twins=True)


def smoothing():
    def prepare():
        return video(np.uint16, (500, 256, 256))

    def run(prepared):
        import optimap.video

        return optimap.video.smooth_spatiotemporal(prepared, 1, 1)

    return Case(prepare, run, memory=True)


def filtering(name, *arguments, dtype=np.uint16, memory=True):
    """Call a function of `optimap.video`."""

    def prepare():
        return video(dtype, (500, 256, 256))

    def run(prepared):
        import optimap.video

        return getattr(optimap.video, name)(prepared, *arguments)

    return Case(prepare, run, memory=memory)


def masking():
    def prepare():
        bright = np.hypot(*np.mgrid[-512:512, -512:512]) < 300
        return np.random.default_rng(0).normal(np.where(bright, 20_000, 3000), 500).clip(0).astype(np.uint16)

    def run(prepared):
        import optimap.image

        return optimap.image.background_mask(prepared, show=False)

    return Case(prepare, run)


def live_view(figure, recording, where):
    """Return our view of `select_traces`, with these points picked."""
    from optimap._pick import PointPicker, TracesView
    from optimap._reading import as_source

    return TracesView(
        figure,
        [as_source(recording)],
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
    """One click (or 25 steps of a drag) with 29 other points and their traces, on a canvas without a screen."""

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
        view = live_view(figure, recording, where)
        figure.canvas.draw()
        return recording, figure, where, view

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

    return Case(prepare, run)


def process(*command):
    """Run a command and wait for it; `python` and `optimap` are those of the worker's environment."""
    program = sys.executable if command[0] == "python" else str(Path(sys.executable).with_name(command[0]))
    subprocess.run([program, *command[1:]], check=True, stdout=subprocess.DEVNULL)


def cold_start(ours, peer):
    return Case(lambda: None, lambda _: process(*ours), lambda _: process(*peer))


IMPORT = ("python", "-c", "import optimap")
SMALL = (2000, 256, 256)
CASES = {
    "1 position, rect 5, uint16": extraction(1, 5),
    "100 positions, pixel, uint16": extraction(100, 5, "pixel"),
    "100 positions, rect 5, uint16": extraction(100, 5),
    "100 positions, rect 31, uint16": extraction(100, 31),
    "100 positions, disc 15, uint16": extraction(100, 15, "disc"),
    "1000 positions, rect 31, uint16": extraction(1000, 31),
    "100 positions, rect 5, float32 (2000 frames)": extraction(100, 5, dtype=np.float32, shape=SMALL),
    "100 positions, rect 31, float32 (2000 frames)": extraction(100, 31, dtype=np.float32, shape=SMALL),
    "100 positions, disc 15, float32 (2000 frames)": extraction(100, 15, "disc", np.float32, SMALL),
    "1000 positions, rect 31, float32 (2000 frames)": extraction(1000, 31, dtype=np.float32, shape=SMALL),
    "every pixel, rect 5, uint16 (500 frames)": extraction(None, 5, shape=(500, 256, 256), peer_count=2000),
    "normalize 1000 x 256 x 256 float32": normalization(),
    "detrend one series of 5000": detrending(),
    "beats of 10,000 x 1000 samples; peer: find_peaks": measuring_beats(),
    "baselines (asls) of 1000 series of 5000; peer: SciPy": baselines(),
    "smooth 500 x 256 x 256 uint16 in time and space": smoothing(),
    "normalize_pixelwise 500 x 256 x 256 uint16": filtering("normalize_pixelwise"),
    "normalize_pixelwise_slidingwindow 60, the same": filtering("normalize_pixelwise_slidingwindow", 60),
    "temporal_difference 5, the same": filtering("temporal_difference", 5),
    "background_mask 1024 x 1024 uint16": masking(),
    "click beside 29 points x 5000 frames": picking("click"),
    "drag through 25 positions beside 28 points": picking("drag"),
    "import optimap, fresh process": cold_start(IMPORT, IMPORT),
    "optimap --version; published: import": cold_start(("optimap", "--version"), IMPORT),
    "optimap info; published: import": cold_start(("optimap", "info"), IMPORT),
    "an empty process, for comparison": cold_start(("python", "-c", "pass"), ("python", "-c", "pass")),
}
