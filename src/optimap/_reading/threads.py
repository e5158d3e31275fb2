"""How blocks of frames reach the loops: the fastest way for where they are.

- `in_place`: frames in memory, or few windows in a memory map, whose pages alone are read.
- `from_file`: many windows in a mapped file. Every thread reads blocks into a buffer of its own, which stays in the
  cache, and computes them there, each on its own.
- `read_ahead`: whatever a library reads or decodes. Few of them allow several threads: the caller's thread reads the
  next block while a second one computes.

Ctrl-C and errors reach the caller's thread in all of them; `stopped` tells the others.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Event, local
from typing import Any

import numpy as np

from .. import kernels
from .._base import Array
from .blocks import are_few, prepare
from .mapped_files import FrameFile, open_frames
from .memory_maps import mapping_of

Compute = Callable[[int, int, Array], None]  # first frame, number of the part, block


Advance = Callable[[int], None]  # bytes that are done


# A buffer of this size stays in the cache, and calls are few: 1 MB took twice as long, 4 MB a tenth longer. All buffers
# together are not much more memory than a block of a map.
BUFFER_BYTES = 8 * 2**20


ALL_BUFFERS_BYTES = 64 * 2**20


# Smaller recordings are done before threads and files are ready.
LEAST_BYTES = 64 * 2**20


def in_place(compute: Compute, todo: Iterator[tuple[int, int, Array]], advance: Advance) -> None:
    """Compute block after block where it lies; the loops have their own threads."""
    for start, number, block in todo:
        compute(start, number, block)
        advance(block.nbytes)


def read_ahead(compute: Compute, todo: Iterator[tuple[int, int, Array]], advance: Advance, stopped: Event) -> None:
    """Compute each block in a second thread while this one, which Ctrl-C and errors reach, reads the next."""
    running: Future[None] | None = None
    with ThreadPoolExecutor(1) as worker:
        try:
            worker.submit(int)  # starts the thread
        except RuntimeError:  # no thread is to be had
            return in_place(compute, todo, advance)
        try:
            for start, number, block in todo:
                if running is not None:
                    running.result()
                running = worker.submit(compute, start, number, block)
                advance(block.nbytes)
            if running is not None:
                running.result()
        except BaseException:
            stopped.set()  # nobody waits for the rest of a block
            raise


def file_of(video: Any, spans: int) -> FrameFile | None:
    """Open the file below a large mapped video that so many spans touch most of; None where it is better mapped."""
    frames = video[:1] if getattr(video, "is_mapped", False) else video
    if not isinstance(frames, np.ndarray) or mapping_of(frames) is None or are_few(video, spans):
        return None
    frame_bytes = int(np.prod(video.shape[1:])) * frames.itemsize
    if frame_bytes * int(video.shape[0]) < LEAST_BYTES or frame_bytes > ALL_BUFFERS_BYTES:
        return None
    return open_frames(video[:])


def from_file(file: FrameFile, compute: Compute, advance: Advance, stopped: Event) -> None:
    """Let every thread read blocks of whole frames and compute them."""
    frame_bytes = file.strides[0]
    threads = max(1, min(kernels.thread_count(), ALL_BUFFERS_BYTES // frame_bytes))
    step = max(1, min(BUFFER_BYTES, ALL_BUFFERS_BYTES // threads) // frame_bytes)
    own = local()

    def work(start: int) -> int:
        if stopped.is_set():
            return 0
        if not hasattr(own, "buffer"):
            own.buffer = np.empty(step * frame_bytes, np.uint8)
        block = file.read(start, own.buffer)
        with kernels.one_thread():
            compute(start, 0, prepare(block))
        return block.nbytes

    def begin(start: int) -> Callable[[], int]:
        try:
            return workers.submit(work, start).result
        except RuntimeError:  # no more threads are to be had; done twice, it is the same
            return partial(work, start)

    with ThreadPoolExecutor(threads) as workers:
        try:
            for result in [begin(start) for start in range(0, file.shape[0], step)]:
                advance(result())
        except BaseException:
            stopped.set()
            raise
