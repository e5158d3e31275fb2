"""Picking with the mouse: what `select_positions`, `select_traces` and `compare_traces` without coordinates do.

Each function checks its arguments, opens a window on the front end in use (`frontends`), and waits for it where that is
possible; otherwise it returns a live selection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array, on_host, parse_time_axis
from .._draw import as_image
from .._extract import check_nan_policy
from .._reading import as_source
from .._regions import check_size, check_window
from ..trace import Picked
from .frontends.base import Frontend
from .frontends.choose import choose_frontend
from .points import PointPicker
from .positions_window import PositionsWindow
from .selection import Position, PositionsSelection, TracesSelection
from .traces_window import ComparisonWindow, TracesWindow, frame_shape

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pick_positions(
    image: Any,
    as_integers: bool,
    *,
    title: str,
    num_points: int | None,
    positions: Any,
    display: dict[str, Any],
    colorbar: str | None,
    block: bool | None,
    browser: bool | None,
) -> "list[Position] | PositionsSelection":
    """Pick positions on an image; see `optimap.trace.select_positions`."""
    pixels = as_picture(image)
    picker = PointPicker(positions, frame_shape=height_width(pixels), as_integers=as_integers, limit=num_points)
    frontend = choose_frontend(block, browser)
    shown = display_options(display, colorbar)
    with closed_on_failure(frontend):
        figure = frontend.new_figure((7, 7))
        window = PositionsWindow(figure, pixels, picker, shown, title or "Click to pick positions")
        window.sync()
    return window.positions if run(frontend, window) else PositionsSelection(window)


def pick_traces(
    video: Any,
    size: Any,
    ref_frame: Any,
    x: Any,
    fps: Any,
    *,
    window: str | None,
    positions: Any,
    as_integers: bool,
    num_points: int | None,
    nan_policy: str,
    title: str,
    display: dict[str, Any],
    colorbar: str | None,
    block: bool | None,
    browser: bool | None,
) -> "Picked | TracesSelection":
    """Pick positions on a video and see their traces; see `optimap.trace.select_traces`."""
    video = as_source(video).video
    size, window = check_size(size), check_window(window)
    check_nan_policy(nan_policy)
    times, label = parse_time_axis(int(video.shape[0]), x, fps)
    frame, pixels = reference_image(video, ref_frame)
    picker = PointPicker(positions, frame_shape=frame_shape(video), as_integers=as_integers, limit=num_points)
    frontend = choose_frontend(block, browser)
    shown = display_options(display, colorbar)
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
            display=shown,
            title=title or "Click to pick positions",
            nan_policy=nan_policy,
        )
    if not run(frontend, view):
        return TracesSelection(view)
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
    frame, pixels = reference_image(videos[0], ref_frame)
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
    if run(frontend, view):
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


def display_options(display: dict[str, Any], colorbar: str | None) -> dict[str, Any]:
    """Return how the image is drawn; positions are pixels, so nothing may move these."""
    for name in ("extent", "origin", "transform"):
        if name in display:
            raise ValueError(
                f"{name} = {display[name]!r} would move the pixels, and positions are pixels: leave it out"
            )
    return {**display, "colorbar": colorbar}


def run(frontend: Frontend, window: PositionsWindow) -> bool:
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


def as_picture(image: Any) -> Array:
    """Return an image, or the first frame of a video."""
    shape = np.shape(image)
    is_video = len(shape) == 3 and shape[-1] not in (3, 4)
    return as_image(np.asarray(image[0]) if is_video else image)


def height_width(pixels: Array) -> tuple[int, int]:
    return int(pixels.shape[0]), int(pixels.shape[1])


def reference_image(video: Any, ref_frame: Any) -> tuple[int | None, Array]:
    """Return the number of the frame to show at first (None for an image), and the image."""
    frames = int(video.shape[0])
    if np.ndim(ref_frame) > 0:
        pixels = as_image(ref_frame, "ref_frame")
        if height_width(pixels) != frame_shape(video):
            raise ValueError(f"ref_frame has shape {pixels.shape}: the video's frames are {frame_shape(video)}")
        return None, pixels
    if not isinstance(ref_frame, (int, np.integer)) or not -frames <= ref_frame < frames:
        raise ValueError(f"ref_frame = {ref_frame!r}: give a frame number in 0..{frames - 1}, or an image (H, W)")
    number = int(ref_frame) % frames
    return number, np.asarray(on_host(video[number]))
