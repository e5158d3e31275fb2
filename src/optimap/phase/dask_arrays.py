"""compute_phase of dask arrays: lazily, in blocks of space that are whole in time, in flat memory.

Where the chunks of an array cut time, all of them are needed for any pixel. Whenever phases are computed, each chunk is
computed once and written to a temporary file, from which the blocks are read; on a cluster, chunks are regrouped. For
``center='auto'``, the extremes of the video are needed first: other chunks are read once more.
"""

from __future__ import annotations

import importlib
import tempfile
import weakref
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np

from .. import kernels
from .._base import Array, budget
from .._reading import Source, release
from .angles import Options, period_of, replace_samples
from .samples import Phase, Samples, extremes

Edges = list[list[int]]  # of the blocks along each axis


def phases_of_dask(source: Source, offset: float, delay: int | None, center: str) -> Any:
    """Return the phases of a dask array."""
    dask: Any = importlib.import_module("dask")
    da: Any = importlib.import_module("dask.array")
    video = source.video
    if 0 in video.shape:
        return da.zeros(video.shape, np.float32)
    is_cut = video.numblocks[0] > 1
    if is_cut and _is_remote():
        video, is_cut = video.rechunk({0: -1, 1: "auto", 2: "auto"}), False
    if is_cut:
        kept, looks = _kept(video)
        edges = [[0, video.shape[0]], *_small_edges(video.shape)]
        blocks = [dask.delayed(_read)(kept, looks, place) for place in _places(edges)]
    else:
        edges = [np.cumsum([0, *sizes]).tolist() for sizes in video.chunks]
        blocks = video.to_delayed().ravel().tolist()
        looks = _looks(video) if center == "auto" else []
    is_offset: Any = center == "offset" if center != "auto" else dask.delayed(_is_normalized)(looks)
    phases = [dask.delayed(_phases_of_block)(block, is_offset, offset, delay) for block in blocks]
    parts = [
        da.from_delayed(phase, tuple(stop - start for start, stop in place), np.float32)
        for phase, place in zip(phases, _places(edges), strict=True)
    ]
    columns = len(edges[2]) - 1
    return da.block([parts[start : start + columns] for start in range(0, len(parts), columns)])


def _is_remote() -> bool:
    """Whether dask computes in other processes, on a cluster."""
    base: Any = importlib.import_module("dask.base")
    return type(getattr(base.get_scheduler(), "__self__", None)).__name__ == "Client"


def _places(edges: Edges) -> list[tuple[tuple[int, int], ...]]:
    """Return where each block begins and ends along each axis."""
    return list(product(*(list(pairwise(own)) for own in edges)))


def _small_edges(shape: tuple[int, ...]) -> Edges:
    """Return rows and columns of blocks that are whole in time, and small."""
    frames, height, width = shape
    most = max(1, budget().tile_bytes // (8 * frames))
    rows, columns = max(1, most // width), min(most, width)
    return [[*range(0, height, rows), height], [*range(0, width, columns), width]]


class _Kept:
    """Frames in a temporary file, which ends with this object; copies of it in other processes read the same file."""

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        with tempfile.NamedTemporaryFile(prefix="optimap-", delete=False) as file:
            self.path, self.shape, self.dtype = file.name, shape, np.dtype(dtype)
            file.truncate(int(np.prod(shape, dtype=np.int64)) * self.dtype.itemsize)
        self._end = weakref.finalize(self, Path(file.name).unlink, missing_ok=True)

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "shape": self.shape, "dtype": self.dtype}

    def frames(self) -> Array:
        """Return the frames as a memory map."""
        return np.memmap(self.path, self.dtype, "r+", shape=self.shape)


def _kept(video: Any) -> tuple[_Kept, list[Any]]:
    """Return a file for the frames, and the tasks that write each chunk to it and return its extremes."""
    dask: Any = importlib.import_module("dask")
    kept = _Kept(video.shape, video.dtype)
    edges = [np.cumsum([0, *sizes]).tolist() for sizes in video.chunks]
    blocks = video.to_delayed().ravel().tolist()
    write = dask.delayed(_write, pure=False)
    return kept, [write(block, kept, place) for block, place in zip(blocks, _places(edges), strict=True)]


def _write(block: Any, kept: _Kept, place: tuple[tuple[int, int], ...]) -> tuple[float, float]:
    """Write a chunk, and return its extremes."""
    pixels = _filled(block)
    part = kept.frames()[tuple(slice(*own) for own in place)]
    part[...] = pixels
    release(part)
    return extremes(pixels)


def _read(kept: _Kept, looks: list[tuple[float, float]], place: tuple[tuple[int, int], ...]) -> Array:
    """Return a block, after all chunks were written.

    Pages of the file are mapped in groups, so a block touches much of each frame: they are released after a few frames.
    """
    _, rows, columns = (slice(*own) for own in place)
    frames = kept.frames()
    block = np.empty(frames[:, rows, columns].shape, kept.dtype)
    step = max(1, budget().block_bytes // max(1, frames[0].nbytes))
    for start in range(0, len(frames), step):
        part = frames[start : start + step]
        block[start : start + step] = part[:, rows, columns]
        release(part)
    return block


def _looks(video: Any) -> list[Any]:
    """Return tasks that return the extremes of each block, which is computed for them alone."""
    dask: Any = importlib.import_module("dask")
    copy = importlib.import_module("dask.graph_manipulation").clone(video)
    return [dask.delayed(_extremes)(block) for block in copy.to_delayed().ravel()]


def _filled(block: Any) -> Array:
    """Return a block in which masked pixels are NaN."""
    return np.asarray(np.ma.filled(block.astype(np.float64), np.nan) if np.ma.isMaskedArray(block) else block)


def _extremes(block: Any) -> tuple[float, float]:
    """Return the extremes of a block."""
    return extremes(_filled(block))


def _is_normalized(looks: list[tuple[float, float]]) -> bool:
    """Whether all numbers are between 0 and 1."""
    return not any(low < 0 or high > 1 for low, high in looks)


def _phases_of_block(block: Any, is_offset: bool, offset: float, delay: int | None) -> Phase:
    """Return the phases of a block (T, h, w)."""
    pixels = _filled(block)
    phase = np.empty(pixels.shape, np.float32)
    samples = Samples(phase.reshape(len(phase), -1))
    samples.fill(lambda: iter([(slice(None), pixels.reshape(len(pixels), -1))]))
    period = None if is_offset else period_of(samples.flat)
    with kernels.one_thread():
        replace_samples(samples, Options(offset if is_offset else None, delay, period))
    return phase
