"""Numbers at the edges of what doubles hold: whole numbers that doubles round, and sums that leave their range."""

import numpy as np

from .._base import Array

EXACT = 2**53  # doubles hold all whole numbers up to here
HUGE = 2.0**960  # sums of a few larger numbers leave the range of doubles
LESS = 64  # such numbers are summed in units of two to this power


def above_first(pixels: Array, first: Array | None = None) -> Array:
    """Return whole numbers (T, ...) beyond 2**53, which doubles round, less the first ones; others as they are."""
    if pixels.dtype.kind not in "iu" or pixels.dtype.itemsize < 8 or pixels.size == 0:
        return pixels
    if int(pixels.min()) >= -EXACT and int(pixels.max()) <= EXACT:
        return pixels
    high, low = (half.astype(np.float64) for half in (pixels >> 32, pixels & 0xFFFFFFFF))
    first = pixels[0] if first is None else first
    return np.asarray((high - (first >> 32).astype(np.float64)) * 2.0**32 + (low - (first & 0xFFFFFFFF)))


def is_huge(block: Array) -> bool:
    """Whether sums of a few numbers leave the range of doubles."""
    if block.dtype.kind != "f" or block.dtype.itemsize < 8:
        return False
    largest = max(float(np.fmax.reduce(block, None)), -float(np.fmin.reduce(block, None)))
    if largest == np.inf:  # missing pixels
        largest = float(np.abs(block[np.isfinite(block)]).max(initial=0))
    return largest > HUGE
