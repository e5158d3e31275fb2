"""Videos smoothed in time and space by Gaussians, block by block; pixels that are NaN or masked are left out.

Each block of frames is smoothed in space as soon as it is read; only as many smoothed frames are kept as the Gaussian
in time reaches, so that memory beyond the result stays flat. Where pixels are missing, what is left of the Gaussian is
divided by the sum of its weights (normalised convolution), which is smoothed alongside. Beyond its edges, the video is
continued by its mirror image, as SciPy and the published package do. Dask arrays are smoothed in overlapping blocks.

In time, a few frames at once are the product of a matrix with the frames around them.
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from .._base import Array, VideoLike, budget, is_dask, progress_bar, refuse_device_array
from .._reading import (
    REACH,
    Plan,
    Source,
    as_source,
    folded_gaussian,
    gaussian_reach,
    is_wide,
    parse_sigma,
    smooth_in_space,
    walk_blocks,
)
from .overlaps import in_overlapping_blocks

Frames = NDArray[np.float64]

MANY = 16  # times as much is read at once if it is stored together
TOGETHER = 32  # frames that are products of one matrix


def smooth_spatiotemporal(video: VideoLike | ArrayLike, sigma_temporal: float, sigma_spatial: float) -> Array:
    """Smooth a video with a Gaussian in time and space.

    Parameters
    ----------
    video : (T, H, W) array-like
        Arrays, recordings, memory maps, anything with shape, dtype and slicing; read in blocks. Not modified. A dask
        array gives a dask array.
    sigma_temporal : float
        Standard deviation in time, in frames; 0 for none.
    sigma_spatial : float
        Standard deviation in both directions of space, in pixels; 0 for none.

    Returns
    -------
    (T, H, W) array
        float32 for float16 and float32 videos, else float64. Pixels that are NaN, infinite or masked are left out of
        the means around them, and become NaN.

    Raises
    ------
    ValueError
        If a standard deviation is negative or not finite, or the video is none.
    TypeError
        If the pixels are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import smooth_spatiotemporal
    >>> video = np.random.default_rng(0).normal(size=(40, 20, 20))
    >>> smooth = smooth_spatiotemporal(video, 1, 2)
    >>> bool(smooth.std() < 0.2 * video.std())
    True
    """
    sigmas = parse_sigma(sigma_temporal, "sigma_temporal"), parse_sigma(sigma_spatial, "sigma_spatial")
    refuse_device_array(video, "video", "smoothing")
    source = as_source(video)
    function = partial(_smooth, in_time=sigmas[0], in_space=sigmas[1])
    if is_dask(source.video):
        reaches = (gaussian_reach(sigmas[0]), gaussian_reach(sigmas[1]), gaussian_reach(sigmas[1]))
        dtype = kernels.result_dtype(source.dtype)
        return in_overlapping_blocks(source.video, function, reaches, dtype)  # type: ignore[no-any-return]
    return function(source)


def _smooth(source: Source, in_time: float, in_space: float) -> Array:
    """Return the smoothed video, reading it block by block."""
    result: Array = np.empty(source.shape, kernels.result_dtype(source.dtype))
    if result.size == 0:
        return result
    kept = _Kept(in_time)
    with progress_bar(source.frame_bytes * source.shape[0]) as advance:
        for start, _, block in walk_blocks(source, Plan(_frames_at_once(source), [None])):
            kept.add(*smooth_in_space(block, in_space))
            for first, frames in kept.ready(is_last=start + len(block) == source.shape[0]):
                result[first : first + len(frames)] = frames
            advance(block.nbytes)
    return result


def _frames_at_once(source: Source) -> int:
    """Return the number of frames to read at once: those that are stored together, if these are not too many."""
    step = max(1, budget().read_bytes // (8 * source.shape[1] * source.shape[2]))  # in double precision
    stored = 1 if source.chunk is None else source.chunk[0]
    return -(-step // stored) * stored if stored <= MANY * step else step


def _in_time(frames: Frames, wanted: slice, sigma: float) -> Frames:
    """Return the wanted frames, smoothed with those around them."""
    reach, pixels = gaussian_reach(sigma), frames.reshape(len(frames), -1)
    if reach == 0:
        return frames[wanted]
    result = np.empty((wanted.stop - wanted.start, *frames.shape[1:]))
    for start in range(wanted.start, wanted.stop, TOGETHER):
        stop = min(start + TOGETHER, wanted.stop)
        first, last = max(0, start - reach), min(len(frames), stop + reach)
        weights = _weights(sigma, last - first, start - first, stop - first)
        part = result[start - wanted.start : stop - wanted.start].reshape(stop - start, -1)
        np.matmul(weights, pixels[first:last], out=part)
    return result


@lru_cache(8)
def _weights(sigma: float, count: int, start: int, stop: int) -> Frames:
    """Return the weights of `count` frames in the smoothed frames [start, stop), as rows."""
    from scipy.ndimage import gaussian_filter1d

    if is_wide(sigma, count):
        return folded_gaussian(sigma, count)[start:stop]
    unit = np.eye(count)
    return np.ascontiguousarray(gaussian_filter1d(unit, sigma, axis=0, truncate=REACH)[start:stop])


class _Kept:
    """Frames that are smoothed in space, from the first that the next result needs."""

    def __init__(self, sigma: float) -> None:
        self._sigma, self._reach = sigma, gaussian_reach(sigma)
        self._first = self._next = 0  # the first frame that is kept; the next to be smoothed in time
        self._frames: Frames | None = None
        self._there: NDArray[np.bool_] | None = None
        self._weights: Frames | None = None

    def add(self, frames: Frames, there: NDArray[np.bool_] | None, weights: Frames | None) -> None:
        """Append frames; `there` and `weights` are None if no pixel is missing."""
        if self._frames is None:
            self._frames, self._there, self._weights = frames, there, weights
            return
        if there is not None or self._there is not None:
            kept, new = np.ones(self._frames.shape, bool), np.ones(frames.shape, bool)  # where nothing was missing
            self._weights = np.concatenate((_first(self._weights, kept), _first(weights, new)), dtype=np.float64)
            self._there = np.concatenate((_first(self._there, kept), _first(there, new)))
        self._frames = np.concatenate((self._frames, frames))

    def ready(self, is_last: bool) -> list[tuple[int, Frames]]:
        """Return the frames that can be smoothed in time, with the number of the first; forget what is not needed."""
        if self._frames is None:
            return []
        stop = self._first + len(self._frames)
        until = stop if is_last else stop - self._reach
        if until <= self._next:
            return []
        wanted = slice(self._next - self._first, until - self._first)
        smooth = _in_time(self._frames, wanted, self._sigma)
        if self._there is not None and self._weights is not None:
            shares = _in_time(self._weights, wanted, self._sigma)
            there = self._there[wanted]
            smooth = np.divide(smooth, shares, out=np.full_like(smooth, np.nan), where=there)
        found = [(self._next, smooth)]
        self._next = until
        self._forget(max(0, until - self._reach - self._first))
        return found

    def _forget(self, count: int) -> None:
        """Forget the first frames."""
        self._first += count
        self._frames = None if self._frames is None else self._frames[count:].copy()
        self._there = None if self._there is None or self._there[count:].all() else self._there[count:].copy()
        self._weights = None if self._there is None or self._weights is None else self._weights[count:].copy()


def _first(values: Array | None, others: Array) -> Array:
    """Return values if there are any, or else the others."""
    return others if values is None else values
