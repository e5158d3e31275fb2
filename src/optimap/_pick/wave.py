"""The signal of single frames, which shows where a wave is: a frame minus the baseline, upright, smoothed, in percent.

Baselines are found once, from frames that are spread over the recording: in each pixel the mean of those at rest, and
for all pixels together a curve for the slow fading of the dye. After that, a frame takes the reading of itself and
its neighbours, so that any moment of a recording of any length is shown while the mouse moves.
"""

from collections import OrderedDict

import numpy as np

from .._base import ArgumentError, Array, budget
from .._reading import Source, as_source, read_frame, spread_frames
from .._series import detect_polarity

MOST, LEAST = 100, 16  # frames for the baseline
BEATS = 512  # frames that show whether beats point up or down
NEXT = 1  # frames to each side that are averaged
SIGMA = 1.0  # pixels of the smoothing in space
DARK = 0.2  # of the bright tissue: pixels below have no ratio
GRID = 12  # places on each side of the frame whose traces show the polarity
REACH = 99.5  # percentile of signals in the tissue that is the end of the colour scale


class Wave:
    """Signals of the frames of a video; nothing is read before the first is asked for."""

    def __init__(self, video: Source) -> None:
        self._video = video
        self._rest: Array | None = None  # in each pixel, NaN where there is no tissue
        self._fading = np.zeros(1)  # coefficients of a polynomial of the place in the recording, 0 to 1
        self._sign = 1.0
        self._recent: OrderedDict[int, Array] = OrderedDict()
        self.limit = 1.0  # percent: the usual size of signals

    def prepare(self) -> None:
        """Find the baseline, the polarity, and the usual size of signals."""
        if self._rest is not None:
            return
        video = self._video
        count = int(np.clip(budget().held_bytes // max(video.frame_bytes, 1), LEAST, MOST))
        numbers = spread_frames(video, count)
        frames = [read_frame(video, number) for number in numbers.tolist()]
        self._sign = self._polarity()
        levels = np.array([_level(frame) for frame in frames])
        self._fading = _curve(self._place(numbers), levels)
        self._rest = self._at_rest(frames, numbers)
        shown = numbers[:: max(1, len(numbers) // LEAST)]
        sizes = np.concatenate([np.abs(self._signal(number)).ravel() for number in shown.tolist()])
        sizes = sizes[np.isfinite(sizes)]
        self.limit = float(np.percentile(sizes, REACH)) if sizes.size else 1.0
        self.limit = self.limit or 1.0

    def signal(self, frame: int) -> Array:
        """Return the signal (H, W) of a frame in percent of the baseline; NaN where there is no tissue."""
        self.prepare()
        return self._signal(frame)

    def _signal(self, frame: int) -> Array:
        from scipy.ndimage import gaussian_filter

        last = self._video.shape[0] - 1
        near = range(max(frame - NEXT, 0), min(frame + NEXT, last) + 1)
        mean = sum(self._read(number) for number in near) / np.float32(len(near))
        rest = np.asarray(self._rest)
        level = np.float32(100 * self._sign / self._faded(frame))
        with np.errstate(invalid="ignore", over="ignore"):
            ratio = np.asarray(mean) / rest
        ratio *= level
        ratio -= np.float32(100 * self._sign)
        known = np.isfinite(ratio)
        ratio[~known] = 0
        smooth = gaussian_filter(ratio, SIGMA, truncate=2, mode="nearest")
        smooth[~known] = np.nan
        return np.asarray(smooth)

    def _read(self, number: int) -> Array:
        """Return a frame in float32; the last few are kept."""
        if number not in self._recent:
            self._recent[number] = read_frame(self._video, number).astype(np.float32)
            while len(self._recent) > 2 * NEXT + 2:
                self._recent.popitem(last=False)
        self._recent.move_to_end(number)
        return self._recent[number]

    def _place(self, numbers: Array) -> Array:
        return np.asarray(numbers / max(self._video.shape[0] - 1, 1))

    def _faded(self, frame: int) -> float:
        """Return the brightness of all pixels at rest in a frame, relative to the mean over the recording."""
        return float(np.polynomial.polynomial.polyval(self._place(np.array(frame)), self._fading))

    def _at_rest(self, frames: list[Array], numbers: Array) -> Array:
        """Return the mean of each pixel over the frames on the side of its mean where no beat is."""
        level = [np.float32(1 / self._faded(number)) for number in numbers.tolist()]
        mean = np.zeros(self._video.frame_shape, np.float32)
        for frame, scale in zip(frames, level, strict=True):
            mean += frame * (scale / len(frames))
        total, count = np.zeros_like(mean), np.zeros_like(mean)
        for frame, scale in zip(frames, level, strict=True):
            value = frame * scale
            resting = (value - mean) * np.float32(self._sign) <= 0
            total += np.where(resting, value, 0)
            count += resting
        with np.errstate(invalid="ignore", divide="ignore"):
            rest = total / count
        known = rest[np.isfinite(rest)]
        bright = float(np.percentile(known, 98)) if known.size else 0.0
        return np.asarray(np.where(rest > max(DARK * bright, 0.0), rest, np.nan), np.float32)

    def _polarity(self) -> float:
        """Return 1 if beats point up, -1 if they point down, as places all over the frame show in some frames."""
        count = int(np.clip(budget().held_bytes // max(self._video.frame_bytes, 1), LEAST, BEATS))
        part = as_source(self._video.video[:count])
        rows, columns = (_places(size) for size in part.frame_shape)
        inside = np.ix_(rows.ravel(), columns.ravel())
        shape = (*rows.shape, *columns.shape)
        traces = np.stack(
            [read_frame(part, i)[inside].reshape(shape).mean(axis=(1, 3)).ravel() for i in range(part.shape[0])]
        )
        traces = traces[:, np.isfinite(traces).all(axis=0)]
        if traces.shape[0] < LEAST or not traces.shape[1]:
            return 1.0
        try:
            return -1.0 if detect_polarity(traces) == "down" else 1.0
        except ArgumentError:  # undecided: as recorded
            return 1.0


def _level(frame: Array) -> float:
    """Return the mean of the known pixels of a frame, NaN if there is none."""
    known = frame[np.isfinite(frame)]
    return float(known.mean(dtype=np.float64)) if known.size else np.nan


def _places(size: int) -> Array:
    """Return the rows (or columns) of windows of 5 pixels that are spread over a frame, (G, 5)."""
    centers = np.linspace(0, size - 1, min(GRID, size)).round().astype(int)
    return np.asarray(np.clip(centers[:, None] + np.arange(-2, 3), 0, size - 1))


def _curve(places: Array, levels: Array) -> Array:
    """Return the coefficients of a parabola through levels, relative to their mean."""
    mean = float(np.nanmean(levels)) if np.isfinite(levels).any() else 0.0
    known = np.isfinite(levels)
    if not mean > 0 or known.sum() < LEAST:
        return np.ones(1)
    return np.asarray(np.polynomial.polynomial.polyfit(places[known], levels[known] / mean, 2))
