"""Parts of frames: the parts of windows that they hold, and the sums over these parts, added up.

Frames that are read part by part, and dask arrays that are cut in space, give sums over the part of each window
that lies in a part of the frame. After the last part, the sums become the traces.
"""

from dataclasses import dataclass, replace

import numpy as np

from .. import kernels
from .._base import Array, Ints, budget
from .._reading import LESS, Box, Boxes
from .._regions import Spans, nan_error
from ..kernels import Stop
from .sums import adding

# Pixels of windows in one call of a kernel, which cannot be interrupted: a third of a second on one core.
CALL_PIXELS = {"compiled": 2**32, "numpy": 2**26}


@dataclass(frozen=True)
class Part:
    """The windows, or their parts that lie in a part of the frame, in the rows and columns of that part."""

    windows: Ints  # their numbers
    spans: Spans


def cut(spans: Spans, box: "Box | None", sums: bool) -> Part:
    """Return the windows, or their parts that lie in a part of the frame."""
    count = len(spans.first) - 1
    if box is None:
        return Part(np.arange(count), spans)
    numbers = np.repeat(np.arange(count), np.diff(spans.first))
    top, bottom, left, right = box
    starts, stops = np.clip(spans.starts, left, right), np.clip(spans.stops, left, right)
    keep = (spans.rows >= top) & (spans.rows < bottom) & (stops > starts)
    windows, first = np.unique(numbers[keep], return_index=True)
    boxes = None
    if spans.boxes is not None:
        offsets, limits = np.array([[top], [left]]).repeat(2, 0), np.array([[bottom], [right]]).repeat(2, 0)
        boxes = np.clip(spans.boxes[:, windows], offsets, limits) - offsets
    part = replace(
        spans,
        rows=spans.rows[keep] - top,
        starts=starts[keep] - left,
        stops=stops[keep] - left,
        weights=spans.weights[keep],
        first=np.append(first, np.count_nonzero(keep)).astype(np.int64),
        boxes=boxes,
        sums=sums,
    )
    return Part(windows, part)


def window_means(
    block: Array,
    spans: Spans,
    out: Array,
    omit_nan: bool,
    stop: Stop,
    call_pixels: int = CALL_PIXELS[kernels.backend],
) -> None:
    """Call the kernel for as many frames at a time as it processes in a fraction of a second, until `stop` is set."""
    pixels = int((spans.stops - spans.starts).sum())
    if spans.boxes is not None:  # running sums: a frame, and about 32 columns of each window
        pixels = min(pixels, block[0].size + 32 * spans.boxes.shape[1])
    step = max(1, call_pixels // max(1, pixels))
    for first in range(0, len(block), step):
        if stop.is_set():
            return
        means_of(block[first : first + step], spans, out[first : first + step], omit_nan)


def means_of(block: Array, spans: Spans, out: Array, omit_nan: bool) -> None:
    """Call the kernel; frames whose sums leave the range of doubles are added up once more, in smaller units."""
    kernels.window_means(block, spans, out, omit_nan)
    if block.dtype == np.float64 and np.isinf(out).any():
        frames = np.flatnonzero(~np.isfinite(out).all(axis=1))
        small = np.empty((len(frames), out.shape[1]))
        kernels.window_means(np.ldexp(block[frames], -LESS), spans, small, omit_nan)
        with np.errstate(over="ignore"):  # sums may be infinite, and pixels
            out[frames] = np.where(np.isfinite(out[frames]), out[frames], np.ldexp(small, LESS))


def raise_on_nan(block: Array, part: Part, out: Array, start: int) -> None:
    """Raise an error for the first NaN among the pixels of windows; `out` holds their traces."""
    spans = part.spans
    for t, w in zip(*np.nonzero(np.isnan(out)), strict=True):
        own = range(spans.first[w], spans.first[w + 1])
        # Infinities of both signs give NaN, too; only a NaN among the pixels is an error.
        if any(np.isnan(block[t, spans.rows[i], spans.starts[i] : spans.stops[i]]).any() for i in own):
            raise nan_error(spans, int(part.windows[w]), start + int(t))


class PartSums:
    """Adds up the sums over the parts of some frames; after their last part they become the traces."""

    def __init__(self, spans: Spans, boxes: Boxes, traces: Array, omit_nan: bool, stop: Stop) -> None:
        self._spans, self._traces, self._omit_nan, self._stop = spans, traces, omit_nan, stop
        to_cut = adding(spans, np.dtype(np.float64), omit_nan).spans
        self.parts = [cut(to_cut, box, sums=True) for box in boxes]

    def add(self, start: int, number: int, block: Array) -> Array:
        """Add the sums over a part of the frames from `start` on, and return them."""
        if number == 0:
            self._adding = adding(self._spans, block.dtype, self._omit_nan)
            self._totals = self._empty_totals(self._traces[start : start + len(block)])
        part = self.parts[number]
        sums = np.empty((self._adding.numbers, len(block), len(part.windows)))
        self._adding.sums(block, part.spans, sums, self._loop)
        with np.errstate(invalid="ignore"):  # infinities may meet
            for totals, more in zip(self._totals, sums, strict=True):  # one by one: an addition copies its operands
                totals[:, part.windows] += more
        if number == len(self.parts) - 1:
            self._finish(self._traces[start : start + len(block)])
        return np.asarray(sums[0])

    def _empty_totals(self, traces: Array) -> Array:
        """Return the arrays to add to: the traces themselves, which may be large, if they can hold the numbers."""
        if self._adding.numbers == 1 and traces.dtype == np.float64:
            traces[:] = 0
            return traces[np.newaxis]
        return np.zeros((self._adding.numbers, *traces.shape))

    def _finish(self, traces: Array) -> None:
        """Turn the totals of all parts into traces, a few frames at a time."""
        step = max(1, budget().finish_values // traces.shape[1])
        for t in range(0, len(traces), step):
            traces[t : t + step] = self._adding.traces(self._totals[:, t : t + step])

    def _loop(self, block: Array, spans: Spans, out: Array) -> None:
        """Add pixels, until `stop` is set."""
        window_means(block, spans, out, False, self._stop)
