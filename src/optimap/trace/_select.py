"""Picking with the mouse: `select_positions`, `select_traces`, and `compare_traces` without coordinates.

Each function checks its arguments, opens a window (`_live`) on the front end of the moment (`_frontend`), and waits for
it where that is possible; else it returns a live `Selection`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..image._show import as_image
from ._arrays import on_host
from ._extract import check_nan_policy
from ._frontend import Frontend, choose_frontend
from ._live import ComparisonWindow, PositionsWindow, TracesWindow, frame_shape
from ._picker import PointPicker
from ._plot import time_axis
from ._video import as_video
from ._windows import check_size, check_window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[Any]
Position = tuple[float, float]


class Picked(tuple[Array, list[Position]]):
    """``(traces, positions)``, which knows the size that the window had in the end."""

    size: int


class Selection:
    """What is being picked, live: ``traces, positions = selection`` gives the present state at any time.

    Attributes
    ----------
    positions : list of (x, y)
    traces : (T, N) array
        Only of `select_traces`.
    size : int
        The present width of the window in pixels, which the wheel changes; only of `select_traces`.
    """

    def __init__(self, window: PositionsWindow) -> None:
        self.window = window

    @property
    def positions(self) -> list[Position]:
        """The positions picked so far."""
        return self.window.positions

    @property
    def traces(self) -> Array:
        """The traces at these positions, (T, N)."""
        if not isinstance(self.window, TracesWindow):
            raise AttributeError("a selection of positions has no traces")
        return self.window.traces

    @property
    def size(self) -> int:
        """The present width of the window in pixels."""
        if not isinstance(self.window, TracesWindow):
            raise AttributeError("a selection of positions has no window size")
        return self.window.size

    def __iter__(self) -> Any:
        if isinstance(self.window, TracesWindow):
            return iter((self.traces, self.positions))
        return iter(self.positions)

    def __len__(self) -> int:
        return 2 if isinstance(self.window, TracesWindow) else len(self.positions)

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index] if isinstance(self.window, TracesWindow) else self.positions[index]

    def __eq__(self, other: object) -> bool:
        return self.positions == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        picked = ", ".join(f"({x:g}, {y:g})" for x, y in self.positions) or "none yet, click on the image"
        if isinstance(self.window, TracesWindow):
            frames = len(self.window.times)
            return f"<Selection of {len(self.positions)} traces of {frames} frames, positions: {picked}>"
        return f"<Selection of {len(self.positions)} positions: {picked}>"


def select_positions(
    image: ArrayLike,
    as_integers: bool = True,
    *,
    title: str = "",
    num_points: int | None = None,
    positions: ArrayLike = (),
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    show_colorbar: bool = False,
    colorbar_title: str = "",
    block: bool | None = None,
    browser: bool | None = None,
    **kwargs: Any,
) -> "list[Position] | Selection":
    """Pick positions on an image with the mouse.

    A left click adds a position, dragging moves one, a right click removes the nearest; Ctrl+Z and Ctrl+Shift+Z undo
    and redo, Delete removes the selected one. Closing the window finishes.

    Parameters
    ----------
    image : (H, W), (H, W, 3) or (H, W, 4) array, or (T, H, W) video
        Of a video, the first frame is shown.
    as_integers : bool
        Return whole pixels, to which given `positions` are rounded, too; else exact positions.
    title : str
    num_points : int, optional
        Finish by itself when this many are picked.
    positions : (x, y) or sequence of (x, y)
        To begin with.
    vmin, vmax, cmap, show_colorbar, colorbar_title
        How the image is drawn, see `optimap.image.show_image`.
    block : bool, optional
        Wait until the window is closed. By default it waits where that is possible: everywhere but in notebooks with
        ``%matplotlib widget``, where the returned selection is live.
    browser : bool, optional
        Pick in a browser, on a page of this machine; by default where the matplotlib backend is WebAgg, or the
        environment variable ``OPTIMAP_BROWSER`` is 1.
    **kwargs
        Passed to `matplotlib.axes.Axes.imshow`.

    Returns
    -------
    list of (x, y)
        Tuples, of ints with `as_integers`. Where the call does not wait, a live `Selection` that can be used as such a
        list.

    Raises
    ------
    RuntimeError
        If there is no way to interact: no display, or a backend that only writes files. The message names the ways out.
    ValueError
        If `image` is not an image, or `positions` lie outside it.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import select_positions
    >>> positions = select_positions(np.eye(32))  # doctest: +SKIP
    """
    pixels = _as_picture(image)
    picker = PointPicker(positions, frame_shape=_height_width(pixels), as_integers=as_integers, limit=num_points)
    frontend = choose_frontend(block, browser)
    display = _display(cmap, vmin, vmax, colorbar_title if show_colorbar else None, kwargs)
    with closed_on_failure(frontend):
        figure = frontend.new_figure((7, 7))
        window = PositionsWindow(figure, pixels, picker, display, title or "Click to pick positions")
        window.sync()
    return window.positions if _run(frontend, window) else Selection(window)


def select_traces(
    video: Any,
    size: int = 5,
    ref_frame: Any = 0,
    x: ArrayLike | None = None,
    fps: float | None = None,
    *,
    window: str | None = None,
    positions: ArrayLike = (),
    as_integers: bool = True,
    num_points: int | None = None,
    nan_policy: str = "propagate",
    title: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    show_colorbar: bool = False,
    colorbar_title: str = "",
    block: bool | None = None,
    browser: bool | None = None,
    **kwargs: Any,
) -> "Picked | Selection":
    """Pick positions on a video with the mouse, and see their traces at once.

    Clicks are those of `select_positions`. The wheel over a point changes the size of the window; the slider and the
    arrow keys go through the frames. Closing the window finishes.

    Parameters
    ----------
    video : (T, H, W) array-like
        See `extract_traces`; only the frames and traces that are shown are read.
    size : int
        Width of the window in pixels to begin with.
    ref_frame : int or (H, W) array
        The frame to show at first, or an image to show instead.
    x : (T,) array-like, optional
        Values on the x-axis of the traces.
    fps : float, optional
        Frames per second: the x-axis is in seconds. Without `x` and `fps` it is in frames.
    window : {'rect', 'disc', 'pixel'}, optional
        See `extract_traces`.
    positions : (x, y) or sequence of (x, y)
        To begin with.
    as_integers : bool
        Pick whole pixels; else exact positions.
    num_points : int, optional
        Finish by itself when this many are picked.
    nan_policy : {'propagate', 'omit', 'raise'}
        See `extract_traces`.
    title, vmin, vmax, cmap, show_colorbar, colorbar_title, **kwargs
        How the image is drawn, see `optimap.image.show_image`.
    block, browser : bool, optional
        See `select_positions`.

    Returns
    -------
    traces : (T, N) array
        See `extract_traces`; ``(T, 0)`` if nothing was picked.
    positions : list of (x, y)
        Together a tuple with the attribute ``size``, the width of the window in the end. Where the call does not
        wait, one live `Selection`: ``traces, positions = selection`` gives its present state.

    Raises
    ------
    RuntimeError
        If there is no way to interact: no display, or a backend that only writes files.
    ValueError
        As for `extract_traces` and `show_traces`; if `ref_frame` is neither a frame number nor an image of the size of
        the video.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import select_traces
    >>> video = np.random.default_rng(0).normal(size=(100, 32, 32))
    >>> traces, positions = select_traces(video, fps=500)  # doctest: +SKIP
    """
    video = as_video(video)
    size, window = check_size(size), check_window(window)
    check_nan_policy(nan_policy)
    times, label = time_axis(int(video.shape[0]), x, fps)
    frame, pixels = _reference(video, ref_frame)
    picker = PointPicker(positions, frame_shape=frame_shape(video), as_integers=as_integers, limit=num_points)
    frontend = choose_frontend(block, browser)
    display = _display(cmap, vmin, vmax, colorbar_title if show_colorbar else None, kwargs)
    with closed_on_failure(frontend):
        view = TracesWindow(
            frontend.new_figure((14, 7)),
            [video],
            pixels,
            picker,
            frame=frame,
            size=size,
            window=window,
            times=times,
            time_label=label,
            styles=[{}],
            display=display,
            title=title or "Click to pick positions",
            nan_policy=nan_policy,
        )
    if not _run(frontend, view):
        return Selection(view)
    picked = Picked((view.traces, view.positions))
    picked.size = view.size
    view.release()
    return picked


def compare_by_clicking(
    videos: list[Any],
    times: Array,
    label: str,
    styles: list[dict[str, Any]],
    *,
    size: int,
    window: str | None,
    ref_frame: Any,
    title: str | None,
    block: bool | None,
    browser: bool | None,
) -> "Axes":
    """Show traces of several videos at the position that was clicked last; return their Axes."""
    size, window = check_size(size), check_window(window)
    frame, pixels = _reference(videos[0], ref_frame)
    smallest = tuple(min(frame_shape(video)[axis] for video in videos) for axis in (0, 1))
    picker = PointPicker((), frame_shape=(smallest[0], smallest[1]), limit=1)
    frontend = choose_frontend(block, browser)
    with closed_on_failure(frontend):
        view = ComparisonWindow(
            frontend.new_figure((14, 7)),
            videos,
            pixels,
            picker,
            frame=frame,
            size=size,
            window=window,
            times=times,
            time_label=label,
            styles=[{"color": f"C{i}", **style} for i, style in enumerate(styles)],
            display={"cmap": "gray"},
            title=title or "Click to compare",
        )
    if any("label" in style for style in styles):
        from matplotlib.lines import Line2D

        handles = [Line2D([], [], **{"color": f"C{i}", **style}) for i, style in enumerate(styles)]
        view.ax_traces.legend(handles=handles, loc="upper left", ncols=min(len(handles), 4))
    if _run(frontend, view):
        view.release()
    return view.ax_traces


@contextmanager
def closed_on_failure(frontend: Frontend) -> Iterator[None]:
    """Leave no half-made window behind."""
    try:
        yield
    except BaseException:
        frontend.close()
        raise


def _display(cmap: Any, vmin: Any, vmax: Any, colorbar: str | None, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return how the image is drawn; positions are pixels, so nothing may move these."""
    for name in ("extent", "origin", "transform"):
        if name in kwargs:
            raise ValueError(f"{name} = {kwargs[name]!r} would move the pixels, and positions are pixels: leave it out")
    return {"cmap": cmap, "vmin": vmin, "vmax": vmax, "colorbar": colorbar, **kwargs}


