"""Dask arrays in blocks of space, whole in time: computed wherever the scheduler runs, and only results come back.

Where the chunks of an array cut time, all of them are needed for any pixel. A cluster regroups them on its disks; here,
each chunk is computed once, and kept in memory or, if that is too much, in a temporary file, which is read in tiles.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from typing import Any, TypeVar

import numpy as np

from .. import kernels
from .._base import Array, budget, progress_bar
from .._reading import Source, as_source, gaussian_reach, prepare, release
from .measuring import Measuring
from .reasons import MASKED, Reasons
from .tiles import Tile, in_reach, new_array, read_tile

Result = TypeVar("Result")


def whole_in_time(source: Source) -> Source:
    """Return a source whose pixels can be had over all frames: a dask array in blocks of space, or frames in reach."""
    if source.reach != "dask":
        return in_reach(source)
    if source.video.numblocks[0] <= 1:
        return source
    return as_source(source.video.rechunk({0: -1, 1: "auto", 2: "auto"})) if _is_remote() else _kept(source)


def _is_remote() -> bool:
    """Whether dask computes in other processes, on a cluster."""
    base: Any = importlib.import_module("dask.base")
    scheduler = base.get_scheduler()
    return type(getattr(scheduler, "__self__", None)).__name__ == "Client"


def _kept(source: Source) -> Source:
    """Return the frames of a dask array, each chunk of which is computed once."""
    dask: Any = importlib.import_module("dask")
    edges = [np.cumsum([0, *sizes]).tolist() for sizes in source.video.chunks]
    places = list(product(*(pairwise(own) for own in edges)))
    blocks = source.video.to_delayed().ravel()
    count = max(1, budget().tile_bytes * len(places) // max(1, source.frame_bytes * source.shape[0]))
    frames: Array | None = None
    with progress_bar(source.frame_bytes * source.shape[0]) as advance:
        for start in range(0, len(places), count):
            group = slice(start, start + count)
            for place, block in zip(places[group], dask.compute(*blocks[group]), strict=True):
                pixels = prepare(as_source(np.asanyarray(block)).video)
                frames = new_array(source.shape, pixels.dtype) if frames is None else frames
                part = frames[tuple(slice(*own) for own in place)]
                part[...] = pixels
                release(part)
                advance(pixels.nbytes)
    return as_source(np.empty(source.shape, source.dtype) if frames is None else frames)


def each_block(
    source: Source, there: Array, sigma: float, pixel_bytes: int, work: Callable[[Array, Array], Result]
) -> Iterator[tuple[Tile, Result]]:
    """Yield each tile of a dask array, whole in time, and what `work` returns for its pixels (T, n).

    `work` is also given which of the pixels are there. A few blocks are computed at a time: their results take
    `pixel_bytes` for each pixel.
    """
    dask: Any = importlib.import_module("dask")
    video, reach = source.video, gaussian_reach(sigma) if sigma > 0 else 0
    tiles = _tiles(video.chunks[1], video.chunks[2])
    largest = max((tile.pixels for tile in tiles), default=1)
    count = len(tiles) if _is_remote() else max(1, budget().tile_bytes // (pixel_bytes * largest))
    with progress_bar(source.frame_bytes * source.shape[0]) as advance:
        for start in range(0, len(tiles), count):
            group, parts = tiles[start : start + count], []
            for tile in group:
                top, left = max(0, tile.top - reach), max(0, tile.left - reach)
                around = video[:, top : tile.bottom + reach, left : tile.right + reach].rechunk(-1)
                inner = Tile(tile.top - top, tile.bottom - top, tile.left - left, tile.right - left)
                inside = there[tile.top : tile.bottom, tile.left : tile.right].ravel()
                (block,) = around.to_delayed().ravel()
                parts.append(dask.delayed(_work_on_block, pure=False)(block, inner, inside, sigma, work))
            for tile, result in zip(group, dask.compute(*parts), strict=True):
                yield tile, result
                advance(tile.pixels * source.shape[0] * source.dtype.itemsize)


def _tiles(rows: tuple[int, ...], columns: tuple[int, ...]) -> list[Tile]:
    """Return the rectangles of blocks of such heights and widths."""
    tops, lefts = np.cumsum([0, *rows]).tolist(), np.cumsum([0, *columns]).tolist()
    return [
        Tile(top, bottom, left, right)
        for top, bottom in pairwise(tops)
        for left, right in pairwise(lefts)
        if bottom > top and right > left
    ]


def _work_on_block(
    block: Any, tile: Tile, inside: Array, sigma: float, work: Callable[[Array, Array], Result]
) -> Result:
    """Return what is computed of the pixels of a block."""
    with kernels.one_thread():
        return work(read_tile(as_source(np.asanyarray(block)), tile, sigma), inside)


def measure_dask(source: Source, there: Array, measuring: Measuring, reasons: Reasons) -> tuple[Array, Array]:
    """Return the maps (columns, beats, H, W) and the codes of reasons (beats, H, W)."""
    beats, height, width = len(measuring.times), *source.frame_shape
    values = new_array((len(measuring.kept), beats, height, width), np.float64)
    codes = new_array((beats, height, width), np.int32)
    pixel_bytes = beats * (9 * len(measuring.kept) + 4)
    for tile, (maps, found, chosen) in each_block(source, there, measuring.sigma, pixel_bytes, measuring.those_there):
        place = np.s_[..., tile.top : tile.bottom, tile.left : tile.right]
        rows, columns = np.divmod(chosen, tile.right - tile.left)
        values[place], codes[place] = np.nan, MASKED
        values[place][..., rows, columns] = maps
        codes[place][..., rows, columns] = reasons.codes(found).reshape(-1, beats).T
        release(values)
        release(codes)
    return values, codes
