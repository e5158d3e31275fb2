"""What is measured of a beat, by which constants, and what is known of it meanwhile: the twin of ``beat.hpp``."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

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


@dataclass
class Beat:
    """What is known of one beat while it is measured."""

    activation: float
    slope: float
    onset: int
    base: float = np.nan
    middle: float = np.nan  # of the window of the baseline
    first: int = 0  # sample of that window
    samples: float = 0  # that count in that window
    drift: float = 0.0  # of the baseline, per frame
    top: int = 0
    peak: float = np.nan
    amplitude: float = np.nan
    end: int = 0  # the last sample of its fall
    ended: int = AT_END  # why there are no more
    reason: int = MEASURED
    before: float = np.nan  # the activation of the beat before
