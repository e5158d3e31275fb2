"""compute_phase: where each pixel is in its cycle, from the analytic signal or from a delayed copy.

The video is read once into the result, which has the size of the video in float32 (`samples`), and phases replace the
samples, a few pixels at a time, in all threads. Nothing else is as large as the video. Dask arrays are computed block
by block, whole in time (`dask_arrays`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._base import (
    ArgumentError,
    Array,
    PhaseCenter,
    PhaseMethod,
    VideoLike,
    is_dask,
    refuse_device_array,
    whole_number,
)
from .._reading import as_source
from .angles import Options, period_of, replace_samples
from .dask_arrays import phases_of_dask
from .samples import read_samples

METHODS = ("hilbert", "delay")
CENTERS = ("auto", "offset", "mean")


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
        if method == "delay" and lag is None:
            problem, cure = "is not known without reading the video", "give delay= in frames"
            raise ArgumentError("delay", None, problem, cure, subject="the delay", keyword="delay")
        return phases_of_dask(as_source(video), shift, lag, center)  # type: ignore[no-any-return]
    phase, samples = read_samples(video)
    if phase.size == 0:
        return phase
    is_offset = center == "offset" or (center == "auto" and samples.is_normalized)
    period = None if is_offset and method == "hilbert" else period_of(samples.flat)
    if method == "delay" and lag is None:
        lag = _quarter(period)
    if lag is not None and lag >= len(phase):
        raise ArgumentError("delay", delay, f"is not less than the {len(phase)} frames", "give fewer frames")
    replace_samples(samples, Options(shift if is_offset else None, lag, period))
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


def _quarter(period: float | None) -> int:
    """Return a quarter of a period."""
    if period is None:
        cure = "give delay=, about a quarter of the period in frames"
        problem = "is not known, because no pixel oscillates"
        raise ArgumentError("delay", None, problem, cure, subject="the delay", keyword="delay")
    return max(1, round(period / 4))
