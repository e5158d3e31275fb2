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

SIGMA = 2.0  # frames: pixels are compared without the noise of single frames
ALIKE = 0.25  # is the mean correlation of neighbours in tissue, at least, even where their SNR is 1
FEWEST = 10  # pairs of neighbours: fewer say nothing
FEWEST_PLACES = 64  # in the frame
MOST = 128  # pairs that are compared


class Sample:
    """The signals of some pixels, evenly spread, and of one beside each; tiles may bring them in any order.

    Attributes
    ----------
    needed : (H, W) bool array
        The pixels whose signals are needed.
    """

    def __init__(self, shape: tuple[int, int, int]) -> None:
        frames, height, width = shape
        self.needed = np.zeros((height, width), bool)
        most = max(FEWEST_PLACES, budget().series_values // (2 * frames))
        step = int(np.ceil(np.sqrt(height * width / most)))
        aside = (0, 1) if width > 1 else (1, 0)
        rows, columns = np.mgrid[0 : height - aside[0] : step, 0 : width - aside[1] : step]
        self._pixels = rows.ravel() * width + columns.ravel()
        self._neighbours = self._pixels + aside[0] * width + aside[1]
        self.needed.ravel()[np.concatenate([self._pixels, self._neighbours])] = True
        self._number = np.cumsum(self.needed).reshape(self.needed.shape) - 1
        self._signals = np.full((frames, np.count_nonzero(self.needed)), np.nan)

    def put(self, place: tuple[slice, slice], signals: Array) -> None:
        """Keep the signals (T, n) of the pixels of a tile that are needed."""
        self._signals[:, self._number[place][self.needed[place]]] = signals

    def is_of_noise(self, times: Floats, sign: int) -> bool:
        """Whether activations (H, W) in frames are those of noise; few of them are never taken for it."""
        numbers = self._number.ravel()
        known = np.isfinite(times).ravel()[self._pixels]
        for pixels in (self._pixels, self._neighbours):
            known &= np.isfinite(self._signals).all(axis=0)[numbers[pixels]]
        chosen = np.flatnonzero(known)
        if len(chosen) < FEWEST:
            return False
        chosen = chosen[np.linspace(0, len(chosen) - 1, min(MOST, len(chosen))).round().astype(np.int64)]
        pixels = self._pixels[chosen]
        signals, others = (sign * self._signals[:, numbers[own[chosen]]] for own in (self._pixels, self._neighbours))
        if _mean_correlation(signals, others) > ALIKE:
            return False
        frames = times.ravel()[pixels].round().astype(np.int64)
        return bool(np.mean([kernels.is_upstroke_of_noise(*own) for own in zip(signals.T, frames, strict=True)]) > 0.5)


def _mean_correlation(first: Floats, second: Floats) -> float:
    """Return the mean correlation of signals (T, N) with others."""
    one, other = _centred(first), _centred(second)
    norms = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    return float(np.mean((one * other).sum(axis=0) / np.where(norms > 0, norms, 1)))


def _centred(signals: Floats) -> Floats:
    """Return signals that are smooth, have no mean, and are not larger than about 1."""
    from scipy.ndimage import gaussian_filter1d

    sizes = np.abs(signals - signals[0]).max(axis=0)
    smooth = gaussian_filter1d((signals - signals[0]) / np.where(sizes > 0, sizes, 1), SIGMA, axis=0)
    return np.asarray(smooth - smooth.mean(axis=0))
