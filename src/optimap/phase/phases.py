"""compute_phase: where each pixel is in its cycle, from the analytic signal or from a delayed copy.

The video is read once into the result, which has the size of the video in float32, and phases replace the samples, a
few pixels at a time, in all threads. Nothing else is as large as the video. Dask arrays are computed block by block,
whole in time.
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from .._base import (
    ArgumentError,
    Array,
    Floats,
    PhaseCenter,
    PhaseMethod,
    VideoLike,
    is_dask,
    on_host,
    progress_bar,
    refuse_device_array,
    whole_number,
)
from .._reading import Plan, Source, as_source, block_frames, unlabelled, walk_blocks
from .._series import as_signals, signal_blocks

METHODS = ("hilbert", "delay")
CENTERS = ("auto", "offset", "mean")
SAMPLES = 2**18  # at once in each thread
LARGEST = 1e30  # numbers that float32 holds
PERIODS = 4096  # pixels of which the period is estimated
Phase = NDArray[np.float32]


@dataclass(frozen=True)
class Options:
    """How phases are computed."""

    offset: float | None  # None to subtract mean and trend
    delay: int | None  # None for the Hilbert transform
    period: float | None  # of most pixels, in frames, if they oscillate


def compute_phase(
    video: VideoLike | ArrayLike,
    offset: float = -0.5,
    *,
    method: PhaseMethod = "hilbert",
    delay: int | None = None,
    center: PhaseCenter = "auto",
) -> Array:
    """Compute the phase of each pixel: where in its cycle it is in each frame.

    Phase increases with time by 2 pi in each cycle, and is 0 about where the signal is largest. It is defined by the
    way of the signal around a centre, which has to lie within the oscillation of every pixel.

    Parameters
    ----------
    video : (T,), (T, N) or (T, H, W) array-like
        A video, or signals. Not modified. A dask array gives a dask array.
    offset : float
        Added to a normalized video, whose values are between 0 and 1: with -0.5, the centre is the half-maximum.
    method : {'hilbert', 'delay'}
        Angle of the analytic signal, by the Hilbert transform [1]_; or of the signal and a copy of it that is later by
        `delay` [2]_, whose last frames are NaN.
    delay : int, optional
        Frames, for ``'delay'``; by default a quarter of the period of the video.
    center : {'auto', 'offset', 'mean'}
        ``'offset'`` adds `offset`; ``'mean'`` subtracts the mean and the linear trend of each pixel. ``'auto'`` is
        ``'offset'`` if all values are between 0 and 1, and ``'mean'`` otherwise. Photobleaching that is strong or
        fast is removed before (`optimap.trace.delta_f_over_f`).

    Returns
    -------
    float32 array of the shape of `video`
        Between -pi and pi. A pixel that is NaN or infinite in any frame, or constant, is NaN.

    Raises
    ------
    ValueError
        If an option is unknown or outside its range, or no period is found.
    TypeError
        If the pixels are not real numbers.

    Notes
    -----
    The Hilbert transform takes the recording as periodic: within about half a cycle of its ends, phases are less exact.

    References
    ----------
    .. [1] Bray, M. A., Wikswo, J. P. Considerations in phase plane analysis for nonstationary reentrant cardiac
       behavior. Physical Review E 65 (2002), 051902.
    .. [2] Gray, R. A., Pertsov, A. M., Jalife, J. Spatial and temporal organization during cardiac fibrillation. Nature
       392 (1998), 75-78.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.phase import compute_phase
    >>> t = np.arange(40)
    >>> phase = compute_phase(100 + np.cos(2 * np.pi * t / 8))
    >>> (phase[1:8] / np.pi * 180).round().tolist()
    [45.0, 90.0, 135.0, 180.0, -135.0, -90.0, -45.0]
    """
    refuse_device_array(video, "video", "computing phases")
    shift = _parse_offset(offset)
    _parse_choice(method, "method", METHODS)
    _parse_choice(center, "center", CENTERS)
    lag = None if delay is None else whole_number(delay, "delay", 1)
    if lag is not None and method == "hilbert":
        cure = "leave it out, or give method='delay'"
        raise ArgumentError("delay", delay, "is not used by the Hilbert transform", cure, keyword="method")
    if is_dask(video) and getattr(video, "ndim", 0) == 3:
        return _of_dask(as_source(video), shift, method, lag, center)  # type: ignore[no-any-return]
    phase = _samples(video)
    flat = phase.reshape(len(phase), math.prod(phase.shape[1:]))
    if flat.size == 0:
        return phase
    is_offset = _is_centred_by_offset(flat, center)
    period = None if is_offset and method == "hilbert" else _period(flat)
    if method == "delay" and lag is None:
        lag = _quarter(period)
    if lag is not None and lag >= len(flat):
        raise ArgumentError("delay", delay, f"is not less than the {len(flat)} frames", "give fewer frames")
    _replace(flat, Options(shift if is_offset else None, lag, period))
    return phase


def _parse_offset(offset: object) -> float:
    """Return the offset as a float."""
    is_number = isinstance(offset, (int, float, np.integer, np.floating)) and not isinstance(offset, bool)
    number = float(offset) if is_number else np.nan  # type: ignore[arg-type]
    if np.isfinite(number):
        return number
    raise ArgumentError.must_be("offset", offset, "a finite number")


def _parse_choice(value: object, name: str, choices: tuple[str, ...]) -> None:
    """Raise an error for anything but one of some words."""
    if not isinstance(value, str) or value not in choices:
        known = f"{', '.join(map(repr, choices[:-1]))} or {choices[-1]!r}"
        raise ArgumentError.must_be(name, value, known)


def _samples(video: Any) -> Phase:
    """Return a new float32 array with the samples: of a video read block by block, or of signals."""
    plain = unlabelled(video, "video")[0]
    if len(np.shape(plain)) != 3:
        values, shape = as_signals(on_host(plain), "video", work="computing phases")
        phase = np.empty((len(values), *shape), np.float32)
        flat = phase.reshape(values.shape)
        for columns, block in signal_blocks(values):
            flat[:, columns] = _in_range(block).T
        return phase
    source = as_source(plain)
    phase, scale = np.empty(source.shape, np.float32), np.ones(source.frame_shape)
    with progress_bar(source.frame_bytes * source.shape[0]) as advance:
        for start, _, block in walk_blocks(source, Plan(block_frames(source), [None])):
            scale = _put(phase, start, block, scale)
            advance(block.nbytes)
    return phase


def _put(phase: Phase, start: int, block: Any, scale: Array) -> Array:
    """Put frames among the samples; return by how much the samples of each pixel (H, W) are made smaller now.

    Those that float32 cannot hold are made smaller as in `_in_range`, with all samples before them.
    """
    if block.dtype.kind == "f" and block.dtype.itemsize > 4:
        sizes = np.fmax.reduce(np.abs(block), axis=0, initial=0) / LARGEST
        larger = np.where(np.isfinite(sizes), np.maximum(scale, sizes), scale)
        if (larger > scale).any():
            phase[:start] *= scale / larger
            scale = larger
        if (scale > 1).any():
            block = block / scale
    phase[start : start + len(block)] = block
    return scale


def _in_range(signals: Floats) -> Floats:
    """Return signals in which rows (m, T) that float32 cannot hold are made smaller: phases are the same."""
    sizes = np.nanmax(np.abs(signals), axis=1, initial=0.0, keepdims=True)
    return np.asarray(signals / np.maximum(1.0, sizes / LARGEST))


def _is_centred_by_offset(flat: Array, center: str) -> bool:
    """Whether the offset is added; otherwise, mean and trend are subtracted."""
    if center != "auto":
        return center == "offset"
    with np.errstate(invalid="ignore"):
        return not bool(((flat < 0) | (flat > 1)).any())  # NaN is neither


def _replace(flat: Phase, options: Options) -> None:
    """Replace samples (T, M) by their phases, a few pixels at a time, in all threads."""
    step = max(1, SAMPLES // len(flat))
    parts = -(-flat.shape[1] // step)

    def work(number: int) -> None:
        columns = slice(number * step, (number + 1) * step)
        flat[:, columns] = phases_of(flat[:, columns].astype(np.float64), options)

    kernels.run_in_threads(work, parts, min(kernels.thread_count(), parts))


def phases_of(samples: Floats, options: Options) -> Floats:
    """Return the phases of samples (T, m)."""
    gaps = ~np.isfinite(samples).all(axis=0)
    samples[:, gaps] = 0
    still = samples.min(axis=0) == samples.max(axis=0)
    centred = _without_trend(samples, options.period) if options.offset is None else samples + options.offset
    if options.delay is None:
        phase = np.arctan2(_hilbert(centred), centred)
    else:
        phase = np.full(samples.shape, np.nan)
        lag = options.delay
        phase[:-lag] = np.arctan2(-centred[lag:], centred[:-lag])
    phase[:, gaps | still] = np.nan
    return phase


def _without_trend(samples: Floats, period: float | None) -> Floats:
    """Return samples without their mean and linear trend, which is seen from whole periods at both ends.

    A line fitted to all samples would follow the oscillation, too, where there are few periods.
    """
    count = len(samples)
    slopes: Floats | float = 0.0
    if period is not None and count >= 2 * period:
        length = round(period * int(count / 2 / period))
        slopes = (samples[-length:].mean(axis=0) - samples[:length].mean(axis=0)) / (count - length)
    time = np.arange(count)[:, np.newaxis] - (count - 1) / 2
    return np.asarray(samples - samples.mean(axis=0) - time * slopes)


def _hilbert(samples: Floats) -> Floats:
    """Return the Hilbert transform along time: every frequency a quarter of its period later."""
    from scipy import fft

    spectrum = fft.rfft(samples, axis=0)
    spectrum *= -1j
    spectrum[0] = 0
    if len(samples) % 2 == 0:
        spectrum[-1] = 0
    return np.asarray(fft.irfft(spectrum, len(samples), axis=0))


def _period(flat: Array) -> float | None:
    """Return the period of most pixels in frames: that of the peak of their mean spectrum; None if there is none."""
    some = flat[:, :: max(1, flat.shape[1] // PERIODS)].astype(np.float64)
    some = some[:, np.isfinite(some).all(axis=0)]
    if some.size == 0:
        return None
    time = np.arange(len(some)) - (len(some) - 1) / 2
    some -= some.mean(axis=0) + time[:, np.newaxis] * ((time @ some) / max((time**2).sum(), 1e-300))
    size = max(1e-300, float(np.abs(some).max()))
    power = (np.abs(np.fft.rfft(some / size, axis=0)) ** 2).sum(axis=1)
    peak = int(power.argmax())
    return len(flat) / peak if peak > 0 and power[peak] > 1e-12 else None


def _quarter(period: float | None) -> int:
    """Return a quarter of a period."""
    if period is None:
        cure = "give delay=, about a quarter of the period in frames"
        problem = "is not known, because no pixel oscillates"
        raise ArgumentError("delay", None, problem, cure, subject="the delay", keyword="delay")
    return max(1, round(period / 4))


def _of_dask(source: Source, offset: float, method: str, lag: int | None, center: str) -> Any:
    """Return the phases of a dask array, lazily: blocks in space, whole in time."""
    da: Any = importlib.import_module("dask.array")
    if method == "delay" and lag is None:
        problem, cure = "is not known without reading the video", "give delay= in frames"
        raise ArgumentError("delay", None, problem, cure, subject="the delay", keyword="delay")
    video = source.video
    is_offset = center == "offset"
    if center == "auto":
        low, high = importlib.import_module("dask").compute(da.nanmin(video), da.nanmax(video))
        is_offset = low >= 0 and high <= 1
    options = Options(offset if is_offset else None, lag, None)
    whole = video.rechunk({0: -1, 1: "auto", 2: "auto"}) if video.numblocks[0] > 1 else video
    return whole.map_blocks(_phases_of_block, options, dtype=np.float32, meta=np.empty((0, 0, 0), np.float32))


def _phases_of_block(block: Any, options: Options) -> Phase:
    """Return the phases of a block (T, h, w)."""
    samples = np.ma.filled(np.ma.asarray(block, np.float64), np.nan)
    flat = _in_range(np.array(samples).reshape(len(samples), -1).T).T
    options = replace(options, period=None if options.offset is not None else _period(flat))
    return phases_of(flat, options).reshape(samples.shape).astype(np.float32)
