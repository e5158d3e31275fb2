"""Videos smoothed in time and space by Gaussians, block by block; pixels that are NaN or masked are left out.

Each block of frames is smoothed in space as soon as it is read; only as many smoothed frames are kept as the Gaussian
in time reaches, so that memory beyond the result stays flat. Where pixels are missing, what is left of the Gaussian is
divided by the sum of its weights (normalised convolution), which is smoothed alongside. Beyond its edges, the video is
continued by its mirror image, as SciPy and the published package do. Dask arrays are smoothed in overlapping blocks.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from .._base import Array, VideoLike, budget, is_dask, progress_bar, refuse_device_array
from .._reading import (
    LESS,
    Plan,
    Source,
    as_source,
    folded_gaussian,
    gaussian_reach,
    half_gaussian,
    is_huge,
    is_wide,
    parse_sigma,
    smooth_in_space,
    walk_blocks,
)
from .overlaps import in_overlapping_blocks

Frames = NDArray[np.float64]

MANY = 16  # times as much is read at once if it is stored together


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


def _smooth(source: Source, in_time: float, in_space: float, exponent: int = 0) -> Array:
    """Return the smoothed video, reading it block by block; numbers whose sums overflow are read again, and scaled."""
    result: Array = np.empty(source.shape, kernels.result_dtype(source.dtype))
    if result.size == 0:
        return result
    kept = _Kept(source.shape[1:], in_time, in_space)
    with progress_bar(source.frame_bytes * source.shape[0]) as advance:
        for start, _, block in walk_blocks(source, Plan(_frames_at_once(source), [None])):
            if exponent == 0 and is_huge(block):
                return _smooth(source, in_time, in_space, LESS)
            kept.add(np.ldexp(block, -exponent) if exponent else block)
            kept.write_ready(result, is_last=start + len(block) == source.shape[0])
            advance(block.nbytes)
    return np.ldexp(result, exponent, out=result) if exponent else result


def _frames_at_once(source: Source) -> int:
    """Return the number of frames to read at once: those that are stored together, if these are not too many."""
    step = max(1, budget().read_bytes // (8 * source.shape[1] * source.shape[2]))  # in double precision
    stored = 1 if source.chunk is None else source.chunk[0]
    return -(-step // stored) * stored if stored <= MANY * step else step


class _Rolling:
    """Frames side by side, in memory that is used again: new memory for each block took as long as smoothing it."""

    def __init__(self, frames: Array) -> None:
        self._memory, self._count = frames, len(frames)

    @property
    def frames(self) -> Array:
        return self._memory[: self._count]

    def append(self, count: int) -> Array:
        """Return room for more frames, to be written to."""
        if self._count + count > len(self._memory):
            larger = np.empty((self._count + count, *self._memory.shape[1:]), self._memory.dtype)
            larger[: self._count] = self.frames
            self._memory = larger
        self._count += count
        return self.frames[self._count - count :]

    def forget(self, count: int) -> None:
        """Remove the first frames."""
        self._memory[: self._count - count] = self._memory[count : self._count]
        self._count -= count


class _Kept:
    """Frames that are smoothed in space, from the first that the next result needs."""

    def __init__(self, frame_shape: tuple[int, ...], in_time: float, in_space: float) -> None:
        self._in_time, self._in_space, self._reach = in_time, in_space, gaussian_reach(in_time)
        self._first = self._next = 0  # the first frame that is kept; the next to be smoothed in time
        self._frames = _Rolling(np.empty((0, *frame_shape)))
        self._there: _Rolling | None = None  # None while no pixel is missing
        self._weights: _Rolling | None = None

    def add(self, block: Array) -> None:
        """Smooth frames in space, and append them."""
        there, weights = smooth_in_space(block, self._in_space, self._frames.append(len(block)))
        if there is not None and self._there is None:
            kept = len(self._frames.frames) - len(block)
            self._there = _Rolling(np.ones((kept, *there.shape[1:]), bool))
            self._weights = _Rolling(np.ones((kept, *there.shape[1:])))
        if self._there is not None and self._weights is not None:
            self._there.append(len(block))[:] = True if there is None else there
            self._weights.append(len(block))[:] = 1 if weights is None else weights

    def write_ready(self, result: Array, is_last: bool) -> None:
        """Write the frames that can be smoothed in time to `result`; forget what is not needed."""
        stop = self._first + len(self._frames.frames)
        until = stop if is_last else stop - self._reach
        if until <= self._next:
            return
        first, out = self._next - self._first, result[self._next : until]
        if self._there is None or self._weights is None:
            _smooth_in_time(self._frames.frames, first, self._in_time, out)
        else:
            smooth, shares = np.empty(out.shape), np.empty(out.shape)
            _smooth_in_time(self._frames.frames, first, self._in_time, smooth)
            _smooth_in_time(self._weights.frames, first, self._in_time, shares)
            out[:] = np.nan
            np.divide(smooth, shares, out=out, where=self._there.frames[first : first + len(out)], casting="same_kind")
        self._next = until
        self._forget(max(0, until - self._reach - self._first))

    def _forget(self, count: int) -> None:
        """Forget the first frames, and weights that all are 1."""
        self._first += count
        self._frames.forget(count)
        if self._there is not None and self._weights is not None:
            self._there.forget(count)
            self._weights.forget(count)
            if self._there.frames.all():
                self._there = self._weights = None


def _smooth_in_time(frames: Frames, first: int, sigma: float, out: Array) -> None:
    """Write the frames from `first` on, smoothed with those around them, to `out`."""
    if gaussian_reach(sigma) == 0:
        out[:] = frames[first : first + len(out)]
    elif is_wide(sigma, len(frames)):
        out[:] = np.tensordot(folded_gaussian(sigma, len(frames))[first : first + len(out)], frames, 1)
    else:
        flat, half = frames.reshape(len(frames), -1), half_gaussian(sigma)
        kernels.smooth_in_time(flat, half, first, out.reshape(len(out), -1))
