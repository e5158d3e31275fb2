"""What `optimap traces` does to a recording and its traces, one step after another, always in this order.

Frames are chosen, smoothed in space, and extracted (with the background subtracted); traces are smoothed in time, freed
of their trend or baseline or divided by it, and normalized and turned over. Tables and pictures record the steps in
their order.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import trace, video
from .._base import ArgumentError, Array, BaselineKind, Polarity, Trend, counted

if TYPE_CHECKING:
    from ..video import Recording

# Those of the library that need no beats; taking them from there takes 10 ms at each start. A test compares them.
BASELINES = ("asls", "exponential", "percentile", "spline", "mean", "median", "line")

Span = tuple[int, int]  # the first frame, and the one after the last


@dataclass(frozen=True)
class Steps:
    """The steps that were asked for; `frames` are numbers, or None for the first or the last; `time` is in s."""

    frames: tuple[int, int | None] | None
    time: tuple[float, float] | None
    spatial: float | None
    smooth: float | None
    detrend: Trend | None
    baseline: BaselineKind | None
    dff: bool
    polarity: Polarity
    normalize: bool
    invert: bool

    def check(self) -> None:
        """Raise an error for steps that exclude each other."""
        for option, value in (("--baseline", self.baseline), ("--dff", self.dff or None)):
            if self.detrend is not None and value is not None:
                raise ArgumentError(
                    option, value, "is given with --detrend", "give one of them: both remove the drift", subject=option
                )

    def span(self, frames: int, fps: float | None, times: Array | None) -> Span:
        """Return the frames that are used of a recording, or raise an error if it does not have them."""
        if self.time is not None:
            return self._span_of_time(frames, fps, times)
        first, stop = self.frames or (0, None)
        stop = frames if stop is None else stop
        if not 0 <= first < stop <= frames:
            raise ArgumentError(
                "--frames",
                self.frames,
                f"is not in a recording of {frames} frames",
                f"give FROM:TO with 0 <= FROM < TO <= {frames}",
                subject=f"--frames {first}:{stop}",
            )
        return first, stop

    def _span_of_time(self, frames: int, fps: float | None, times: Array | None) -> Span:
        start, end = self.time or (0.0, 0.0)
        if times is None and fps is None:
            raise ArgumentError(
                "--time", self.time, "needs the rate of the recording, which is unknown", "give --fps", subject="--time"
            )
        at = np.arange(frames) / fps if times is None and fps is not None else np.asarray(times)
        inside = np.flatnonzero((at >= start - 1e-9) & (at < end - 1e-9))
        if len(inside) == 0:
            raise ArgumentError(
                "--time",
                self.time,
                f"holds no frame of a recording from {at[0]:g} to {at[-1]:g} s",
                "give FROM,TO in s, within the recording",
                subject=f"--time {start:g},{end:g}",
            )
        return int(inside[0]), int(inside[-1]) + 1

    def needs(self, fps: float | None) -> None:
        """Raise an error if a step needs the rate of a recording, and it is unknown."""
        if self.smooth is not None and fps is None:
            raise ArgumentError(
                "--smooth",
                self.smooth,
                "is in ms, and the rate of the recording is unknown or not constant",
                "give --fps",
                subject=f"--smooth {self.smooth:g}",
            )

    def check_spacing(self, recording: "Recording", span: Span, fps: float | None) -> None:
        """Raise an error if a step needs frames at even distances, and those that are used have a gap."""
        option = "--detrend" if self.detrend is not None else "--dff" if self.dff else "--baseline"
        irregularity, gaps = recording.irregularity, [frame for frame, _ in recording.gaps]
        numbers = recording.metadata.get("frame_numbers") if recording.times is None else None
        if numbers is not None:  # of a folder of images without a rate
            gaps = np.flatnonzero(np.diff(numbers) > np.diff(numbers).min()).tolist()
            irregularity = f"{counted(len(gaps), 'gap')} in the numbers of its frames, after number {numbers[gaps[0]]}"
        if (self.detrend is None and self.kind is None) or fps is not None or irregularity is None:
            return
        if gaps and not any(span[0] <= frame < span[1] - 1 for frame in gaps):
            return
        cure = "choose frames without a gap with --frames"
        raise ArgumentError(
            "FILE",
            recording.path,
            f"has irregular times ({irregularity}), but {option} needs frames at even distances",
            f"{cure}, or give --fps, by which all frames are spaced evenly" if numbers is None else cure,
            subject=str(recording.path),
        )

    def described(self, span: Span, frames: int, background: bool) -> dict[str, Any]:
        """Return the record of the steps, with the order in which they are done."""
        options: dict[str, Any] = {"detrend": self.detrend, "normalize": self.normalize}
        given = {
            "frames": None if span == (0, frames) else list(span),
            "spatial": self.spatial,
            "smooth": self.smooth,
            "baseline": self.kind,
            "dff": self.dff or None,
            "polarity": None if self.kind is None or self.polarity == "auto" else self.polarity,
            "invert": self.invert or None,
        }
        options |= {name: value for name, value in given.items() if value is not None}
        steps = self.in_words(span, frames, background)
        return options | ({"steps": steps} if steps else {})

    @property
    def kind(self) -> BaselineKind | None:
        """The kind of baseline that is subtracted, or divided by."""
        return self.baseline or ("asls" if self.dff else None)

    def in_words(self, span: Span, frames: int, background: bool) -> list[str]:
        """Return the steps in their order."""
        turned = "normalized, inverted" if self.normalize else "inverted"
        change = "divided by" if self.dff else "subtracted:"
        steps = {
            f"frames {span[0]} to {span[1] - 1}": span != (0, frames),
            f"smoothed in space (sigma {self.spatial or 0:g} px)": self.spatial is not None,
            "background subtracted": background,
            f"smoothed in time (sigma {self.smooth or 0:g} ms)": self.smooth is not None,
            "detrended": self.detrend is not None,
            f"ΔF/F ({self.kind})" if self.dff else f"baseline {change} {self.kind}": self.kind is not None,
            turned if self.invert else "normalized": self.normalize or self.invert,
        }
        return [words for words, is_done in steps.items() if is_done]

    def that_needs_all(self) -> str:
        """Return the option of the first step that makes a trace with missing samples NaN."""
        given = {"--detrend": self.detrend, "--dff": self.dff or None, "--baseline": self.baseline}
        return next((option for option, value in given.items() if value is not None), "--normalize")

    def frames_of(self, recording: "Recording", span: Span) -> Any:
        """Return the recording, or what is used of it, smoothed in space when it is read."""
        if self.spatial is None and span == (0, len(recording)):
            return recording
        return _Smoothed(recording, span, self.spatial)

    def clean(self, traces: Array, fps: float | None) -> Array:
        """Return the traces after the steps that concern traces."""
        if self.smooth is not None and fps is not None:
            # Gaps are left out of the means around them, and stay gaps.
            traces = video.smooth_spatiotemporal(traces[:, np.newaxis], self.smooth * fps / 1000, 0)[:, 0]
        if self.detrend is not None:
            # One series with NaN, as outside a masked heart, must not cost the whole recording.
            traces = trace.detrend_timeseries(traces, self.detrend, nan_policy="omit")
        if self.kind is not None:
            below = trace.baseline(traces, self.kind, polarity=self.polarity)
            traces = trace.delta_f_over_f(traces, below) if self.dff else traces - below
        if self.normalize:
            low, high = (1, 0) if self.invert else (0, 1)
            traces = np.where(np.isinf(traces).any(axis=0), traces.dtype.type(np.nan), traces)  # these have no range
            return trace.normalize(traces, ymin=low, ymax=high, dtype=traces.dtype)
        return -traces if self.invert else traces


class _Smoothed:
    """Some frames of a recording, which are smoothed in space as they are read."""

    ndim = 3

    def __init__(self, recording: "Recording", span: Span, sigma: float | None) -> None:
        self._recording, self._span, self._sigma = recording, span, sigma
        self.shape = (span[1] - span[0], *recording.shape[1:])
        large = recording.dtype.kind != "f" or recording.dtype.itemsize > 4
        self.dtype = recording.dtype if sigma is None else np.dtype(np.float64 if large else np.float32)

    def __getitem__(self, key: Any) -> Array:
        frames = key[0] if isinstance(key, tuple) else key
        start, stop, step = frames.indices(self.shape[0])
        block: Array = self._recording[start + self._span[0] : stop + self._span[0]][::step]
        if self._sigma is not None:
            block = video.smooth_spatiotemporal(block, 0, self._sigma)
        return block[:, *key[1:]] if isinstance(key, tuple) else block
