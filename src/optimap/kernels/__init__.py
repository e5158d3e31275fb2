"""The loops over pixels and over samples: compiled if a compiler was found, and as NumPy twins.

`_choice` chooses between the two; this module chooses the faster loop, and holds what the loops are given. Callers
check the arguments. ``OPTIMAP_KERNELS=numpy`` forces the NumPy twins, ``compiled`` makes it an error if the compiled
loops are missing; unset, the compiled loops are used if they were built. ``OPTIMAP_THREADS`` sets the number of
threads; unset, they use as many as the machine, the container and the job allow.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from . import _numpy_beat
from ._choice import asked_threads, backend, thread_count, twins
from ._choice import loops as _loops
from ._fallback import Fallback
from ._numpy_filters import SCALES, spike_limits, without_spikes
from ._numpy_noise_like import is_noise, is_upstroke_of_noise
from ._numpy_slopes import median_slope, side_changes, slopes_of_ranks
from ._numpy_upstrokes import gaussian_slopes, is_steep, noise_limits, slope_noise
from ._threads import container_cores, one_thread
from ._workers import Stop, in_background, run_alongside, run_in_threads

# Listed for the tests: both sets of loops (twins), the warning of slow ones (Fallback), the steps of the median slope
# in NumPy (median_slope, side_changes, slopes_of_ranks), and the share of a container (container_cores).
__all__ = [
    "SCALES",
    "Fallback",
    "Stop",
    "asls_baselines",
    "backend",
    "coarse_splines",
    "container_cores",
    "crossing_times",
    "exponential_baselines",
    "extremes",
    "falling_pairs",
    "find_beats",
    "gaussian_slopes",
    "in_background",
    "is_noise",
    "is_steep",
    "is_upstroke_of_noise",
    "measure_beats",
    "median_slope",
    "median_slopes",
    "noise_limits",
    "one_thread",
    "rescale",
    "result_dtype",
    "run_alongside",
    "run_in_threads",
    "running_medians",
    "side_changes",
    "slope_noise",
    "slopes_of_ranks",
    "smooth_in_space",
    "smooth_in_time",
    "spike_limits",
    "thread_count",
    "twins",
    "upstroke_times",
    "window_means",
    "without_spikes",
]

Array = NDArray[Any]


class Windows(Protocol):
    """Windows as spans (see `optimap._regions.Spans`), and as boxes if all of them are boxes of whole pixels."""

    @property
    def rows(self) -> Array: ...
    @property
    def starts(self) -> Array: ...
    @property
    def stops(self) -> Array: ...
    @property
    def weights(self) -> Array: ...
    @property
    def first(self) -> Array: ...
    @property
    def boxes(self) -> Array | None: ...
    @property
    def sums(self) -> bool: ...


def window_means(frames: Array, windows: Windows, out: Array, omit_nan: bool = False) -> None:
    """Write the weighted mean (or sum) of each window in each frame to `out`, with the loop that does less work.

    Parameters
    ----------
    frames : (T, H, W) array, native byte order, pixels of a row contiguous in memory
    windows : Windows
        Span ``i`` holds the pixels ``starts[i] <= x < stops[i]`` of row ``rows[i]`` with ``weights[i]``; window ``w``
        owns the spans ``first[w]`` to ``first[w + 1] - 1``. ``boxes`` is (4, N): top, bottom, left, right. With
        ``sums``, weighted sums are written instead of means.
    out : (T, N) C-contiguous array, float32 or float64 for float32 frames, else float64
    omit_nan : bool
        Leave NaN pixels out of the mean; a window with only NaN gives NaN.
    """
    count = len(windows.first) - 1
    if count == 0 or len(frames) == 0:
        return
    if len(windows.rows) == count and not omit_nan and not windows.sums and _are_pixels(windows):
        threads = min(thread_count(), 1 + count * len(frames) // 50_000)
        _loops.pixel_values(frames, windows.rows, windows.starts, out, threads)
        return
    direct, table = _work(frames, windows, omit_nan)
    # Starting a thread takes about 20 us, as long as 50,000 units of work; counting the allowed ones about 5 us.
    worth = 1 + int(min(direct, table) * len(frames)) // 50_000
    asked_threads()  # a wrong value is an error for any amount of work
    threads = 1 if worth == 1 else min(thread_count(), worth)
    if table < direct and windows.boxes is not None:
        _loops.box_means(frames, *windows.boxes, out, windows.sums, threads)
    else:
        arguments = (windows.rows, windows.starts, windows.stops, windows.weights, windows.first)
        _loops.span_means(frames, *arguments, out, omit_nan, windows.sums, threads)


# Work in units of one chunk of integers, about a nanosecond, measured on 4000 frames of 256 x 256: a chunk of floats,
# the overhead of each window and each box, one pixel of a table of running sums.
CHUNK = 16  # pixels
FLOAT_COST = 2.4
WINDOW_COST = 1.5
BOX_COST = 4.0
TABLE_COST = 0.07


def _are_pixels(windows: Windows) -> bool:
    """Whether all spans are single pixels."""
    return bool((windows.stops - windows.starts == 1).all())


def _chunks(lengths: Array) -> Array:
    """Return the number of chunks for spans of some lengths."""
    return (lengths + (CHUNK - 1)) // CHUNK


def _work(frames: Array, windows: Windows, omit_nan: bool) -> tuple[float, float]:
    """Return the work for one frame by direct sums and by running sums, infinite if the latter cannot be used."""
    cost = FLOAT_COST if frames.dtype.kind == "f" else 1.0
    count = len(windows.first) - 1
    # For one window, this comparison takes longer than it could save.
    if windows.boxes is None or count == 1 or not _may_run_sums(frames, omit_nan):
        return cost * int(_chunks(windows.stops - windows.starts).sum()) + WINDOW_COST * count, float("inf")
    top, bottom, left, right = windows.boxes
    across = _chunks(right - left)
    area = (bottom.max() - top.min()) * (right.max() - left.min())
    return (
        cost * int(((bottom - top) * across).sum()) + WINDOW_COST * count,
        cost * (TABLE_COST * int(area) + int(across.sum())) + BOX_COST * count,
    )


def _may_run_sums(frames: Array, omit_nan: bool) -> bool:
    """Whether running sums are exact (integers of up to 32 bits) or accurate enough (float32 results of float32)."""
    is_float = frames.dtype.kind == "f"
    return len(frames) > 0 and frames.dtype.itemsize <= 4 and not (is_float and omit_nan) and frames.shape[1] <= 65_536


PLAIN = ("u1", "u2", "i2", "f4", "f8")  # dtypes that the loops over samples accept


def _is_plain(samples: Array) -> bool:
    """Whether the loops over samples accept an array."""
    return samples.flags.c_contiguous and samples.dtype.isnative and samples.dtype.str[1:] in PLAIN


def extremes(samples: Array) -> tuple[Array, Array] | None:
    """Return the smallest and the largest sample of each series of (T, M) samples, or None if no loop applies.

    NaN is left out; a series of only NaN has infinity as its smallest and minus infinity as its largest sample.
    """
    if not _is_plain(samples):
        return None
    low, high = (np.empty(samples.shape[1], samples.dtype) for _ in range(2))
    threads = min(thread_count(), 1 + samples.size // 200_000)
    _loops.extremes(samples[:, np.newaxis], low, high, threads)
    return low, high


def rescale(samples: Array, low: Array, span: Array, ymin: float, ymax: float, clip: bool, out: Array) -> bool:
    """Rescale each series from ``low``, ``low + span`` to ``ymin``, ``ymax`` into `out`; return whether a loop did so.

    Parameters
    ----------
    samples : (T, M) array
    low, span : (M,) float64 arrays
    ymin, ymax : float
    clip : bool
        Limit the result to this range; NaN stays NaN.
    out : (T, M) C-contiguous array of float32 or float64
    """
    if not _is_plain(samples) or out.dtype.str[1:] not in ("f4", "f8"):
        return False
    threads = min(thread_count(), 1 + samples.size // 200_000)
    _loops.rescale(samples[:, np.newaxis], low, span, float(ymin), float(ymax), clip, out, threads)
    return True


def result_dtype(dtype: "np.dtype[Any]") -> "np.dtype[Any]":
    """Return the dtype of traces: float32 for float16 and float32 videos, else float64."""
    small = dtype.kind == "f" and dtype.itemsize <= 4
    return np.dtype(np.float32 if small else np.float64)


# Loops over series take (M, T) C-contiguous float64 samples, one series in each row, and each row is processed alone:
# the result of a series does not depend on its neighbours.


def running_medians(series: Array, windows: Array) -> Array:
    """Return the median of the `windows` samples around each sample; the half windows at the ends are copied.

    Parameters
    ----------
    series : (M, T) array
    windows : (M,) int64 array, odd
    """
    out = np.empty_like(series)
    _loops.running_medians(series, windows, out, _series_threads(series.size // 20_000))
    return out


def coarse_splines(series: Array, knots: Array) -> Array:
    """Return the least-squares cubic spline of each series.

    Parameters
    ----------
    series : (M, T) array
    knots : (M,) int64 array
        Inner knots, evenly spaced except for the last stretch, which is twice as long.
    """
    out = np.empty_like(series)
    _loops.coarse_splines(series, knots, out, _series_threads(series.size // 50_000))
    return out


def median_slopes(series: Array, starts: Array, stops: Array) -> Array:
    """Return the Theil-Sen slope of the samples [starts, stops) of each series: the median over all pairs of samples.

    The result equals exactly that of computing the slopes of all pairs, in n log n steps.
    """
    out = np.empty(len(series))
    _loops.median_slopes(series, starts, stops, out, _series_threads(int((stops - starts).sum()) // 500))
    return out


def falling_pairs(series: Array, starts: Array, stops: Array) -> tuple[Array, Array]:
    """Count the pairs of samples [starts, stops) of each series with a lower later sample, and those of equal ones."""
    falling, level = (np.empty(len(series), np.int64) for _ in range(2))
    _loops.falling_pairs(series, starts, stops, falling, level, _series_threads(int((stops - starts).sum()) // 2000))
    return falling, level


def asls_baselines(series: Array, lam: Array, above: float, solutions: int, tolerance: float) -> Array:
    """Return a smooth curve below each series, by asymmetric least squares.

    Parameters
    ----------
    series : (M, T) array, finite
    lam : (M,) float64 array
        Weight of the squared second differences of the curve.
    above : float
        Weight of samples above the curve; those below have ``1 - above``.
    solutions : int
        How often the curve is found, at most, with weights from the previous one.
    tolerance : float
        Relative change of the weights below which no other curve is found.
    """
    out = np.empty_like(series)
    # A millisecond of work for each thread: most series need about 10 solutions, 10 ns a sample.
    _loops.asls_baselines(
        series, lam, float(above), int(solutions), float(tolerance), out, _series_threads(series.size // 10_000)
    )
    return out


def exponential_baselines(series: Array, tolerance: Array, fewest: float) -> Array:
    """Return ``a + b exp(-t / tau)`` below finite series (M, T), fitted to samples not above it by a tolerance (M,)."""
    out, threads = np.empty_like(series), _series_threads(series.size // 10_000)  # about 0.1 us a sample
    _loops.exponential_baselines(series, tolerance, float(fewest), out, threads)
    return out


def find_beats(series: Array, min_snr: float, min_amplitude: float) -> tuple[Array, Array]:
    """Return the slope of each beat at its frame, 0 elsewhere (M, T), and the scale of each series in frames (M,)."""
    slopes, scales = np.empty_like(series), np.empty(len(series))
    _loops.find_beats(
        series, float(min_snr), float(min_amplitude), slopes, scales, _series_threads(series.size // 2000)
    )
    return slopes, scales


def measure_beats(series: Array, first: Array, lows: Array, highs: Array, *options: Any) -> tuple[Array, Array]:
    """Return the values of each beat, and codes of the reasons why some are NaN: both (B, columns).

    Parameters
    ----------
    series : (M, T) array
    first : (M + 1,) int64 array
        Series ``m`` owns the beats ``first[m]`` to ``first[m + 1] - 1``.
    lows, highs : (B,) int64 arrays
        Each upstroke is searched for in the frames ``lows <= t < highs``, which are in order and do not overlap.
    *options
        Levels (L,) in percent, `sigma`, `smooth`, `min_snr`, `by_threshold`, `from_level`, `is_linear`, `is_checked`:
        see `_numpy_beat.Settings`, which also lists the columns and the codes.
    """
    columns = _numpy_beat.LEVELS + 2 * len(options[0])
    out, reasons = np.empty((len(lows), columns)), np.empty((len(lows), columns), np.uint8)
    threads = _series_threads(series.size // 2000)
    _loops.measure_beats(series, first, lows, highs, *options, out, reasons, threads)
    return out, reasons


def upstroke_times(frames: Array, sign: int, sigma: float, min_snr: float) -> Array:
    """Return when each pixel is steepest, in frames (H, W); NaN where noise explains all slopes.

    Parameters
    ----------
    frames : (T, H, W) array, native byte order, pixels of a row contiguous in memory
    sign : int
        1 for upstrokes that rise, -1 for those that fall.
    sigma : float
        Of the derivative, in frames.
    min_snr : float
        Times the noise of the derivative.
    """
    out = np.empty(frames.shape[1:])
    if out.size:
        _loops.upstroke_times(frames, sign, float(sigma), float(min_snr), out, _series_threads(frames.size // 2000))
    return out


def crossing_times(
    frames: Array, sign: int, threshold: float, lasting: int, min_snr: float, is_first: bool = False
) -> Array:
    """Return when each pixel first crosses a threshold, in frames (H, W); NaN where it does not, or only by noise.

    Parameters
    ----------
    frames : (T, H, W) array, native byte order, pixels of a row contiguous in memory
    sign : int
        1 for upstrokes that rise, -1 for those that fall.
    threshold : float
    lasting : int
        So many frames before and after the two around the crossing lie on their side of the threshold.
    min_snr : float
        The slope there, in units of its noise.
    is_first : bool
        Return the number of the first frame beyond the threshold, which may be 0; otherwise a time between frames.
    """
    out = np.empty(frames.shape[1:])
    if out.size:
        options = (sign, float(threshold), int(lasting), float(min_snr), is_first)
        _loops.crossing_times(frames, *options, out, _series_threads(frames.size // 2000))
    return out


def smooth_in_space(frames: Array, half: Array, out: Array) -> None:
    """Write frames, smoothed in both directions of space by a symmetric filter, to `out`.

    Parameters
    ----------
    frames : (T, H, W) array, native byte order, pixels of a row contiguous in memory
    half : (R + 1,) float64 array
        The weights of the pixel itself and of those 1, 2, ..., R pixels away. Edges are mirrors.
    out : (T, H, W) C-contiguous float64 array
    """
    if out.size:
        _loops.smooth_in_space(frames, half, out, _series_threads(frames.size * len(half) // 100_000))


def smooth_in_time(frames: Array, half: Array, first: int, out: Array) -> None:
    """Write some of the frames, smoothed in time by a symmetric filter, to `out`.

    Parameters
    ----------
    frames : (T, M) C-contiguous float64 array
    half : (R + 1,) float64 array
        The weights of a frame itself and of those 1, 2, ..., R frames away. Both ends are mirrors.
    first : int
        The frame that is the first one in `out`.
    out : (N, M) C-contiguous array of float32 or float64
    """
    if out.size:
        _loops.smooth_in_time(frames, half, first, out, _series_threads(out.size * len(half) // 100_000))


def _series_threads(worth: int) -> int:
    """Return the number of threads, no more than the work justifies: each takes about 20 us to start."""
    return min(thread_count(), 1 + worth)
