"""The activation map of the beat at a moment, which a picking window shows instead of the picture.

Beats are those of the mean of all pixels, which is read when the first map is asked for and kept; a map reads only the
frames of its beat. `MapLayer` draws the map over the picture, with labelled isochrones, and takes it away again.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import ArgumentError, Array, Floats, Polarity, on_host
from .._beats import instead_of_beats, steepest_snr
from .._extract import span_traces
from .._reading import Source
from .._regions import find_places, join_spans, window_spans
from .._series import detect_polarity
from ..activation import compute_activation_map
from ..beats import find_beats

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

BEFORE, AFTER = 0.25, 0.5  # of the interval to the next beat: the frames in which pixels are activated
LEAST = 20  # frames to each side
GRID, WINDOW = 12, 5  # windows on each side of the frame, and pixels on each side of a window


class BeatAtCursor:
    """Maps of the beats of a video, each of the beat that is nearest to a frame."""

    def __init__(self, video: Source) -> None:
        self._video = video
        self._beats: Floats | None = None
        self._falls = False
        self._found = ""  # in place of beats

    def find(self, frame: int) -> tuple[float, Floats]:
        """Return when the beat nearest to a frame is activated, in frames, and its map, from its first activation.

        Raises
        ------
        ValueError
            If there are no beats in the mean of all pixels, or no pixel is activated.
        """
        beats = self._find_beats()
        at = int(np.abs(beats - frame).argmin())
        neighbours = np.diff(beats)
        interval = float(np.median(neighbours)) if len(neighbours) else float(self._video.shape[0])
        start = max(0, int(beats[at] - max(LEAST, BEFORE * interval)))
        stop = min(self._video.shape[0], int(beats[at] + max(LEAST, AFTER * interval)) + 1)
        part: Any = np.asarray(on_host(self._video.video[start:stop]))
        times = compute_activation_map(part, falling_edge=self._falls, interpolate=True, show=False)
        if not np.isfinite(times).any():
            raise _no_map("no pixel of this beat stands out of its noise")
        return float(beats[at]), times

    def _find_beats(self) -> Floats:
        """Return when the beats of the mean are activated.

        Whether they point up or down is seen in small windows all over the frame: in the mean of all pixels, where a
        wave takes its time, rises are no faster than falls.
        """
        if self._beats is None:
            height, width = shape = self._video.frame_shape
            y, x = np.mgrid[: height : -(-height // GRID), : width : -(-width // GRID)]
            places = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64)
            whole = find_places(np.ones(shape, bool), shape).spans
            spans = join_spans(whole, window_spans(places, WINDOW, "rect", shape))
            traces = np.asarray(on_host(span_traces(self._video, spans, "omit")), np.float64)
            known = traces[:, 1:][:, np.isfinite(traces[:, 1:]).all(axis=0)]
            self._falls = detect_polarity(known) == "down"
            polarity: Polarity = "down" if self._falls else "up"
            mean = traces[:, 0]
            if known.shape[1] and not np.isfinite(mean).all():  # because of a pixel that is infinite
                mean = known.mean(axis=1)
            self._beats = np.asarray(find_beats(mean, polarity=polarity))
            self._found = instead_of_beats(steepest_snr(mean, polarity))
        if len(self._beats) == 0:
            raise _no_map(f"the mean of all pixels has no beats: {self._found}")
        return self._beats


def _no_map(problem: str) -> ArgumentError:
    return ArgumentError("video", None, problem, "look at the traces of single pixels", subject="video")


class MapLayer:
    """A map over the picture of an axes; it is part of the background, so that points are drawn on top."""

    def __init__(self, ax: "Axes") -> None:
        self._ax = ax
        self._artists: list[Artist] = []

    @property
    def is_shown(self) -> bool:
        """Whether there is a map."""
        return bool(self._artists)

    def show(self, times: Array, unit: str) -> None:
        """Draw a map, whose times are in a unit."""
        ax = self._ax
        limits = ax.get_xlim(), ax.get_ylim()
        self._artists = [ax.imshow(times, cmap="turbo", interpolation="none", zorder=0.1)]
        if min(times.shape) > 1 and np.nanmin(times) < np.nanmax(times):
            lines = ax.contour(np.ma.masked_invalid(times), colors="black", linewidths=0.8, zorder=0.2)
            lines.clabel(fmt=f"%g {unit}", fontsize="small")  # removed with the lines
            self._artists.append(lines)
        ax.set(xlim=limits[0], ylim=limits[1])

    def hide(self) -> None:
        """Remove the map."""
        for artist in self._artists:
            artist.remove()
        self._artists = []
