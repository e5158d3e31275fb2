"""The columns of a table of beats: their names, units and order; and why a value is NaN, in words.

A name ends with its unit, so it depends on whether the frame rate is known: ``tau_ms`` or ``tau_frames``. The codes of
reasons are those of the loops (`optimap.kernels`).
"""

from collections.abc import Sequence

import numpy as np

from .._base import Array

TIME, TIMES_RATE, SIGNAL, RATIO = "time", "per time", "signal", "ratio"

# What the loops measure, in their order; the durations and the diastolic intervals of each level follow.
MEASURED = (
    ("activation", TIME),
    ("baseline", SIGNAL),
    ("peak", SIGNAL),
    ("time_to_peak", TIME),
    ("amplitude", SIGNAL),
    ("snr", RATIO),
    ("rise_10_90", TIME),
    ("dvdt_max", TIMES_RATE),
    ("tau", TIME),
    ("cycle_length", TIME),
)
ACTIVATION, BASELINE, PEAK, AMPLITUDE = 0, 1, 2, 4  # in this order
LEVELS = len(MEASURED)

# Units at the ends of names; the longest come first.
UNITS: tuple[str, ...] = ("_cm_per_s", "_cm_per_frame", "_pixels_per_s", "_pixels_per_frame")
UNITS += ("_ms", "_frames", "_hz", "_per_s", "_per_frame")
WRITTEN = {"apd": "APD", "catd": "CaTD", "di": "DI", "snr": "SNR", "cv": "CV", "dvdt": "dV/dt"}  # by people

SHOWN_FIRST = ("activation", "baseline", "peak", "time_to_peak", "amplitude", "snr")

REASONS = (
    "",
    "the series contains NaN",
    "no significant upstroke",
    "the recording starts too late for a baseline",
    "the amplitude is below {min_snr:g} times the noise",
    "the level is not reached before the next upstroke",
    "the recording ends before the beat does",
    "the level cannot be distinguished from the baseline",
    "no beat follows",
    "fewer than 5 samples of the decay",
    "the decay is not exponential",
    "the noise is too small to be measured",
    "no beat was found",
)
HAS_NAN, NO_BEAT = 1, 12
NO_BEAT_FOUND = REASONS[NO_BEAT]


def measured_names(levels: Sequence[float], prefix: str) -> list[tuple[str, str]]:
    """Return the name without unit and the kind of each measured column, in the order of the loops."""
    durations = [(f"{prefix}{level:.15g}", TIME) for level in levels]
    return [*MEASURED, *durations, *((f"di{level:.15g}", TIME) for level in levels)]


def shown_order(levels: Sequence[float]) -> list[int]:
    """Return the order in which the measured columns are shown: durations before the rest."""
    names = [name for name, _ in MEASURED]
    first = [names.index(name) for name in SHOWN_FIRST]
    rest = [i for i in range(LEVELS) if i not in first]
    count = len(levels)
    return [*first, *range(LEVELS, LEVELS + count), *rest, *range(LEVELS + count, LEVELS + 2 * count)]


def with_unit(name: str, kind: str, fps: float | None) -> str:
    """Return the name of a column with its unit."""
    if kind == TIME:
        return f"{name}_frames" if fps is None else f"{name}_ms"
    if kind == TIMES_RATE:
        return f"{name}_per_frame" if fps is None else f"{name}_per_s"
    return name


def without_unit(name: str) -> str:
    """Return the name of a column without its unit."""
    return name.removesuffix(next((unit for unit in UNITS if name.endswith(unit)), ""))


def in_words(name: str) -> str:
    """Return the name of a column without its unit, as people write it: ``apd80_ms`` is APD80."""
    first, *rest = without_unit(name).split("_")
    known = first.rstrip("0123456789.")
    return " ".join([WRITTEN.get(known, known) + first[len(known) :], *rest])


def in_units(values: Array, kind: str, fps: float | None) -> Array:
    """Return values that the loops measured in frames in the unit of their column."""
    if fps is None or kind in (SIGNAL, RATIO):
        return values
    return np.asarray(values * fps if kind == TIMES_RATE else values * (1000 / fps))


def explain(reasons: Array, names: Sequence[str], min_snr: float) -> Array:
    """Return in words why the values of each row are NaN; the columns are named unless it is all of them."""
    texts = [text.format(min_snr=min_snr) for text in REASONS]
    rows = np.ascontiguousarray(reasons, np.uint8)
    each = rows.view(f"V{rows.shape[1]}").ravel().tolist()  # most rows are alike, and bytes are compared quickly
    sentences = {row: _sentence(list(row), names, texts) for row in set(each)}
    return np.array([sentences[row] for row in each], dtype=np.str_)


def _sentence(codes: list[int], names: Sequence[str], texts: Sequence[str]) -> str:
    """Return the reasons of one row."""
    if len(set(codes)) == 1:
        return texts[codes[0]]
    parts = {code: [name for name, own in zip(names, codes, strict=True) if own == code] for code in codes if code}
    return "; ".join(f"{', '.join(columns)}: {texts[code]}" for code, columns in parts.items())
