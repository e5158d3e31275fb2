"""extract_traces on the device that holds the video: windows as gathers, or as sliding sums over the whole frame.

There are two methods, chosen by counting the work, as for the compiled loops:

- *Gather.* The pixels of all windows are taken from each frame by index and added. Windows are sorted by size and
  padded to the next power of two, so that one large window among many small ones costs little.
- *Sliding.* Many boxes of one size share most of their additions: sums of 2, 4, 8, ... neighbours are built from
  shifted copies of the frame, down the columns and then along the rows. Only pixels of a window are ever added, nothing
  is subtracted: no digits are lost, and NaN stays in the windows that hold it, which differences of running sums
  could not guarantee.

A matrix of weights (pixels x windows) would multiply each pixel by each window. With PyTorch on a CPU it is as fast
as gathering for up to 100 windows and for large ones, 10 times slower for 1000 small ones and 25 to 50 times for 5000;
it is large itself (0.5 GB for 1000 windows across a frame of 256 x 256); and NaN times zero is NaN, which would reach
windows that do not hold it. Integers are added as integers, floats in double precision if the device has it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import AnyArray, Home, Ints, Namespace, Result, dtype_bytes, dtype_kind, host_view
from .._reading import Source, as_source
from .._regions import Spans, nan_error
from .host import host_traces
from .sums import Then

# A gathered pixel costs as much as adding this many values of whole frames, in 8 bytes; in 4 bytes, twice as many.
# PyTorch on one core: 2 to 3.5 ns for a pixel, 0.6 ns for an addition in 8 bytes, 0.3 ns in 4.
GATHER_COST = 4.0


@dataclass(frozen=True)
class WindowSums:
    """Sums over a block of frames for each window, (T, N)."""

    sums: Any
    total: Any  # sum of the weights that count
    has_nan: AnyArray = None
    counts: Any = None  # if NaN is left out: whether any pixel counts


def device_traces(
    source: Source, spans: Spans, nan_policy: str, then: Then | None = None, gather_cost: float = GATHER_COST
) -> Any:
    """Return the traces (T, N) of the N windows in `spans`, computed on the device that holds the video.

    `then` is applied in the precision of the computation. Pixels are gathered if that is less work, at `gather_cost`
    for each; if it is 0, they always are.
    """
    video = source.video
    home = Home(video, "video")
    view = host_view(video)
    if view is not None:
        return home.own(host_traces(as_source(view), spans, nan_policy, then))
    home.refuse_64_bits(video, "video")
    xp, frames, windows = home.xp, source.shape[0], len(spans.first) - 1
    is_float = dtype_kind(video) == "f"
    with home.computing():
        result = Result(home, (frames, windows), _result_dtype(home, video) if then is None else home.wide)
        if windows == 0 or frames == 0:
            return xp.astype(result.get(), _result_dtype(home, video))
        boxes = _sliding_boxes(spans, video, gather_cost * windows)
        way = Sliding(home, boxes, video) if boxes is not None else Gather(home, spans, video)
        policy = nan_policy if is_float else "propagate"
        step = max(1, home.values_at_once // way.values)
        for start in range(0, frames, step):
            block, bits = home.stored(video[start : min(start + step, frames), :, :])
            found = way.add(block, bits, policy)
            if policy == "raise":
                _raise_on_nan(xp, found.has_nan, spans, start)
            result.append(_means(xp, found, spans.sums, policy == "omit"))
        traces = result.get()
        return traces if then is None else xp.astype(then(traces), _result_dtype(home, video))


def _result_dtype(home: Home, video: AnyArray) -> Any:
    """Return the data type of traces, in the video's library."""
    small = (dtype_kind(video) == "f" and dtype_bytes(video) <= 4) or not home.gives_double
    return home.xp.float32 if small else home.xp.float64


def _means(xp: Namespace, found: WindowSums, as_sums: bool, omit_nan: bool) -> Any:
    """Return the traces of a block from its sums."""
    traces = found.sums if as_sums else found.sums / found.total
    return xp.where(found.counts, traces, xp.nan) if omit_nan else traces


def _raise_on_nan(xp: Namespace, has_nan: AnyArray, spans: Spans, start: int) -> None:
    """Raise an error for the first NaN in a window."""
    if bool(xp.any(has_nan)):
        first = int(xp.argmax(xp.astype(xp.reshape(has_nan, (-1,)), xp.int32)))
        frame, window = divmod(first, has_nan.shape[1])
        raise nan_error(spans, window, start + frame)


@dataclass(frozen=True)
class WindowGroup:
    """Windows of similar size: indices of their pixels, (n, M); if there are fewer than M, which of them count."""

    index: Any
    shape: tuple[int, int]
    present: Any
    weights: Any
    total: Any


