"""Photobleaching as an exponential, ``a + b exp(-t / tau)``, fitted to the samples that lie between beats.

The fit begins with all samples. Those above it by more than 2.5 standard deviations of the noise are left out, and it
is repeated until the samples stay the same. The loop is in `optimap.kernels`.
"""

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .noise import white_noise
from .period import in_units, rescaled

Series = NDArray[np.float64]

ABOVE = 2.5  # standard deviations of the noise
FLAT = 0.01  # of the range: what counts as level where there is hardly any noise
FEWEST = 8  # samples that are fitted, at least; and at least
SHARE = 0.05  # of all


def below_beats(series: Series) -> Series:
    """Return the exponential below the beats of each row of finite (M, T), which point up."""
    samples = series.shape[1]
    series, exponents = in_units(series)  # the fit compares sums of fourth powers
    tolerance = np.fmax(ABOVE * white_noise(series), FLAT * np.ptp(series, axis=1))
    curves = kernels.exponential_baselines(series, tolerance, min(samples, max(FEWEST, SHARE * samples)))
    return rescaled(curves, exponents)
