"""compare_traces: several videos at the same positions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..image._show import new_axes, show_figures
from ._extract import extract_traces
from ._plot import line_arguments, show_traces, time_axis
from ._positions import parse_positions
from ._video import as_video

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[Any]


def compare_traces(
    videos: Sequence[Any],
    coords: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    colors: Any = None,
    size: int = 5,
    ref_frame: int = 0,
    fps: float | None = None,
    x: ArrayLike | None = None,
    *,
    window: str | None = None,
    title: str | None = None,
    axs: "Sequence[Axes] | None" = None,
    block: bool | None = None,
    browser: bool | None = None,
) -> Any:
    """Compare traces of several videos: one panel for each position, one line for each video.

    Without `coords`, click on the first video's image to compare at that position; closing the window finishes.

    Parameters
    ----------
    videos : sequence of (T, H, W) array-likes
        Lengths may differ: a shorter video ends where it ends. Not modified.
    coords : (x, y) or sequence of (x, y), in pixels, optional
        Left out, the position is picked with the mouse.
    labels : sequence of str, optional
        Names of the videos, for the legend.
    colors : color or sequence of colors, optional
        One for each video.
    size : int
        Width of the window in pixels, see `extract_traces`.
    ref_frame : int or (H, W) array
        Frame of the first video to pick a position on, or an image; not used where `coords` are given.
    fps : float, optional
        Frames per second: the x-axis is in seconds.
    x : (T,) array-like, optional
        Values on the x-axis, for the longest video; not together with `fps`.
    window : {'rect', 'disc', 'pixel'}, optional
    title : str, optional
        Above all panels.
    axs : sequence of matplotlib Axes, optional
        One for each position; by default in a new figure, which is shown.
    block, browser : bool, optional
        For picking, see `select_positions`.

    Returns
    -------
    matplotlib.axes.Axes, or (N,) array of them
        One Axes for one position given alone, or picked with the mouse.

    Raises
    ------
    RuntimeError
        If there is no way to pick: no display, or a backend that only writes files.
    ValueError
        If `videos` is empty, `coords` is, a position lies outside a video, or a number of labels, colors or axs does
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
    times, label = time_axis(longest, x, fps)
    own, _ = line_arguments(len(clips), colors, labels, {}, "videos")
    if coords is None:
        from ._select import compare_by_clicking

        if axs is not None:
            raise ValueError("axs is given without coords: a window for picking has its own axes")
        choice: dict[str, Any] = {"size": size, "window": window, "ref_frame": ref_frame, "title": title}
        return compare_by_clicking(clips, times, label, own, **choice, block=block, browser=browser)
    points, single = _positions_in_all(coords, clips)
    traces = [np.asarray(extract_traces(clip, points, size, window=window)) for clip in clips]
    panels = _panels(axs, len(points))
    for i, (panel, (px, py)) in enumerate(zip(panels, points, strict=True)):
        for trace, properties in zip(traces, own, strict=True):
            show_traces(trace[:, i], x=times[: len(trace)], ax=panel, **properties)
        if longest > 1:
            panel.set_xlim(times[0], times[-1])
        panel.set_title(f"({px:g}, {py:g})")
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
    return panels[0] if single else panels


def _as_videos(videos: Sequence[Any]) -> list[Any]:
    if not hasattr(videos, "__iter__"):
        raise TypeError(f"videos = {videos!r}: give a list of videos")
    if len(getattr(videos, "shape", ())) == 3:
        raise ValueError("videos is a single video: give a list of videos, [video]")
    clips = [as_video(video, f"videos[{i}]") for i, video in enumerate(videos)]
    if not clips:
        raise ValueError("videos is empty: give at least one video")
    return clips


def _positions_in_all(coords: Any, clips: list[Any]) -> tuple[Array, bool]:
    points, single = parse_positions(coords)
    for i, clip in enumerate(clips):
        parse_positions(points, (int(clip.shape[1]), int(clip.shape[2])), name=f"in videos[{i}], coords")
    if not len(points):
        raise ValueError("coords is empty: give at least one position to compare at")
    return points, single


def _panels(axs: Any, count: int) -> Array:
    if axs is None:
        axs = new_axes(nrows=count, sharex=True, squeeze=False, figsize=(7, 0.6 + 2.2 * count))
    panels = np.atleast_1d(np.asarray(axs, dtype=object)).ravel()
    if len(panels) != count:
        raise ValueError(f"axs has {len(panels)} entries for {count} positions: give one Axes for each")
    return panels
