"""How blocks of frames reach the loops: the fastest way for the place where they are stored.

- `in_place`: frames in memory, or few windows in a memory map, where only their pages are read.
- `from_file`: many windows in a mapped file. Every thread reads blocks into a buffer of its own, which stays in the
  cache, and processes them there by itself. `by_trial` finds out whether that is faster than the map on this machine.
- `read_ahead`: frames that a library reads or decodes. Few libraries allow several threads: the caller's thread reads
  the next block while a second one computes.

Ctrl-C and errors reach the caller's thread in all of them; `stop` asks the others to end. The threads are those of
`kernels`, which cannot be left waiting for each other by an interrupt.
"""

import math
import time
from collections.abc import Callable, Iterator
from threading import local
from typing import Any

import numpy as np

from .. import kernels
from .._base import Array, budget
from ..kernels import Stop
from .blocks import Plan, are_few, block_frames, walk_blocks
from .layout import prepare
from .mapped_files import FrameFile, open_frames, open_fresh
from .memory_maps import release
from .source import Source

Compute = Callable[[int, int, Array], None]  # first frame, number of the part, block


Advance = Callable[[int], None]  # number of bytes done
LARGE_PAGE = 2 << 20


def in_place(compute: Compute, todo: Iterator[tuple[int, int, Array]], advance: Advance) -> None:
    """Compute each block in place; the loops have their own threads."""
    for start, number, block in todo:
        compute(start, number, block)
        advance(block.nbytes)


def read_ahead(compute: Compute, todo: Iterator[tuple[int, int, Array]], advance: Advance, stop: Stop) -> None:
    """Compute each block in a second thread while this one, which Ctrl-C and errors reach, reads the next."""
    with kernels.in_background(stop) as submit:
        for start, number, block in todo:
            submit(compute, start, number, block)
            advance(block.nbytes)


def file_of(source: Source, spans: int) -> FrameFile | None:
    """Open the file of a large mapped video if the spans touch most of it; None if mapping is better."""
    if source.frames is None or source.mapping is None or are_few(source, spans):
        return None
    frame_bytes, sizes = source.frame_bytes, budget()
    if frame_bytes * source.shape[0] < sizes.file_bytes or frame_bytes > sizes.buffers_bytes:
        return None
    return open_frames(source.frames)


def copied(view: Array) -> Array:
    """Return frames of a memory map that was made just now as an array in memory, in the byte order of this machine."""
    file = open_fresh(view)
    if file is not None:
        try:
            return read_whole(file)
        finally:
            file.close()
    result = np.empty(view.shape, view.dtype.newbyteorder("="))
    result[...] = view
    release(view)
    return result


def read_whole(file: FrameFile) -> Array:
    """Read all frames of a file, by this thread and others, each straight into its part of the result."""
    result = _on_a_large_page(file.shape, file.dtype.newbyteorder("="))
    frame_bytes, is_swapped = result[:1].nbytes, not file.dtype.isnative
    step = max(1, budget().buffer_bytes // frame_bytes)
    at_once = step if file.strides[0] == frame_bytes else 1  # gaps between frames are not read
    place = result.reshape(-1).view(np.uint8)
    left, stop = list(range(0, len(result), step))[::-1], Stop()

    def read_some() -> None:
        while left and not stop.is_set():
            try:
                first = left.pop()
            except IndexError:  # another thread took the last one
                return
            last = min(first + step, len(result))
            for start in range(first, last, at_once):
                file.read(start, place[start * frame_bytes : min(start + at_once, last) * frame_bytes])
            if is_swapped:
                result[first:last].byteswap(inplace=True)

    kernels.run_alongside(read_some, min(len(left), kernels.thread_count()) - 1, stop)
    return result


def _on_a_large_page(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> Array:
    """Return an array in new memory that begins at a large page, if it has several.

    Bytes of a file are copied to it at the same places of pages. Elsewhere, as where the system puts new memory, it
    took 5 to 40 % more time.
    """
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes < 2 * LARGE_PAGE:
        return np.empty(shape, dtype)
    memory = np.empty(nbytes + LARGE_PAGE, np.uint8)
    begin = -memory.__array_interface__["data"][0] % LARGE_PAGE
    return memory[begin : begin + nbytes].view(dtype).reshape(shape)


def by_trial(source: Source, file: FrameFile, compute: Compute, advance: Advance, stop: Stop) -> None:
    """Compute whole frames in the way that is faster on this machine: read by every thread, or in place in the map."""
    frame_bytes, frames, sizes = source.frame_bytes, source.shape[0], budget()
    plan = Plan(block_frames(source), [None])

    def mapped(first: int, end: int) -> None:
        in_place(compute, walk_blocks(source, plan, first, end), advance)

    def read(first: int, end: int) -> None:
        from_file(file, compute, advance, stop, first, end)

    done, quickest = 0, {read: math.inf, mapped: math.inf}
    if source.is_ready and frames * frame_bytes >= sizes.tried_bytes:
        piece = max(1, sizes.piece_bytes // frame_bytes)
        for way in (read, mapped, read, mapped):
            start, end = time.perf_counter(), min(frames, done + piece)
            way(done, end)
            quickest[way] = min(quickest[way], time.perf_counter() - start)
            done = end
    faster = mapped if quickest[mapped] < quickest[read] else read
    if done < frames:
        faster(done, frames)


def from_file(
    file: FrameFile, compute: Compute, advance: Advance, stop: Stop, first: int = 0, end: int | None = None
) -> None:
    """Let every thread read blocks of whole frames, from `first` up to `end`, and compute them."""
    end = file.shape[0] if end is None else end
    frame_bytes, sizes = file.strides[0], budget()
    threads = max(1, min(kernels.thread_count(), sizes.buffers_bytes // frame_bytes))
    step = max(1, min(sizes.buffer_bytes, sizes.buffers_bytes // threads) // frame_bytes)
    own = local()

    def work(number: int) -> int:
        if not hasattr(own, "buffer"):
            own.buffer = np.empty(step * frame_bytes, np.uint8)
        start = first + number * step
        block = file.read(start, own.buffer[: (end - start) * frame_bytes])
        with kernels.one_thread():
            compute(start, 0, prepare(block))
        return block.nbytes

    kernels.run_in_threads(work, -(-(end - first) // step), threads, advance, stop)
