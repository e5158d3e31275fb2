"""Whether long sessions stay level: memory, file descriptors and threads after thousands of calls of each kind.

    python benchmarks/level.py                 # 10,000 extractions, 2,000 figures, 500 picking windows, 2,000 files
    python benchmarks/level.py --share 0.1     # a tenth of each

Each kind of work runs in a process of its own, which notes its resident memory, open descriptors and threads after
each tenth of the calls; after the first, everything is loaded and caches are full. Memory that was freed is given back
to the system first: what the allocator keeps differs by 10 MB from one moment to the next. The last column is what a
call added in the median tenth, because the allocator adds a megabyte once in a while, and a leak grows in every tenth;
exit status 1 if that is more than 1 kB, if a descriptor stays open, or if there are more new threads than the pools of
libraries have, which grow as they are needed.
"""

import argparse
import ctypes
import gc
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

os.environ["MPLBACKEND"] = "agg"

import numpy as np

import optimap

CALLS = {"extractions": 10_000, "figures": 2_000, "picking windows": 500, "files in a batch": 2_000}
MOST_BYTES = 1024  # added by one call
POOL = (os.cpu_count() or 1) + 4  # threads of `concurrent.futures`, in which zarr reads
VIDEO = np.random.default_rng(0).integers(0, 4096, (40, 32, 36)).astype(np.uint16)
POSITIONS = [(3, 4), (20.5, 9), (30, 30)]


def state() -> tuple[int, int, int]:
    """Return the resident memory in bytes, open descriptors, and threads."""
    gc.collect()
    getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd")), threading.active_count()


def extractions(folder: Path):
    """Open a recording and extract, in a different format each time."""
    paths = [folder / f"rec{suffix}" for suffix in (".npy", ".tif", ".h5", ".zarr", ".mat")]
    for path in paths:
        optimap.video.save_video(path, VIDEO, fps=500)

    def call(number: int) -> None:
        with optimap.open_video(paths[number % len(paths)]) as recording:
            optimap.extract_traces(recording, POSITIONS, size=5, window=("rect", "disc")[number % 2])

    return call


def figures(folder: Path):
    """Draw traces, positions and regions, and close the figure."""
    import matplotlib.pyplot as plt

    traces = optimap.extract_traces(VIDEO, POSITIONS)
    regions = optimap.trace.regions([(3, 4), (20, 9)], (32, 36), size=7)

    def call(number: int) -> None:
        (
            lambda: optimap.trace.show_traces(traces, fps=500),
            lambda: optimap.trace.show_positions(POSITIONS, VIDEO[0]),
            lambda: optimap.trace.show_regions(regions, VIDEO[0]),
        )[number % 3]()
        plt.close("all")

    return call


def picking_windows(folder: Path):
    """Open a picking window on Agg, click, and close it."""
    from matplotlib.backend_bases import MouseEvent
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from optimap._pick.frontends import chosen_by

    class OnAgg:
        """A front end without a screen, whose user clicks once."""

        def new_figure(self, figsize, name):
            self.figure = Figure(figsize=figsize)
            FigureCanvasAgg(self.figure).draw()
            return self.figure

        def present(self):
            canvas = self.figure.canvas
            canvas.draw()
            x, y = self.figure.axes[0].transData.transform((10, 12))
            for name in ("button_press_event", "button_release_event"):
                MouseEvent(name, canvas, x, y, 1)._process()
            return True

        def finish(self):
            pass

        def close(self):
            pass

    def call(number: int) -> None:
        with chosen_by(lambda block, browser: OnAgg()):
            select = optimap.trace.select_positions if number % 2 else optimap.trace.select_traces
            select(*((VIDEO[0],) if number % 2 else (VIDEO,)))

    return call


def files_in_a_batch(folder: Path):
    """Extract from many files by one call of the command line for each hundred."""
    from optimap._cli import main

    for number in range(100):
        np.save(folder / f"rec_{number:03d}.npy", VIDEO)
    paths = [str(path) for path in sorted(folder.glob("*.npy"))]
    output = folder / "out"
    output.mkdir()

    def call(number: int) -> None:
        if number % 100 == 99:
            status = main(["traces", *paths, "--at", "3,4", "-o", str(output), "--overwrite"])
            assert status == 0

    return call


KINDS = dict(zip(CALLS, (extractions, figures, picking_windows, files_in_a_batch), strict=True))


def job(kind: str, calls: int) -> None:
    """Do the work in this process, and print what is used after each tenth."""
    with tempfile.TemporaryDirectory() as folder:
        call = KINDS[kind](Path(folder))
        step = max(100 if kind == "files in a batch" else 1, calls // 10)
        for number in range(calls):
            call(number)
            if number % step == step - 1:
                print("result", number + 1, *state(), flush=True)


def measure(kind: str, calls: int) -> bool:
    """Print a row about one kind; return whether it stays level."""
    command = [sys.executable, __file__, "--job", kind, str(calls)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr)
        return False
    rows = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("result")]
    numbers, memories, *others = np.array(rows, np.int64).T
    added = float(np.median(np.diff(memories) / np.diff(numbers)))
    (memory, memory_after), (files, files_after), (threads, threads_after) = (
        (int(values[0]), int(values[-1])) for values in (memories, *others)
    )
    print(
        f"| {calls:,} {kind} | {memory / 1e6:.0f} -> {memory_after / 1e6:.0f} MB | {files} -> {files_after} "
        f"| {threads} -> {threads_after} | {added:.0f} B |",
        flush=True,
    )
    return added <= MOST_BYTES and files_after <= files and threads_after <= threads + POOL


def main() -> int:
    """Measure every kind; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of the calls of each kind")
    parser.add_argument("--only", choices=CALLS)
    parser.add_argument("--job", nargs=2, metavar=("KIND", "CALLS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        job(options.job[0], int(options.job[1]))
        return 0
    print("| calls | memory | descriptors | threads | added by a call |\n|---|---|---|---|---|", flush=True)
    kinds = CALLS if options.only is None else [options.only]
    level = [measure(kind, max(200, int(CALLS[kind] * options.share))) for kind in kinds]
    return 0 if all(level) else 1


if __name__ == "__main__":
    sys.exit(main())
