"""Recordings larger than memory: peak memory, and the rate compared with reading the same bytes without computing.

    python benchmarks/out_of_core.py                  # 1 GB each
    python benchmarks/out_of_core.py --gigabytes 6    # 6 GB .npy, 6 GB BigTIFF, zarr of 2 GB on disk

Writes one file after the other, measures it and deletes it. Each number comes from a separate process. Memory is the
peak of resident memory above its value with numpy and optimap imported. Reading alone means, for mapped files, reading
into one buffer of a block's size again and again; for zarr, reading the same blocks. Rounds alternate and the best one
counts; cold means that the system's cache contains nothing of the file (Linux). Mapped files are extracted in three
ways: as chosen, always read, and always through the map; a long job chooses by a short trial at its start.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import optimap

SHAPE = (512, 512)
FRAME_BYTES = 2 * SHAPE[0] * SHAPE[1]
WINDOWS = {
    "400 of 9 x 9": (400, 9),
    "100 of 5 x 5": (100, 5),
    "100 of 31 x 31": (100, 31),
    "1000 of 31 x 31": (1000, 31),
}
KINDS = ("npy", "tif", "zarr")
# How a mapped file is extracted: as the library chooses, or with a budget that leaves one way only.
WAYS = {"chosen": {}, "read": {"tried_bytes": 2**62}, "mapped": {"file_bytes": 2**62}}


class Simulated:
    """A recording of camera noise that needs little memory: 128 frames, repeated."""

    dtype = np.dtype(np.uint16)

    def __init__(self, frames: int) -> None:
        self.shape = (frames, *SHAPE)
        y, x = np.indices(SHAPE) - 256
        image = 1500 + 1200 * np.exp(-(x**2 + y**2) / 45_000)
        self._frames = np.random.default_rng(0).poisson(np.broadcast_to(image, (128, *SHAPE))).astype(np.uint16)

    def __getitem__(self, key: slice) -> np.ndarray:
        return self._frames[np.arange(key.start, min(key.stop, self.shape[0])) % len(self._frames)]


def write(path: Path, gigabytes: float) -> None:
    """Write a file; a zarr store takes a third of the size on disk."""
    # Camera noise becomes 1.67 times smaller.
    nbytes = gigabytes * 1e9 if path.suffix != ".zarr" else gigabytes * 1e9 / 3 * 1.67
    video = Simulated(int(nbytes) // FRAME_BYTES)
    if path.suffix == ".tif":
        import tifffile

        frames = (frame for start in range(0, video.shape[0], 64) for frame in video[start : start + 64])
        tifffile.imwrite(path, frames, shape=video.shape, dtype=video.dtype, bigtiff=True, photometric="minisblack")
    else:
        optimap.video.save_video(path, video)


def resident(key: str) -> int:
    """Return the memory of this process in MB: VmRSS is the current value, VmHWM the peak."""
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{key}:")[1].split()[0]) // 1024


def forget(path: Path) -> None:
    """Remove a file from the system's cache."""
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file():
            descriptor = os.open(file, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def read(path: Path, recording: optimap.video.Recording) -> None:
    """Read all bytes in blocks, without computing."""
    from optimap._reading import as_source, plan_reading
    from optimap._regions import window_spans

    if path.suffix == ".zarr":
        step = plan_reading(as_source(recording), window_spans(np.zeros((1, 2)), 1, "pixel", SHAPE)).step
        for start in range(0, len(recording), step):
            recording[start : start + step]
        return
    buffer = np.empty(32 * 2**20, np.uint8)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def job(path: Path, what: str, way: str) -> None:
    """Do one thing in this process; print seconds, without imports and opening, and MB above the start."""
    from optimap._base import budgeted

    before = resident("VmRSS")
    optimap.extract_traces(np.zeros((2, 3, 4)), (1, 1))
    with optimap.open_video(path) as recording:
        start = time.perf_counter()
        if what == "read":
            read(path, recording)
        else:
            count, size = WINDOWS[what]
            positions = np.random.default_rng(1).integers(0, SHAPE[0], (count, 2))
            with budgeted(**WAYS[way]):
                optimap.extract_traces(recording, positions, size)
        print(time.perf_counter() - start, resident("VmHWM") - before)


def measure(path: Path, what: str, way: str, cold: bool) -> tuple[float, int]:
    if cold:
        forget(path)
    command = [sys.executable, __file__, "--job", str(path), what, way]
    seconds, megabytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), int(megabytes)


def rows(path: Path, rounds: int) -> list[str]:
    with optimap.open_video(path) as recording:
        gigabytes = recording.nbytes / 1e9
    measure(path, "read", "chosen", cold=False)  # fills the cache
    ways = ("chosen",) if path.suffix == ".zarr" else tuple(WAYS)
    result = []
    for cold in (False, True):
        jobs = [("read", "chosen"), *((name, way) for name in WINDOWS for way in ways)]
        taken: dict[tuple[str, str], list[tuple[float, int]]] = {each: [] for each in jobs}
        for _ in range(1 if cold else rounds):
            for (name, way), values in taken.items():
                values.append(measure(path, name, way, cold))
        reading = gigabytes / min(taken.pop(jobs[0]))[0]
        for (name, way), values in taken.items():
            rate, peak = gigabytes / min(values)[0], max(megabytes for _, megabytes in values)
            cache = "cold" if cold else "warm"
            result.append(
                f"| {path.suffix} {gigabytes:.1f} GB | {name} | {way} | {cache} | {rate:.2f} | {reading:.2f} "
                f"| {rate / reading:.2f} | {peak} |"
            )
            print(result[-1], flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0, help="size of .npy and .tif; 6 is the full size")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=KINDS, help="measure only this kind of file")
    parser.add_argument("--folder", type=Path, help="where the files go (default: a temporary folder)")
    parser.add_argument("--job", nargs=3, metavar=("PATH", "WHAT", "WAY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        job(Path(options.job[0]), *options.job[1:])
        return
    head = "| recording | windows | way | cache | extracting, GB/s | reading alone, GB/s | ratio | peak memory, MB |\n"
    head += "|---|---|---|---|---|---|---|---|"
    print(head, flush=True)
    table = [head]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for kind in KINDS if options.only is None else (options.only,):
            path = Path(folder) / f"rec.{kind}"
            write(path, options.gigabytes)
            table += rows(path, options.rounds)
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "out_of_core.md").write_text("\n".join(table) + "\n")


if __name__ == "__main__":
    main()
