"""Numbers as the shortest text that reads back as the same number, for the kinds of tables that are text."""

import numpy as np

from ..._base import Array

# Text is read as float64 and then rounded to float32. Of all 2**32 float32, tried one by one, this is the only one
# with a shortest text, 7.038531e-26, that is rounded to its neighbour that way.
_TWICE_ROUNDED = np.uint32(0x15AE43FD).view(np.float32)


def texts(numbers: Array) -> list[str]:
    """Return the text of each number; NaN is ``nan``, True is ``1``."""
    if numbers.dtype.kind == "b":
        numbers = numbers.astype(np.uint8)
    if numbers.dtype == np.float32 and (np.abs(numbers) == _TWICE_ROUNDED).any():
        numbers = numbers.astype(np.float64)
    if numbers.dtype.kind == "f" and numbers.dtype.itemsize < 8:
        written: list[str] = numbers.astype(str).tolist()  # only NumPy knows the digits of short floats
        return written
    return list(map(repr, numbers.tolist()))  # faster than NumPy's text
