"""What is said where no beat was found: how far the steepest rise stands out of the noise, and what that means."""

from __future__ import annotations

import numpy as np

from .. import kernels
from .._base import Floats

LEAST = 5.0  # what `find_beats` asks of an upstroke


def steepest_snr(signal: Floats, polarity: str = "auto") -> float:
    """Return the steepest slope of a signal in standard deviations of its noise, at the scale where it is largest.

    Single samples that stand out alone have no part in it, as they have none in beats; with `polarity` ``'auto'``,
    falls count as rises do.
    """
    if len(signal) < 3 or not np.isfinite(signal).all():
        return 0.0
    noise, rounding = kernels.noise_limits(signal)
    spared = kernels.without_spikes(signal[np.newaxis], kernels.spike_limits(signal[np.newaxis]))[0]
    best = 0.0
    for sigma in kernels.SCALES:
        slopes = kernels.gaussian_slopes(spared, sigma)
        slopes = {"up": slopes, "down": -slopes}.get(polarity, np.abs(slopes))
        limits = np.maximum(noise * kernels.slope_noise(sigma, len(signal)), rounding)
        best = max(best, float(np.divide(slopes, limits, out=np.zeros(len(slopes)), where=limits > 0).max()))
    return best


def instead_of_beats(snr: float, of_what: str = "") -> str:
    """Return what was found in a signal without beats. A large SNR is not that of a beat."""
    if snr <= LEAST:
        needed = f"more than {LEAST:g} is needed, with a recovery"
        return f"the steepest upstroke{of_what} has an SNR of {snr:.1f}, and {needed}"
    return (
        f"the steepest rise{of_what}, of {snr:.0f} times the noise of slopes, is that of a step, drift or noise: "
        "it is not lost again, or no steeper than others and than falls"
    )
