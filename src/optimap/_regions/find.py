"""What users call regions -> `Regions`: the door of `extract_traces`, `show_regions` and `regions` itself."""

import math
import sys
from dataclasses import replace
from typing import Any, SupportsFloat

from .._base import FrameShape
from .kinds import find_kind
from .make import make_regions
from .positions import parse_positions
from .region_set import Regions, check_weights
from .spans import Spans
from .windows import check_size, check_window, window_spans


def find_spans(
    coords: Any, frame_shape: FrameShape, size: int, window: str | None, weights: str | None, name: str = "coords"
) -> tuple[Spans, bool]:
    """Return the spans of positions or regions of any kind, and whether one was given alone."""
    if weights is not None:
        check_weights(weights)
    if isinstance(coords, Regions):
        found = coords
    else:
        kind, coords = find_kind(coords, frame_shape, name)
        if kind == "positions":
            positions, single = parse_positions(coords, frame_shape, name)
            spans = window_spans(positions, check_size(size), check_window(window), frame_shape)
            return replace(spans, sums=weights == "sum"), single
        found = make_regions(coords, frame_shape, weights=weights or "mean", name=name)
    check_size(size)
    check_window(window)
    if weights not in (None, found.weights):
        found = found.weighted(weights)
    return found.spans(frame_shape, name), found.single


def find_background(
    background: Any, factor: Any, spans: Spans, frame_shape: FrameShape, size: int, window: str | None
) -> Spans | float | None:
    """Return the background of `spans` as spans, one for all or one each, or as a number; None where there is none."""
    if isinstance(factor, bool) or not isinstance(factor, SupportsFloat) or not math.isfinite(float(factor)):
        raise ValueError(f"background_factor = {factor!r}: it must be a finite number")
    if background is None:
        if factor != 1:
            raise ValueError(f"background_factor = {factor!r} is given without a background")
        return None
    if getattr(background, "shape", None) == () and hasattr(background, "item"):  # arrays of one number
        background = background.item()
    if isinstance(background, (int, float)) and not isinstance(background, bool):
        if not abs(background) <= sys.float_info.max:
            raise ValueError(f"background = {background!r}: it must be finite")
        return float(background)
    found, _ = find_spans(background, frame_shape, size, window, "sum" if spans.sums else "mean", "background")
    count, wanted = len(found.first) - 1, len(spans.first) - 1
    if count not in (1, wanted):
        raise ValueError(
            f"background holds {count} regions for {wanted} traces: give one for all, one for each, or a number"
        )
    return found
