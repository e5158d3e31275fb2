"""Sums over parts of windows, and the traces made from them: exact for integers, however windows are cut.

Frames that are read in parts and dask arrays that are cut in space both use this: each part gives a few numbers for
each window and frame, which are added up and, after the last part, become the means or sums.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._base import Array, Ints
from .._regions import Spans

Sums = NDArray[np.float64]


Loop = Callable[[Array, Spans, Array], None]
Then = Callable[[Any], Any]  # traces -> traces


@dataclass(frozen=True)
class Adding:
    """How sums over parts of windows are made and added up; `spans` are the windows to be cut into parts."""

    spans: Spans
    # (bits, digits) that integers are split into so that sums of each digit fit in a double.
    digits: tuple[int, int]
    omits: bool  # NaN is left out: the weights that counted and the number of pixels accompany each sum
    factors: Sums | None  # for sums: the weight that all pixels of a window share, else 1

    @property
    def numbers(self) -> int:
        """Numbers for each window and frame: the digits of sums; or the sum, the weights that counted, their pixels."""
        return 3 if self.omits else self.digits[1]

    def sums(self, block: Array, spans: Spans, out: Sums, loop: Loop = kernels.window_means) -> None:
        """Write the numbers (numbers, T, N) of the windows' parts in a block to `out`, calling `loop` to add pixels."""
        if self.omits:
            missing = np.ascontiguousarray(np.isnan(block))
            known = (~missing).view(np.uint8)
            zeros = np.ascontiguousarray(np.where(missing, 0, block), block.dtype) if missing.any() else block
            loop(zeros, spans, out[0])
            loop(known, spans, out[1])
            loop(known, replace(spans, weights=np.ones_like(spans.weights)), out[2])
            return
        bits, digits = self.digits
        for i in range(digits):
            digit = block
            if digits > 1:
                digit = block >> (bits * i)
                if i < digits - 1:
                    digit = digit & (2**bits - 1)
                digit = digit.astype(np.int64 if bits == 32 else np.int32)
            loop(digit, spans, out[i])

    def traces(self, totals: Sums) -> Sums:
        """Return the traces (T, N) from the numbers of all parts, added up."""
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):  # infinities may meet
            if self.factors is not None:
                traces = self._whole(totals) * self.factors
            else:
                traces = self._whole(totals) / (totals[1] if self.omits else _weights(self.spans))
        if self.omits:
            traces[totals[2] == 0] = np.nan
        return traces

    def _whole(self, totals: Sums) -> Sums:
        """Combine the sums of digits, rounding once, as the loops over pixels do."""
        bits, count = self.digits
        if count == 1:
            only: Sums = totals[0]
            return only
        weighted: Any = sum(totals[i] * 2.0 ** (bits * i) for i in range(count))
        digits = list(totals.astype(np.int64))
        if bits == 16:
            digits = [low + (high << 16) for low, high in zip(digits[::2], digits[1::2], strict=True)]
        if len(digits) == 1:
            exact = digits[0].astype(np.float64)
        else:
            low, high = digits
            exact = (high + (low >> 32)) * 4294967296.0 + (low & 0xFFFFFFFF)
        together: Sums = np.where(_is_uniform(self.spans), exact, weighted)
        return together


def adding(spans: Spans, dtype: "np.dtype[Any]", omit_nan: bool) -> Adding:
    """Return how to add up parts of windows, over pixels of a dtype."""
    # A weight shared by a whole window does not change its mean; without it, sums of integers are exact.
    uniform = _is_uniform(spans)
    factors = np.where(uniform, spans.weights[spans.first[:-1]], 1.0) if spans.sums else None
    weights = np.where(np.repeat(uniform, np.diff(spans.first)), 1.0, spans.weights)
    is_float = dtype.kind == "f"
    digits = (64, 1) if is_float else digits_for(dtype.itemsize, int(_pixels(spans).max()))
    return Adding(replace(spans, weights=weights, sums=True), digits, omit_nan and is_float, factors)


def digits_for(itemsize: int, most: int) -> tuple[int, int]:
    """Return bits and number of the digits of an integer such that sums of `most` digits are exact in a double."""
    if itemsize <= 2:
        return 64, 1
    bits = 32 if most < 2**20 else 16
    return bits, max(1, 8 * itemsize // bits)


def _is_uniform(spans: Spans) -> NDArray[np.bool_]:
    """Return for each window whether all its pixels have the same weight."""
    first = spans.first[:-1]
    same: NDArray[np.bool_] = np.minimum.reduceat(spans.weights, first) == np.maximum.reduceat(spans.weights, first)
    return same


def _pixels(spans: Spans) -> Ints:
    """Return the number of pixels of each window."""
    return np.asarray(np.add.reduceat(spans.stops - spans.starts, spans.first[:-1]))


def _weights(spans: Spans) -> Sums:
    """Return the total weight of each window's pixels."""
    return np.asarray(np.add.reduceat(spans.weights * (spans.stops - spans.starts), spans.first[:-1]))
