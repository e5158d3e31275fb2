"""Arrays on a device and the compiled loops on the host, alternating in one run.

python benchmarks/gpu.py                                  # PyTorch, on a GPU if there is one, otherwise on the CPU
python benchmarks/gpu.py --library cupy                   # or jax
python benchmarks/gpu.py --device cpu --frames 500        # a small run

For each case the table has the median times of the host and of the device, the times of both methods of adding on the
device (`_extract/device.py` chooses by the cost of gathering a pixel), and the memory that PyTorch used on a GPU in
addition to video and result. Every result is compared with the host's. On a CPU optimap would use its compiled loops;
here the functions of the library are measured instead, as a GPU would run them, at the speed of a CPU.
"""

import argparse
import importlib
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import optimap
from optimap._base import budgeted, is_device_array, on_host
from optimap._extract import device_traces
from optimap._reading import as_source
from optimap._regions import window_spans
from optimap.trace import extract_traces, normalize

GATHER, SLIDE = 0.0, 1e12  # costs of gathering a pixel that force the one or the other


class Torch:
    def __init__(self, device: str | None) -> None:
        self.torch = importlib.import_module("torch")
        self.device = device or ("cuda" if self.torch.cuda.is_available() else "cpu")
        self.on_gpu = self.device.startswith("cuda")
        what = self.torch.cuda.get_device_name(self.device) if self.on_gpu else platform.processor() or "CPU"
        self.name = f"PyTorch {self.torch.__version__} on {self.device} ({what})"

    def to(self, values: Any) -> Any:
        return self.torch.from_numpy(values).to(self.device)

    def wait(self, result: Any) -> None:
        if self.on_gpu:
            self.torch.cuda.synchronize()

    def peak(self, work: Callable[[], Any]) -> str:
        if not self.on_gpu:
            return ""
        self.torch.cuda.reset_peak_memory_stats()
        before = self.torch.cuda.memory_allocated()
        result = work()
        kept = result.element_size() * result.nelement()
        return f"{(self.torch.cuda.max_memory_allocated() - before - kept) / 2**20:.0f} MB"


class Cupy:
    def __init__(self, device: str | None) -> None:
        self.cupy = importlib.import_module("cupy")
        what = self.cupy.cuda.runtime.getDeviceProperties(self.cupy.cuda.Device().id)["name"].decode()
        self.name = f"CuPy {self.cupy.__version__} ({what})"

    def to(self, values: Any) -> Any:
        return self.cupy.asarray(values)

    def wait(self, result: Any) -> None:
        self.cupy.cuda.Device().synchronize()

    def peak(self, work: Callable[[], Any]) -> str:
        return ""


class Jax:
    def __init__(self, device: str | None) -> None:
        self.jax = importlib.import_module("jax")
        self.device = self.jax.devices(device)[0]
        self.name = f"JAX {self.jax.__version__} on {self.device.device_kind}"

    def to(self, values: Any) -> Any:
        return self.jax.device_put(values, self.device)

    def wait(self, result: Any) -> None:
        result.block_until_ready()

    def peak(self, work: Callable[[], Any]) -> str:
        return ""


LIBRARIES = {"torch": Torch, "cupy": Cupy, "jax": Jax}


def extracted(video: Any, where: Any, size: int, window: str = "rect", cost: float | None = None) -> Any:
    """Return the traces; if a cost is given, by the way of adding on a device for which it decides."""
    if cost is None:
        return extract_traces(video, where, size, window=window)
    spans = window_spans(where.astype(float), size, window, tuple(video.shape[1:]))
    return device_traces(as_source(video), spans, "propagate", gather_cost=cost)


