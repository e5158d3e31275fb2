"""Spans: the pixels that windows and regions cover, with their weights.

A span is a run of neighbouring pixels in one row with one weight; every window and every region is a list of spans, so
one kernel serves them all. They are made in `windows` for positions, and in `region_set` for regions.
"""

from dataclasses import dataclass

import numpy as np

from .._base import ArgumentError, Floats, Ints


@dataclass(frozen=True)
class Spans:
    """Spans of N windows: window ``w`` owns the spans ``first[w]`` to ``first[w + 1] - 1``."""

    rows: Ints
    starts: Ints
    stops: Ints
    weights: Floats
    first: Ints
    # Top, bottom, left, right of windows that are all boxes of whole pixels, (4, N), for running sums.
    boxes: Ints | None = None
    # Whether traces are weighted sums instead of means.
    sums: bool = False
    # Names of regions; positions have none.
    names: tuple[str, ...] | None = None


def nan_error(spans: Spans, window: int, frame: int) -> ArgumentError:
    """Return the error for a NaN under ``nan_policy='raise'``."""
    where = f"region {window} ({spans.names[window]!r})" if spans.names else f"the window of position {window}"
    problem = f"holds NaN in frame {frame} within {where}"
    cure = "choose nan_policy='omit' to leave such pixels out, or 'propagate' to pass them on"
    return ArgumentError("video", np.nan, problem, cure, subject="video", keyword="nan_policy")


def join_spans(first: Spans, second: Spans) -> Spans:
    """Return the windows of both; `first` determines whether they are means or sums."""
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
    """Return names for windows of positions, which have none."""
    return [f"position_{i}" for i in range(len(spans.first) - 1)]
