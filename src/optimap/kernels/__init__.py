"""The loops over pixels: compiled where a compiler was found, the same in NumPy everywhere.

``OPTIMAP_KERNELS=numpy`` forces the NumPy twins, ``compiled`` refuses to run without the compiled loops; unset,
the compiled loops are used where they were built. ``OPTIMAP_THREADS`` limits the threads of the compiled loops
(all cores that the process may use, otherwise).
"""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _numpy

Array = NDArray[Any]


def _choose() -> tuple[str, Any]:
    asked = os.environ.get("OPTIMAP_KERNELS", "")
    if asked not in ("", "numpy", "compiled"):
        raise ValueError(f"OPTIMAP_KERNELS = {asked!r}: it must be 'compiled', 'numpy' or unset")
    if asked == "numpy":
        return "numpy", _numpy
    try:
        from . import _compiled  # type: ignore[attr-defined, unused-ignore]
    except ImportError:
        if asked == "compiled":
            raise
        return "numpy", _numpy
    return "compiled", _compiled


backend, _loops = _choose()


def thread_count() -> int:
    """Threads that the compiled loops use: ``OPTIMAP_THREADS``, else the cores this process may run on."""
    asked = os.environ.get("OPTIMAP_THREADS", "")
    if asked:
        if not asked.isdigit() or int(asked) < 1:
            raise ValueError(f"OPTIMAP_THREADS = {asked!r}: it must be a whole number, at least 1")
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def span_means(
    frames: Array,
    rows: Array,
    starts: Array,
    stops: Array,
    weights: Array,
    first: Array,
    out: Array,
    omit_nan: bool,
) -> None:
    """Write the weighted mean of each window in each frame to ``out``.

    Parameters
    ----------
    frames : (T, H, W) array, native byte order, pixels of a row neighbours in memory
    rows, starts, stops : (S,) int64 arrays
        Span ``i`` holds the pixels ``starts[i] <= x < stops[i]`` of row ``rows[i]``.
    weights : (S,) float64 array
    first : (N + 1,) int64 array
        Window ``w`` owns the spans ``first[w]`` to ``first[w + 1] - 1``.
    out : (T, N) C-contiguous array, float32 for float32 frames, else float64
    omit_nan : bool
        Leave NaN pixels out of the mean; a window with nothing else gives NaN.
    """
    spans = int(first[-1])
    pixels = int((stops - starts).sum()) * len(frames)
    # A thread costs some 20 us to start: below about a million pixels or spans one is faster.
    threads = min(thread_count(), 1 + (pixels + 8 * spans * len(frames)) // 500_000)
    _loops.span_means(frames, rows, starts, stops, weights, first, out, omit_nan, threads)


def result_dtype(dtype: "np.dtype[Any]") -> "np.dtype[Any]":
    """Dtype of traces: float32 for float16 and float32 videos, else float64."""
    small = dtype.kind == "f" and dtype.itemsize <= 4
    return np.dtype(np.float32 if small else np.float64)
