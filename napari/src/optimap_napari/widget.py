"""The dock widget: traces of the points and shapes that are visible in the viewer, while they are added and moved.

Whatever happens to a layer, a short timer starts, after which the places in all visible layers are compared with those
that are drawn; traces that are missing are extracted in a thread. All numbers come from public functions of `optimap`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image, Layer, Points, Shapes
from napari.qt.threading import create_worker
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QFileDialog, QWidget

from optimap import ArgumentError
from optimap.trace import TraceTable, delta_f_over_f, normalize, save_regions, save_traces

from . import __version__
from .controls import Controls
from .live import Extracted, LiveTraces, Window, extract
from .places import POINT, Place, centers_of, find_places, problem_of, regions_of

if TYPE_CHECKING:
    from napari.viewer import Viewer
    from numpy.typing import NDArray

PAUSE = 30  # ms between a change and its traces: many changes at once are one
MOST_DRAWN = 60  # traces; tables hold all
HINT = "Add points or shapes\nto see their traces"
NO_VIDEO = "Open a recording\nwith frames, rows and columns"
TABLES = "Tables (*.csv *.tsv *.xlsx *.parquet *.mat *.npz *.h5 *.nc *.nwb)"
IMAGEJ = "ImageJ regions (*.zip)"
# The events of a layer after which places may be others; `set_data` comes during a drag, too.
WATCHED = ("data", "set_data", "visible", "name", "scale", "translate", "rotate", "shear", "affine", "features")


def is_video(layer: Layer) -> bool:
    """Whether a layer holds frames, rows and columns."""
    return isinstance(layer, Image) and layer.ndim == 3 and not layer.rgb


def frames_of(video: Image) -> Any:
    """Return the frames of a layer: a recording, an array, an array of dask, or the largest of several scales."""
    return video.data[0] if video.multiscale else video.data


def axis_of(video: Image) -> dict[str, Any]:
    """Return the axis of time of a layer, as keywords: its rate, its irregular times, or nothing."""
    rate, times = video.metadata.get("fps"), getattr(frames_of(video), "times", None)
    return {"fps": rate} if rate else {} if times is None else {"x": times}


class TracesWidget(QWidget):
    """Traces of points and shapes, live.

    Parameters
    ----------
    napari_viewer : napari.Viewer
        The layers of it that are visible are followed.
    """

    def __init__(self, napari_viewer: "Viewer") -> None:
        super().__init__()
        self.viewer = napari_viewer
        self.live = LiveTraces()
        self.places: list[Place] = []  # those that have traces
        self.problems: list[str] = []  # of those that have none
        self._found: object = None
        self._drawn: object = None
        self._worker: object = None
        self._own: list[Points] = []  # layers whose points are as large as the window
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.refresh)
        self.controls = Controls(self)
        self._connect_controls()
        layers = self.viewer.layers
        layers.events.inserted.connect(self._inserted)
        layers.events.removed.connect(self._list_videos)
        layers.events.reordered.connect(self._changed)
        self.viewer.dims.events.current_step.connect(self._follow)
        for layer in layers:
            self._watch(layer)
        self._list_videos()

    # What the user does

    def _connect_controls(self) -> None:
        controls = self.controls
        controls.video.currentIndexChanged.connect(self._choose_video)
        controls.rate.valueChanged.connect(self._set_rate)
        for changed in (controls.size_box.valueChanged, controls.shape_box.currentTextChanged):
            changed.connect(self._show_window)
        for box in (controls.relative, controls.normalized):
            box.toggled.connect(self._changed)
        controls.polarity.currentTextChanged.connect(self._changed)
        controls.new_points.clicked.connect(self.add_points)
        controls.new_shapes.clicked.connect(self.add_shapes)
        controls.save_table.clicked.connect(self._ask_for_table)
        controls.save_regions.clicked.connect(self._ask_for_regions)
        controls.plot.frame_chosen.connect(self._go_to)

    def add_points(self) -> Points:
        """Add a layer of points that are as large as the window, and visible in all frames."""
        window = self.window_of_points
        about = {"name": "points", "size": max(window.size, 1), "symbol": self._symbol, "face_color": "transparent"}
        layer = self.viewer.add_points(np.empty((0, 2)), border_width=0.15, **about, **self._place())
        self._own.append(layer)
        layer.mode = "add"
        return layer

    def add_shapes(self) -> Shapes:
        """Add a layer of shapes that are visible in all frames."""
        layer = self.viewer.add_shapes(ndim=2, name="shapes", face_color="transparent", **self._place())
        layer.mode = "add_polygon"
        return layer

    def save_table(self, path: str | Path) -> None:
        """Save the traces, as they were recorded, by `optimap.trace.save_traces`, over an existing file."""
        save_traces(path, self.table(), overwrite=True)

    def save_regions(self, path: str | Path) -> None:
        """Save the shapes as regions of ImageJ, by `optimap.trace.save_regions`, over an existing file."""
        save_regions(path, regions_of([place for place in self.places if place.kind != POINT]), overwrite=True)

    def table(self) -> TraceTable:
        """Return the traces with their times, positions and names; regions have the positions of their centres."""
        video, window = self._chosen(), self.window_of_points
        frames = frames_of(video)
        self.live.use(frames)
        self._find(video)
        self.live.take(extract(frames, self.live.missing(self.places, window), window))
        about = {
            "made_by": f"optimap-napari {__version__}",
            "recording": {"name": video.name, "shape": list(frames.shape), "dtype": str(frames.dtype)},
            "size": window.size,
            "window": window.shape,
        }
        traces = self.live.matrix(self.places, window)
        names, centers = [place.name for place in self.places], centers_of(self.places, frames.shape[1:])
        return TraceTable(traces, positions=centers, names=names, metadata=about, **axis_of(video))

    # An error in these is shown by napari, as a notification.

    def _ask_for_table(self) -> None:
        if path := self._asked("Save table", ".csv", TABLES):
            self.save_table(path)

    def _ask_for_regions(self) -> None:
        if path := self._asked("Save regions", ".zip", IMAGEJ):
            self.save_regions(path)

    def _asked(self, title: str, suffix: str, filters: str) -> str | None:
        """Return the path that the user gives."""
        beside = Path(self._chosen().metadata.get("path", "recording")).absolute().parent
        dialog = QFileDialog(self, title, str(beside), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)  # asks before it replaces a file
        dialog.setDefaultSuffix(suffix)
        return dialog.selectedFiles()[0] if dialog.exec() else None

    # What is there

    @property
    def video(self) -> Image | None:
        """The layer whose traces are shown."""
        return self.controls.video.currentData()

    @property
    def is_settled(self) -> bool:
        """Whether what is drawn is what is there."""
        return self._worker is None and not self._timer.isActive()

    @property
    def window_of_points(self) -> Window:
        """The window around points."""
        return Window(self.controls.size_box.value(), self.controls.shape_box.currentText())

    @property
    def _symbol(self) -> str:
        return "disc" if self.window_of_points.shape == "disc" else "square"

    def _chosen(self) -> Image:
        if self.video is None:
            raise ArgumentError("video", None, "is not there", "open a recording first", subject="the recording")
        return self.video

    def _place(self) -> dict[str, Any]:
        """Return the place of rows and columns in the world, for new layers."""
        if self.video is None:
            return {}
        alike = ("scale", "translate", "units", "axis_labels")
        return {name: getattr(self.video, name)[-2:] for name in alike}

    def _find(self, video: Image) -> None:
        """Find the places that have traces, and the problems of others."""
        followed = [layer for layer in self.viewer.layers if layer.visible and isinstance(layer, (Points, Shapes))]
        shape = tuple(frames_of(video).shape[1:])
        found = shape, find_places(followed, video)
        if found != self._found:  # most changes, such as that of the frame, change no place
            problems = {place: problem_of(place, shape) for place in found[1]}
            self.places = [place for place, problem in problems.items() if problem is None]
            self.problems = [problem for problem in problems.values() if problem is not None]
            self._found = found

    # What happens in the viewer

    def _inserted(self, event: Any) -> None:
        self._watch(event.value)
        self._list_videos()

    def _watch(self, layer: Layer) -> None:
        """Follow a layer that may hold places or frames."""
        if isinstance(layer, (Points, Shapes)):
            for name in WATCHED:
                getattr(layer.events, name).connect(self._changed)
        elif isinstance(layer, Image):
            layer.events.name.connect(self._list_videos)
            layer.events.data.connect(self._forget)

    def _list_videos(self, event: object = None) -> None:
        videos = [layer for layer in self.viewer.layers if is_video(layer)]
        self.controls.list_videos(videos)
        self._choose_video()

    def _choose_video(self, index: object = None) -> None:
        rate = None if self.video is None else axis_of(self.video).get("fps")
        self.controls.show_rate(rate)
        self._follow()
        self._changed()

    def _set_rate(self, rate: float) -> None:
        if self.video is not None:
            self.video.metadata["fps"] = rate or None
            self._changed()

    def _show_window(self, value: object = None) -> None:
        for layer in self._own:
            layer.size, layer.symbol = max(self.window_of_points.size, 1), self._symbol
        self._changed()

    def _forget(self, event: object = None) -> None:
        self.live.forget()
        self._drawn = None
        self._changed()

    def _changed(self, event: object = None) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _follow(self, event: object = None) -> None:
        """Move the cursor to the frame that the viewer shows."""
        if self.video is not None:
            frame = round(self.video.world_to_data(self.viewer.dims.point)[0])
            self.controls.plot.show_frame(min(max(frame, 0), len(frames_of(self.video)) - 1))

    def _go_to(self, frame: int) -> None:
        """Show a frame in the viewer."""
        if self.video is not None:
            self.viewer.dims.set_point(self.viewer.dims.ndim - 3, self.video.data_to_world((frame, 0, 0))[0])

    # Traces

    def refresh(self) -> None:
        """Draw the traces of what is visible; those that are missing are extracted first, in a thread."""
        if self.video is None:
            self._show_nothing(NO_VIDEO)
            return
        frames, window = frames_of(self.video), self.window_of_points
        self.live.use(frames)
        self._find(self.video)
        missing = self.live.missing(self.places, window)
        if not missing:
            self._draw()
        elif self._worker is None:  # otherwise, this is called again when it returns
            done = {"returned": self._extracted, "errored": self._failed}
            self._worker = create_worker(extract, frames, missing, window, _connect=done)

    def _extracted(self, found: Extracted) -> None:
        self._worker = None
        self.live.take(found)
        self.refresh()

    def _failed(self, error: Exception) -> None:
        """Leave the plot as it is and say what happened; the next change tries again."""
        self._worker, self._drawn = None, None
        self.controls.say([str(error)])

    def _draw(self) -> None:
        video, window, controls = self._chosen(), self.window_of_points, self.controls
        traces = self.live.matrix(self.places, window)
        names, axis = [place.name for place in self.places], axis_of(video)
        switches = (controls.relative.isChecked(), controls.polarity.currentText(), controls.normalized.isChecked())
        state = (id(self.live.video), self.places, self.problems, window, switches, axis.get("fps"))
        if state == self._drawn:
            return
        self._drawn = state
        controls.allow_saving(bool(self.places), any(place.kind != POINT for place in self.places))
        if not self.places:
            self._show_nothing(HINT, self.problems)
            return
        problems = list(self.problems)
        if len(names) > MOST_DRAWN:
            problems.append(f"the first {MOST_DRAWN} of {len(names)} traces are drawn, and all of them saved")
        shown, label = self._treated(traces[:, :MOST_DRAWN], *switches, problems)
        colors = controls.plot.show(shown, names[:MOST_DRAWN], label, **axis)
        controls.say(problems)
        self._paint(colors)

    def _treated(
        self, traces: "NDArray[Any]", relative: bool, polarity: Any, normalized: bool, problems: list[str]
    ) -> "tuple[NDArray[Any], str]":
        """Return traces as they are shown, and the label of their axis; what cannot be done joins the problems."""
        label = "Intensity"
        try:
            if relative:
                traces, label = np.asarray(delta_f_over_f(traces, polarity=polarity)), "ΔF/F"
            if normalized:
                traces, label = np.asarray(normalize(traces)), "Normalized"
        except ArgumentError as error:
            is_undecided = error.keyword == "polarity"
            problems.append(error.sentence(cure="choose the direction of beats above") if is_undecided else str(error))
        return traces, label

    def _show_nothing(self, hint: str, problems: Sequence[str] = ()) -> None:
        self._drawn = None
        self.controls.allow_saving(False, False)
        self.controls.plot.show_hint(hint)
        self.controls.say(problems)

    def _paint(self, colors: list[str]) -> None:
        """Give points and shapes the colours of their traces."""
        for layer in self.viewer.layers:
            drawn = zip(self.places, colors, strict=False)
            own = {place.number: color for place, color in drawn if place.layer == layer.name}
            if own:
                every = [own.get(number, "gray") for number in range(len(layer.data))]
                if isinstance(layer, Shapes):
                    layer.edge_color = every
                elif layer in self._own:
                    layer.border_color = every
                else:
                    layer.face_color = every