def cases(side: int) -> list[tuple[str, type, Callable[..., Any]]]:
    """Return name, dtype and work of each case; the work takes arrays of any kind and, for some, `cost`."""
    rng = np.random.default_rng(1)

    def traces(count: int, size: int, window: str = "rect") -> Callable[..., Any]:
        where = rng.integers(0, side, (count, 2))
        return lambda video, **cost: extracted(video, where, size, window, **cost)

    everywhere = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    return [
        ("1 rect 5", np.uint16, traces(1, 5)),
        ("100 rect 5", np.uint16, traces(100, 5)),
        ("100 rect 31", np.uint16, traces(100, 31)),
        ("1000 rect 31", np.uint16, traces(1000, 31)),
        ("100 disc 15", np.uint16, traces(100, 15, "disc")),
        ("100 rect 5", np.float32, traces(100, 5)),
        ("100 rect 31", np.float32, traces(100, 31)),
        ("1000 rect 31", np.float32, traces(1000, 31)),
        ("every pixel, rect 5, 100 frames", np.uint16, lambda v, **cost: extracted(v[:100], everywhere, 5, **cost)),
        ("normalize, at most 1000 frames", np.float32, lambda v: normalize(v[:1000])),
    ]


def seconds(library: Any, work: Callable[..., Any], video: Any, **cost: float) -> tuple[float, Any]:
    """Return the time of one call until the device has finished, and its result."""
    start = time.perf_counter()
    result = work(video, **cost)
    if is_device_array(result):
        library.wait(result)
    return time.perf_counter() - start, result


def check(result: Any, expected: Any) -> None:
    """Raise an error if the device's numbers differ from the host's."""
    result = on_host(result)
    tolerance = 1e-5 if result.dtype == np.float32 else 1e-14
    np.testing.assert_allclose(result, expected, rtol=tolerance, atol=tolerance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", choices=LIBRARIES, default="torch")
    parser.add_argument("--device", help="the device as the library names it: cuda, cuda:1, mps, cpu")
    parser.add_argument("--frames", type=int, default=4000)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with budgeted(host_loops=False):  # use the library's functions on the CPU too
        compare(LIBRARIES[options.library](options.device), options)


def compare(library: Any, options: argparse.Namespace) -> None:
    """Print the table."""
    shape = (options.frames, options.side, options.side)
    print(f"{library.name}, optimap {optimap.__version__} on {platform.machine()}; video {shape}")

    block = np.random.default_rng(0).integers(0, 60_000, (100, *shape[1:]))
    host: dict[type, Any] = {}
    device: dict[type, Any] = {}
    for dtype in (np.uint16, np.float32):
        host[dtype] = np.concatenate([block.astype(dtype)] * -(-options.frames // 100))[: options.frames]
        start = time.perf_counter()
        device[dtype] = library.to(host[dtype])
        library.wait(device[dtype])
        taken = time.perf_counter() - start
        print(f"moving {host[dtype].nbytes / 1e6:.0f} MB of {np.dtype(dtype)} to the device: {1e3 * taken:.0f} ms")

    print("\n| case | dtype | host, ms | device, ms | host / device | only gathering, ms | only sliding, ms | memory |")
    print("|---|---|---|---|---|---|---|---|")
    for name, dtype, work in cases(options.side):
        with_ways = "rect" in name and not name.startswith("1 ")
        ways: list[float | None] = [None, GATHER, SLIDE] if with_ways else [None]
        check(seconds(library, work, device[dtype])[1], work(host[dtype]))  # which also warms up
        times: dict[Any, list[float]] = {"host": [], **{way: [] for way in ways}}
        for _ in range(options.rounds):
            times["host"].append(seconds(library, work, host[dtype])[0])
            for way in ways:
                times[way].append(seconds(library, work, device[dtype], **({} if way is None else {"cost": way}))[0])
        medians = {key: 1e3 * statistics.median(values) for key, values in times.items()}
        others = " | ".join(f"{medians[way]:.1f}" if way in medians else "" for way in (GATHER, SLIDE))
        peak = library.peak(lambda work=work, dtype=dtype: work(device[dtype]))
        ratio = medians["host"] / medians[None]
        print(
            f"| {name} | {np.dtype(dtype)} | {medians['host']:.1f} | {medians[None]:.1f} | {ratio:.2f} "
            f"| {others} | {peak} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
