"""Figures of videos and traces together: compare_traces, show_positions_and_traces.

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
    Colors,
    as_image,
    as_traces,
    check_scale,
    check_traces_arguments,
    default_colors,
    draw_traces,
    line_arguments,
    new_axes,
    parse_colors,
    show_figures,
)
from .._draw import show_positions as show_positions
from .._draw import show_regions as show_regions
from .._reading import as_source
from .._regions import Places, find_drawn, find_places
from .extract import extract_traces

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def show_positions_and_traces(
    video_or_traces: VideoLike | ArrayLike,
    positions: PlacesLike,
    image: ArrayLike | int = 0,
    size: int = 5,
    colors: Colors = None,
    figsize: tuple[float, float] = (10, 2.5),
    fps: float | None = None,
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    *,
    x: ArrayLike | None = None,
    window: Window | None = None,
    axs: Sequence[Axes] | None = None,
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
        Width and height of the new figure in inches.
    fps : float, optional
        Frames per second. Without `x` and `fps`, the x-axis is in frames, or, for a recording whose file states
        irregular times of frames, in seconds.
    vmin, vmax, cmap
        How the image is drawn; see `optimap.image.show_image`.
    x : (T,) array-like, optional
        Values on the x-axis, instead of `fps`.
    window : {'rect', 'disc', 'pixel'}, optional
        For a video; see `extract_traces`.
    axs : sequence of two matplotlib Axes, optional
        Draw there (image, traces); by default in a new figure, which is shown.
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
    _check_two_axes(axs)
    source = as_source(video_or_traces) if is_video else None
    given: Any = video_or_traces if source is None else source.video
    frame = as_image(_frame(given, image) if is_video else _image_for_traces(image))
    places = _places(positions, given.shape[1:] if is_video else frame.shape[:2], is_video, size, window)
    points: Any = places.regions if places.positions is None else places.positions
    count = len(places)
    wanted = default_colors(count) if colors is None else parse_colors(colors, count)
    check_traces_arguments((len(given), count), x, fps, wanted, **kwargs)
    values = as_traces(extract_traces(given, points, size, window=window) if is_video else given, "video_or_traces")
    if values.shape[1] != count:
        problem = f"holds {counted(values.shape[1], 'trace')} for {counted(count, 'position')}"
        raise ArgumentError("video_or_traces", video_or_traces, problem, "give one for each", subject="video_or_traces")

    ax_image, ax_traces = axs if axs is not None else new_axes(ncols=2, figsize=figsize, width_ratios=[1, 3])
    show_positions(points, frame, color=wanted, cmap=cmap, vmin=vmin, vmax=vmax, ax=ax_image)
    times = None if source is None or fps is not None or x is not None else source.axis_times
    draw_traces(values, x=x if times is None else times, fps=fps, colors=wanted, ax=ax_traces, **kwargs)
    if times is not None:
        ax_traces.set_xlabel("Time [s]")
    if axs is None:
        show_figures()
    return ax_image, ax_traces


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
    ref_frame: int = 0,
    fps: float | None = None,
    x: ArrayLike | None = None,
    *,
    window: Window | None = None,
    title: str | None = None,
    axs: Sequence[Axes] | None = None,
    block: bool | None = None,
    browser: bool | None = None,
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
    ref_frame : int or (H, W) array
        Frame of the first video to pick a position on, or an image; not used if `coords` is given.
    fps : float, optional
        Frames per second: the x-axis is in seconds. Without `x` and `fps`, it is in frames, or in seconds if the
        files of all recordings state the same irregular times of frames.
    x : (T,) array-like, optional
        Values on the x-axis, for the longest video; cannot be given together with `fps`.
    window : {'rect', 'disc', 'pixel'}, optional
    title : str, optional
        Above all panels.
    axs : sequence of matplotlib Axes, optional
        One for each position; by default in a new figure, which is shown.
    block, browser : bool, optional
        Used for picking, see `select_positions`.

    Returns
    -------
    matplotlib.axes.Axes, or (N,) array of them
        One Axes for one position given alone, or picked with the mouse.

    Raises
    ------
    RuntimeError
        If picking is not possible: there is no display, or the backend only writes files.
    ValueError
        If `videos` or `coords` is empty, a position lies outside a video, or the number of labels, colors or axs does
        not fit.

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
    if coords is None:
        from .._pick import compare_by_clicking

        if axs is not None:
            cure = "give coords=, or leave axs out: picking opens a figure of its own"
            raise ArgumentError("axs", axs, "is given without coords", cure, subject="axs", keyword="coords")
        choice: dict[str, Any] = {"size": size, "window": window, "ref_frame": ref_frame, "title": title}
        return compare_by_clicking(clips, times, label, own, **choice, block=block, browser=browser)
    places = _places_in_all(coords, clips, size, window)
    given = None if axs is None else _given_panels(axs, len(places))
    traces = [_traces_of(clip, places, size, window) for clip in clips]
    panels = _new_panels(len(places)) if given is None else given
    _draw_panels(panels, _panel_titles(places), traces, times, own)
    panels[-1].set_xlabel(label)
    figure = panels[0].figure
    if title:
        figure.suptitle(title)
    if labels is not None:
        place: dict[str, Any] = {"loc": "outside upper center"} if axs is None else {}
        target = figure if axs is None else panels[0]
        target.legend(handles=panels[0].lines[-len(clips) :], ncols=min(len(clips), 4), **place)
    if axs is None:
        show_figures()
    return panels[0] if places.single else panels


def _shared_times(clips: list[Any]) -> Array | None:
    """Return the irregular times of the longest of several recordings, if the others agree with them."""
    sources = [as_source(clip) for clip in clips]
    times = max(sources, key=lambda source: source.shape[0]).axis_times
    if times is None:
        return None
    others = [source.times for source in sources]
    agree = all(other is not None and np.array_equal(other, times[: len(other)]) for other in others)
    return times if agree else None


def _draw_panels(
    panels: Array, titles: list[str], traces: list[Array], times: Array, own: list[dict[str, Any]]
) -> None:
    """Draw one line for each video on the panel of each position."""
    for i, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        for trace, properties in zip(traces, own, strict=True):
            draw_traces(trace[:, i], x=times[: len(trace)], ax=panel, **properties)
        if len(times) > 1:
            panel.set_xlim(times[0], times[-1])
        panel.set_title(title)


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


def _traces_of(clip: VideoLike, places: Places, size: int, window: Window | None) -> Array:
    """Return the traces of one video, (T, N)."""
    points: Any = places.regions if places.positions is None else places.positions
    traces = np.asarray(extract_traces(clip, points, size, window=window))
    return traces.reshape(len(traces), len(places))


def _panel_titles(places: Places) -> list[str]:
    """Return the names of regions, or the positions."""
    if places.positions is None:
        return list(places.names or ())
    return [f"({x:g}, {y:g})" for x, y in places.positions]


def _new_panels(count: int) -> Array:
    """Return the Axes of a new figure, one above the other."""
    axs: Array = new_axes(nrows=count, sharex=True, squeeze=False, figsize=(7, 0.6 + 2.2 * count))
    return axs.ravel()


def _given_panels(axs: Sequence[Axes], count: int) -> Array:
    """Return the Axes given, or raise an error unless there is one for each position."""
    panels = np.atleast_1d(np.asarray(axs, dtype=object)).ravel()
    if len(panels) != count:
        problem = f"has {counted(len(panels), 'entry', 'entries')} for {counted(count, 'position')}"
        raise ArgumentError("axs", axs, problem, "give one Axes for each", subject="axs")
    return panels
