"""extract_traces: the traces of positions or regions in a video; and show_traces, which draws traces of any form.

The regions that `extract_traces` takes are made by `_regions`; blocks of frames are read and summed by `_extract`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._base import (
    ArgumentTypeError,
    ExtractKeywords,
    HostVideo,
    LineKeywords,
    Names,
    NanPolicy,
    PlacesLike,
    Traces,
    VideoLike,
    Weights,
    Window,
    is_dask,
)
from .._draw import MOST_LABELS, Colors, check_traces_arguments, draw_traces
from .._extract import check_nan_policy, span_traces
from .._reading import Source, as_source, is_labelled
from .._regions import Places, find_background, find_places
from .._regions import Regions as Regions
from .._regions import collage_positions as collage_positions
from .._regions import get_default_trace_window as get_default_trace_window
from .._regions import positions_from_A_to_B as positions_from_A_to_B
from .._regions import random_positions as random_positions
from .._regions import regions as regions
from .._regions import save_regions as save_regions
from .._regions import set_default_trace_window as set_default_trace_window
from .._series import given_series
from .._tables import TraceTable, as_data_array

if TYPE_CHECKING:
    import dask.array
    import xarray
    from matplotlib.axes import Axes


@overload
def extract_traces(
    video: NDArray[Any],
    coords: PlacesLike,
    size: int = 5,
    show: bool = False,
    window: Window | None = None,
    **kwargs: Unpack[ExtractKeywords],
) -> Traces: ...
@overload
def extract_traces(
    video: dask.array.Array,
    coords: PlacesLike,
    size: int = 5,
    show: bool = False,
    window: Window | None = None,
    **kwargs: Unpack[ExtractKeywords],
) -> dask.array.Array: ...
@overload
def extract_traces(
    video: xarray.DataArray,
    coords: PlacesLike,
    size: int = 5,
    show: bool = False,
    window: Window | None = None,
    **kwargs: Unpack[ExtractKeywords],
) -> xarray.DataArray: ...
@overload
def extract_traces(
    video: HostVideo | Sequence[Any],
    coords: PlacesLike,
    size: int = 5,
    show: bool = False,
    window: Window | None = None,
    **kwargs: Unpack[ExtractKeywords],
) -> Traces: ...
@overload
def extract_traces(
    video: VideoLike,
    coords: PlacesLike,
    size: int = 5,
    show: bool = False,
    window: Window | None = None,
    **kwargs: Unpack[ExtractKeywords],
) -> Any: ...
def extract_traces(
    video: VideoLike | ArrayLike,
    coords: PlacesLike,
    size: int = 5,
    show: bool = False,
    window: Window | None = None,
    *,
    nan_policy: NanPolicy = "propagate",
    weights: Weights | None = None,
    background: PlacesLike = None,
    background_factor: float = 1.0,
    **kwargs: Any,
) -> Any:
    """Extract time-series from a video: the mean of a window around each position, or of each region, in every frame.

    Parameters
    ----------
    video : (T, H, W) array-like
        Any real dtype, byte order and strides; memory maps, h5py datasets, `optimap.video.Recording`, nested lists:
        anything with ``shape``, ``dtype`` and slicing. It is read in blocks of frames and never modified. Masked
        pixels of a masked array count as NaN. The dimensions of an `xarray.DataArray` may be in any order if they are
        named (``time``, ``y``, ``x``, and other usual names). For a dask array, the traces are a dask array, computed
        on request. Arrays of PyTorch, CuPy and JAX, and others that follow the array API standard, stay on their device
        (extra ``arrays``).
    coords : (x, y) or sequence of (x, y), in pixels; or regions
        Column first, row second, origin at the top left: ``(5, 10)`` is the pixel ``video[:, 10, 5]``. Fractional
        positions are exact. Valid positions satisfy ``-0.5 <= x < W - 0.5``, and likewise for y.

        Or regions of any shape, see `regions`: a boolean mask ``(H, W)``; a label image ``(H, W)``, one trace for
        each label in order, 0 is the background; a stack of masks or weights ``(N, H, W)``; a list of polygons
        ``(M, 2)``; a file of ImageJ, suite2p, cellpose, CaImAn, napari or QuPath, an image file, or a ``.csv`` file
        of positions; or the result of `regions`. A single polygon is a list of one,
        ``[[(2, 2), (9, 2), (9, 9)]]``, since ``[(2, 2), (9, 2), (9, 9)]`` is three positions. Regions are clipped at
        the frame's edge, and where they overlap, each keeps all its pixels.
    size : int
        Width of the window around positions in pixels; 0 and 1 are the single pixel. Regions have their own size.
    show : bool
        Draw the traces with `show_traces`; giving ``ax`` does so, too. Without `x` and `fps`, the x-axis is in seconds
        if the video states its rate or times. Traces on a device are copied to the host first.
    window : {'rect', 'disc', 'pixel'}, optional
        The default is that of `get_default_trace_window`.

        - ``'rect'``: the square of rows ``y - size//2`` to ``y - size//2 + size - 1``, columns likewise. An even
          size extends one pixel further up and to the left.
        - ``'disc'``: the pixels whose centres lie inside the circle of diameter `size` inscribed in that square.
        - ``'pixel'``: the one pixel.

        At fractional positions, rect and pixel weight each pixel by the area that the shifted square covers (a
        pixel window is bilinear interpolation); a disc tests pixel centres against the shifted circle. Windows are
        clipped at the frame's edge, and the mean is over the remaining pixels.
    nan_policy : {'propagate', 'omit', 'raise'}
        A NaN in a window makes that sample NaN, is left out of the mean (all NaN: NaN), or is an error.
    weights : {'mean', 'sum'}, optional
        ``'mean'``, the default: the mean over the pixels of each window or region, weighted if it has weights (which
        are scaled to sum 1; they may be negative). ``'sum'``: the sum of pixels times weights, as they are.
    background : number or region, optional
        Subtracted from every trace: a number, or the trace of a region, given in any form that `coords` takes. One
        for all traces, or one for each. A position has the same window as `coords`.
    background_factor : float
        ``r`` in ``F - r * F_background``.
    **kwargs
        Passed to `show_traces` when drawing.

    Returns
    -------
    (T, N) array, or (T,) for one position, mask or outline given alone
        float32 for float16 and float32 videos, else float64. Sums of integers are exact; floats are accumulated in
        double precision, and the background is subtracted before rounding. Without positions, the shape is ``(T, 0)``.
        For a dask array, the result is a dask array with the same chunks in time, just as exact; it is computed if it
        is drawn. For an array of another library, the result is an array of that library on the same device, in float32
        throughout if the device or the library has no float64. For an `xarray.DataArray`, the result is one, as
        `to_xarray` makes it, with the time coordinate of the video.

    Raises
    ------
    ValueError
        If the video is not 3-D; a position is outside the frame, not finite or not a pair; `size` is negative or
        not whole; `window`, `weights` or `nan_policy` is unknown; there is a NaN under ``'raise'``; a region is empty,
        wholly outside the frame, or has weights that sum to 0; an array could be regions or positions; the number of
        backgrounds does not fit. For more, see `regions`.
    TypeError
        If pixels or positions are not real numbers, a tensor is sparse, or for an unknown keyword.
    ImportError
        If the video is an array of another library and the extra ``arrays`` is not installed.

    See Also
    --------
    regions, show_regions, show_traces, optimap.video.open_video

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import extract_traces
    >>> video = np.arange(2 * 4 * 6).reshape(2, 4, 6)
    >>> extract_traces(video, (5, 2), size=1)
    array([17., 41.])
    >>> extract_traces(video, [(5, 2), (1.5, 1)], size=3, window="rect")
    array([[16.5,  7.5],
           [40.5, 31.5]])

    The mean of a mask, less 0.7 times the mean of another:

    >>> cell, around = np.zeros((2, 4, 6), bool)
    >>> cell[1, 2:4], around[3] = True, True
    >>> extract_traces(video, cell, background=around, background_factor=0.7)
    array([-5.85,  1.35])
    """
    source = as_source(video)
    places = find_places(coords, source.frame_shape, size, window, weights)
    spans = places.spans
    behind = find_background(background, background_factor, spans, source.frame_shape, size, window)
    check_nan_policy(nan_policy)
    draw = show or "ax" in kwargs
    is_timed = draw and kwargs.get("x") is None and kwargs.get("fps") is None and source.axis_times is not None
    if is_timed:
        kwargs.update({"fps": source.fps} if source.fps is not None else {"x": source.axis_times})
    if draw and "labels" not in kwargs and spans.names is not None and len(places) <= MOST_LABELS:
        kwargs["labels"] = spans.names
    if draw or kwargs:
        _check_plot_arguments(kwargs, draw, source.shape[0], len(places))
    traces = span_traces(source, spans, nan_policy, behind, background_factor)
    result = traces[:, 0] if places.single else traces
    if draw:
        result = np.asarray(result) if is_dask(result) else result  # computed once
        ax = draw_traces(result, **kwargs)
        if is_timed:
            ax.set_xlabel("Time [s]")
    return _labelled(result, places, source) if is_labelled(video) else result


def _labelled(traces: Any, places: Places, source: Source) -> xarray.DataArray:
    """Return traces with the times of the video, and the positions or names as labels."""
    names = None if places.names is None else list(places.names)
    is_known = source.times is not None and bool(np.isfinite(source.times).all())
    return as_data_array(
        TraceTable(traces, x=source.times if is_known else None, positions=places.positions, names=names)
    )


def _check_plot_arguments(kwargs: dict[str, Any], draw: bool, frames: int, traces: int) -> None:
    """Raise the errors that drawing would raise, before any work is done."""
    if draw:
        check_traces_arguments((frames, traces), **kwargs)
    elif kwargs:
        name, value = next(iter(kwargs.items()))
        problem = "is a keyword of show_traces() or unknown, and nothing is drawn here"
        raise ArgumentTypeError(name, value, problem, "draw with show=True, or leave it out", keyword="show")


def show_traces(
    traces: ArrayLike | TraceTable,
    x: ArrayLike | None = None,
    fps: float | None = None,
    colors: Colors = None,
    labels: Names = None,
    ax: Axes | None = None,
    *,
    stack: bool | None = None,
    scale_bar: bool = False,
    **kwargs: Unpack[LineKeywords],
) -> Axes:
    """Plot one or more traces over time.

    Long traces are reduced to the minimum and maximum at each pixel whenever the view changes, so that a million
    samples are drawn instantly and no peak is lost.

    Parameters
    ----------
    traces : (T,) or (T, N) array-like, or TraceTable
        NaN leaves a gap. Tables, arrays of xarray, data frames and the like have their times on the x-axis, and their
        names as labels if there are at most 12, unless other ones are given.
    x : (T,) array-like, optional
        Values on the x-axis.
    fps : float, optional
        Frames per second: the x-axis is in seconds. Without `x` and `fps` it is in frames.
    colors : color or sequence of N colors, optional
        One for all, or one for each; by default those of a set of 24, of which the first eight differ with any kind of
        colour blindness, too.
    labels : str or sequence of N str, optional
        Names for the legend, which is next to the traces or where none is; of stacked traces, and of more than 12, the
        names are at the ends of the lines. More than 8 traces without names are numbered there, from 1 on.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    stack : bool, optional
        Draw the traces one above the other, the first on top, each shifted but all to the same scale, with a bar for
        the amplitude in place of the y-axis. By default more than 8 traces are stacked, unless other lines are there.
    scale_bar : bool
        Draw bars for time and amplitude in place of the axes.
    **kwargs
        Passed to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    matplotlib.axes.Axes
        Lines of traces with more than 10,000 samples hold the points that are drawn, not every sample; such traces are
        kept by reference and read again when the view changes.

    Raises
    ------
    ValueError
        If `traces` is not 1-D or 2-D; both `x` and `fps` are given; ``fps <= 0``; `x`, `colors` or `labels` have the
        wrong length.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import show_traces
    >>> ax = show_traces(np.random.default_rng(0).normal(size=(500, 2)), fps=500, labels=["a", "b"])
    >>> ax.get_xlabel()
    'Time [s]'
    """
    given = given_series(traces, "traces")
    if x is None and fps is None:
        x, fps = (given.x, None) if given.x is not None else (None, given.fps)
    if labels is None and given.names is not None and len(given.names) <= MOST_LABELS:
        labels = given.names
    return draw_traces(given.values, x, fps, colors, labels, ax, stack=stack, scale_bar=scale_bar, **kwargs)


def show_trace(
    traces: ArrayLike | TraceTable,
    x: ArrayLike | None = None,
    fps: float | None = None,
    colors: Colors = None,
    labels: Names = None,
    ax: Axes | None = None,
    *,
    stack: bool | None = None,
    scale_bar: bool = False,
    **kwargs: Unpack[LineKeywords],
) -> Axes:
    """Plot one or more traces: another name for `show_traces`.

    Parameters
    ----------
    traces, x, fps, colors, labels, ax, **kwargs
        As for `show_traces`.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from optimap.trace import show_trace
    >>> ax = show_trace([1, 2, 1], fps=500)
    """
    return show_traces(traces, x, fps, colors, labels, ax, stack=stack, scale_bar=scale_bar, **kwargs)
