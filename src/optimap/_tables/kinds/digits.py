"""Numbers as the shortest text that reads back as the same number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Text is read as float64 and then rounded to float32. Of all 2**32 float32, tried one by one, there is this one whose
# shortest text, 7.038531e-26, ends up as its neighbour that way.
_TWICE_ROUNDED = np.uint32(0x15AE43FD).view(np.float32)


def texts(numbers: NDArray[Any]) -> list[str]:
    """Return the text of each of a series of numbers; NaN is ``nan``, True is ``1``."""
    if numbers.dtype.kind == "b":
        numbers = numbers.astype(np.uint8)
    if numbers.dtype == np.float32 and (np.abs(numbers) == _TWICE_ROUNDED).any():
        numbers = numbers.astype(np.float64)
    if numbers.dtype.kind == "f" and numbers.dtype.itemsize < 8:
        written: list[str] = numbers.astype(str).tolist()  # of short floats only NumPy knows the digits
        return written
    return list(map(repr, numbers.tolist()))  # faster than NumPy's text
