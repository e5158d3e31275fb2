"""A recording in tiles: a few pixels over all frames, so that memory stays flat however large the recording is.

Arrays in memory are cut as they are; of a memory map, the pages that were read are released. Anything else, such as
compressed files, can only be read well from the beginning to the end: it is read once, into memory or, if it is large,
into a temporary file, which is then a memory map like any other. Frames are smoothed in space with a margin around the
tile, which gives the same values as smoothing whole frames.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .. import kernels
from .._base import ArgumentError, Array, FrameShape, budget, progress_bar
from .._reading import Source, above_first, as_source, gaussian_reach, plan_reading, prepare, release, smooth_in_space
from .._reading import walk_blocks as walk
from .._regions import find_places


class Tile(NamedTuple):
    """A rectangle of pixels."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def pixels(self) -> int:
        """The number of pixels."""
        return (self.bottom - self.top) * (self.right - self.left)


def new_array(shape: tuple[int, ...], dtype: Any) -> Array:
    """Return an array without values: in memory or, if it is large, in a temporary file, which ends with it."""
    dtype = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if size <= budget().held_bytes:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(prefix="optimap-") as file:  # the map keeps it alive
        file.truncate(size)
        return np.memmap(file, dtype, "r+", shape=shape)


def in_reach(source: Source) -> Source:
    """Return a source whose frames are in memory or in a memory map."""
    if source.frames is not None:
        return source
    everywhere = np.ones(source.frame_shape, bool)
    spans = find_places(everywhere, source.frame_shape).spans
    plan = plan_reading(source, spans)
    frames: Array | None = None
    with progress_bar(source.frame_bytes * source.shape[0]) as advance:
        for start, number, block in walk(source, plan):
            if frames is None:
                frames = new_array(source.shape, block.dtype)
            top, bottom, left, right = plan.boxes[number] or (0, source.shape[1], 0, source.shape[2])
            part = frames[start : start + len(block), top:bottom, left:right]
            part[...] = block
            release(part)
            advance(block.nbytes)
    return as_source(np.empty(source.shape, source.dtype) if frames is None else frames)


def tiles_of(source: Source, sigma: float) -> Iterator[Tile]:
    """Yield the tiles of a recording, row by row; whole rows of pixels where they fit."""
    frames, height, width = source.shape
    itemsize = source.dtype.itemsize if sigma == 0 else smooth_dtype(source.dtype).itemsize
    most = max(1, budget().tile_bytes // max(1, frames * itemsize))
    if sigma > 0 and most < width:  # squares have the smallest margin
        rows = columns = max(1, int(most**0.5))
    else:
        rows, columns = max(1, most // max(1, width)), min(most, width)
    for top in range(0, height, rows):
        for left in range(0, width, max(1, columns)):
            yield Tile(top, min(top + rows, height), left, min(left + columns, width))


def smooth_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type of smoothed pixels, as `optimap.video.smooth_spatiotemporal` gives them."""
    return kernels.result_dtype(dtype)


def read_tile(source: Source, tile: Tile, sigma: float) -> Array:
    """Return the pixels of a tile as (T, pixels), smoothed in space if `sigma` is not 0."""
    frames = source.frames
    assert frames is not None  # - `in_reach` has seen to it
    if sigma == 0 and source.mapping is None:
        return prepare(frames[:, tile.top : tile.bottom, tile.left : tile.right]).reshape(len(frames), tile.pixels)
    reach = gaussian_reach(sigma) if sigma > 0 else 0
    top, left = max(0, tile.top - reach), max(0, tile.left - reach)
    bottom, right = min(source.shape[1], tile.bottom + reach), min(source.shape[2], tile.right + reach)
    step = max(1, budget().read_bytes // (8 * (bottom - top) * (right - left)))
    if source.mapping is not None:  # pages are mapped in groups, so a tile touches much of each frame
        step = max(1, min(step, budget().block_bytes // source.frame_bytes))
    result: Array | None = None
    for start in range(0, len(frames), step):
        raw = frames[start : start + step, top:bottom, left:right]
        block = prepare(raw)
        if sigma > 0:
            block = _smoothed(block, sigma)
        if result is None:
            result = np.empty((len(frames), tile.bottom - tile.top, tile.right - tile.left), block.dtype)
        inner = block[:, tile.top - top : tile.bottom - top, tile.left - left : tile.right - left]
        result[start : start + len(block)] = inner
        release(raw)
    assert result is not None  # - there is a frame
    return result.reshape(len(frames), tile.pixels)


def _smoothed(block: Array, sigma: float) -> Array:
    """Return frames smoothed in space, rounded as `optimap.video.smooth_spatiotemporal` does."""
    smooth = np.empty(block.shape)
    there, weights = smooth_in_space(block, sigma, smooth)
    if there is not None and weights is not None:
        smooth = np.divide(smooth, weights, out=np.full_like(smooth, np.nan), where=there)
    return smooth.astype(smooth_dtype(block.dtype), copy=False)


def series_of(pixels: Array, chosen: Array | slice, sign: int) -> Array:
    """Return some pixels of (T, pixels) as upright series (m, T) in double precision; infinity is NaN.

    Whole numbers that doubles do not hold begin with 0.
    """
    series = np.array(above_first(pixels[:, chosen]).T, np.float64, order="C")
    if pixels.dtype.kind == "f":
        series[np.isinf(series)] = np.nan
    return series if sign > 0 else np.negative(series, out=series)


def parse_mask(mask: object, shape: FrameShape) -> Array:
    """Return which pixels to measure: all of them without a mask, or those of regions of any kind."""
    if 0 in shape:
        raise ArgumentError("video", shape, f"has frames of shape {shape}", "give frames with pixels", subject="video")
    if mask is None:
        return np.ones(shape, bool)
    there = np.zeros(shape, bool)
    if isinstance(mask, np.ndarray) and mask.shape == shape and mask.dtype.kind in "biu":
        there[mask != 0] = True
    else:
        spans = find_places(mask, shape, name="mask").spans
        for row, start, stop in zip(spans.rows.tolist(), spans.starts.tolist(), spans.stops.tolist(), strict=True):
            there[row, start:stop] = True
    if not there.any():
        raise ArgumentError("mask", mask, "has no pixels", "leave it out, or mark the tissue", subject="mask")
    return there
