"""Turn whatever users point at into `Places`: positions or regions, and the spans of pixels that they cover.

Every function that takes positions or regions calls `find_places`, so all of them accept the same things.
"""

import math
import os
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, SupportsFloat

import numpy as np

from .._base import ArgumentError, FrameShape, Weights, Window, axis_letter, counted
from .file_request import check_cells, naming_file
from .files import read_region_file
from .kinds import check_fits, check_kind, find_kind
from .make import make_regions
from .positions import Positions, parse_positions
from .region_set import ANY_FRAME, Regions, check_weights
from .spans import Spans
from .windows import check_size, check_window, window_spans


@dataclass(frozen=True, eq=False)
class Places:
    """Positions or regions, one of the two.

    Attributes
    ----------
    single : bool
        Whether one was given alone, so that its trace is ``(T,)``.
    positions : (N, 2) float64 array or None
        Positions ``(x, y)``.
    regions : Regions or None
        Regions of any other kind.
    """

    single: bool
    positions: Positions | None
    regions: Regions | None
    _frame_shape: FrameShape | None
    _window: tuple[int, str]
    _sums: bool
    _argument: str

    def __len__(self) -> int:
        return len(self.regions if self.positions is None else self.positions)  # type: ignore[arg-type]  # one is there

    @property
    def names(self) -> tuple[str, ...] | None:
        """Names of the regions; positions have none."""
        return None if self.regions is None else tuple(self.regions.names)

    @cached_property
    def spans(self) -> Spans:
        """Runs of pixels with weights; clipped to the frame, or only on the left and at the top if none is known."""
        if self.regions is not None:
            return self.regions.spans(self._frame_shape, self._argument)
        assert self.positions is not None
        spans = window_spans(self.positions, *self._window, self._frame_shape or ANY_FRAME)
        return replace(spans, sums=True) if self._sums else spans


def find_places(
    given: object,
    frame_shape: FrameShape | None,
    size: int = 5,
    window: Window | None = None,
    weights: Weights | None = None,
    name: str = "coords",
    kind: str | None = None,
    cells: str = "accepted",
) -> Places:
    """Return the places of positions, masks, labels, polygons, stacks, ImageJ regions, `Regions`, or a file.

    With a frame shape, everything is checked against it before this returns. Without one, arrays of pairs are
    positions, and nothing is checked against a frame. Errors call `given` by `name`. `kind` and `cells` are as in
    `regions`, for files.
    """
    with naming_file(given):
        return _find(given, frame_shape, size, window, weights, name, kind, cells)


def _find(
    given: object,
    frame_shape: FrameShape | None,
    size: int,
    window: Window | None,
    weights: Weights | None,
    name: str,
    kind: str | None,
    cells: str,
) -> Places:
    """Return places; errors need not name a file."""
    if weights is not None:
        check_weights(weights)
    positions = _one_position(given, frame_shape)
    single, regions = positions is not None, None
    if positions is None:
        if isinstance(given, Regions):
            regions = given
        else:
            given, kind = _known_kind(given, frame_shape, name, kind, check_cells(cells))
            if kind == "positions":
                positions, single = parse_positions(given, frame_shape, name)
            else:
                regions = make_regions(given, frame_shape, kind=kind, weights=weights or "mean", name=name)
        if regions is not None:
            single = regions.single
            regions = regions if weights in (None, regions.weights) else regions.weighted(weights)
    checked = check_size(size), check_window(window)
    places = Places(single, positions, regions, frame_shape, checked, weights == "sum", name)
    if regions is not None and frame_shape is not None:
        places.spans  # noqa: B018  # empty regions and frames of another shape are errors
    return places


def find_drawn(given: object, frame_shape: FrameShape | None, name: str) -> Places:
    """Return the places as `find_places` does, but allow positions outside the image."""
    if isinstance(given, Regions):
        return find_places(given, frame_shape, name=name)
    with naming_file(given):
        found, kind = _known_kind(given, frame_shape, name)
        return find_places(found, None if kind == "positions" else frame_shape, name=name)


def _one_position(given: object, frame_shape: FrameShape | None) -> Positions | None:
    """Return a single position ``(x, y)`` of plain numbers in the frame, else None: a fast path for the common case."""
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        return None
    x, y = given
    if type(x) not in (int, float) or type(y) not in (int, float):
        return None
    if frame_shape is None or not (-0.5 <= x < frame_shape[1] - 0.5 and -0.5 <= y < frame_shape[0] - 0.5):
        return None
    return np.array(((x, y),), np.float64)


def _known_kind(
    given: object, frame_shape: FrameShape | None, name: str, kind: str | None = None, cells: str = "accepted"
) -> tuple[object, str]:
    """Return the input, read if it is a file, and its kind, found unless it is given."""
    if isinstance(given, (str, os.PathLike)):
        given = read_region_file(Path(given), name, None if kind is None else check_kind(kind), cells)
    given = _upright(given)
    if kind is not None:
        check_fits(kind, given, name)
        return given, kind
    if frame_shape is None and _is_table(given):
        return given, "positions"
    kind, given = find_kind(given, frame_shape, name)
    return given, kind


def _upright(given: object) -> object:
    """Return an image of xarray whose last axes are named columns and rows with both turned, all else unchanged."""
    dims = getattr(given, "dims", None)
    if not isinstance(dims, tuple) or [axis_letter(dim) for dim in dims[-2:]] != ["X", "Y"]:
        return given
    image: Any = given
    return image.transpose(..., dims[-1], dims[-2])


def _is_table(given: object) -> bool:
    """Return whether an array has few columns, as positions have; an image is hardly ever so narrow."""
    if not hasattr(given, "__array__"):
        return False
    array = np.asanyarray(given)
    return array.ndim == 2 and array.shape[1] <= 3 and array.dtype.kind != "b"


def find_background(
    background: object, factor: object, spans: Spans, frame_shape: FrameShape, size: int, window: Window | None
) -> Spans | float | None:
    """Return the background of `spans` as spans, one for all or one each, or as a number; None if there is none."""
    if isinstance(factor, bool) or not isinstance(factor, SupportsFloat) or not math.isfinite(float(factor)):
        raise ArgumentError.must_be("background_factor", factor, "a finite number")
    if background is None:
        if factor != 1:
            raise ArgumentError(
                "background_factor", factor, "is given without a background", "give background=", keyword="background"
            )
        return None
    if getattr(background, "shape", None) == () and hasattr(background, "item"):  # arrays of one number
        background = background.item()
    if isinstance(background, (int, float)) and not isinstance(background, bool):
        if not abs(background) <= sys.float_info.max:
            raise ArgumentError.must_be("background", background, "finite")
        return float(background)
    found = find_places(background, frame_shape, size, window, "sum" if spans.sums else "mean", "background")
    count, wanted = len(found), len(spans.first) - 1
    if count not in (1, wanted):
        raise ArgumentError(
            "background",
            background,
            f"holds {counted(count, 'region')} for {counted(wanted, 'trace')}",
            "give one for all, one for each, or a number",
            subject="background",
        )
    return found.spans
