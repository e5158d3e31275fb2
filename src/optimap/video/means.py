"""mean_filter: the mean of a box of frames, rows and columns around each pixel; missing pixels are left out."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from .._base import ArgumentError, Array, EdgeMode, VideoLike, is_dask, refuse_device_array, whole_number
from .._reading import LESS, Source, as_source, is_huge
from .overlaps import blocks_with_neighbours, in_overlapping_blocks

MODES: tuple[EdgeMode, ...] = ("nearest", "reflect", "mirror")


def mean_filter(
    video: VideoLike | ArrayLike, size_temporal: int = 1, size_spatial: int = 1, mode: EdgeMode = "nearest"
) -> Array:
    """Smooth a video by the mean of a box around each pixel.

    Parameters
    ----------
    video : (T, H, W) array-like
        Arrays, recordings, memory maps, anything with shape, dtype and slicing; read in blocks. Not modified. A dask
        array gives a dask array.
    size_temporal : int
        Length of the box in frames; 1 for none.
    size_spatial : int
        Width and height of the box in pixels; 1 for none. A box of an even size extends one further to the past, up and
        to the left.
    mode : {'nearest', 'reflect', 'mirror'}
        How the video continues beyond its edges, as in `scipy.ndimage.uniform_filter`.

    Returns
    -------
    (T, H, W) array
        float32 for float16 and float32 videos, else float64. Pixels that are NaN, infinite or masked are left out of
        the means around them, and become NaN.

    Raises
    ------
    ValueError
        If a size is not a whole number of 1 or more, `mode` is unknown, or the video is none.
    TypeError
        If the pixels are not real numbers.

    See Also
    --------
    smooth_spatiotemporal

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import mean_filter
    >>> video = np.array([0, 0, 9, 0, 0]).reshape(1, 1, 5)
    >>> mean_filter(video, size_spatial=3).tolist()
    [[[0.0, 3.0, 3.0, 3.0, 0.0]]]
    """
    sizes = (
        whole_number(size_temporal, "size_temporal", minimum=1),
        whole_number(size_spatial, "size_spatial", minimum=1),
    )
    if mode not in MODES:
        raise ArgumentError.must_be("mode", mode, "'nearest', 'reflect' or 'mirror'")
    refuse_device_array(video, "video", "smoothing")
    source = as_source(video)
    function = partial(_filter, sizes=sizes, mode=mode)
    if is_dask(source.video):
        reaches = (sizes[0] // 2, sizes[1] // 2, sizes[1] // 2)
        dtype = kernels.result_dtype(source.dtype)
        return in_overlapping_blocks(source.video, function, reaches, dtype)  # type: ignore[no-any-return]
    return function(source)


def _filter(source: Source, sizes: tuple[int, int], mode: EdgeMode) -> Array:
    """Return the smoothed video, reading it block by block."""
    result: Array = np.empty(source.shape, kernels.result_dtype(source.dtype))
    if not result.size:
        return result
    for first, meant, block in blocks_with_neighbours(source, sizes[0] // 2):
        result[first : first + meant.stop - meant.start] = _means(block, sizes, mode)[meant]
    return result


def _means(block: Array, sizes: tuple[int, int], mode: EdgeMode) -> NDArray[np.float64]:
    """Return the means around all pixels of a block."""
    if is_huge(block):  # in units in which sums do not overflow
        return np.asarray(np.ldexp(_means(np.ldexp(block, -LESS), sizes, mode), LESS))
    frames = block.astype(np.float64)
    there = np.isfinite(frames) if block.dtype.kind == "f" else None
    if there is None or there.all():
        return _uniform(frames, sizes, mode)
    weights = there.astype(np.float64)
    frames[~there] = 0
    shares = _uniform(weights, sizes, mode)
    found: NDArray[np.float64] = np.divide(
        _uniform(frames, sizes, mode), shares, out=np.full_like(frames, np.nan), where=there
    )
    return found


def _uniform(frames: NDArray[np.float64], sizes: tuple[int, int], mode: EdgeMode) -> NDArray[np.float64]:
    """Return the means of boxes: in space in all threads, then in time."""
    from scipy.ndimage import uniform_filter, uniform_filter1d

    cuts = np.linspace(0, len(frames), min(kernels.thread_count(), len(frames)) + 1).astype(int).tolist()

    def in_space(number: int) -> None:
        part: Any = frames[cuts[number] : cuts[number + 1]]
        uniform_filter(part, (0, sizes[1], sizes[1]), output=part, mode=mode)

    if sizes[1] > 1:
        kernels.run_in_threads(in_space, len(cuts) - 1, len(cuts) - 1)
    return frames if sizes[0] == 1 else uniform_filter1d(frames, sizes[0], axis=0, mode=mode)
