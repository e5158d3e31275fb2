"""Position + window + size -> spans: the pixels that count, with their weights.

A span is a run of neighbouring pixels in one row with one weight; every window is a list of spans, so one kernel
serves all windows. Built for all positions at once:

- a ``rect`` of width ``size`` at a whole position has ``size`` spans of weight 1; at a fractional position the box
  covers its outer rows and columns in part, and each pixel's weight is the area covered;
- ``pixel`` is the rect of size 1 (at a fractional position: bilinear interpolation);
- a ``disc`` has one span of weight 1 per row of the circle.

Spans are clipped at the frame's edge, and the mean is over the remaining pixels. They are not padded, which would pull
means at the edge towards the padding value.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .._base import ArgumentError, Floats, FrameShape, Ints, Window, whole_number
from .positions import Positions
from .spans import Spans

# Rows that a window may have where no frame limits it.
MOST_ROWS = 2**20
# Rows of windows that are made at once.
PIECE_ROWS = 2**18
ROW_START_STOP = ("rows", "starts", "stops")

# (positions, size, rows of the frame) -> (row, start, stop, weight) as (N, spans of a window) arrays.
Maker = Callable[[Positions, int, int], tuple[Ints, Ints, Ints, Floats]]

WINDOWS: tuple[Window, ...] = ("rect", "disc", "pixel")

_default_window: Window = "rect"


def set_default_trace_window(window: Window) -> None:
    """Set the window that `extract_traces` and related functions use when none is given.

    Parameters
    ----------
    window : {'rect', 'disc', 'pixel'}
        See `extract_traces`.

    Raises
    ------
    ValueError
        If `window` is not one of these.

    Examples
    --------
    >>> from optimap.trace import get_default_trace_window, set_default_trace_window
    >>> set_default_trace_window("disc")
    >>> get_default_trace_window()
    'disc'
    >>> set_default_trace_window("rect")
    """
    global _default_window
    _default_window = check_window(window)


def get_default_trace_window() -> Window:
    """Return the window that is used when none is given: ``'rect'`` unless it was set.

    Returns
    -------
    str
        ``'rect'``, ``'disc'`` or ``'pixel'``.

    Examples
    --------
    >>> from optimap.trace import get_default_trace_window
    >>> get_default_trace_window()
    'rect'
    """
    return _default_window


def check_window(window: object) -> Window:
    """Return the window's name (the default for None), or raise an error."""
    if window is None:
        return _default_window
    for known in WINDOWS:
        if isinstance(window, str) and window == known:
            return known
    raise ArgumentError("window", window, "is unknown", f"it must be one of {', '.join(map(repr, WINDOWS))}")


def check_size(size: object) -> int:
    """Return the window's width as an int, or raise an error."""
    return whole_number(size, "size")


def window_spans(positions: Positions, size: int, window: str, frame_shape: FrameShape) -> Spans:
    """Return the spans of a window of `size` pixels at each of the ``(N, 2)`` `positions`."""
    if len(positions) == 0:
        nothing = np.zeros(0, np.int64)
        return Spans(nothing, nothing, nothing, np.zeros(0), np.zeros(1, np.int64))
    # A window larger than this covers the frame from anywhere; its parity is kept, as even windows are not symmetric.
    # The farthest pixel from a corner is a side away for a box, and a diagonal for a disc.
    reach = math.ceil(math.hypot(*frame_shape)) if window == "disc" else max(frame_shape)
    largest = 2 * (reach + 2)
    size = min(size, largest + size % 2)
    _check_rows(size, frame_shape)
    if window == "disc" and size > 1:
        return _in_pieces(_disc_spans, positions, size, frame_shape)
    size = 1 if window == "pixel" else max(size, 1)
    if len(positions) == 1:
        x, y = positions[0].tolist()
        if x.is_integer() and y.is_integer():
            return _one_whole_box(int(x), int(y), size, frame_shape)
    if (positions == np.floor(positions)).all():
        return _whole_box_spans(positions, size, frame_shape)
    return _in_pieces(_box_spans, positions, size, frame_shape)


def _check_rows(size: int, frame_shape: FrameShape) -> None:
    """Raise an error for a window that only a frame would limit, if there is none."""
    if size > MOST_ROWS and frame_shape[0] > MOST_ROWS:
        problem = f"is more than {MOST_ROWS} pixels, and no frame is known that limits it"
        raise ArgumentError(
            "size", size, problem, "give a smaller one, or the shape of the frame where it can be given"
        )


def _whole_box_spans(positions: Positions, size: int, frame_shape: FrameShape) -> Spans:
    """Return the spans of boxes at whole positions, clipped: one for each row, and the boxes themselves."""
    first = positions.astype(np.int64)[:, ::-1] - size // 2  # rows before columns
    (top, left), (bottom, right) = np.maximum(first, 0).T, np.minimum(first + size, frame_shape).T
    heights = bottom - top
    ends = np.cumsum(heights)
    begins = ends - heights
    rows = np.arange(ends[-1]) + np.repeat(top - begins, heights)
    starts, stops = np.repeat(left, heights), np.repeat(right, heights)
    boxes = np.stack((top, bottom, left, right)) if size > 1 else None
    return Spans(rows, starts, stops, np.ones(len(rows)), np.append(begins, ends[-1]), boxes)


