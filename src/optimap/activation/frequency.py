"""compute_dominant_frequency_map: the frequency with the most power in each pixel.

Each signal, less its line, is multiplied by Hann's window and continued by zeros to four times its length; a parabola
through the logarithms of three samples of the spectrum gives the frequency between them. Where no amplitude is five
times the median one, as in noise, there is no dominant frequency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from .._base import (
    ArgumentError,
    Array,
    Floats,
    VideoLike,
    budget,
    positive_number,
    progress_bar,
    refuse_device_array,
)
from .._reading import Source, as_source, parse_sigma
from .._series import in_units
from .blocks import each_block, whole_in_time
from .keywords import rate_of
from .tiles import Tile, parse_mask, read_tile, series_of, tiles_of

Work = Callable[[Array, Array], Floats]  # from pixels (T, n) and which of them are there

PADDING = 4
LEAST = 5.0  # times the median amplitude
LOBE = 2.0  # bins of the spectrum that the window smears: what is nearer to 0 is drift
FEWEST = 8  # samples


def compute_dominant_frequency_map(
    video: VideoLike | ArrayLike,
    fps: float | None = None,
    *,
    min_frequency: float | None = None,
    max_frequency: float | None = None,
    mask: object = None,
    spatial: float = 0,
) -> Array:
    """Return the frequency with the largest power in each pixel.

    Parameters
    ----------
    video : (T, H, W) array-like
        Arrays, recordings, memory maps, dask arrays; read in tiles. Not modified.
    fps : float, optional
        Frames per second; by default that of the recording.
    min_frequency, max_frequency : float, optional
        Only frequencies from one to the other are looked at; by default those from 2 cycles in the recording up to half
        the frame rate.
    mask, spatial
        As for `compute_beat_maps`.

    Returns
    -------
    (H, W) float64 array
        In Hz with a rate, else in cycles per frame. NaN where the largest amplitude in the spectrum is below 5 times
        the median, in pixels with NaN, and outside the mask.

    Raises
    ------
    ValueError
        If there are fewer than 8 frames, or no frequencies in the range.

    See Also
    --------
    show_dominant_frequency_map

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_dominant_frequency_map
    >>> t = np.arange(500) / 100  # s
    >>> video = np.sin(2 * np.pi * np.array([4.3, 6.1]) * t[:, np.newaxis])[:, np.newaxis]
    >>> compute_dominant_frequency_map(video, fps=100).round(2).tolist()
    [[4.3, 6.1]]
    """
    refuse_device_array(video, "video", "finding frequencies")
    source = as_source(video)
    rate = rate_of(source, fps)
    frames = source.shape[0]
    if frames < FEWEST:
        raise ArgumentError("video", frames, f"has {frames} frames", f"give at least {FEWEST}", subject="video")
    low, high = _range(min_frequency, max_frequency, rate or 1.0, frames)
    there, width = parse_mask(mask, source.frame_shape), parse_sigma(spatial, "spatial")
    source = whole_in_time(source)
    result = np.full(source.frame_shape, np.nan)
    found = _of_blocks if source.reach == "dask" else _of_tiles
    for tile, frequencies in found(source, there, width, partial(_frequencies, low=low, high=high)):
        place = np.s_[tile.top : tile.bottom, tile.left : tile.right]
        result[place] = frequencies.reshape(result[place].shape)
    return result * (rate or 1.0)


def _of_blocks(source: Source, there: Array, width: float, work: Work) -> Iterator[tuple[Tile, Floats]]:
    """Yield the frequencies in each block of a dask array."""
    return each_block(source, there, width, np.dtype(np.float64).itemsize, work)


def _of_tiles(source: Source, there: Array, width: float, work: Work) -> Iterator[tuple[Tile, Floats]]:
    """Yield the frequencies in each tile, which are computed in all threads."""
    frames = source.shape[0]
    step = _at_once(frames)
    with progress_bar(source.frame_bytes * frames) as advance:
        for tile in tiles_of(source, width):
            pixels = read_tile(source, tile, width)
            inside = there[tile.top : tile.bottom, tile.left : tile.right].ravel()
            found = np.empty(tile.pixels)

            def part(number: int, pixels: Array = pixels, inside: Array = inside, found: Array = found) -> None:
                some = slice(number * step, (number + 1) * step)
                found[some] = work(pixels[:, some], inside[some])

            kernels.run_in_threads(part, -(-tile.pixels // step), kernels.thread_count())
            yield tile, found
            advance(tile.pixels * frames * source.dtype.itemsize)


def _at_once(frames: int) -> int:
    """Return how many pixels are computed at once."""
    return max(1, budget().tile_values // (PADDING * frames))


def _frequencies(pixels: Array, inside: Array, low: float, high: float) -> Floats:
    """Return the frequency of each of the pixels (T, n) that are inside, a few at a time; NaN for the others."""
    found = np.full(len(inside), np.nan)
    chosen = np.flatnonzero(inside)
    step = _at_once(len(pixels))
    for start in range(0, len(chosen), step):
        some = chosen[start : start + step]
        found[some] = _dominant(series_of(pixels, some, 1), low, high)
    return found


def _range(lowest: object, highest: object, rate: float, frames: int) -> tuple[float, float]:
    """Return the range of frequencies in cycles per frame."""
    low = LOBE / frames if lowest is None else positive_number(lowest, "min_frequency") / rate
    high = 0.5 if highest is None else positive_number(highest, "max_frequency") / rate
    if low >= 0.5:
        raise ArgumentError(
            "min_frequency", lowest, f"is not below half the rate, {rate / 2:g}", "choose a smaller one"
        )
    if not high > low:
        problem, cure = f"is not above the lowest frequency, {low * rate:g}", "choose a larger one"
        raise ArgumentError("max_frequency", highest, problem, cure)
    return low, min(high, 0.5)


def _dominant(series: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Return the frequency with the largest power in each row of (m, T), in cycles per frame, or NaN."""
    from scipy.fft import next_fast_len, rfft

    series, count = in_units(series)[0], series.shape[1]  # squares would overflow, or vanish
    t = np.arange(count) - (count - 1) / 2
    flat = series - series.mean(axis=1, keepdims=True)
    # A line: bleaching. Each row is added up alone, so that no bit depends on the others, as with matrices.
    flat -= (np.einsum("ij,j->i", flat, t) / (t @ t))[:, np.newaxis] * t
    length = next_fast_len(PADDING * count, real=True)
    power = np.abs(rfft(flat * np.hanning(count), length, axis=1)) ** 2
    first, last = int(np.ceil(low * length)), int(np.floor(high * length))
    first, last = max(1, min(first, power.shape[1] - 2)), max(1, min(last, power.shape[1] - 2))
    with np.errstate(invalid="ignore"):
        inside = power[:, first : last + 1]
        # The edge of the range is not a peak, but the slope of one outside it.
        is_peak = (inside >= power[:, first - 1 : last]) & (inside >= power[:, first + 1 : last + 2])
        at = first + np.where(is_peak, inside, -1).argmax(axis=1)
        rows = np.arange(len(power))
        middle = power[:, int(np.ceil(LOBE * length / count)) :]
        is_clear = (
            is_peak.any(axis=1) & (power[rows, at] >= LEAST**2 * np.median(middle, axis=1)) & (power[rows, at] > 0)
        )
    tiny = np.finfo(np.float64).tiny
    before, here, after = (np.log(np.maximum(power[rows, at + step], tiny)) for step in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = np.where(bend < 0, (before - after) / np.where(bend < 0, 2 * bend, 1), 0)
    # Rounding alone has peaks, too.
    is_signal = np.abs(flat).max(axis=1) > 1e-10 * np.abs(series).max(axis=1)
    return np.asarray(np.where(is_clear & is_signal, (at + np.clip(shift, -0.5, 0.5)) / length, np.nan))
