"""compute_activation_map: one activation of each pixel of a video, by its slope or by a threshold.

The compiled loops take frames as they are; videos that are not in memory reach them in tiles. Maps of several beats,
of durations and amplitudes, are made by `beat_maps`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .. import kernels
from .._base import (
    ActivationMethod,
    ArgumentError,
    Array,
    Floats,
    VideoLike,
    check_flag,
    given_fps,
    refuse_device_array,
)
from .._draw import check_axes, check_scale
from .._reading import Source, above_first, as_source, is_ready, prepare
from .blocks import each_block, whole_in_time
from .coherence import Sample
from .event_search import LASTING, MIN_SNR
from .events import METHODS, parse_threshold
from .isochrones import show_activation_map
from .keywords import check_known
from .old_calls import takes_old_calls
from .tiles import parse_mask, read_tile, tiles_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGMA = 2.0  # frames
Place = tuple[slice, slice]  # rows and columns
Loop = Callable[[Array], Floats]  # from frames (T, H, W) to times (H, W)


def _compute_first_passage(
    video: VideoLike | ArrayLike,
    threshold: float = 0.5,
    inverted: bool = False,
    fps: float | None = None,
    set_nan_for_inactive: bool = True,
    show: bool = True,
    cmap: str = "jet",
) -> Floats:
    """Return the first frame beyond a threshold, in ms if `fps` is given: what 0.3.1 computed."""
    level = parse_threshold(threshold)
    for name, flag in (("inverted", inverted), ("set_nan_for_inactive", set_nan_for_inactive), ("show", show)):
        check_flag(flag, name)
    scale = 1.0 if fps is None else 1000 / given_fps(fps)
    check_scale(cmap, None, None)
    sign = -1 if inverted else 1
    found = _map_of(video, lambda frames: kernels.crossing_times(frames, sign, level, 0, MIN_SNR, True), sign) * scale
    if not set_nan_for_inactive:
        found = np.where(np.isnan(found), 0.0, found)
    if show:
        label = f"Activation Time [{'frames' if fps is None else 'ms'}]"
        show_activation_map(found, None, cmap=cmap, title="Activation Map", colorbar_title=label)
    return found


@takes_old_calls(_compute_first_passage)
def compute_activation_map(
    video: VideoLike | ArrayLike,
    method: ActivationMethod = "maximum_derivative",
    falling_edge: bool = False,
    interpolate: bool = False,
    threshold: float = 0.5,
    normalize_time: bool = True,
    set_nan_for_inactive: bool = True,
    show: bool = True,
    **kwargs: Any,
) -> Floats:
    """Compute when each pixel of a video is activated: one activation, of one beat.

    Parameters
    ----------
    video : (T, H, W) array-like
        The frames around the upstroke of one beat, for example ``video[100:140]``; of several beats, the steepest
        upstroke counts, or the first crossing. Anything with shape, dtype and slicing; not modified.
    method : {'maximum_derivative', 'threshold_crossing'}
        The steepest slope, of the derivative of a Gaussian (sigma 2 frames), or the first crossing of `threshold` that
        lasts for 4 frames, for which the video should be normalized.
    falling_edge : bool
        Activations fall: the signal has negative polarity.
    interpolate : bool
        Compute times to a fraction of a frame; otherwise the closest frame.
    threshold : float
        For ``'threshold_crossing'``.
    normalize_time : bool
        Count from the earliest activation in the map.
    set_nan_for_inactive : bool
        Pixels without activation are NaN; otherwise infinity.
    show : bool
        Show the map.
    **kwargs
        How it is shown, see `show_activation_map`: `fps` for times in ms, `cmap`, `vmax`, `show_contours` ... An
        `ax` is drawn on. `inverted` is another name of `falling_edge`.

    Returns
    -------
    (H, W) float64 array
        Times in frames, with or without `fps`. A pixel has no activation if noise explains its slopes: noise alone
        gives a map without activations. Pixels that are NaN in any frame are NaN.

    Raises
    ------
    ValueError
        If the method is unknown, the video is none, or an argument is outside its range.
    TypeError
        If the pixels are not real numbers, or a keyword is unknown.

    Notes
    -----
    Calls in the form of the published package 0.3.1, ``compute_activation_map(video, threshold=0.5, inverted=False,
    fps=None, set_nan_for_inactive=True, show=True, cmap='jet')``, give what they gave there: the first frame beyond the
    threshold, not counted from the earliest, and in ms if `fps` is given. Calls that give `threshold` without a method,
    a number as the second argument, or `inverted` with `fps` are taken for these.

    See Also
    --------
    compute_beat_maps : All beats, with durations and amplitudes.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_activation_map
    >>> frames = np.arange(60)[:, None, None]
    >>> delay = np.array([[0, 0.5, 1.2]])
    >>> video = 1 / (1 + np.exp(20 + delay - frames))
    >>> compute_activation_map(video, interpolate=True, show=False).round(1).tolist()
    [[0.0, 0.5, 1.2]]
    >>> compute_activation_map(video, normalize_time=False, show=False).tolist()
    [[20.0, 20.0, 21.0]]
    """
    if "inverted" in kwargs:
        if falling_edge:
            problem = "is given together with falling_edge"
            raise ArgumentError("inverted", kwargs["inverted"], problem, "give falling_edge alone", subject="inverted")
        falling_edge = kwargs.pop("inverted")
    flags = {"falling_edge": falling_edge, "interpolate": interpolate, "normalize_time": normalize_time}
    for name, flag in {**flags, "set_nan_for_inactive": set_nan_for_inactive, "show": show}.items():
        check_flag(flag, name)
    sign = -1 if falling_edge else 1
    loop = _parse_method(method, sign, parse_threshold(threshold))
    check_known(kwargs, show_activation_map, without=["activation_map"])
    _check_drawing(**kwargs)
    found = _map_of(video, loop, sign)
    times = found if interpolate else np.rint(found)
    if normalize_time and np.isfinite(times).any():
        times = times - np.nanmin(times)
    if show:
        show_activation_map(times, **{"title": "Activation Map", **kwargs})
    return times if set_nan_for_inactive else np.where(np.isnan(found), np.inf, times)


def _parse_method(method: object, sign: int, threshold: float) -> Loop:
    """Return the loop of a method."""
    if not isinstance(method, str) or method not in METHODS:
        raise ArgumentError.must_be("method", method, "'maximum_derivative' or 'threshold_crossing'")
    if method == METHODS[0]:
        return lambda frames: kernels.upstroke_times(above_first(frames), sign, SIGMA, MIN_SNR)
    return lambda frames: kernels.crossing_times(frames, sign, threshold, LASTING // 2, MIN_SNR)


def _check_drawing(
    ax: Axes | None = None,
    fps: float | None = None,
    cmap: str = "turbo",
    vmin: float | None = 0,
    vmax: float | None = None,
    **others: Mapping[str, object] | Sequence[str] | object,
) -> None:
    """Raise the errors of the drawing before any work is done, whether or not the map is shown."""
    check_axes(ax)
    check_scale(cmap, vmin, vmax)
    if fps is not None:
        given_fps(fps)


def _map_of(video: VideoLike | ArrayLike, loop: Loop, sign: int) -> Floats:
    """Return the times of all pixels; none if they are those of noise."""
    refuse_device_array(video, "video", "finding activations")
    source = as_source(video)
    if source.shape[0] == 0:
        raise ArgumentError("video", video, "has no frames", "give at least 3", subject="video")
    parse_mask(None, source.frame_shape)
    if not _is_direct(source):
        source = whole_in_time(source)
    sample = Sample(source.shape)
    found = _times(source, loop, sample)
    return np.full_like(found, np.nan) if sample.is_of_noise(sign) else found


def _times(source: Source, loop: Loop, sample: Sample) -> Floats:
    """Return the times of all pixels, tile by tile if the frames are not in the form that the loops need."""
    if _is_direct(source) and source.frames is not None:
        frames = prepare(source.frames)
        found = loop(frames)
        for place in sample.parts:
            sample.put(place, found[place], frames[:, *place][:, sample.needed[place]])
        return found
    found = np.full(source.frame_shape, np.nan)
    for place, times, signals in (_of_blocks if source.reach == "dask" else _of_tiles)(source, loop, sample.needed):
        found[place] = times.reshape(found[place].shape)
        sample.put(place, found[place], signals)
    return found


def _of_blocks(source: Source, loop: Loop, needed: Array) -> Iterator[tuple[Place, Floats, Array]]:
    """Yield where each block of a dask array is, its times, and the signals of the pixels that are needed."""

    def work(pixels: Array, some: Array) -> tuple[Floats, Array]:
        return loop(pixels[:, None]), pixels[:, some]

    for tile, found in each_block(source, needed, 0, np.dtype(np.float64).itemsize, work):
        yield np.s_[tile.top : tile.bottom, tile.left : tile.right], *found


def _of_tiles(source: Source, loop: Loop, needed: Array) -> Iterator[tuple[Place, Floats, Array]]:
    """Yield the same for each tile."""
    for tile in tiles_of(source, 0):
        pixels, place = read_tile(source, tile, 0), np.s_[tile.top : tile.bottom, tile.left : tile.right]
        yield place, loop(pixels.reshape(len(pixels), *needed[place].shape)), pixels[:, needed[place].ravel()]


def _is_direct(source: Source) -> bool:
    """Whether the loops take the frames where they are."""
    return source.frames is not None and source.mapping is None and is_ready(source.frames)
