"""Drawing regions with the mouse: the work of `select_regions`, on the front end in use."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Array, FrameShape, VideoLike, parse_time_axis
from .._extract import check_nan_policy
from .._reading import as_source
from .._regions import Outlines, Regions, check_size, find_places
from .frontends.choose import frontend_in_use
from .select import (
    as_picture,
    closed_on_failure,
    display_options,
    frame_number,
    height_width,
    recording_name,
    reference_image,
    run,
    window_name,
)
from .selection import RegionsSelection
from .shapes import ShapePicker, pixel_box
from .shapes_view import Drawing, ImageDrawing, TracesDrawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEADLINE = "Draw regions"


def pick_regions(
    image_or_video: ArrayLike | VideoLike,
    size: int,
    ref_frame: ArrayLike | None,
    x: ArrayLike | None,
    fps: float | None,
    *,
    regions: object,
    num_regions: int | None,
    nan_policy: str,
    title: str,
    display: dict[str, Any],
    colorbar: str | None,
    block: bool | None,
    browser: bool | None,
) -> Regions | RegionsSelection:
    """Draw regions on an image or a video; see `optimap.trace.select_regions`."""
    shown, size = display_options(display, colorbar), check_size(size)
    name, heading = window_name(title, image_or_video), title or recording_name(image_or_video) or HEADLINE
    shape = np.shape(image_or_video)
    view: Drawing
    if len(shape) == 2 or (len(shape) == 3 and shape[-1] in (3, 4)):
        _check_no_times(x, fps)
        pixels = as_picture(image_or_video)  # type: ignore[arg-type]  # it is not a video
        picker = _picker(regions, height_width(pixels), size, num_regions)
        frontend = frontend_in_use(block, browser)
        with closed_on_failure(frontend):
            view = ImageDrawing(frontend.new_figure((7, 7), name), pixels, picker, shown, heading)
            view.adapter.size = max(size, 1)
            view.sync()
            is_done = run(frontend, view)
    else:
        video = _Video(image_or_video, ref_frame, x, fps, nan_policy)
        picker = _picker(regions, video.source.frame_shape, size, num_regions)
        frontend = frontend_in_use(block, browser)
        with closed_on_failure(frontend):
            view = video.view(frontend.new_figure((14, 7), name), picker, size, shown, heading)
            is_done = run(frontend, view)
    if not is_done:
        return RegionsSelection(view)
    drawn = RegionsSelection(view).regions
    view.release()
    return drawn


def pick_regions_with_traces(
    video: VideoLike, size: int, *, regions: object, fps: float | None, treated: bool, title: str, browser: bool | None
) -> tuple[Regions, Array, dict[str, Any]]:
    """Draw regions on a video; return them, their traces as recorded or as drawn, and how these were made."""
    shown = _Video(video, None, None, fps, "propagate")
    picker = _picker(regions, shown.source.frame_shape, check_size(size), None)
    frontend = frontend_in_use(True, browser)
    with closed_on_failure(frontend):
        figure = frontend.new_figure((14, 7), window_name(title, video))
        view = shown.view(figure, picker, size, display_options({"cmap": "gray"}, None), title, treated)
        run(frontend, view)
    drawn, traces, made = RegionsSelection(view).regions, view.result, view.made
    view.warn_of_untreated()
    view.release()
    return drawn, traces, made


class _Video:
    """A video, and what belongs to it, checked before a window opens."""

    def __init__(
        self, video: Any, ref_frame: ArrayLike | None, x: ArrayLike | None, fps: float | None, nan_policy: str
    ) -> None:
        self.source, self._nan_policy = as_source(video), nan_policy
        check_nan_policy(nan_policy)
        self._times, self._label = parse_time_axis(self.source.shape[0], x, fps, self.source.axis_times)
        self._frame = frame_number(self.source, ref_frame)
        self._image = reference_image(self.source, ref_frame, self._frame)

    def view(
        self,
        figure: "Figure",
        picker: ShapePicker,
        size: int,
        display: dict[str, Any],
        title: str,
        treated: bool = False,
    ) -> TracesDrawing:
        """Return the view of it."""
        return TracesDrawing(
            figure,
            [self.source],
            self._image,
            picker,
            frame=self._frame,
            size=size,
            window="rect",
            times=self._times,
            time_label=self._label,
            styles=[{}],
            display=display,
            title=title,
            nan_policy=self._nan_policy,
            treated=treated,
        )


def _check_no_times(x: ArrayLike | None, fps: float | None) -> None:
    """Raise an error for times, which an image does not have."""
    for name, value in (("x", x), ("fps", fps)):
        if value is not None:
            problem, cure = "belongs to a video, and an image was given", "leave it out, or give the video"
            raise ArgumentError(name, value, problem, cure, subject=name)


def _picker(regions: object, shape: FrameShape, size: int, limit: int | None) -> ShapePicker:
    """Return a picker with the regions to start with; positions start with the windows around them."""
    if regions is None:
        return ShapePicker(frame_shape=shape, limit=limit)
    places = find_places(regions, shape, size, "rect", name="regions")
    if places.positions is not None:
        boxes = [[np.array(pixel_box(position, max(size, 1)))] for position in places.positions]
        names = [f"x{x:.15g}_y{y:.15g}" for x, y in places.positions]
        return ShapePicker(Outlines([*boxes], names, single=False), frame_shape=shape, limit=limit)
    outlines = None if places.regions is None else places.regions.outlines
    if outlines is None:
        cure = "give polygons, positions, or regions drawn in ImageJ or by select_regions"
        raise ArgumentError("regions", regions, "have no outlines, which could be edited", cure, subject="regions")
    return ShapePicker(outlines, frame_shape=shape, limit=limit)
