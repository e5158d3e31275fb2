"""The samples of a video in float32, whatever its numbers are, so that phases can take their place.

Float32 does not hold huge and tiny numbers, nor a small oscillation on a high level. Of numbers with more digits, each
pixel is taken relative to its first sample, and in units of its size if float32 needs that; both are kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import Array, Floats, on_host, progress_bar
from .._reading import Plan, above_first, as_source, block_frames, unlabelled, walk_blocks
from .._series import as_signals, signal_blocks

Phase = NDArray[np.float32]
Blocks = Callable[[], Iterator[tuple[slice, Array]]]  # frames, and their samples (t, M)

SHARE = 0.25  # of each number, so that no difference overflows
SMALLEST, LARGEST = 1e-30, 1e30  # sizes for which float32 has all of its digits


@dataclass
class Samples:
    """Samples (T, M) of pixels, and their extremes.

    Attributes
    ----------
    flat : (T, M) float32 array
        The samples, or the share of what exceeds `level`, in units of `unit`.
    level, unit : (M,) arrays or None
    low, high : float
        The smallest and the largest sample, apart from NaN.
    """

    flat: Phase
    level: Floats | None = None
    unit: Floats | None = None
    low: float = field(default=math.inf)
    high: float = field(default=-math.inf)

    @property
    def is_normalized(self) -> bool:
        """Whether all samples are between 0 and 1."""
        return not (self.low < 0 or self.high > 1)

    def values(self, columns: slice) -> Floats:
        """Return samples of some pixels as they were."""
        values = self.flat[:, columns].astype(np.float64)
        if self.level is not None and self.unit is not None:
            with np.errstate(over="ignore", invalid="ignore"):
                values = values * self.unit[columns] / SHARE + self.level[columns]
        return values

    def fill(self, blocks: Blocks) -> None:
        """Take the samples from blocks of frames: once, or twice if float32 does not hold their sizes."""
        sizes = np.zeros(self.flat.shape[1])
        for frames, block in blocks():
            low, high = extremes(block)
            self.low, self.high = min(self.low, low), max(self.high, high)
            if not _is_wide(block.dtype):
                self.flat[frames] = block
                continue
            if self.level is None:
                self.level = np.where(np.isfinite(block[0]), block[0], 0).astype(np.float64)
            rest = self._rest(block)
            sizes = np.fmax(sizes, np.fmax.reduce(np.where(np.isfinite(rest), np.abs(rest), 0), axis=0))
            with np.errstate(over="ignore", under="ignore"):
                self.flat[frames] = rest
        if self.level is None:
            return
        self.unit = np.ones(len(sizes))
        if ((sizes > LARGEST) | ((sizes < SMALLEST) & (sizes > 0))).any():
            self.unit = np.where(sizes > 0, sizes, 1)
            for frames, block in blocks():
                self.flat[frames] = self._rest(block) / self.unit

    def _rest(self, block: Array) -> Floats:
        """Return a share of what exceeds the level."""
        with np.errstate(invalid="ignore", under="ignore"):
            return np.asarray(SHARE * block.astype(np.float64) - SHARE * self.level)  # type: ignore[operator]


def extremes(block: Array) -> tuple[float, float]:
    """Return the smallest and the largest number of an array, apart from NaN."""
    low, high = float(np.fmin.reduce(block, axis=None)), float(np.fmax.reduce(block, axis=None))
    return (math.inf, -math.inf) if math.isnan(low) else (low, high)


def _is_wide(dtype: np.dtype[Any]) -> bool:
    """Whether numbers have more digits than float32."""
    return dtype.itemsize > (4 if dtype.kind == "f" else 2)


def read_samples(video: Any) -> tuple[Phase, Samples]:
    """Return a new float32 array for phases, and the samples in it: of a video read block by block, or of signals."""
    plain = unlabelled(video, "video")[0]
    if np.ndim(plain) != 3:
        return _of_signals(plain)
    source = as_source(plain)
    phase = np.empty(source.shape, np.float32)
    samples = Samples(phase.reshape(len(phase), math.prod(source.frame_shape)))

    def blocks() -> Iterator[tuple[slice, Array]]:
        first: Array | None = None
        with progress_bar(source.frame_bytes * source.shape[0]) as advance:
            for start, _, block in walk_blocks(source, Plan(block_frames(source), [None])):
                pixels = block.reshape(len(block), -1)
                first = pixels[0] if first is None else first
                yield slice(start, start + len(block)), above_first(pixels, first)
                advance(block.nbytes)

    if phase.size:
        samples.fill(blocks)
    return phase, samples


def _of_signals(signals: Any) -> tuple[Phase, Samples]:
    """Return the same for signals (T,) or (T, N)."""
    values, shape = as_signals(on_host(signals), "video", work="computing phases")
    phase = np.empty((len(values), *shape), np.float32)
    whole = Samples(phase.reshape(values.shape))
    if phase.size == 0:
        return phase, whole
    whole.level, whole.unit = np.empty(values.shape[1]), np.empty(values.shape[1])
    for columns, block in signal_blocks(values):
        part = Samples(whole.flat[:, columns])
        part.fill(lambda block=block: iter([(slice(None), block.T)]))  # type: ignore[misc]
        whole.level[columns], whole.unit[columns] = part.level, part.unit
        whole.low, whole.high = min(whole.low, part.low), max(whole.high, part.high)
    return phase, whole
