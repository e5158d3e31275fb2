"""The white noise of series: its standard deviation, undisturbed by beats, drift and a few outliers.

Second differences remove whatever changes slowly from sample to sample, and the median of their absolute values ignores
the few that upstrokes make large. Noise that is correlated from sample to sample (signals that were smoothed) is
underestimated.
"""

import numpy as np
from numpy.typing import NDArray

NORMAL_MAD = 1.4826  # standard deviations in a median absolute deviation of normal noise, inverted


def white_noise(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of the white noise in each row of (M, T).

    It is NaN for rows with NaN or infinity, and for rows of fewer than 3 samples. Samples with few different values,
    such as small counts, can have a noise of 0.
    """
    if series.shape[1] < 3:
        return np.full(len(series), np.nan)
    with np.errstate(invalid="ignore", over="ignore"):
        bends = series[:, 2:] - 2 * series[:, 1:-1] + series[:, :-2]
        np.abs(bends, out=bends)
        noise = NORMAL_MAD * np.median(bends, axis=1) / np.sqrt(6)  # variances 1 + 4 + 1
    noise[~np.isfinite(series).all(axis=1)] = np.nan
    return np.asarray(noise)
