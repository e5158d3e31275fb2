"""Picking with the mouse: select_positions, select_traces and select_regions.

The public names, their documentation and return types are here; `_pick` checks the arguments and does the work, and is
imported when it is needed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Unpack

from numpy.typing import ArrayLike

from .._base import Array, ImageKeywords, NanPolicy, PlacesLike, VideoLike, Window
from .._regions import Regions

Position = tuple[float, float]


class Picked(tuple[Array, list[Position]]):
    """``(traces, positions)``, with the width of the window when picking ended, and how the traces were made.

    Attributes
    ----------
    size : int
        The width in pixels.
    metadata : dict
        For the `metadata` of `save_traces`: size and kind of the window, and what was done to the traces, with all
        parameters. ``metadata["values"]`` is ``"as recorded"`` or, with ``treated=True``, ``"as drawn"``.
    """

    size: int
    metadata: dict[str, Any]


class Selection(ABC):
    """A live selection: it always returns the current points.

    The selection that `select_positions` returns can be used as the list of positions. The one that `select_traces`
    returns unpacks, ``traces, positions = selection``, and has the attributes `traces` and `size`, too.

    Attributes
    ----------
    positions : list of (x, y)
    traces : (T, N) array
        Only from `select_traces`.
    size : int
        The current width of the window in pixels, which the wheel changes; only from `select_traces`.
    metadata : dict
        How the traces are made, see `Picked`; only from `select_traces`.
    """

    @property
    @abstractmethod
    def positions(self) -> list[Position]:
        """The positions picked so far."""

    @abstractmethod
    def __iter__(self) -> Iterator[Any]:
        """Iterate over the positions, or over traces and positions."""


def select_positions(
    image: ArrayLike,
    as_integers: bool = True,
    *,
    title: str = "",
    num_points: int | None = None,
    positions: PlacesLike = (),
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    show_colorbar: bool = False,
    colorbar_title: str = "",
    block: bool | None = None,
    browser: bool | None = None,
    **kwargs: Unpack[ImageKeywords],
) -> list[Position] | Selection:
    """Pick positions on an image with the mouse.

    A left click adds a position, dragging moves one, and a right click removes the nearest; Ctrl+Z and Ctrl+Shift+Z
    undo and redo, Delete removes the selected one. Close the figure window to finish.

    Parameters
    ----------
    image : (H, W), (H, W, 3) or (H, W, 4) array, or (T, H, W) video
        For a video, the mean of up to 100 frames that are spread over it is shown.
    as_integers : bool
        Return whole pixels; the given `positions` are rounded, too. Otherwise, positions are exact.
    title : str
    num_points : int, optional
        Finish when this many are picked.
    positions : (x, y) or sequence of (x, y), in pixels; or regions
        The first points. Anything that `extract_traces` takes is accepted; regions start with a point at the centre of
        each (see `Regions.centers`).
    vmin, vmax, cmap, show_colorbar, colorbar_title
        How the image is drawn, see `optimap.image.show_image`.
    block : bool, optional
        Whether the call waits until the user has finished. By default it waits wherever that is possible: everywhere
        but in notebooks with ``%matplotlib widget``, where the returned selection is live.
    browser : bool, optional
        Pick in a browser, on a page served by this machine; by default if the matplotlib backend is WebAgg, or the
        environment variable ``OPTIMAP_BROWSER`` is 1.
    **kwargs
        Passed to `matplotlib.axes.Axes.imshow`.

    Returns
    -------
    list of (x, y)
        Tuples of floats, or of ints with `as_integers`. Where the call does not wait, a live `Selection` that can be
        used as such a list.

    Raises
    ------
    RuntimeError
        If no window can be opened: there is no display, or the backend only writes files. The message lists the
        alternatives.
    ValueError
        If `image` is not an image, `positions` lie outside it or are more than `num_points`, or an argument has a value
        that cannot be used.
    TypeError
        If `image` does not hold numbers, or `positions` cannot be read as positions or regions.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import select_positions
    >>> positions = select_positions(np.eye(32))  # doctest: +SKIP
    """
    from .._pick import pick_positions

    return pick_positions(
        image,
        as_integers,
        title=title,
        num_points=num_points,
        positions=positions,
        display={"cmap": cmap, "vmin": vmin, "vmax": vmax, **kwargs},
        colorbar=colorbar_title if show_colorbar else None,
        block=block,
        browser=browser,
    )


def select_traces(
    video: VideoLike | ArrayLike,
    size: int = 5,
    ref_frame: ArrayLike | None = None,
    x: ArrayLike | None = None,
    fps: float | None = None,
    *,
    window: Window | None = None,
    positions: PlacesLike = (),
    as_integers: bool = True,
    num_points: int | None = None,
    nan_policy: NanPolicy = "propagate",
    treated: bool = False,
    title: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    show_colorbar: bool = False,
    colorbar_title: str = "",
    block: bool | None = None,
    browser: bool | None = None,
    **kwargs: Unpack[ImageKeywords],
) -> Picked | Selection:
    """Pick positions on a video with the mouse, and see their traces immediately.

    Clicks and keys are those of `select_positions`. The wheel over a point changes the size of the window; the slider
    and the arrow keys select the frame. Close the figure window to finish.

    Parameters
    ----------
    video : (T, H, W) array-like
        See `extract_traces`; only the frames and traces that are shown are read.
    size : int
        Width of the window in pixels at the start.
    ref_frame : int or (H, W) array, optional
        The frame to show first, or an image to show instead; by default the mean of up to 100 frames that are spread
        over the recording.
    x : (T,) array-like, optional
        Values on the x-axis of the traces.
    fps : float, optional
        Frames per second: the x-axis is in seconds. Without `x` and `fps`, it is so if the video states its
        rate or times, as recordings and arrays of xarray do, and in frames otherwise.
    window : {'rect', 'disc', 'pixel'}, optional
        See `extract_traces`.
    positions : (x, y) or sequence of (x, y), in pixels; or regions
        The first points, see `select_positions`.
    as_integers : bool
        Pick whole pixels; otherwise, positions are exact.
    num_points : int, optional
        Finish when this many are picked.
    nan_policy : {'propagate', 'omit', 'raise'}
        See `extract_traces`.
    treated : bool
        Return the traces as the switches in the window show them when picking ends (smoothed, without baseline, ΔF/F,
        upright, normalized), in place of the traces as they were recorded. ``metadata`` of the result states each step
        with its parameters.
    title, vmin, vmax, cmap, show_colorbar, colorbar_title, **kwargs
        How the image is drawn, see `optimap.image.show_image`.
    block, browser : bool, optional
        See `select_positions`.

    Returns
    -------
    traces : (T, N) array
        See `extract_traces`; ``(T, 0)`` if nothing was picked.
    positions : list of (x, y)
        Both are in a tuple with the attributes ``size``, the width of the window when picking ended, and ``metadata``,
        how the traces were made (see `Picked`). Where the call does not wait, a live `Selection`:
        ``traces, positions = selection`` returns the current ones.

    Raises
    ------
    RuntimeError
        If no window can be opened: there is no display, or the backend only writes files. The message lists the
        alternatives.
    ValueError
        If `ref_frame` is neither a frame number nor an image of the size of the video's frames; otherwise as for
        `select_positions`, `extract_traces` and `show_traces`.
    TypeError
        As for `select_positions`, `extract_traces` and `show_traces`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import select_traces
    >>> video = np.random.default_rng(0).normal(size=(100, 32, 32))
    >>> traces, positions = select_traces(video, fps=500)  # doctest: +SKIP
    """
    from .._pick import pick_traces

    return pick_traces(
        video,
        size,
        ref_frame,
        x,
        fps,
        window=window,
        positions=positions,
        as_integers=as_integers,
        num_points=num_points,
        nan_policy=nan_policy,
        treated=treated,
        title=title,
        display={"cmap": cmap, "vmin": vmin, "vmax": vmax, **kwargs},
        colorbar=colorbar_title if show_colorbar else None,
        block=block,
        browser=browser,
    )


def select_regions(
    image_or_video: ArrayLike | VideoLike,
    size: int = 5,
    ref_frame: ArrayLike | None = None,
    x: ArrayLike | None = None,
    fps: float | None = None,
    *,
    regions: PlacesLike | None = None,
    num_regions: int | None = None,
    nan_policy: NanPolicy = "propagate",
    title: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    show_colorbar: bool = False,
    colorbar_title: str = "",
    block: bool | None = None,
    browser: bool | None = None,
    **kwargs: Unpack[ImageKeywords],
) -> Regions | Selection:
    """Draw regions on an image or a video with the mouse; for a video, see their traces immediately.

    The keys R, P and F, or the buttons in the window, choose rectangles, polygons and freehand; the first tool draws
    rectangles, and a click with it the window of a point. The corners of the selected region can be dragged, Enter
    begins and ends its name, and ``?`` explains the rest. Close the figure window to finish.

    Parameters
    ----------
    image_or_video : (H, W), (H, W, 3) or (H, W, 4) array, or (T, H, W) video
        For a video, traces are shown while you draw; only the frames and traces that are shown are read.
    size : int
        Width in pixels of the square that a click draws.
    ref_frame, x, fps, nan_policy
        For a video, see `select_traces`.
    regions : regions, polygons, positions or path, optional
        The first regions, which can be edited: anything that `regions` makes outlines from, such as a file of ImageJ,
        or what this function returned. Positions start with the windows around them.
    num_regions : int, optional
        Finish when this many are drawn.
    title, vmin, vmax, cmap, show_colorbar, colorbar_title, **kwargs
        How the image is drawn, see `optimap.image.show_image`.
    block, browser : bool, optional
        See `select_positions`.

    Returns
    -------
    Regions
        In the order in which they were drawn, for `extract_traces`, `show_regions` and `save_regions`. Regions without
        a name are called ``region_0`` and so on. Edges count as in ImageJ. Where the call does not wait, a live
        `Selection`, whose attribute ``regions`` holds the current ones.

    Raises
    ------
    RuntimeError
        If no window can be opened, see `select_positions`.
    ValueError
        If `regions` have no outlines (masks, labels, weights), or are more than `num_regions`; `x` or `fps` are given
        for an image; otherwise as for `select_traces`.
    TypeError
        As for `select_traces`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import extract_traces, save_regions, select_regions
    >>> video = np.random.default_rng(0).normal(size=(100, 32, 32))
    >>> drawn = select_regions(video, fps=500)  # doctest: +SKIP
    >>> save_regions("regions.zip", drawn)  # doctest: +SKIP
    >>> traces = extract_traces(video, drawn)  # doctest: +SKIP
    """
    from .._pick import pick_regions

    return pick_regions(
        image_or_video,
        size,
        ref_frame,
        x,
        fps,
        regions=regions,
        num_regions=num_regions,
        nan_policy=nan_policy,
        title=title,
        display={"cmap": cmap, "vmin": vmin, "vmax": vmax, **kwargs},
        colorbar=colorbar_title if show_colorbar else None,
        block=block,
        browser=browser,
    )
