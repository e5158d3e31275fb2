"""The form of frames that the loops need: native byte order, aligned, pixels of a row adjacent in memory.

Arrays that have this form are passed on unchanged; others are copied block by block.
"""

import numpy as np

from .._base import AnyArray, Array


def prepare(block: AnyArray) -> Array:
    """Return a block in the form that the loops need; the block itself if it has that form already."""
    if isinstance(block, np.ma.MaskedArray):  # masked pixels are unknown: NaN
        block = np.ma.filled(block.astype(np.float64 if block.dtype.kind != "f" else block.dtype), np.nan)
    block = np.asarray(block)
    if block.shape[1] == 1 and block.strides[1] < 0:  # a single row, which NumPy calls contiguous
        block = block[:, ::-1]
    dtype = block.dtype
    if is_ready(block):
        return np.asarray(block.view(np.uint8)) if dtype.kind == "b" else block
    if dtype.kind == "b":
        return np.ascontiguousarray(block, np.uint8)
    if dtype.kind == "f" and dtype.itemsize not in (4, 8):
        with np.errstate(over="ignore"):  # a long double beyond the range of doubles is infinite
            return np.ascontiguousarray(block, np.float32 if dtype.itemsize < 4 else np.float64)
    return np.require(block, dtype.newbyteorder("="), ["C", "ALIGNED"])


def is_ready(block: Array) -> bool:
    """Return whether the loops take an array as it is; its pixels are not looked at."""
    if isinstance(block, np.ma.MaskedArray) or (block.dtype.kind == "f" and block.dtype.itemsize not in (4, 8)):
        return False
    itemsize = block.dtype.itemsize
    rows_of_neighbours = block.shape[2] <= 1 or block.strides[2] == itemsize
    return (
        block.dtype.isnative
        and block.flags.aligned
        and rows_of_neighbours
        and block.strides[1] >= 0
        and all(stride % itemsize == 0 for stride in block.strides)
    )
