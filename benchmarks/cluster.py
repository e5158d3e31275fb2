"""One worker and two, alternating: traces of a dask array, and of many recordings by `optimap traces --workers`.

python benchmarks/cluster.py [--rounds 5]       # needs about 1 GB of disk; a worker has one thread
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def write_recordings(folder: Path) -> tuple[Path, list[Path]]:
    """Write one large recording and 32 small ones."""
    rng = np.random.default_rng(0)
    block = rng.integers(0, 60_000, (200, 256, 256), dtype=np.uint16)
    large = folder / "large.npy"
    np.save(large, np.concatenate([block] * 25))
    several = [folder / f"rec{i:02}.npy" for i in range(32)]
    for path in several:
        np.save(path, block[:, :64, :64].repeat(5, axis=0))
    return large, several


def seconds_of_array(client, large: Path) -> float:
    """Time 5000 frames of 256 x 256 in 40 blocks, 5000 discs of 31: about 0.1 s per block, almost all of it summing."""
    import dask.array as da

    from optimap import extract_traces, open_video

    positions = np.random.default_rng(1).integers(0, 256, (5000, 2))
    with open_video(large) as recording:
        traces = extract_traces(da.from_array(recording, chunks=(125, -1, -1)), positions, 31, window="disc")
        start = time.perf_counter()
        client.compute(traces.sum()).result()
        return time.perf_counter() - start


def seconds_of_command(several: list[Path], workers: int, folder: Path) -> float:
    """Time 1000 frames and 576 detrended traces each, including the start of Python, scheduler and workers."""
    command = [sys.executable, "-m", "optimap", "traces", *several, "--grid", "24", "--detrend", "spline"]
    start = time.perf_counter()
    subprocess.run(
        [*command, "--workers", str(workers), "-o", folder / "out", "--overwrite"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def local_cluster(workers: int):
    from distributed import LocalCluster

    options = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "memory_limit": None}
    return LocalCluster(n_workers=workers, threads_per_worker=1, **options)


def main() -> None:
    from distributed import Client

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    times: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large, several = write_recordings(folder)
        with local_cluster(1) as one, local_cluster(2) as two, Client(one) as client, Client(two) as client_of_two:
            for _ in range(rounds + 1):
                pair = seconds_of_array(client, large), seconds_of_array(client_of_two, large)
                times.setdefault("dask array, 5000 discs of 31", []).append(pair)
        for _ in range(rounds // 2 + 1):
            pair = seconds_of_command(several, 1, folder), seconds_of_command(several, 2, folder)
            times.setdefault("optimap traces, 32 recordings", []).append(pair)
    print("Seconds, minimum of several alternating rounds.\n")
    print("| case | 1 worker | 2 workers | ratio |\n|---|---|---|---|")
    for case, pairs in times.items():
        one, two = (min(seconds) for seconds in zip(*pairs[1:], strict=True))  # the first round warms up
        print(f"| {case} | {one:.2f} | {two:.2f} | {one / two:.2f} |")


if __name__ == "__main__":
    main()
