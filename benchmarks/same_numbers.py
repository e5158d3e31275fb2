"""Compare two checkouts: the same random input must give the same numbers, bit for bit.

    python benchmarks/same_numbers.py OTHER/src src --seeds 200

Only public functions are called. Both folders need the compiled loops, or run on the NumPy twins
(OPTIMAP_KERNELS=numpy).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "?", ">u2", ">i4", ">f4", ">f8"]
KINDS = ["memory", "map", "strided", "fortran", "npy", "tif", "h5", "zarr", "mat", "dask", "torch"]
Rng = np.random.Generator


def random_video(rng: Rng) -> np.ndarray:
    """Return a video of any dtype; floats hold some NaN and infinity."""
    shape = tuple(int(n) for n in rng.integers(1, (40, 30, 30)))
    dtype = np.dtype(DTYPES[rng.integers(len(DTYPES))])
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype.newbyteorder("="), endpoint=True).astype(dtype)
    video = (rng.normal(size=shape) * 10.0 ** rng.integers(-2, 4)).astype(dtype)
    for bad in (np.nan, np.inf, -np.inf)[: rng.integers(4)]:
        video[tuple(int(rng.integers(n)) for n in shape)] = bad
    return video


def reached(video: np.ndarray, kind: str, folder: Path) -> Any:
    """Return the same video, accessed in another way; unchanged if that way cannot hold it."""
    import optimap

    path = folder / f"video.{kind}"
    if kind == "strided":
        wide = np.zeros((2 * len(video), *video.shape[1:]), video.dtype)
        wide[::2] = video
        return wide[::2]
    if kind == "fortran":
        return np.asfortranarray(video)
    if kind == "map":
        np.save(folder / "map.npy", video)
        return np.load(folder / "map.npy", mmap_mode="r")
    if kind == "dask":
        import dask.array

        return dask.array.from_array(video, chunks=(7, 9, 8))
    if kind == "torch" and video.dtype.isnative:
        import torch

        return torch.from_numpy(video.copy())
    if kind in ("npy", "tif", "h5", "zarr", "mat"):
        try:
            optimap.video.save_video(path, video, 500.0)
        except ValueError:  # the format does not hold this dtype
            return video
        return optimap.open_video(path)
    return video


def extractions(rng: Rng, video: Any, shape: tuple[int, ...]) -> Iterator[Callable[[], Any]]:
    """Yield calls of extract_traces with random options."""
    from optimap.trace import extract_traces, regions

    height, width = shape[1:]
    for _ in range(4):
        count = int(rng.integers(1, 60))
        where = np.stack([rng.uniform(-0.5, n - 0.51, count) for n in (width, height)], axis=1)
        where = np.floor(where + 0.5) if rng.random() < 0.6 else where
        options: dict[str, Any] = {
            "size": int(rng.integers(0, 35)),
            "window": ("rect", "disc", "pixel")[rng.integers(3)],
            "nan_policy": ("propagate", "omit")[rng.integers(2)],
        }
        if rng.random() < 0.3:
            options |= {"background": where[0], "background_factor": 0.7}
        yield lambda where=where, options=options: extract_traces(video, where, **options)
        yield lambda where=where, options=options: extract_traces(video, where[0], **options)
    labels = rng.integers(0, 5, (height, width))
    labels[0, 0] = 1
    weights = rng.normal(size=(3, height, width))
    triangle = np.array([(0.0, 0.0), (width, 0.0), (0.0, height)])
    for given in (labels > 0, regions(labels, kind="labels"), regions(weights, kind="stack"), [triangle]):
        yield lambda given=given: extract_traces(video, given, weights=("mean", "sum")[int(rng.integers(2))])


def series_calls(rng: Rng, video: np.ndarray) -> Iterator[Callable[[], Any]]:
    """Yield calls of the functions for series."""
    from optimap.trace import detrend_timeseries, estimate_period, normalize

    for _ in range(4):
        axis = (0, 1, -1, None)[rng.integers(4)]
        ends = ({}, {"ymin": 1, "ymax": 0}, {"ymin": -3, "ymax": 100})[rng.integers(3)]
        limits = ({}, {"vmin": 3}, {"vmin": -5, "vmax": 90}, {"vmax": 50, "clip": False})[rng.integers(4)]
        target = ("f4", "f8", "u1", "u2", "i4", "u8")[rng.integers(6)]
        options = {"axis": axis, "dtype": target, **ends, **limits}
        yield lambda options=options: normalize(video, **options)
    t = np.arange(int(rng.integers(60, 900)))[:, None]
    noise = rng.normal(size=(len(t), 3))
    data = 1000 - 0.1 * t + 20 * np.sin(2 * np.pi * t / rng.uniform(5, 80, 3)) + noise
    yield lambda: estimate_period(data)
    for kind in ("spline", "mean", "median", "line", None):
        yield lambda kind=kind: detrend_timeseries(data, kind)
        yield lambda kind=kind: detrend_timeseries(data.astype("f4"), kind, period=12, ptimes=2.5)


def outcome(call: Callable[[], Any]) -> str:
    """Return a digest of what a call returns, or the type of its error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = np.asarray(call())
    except (ValueError, TypeError) as error:
        kinds = {base.__name__ for base in type(error).__mro__}
        return "TypeError" if "TypeError" in kinds else "ValueError"
    digest = hashlib.sha256(np.ascontiguousarray(result).tobytes()).hexdigest()[:16]
    return f"{result.dtype.str} {result.shape} {digest}"


def digests(seed: int) -> list[str]:
    """Return the digests of all calls for a seed."""
    rng = np.random.default_rng(seed)
    video = random_video(rng)
    kind = KINDS[seed % len(KINDS)]
    with tempfile.TemporaryDirectory() as folder:
        there = reached(video, kind, Path(folder))
        found = [outcome(call) for call in extractions(rng, there, video.shape)]
        found += [outcome(call) for call in series_calls(rng, video)]
    return [f"{kind} {video.dtype.str} {one}" for one in found]


def run(source: str, seeds: int) -> list[list[str]]:
    """Return the digests of a checkout, computed in a separate process."""
    environment = {**os.environ, "PYTHONPATH": str(Path(source).resolve())}
    command = [sys.executable, __file__, "--digest", str(seeds)]
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def main() -> int:
    """Compare the checkouts; return 1 if a number differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", help="two folders that hold the package")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--digest", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.digest:
        print(json.dumps([digests(seed) for seed in range(options.digest)]))
        return 0
    before, after = (run(source, options.seeds) for source in options.sources)
    calls = sum(map(len, before))
    differ = [
        (seed, i, a, b)
        for seed, (one, other) in enumerate(zip(before, after, strict=True))
        for i, (a, b) in enumerate(zip(one, other, strict=True))
        if a != b
    ]
    for seed, i, a, b in differ[:20]:
        print(f"seed {seed}, call {i}: {a}  ->  {b}")
    errors = sum(one.endswith("Error") for part in before for one in part)
    print(f"{calls} calls ({errors} of them errors in both): {len(differ)} differ")
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
