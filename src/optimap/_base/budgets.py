"""The budget: how much is read, kept and computed at once, and what the loops assume about the machine.

Sizes that act deep below a public function are fields of `Budget`, each with the measured reason for its value. Loops
ask for the budget in force with `budget()` whenever they start; `budgeted` puts another one in force for a while, for
example to walk a small video in many blocks. Sizes that matter to one function only are arguments of that function.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Budget:
    """Sizes in bytes, values or rows, a time, and whether the loops of the host are used for arrays that lie there."""

    # Files may ask for this much whatever their size; more must be justified by it (`_files/justified.py`).
    free_bytes: int = 16 * 2**20

    # Reading. Frames of a memory map are taken in blocks of `block_bytes`: large enough to keep all cores busy, small
    # enough to stay flat. Other videos are read, and several copies may be in memory at once: half of that was no
    # slower.
    block_bytes: int = 32 * 2**20
    read_bytes: int = 16 * 2**20
    # Arrays in memory are not read or copied: the loops take about 0.05 s per block, so Ctrl-C is noticed in time.
    memory_bytes: int = 1024 * 2**20
    # Memory maps from this size on are read without read-ahead if there are few windows.
    sparse_bytes: int = 256 * 2**20

    # Reading a mapped file in threads. Smaller files are finished before threads and files are ready.
    file_bytes: int = 64 * 2**20
    # A long job begins with a few pieces of this size, read and mapped in turn; the faster way goes on. Jobs of less
    # than `tried_bytes` are read: they are finished before a trial would have paid off.
    piece_bytes: int = 64 * 2**20
    tried_bytes: int = 768 * 2**20
    # A buffer of this size stays in the cache, and calls are few: 1 MB took twice as long, 4 MB a tenth longer. All
    # buffers together take not much more memory than a block of a map.
    buffer_bytes: int = 8 * 2**20
    buffers_bytes: int = 64 * 2**20

    # Writing. Blocks may be as large as `largest_write_bytes` if that avoids decoding the same chunk twice.
    write_bytes: int = 16 * 2**20
    largest_write_bytes: int = 64 * 2**20
    # A chunk of zarr is a few MB of whole frames. Measured on 16-bit frames with camera noise (2 cores): chunks of 2 to
    # 8 MB are read at the same rate, larger ones need more memory, smaller ones more files.
    chunk_bytes: int = 4 * 2**20
    # Values of a table that are copied at once, for example into a row group; and rows of the long form in a sheet.
    table_values: int = 2**22
    sheet_rows: int = 2**14

    # Computing. Sums over parts of windows are turned into traces 8 MB at a time.
    finish_values: int = 2**20
    # Samples of series that are processed at once: they stay near the caches.
    series_values: int = 2**20
    # Samples of a block of pixels that one thread measures: 64 threads take 128 MB; larger blocks are no faster.
    tile_values: int = 2**18
    # Pixels of a tile, over all frames; a recording that does not fit is read in as many passes as it has tiles.
    tile_bytes: int = 64 * 2**20
    # Maps, and recordings that can only be read from the beginning to the end, are kept in memory up to this size, and
    # beyond it in a temporary file.
    held_bytes: int = 96 * 2**20
    # Values that are normalized at once on the host, in double precision: they stay in the cache.
    host_values: int = 2**17
    # Values computed at once with the functions of another library; three or four arrays of them exist at a time. On a
    # GPU each takes 128 MB in double precision: with a quarter, starting the functions takes longer than computing, and
    # more gains little (H100: 22 to 43 ms instead of 12 to 38). On a CPU each takes 8 MB and stays near the caches.
    device_values: int = 2**24
    cpu_values: int = 2**20
    # The frames whose mean is the image in a picture.
    picture_bytes: int = 32 * 2**20
    # The traces of positions that were picked, which are kept so that undo and redo need not extract again.
    kept_bytes: int = 2**27
    # A step of the NumPy loops that takes longer is slow, and is reported where there are no compiled loops.
    slow_ms: int = 1000
    # Whether arrays of other libraries that are in the host's memory anyway are processed by the loops for NumPy
    # arrays, which is 3 to 50 times faster for most work. Without them, a CPU stands in for a GPU.
    host_loops: bool = True


_in_force = Budget()


def budget() -> Budget:
    """Return the budget in force."""
    return _in_force


@contextmanager
def budgeted(**changes: Any) -> Iterator[Budget]:
    """Put a budget with some other fields in force, in all threads, until the end of the block; yield it.

    Examples
    --------
    >>> from optimap._base import budget, budgeted
    >>> with budgeted(read_bytes=1000):
    ...     budget().read_bytes
    1000
    >>> budget().read_bytes
    16777216
    """
    global _in_force  # one for the process: threads that are running already use it, too
    before = _in_force
    _in_force = replace(before, **changes)
    try:
        yield _in_force
    finally:
        _in_force = before
