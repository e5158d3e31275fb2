"""extract_traces: video x spans -> traces.

The frames are walked block by block (`_video.blocks`); a block's traces are computed while the next block is read,
so that decoding overlaps computing and at most two blocks are in memory.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from ._arrays import is_device_array
from ._arrays_extract import device_span_traces
from ._positions import parse_positions
from ._video import as_video, blocks, read_sparsely
from ._windows import Spans, check_size, check_window, window_spans

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Array = NDArray[Any]

NAN_POLICIES = ("propagate", "omit", "raise")


def extract_traces(
    video: Any,
    coords: "ArrayLike",
    size: int = 5,
    show: bool = False,
    window: str | None = None,
    *,
    nan_policy: str = "propagate",
    **kwargs: Any,
) -> Array:
    """Extract time-series from a video: the mean of a window around each position, in every frame.

    Parameters
    ----------
    video : (T, H, W) array-like
        Any real dtype, byte order and strides; memory maps, h5py datasets, `optimap.video.Recording`, nested lists:
        anything with ``shape``, ``dtype`` and slicing. It is read in blocks of frames and never modified. Masked
        pixels of a masked array count as NaN. Arrays of PyTorch, CuPy and JAX, and others that follow the array API
        standard, stay on their device (extra ``arrays``).
    coords : (x, y) or sequence of (x, y), in pixels
        Column first, row second, origin at the top left: ``(5, 10)`` is the pixel ``video[:, 10, 5]``. Fractional
        positions are exact; valid is ``-0.5 <= x < W - 0.5``, and the same for y.
    size : int
        Width of the window in pixels; 0 and 1 are the single pixel.
    show : bool
        Draw the traces with `show_traces`; so does giving ``ax``. Traces on a device are copied to the host for it.
    window : {'rect', 'disc', 'pixel'}, optional
        The default is that of `get_default_trace_window`.

        - ``'rect'``: the square of rows ``y - size//2`` to ``y - size//2 + size - 1``, columns likewise. An even
          size reaches one pixel further to the top left.
        - ``'disc'``: the pixels whose centres lie inside the circle of diameter `size` inscribed in that square.
        - ``'pixel'``: the one pixel.

        At fractional positions, rect and pixel weight each pixel by the area that the shifted square covers (a
        pixel window is bilinear interpolation); a disc tests pixel centres against the shifted circle. Windows are
        clipped at the frame's edge, and the mean is over the pixels that are left.
    nan_policy : {'propagate', 'omit', 'raise'}
        A NaN in a window makes that sample NaN, is left out of the mean (all NaN: NaN), or is an error.
    **kwargs
        Passed to `show_traces` when drawing.

    Returns
    -------
    (T, N) array, or (T,) for one position given alone
        float32 for float16 and float32 videos, else float64. Sums of integers are exact; floats are accumulated in
        double precision. No positions give ``(T, 0)``. An array of the video's own library and device, where that is
        another than NumPy; float32 throughout where the device or the library gives no float64.

    Raises
    ------
    ValueError
        If the video is not 3-D; a position is outside the frame, not finite or not a pair; `size` is negative or
        not whole; `window` or `nan_policy` is unknown; a NaN is met under ``'raise'``.
    TypeError
        If pixels or positions are not real numbers, a tensor is sparse, or for an unknown keyword.
    ImportError
        If the video is an array of another library and the extra ``arrays`` is not installed.

    See Also
    --------
    show_traces, optimap.video.open_video

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
    """
    video = as_video(video)
    frame_shape = (int(video.shape[1]), int(video.shape[2]))
    positions, single = parse_positions(coords, frame_shape)
    size, window = check_size(size), check_window(window)
    check_nan_policy(nan_policy)
    draw = show or "ax" in kwargs
    _check_plot_arguments(kwargs, draw, int(video.shape[0]), len(positions))

    traces = span_traces(video, window_spans(positions, size, window, frame_shape), nan_policy)

    result = traces[:, 0] if single else traces
    if draw:
        from ._plot import show_traces

        show_traces(result, **kwargs)
    return result


def _check_plot_arguments(kwargs: dict[str, Any], draw: bool, frames: int, traces: int) -> None:
    if draw:
        from ._plot import check_traces_arguments

        check_traces_arguments((frames, traces), **kwargs)
    elif kwargs:
        raise TypeError(
            f"extract_traces() got {next(iter(kwargs))!r}: keywords of show_traces() go with show=True or ax=, "
            "and nothing is drawn here"
        )


def check_nan_policy(nan_policy: str) -> None:
    """Raise an error where the policy is unknown."""
    if nan_policy not in NAN_POLICIES:
        raise ValueError(f"nan_policy = {nan_policy!r}: it must be one of {', '.join(map(repr, NAN_POLICIES))}")


def span_traces(video: Any, spans: Spans, nan_policy: str = "propagate") -> Array:
    """Return the traces (T, N) of the N windows in `spans`, reading the video block by block."""
    if is_device_array(video):
        return device_span_traces(video, spans, nan_policy)  # type: ignore[no-any-return]
    windows = len(spans.first) - 1
    traces = np.empty((int(video.shape[0]), windows), kernels.result_dtype(np.dtype(video.dtype)))
    if windows == 0:
        return traces

    def compute(start: int, block: Array) -> None:
        out = traces[start : start + len(block)]
        kernels.window_means(block, spans, out, nan_policy == "omit")
        if nan_policy == "raise" and block.dtype.kind == "f":
            _raise_on_nan(block, spans, out, start)

    with read_sparsely(video, len(spans.rows)):
        if isinstance(video, np.ndarray):  # nothing to read ahead
            for start, block in blocks(video):
                compute(start, block)
        else:
            _overlapped(compute, blocks(video))
    return traces


def _overlapped(compute: Any, todo: Iterator[tuple[int, Array]]) -> None:
    """Compute each block in a second thread while this one reads the next."""
    running: Future[None] | None = None
    with ThreadPoolExecutor(1) as worker:
        for start, block in todo:
            if running is not None:
                running.result()
            running = worker.submit(compute, start, block)
        if running is not None:
            running.result()


def _raise_on_nan(block: Array, spans: Spans, out: Array, start: int) -> None:
    for t, w in zip(*np.nonzero(np.isnan(out)), strict=True):
        own = range(spans.first[w], spans.first[w + 1])
        # Infinities of both signs give NaN too: only a NaN among the pixels is one.
        if any(np.isnan(block[t, spans.rows[i], spans.starts[i] : spans.stops[i]]).any() for i in own):
            raise ValueError(
                f"video holds NaN in frame {start + t} within the window of position {w}: "
                "nan_policy='omit' leaves such pixels out, 'propagate' passes them on"
            )
