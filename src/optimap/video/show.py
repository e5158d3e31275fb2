"""show_video, show_video_pair, show_videos, show_video_overlay: videos that play in a figure.

What a panel shows is decided here (range of brightness, colours); the player is in `_draw`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Limits, VideoLike, counted, positive_number, whole_number
from .._draw import check_scale
from .pictures import Clip, as_clip, blend_frames, value_range

Videos = Sequence[VideoLike | ArrayLike]

if TYPE_CHECKING:
    from .._draw import InteractivePlayer


def show_video(
    video: VideoLike | ArrayLike,
    skip_frame: int = 1,
    title: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    interval: float = 10,
    **kwargs: Any,
) -> InteractivePlayer:
    """Play a video in a figure with a slider.

    The space bar stops and continues, the left and right arrow keys show the frames before and after, and the up and
    down arrow keys make it faster and slower. Only frames that are shown are read.

    Parameters
    ----------
    video : (T, H, W) array-like, or (T, H, W, 3) or (T, H, W, 4) in colour
        NaN and masked pixels stay blank.
    skip_frame : int
        Show every nth frame.
    title : str
    vmin, vmax : float, optional
        Values drawn black and white, or as the ends of `cmap`; by default the extremes of frames from all parts of
        the video.
    cmap : str or matplotlib colormap
    interval : float
        Time between frames in ms, at least.
    **kwargs
        Passed to `matplotlib.pyplot.subplots`, such as ``figsize``.

    Returns
    -------
    InteractivePlayer
        A `matplotlib.animation.FuncAnimation`; keep it while it plays. ``save(filename, fps=)`` writes it as a movie.

    Raises
    ------
    ValueError
        If it is not a video; `cmap`, `vmin` or `vmax` cannot be used; `skip_frame` or `interval` is not positive.
    TypeError
        If the pixels are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import show_video
    >>> player = show_video(np.random.default_rng(0).normal(size=(20, 16, 16)), skip_frame=2)
    >>> player.step
    2
    """
    return _play([as_clip(video, "video")], skip_frame, [title], [cmap], [(vmin, vmax)], interval, kwargs)


def show_video_pair(
    video1: VideoLike | ArrayLike,
    video2: VideoLike | ArrayLike,
    skip_frame: int = 1,
    title1: str = "video1",
    title2: str = "video2",
    cmap1: str = "gray",
    cmap2: str = "gray",
    interval: float = 10,
    vmin1: float | None = None,
    vmax1: float | None = None,
    vmin2: float | None = None,
    vmax2: float | None = None,
    **kwargs: Any,
) -> InteractivePlayer:
    """Play two videos side by side.

    Parameters
    ----------
    video1, video2 : (T, H, W) array-like, or in colour
        Of the same length.
    skip_frame, interval, **kwargs
        As for `show_video`.
    title1, title2, cmap1, cmap2, vmin1, vmax1, vmin2, vmax2
        Those of `show_video`, for each.

    Returns
    -------
    InteractivePlayer

    Raises
    ------
    ValueError
        If the lengths differ, and as `show_video`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import show_video_pair
    >>> video = np.random.default_rng(0).normal(size=(20, 16, 16))
    >>> player = show_video_pair(video, -video, title2="upside down")
    """
    clips = [as_clip(video1, "video1"), as_clip(video2, "video2")]
    ranges = [(vmin1, vmax1), (vmin2, vmax2)]
    return _play(clips, skip_frame, [title1, title2], [cmap1, cmap2], ranges, interval, kwargs)


def show_videos(
    videos: Videos,
    skip_frame: int = 1,
    titles: Sequence[str] | None = None,
    cmaps: str | Sequence[str] = "gray",
    vmins: Limits = None,
    vmaxs: Limits = None,
    interval: float = 10,
    **kwargs: Any,
) -> InteractivePlayer:
    """Play several videos side by side.

    Parameters
    ----------
    videos : sequence of (T, H, W) array-likes, or in colour
        Of the same length.
    titles : sequence of str, optional
        By default ``Video 0`` and so on.
    cmaps, vmins, vmaxs
        Those of `show_video`: one for all, or one for each.
    skip_frame, interval, **kwargs
        As for `show_video`.

    Returns
    -------
    InteractivePlayer

    Raises
    ------
    ValueError
        If there is no video, lengths differ, or the number of titles, colour maps or limits does not fit; and as
        `show_video`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import show_videos
    >>> video = np.random.default_rng(0).normal(size=(20, 16, 16))
    >>> player = show_videos([video, -video, abs(video)], cmaps="viridis", figsize=(8, 3))
    """
    clips = [as_clip(video, f"videos[{i}]") for i, video in enumerate(videos)]
    if not clips:
        raise ArgumentError("videos", videos, "is empty", "give at least one video", subject="videos")
    count = len(clips)
    names = [f"Video {i}" for i in range(count)] if titles is None else _for_each(titles, count, "titles")
    ranges = zip(_for_each(vmins, count, "vmins"), _for_each(vmaxs, count, "vmaxs"), strict=True)
    return _play(clips, skip_frame, names, _for_each(cmaps, count, "cmaps"), list(ranges), interval, kwargs)


def show_video_overlay(
    base: VideoLike | ArrayLike,
    overlay: VideoLike | ArrayLike,
    alpha: ArrayLike | None = None,
    skip_frames: int = 1,
    cmap_base: str = "gray",
    cmap_overlay: str = "Purples",
    vmin_base: float | None = None,
    vmax_base: float | None = None,
    vmin_overlay: float | None = None,
    vmax_overlay: float | None = None,
    interval: float = 10,
    **kwargs: Any,
) -> InteractivePlayer:
    """Play a video with another one over it.

    Parameters
    ----------
    base, overlay : (T, H, W) array-like, or in colour
        Of the same shape.
    alpha : float, (H, W) or (T, H, W) array-like, optional
        Opacity of `overlay`, from 0 to 1; by default its own in colour with an opacity, else its values. Pixels that
        are NaN in `overlay` are transparent.
    cmap_base, cmap_overlay, vmin_base, vmax_base, vmin_overlay, vmax_overlay
        As for `show_video`, for each.
    skip_frames, interval, **kwargs
        As `skip_frame` and others of `show_video`.

    Returns
    -------
    InteractivePlayer

    Raises
    ------
    ValueError
        If the shapes differ, and as `show_video`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.video import show_video_overlay
    >>> video = np.random.default_rng(0).uniform(size=(20, 16, 16))
    >>> player = show_video_overlay(video, video > 0.9)
    """
    frames = blend_frames(
        as_clip(base, "base"),
        as_clip(overlay, "overlay"),
        alpha,
        (cmap_base, cmap_overlay),
        ((vmin_base, vmax_base), (vmin_overlay, vmax_overlay)),
    )
    return _play([frames], skip_frames, [""], ["gray"], [(None, None)], interval, kwargs, "skip_frames")


def _play(
    clips: list[Clip],
    skip_frame: int,
    titles: Sequence[str],
    cmaps: Sequence[Any],
    ranges: Sequence[tuple[float | None, float | None]],
    interval: float,
    figure: dict[str, Any],
    step_name: str = "skip_frame",
) -> InteractivePlayer:
    """Check what all have in common, and show a player."""
    step = whole_number(skip_frame, step_name, minimum=1)
    pause = positive_number(interval, "interval", "a positive number of milliseconds")
    for cmap, limits in zip(cmaps, ranges, strict=True):
        check_scale(cmap, *limits)
    for clip in clips[1:]:
        if clip.frames != clips[0].frames:
            problem = f"has {counted(clip.frames, 'frame')}, and {clips[0].name} {clips[0].frames}"
            raise ArgumentError(clip.name, clip.frames, problem, "give videos of the same length", subject=clip.name)
    from .._draw import Panel, play

    panels = []
    for clip, title, cmap, limits in zip(clips, titles, cmaps, ranges, strict=True):
        low, high = (None, None) if clip.in_colour else value_range(clip, *limits)
        style = {"cmap": cmap, "vmin": low, "vmax": high, "interpolation": "none"}
        panels.append(Panel(clip.picture, str(title), style))
    return play(panels, clips[0].frames, step, pause, **figure)


def _for_each(given: Any, count: int, name: str) -> list[Any]:
    """Return one for each video, given one for all or one for each."""
    if given is None or isinstance(given, (str, int, float, np.number)) or not hasattr(given, "__len__"):
        return [given] * count
    if len(given) != count:
        problem = f"has {counted(len(given), 'entry', 'entries')} for {counted(count, 'video')}"
        raise ArgumentError(name, given, problem, "give one for each", subject=name)
    return list(given)
