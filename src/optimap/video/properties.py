"""print_properties: shape, type and range of an array in four lines, for interactive work."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentTypeError, VideoLike, budget, is_dask, on_host, say

BAR = "-" * 90


def print_properties(array: VideoLike | ArrayLike) -> None:
    """Print the shape of an array, the type of its values, and their range.

    Parameters
    ----------
    array : array-like of real numbers
        A video, which is read in blocks, an image, traces.

    Raises
    ------
    TypeError
        If the values are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import print_properties
    >>> print_properties(np.array([[1.5, np.nan], [3, 4]]))
    ------------------------------------------------------------------------------------------
    array with dimensions: (2, 2)
    datatype of array: float64
    minimum value in entire array: 1.5
    maximum value in entire array: 4.0
    number of NaNs in array: 1
    ------------------------------------------------------------------------------------------
    """
    values: Any = array if hasattr(array, "shape") and hasattr(array, "dtype") else np.asarray(array)
    low, high, missing = _extremes(values)
    lines = [
        BAR,
        f"array with dimensions: {tuple(values.shape)}",
        f"datatype of array: {values.dtype}",
        f"minimum value in entire array: {low}",
        f"maximum value in entire array: {high}",
        *([f"number of NaNs in array: {missing}"] if missing else []),
        BAR,
    ]
    for line in lines:
        say(line)


def _extremes(values: Any) -> tuple[Any, Any, int]:
    """Return the minimum and maximum, NaN if there is no number, and how many values are NaN or masked."""
    shape = tuple(values.shape)
    whole = not shape or 0 in shape
    row_bytes = max(1, int(np.prod(shape[1:], dtype=np.int64)) * 8)
    step = 1 if whole else max(1, budget().read_bytes // row_bytes)
    low, high, missing = [], [], 0
    for start in range(0, 1 if whole else shape[0], step):
        block: Any = values if whole else values[start : start + step]
        block = block.compute() if is_dask(block) else on_host(block)
        count = int(block.size)
        block = block.compressed() if isinstance(block, np.ma.MaskedArray) else np.asarray(block)
        if block.dtype.kind not in "biuf":
            cure = "give real numbers"
            raise ArgumentTypeError("array", values, f"holds {block.dtype} values", cure, subject="array")
        known = block[~np.isnan(block)] if block.dtype.kind == "f" and np.isnan(block).any() else block
        missing += count - known.size
        if known.size:
            low.append(known.min())
            high.append(known.max())
    return (min(low), max(high), missing) if low else (np.nan, np.nan, missing)
