"""Whether the activations of a map are those of noise that is not white, such as 1/f noise, drift, or hum.

Such noise rises significantly in any pixel, and a short or single upstroke cannot show what it is. A recording of
tissue can: its pixels resemble their neighbours, whatever the shape of its waves. Some pairs of neighbours are
compared; if they have nothing in common, and the upstrokes of most do not stand out from the other slopes of their
pixels, the map is one of noise. Pixels that have the same noise, such as the flicker of a lamp, look like tissue.
"""

from __future__ import annotations

import numpy as np

from .. import kernels
from .._base import Array, Floats, budget
from .._reading import above_first

SIGMA = 2.0  # frames: pixels are compared without the noise of single frames
ALIKE = 0.25  # is the mean correlation of neighbours in tissue, at least, even where their SNR is 1
FEWEST = 10  # pairs of neighbours: fewer say nothing
FEWEST_PLACES, MOST_PLACES = 64, 4096  # in the frame
MOST = 128  # pairs that are compared
LONGEST = 2**14  # frames around the activation that are looked at: many beats, in flat memory


class Sample:
    """Pairs of neighbours, evenly spread, and their signals around the activation, which tiles bring in any order.

    Attributes
    ----------
    needed : (H, W) bool array
        The pixels whose signals are needed.
    parts : list of (slice, slice)
        Rows of the frame that hold all pairs; those between them have none.
    """

    def __init__(self, shape: tuple[int, int, int]) -> None:
        frames, height, width = min(LONGEST, shape[0]), *shape[1:]
        self.needed = np.zeros((height, width), bool)
        most = min(max(FEWEST_PLACES, budget().series_values // (2 * frames)), MOST_PLACES)
        step = int(np.ceil(np.sqrt(height * width / most)))
        aside = (0, 1) if width > 1 else (1, 0)
        rows, columns = np.mgrid[0 : height - aside[0] : step, 0 : width - aside[1] : step]
        self._rows = np.stack([rows.ravel(), rows.ravel() + aside[0]], axis=1)
        self._columns = np.stack([columns.ravel(), columns.ravel() + aside[1]], axis=1)
        self.needed[self._rows, self._columns] = True
        self.parts = [np.s_[row : row + 1 + aside[0], 0:width] for row in rows[:, 0].tolist()]
        self._signals = np.full((rows.size, 2, frames), np.nan)  # of pairs that are known
        self._frames = np.zeros(rows.size, np.int64)  # of the activation in them

    def put(self, place: tuple[slice, slice], times: Floats, signals: Array) -> None:
        """Keep the pairs in a tile, from its times (h, w) and the signals (T, n) of the pixels that are needed.

        A pair across the border of two tiles is left out.
        """
        inside = self.needed[place]
        rows, columns = self._rows - place[0].start, self._columns - place[1].start
        are_inside = (rows >= 0) & (rows < inside.shape[0]) & (columns >= 0) & (columns < inside.shape[1])
        pairs = np.flatnonzero(are_inside.all(axis=1))
        own = rows[pairs], columns[pairs]
        numbers, activated = (inside.cumsum().reshape(inside.shape) - 1)[own], times[own][:, 0]
        length = self._signals.shape[2]
        for pair, number, time in zip(pairs.tolist(), numbers, activated.tolist(), strict=True):
            if np.isfinite(time):
                start = min(max(0, round(time) - length // 2), len(signals) - length)
                self._signals[pair] = above_first(signals[start : start + length, number]).T
                self._frames[pair] = round(time) - start

    def is_of_noise(self, sign: int) -> bool:
        """Whether the activations are those of noise; few of them are never taken for it."""
        chosen = np.flatnonzero(np.isfinite(self._signals).all(axis=(1, 2)))
        if len(chosen) < FEWEST:
            return False
        chosen = chosen[np.linspace(0, len(chosen) - 1, min(MOST, len(chosen))).round().astype(np.int64)]
        signals, others = sign * self._signals[chosen].swapaxes(0, 1)
        if _mean_correlation(signals, others) > ALIKE:
            return False
        pairs = zip(signals, self._frames[chosen].tolist(), strict=True)
        return bool(np.mean([kernels.is_upstroke_of_noise(*own) for own in pairs]) > 0.5)


def _mean_correlation(first: Floats, second: Floats) -> float:
    """Return the mean correlation of signals (N, T) with others."""
    one, other = _centred(first), _centred(second)
    norms = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return float(np.mean((one * other).sum(axis=1) / np.where(norms > 0, norms, 1)))


def _centred(signals: Floats) -> Floats:
    """Return signals that are smooth, have no mean, and are not larger than about 1."""
    from scipy.ndimage import gaussian_filter1d

    steps = signals - signals[:, :1]
    sizes = np.abs(steps).max(axis=1, keepdims=True)
    smooth = gaussian_filter1d(steps / np.where(sizes > 0, sizes, 1), SIGMA, axis=1)
    return np.asarray(smooth - smooth.mean(axis=1, keepdims=True))