def _one_whole_box(x: int, y: int, size: int, frame_shape: FrameShape) -> Spans:
    """Return the same as `_whole_box_spans` for one position: the most frequent call, several times faster."""
    top, left = y - size // 2, x - size // 2
    bottom, right = min(top + size, frame_shape[0]), min(left + size, frame_shape[1])
    top, left = max(top, 0), max(left, 0)
    height = bottom - top
    starts, stops = np.empty((2, height), np.int64)
    starts.fill(left)
    stops.fill(right)
    boxes = np.array(((top,), (bottom,), (left,), (right,)), np.int64) if size > 1 else None
    return Spans(np.arange(top, bottom), starts, stops, np.ones(height), np.array((0, height), np.int64), boxes)


def _in_pieces(make: Maker, positions: Positions, size: int, frame_shape: FrameShape) -> Spans:
    """Return the spans that `make` makes, clipped, for some positions at a time: most of the memory is the result."""
    step = max(1, PIECE_ROWS // min(size + 1, frame_shape[0]))
    spans = [
        _clip(piece, *make(piece, size, frame_shape[0]), frame_shape)
        for piece in (positions[start : start + step] for start in range(0, len(positions), step))
    ]
    if len(spans) == 1:
        return spans[0]
    rows, starts, stops = (np.concatenate([getattr(piece, name) for piece in spans]) for name in ROW_START_STOP)
    weights = np.concatenate([piece.weights for piece in spans])
    counts = np.concatenate([np.diff(piece.first) for piece in spans])
    return Spans(rows, starts, stops, weights, np.append(0, np.cumsum(counts)))


def _rows_in(top: Ints, size: int, height: int) -> Ints:
    """Return ``(N, rows)``, `size` + 1 rows from `top` on, but those above the frame: a large window has many there."""
    rows: Ints = np.maximum(top, 0)[:, None] + np.arange(min(size + 1, height))
    return rows


def _box_spans(positions: Positions, size: int, height: int) -> tuple[Ints, Ints, Ints, Floats]:
    """Return the spans of boxes at fractional positions as (N, spans of a window) arrays: row, start, stop, weight."""
    whole = np.floor(positions)
    left, top = (whole.astype(np.int64) - size // 2).T
    fx, fy = (positions - whole).T
    rows = _rows_in(top, size, height)
    # One extra row and column; the outer ones are partly covered: 1 - f, 1, ..., 1, f.
    above = rows - top[:, None]
    row_weights = np.where(above == 0, 1 - fy[:, None], np.where(above < size, 1.0, fy[:, None] * (above == size)))
    # Each row has three spans: the first pixel, the fully covered ones, the last pixel.
    starts = left[:, None] + np.array([0, 1, size])
    stops = starts + np.array([1, size - 1, 1])
    column_weights = np.stack([1 - fx, np.ones(len(fx)), fx], axis=1)
    shape = (*rows.shape, 3)
    return (
        np.broadcast_to(rows[:, :, None], shape).reshape(len(positions), -1),
        np.broadcast_to(starts[:, None, :], shape).reshape(len(positions), -1),
        np.broadcast_to(stops[:, None, :], shape).reshape(len(positions), -1),
        (row_weights[:, :, None] * column_weights[:, None, :]).reshape(len(positions), -1),
    )


def _disc_spans(positions: Positions, size: int, height: int) -> tuple[Ints, Ints, Ints, Floats]:
    """Return one span for each row of the circle of diameter `size` inscribed in the square of `size` pixels."""
    x, y = (positions - (0.5 if size % 2 == 0 else 0.0)).T
    radius = size / 2
    rows = _rows_in(np.ceil(y - radius).astype(np.int64), size, height)
    reach = radius**2 - (rows - y[:, None]) ** 2
    half = np.sqrt(np.maximum(reach, 0))
    # Strictly inside: centres at opposite ends of a diameter would make a disc wider than its size. At whole
    # positions, no centre ever lies on the circle.
    starts = np.floor(x[:, None] - half).astype(np.int64) + 1
    stops = np.ceil(x[:, None] + half).astype(np.int64)
    stops = np.where(reach > 0, np.maximum(stops, starts), starts)
    return rows, starts, stops, np.ones(rows.shape)


def _clip(
    positions: Positions,
    rows: Ints,
    starts: Ints,
    stops: Ints,
    weights: Floats,
    frame_shape: FrameShape,
) -> Spans:
    """Return the spans that lie in the frame; every window keeps at least one pixel."""
    height, width = frame_shape
    starts = np.clip(starts, 0, width)
    stops = np.clip(stops, 0, width)
    # Spans of weight zero are removed: zero times NaN is NaN.
    keep = (rows >= 0) & (rows < height) & (stops > starts) & (weights > 0)
    counts = keep.sum(axis=1)
    empty = np.flatnonzero(counts == 0)
    if empty.size:
        # A disc of size 2 at the very corner covers no pixel centre: it gets the pixel that holds the position.
        x, y = np.floor(positions[empty] + 0.5).astype(np.int64).T
        rows, starts, stops, weights = rows.copy(), starts.copy(), stops.copy(), weights.copy()
        rows[empty, 0], starts[empty, 0], stops[empty, 0], weights[empty, 0] = y, x, x + 1, 1.0
        keep[empty, 0] = True
        counts[empty] = 1
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return Spans(rows[keep], starts[keep], stops[keep], weights[keep], first)
