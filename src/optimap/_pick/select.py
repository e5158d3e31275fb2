"""Picking with the mouse: the work of `select_positions`, `select_traces` and `compare_traces` without coordinates.

Each function checks its arguments, opens a view on the front end in use (`frontends`), and returns what was picked,
or a live selection if the call cannot wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Array, FrameShape, VideoLike, check_flag, parse_time_axis, printable
from .._draw import as_image, check_scale
from .._extract import check_nan_policy
from .._reading import Source, as_source, mean_image, read_frame
from .._regions import Positions, check_size, check_window, find_places
from ..trace import Picked
from .comparison_view import ComparisonView
from .frontends.base import Frontend
from .frontends.choose import frontend_in_use
from .points import PointPicker, Position
from .positions_view import PositionsView
from .selection import PositionsSelection, TracesSelection
from .traces_view import TracesView

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pick_positions(
    image: ArrayLike,
    as_integers: bool,
    *,
    title: str,
    num_points: int | None,
    positions: object,
    display: dict[str, Any],
    colorbar: str | None,
    block: bool | None,
    browser: bool | None,
) -> "list[Position] | PositionsSelection":
    """Pick positions on an image; see `optimap.trace.select_positions`."""
    pixels = as_picture(image)
    shape = height_width(pixels)
    points = first_points(positions, shape)
    picker = PointPicker(points, frame_shape=shape, as_integers=as_integers, limit=num_points)
    shown = display_options(display, colorbar)
    frontend = frontend_in_use(block, browser)
    with closed_on_failure(frontend):
        figure = frontend.new_figure((7, 7), window_name(title, image))
        view = PositionsView(figure, pixels, picker, shown, title or recording_name(image) or "Click to pick positions")
        view.sync()
        is_done = run(frontend, view)
    return view.positions if is_done else PositionsSelection(view)


def pick_traces(
    video: VideoLike | ArrayLike,
    size: int,
    ref_frame: ArrayLike | None,
    x: ArrayLike | None,
    fps: float | None,
    *,
    window: str | None,
    positions: object,
    as_integers: bool,
    num_points: int | None,
    nan_policy: str,
    treated: bool,
    title: str,
    display: dict[str, Any],
    colorbar: str | None,
    block: bool | None,
    browser: bool | None,
) -> "Picked | TracesSelection":
    """Pick positions on a video and see their traces; see `optimap.trace.select_traces`."""
    source = as_source(video)
    size, window = check_size(size), check_window(window)
    check_nan_policy(nan_policy)
    check_flag(treated, "treated")
    times, label = parse_time_axis(source.shape[0], x, fps, source.axis_times)
    frame = frame_number(source, ref_frame)
    points = first_points(positions, source.frame_shape)
    picker = PointPicker(points, frame_shape=source.frame_shape, as_integers=as_integers, limit=num_points)
    shown = display_options(display, colorbar)
    frontend = frontend_in_use(block, browser)
    with closed_on_failure(frontend):
        view = TracesView(
            frontend.new_figure((14, 7), window_name(title, video)),
            [source],
            reference_image(source, ref_frame, frame),
            picker,
            frame=frame,
            size=size,
            window=window,
            times=times,
            time_label=label,
            styles=[{}],
            display=shown,
            title=title or recording_name(video) or "Click to pick positions",
            nan_policy=nan_policy,
            treated=treated,
        )
        is_done = run(frontend, view)
    if not is_done:
        return TracesSelection(view)
    picked = Picked((view.result, view.positions))
    picked.size, picked.metadata = view.size, view.made
    view.warn_of_untreated()
    view.release()
    return picked


def compare_by_clicking(
    videos: list[VideoLike],
    times: Array,
    label: str,
    styles: list[dict[str, Any]],
    *,
    size: int,
    window: str | None,
    scale: str,
    ref_frame: ArrayLike | None,
    title: str | None,
    block: bool | None,
    browser: bool | None,
) -> "Axes":
    """Show the traces of several videos at the position that was clicked last; return their Axes."""
    size, window = check_size(size), check_window(window)
    sources = [as_source(video) for video in videos]
    frame = frame_number(sources[0], ref_frame)
    height, width = (min(sizes) for sizes in zip(*(source.frame_shape for source in sources), strict=True))
    picker = PointPicker((), frame_shape=(height, width), limit=1)
    frontend = frontend_in_use(block, browser)
    with closed_on_failure(frontend):
        view = ComparisonView(
            frontend.new_figure((14, 7), window_name(title, videos[0])),
            sources,
            reference_image(sources[0], ref_frame, frame),
            picker,
            frame=frame,
            size=size,
            window=window,
            times=times,
            time_label=label,
            styles=styles,
            display={"cmap": "gray"},
            title=title or recording_name(videos[0]) or "Click to compare",
            scale=scale,
        )
        add_legend(view.ax_traces, styles)
        is_done = run(frontend, view)
    if is_done:
        view.release()
    return view.ax_traces


def add_legend(ax: "Axes", styles: list[dict[str, Any]]) -> None:
    """Add a legend with the names of the videos, if there are any: left of the label below, where no trace is."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation

    if any("label" in style for style in styles):
        handles = [Line2D([], [], **style) for style in styles]
        below: Any = ax.transAxes + ScaledTranslation(0, -0.27, ax.figure.dpi_scale_trans)
        place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (0, 0), "bbox_transform": below}
        small: dict[str, Any] = {"frameon": False, "fontsize": "small", "borderaxespad": 0, "borderpad": 0}
        ax.legend(handles=handles, ncols=min(len(handles), 4), columnspacing=1, **small, **place)
        ax.set_xlabel(ax.get_xlabel(), loc="right")


