"""Figures of videos and traces together: show_positions_and_traces, compare_traces.

Every function draws on the Axes that it is given, or shows a new figure, and returns Axes. Figures of traces alone, of
positions and of regions are in `_draw`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from .._base import (
    ArgumentError,
    ArgumentTypeError,
    Array,
    LabelledLineKeywords,
    PlacesLike,
    VideoLike,
    Window,
    counted,
    on_host,
    parse_time_axis,
)
from .._draw import (
    MOST_LABELS,
    MOST_OVERLAID,
    Colors,
    add_legend,
    add_legend_below,
    add_trace_bars,
    as_image,
    as_traces,
    check_comparison,
    check_length_bar,
    check_scale,
    check_traces_arguments,
    comparison_panels,
    default_colors,
    draw_panels,
    draw_rows,
    draw_traces,
    is_stacked,
    line_arguments,
    name_positions,
    new_axes,
    parse_colors,
    show_figures,
    stacked_height,
)
from .._draw import show_positions as show_positions
from .._draw import show_regions as show_regions
from .._reading import as_source
from .._regions import Places, find_drawn, find_places
from .extract import extract_traces
from .series import normalize

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIGSIZE, HIGHEST = (10, 2.5), 9.0  # inches


def show_positions_and_traces(
    video_or_traces: VideoLike | ArrayLike,
    positions: PlacesLike,
    image: ArrayLike | int = 0,
    size: int = 5,
    colors: Colors = None,
    figsize: tuple[float, float] = FIGSIZE,
    fps: float | None = None,
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    *,
    x: ArrayLike | None = None,
    window: Window | None = None,
    axs: Sequence[Axes] | None = None,
    stack: bool | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
    **kwargs: Unpack[LabelledLineKeywords],
) -> tuple[Axes, Axes]:
    """Show positions or regions on an image next to their traces, in the same colours.

    Parameters
    ----------
    video_or_traces : (T, H, W) video, or (T, N) or (T,) traces
        From a video, the traces are extracted.
    positions : (x, y) or sequence of (x, y), in pixels; or regions
        Anything that `extract_traces` takes as `coords`. Outlines are drawn for regions.
    image : int or array (H, W)
        Frame number of the video, or an image; for traces, an image.
    size : int
        Width of the window in pixels, for a video.
    colors : color or sequence of N colors, optional
    figsize : (float, float)
        Width and height of the new figure in inches. Stacked traces have a higher one unless another size is given.
    fps : float, optional
        Frames per second: the x-axis is in seconds. Without `x` and `fps`, it is so if the video states its rate or
        times, as recordings and arrays of xarray do, and in frames otherwise.
    vmin, vmax, cmap
        How the image is drawn; see `optimap.image.show_image`.
    x : (T,) array-like, optional
        Values on the x-axis, instead of `fps`.
    window : {'rect', 'disc', 'pixel'}, optional
        For a video; see `extract_traces`.
    axs : sequence of two matplotlib Axes, optional
        Draw there (image, traces); by default in a new figure, which is shown.
    stack : bool, optional
        Draw the traces one above the other, as `show_traces` does by default for more than 8; then positions and traces
        are numbered, too.
    scale_bar : bool
        Draw bars for time, amplitude and distance in place of axes.
    pixel_size : float, optional
        Width of a pixel in mm, for the scale bar; by default what the recording states, if it does.
    **kwargs
        Passed to `show_traces`.

    Returns
    -------
    (Axes, Axes)
        The Axes of the image and those of the traces.

    Raises
    ------
    ValueError
        If shapes and numbers do not fit; see `extract_traces`, `show_positions` and `show_traces`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import show_positions_and_traces
    >>> video = np.random.default_rng(0).normal(size=(100, 16, 16))
    >>> image_ax, traces_ax = show_positions_and_traces(video, [(3, 4), (8, 8)], fps=500)
    >>> len(traces_ax.lines)
    2
    """
    is_video = len(np.shape(video_or_traces)) == 3
    check_scale(cmap, vmin, vmax)
    check_length_bar(scale_bar, pixel_size)
    _check_two_axes(axs)
    source = as_source(video_or_traces) if is_video else None
    given: Any = video_or_traces if source is None else source.video
    frame = as_image(_frame(given, image) if is_video else _image_for_traces(image))
    places = _places(positions, given.shape[1:] if is_video else frame.shape[:2], is_video, size, window)
    points: Any = places.regions if places.positions is None else places.positions
    count = len(places)
    wanted = default_colors(count) if colors is None else parse_colors(colors, count)
    style: dict[str, Any] = {**kwargs, "stack": stack, "scale_bar": scale_bar}
    if is_stacked(stack, count) and places.names is not None and count <= MOST_LABELS:
        style.setdefault("labels", places.names)
    frames = len(given) if source is None else source.shape[0]
    check_traces_arguments((frames, count), x, fps, wanted, **style)
    values = as_traces(extract_traces(given, points, size, window=window) if is_video else given, "video_or_traces")
    if values.shape[1] != count:
        problem = f"holds {counted(values.shape[1], 'trace')} for {counted(count, 'position')}"
        raise ArgumentError("video_or_traces", video_or_traces, problem, "give one for each", subject="video_or_traces")

    ratios = [1, 3]
    if figsize == FIGSIZE and is_stacked(stack, count):
        figsize, ratios = (figsize[0], min(stacked_height(count), HIGHEST)), [2, 3]
    ax_image, ax_traces = axs if axs is not None else new_axes(ncols=2, figsize=figsize, width_ratios=ratios)
    scale: dict[str, Any] = {
        "scale_bar": scale_bar,
        "pixel_size": pixel_size or getattr(video_or_traces, "pixel_size", None),
    }
    display: dict[str, Any] = {"color": wanted, "cmap": cmap, "vmin": vmin, "vmax": vmax, "ax": ax_image}
    show_positions(points, frame, numbers=False if places.positions is not None else None, **display, **scale)
    if places.positions is not None and (count > MOST_OVERLAID or is_stacked(stack, count)):
        _name_like_traces(ax_image, places.positions, style.get("labels"), wanted)
    times = None if source is None or fps is not None or x is not None else source.axis_times
    draw_traces(values, x=x if times is None else times, fps=fps, colors=wanted, ax=ax_traces, **style)
    if times is not None:
        ax_traces.set_xlabel("Time [s]")
    if axs is None:
        show_figures()
    return ax_image, ax_traces


def _name_like_traces(ax: Axes, positions: Array, labels: object, colors: Sequence[Any]) -> None:
    """Write next to each position what is written at the end of its trace."""
    names = range(1, len(positions) + 1) if labels is None else np.atleast_1d(np.asarray(labels, dtype=object))
    name_positions(ax, positions, [str(name) for name in names], colors)


def _places(given: object, frame_shape: Sequence[int], is_video: bool, size: int, window: Window | None) -> Places:
    """Return what the user points at; only positions in a video must lie in the frame."""
    frame = int(frame_shape[0]), int(frame_shape[1])
    if is_video:
        return find_places(given, frame, size, window, name="positions")
    return find_drawn(given, frame, "positions")


def _check_two_axes(axs: Sequence[Axes] | None) -> None:
    """Raise an error if Axes are given, but not two."""
    if axs is not None and len(axs) != 2:
        cure = "give two Axes, for the image and for the traces"
        raise ArgumentError("axs", axs, f"has {counted(len(axs), 'entry', 'entries')}", cure, subject="axs")


def _frame(video: VideoLike, image: ArrayLike | int) -> ArrayLike:
    """Return the image: a frame of the video by number, or the array given."""
    if np.ndim(image) > 0:
        return image
    frames = int(video.shape[0])
    if not isinstance(image, (int, np.integer)) or not -frames <= image < frames:
        cure = f"give a frame number in 0..{frames - 1}, or an image (H, W)"
        raise ArgumentError("image", image, "is not a frame of the video", cure, plain=True)
    return np.asarray(on_host(video[int(image)]))


def _image_for_traces(image: ArrayLike | int) -> ArrayLike:
    """Return the image given, as traces have none."""
    if np.ndim(image) == 0:
        cure = "traces have no frames to show; give an image (H, W), or a video in their place"
        raise ArgumentError("image", image, "is not an image", cure, plain=True)
    return image


def compare_traces(
    videos: Sequence[Any],
    coords: PlacesLike | None = None,
    labels: Sequence[str] | None = None,
    colors: Colors = None,
    size: int = 5,
    ref_frame: ArrayLike | None = None,
    fps: float | None = None,
    x: ArrayLike | None = None,
    *,
    window: Window | None = None,
    title: str | None = None,
    axs: Sequence[Axes] | None = None,
    block: bool | None = None,
    browser: bool | None = None,
    scale: str = "raw",
    stack: bool | None = None,
    scale_bar: bool = False,
) -> Any:
    """Compare traces of several videos: one panel for each position, one line for each video.

    Without `coords`, click on the first video's image to compare at that position; closing the window finishes.

    Parameters
    ----------
    videos : sequence of (T, H, W) array-likes
        Lengths may differ. Not modified.
    coords : (x, y) or sequence of (x, y), in pixels; or regions, optional
        Anything that `extract_traces` takes. Without it, the position is picked with the mouse.
    labels : sequence of str, optional
        Names of the videos, for the legend.
    colors : color or sequence of colors, optional
        One for each video.
    size : int
        Width of the window in pixels, see `extract_traces`.
    ref_frame : int or (H, W) array, optional
        Frame of the first video to pick a position on, or an image, see `select_traces`; not used if `coords` is given.
    fps : float, optional
        Frames per second: the x-axis is in seconds. Without `x` and `fps`, it is so if all videos state the
        same rate or times, and in frames otherwise.
    x : (T,) array-like, optional
        Values on the x-axis, for the longest video; cannot be given together with `fps`.
    window : {'rect', 'disc', 'pixel'}, optional
    title : str, optional
        Above all panels.
    axs : sequence of matplotlib Axes, optional
        One for each position; by default in a new figure, which is shown.
    block, browser : bool, optional
        Used for picking, see `select_positions`.
    scale : {'raw', 'normalized', 'twin'}
        ``'raw'``: one axis for all videos. ``'normalized'``: each trace from its own minimum, 0, to its own maximum, 1.
        ``'twin'``: the first of two videos has the axis on the left, the second one that on the right, in their
        colours.
    stack : bool, optional
        Draw all positions in one panel, one above the other, named or numbered at the right, in place of one panel for
        each. By default more than 8 positions are stacked, unless `axs` are given or `scale` is ``'twin'``.
    scale_bar : bool
        Draw bars for time and amplitude in place of axes.

    Returns
    -------
    matplotlib.axes.Axes, or (N,) array of them
        One Axes for one position given alone, or picked with the mouse. If the positions are stacked, all entries of
        the array are the same Axes.

    Raises
    ------
    RuntimeError
        If picking is not possible: there is no display, or the backend only writes files.
    ValueError
        If `videos` or `coords` is empty, a position lies outside a video, the number of labels, colors or axs does
        not fit, or `scale` is unknown or cannot be drawn.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import compare_traces
    >>> raw = np.random.default_rng(0).normal(size=(100, 16, 16))
    >>> axs = compare_traces([raw, raw[:50] + 1], [(3, 4), (8, 8)], labels=["raw", "shorter"], fps=500)
    >>> axs.shape
    (2,)
    """
    clips = _as_videos(videos)
    longest = max(int(clip.shape[0]) for clip in clips)
    times, label = parse_time_axis(longest, x, fps, _shared_times(clips))
    own, _ = line_arguments(len(clips), colors, labels, {}, "video")
    check_comparison(scale, len(clips), stack, scale_bar, coords)
    if coords is None:
        from .._pick import compare_by_clicking

        if axs is not None:
            cure = "give coords=, or leave axs out: picking opens a figure of its own"
            raise ArgumentError("axs", axs, "is given without coords", cure, subject="axs", keyword="coords")
        choice: dict[str, Any] = {"size": size, "window": window, "scale": scale, "ref_frame": ref_frame}
        return compare_by_clicking(clips, times, label, own, **choice, title=title, block=block, browser=browser)
    places = _places_in_all(coords, clips, size, window)
    stacked = is_stacked(None if axs is None and scale != "twin" else bool(stack), len(places))
    stacked = stacked if stack is None else stack
    panels = comparison_panels(axs, 1 if stacked else len(places), len(places) if stacked else None)
    traces = [_traces_of(clip, places, size, window, scale) for clip in clips]
    drawn = _panel_titles(places), traces, times, own, scale
    handles = draw_rows(panels[0], *drawn) if stacked else draw_panels(panels, *drawn, is_new=axs is None)
    panels[-1].set_xlabel(label)
    for panel in panels if scale_bar else ():
        add_trace_bars(panel, has_time=panel is panels[-1])
    if title:
        panels[0].figure.suptitle(title)
    if labels is not None:
        _ = add_legend_below(panels[0].figure, handles) if axs is None else add_legend(panels[0], handles=handles)
    if axs is None:
        show_figures()
    return panels[0] if places.single else np.repeat(panels, len(places)) if stacked else panels


def _shared_times(clips: list[Any]) -> Array | None:
    """Return the times of the longest of several videos, if all state them and agree."""
    sources = [as_source(clip) for clip in clips]
    times = max(sources, key=lambda source: source.shape[0]).axis_times
    if times is None:
        return None
    others = [source.axis_times for source in sources]
    agree = all(other is not None and np.array_equal(other, times[: len(other)]) for other in others)
    return times if agree else None


def _as_videos(videos: Sequence[Any]) -> list[Any]:
    """Return the videos as a list, checked."""
    if not hasattr(videos, "__iter__"):
        raise ArgumentTypeError("videos", videos, "is not a list", "give a list of videos", plain=True)
    if len(getattr(videos, "shape", ())) == 3:
        cure = "give a list of videos, [video]"
        raise ArgumentError("videos", videos, "is a single video", cure, subject="videos")
    clips = [as_source(video, f"videos[{i}]").video for i, video in enumerate(videos)]
    if not clips:
        raise ArgumentError("videos", videos, "is empty", "give at least one video", subject="videos")
    return clips


def _places_in_all(coords: object, clips: list[Any], size: int, window: Window | None) -> Places:
    """Return what the user points at, after checking it against the frames of every video."""
    given = coords
    for i, clip in enumerate(clips):
        try:
            places = find_places(given, (int(clip.shape[1]), int(clip.shape[2])), size, window)
        except ArgumentError as error:
            if not error.argument.startswith("coords"):
                raise
            subject = f"in videos[{i}], {error.subject}"
            raise type(error)(error.argument, error.value, error.problem, error.cure, subject=subject) from None
        if i == 0:
            found = places
            given = found.regions if found.positions is None else found.positions[0 if found.single else slice(None)]
    if not len(found):
        raise ArgumentError("coords", coords, "is empty", "give at least one position to compare at", subject="coords")
    return found


def _traces_of(clip: VideoLike, places: Places, size: int, window: Window | None, scale: str) -> Array:
    """Return the traces of one video, (T, N)."""
    points: Any = places.regions if places.positions is None else places.positions
    traces = np.asarray(extract_traces(clip, points, size, window=window))
    traces = traces.reshape(len(traces), len(places))
    return normalize(traces, dtype=np.float64) if scale == "normalized" else traces


def _panel_titles(places: Places) -> list[str]:
    """Return the names of regions, or the positions."""
    if places.positions is None:
        return list(places.names or ())
    return [f"({x:g}, {y:g})" for x, y in places.positions]