class Gather:
    """Gathers the pixels of the windows from each frame by index."""

    def __init__(self, home: Home, spans: Spans, video: AnyArray) -> None:
        self.home = home
        lengths = spans.stops - spans.starts
        ends = np.concatenate(([0], np.cumsum(lengths)))
        width = int(video.shape[2])
        pixels = np.arange(ends[-1]) + np.repeat(spans.rows * width + spans.starts - ends[:-1], lengths)
        weights = np.repeat(spans.weights, lengths)
        first = ends[spans.first]
        groups = _groups(np.diff(first), home.values_at_once)
        self.parts = [self._part(pixels, weights, first, group) for group in groups]
        order = np.concatenate(groups)
        in_order = bool((order == np.arange(len(order))).all())
        self.back = None if in_order else home.array(np.argsort(order))
        # Frames that are not contiguous are copied before pixels are taken; bytes count less than doubles.
        frame = int(video.shape[1]) * width
        self.values = max(frame // 8, *(part.shape[0] * part.shape[1] for part in self.parts))

    def _part(self, pixels: Ints, weights: NDArray[np.float64], first: Ints, windows: Ints) -> WindowGroup:
        """Return the indices and weights of the pixels of some windows."""
        counts = first[windows + 1] - first[windows]
        most = int(counts.max())
        present = np.arange(most) < counts[:, None]
        at = first[windows][:, None] + np.where(present, np.arange(most), 0)  # padded with the window's own first pixel
        own = np.where(present, weights[at], 0.0)
        home, weighted = self.home, bool((own[present] != 1).any())
        return WindowGroup(
            home.array(pixels[at].reshape(-1)),
            (len(windows), most),
            None if present.all() else home.array(present),
            home.wide_array(own) if weighted else None,
            home.wide_array(own.sum(axis=1)),
        )

    def add(self, block: AnyArray, bits: int, policy: str) -> WindowSums:
        """Add the pixels of each window in a block of frames."""
        xp = self.home.xp
        flat = xp.reshape(block, (block.shape[0], -1))
        found = [self._add_part(flat, part, bits, policy) for part in self.parts]
        sums = self._joined([f.sums for f in found])
        varying = policy == "omit"
        total = self._joined([f.total if varying else xp.reshape(f.total, (1, -1)) for f in found])
        has_nan = self._joined([f.has_nan for f in found]) if policy == "raise" else None
        return WindowSums(sums, total, has_nan, self._joined([f.counts for f in found]) if varying else None)

    def _joined(self, parts: list[Any]) -> Any:
        """Return the values of all windows, in the order they were given."""
        xp = self.home.xp
        whole = parts[0] if len(parts) == 1 else xp.concat(parts, axis=1)
        return whole if self.back is None else xp.take(whole, self.back, axis=1)

    def _add_part(self, flat: AnyArray, part: WindowGroup, bits: int, policy: str) -> WindowSums:
        """Add the pixels of one group of windows."""
        home, xp = self.home, self.home.xp
        taken = xp.reshape(xp.take(flat, part.index, axis=1), (flat.shape[0], *part.shape))
        pixels = home.numbers(taken, bits)
        if dtype_kind(pixels) != "f":
            return WindowSums(self._whole_sums(pixels, part), part.total)
        keep, has_nan = part.present, None
        if policy != "propagate":
            missing = xp.isnan(pixels)
            has_nan = xp.any(missing, axis=2)  # padding repeats pixels of the same window
            if policy == "omit":
                keep = ~missing if keep is None else ~missing & keep
        if keep is not None:
            pixels = xp.where(keep, pixels, 0.0)
        total, counts = part.total, None
        if policy == "omit":
            counts = xp.any(keep, axis=2)
            kept = xp.astype(keep, home.wide)
            total = xp.sum(kept if part.weights is None else kept * part.weights, axis=2)
        return WindowSums(
            xp.sum(pixels if part.weights is None else pixels * part.weights, axis=2), total, has_nan, counts
        )

    def _whole_sums(self, pixels: AnyArray, part: WindowGroup) -> Any:
        """Add integers, exactly if all have weight one."""
        home, xp = self.home, self.home.xp
        if part.weights is not None:
            return xp.sum(xp.astype(pixels, home.wide) * part.weights, axis=2)
        if part.present is not None:
            pixels = xp.where(part.present, pixels, 0)
        return xp.astype(xp.sum(pixels, axis=2, dtype=xp.int64), home.wide)


def _groups(counts: Ints, at_once: int) -> list[Ints]:
    """Return the windows in groups of similar size, none with more pixels than are computed at once."""
    if len(counts) * int(counts.max()) <= 2 * int(counts.sum()):
        groups = [np.arange(len(counts))]
    else:
        classes = np.ceil(np.log2(counts))
        groups = [np.flatnonzero(classes == size) for size in np.unique(classes)]
    limits = [max(1, at_once // int(counts[group].max())) for group in groups]
    return [
        group[i : i + limit] for group, limit in zip(groups, limits, strict=True) for i in range(0, len(group), limit)
    ]


@dataclass(frozen=True)
class EqualBoxes:
    """Boxes of one size: first row and column, which may be outside the frame, and the number of pixels inside."""

    top: Ints
    left: Ints
    height: int
    width: int
    inside: Ints
    fits_32_bits: bool  # whether the sums fit


def _sliding_boxes(spans: Spans, video: AnyArray, pixel_cost: float) -> EqualBoxes | None:
    """Return the windows as boxes of one size, if sliding sums are less work than gathering all pixels.

    `pixel_cost` is that of gathering one pixel of each window.
    """
    if spans.boxes is None:
        return None
    top, bottom, left, right = spans.boxes
    rows, columns = (_unclipped(*ends) for ends in ((top, bottom, video.shape[1]), (left, right, video.shape[2])))
    if rows is None or columns is None:
        return None
    (first_row, height), (first_column, width) = rows, columns
    fits = dtype_kind(video) != "f" and dtype_bytes(video) <= 2 and height * width < 2**15
    area = (int(bottom.max()) - int(top.min())) * (int(right.max()) - int(left.min()))
    adding = area * (2 + _additions(height) + _additions(width)) / (2 if fits else 1)
    if pixel_cost * height * width < adding:
        return None
    return EqualBoxes(first_row, first_column, height, width, (bottom - top) * (right - left), fits)


def _unclipped(first: Ints, last: Ints, size: int) -> tuple[Ints, int] | None:
    """Return where boxes clipped at the frame's edges would begin, and their common length; None if lengths differ."""
    length = int((last - first).max())
    clipped = last - first < length
    if (clipped & (first > 0) & (last < size)).any():
        return None
    return np.where(clipped & (first == 0), last - length, first), length


def _additions(size: int) -> int:
    """Number of additions of shifted copies in a sliding sum."""
    return size.bit_length() + size.bit_count() - 2


class Sliding:
    """Adds neighbours across the whole frame, then takes the sums at the windows."""

    def __init__(self, home: Home, boxes: EqualBoxes, video: AnyArray) -> None:
        self.home, self.boxes = home, boxes
        shape = tuple(int(n) for n in video.shape[1:])
        ends = ((boxes.top, boxes.height), (boxes.left, boxes.width))
        # The part of the frame that windows cover, and how far they extend beyond its edges.
        covered = [(int(first.min()), int(first.max()) + length) for first, length in ends]
        self.cut = tuple(slice(max(a, 0), min(b, n)) for (a, b), n in zip(covered, shape, strict=True))
        self.pads = [(max(-a, 0), max(b - n, 0)) for (a, b), n in zip(covered, shape, strict=True)]
        (top, bottom), (left, right) = covered
        sums_in_row = right - left - boxes.width + 1
        self.index = home.array((boxes.top - top) * sums_in_row + boxes.left - left)
        self.inside = home.wide_array(boxes.inside)
        self.values = (bottom - top) * (right - left)
        self.whole = home.xp.int32 if boxes.fits_32_bits else home.xp.int64

    def add(self, block: AnyArray, bits: int, policy: str) -> WindowSums:
        """Add the pixels of each window in a block of frames."""
        home, xp = self.home, self.home.xp
        pixels = home.numbers(block[:, self.cut[0], self.cut[1]], bits)
        if dtype_kind(pixels) != "f":
            return WindowSums(xp.astype(self._sums(xp.astype(pixels, self.whole)), home.wide), self.inside)
        if policy == "propagate":
            return WindowSums(self._sums(pixels), self.inside)
        missing = xp.isnan(pixels)
        count = self._sums(xp.astype(missing, xp.int32))
        if policy == "omit":
            pixels = xp.where(missing, 0.0, pixels)
        total = self.inside - xp.astype(count, home.wide)
        return WindowSums(self._sums(pixels), total, count > 0, total > 0)

    def _sums(self, values: AnyArray) -> Any:
        """Return the sums over the windows of a block."""
        xp, boxes = self.home.xp, self.boxes
        for axis, size, pad in ((1, boxes.height, self.pads[0]), (2, boxes.width, self.pads[1])):
            values = sliding_sums(xp, self._padded(values, axis, pad), size, axis)
        return xp.take(xp.reshape(values, (values.shape[0], -1)), self.index, axis=1)

    def _padded(self, values: AnyArray, axis: int, pad: tuple[int, int]) -> Any:
        """Pad with zeros: nothing is added where a window extends beyond the edge."""
        xp = self.home.xp
        pieces = [values]
        for count, at in zip(pad, (0, 2), strict=True):
            if count:
                shape = tuple(count if i == axis else n for i, n in enumerate(values.shape))
                pieces.insert(at, xp.zeros(shape, dtype=values.dtype, device=self.home.device))
        return xp.concat(pieces, axis=axis) if len(pieces) > 1 else values


def sliding_sums(xp: Namespace, values: AnyArray, size: int, axis: int) -> Any:
    """Return the sums of `size` neighbours along an axis: from sums of 1, 2, 4, ..., as `size` is written in binary."""
    count = values.shape[axis] - size + 1

    def cut(array: AnyArray, start: int, stop: int) -> Any:
        return array[tuple(slice(start, stop) if i == axis else slice(None) for i in range(array.ndim))]

    total, done, power, width = None, 0, values, 1  # `power` holds sums of `width` neighbours
    while True:
        if size & width:
            part = cut(power, done, done + count)
            total = part if total is None else total + part
            done += width
        if 2 * width > size:
            return total
        power = cut(power, 0, power.shape[axis] - width) + cut(power, width, power.shape[axis])
        width *= 2
