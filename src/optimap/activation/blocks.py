"""Maps of dask arrays: blocks in space, whole in time, computed wherever the scheduler runs.

Only the maps of a block come back, with the reasons in full, which are numbered here.
"""

from __future__ import annotations

import importlib
from itertools import pairwise
from typing import Any

import numpy as np

from .. import kernels
from .._base import Array
from .._reading import Source, as_source, gaussian_reach
from .measuring import Measuring
from .reasons import MASKED, Reasons
from .tiles import Tile, read_tile


def measure_dask(source: Source, there: Array, measuring: Measuring, reasons: Reasons) -> tuple[Array, Array]:
    """Return the maps (columns, beats, H, W) and the codes of reasons (beats, H, W)."""
    dask: Any = importlib.import_module("dask")
    video, reach = source.video, gaussian_reach(measuring.sigma) if measuring.sigma > 0 else 0
    video = video.rechunk({0: -1, 1: "auto", 2: "auto"}) if video.numblocks[0] > 1 else video
    tiles, parts = [], []
    for tile in _blocks(video.chunks[1], video.chunks[2]):
        top, left = max(0, tile.top - reach), max(0, tile.left - reach)
        around = video[:, top : tile.bottom + reach, left : tile.right + reach].rechunk(-1)
        inner = Tile(tile.top - top, tile.bottom - top, tile.left - left, tile.right - left)
        inside = there[tile.top : tile.bottom, tile.left : tile.right].ravel()
        (block,) = around.to_delayed().ravel()
        tiles.append(tile)
        parts.append(dask.delayed(_measure_block, pure=False)(block, inner, inside, measuring))
    beats = len(measuring.times)
    values = np.full((len(measuring.kept), beats, *source.frame_shape), np.nan)
    codes = np.full((beats, *source.frame_shape), MASKED, np.int32)
    for tile, (maps, found, chosen) in zip(tiles, dask.compute(*parts), strict=True):
        rows, columns = np.divmod(chosen, tile.right - tile.left)
        values[..., tile.top + rows, tile.left + columns] = maps
        codes[:, tile.top + rows, tile.left + columns] = reasons.codes(found).reshape(-1, beats).T
    return values, codes


def _blocks(rows: tuple[int, ...], columns: tuple[int, ...]) -> list[Tile]:
    """Return the rectangles of blocks of such heights and widths."""
    tops, lefts = np.cumsum([0, *rows]).tolist(), np.cumsum([0, *columns]).tolist()
    return [
        Tile(top, bottom, left, right)
        for top, bottom in pairwise(tops)
        for left, right in pairwise(lefts)
        if bottom > top and right > left
    ]


def _measure_block(block: Any, tile: Tile, inside: Array, measuring: Measuring) -> tuple[Array, Array, Array]:
    """Return the values (columns, beats, n), reasons (n * beats, columns) and places of the n pixels to measure."""
    with kernels.one_thread():
        pixels = read_tile(as_source(np.asanyarray(block)), tile, measuring.sigma)
        chosen = np.flatnonzero(inside)
        return (*measuring.pixels(pixels, chosen), chosen)
