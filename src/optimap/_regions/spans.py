"""Position + window + size -> spans: the pixels that count, with their weights.

A span is a run of neighbouring pixels in one row with one weight; every window is a list of spans, so one kernel
serves all windows. Built for all positions at once:

- a ``rect`` of width ``size`` at a whole position has ``size`` spans of weight 1; at a fractional position the box
  covers its outer rows and columns in part, and each pixel's weight is the area covered;
- ``pixel`` is the rect of size 1 (at a fractional position: bilinear interpolation);
- a ``disc`` has one span of weight 1 per row of the circle.

Spans are clipped at the frame's edge, and the mean is over what is left. Clipped, not padded: padding would pull an
edge pixel's mean towards the padding value.
"""

from dataclasses import dataclass

import numpy as np

from .._base import Floats, Ints


@dataclass(frozen=True)
class Spans:
    """Spans of N windows: window ``w`` owns the spans ``first[w]`` to ``first[w + 1] - 1``."""

    rows: Ints
    starts: Ints
    stops: Ints
    weights: Floats
    first: Ints
    # Top, bottom, left, right of windows that are boxes of whole pixels, (4, N): what running sums work on.
    boxes: Ints | None = None
    # Whether weighted sums are wanted instead of means.
    sums: bool = False
    # Of regions; positions have none.
    names: tuple[str, ...] | None = None


def nan_error(spans: Spans, window: int, frame: int) -> ValueError:
    """Return the error for a NaN under ``nan_policy='raise'``."""
    where = f"region {window} ({spans.names[window]!r})" if spans.names else f"the window of position {window}"
    return ValueError(
        f"video holds NaN in frame {frame} within {where}: "
        "nan_policy='omit' leaves such pixels out, 'propagate' passes them on"
    )


def join_spans(first: Spans, second: Spans) -> Spans:
    """Return the windows of both, means or sums as those of `first` are."""
    parts = (first, second)
    rows, starts, stops = (np.concatenate([getattr(p, name) for p in parts]) for name in ("rows", "starts", "stops"))
    weights = np.concatenate([first.weights, second.weights])
    begins = np.concatenate([first.first, second.first[1:] + first.first[-1]])
    boxes = None
    if first.boxes is not None and second.boxes is not None:
        boxes = np.concatenate([first.boxes, second.boxes], axis=1)
    names = None
    if first.names is not None or second.names is not None:
        names = tuple(name for part in parts for name in part.names or _numbered(part))
    return Spans(rows, starts, stops, weights, begins, boxes, first.sums, names)


def _numbered(spans: Spans) -> list[str]:
    return [f"position_{i}" for i in range(len(spans.first) - 1)]
