"""What is measured of each beat, and how; and the measuring of some pixels, in a single thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import kernels
from .._base import Array, Floats
from .._beats import BASELINE, PEAK, Windows, given_windows, in_units, measure_windows, measured_names, shown_order
from .reasons import MASKED, Reasons
from .tiles import series_of


@dataclass(frozen=True)
class Measuring:
    """What is measured, and how."""

    times: Floats  # of the beats, in frames
    sign: int
    levels: list[float]
    options: dict[str, Any]
    fps: float | None
    prefix: str
    kept: list[int]  # the columns that become maps, numbered as in the loops
    sigma: float  # of the smoothing in space

    def pixels(self, pixels: Array, chosen: Array | slice) -> tuple[Array, Array]:
        """Return the values (columns, beats, n) and the reasons (n * beats, all columns) of pixels of (T, pixels)."""
        series = series_of(pixels, chosen, self.sign)
        return self._series(series, pixels[0, chosen].astype(np.float64) - self.sign * series[:, 0])

    def those_there(self, pixels: Array, there: Array) -> tuple[Array, Array, Array]:
        """Return the values and reasons of the pixels of (T, pixels) that are there, and which these are."""
        chosen = np.flatnonzero(there)
        return (*self.pixels(pixels, chosen), chosen)

    def _series(self, series: Array, levels: Floats) -> tuple[Array, Array]:
        """Return the values (columns, beats, m), and reasons (m * beats, columns), of series (m, T) above levels."""
        count, beats = len(series), len(self.times)
        one = given_windows([self.times], series.shape[1])
        first = np.arange(count + 1, dtype=np.int64) * beats
        windows = Windows(first, np.tile(one.lows, count), np.tile(one.highs, count))
        with kernels.one_thread():
            values, reasons = measure_windows(series, windows, self.levels, self.options, is_checked=True)
        values[:, [BASELINE, PEAK]] = self.sign * values[:, [BASELINE, PEAK]] + np.repeat(levels, beats)[:, np.newaxis]
        kinds = [kind for _, kind in measured_names(self.levels, self.prefix)]
        maps = np.empty((len(self.kept), beats, count))
        for column, row in zip(self.kept, maps, strict=True):
            row[:] = in_units(values[:, column], kinds[column], self.fps).reshape(count, beats).T
        return maps, reasons[:, shown_order(self.levels)]

    def tile(self, pixels: Array, there: Array, reasons: Reasons) -> tuple[Array, Array]:
        """Return the values (columns, beats, n) and codes (beats, n) of pixels (T, n), of which some are there."""
        count = pixels.shape[1]
        chosen: Array | slice = slice(None) if there.all() else np.flatnonzero(there)
        maps = np.full((len(self.kept), len(self.times), count), np.nan)
        codes = np.full((len(self.times), count), MASKED, np.int32)
        if there.any():
            maps[..., chosen], found = self.pixels(pixels, chosen)
            codes[:, chosen] = reasons.codes(found).reshape(-1, len(self.times)).T
        return maps, codes
