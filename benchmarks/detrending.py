"""detrend_timeseries and a loop over `seasonal.fit_trend`, alternating in one process; the memory of long lines.

python benchmarks/detrending.py        # needs the packages of the group `test`

Times are medians. The package seasonal handles one series at a time, so it is timed on a few series and scaled up.
"""

import argparse
import statistics
import threading
import time
import warnings
from collections.abc import Callable

import numpy as np
import psutil
import seasonal

from optimap.trace import detrend_timeseries

# name, series, samples, dtype, kind, period, number of series on which the package seasonal is timed
CASES = [
    ("1000 x 5000, spline", 1000, 5000, "f8", "spline", None, 4),
    ("1000 x 5000, spline, float32", 1000, 5000, "f4", "spline", None, 4),
    ("1000 x 5000, spline, uint16", 1000, 5000, "u2", "spline", None, 4),
    ("1000 x 5000, median, period 50", 1000, 5000, "f8", "median", 50, 4),
    ("1000 x 5000, median", 1000, 5000, "f8", "median", None, 4),
    ("1000 x 5000, mean", 1000, 5000, "f8", "mean", None, 4),
    ("100 x 5000, line", 100, 5000, "f8", "line", None, 1),
    ("1 x 5000, spline", 1, 5000, "f8", "spline", None, 1),
    ("1 x 5000, spline, period 50", 1, 5000, "f8", "spline", 50, 1),
    ("1 x 300, spline", 1, 300, "f8", "spline", None, 1),
    ("10000 x 200, spline", 10_000, 200, "f8", "spline", None, 40),
]
LINES = [10_000, 100_000, 1_000_000]


def recordings(series: int, samples: int, dtype: str) -> np.ndarray:
    """Return (T, N) series like those of a beating heart: beats of 37 to 57 samples, bleaching, noise."""
    rng = np.random.default_rng(0)
    t = np.arange(samples)[:, np.newaxis]
    beats = np.sin(2 * np.pi * t / rng.uniform(37, 57, series))
    return (30_000 - 800 * beats + 3000 * np.exp(-t / 2000) + rng.normal(0, 100, (samples, series))).astype(dtype)


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def side_by_side(case: tuple, rounds: int) -> str:
    name, series, samples, dtype, kind, period, timed = case
    data = recordings(series, samples, dtype)
    few = data[:, :timed].T.astype(float)
    detrend_timeseries(data[:, :1], kind, period)  # imports
    ours, peer = [], []
    for _ in range(rounds):
        ours.append(seconds(lambda: detrend_timeseries(data, kind, period)))
        loop = seconds(lambda: [row - seasonal.fit_trend(row, kind, period=period) for row in few])
        peer.append(loop / timed * series)
    a, b = statistics.median(ours), statistics.median(peer)
    return f"| {name} | {a:.4f} | {b:.3f} | {b / a:.0f} |"


def peak_memory(function: Callable[[], object]) -> float:
    """Return by how many bytes the process grew, at most, while a function ran."""
    process, done, peak = psutil.Process(), threading.Event(), [0]

    def watch() -> None:
        while not done.wait(0.0005):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    before = process.memory_info().rss
    function()
    done.set()
    watcher.join()
    return peak[0] - before


def long_line(samples: int, rounds: int) -> str:
    data = recordings(1, samples, "f8")[:, 0]
    # Measure memory first: only the first run requests it from the system.
    memory = peak_memory(lambda: detrend_timeseries(data, "line"))
    took = statistics.median(seconds(lambda: detrend_timeseries(data, "line")) for _ in range(rounds))
    return f"| line through {samples} samples | {took:.3f} | {memory / 1e6:.0f} | {samples**2 * 8 / 1e9:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| series x samples, kind | ours, s | seasonal, s | ratio |\n|---|---|---|---|")
    for case in CASES:
        print(side_by_side(case, options.rounds), flush=True)
    print("\n| one series | s | extra MB | all slopes at once, GB |\n|---|---|---|---|")
    for samples in LINES:
        print(long_line(samples, options.rounds), flush=True)


if __name__ == "__main__":
    main()
