"""Baselines by asymmetric least squares, and how stiff they are.

A curve is drawn below the series: samples above it pull it up with the weight `p`, those below it hold it down with
``1 - p``, and `lam` times its squared second differences keeps it smooth. The loop is in `optimap.kernels`.

With equal weights, the curve is a filter that passes half of an oscillation of period ``2 pi lam ** (1 / 4)`` samples.
Unless `lam` is given, this is the period of the beats: the curve follows the drift from beat to beat, and the weights
keep it from following the beats. Of the recording caRestitution (docs/baselines.md), the diastolic level spreads least
with it; with a period of half or twice that length, it spreads by a third or two thirds more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._base import ArgumentError, positive_number, whole_number

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Asls:
    """The options of asymmetric least squares."""

    lam: float | None = None
    p: float = 0.01
    iterations: int = 50
    tolerance: float = 1e-3

    def check(self) -> None:
        """Raise an error for options that cannot be used."""
        if self.lam is not None:
            positive_number(self.lam, "lam", "a positive number, or None to take it from the period")
        if positive_number(self.p, "p", "a number between 0 and 1") >= 1:
            raise ArgumentError.must_be("p", self.p, "a number between 0 and 1")
        whole_number(self.iterations, "iterations")
        positive_number(self.tolerance, "tolerance")

    def below(self, series: Series, periods: Series) -> Series:
        """Return the curve below each row of finite (M, T); without `lam`, its stiffness follows the row's period."""
        lam = stiffness(periods) if self.lam is None else np.full(len(series), float(self.lam))
        solutions = whole_number(self.iterations, "iterations") + 1  # the first has equal weights
        return kernels.asls_baselines(series, lam, float(self.p), solutions, float(self.tolerance))


def stiffness(periods: Series) -> Series:
    """Return the `lam` of curves that pass half of an oscillation with a period in samples, with equal weights."""
    return np.asarray((periods / (2 * np.pi)) ** 4)