def recording_name(video: object) -> str:
    """Return the name of the file that a video comes from, or an empty text."""
    path = getattr(video, "path", None)
    return printable(path.name) if isinstance(path, Path) else ""


def window_name(title: str | None, video: object) -> str:
    """Return the title of a window: what is shown in it, and by which program."""
    shown = title or recording_name(video)
    return f"{shown} - optimap" if shown else "optimap"


@contextmanager
def closed_on_failure(frontend: Frontend) -> Iterator[None]:
    """Close the window if something goes wrong."""
    try:
        yield
    except BaseException:
        frontend.close()
        raise


def run(frontend: Frontend, view: PositionsView) -> bool:
    """Let the user pick; return whether picking is finished."""
    view.when_finished(frontend.finish)
    is_complete = view.picker.full and view.closes_when_full
    if not is_complete and not frontend.present():
        return False
    view.finish()
    frontend.close()
    return True


def display_options(display: dict[str, Any], colorbar: str | None) -> dict[str, Any]:
    """Return the options for drawing the image; positions are pixels, so no option may move the pixels."""
    for name in ("extent", "origin", "transform"):
        if name in display:
            problem = "would move the pixels, but positions are given in pixels"
            raise ArgumentError(name, display[name], problem, "leave it out")
    check_scale(*(display.get(name) for name in ("cmap", "vmin", "vmax")))
    return {**display, "colorbar": colorbar}


def first_points(positions: object, shape: FrameShape) -> Positions:
    """Return the positions to start with; regions start with a point at the centre of each."""
    places = find_places(positions, shape, name="positions")
    return np.asarray(places.positions) if places.regions is None else places.regions.centers()


def as_picture(image: ArrayLike) -> Array:
    """Return an image, or the mean of frames of a video."""
    shape = np.shape(image)
    if len(shape) == 3 and shape[-1] not in (3, 4):
        video: Any = image
        return mean_image(as_source(video, "image"))
    return as_image(image)


def height_width(pixels: Array) -> FrameShape:
    """Return (H, W) of an image, grey or in colour."""
    return int(pixels.shape[0]), int(pixels.shape[1])


def frame_number(video: Source, ref_frame: ArrayLike | None) -> int | None:
    """Return the number of the frame to show at first, or None if `ref_frame` is an image, or left out."""
    if ref_frame is None:
        return None
    frames = video.shape[0]
    if np.ndim(ref_frame) > 0:
        pixels = as_image(ref_frame, "ref_frame")
        if height_width(pixels) != video.frame_shape:
            cure = f"give an image of the size of the video's frames, {video.frame_shape}"
            raise ArgumentError("ref_frame", ref_frame, f"has shape {pixels.shape}", cure, subject="ref_frame")
        return None
    if not isinstance(ref_frame, (int, np.integer)) or not -frames <= ref_frame < frames:
        cure = f"give a frame number in 0..{frames - 1}, or an image (H, W)"
        raise ArgumentError("ref_frame", ref_frame, "is not a frame of the video", cure, plain=True)
    return int(ref_frame) % frames


def reference_image(video: Source, ref_frame: ArrayLike | None, frame: int | None) -> Array:
    """Return the image to show at first: a frame of the video, `ref_frame` itself, or the mean of frames."""
    if ref_frame is None:
        return mean_image(video)
    return as_image(ref_frame) if frame is None else read_frame(video, frame)
