"""The phase of samples: their angle in the plane of a signal and its Hilbert transform, or a copy of it that is later.

Samples are replaced by their phases, a few pixels at a time. `samples` reads them; `phases` chooses the options.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import kernels
from .._base import Array, Floats
from .samples import Samples

AT_ONCE = 2**18  # samples in each thread
PERIODS = 4096  # pixels of which the period is estimated


@dataclass(frozen=True)
class Options:
    """How phases are computed."""

    offset: float | None  # None to subtract mean and trend
    delay: int | None  # None for the Hilbert transform
    period: float | None  # of most pixels, in frames, if they oscillate


def replace_samples(samples: Samples, options: Options) -> None:
    """Replace samples by their phases, a few pixels at a time, in all threads."""
    flat = samples.flat
    step = max(1, AT_ONCE // len(flat))
    parts = -(-flat.shape[1] // step)

    def work(number: int) -> None:
        columns = slice(number * step, (number + 1) * step)
        with np.errstate(invalid="ignore", over="ignore"):  # of infinity, which has no phase
            own = samples.values(columns) if options.offset is not None else flat[:, columns].astype(np.float64)
            flat[:, columns] = phases_of(own, options)

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


def period_of(flat: Array) -> float | None:
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
