"""What is measured of beats, by which constants, and what is known of them meanwhile: the twin of ``beat.hpp``."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# The columns; then the durations at each level, and the diastolic intervals at each level.
ACTIVATION, BASELINE, PEAK, TIME_TO_PEAK, AMPLITUDE, SNR, RISE, DVDT, TAU, CYCLE, LEVELS = range(11)
# Why a value is NaN.
MEASURED, HAS_NAN, NO_UPSTROKE, AT_START, SMALL, AT_NEXT, AT_END, AT_REST, IS_LAST, FEW, MISFIT, NO_NOISE = range(12)

SIGNIFICANT = 6.0  # times the noise of the derivative: where it is searched for, noise has 5
STEEP = 0.1  # of its steepest slope: an upstroke begins where the signal rises less
WINDOW = 3.0  # frames, the shortest window of the baseline, which has
WINDOW_SHARE = 0.05  # of a cycle
ROUNDING = 1e-12
WIDER = 2.0  # times sigma: the scale of activations in much noise
UNSURE = 10.0  # times the noise of the derivative: less steep upstrokes are timed towards that scale
NEARER = 0.3  # times the noise of the derivative, by which a maximum a frame away must be steeper
GROWTH = 20.0  # times noise / amplitude: the window of the baseline is so much longer, up to
LONGEST = 2.0  # times as long
COUNTS = 0.2  # of the samples by which it grew, which may be part of a recovery, count
SMOOTHER = (1.5, 2.0)  # times `smooth`: the scales of peaks in noise
FLAT = 0.8  # times the noise: a peak that is lower by less has lost nothing but noise
REACH = 0.8  # times the frames in which a fall exceeds the noise: half of a line through it, up to
MOST = 12  # samples
BELOW = 0.75  # of the height of a level: the fall through it is over
FEWEST = 5  # samples of a decay

AT_ONCE = 2**17  # samples of stretches of many beats, which stay in the cache
FAR = 2.0**53  # frames: farther than any


@dataclass(frozen=True)
class Settings:
    """The options of a measurement."""

    levels: Floats  # in percent
    sigma: float
    smooth: float
    min_snr: float
    by_threshold: bool  # the activation is the half-maximum
    from_level: bool  # durations begin at the same level
    is_linear: bool  # the baseline joins this beat and the next
    is_checked: bool  # whether upstrokes may be insignificant


@dataclass(frozen=True)
class Filtered:
    """Series (m, T) that begin at 0, their noise, and their derivatives and smooth copies at the scales that count."""

    rows: Floats
    noise: Floats  # (m,)
    slopes: Floats  # at `sigma`
    wide: Floats  # at WIDER times `sigma`
    smooth: Floats
    smoother: list[Floats]

    @property
    def samples(self) -> int:
        """The samples of each series."""
        return len(self.rows[0])


@dataclass
class Beats:
    """What is known of beats while they are measured: arrays of one value for each, in the order of their series."""

    series: Ints
    noise: Floats  # of the series
    activation: Floats
    slope: Floats
    onset: Ints
    reason: Ints
    following: Ints  # the number of the next beat of the series that has an activation, or -1
    before: Floats  # the activation of the one before, or NaN
    window: Floats  # of the baseline, in frames
    base: Floats
    middle: Floats  # of that window
    first: Ints  # sample of that window
    samples: Floats  # that count in that window
    drift: Floats  # of the baseline, per frame
    top: Ints
    peak: Floats
    amplitude: Floats
    end: Ints  # the last sample of its fall
    ended: Ints  # why there are no more

    @classmethod
    def unknown(cls, series: Ints, noise: Floats) -> "Beats":
        """Return beats of which nothing is known."""
        numbers = {"series": series, "noise": noise, "following": np.full(len(series), -1)}
        whole = {"onset", "reason", "first", "top", "end", "ended"}
        for field in fields(cls):
            blank = 0 if field.name in whole else 0.0 if field.name in ("samples", "drift") else np.nan
            numbers.setdefault(field.name, np.full(len(series), blank))
        return cls(**numbers)

    def some(self, chosen: Array) -> "Beats":
        """Return a copy of some of the beats."""
        return Beats(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def put(self, chosen: Array, part: "Beats") -> None:
        """Take over what is known of some of the beats."""
        for field in fields(self):
            getattr(self, field.name)[chosen] = getattr(part, field.name)

    def __len__(self) -> int:
        return len(self.series)


def groups(lengths: Ints) -> Iterator[Ints]:
    """Yield the numbers of stretches, in groups of similar length with `AT_ONCE` samples or little more.

    Those of length 0 or less are left out.
    """
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    while len(order):
        # The longest of a group sets the length of all: take as many as fit.
        sizes = lengths[order] * np.arange(1, len(order) + 1)
        count = max(1, int(np.searchsorted(sizes, AT_ONCE, side="right")))
        yield order[:count]
        order = order[count:]


def places(samples: int, series: Ints, starts: Ints, length: int) -> Ints:
    """Return where stretches of series (m, T) are in the flat array, as (B, length); what is beyond it is clipped."""
    return np.asarray((series * samples + starts)[:, np.newaxis] + np.arange(length))


def taken(values: Floats, where: Ints) -> Floats:
    """Return stretches (B, length) of series (m, T); samples beyond the end of a stretch are anything."""
    return values.ravel().take(where, mode="clip")


def inside(counts: Ints, length: int) -> NDArray[np.bool_]:
    """Return which samples (B, length) belong to stretches with so many samples."""
    return np.asarray(np.arange(length) < counts[:, np.newaxis])


def total(values: Floats) -> Floats:
    """Return the sum of each row, from left to right: zeros at the end, and other rows, change no bit."""
    return np.asarray(np.cumsum(values, axis=1)[:, -1])


def first_of(is_there: Array, otherwise: Array) -> Ints:
    """Return the number of the first sample of each row that is there."""
    return np.where(is_there.any(axis=1), is_there.argmax(axis=1), otherwise)


def whole(frames: Floats) -> Ints:
    """Return times that are whole numbers, however far away, as integers."""
    return np.clip(frames, -FAR, FAR).astype(np.int64)
