"""normalize_pixelwise_slidingwindow: each sample by the range of its pixel in a window of frames around it.

The extremes of all windows take three comparisons a sample, however wide the windows are (van Herk; Gil and Werman):
frames are cut into runs as long as a window, and a window that begins in one run ends in the next, so its maximum is
that of the end of the first run and of the beginning of the second. Pixels are processed in tiles that stay in the
cache.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import kernels
from .._base import Array, VideoLike, finite_number, is_dask, refuse_device_array, whole_number
from .._reading import Source, above_first, as_source
from .overlaps import blocks_with_neighbours, in_overlapping_blocks

TILE = 2**19  # samples: with their extremes, they take a few MB


def normalize_pixelwise_slidingwindow(
    video: VideoLike | ArrayLike, window_size: int, ymin: float = 0, ymax: float = 1
) -> Array:
    """Normalize each pixel in each frame by its range in a window of frames around it, to ``[ymin, ymax]``.

    Parameters
    ----------
    video : (T, H, W) array-like
        Arrays, recordings, memory maps, anything with shape, dtype and slicing; read in blocks. Not modified. A dask
        array gives a dask array.
    window_size : int
        Frames in a window, 2 or more; an even number counts as the next odd one. Windows are cut off at the beginning
        and the end of the video.
    ymin, ymax : float
        What the minimum and the maximum of a window become.

    Returns
    -------
    (T, H, W) float32 array
        `ymin` where all samples of a window are the same. NaN stays NaN, and NaN, infinite and masked samples do not
        count in the windows of others.

    Raises
    ------
    ValueError
        If the window is shorter than 2 frames, `ymin` or `ymax` is not finite, or the video is none.
    TypeError
        If the pixels are not real numbers.

    See Also
    --------
    normalize_pixelwise

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import normalize_pixelwise_slidingwindow
    >>> video = np.array([1, 3, 2, 9, 5]).reshape(5, 1, 1)
    >>> normalize_pixelwise_slidingwindow(video, 3).ravel().round(2).tolist()
    [0.0, 1.0, 0.0, 1.0, 0.0]
    """
    reach = whole_number(window_size, "window_size", minimum=2) // 2
    ends = finite_number(ymin, "ymin"), finite_number(ymax, "ymax")
    refuse_device_array(video, "video", "normalizing in windows")
    source = as_source(video)
    function = partial(_normalize, reach=reach, ends=ends)
    if is_dask(source.video):
        return in_overlapping_blocks(source.video, function, (reach, 0, 0), np.dtype(np.float32))  # type: ignore[no-any-return]
    return function(source)


class _Job(NamedTuple):
    """The pixels (T, N) of a block, the place of the results, and the frames that they are for."""

    pixels: Array
    result: Array
    meant: slice
    width: int  # of a tile, in pixels
    dtype: np.dtype[Any]

    def tile(self, number: int, reach: int, ends: tuple[float, float]) -> None:
        """Process a tile."""
        own = slice(number * self.width, (number + 1) * self.width)
        samples = np.array(above_first(self.pixels[:, own]), self.dtype, order="C")
        self.result[:, own] = _in_windows(samples, reach, ends)[self.meant]


def _normalize(source: Source, reach: int, ends: tuple[float, float]) -> Array:
    """Return the normalized video, reading it block by block."""
    result = np.empty(source.shape, np.float32)
    if not result.size:
        return result
    small = source.dtype.itemsize <= 2 or source.dtype == np.float32
    pixels = source.shape[1] * source.shape[2]
    for first, meant, block in blocks_with_neighbours(source, reach):
        job = _Job(
            block.reshape(len(block), pixels),
            result[first : first + meant.stop - meant.start].reshape(-1, pixels),
            meant,
            max(16, TILE // len(block)),
            np.dtype(np.float32 if small else np.float64),
        )
        tiles = -(-pixels // job.width)
        kernels.run_in_threads(partial(job.tile, reach=reach, ends=ends), tiles, min(kernels.thread_count(), tiles))
    return result


def _in_windows(samples: Array, reach: int, ends: tuple[float, float]) -> Array:
    """Return samples (T, N), which are overwritten, by the range of the windows around them."""
    gaps = None
    with np.errstate(over="ignore", invalid="ignore"):
        total = samples.sum()  # a quick look: a sum that overflows only costs the second look
    if not np.isfinite(total):
        gaps = ~np.isfinite(samples)
        gaps = gaps if gaps.any() else None
    low = _extremes(samples, reach, np.minimum, np.inf, gaps)
    span = _extremes(samples, reach, np.maximum, -np.inf, gaps)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        span -= low
        samples -= low
        samples /= span
    samples[span == 0] = 0
    if gaps is not None:
        samples[gaps] = np.nan
    if ends == (0, 1):
        return samples
    result: Array = (1 - samples) * ends[0] + samples * ends[1]
    return result


def _extremes(samples: Array, reach: int, compare: Callable[..., Any], fill: float, gaps: Array | None) -> Array:
    """Return the extremes of the windows around all samples; those that are missing are `fill`."""
    frames, width = len(samples), 2 * reach + 1
    runs = -(-(frames + 2 * reach) // width)
    ahead = np.full((runs, width, samples.shape[1]), fill, samples.dtype)
    inside = ahead.reshape(runs * width, -1)[reach : reach + frames]
    inside[:] = samples
    if gaps is not None:
        inside[gaps] = fill
    behind = ahead.copy()
    for k in range(1, width):  # the extreme from the beginning of a run, and to its end
        compare(ahead[:, k - 1], ahead[:, k], out=ahead[:, k])
        compare(behind[:, -k], behind[:, -1 - k], out=behind[:, -1 - k])
    found: Array = compare(
        behind.reshape(runs * width, -1)[:frames], ahead.reshape(runs * width, -1)[width - 1 : width - 1 + frames]
    )
    return found
