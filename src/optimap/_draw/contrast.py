"""The contrast of pictures: which values are black and white unless the user says so.

One hot pixel would turn everything else black if the range went from the minimum to the maximum, so it goes from the
1st to the 99th percentile, of a sample of the pixels where there are many. Explicit `vmin` and `vmax` are not seen
here: the drawing functions prefer them.
"""

from math import gcd

import numpy as np
from numpy.typing import ArrayLike

from .._base import Array

PERCENTILES = (1.0, 99.0)

# Percentiles of this many pixels are within a tenth of a percent of those of all, and take 1 ms.
SAMPLE = 2**16


def contrast_limits(
    image: ArrayLike, percentiles: tuple[float, float] = PERCENTILES
) -> tuple[float | None, float | None]:
    """Return the values to draw black and white, for `vmin` and `vmax` of `imshow`.

    Parameters
    ----------
    image : (H, W) array, or (H, W, 3) or (H, W, 4) in colour
        NaN, infinities and masked pixels do not count.
    percentiles : (low, high)
        In percent of the pixels.

    Returns
    -------
    vmin, vmax : float, or None
        None if there is nothing to choose: colours, truth values, no finite pixels. If the percentiles are equal, for
        example in a picture of few bright pixels on black, the minimum and maximum.
    """
    pixels = np.asanyarray(image)
    if pixels.ndim != 2 or pixels.dtype.kind not in "iuf":
        return None, None
    values = _sample(pixels)
    if not values.size:
        return None, None
    low, high = (float(value) for value in np.percentile(values, percentiles))
    if not low < high:
        low, high = _range(pixels)
    return low, high


def _sample(pixels: Array) -> Array:
    """Return the known pixels of an image, or if there are many, those of every nth, from all columns."""
    step = max(1, pixels.size // SAMPLE)
    while gcd(step, pixels.shape[1]) > 1:  # otherwise, the sample would come from some columns only
        step += 1
    known = _known(pixels.ravel()[::step])
    return known if known.size else _known(pixels.ravel())


def _known(values: Array) -> Array:
    """Return the values that are neither masked nor NaN nor infinite."""
    known = values.compressed() if isinstance(values, np.ma.MaskedArray) else values
    if known.dtype.kind != "f":
        return known
    with np.errstate(over="ignore"):  # of long doubles
        known = known.astype(np.float64)  # percentiles of half floats may be infinite
    return np.asarray(known[np.isfinite(known)])


def _range(pixels: Array) -> tuple[float, float]:
    """Return the minimum and maximum of all known pixels."""
    known = _known(pixels.ravel())
    return float(known.min()), float(known.max())
