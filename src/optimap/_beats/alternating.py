"""How much every second beat differs, from the sums over even and over odd beats, of series and of pixels alike."""

from typing import NamedTuple

import numpy as np

from .._base import Array, Floats, Ints

FEWEST = 4  # with fewer beats, chance looks like alternans


class Alternating(NamedTuple):
    """What `compare_parities` returns: arrays of one shape."""

    magnitude: Floats
    difference: Floats
    beats: Ints


def compare_parities(counts: tuple[Array, Array], totals: tuple[Array, Array]) -> Alternating:
    """Compare the means of even and odd beats.

    `counts` and `totals` are the numbers and the sums of the known values of even beats and of odd ones. The magnitude
    is ``1 - small / large``, the difference even less odd; NaN with fewer than 4 beats, or none of a parity, and the
    magnitude also where a mean is not positive.
    """
    even, odd = (
        np.where(count > 0, total / np.maximum(count, 1), np.nan) for count, total in zip(counts, totals, strict=True)
    )
    beats = counts[0] + counts[1]
    is_lost = (beats < FEWEST) | (np.minimum(*counts) == 0)
    small, large = np.fmin(even, odd), np.fmax(even, odd)
    has_no_share = is_lost | ~(small > 0)
    magnitude = np.where(has_no_share, np.nan, 1 - small / np.where(has_no_share, 1, large))
    return Alternating(magnitude, np.where(is_lost, np.nan, even - odd), beats)
