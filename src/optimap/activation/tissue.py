"""mask_tissue: which pixels show tissue, by their brightness."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._base import ArgumentError, Array, VideoLike, positive_number, progress_bar, refuse_device_array
from .._reading import Source, as_source, plan_reading, walk_blocks
from .._regions import find_places

BINS = 256


def mask_tissue(video: VideoLike | ArrayLike, *, min_share: float = 0.1) -> NDArray[np.bool_]:
    """Return which pixels show tissue: those that are brighter than the background.

    The mean image is split by Otsu's threshold; the largest connected part and others that are not much smaller are
    kept, and holes in them are filled.

    Parameters
    ----------
    video : (T, H, W) or (H, W) array-like
        A recording, or an image of the tissue. Not modified.
    min_share : float
        Parts with at least this share of the pixels of the largest one are kept.

    Returns
    -------
    (H, W) array of bool
        Pixels that are NaN are not tissue, unless tissue surrounds them.

    Raises
    ------
    ValueError
        If the image is the same everywhere.

    References
    ----------
    Otsu, N. A threshold selection method from gray-level histograms. IEEE Trans. Syst. Man Cybern. 9, 62 (1979).

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import mask_tissue
    >>> from optimap.datasets import simulated_tissue
    >>> recording = simulated_tissue()
    >>> bool((mask_tissue(recording.video) == recording.tissue).mean() > 0.95)
    True
    """
    from scipy.ndimage import binary_fill_holes, label

    share = positive_number(min_share, "min_share", "a number above 0, at most 1")
    if share > 1:
        raise ArgumentError.must_be("min_share", min_share, "a number above 0, at most 1")
    image = _mean_image(video)
    bright = np.nan_to_num(image, nan=-np.inf) > _threshold(image)
    numbers, count = label(bright)
    sizes = np.bincount(numbers.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = sizes >= share * sizes.max()
    kept[0] = False
    return np.asarray(binary_fill_holes(kept[numbers]), bool)


def _mean_image(video: object) -> Array:
    """Return the mean of all frames, or an image as it is."""
    refuse_device_array(video, "video", "finding tissue")
    if getattr(video, "ndim", None) == 2 or (isinstance(video, (list, tuple)) and np.ndim(video) == 2):
        image = np.asarray(video)
        return np.asarray(as_source(image[np.newaxis], "video").video[0], np.float64)
    source = as_source(video)
    if source.reach == "dask":
        return np.asarray(source.video.mean(axis=0), np.float64)
    return _mean_of_frames(source)


def _mean_of_frames(source: Source) -> Array:
    """Return the mean of all frames, read block by block."""
    everywhere = find_places(np.ones(source.frame_shape, bool), source.frame_shape)
    plan = plan_reading(source, everywhere.spans)
    # A power of two, which changes no digit, keeps sums of huge numbers from overflowing.
    share = 0.5 ** (source.shape[0].bit_length() if source.dtype.kind == "f" and source.dtype.itemsize > 4 else 0)
    total = np.zeros(source.frame_shape)
    with progress_bar(source.frame_bytes * source.shape[0]) as advance:
        for _, number, block in walk_blocks(source, plan):
            top, bottom, left, right = plan.boxes[number] or (0, source.shape[1], 0, source.shape[2])
            total[top:bottom, left:right] += (block if share == 1 else block * share).sum(axis=0, dtype=np.float64)
            advance(block.nbytes)
    return total / (max(1, source.shape[0]) * share)


def _threshold(image: Array) -> float:
    """Return the value that splits an image into two classes with the largest variance between them."""
    values = image[np.isfinite(image)]
    if len(values) == 0 or values.min() == values.max():
        problem = "is the same everywhere" if len(values) else "has no pixels that are not NaN"
        raise ArgumentError("video", image, problem, "measure all pixels, without a mask", subject="the mean image")
    low = values.min()
    size = values.max() - low  # bins are shares of this: their squares cannot overflow, and all have a width
    counts, edges = np.histogram((values - low) / size, BINS)
    centres = (edges[1:] + edges[:-1]) / 2
    below = counts.cumsum()[:-1].astype(np.float64)
    above = len(values) - below
    sums = (counts * centres).cumsum()
    means_below, means_above = sums[:-1] / np.maximum(below, 1), (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    variance = below * above * (means_above - means_below) ** 2
    best = np.flatnonzero(variance >= variance.max() * (1 - 1e-12))  # between two peaks, many are as good
    return float(low + size * (edges[1:][best[0]] + edges[1:][best[-1]]) / 2)
