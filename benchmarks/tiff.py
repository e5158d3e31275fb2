"""Reading TIFF files with optimap and with tifffile, alternating in one process; opening files of many pages.

python benchmarks/tiff.py              # needs the packages of the group `test`
python benchmarks/tiff.py --rounds 3 --frames 200

The peer is tifffile's ``asarray(key=...)`` with all frames, with its own number of threads and with as many as optimap.
Times are medians, files are in the cache of the system. The last ratio is that of the times that all processors
together spent, with tifffile's own number of threads.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile

import optimap
from optimap import kernels

GREY = {"photometric": "minisblack"}
# name, options of tifffile.imwrite
CASES = [
    ("LZW", {"compression": "lzw"}),
    ("deflate", {"compression": "zlib"}),
    ("Zstandard", {"compression": "zstd"}),
    ("LZW, strips of 4 rows, predictor", {"compression": "lzw", "predictor": True, "rowsperstrip": 4}),
    ("deflate, strips of 4 rows", {"compression": "zlib", "rowsperstrip": 4}),
    ("LZW, strips of 4 rows", {"compression": "lzw", "rowsperstrip": 4}),
    ("deflate, strips of 4 rows, predictor", {"compression": "zlib", "predictor": True, "rowsperstrip": 4}),
    ("deflate, strips of 1 row", {"compression": "zlib", "rowsperstrip": 1}),
    ("deflate, tiles of 64 x 64", {"compression": "zlib", "tile": (64, 64)}),
    ("plain, page by page", None),
]


def recording(frames: int) -> np.ndarray:
    """Return frames (T, 256, 256) that compress to about two thirds."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 64, (frames, 256, 256))
    return (2000 + 8 * noise + np.arange(256)).astype(np.uint16)


def write(path: Path, video: np.ndarray, options: dict | None) -> None:
    """Write a file; without options, page by page, each followed by its directory."""
    if options is not None:
        tifffile.imwrite(path, video, **GREY, **options)
        return
    with tifffile.TiffWriter(path, bigtiff=True) as writer:
        for frame in video:
            writer.write(frame, contiguous=False, metadata=None, **GREY)


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def both_clocks(function: Callable[[], object]) -> tuple[float, float]:
    """Return how long a call takes, by the wall clock and by all processors together."""
    used = time.process_time()
    return seconds(function), time.process_time() - used


def read_ours(path: Path) -> np.ndarray:
    with optimap.open_video(path) as recording:
        return recording[:]


def read_peer(path: Path, frames: int, threads: int | None) -> np.ndarray:
    with tifffile.TiffFile(path) as tif:
        return tif.asarray(key=range(frames), maxworkers=threads)


def side_by_side(path: Path, frames: int, rounds: int) -> str:
    np.testing.assert_array_equal(read_ours(path), read_peer(path, frames, None))
    ways = [lambda: read_ours(path)]
    ways += [lambda threads=threads: read_peer(path, frames, threads) for threads in (None, kernels.thread_count())]
    times = np.array([[both_clocks(way) for way in ways] for _ in range(rounds)])
    (ours, default, same), (own, their, _) = np.median(times, axis=0).T
    found = (
        f"{ours * 1e3:8.0f} ms {default * 1e3:8.0f} ms {same * 1e3:8.0f} ms {default / ours:7.2f} {same / ours:7.2f}"
    )
    return f"{found} {their / own:9.2f}"


def opening(folder: Path, pages: int) -> None:
    """Print how long it takes until the shape of files of many compressed pages is known."""
    video = np.zeros((pages, 16, 16), np.uint16)
    video[:] = np.arange(pages)[:, None, None] % 65536
    tifffile.imwrite(folder / "one.tif", video, compression="zlib", **GREY)
    with tifffile.TiffWriter(folder / "single.tif") as writer:
        for frame in video:
            writer.write(frame, contiguous=False, metadata=None, compression="zlib", **GREY)
    for name, text in (("one.tif", "written at once"), ("single.tif", "written page by page")):
        ours = statistics.median(seconds(lambda name=name: optimap.open_video(folder / name).close()) for _ in range(3))
        peer = statistics.median(seconds(lambda name=name: tifffile.TiffFile(folder / name).series) for _ in range(3))
        print(f"{pages} pages, {text:<22} {ours:8.2f} s  {peer:8.2f} s  {peer / ours:7.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--pages", type=int, default=70_000, help="pages of the files that are only opened")
    given = parser.parse_args()
    video = recording(given.frames)
    threads = kernels.thread_count()
    print(
        f"{'reading ' + str(video.shape):<37} {'optimap':>11} {'tifffile':>11} {threads} threads   "
        "ratios   of processor time"
    )
    with tempfile.TemporaryDirectory() as name:
        for text, options in CASES:
            path = Path(name) / "rec.tif"
            write(path, video, options)
            print(f"{text:<37} {side_by_side(path, given.frames, given.rounds)}", flush=True)
            path.unlink()
        print(f"\n{'opening':<38} {'optimap':>8}    {'tifffile':>8}    ratio")
        opening(Path(name), given.pages)


if __name__ == "__main__":
    main()