def _run(frontend: Frontend, window: PositionsWindow) -> bool:
    """Let the user pick; return whether that is over."""
    window.when_finished(frontend.finish)
    if window.picker.full and window.closes_when_full:
        frontend.close()
        return True
    if not frontend.blocks:
        frontend.show()
        return False
    try:
        frontend.wait()
    finally:
        window.finish()
        frontend.close()
    return True


def _as_picture(image: Any) -> Array:
    """Return an image, or the first frame of a video."""
    shape = np.shape(image)
    is_video = len(shape) == 3 and shape[-1] not in (3, 4)
    return as_image(np.asarray(image[0]) if is_video else image)


def _height_width(pixels: Array) -> tuple[int, int]:
    return int(pixels.shape[0]), int(pixels.shape[1])


def _reference(video: Any, ref_frame: Any) -> tuple[int | None, Array]:
    """Return the number of the frame to show at first (None for an image), and the image."""
    frames = int(video.shape[0])
    if np.ndim(ref_frame) > 0:
        pixels = as_image(ref_frame, "ref_frame")
        if _height_width(pixels) != frame_shape(video):
            raise ValueError(f"ref_frame has shape {pixels.shape}: the video's frames are {frame_shape(video)}")
        return None, pixels
    if not isinstance(ref_frame, (int, np.integer)) or not -frames <= ref_frame < frames:
        raise ValueError(f"ref_frame = {ref_frame!r}: give a frame number in 0..{frames - 1}, or an image (H, W)")
    number = int(ref_frame) % frames
    return number, np.asarray(on_host(video[number]))
