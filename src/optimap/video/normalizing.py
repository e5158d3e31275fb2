"""normalize and normalize_pixelwise: the range of a whole video, or of each pixel, becomes [ymin, ymax].

The work is that of `optimap.trace.normalize`, under the names and with the defaults of the published package.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .._base import Array, SeriesLike
from .._series import Options, normalized


def normalize(
    array: SeriesLike,
    ymin: float = 0,
    ymax: float | None = None,
    vmin: ArrayLike | None = None,
    vmax: ArrayLike | None = None,
    dtype: DTypeLike = np.float32,
    clip: bool = True,
) -> Array:
    """Map an array from its own range, or from ``[vmin, vmax]``, to ``[ymin, ymax]``: one range for all of it.

    Parameters
    ----------
    array : array-like of real numbers
        A video, an image, traces. Not modified. A dask array gives a dask array.
    ymin, ymax, vmin, vmax, dtype, clip
        As in `optimap.trace.normalize`, which has a range for each series instead.

    Returns
    -------
    array of `dtype`, with the shape of the input
        All values are `ymin` if they are the same. NaN stays NaN.

    Raises
    ------
    ValueError, TypeError
        As `optimap.trace.normalize`.

    Examples
    --------
    >>> from optimap.video import normalize
    >>> normalize([[10, 20], [30, 60]]).tolist()
    [[0.0, 0.20000000298023224], [0.4000000059604645, 1.0]]
    """
    return normalized(array, Options(ymin, ymax, vmin, vmax, dtype, clip, None))  # type: ignore[no-any-return]


def normalize_pixelwise(video: SeriesLike, ymin: float = 0, ymax: float = 1) -> Array:
    """Map the range of each pixel over time to ``[ymin, ymax]``.

    Parameters
    ----------
    video : (T, H, W) array-like of real numbers
        Arrays, recordings, memory maps. Not modified. A dask array gives a dask array.
    ymin, ymax : float
        What the minimum and the maximum of a pixel become; ``ymin > ymax`` turns it upside down.

    Returns
    -------
    (T, H, W) float32 array
        A pixel that is constant becomes `ymin`. NaN stays NaN, and does not count in the range.

    Raises
    ------
    ValueError, TypeError
        As `optimap.trace.normalize`.

    See Also
    --------
    normalize_pixelwise_slidingwindow

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import normalize_pixelwise
    >>> video = np.array([[[1, 5]], [[2, 5]], [[3, 5]]])
    >>> normalize_pixelwise(video).tolist()
    [[[0.0, 0.0]], [[0.5, 0.0]], [[1.0, 0.0]]]
    """
    return normalized(video, Options(ymin, ymax, None, None, np.float32, True, 0), "video")  # type: ignore[no-any-return]
