"""Traces of label images, compared with what people write by hand and with reading the memory once.

python benchmarks/regions.py [ROUNDS]      # about 3 minutes and 1.5 GB of memory

All in one run, alternating; times are minima. Loops that take minutes are timed on a part and scaled up (~).
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from optimap import kernels
from optimap.trace import extract_traces, regions

FRAMES, SIDE = 2000, 512


def labels_of(count: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """Return a label image like a segmentation: cells of any shape with thin gaps, which fill most of the frame."""
    grid = np.stack(np.mgrid[:side, :side], axis=-1)
    distances, nearest = cKDTree(rng.random((count, 2)) * side).query(grid, k=2)
    labels = nearest[..., 0] + 1
    labels[distances[..., 1] - distances[..., 0] < 0.5] = 0
    return labels


def read_once(video: np.ndarray) -> None:
    """Read every byte with all cores, as fast as NumPy can: the bitwise OR of each part."""
    words = video.reshape(-1).view(np.uint64)
    threads = kernels.thread_count()
    parts = np.array_split(words, 8 * threads)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(np.bitwise_or.reduce, parts))


def loop_of_masks(video: np.ndarray, labels: np.ndarray, which: np.ndarray) -> list[np.ndarray]:
    return [video[:, labels == i].mean(axis=1) for i in which]


def scipy_mean(video: np.ndarray, labels: np.ndarray, which: np.ndarray) -> np.ndarray:
    return np.array([ndimage.mean(frame, labels, which) for frame in video])


def seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def compare(video: np.ndarray, labels: np.ndarray, rounds: int) -> list[tuple[str, float, str]]:
    which = np.unique(labels[labels > 0])
    some, frames = which[:: max(1, len(which) // 20)][:20], video[:10]
    jobs: dict[str, tuple[Callable[[], object], float]] = {
        "reading the memory once": (lambda: read_once(video), 1),
        "optimap": (lambda: extract_traces(video, labels), 1),
        "optimap, labels to spans only": (lambda: regions(labels).spans(), 1),
        "~ scipy.ndimage.mean, frame by frame": (lambda: scipy_mean(frames, labels, which), len(video) / len(frames)),
        "~ loop of video[:, labels == i].mean(axis=1)": (
            lambda: loop_of_masks(video, labels, some),
            len(which) / len(some),
        ),
    }
    ours = extract_traces(video[:10], labels)
    np.testing.assert_allclose(ours, scipy_mean(frames, labels, which), rtol=1e-12)
    best = dict.fromkeys(jobs, np.inf)
    for _ in range(rounds):
        for name, (job, scale) in jobs.items():
            best[name] = min(best[name], seconds(job) * scale)
    return [(name, time_taken, f"{time_taken / best['optimap']:.2f}") for name, time_taken in best.items()]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rng = np.random.default_rng(0)
    video = rng.integers(0, 65536, (FRAMES, SIDE, SIDE), dtype=np.uint16)
    print(f"{FRAMES} x {SIDE} x {SIDE} uint16, {video.nbytes / 1e9:.2f} GB, {kernels.thread_count()} threads")
    for count in (100, 10_000):
        labels = labels_of(count, SIDE, rng)
        print(f"\n{len(np.unique(labels)) - 1} labels, {len(regions(labels).spans().rows)} spans")
        for name, time_taken, ratio in compare(video, labels, rounds):
            print(f"  {name:46} {time_taken:10.4f} s {ratio:>10} x optimap")


if __name__ == "__main__":
    main()
