"""Units of time, as files and labelled arrays write them, in seconds; and the times that a coordinate holds."""

import re

import numpy as np

from .types import Array

TIME_NAME = re.compile(r"\s*(t|times?|zeit|temps|tiempo|tempo)(?:$|[\s_(\[,/]+([a-zµμ]+)[)\]]?)\s*", re.IGNORECASE)
SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "usec": 1e-6,
    "nsec": 1e-9,
    "ms": 1e-3,
    "msec": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "min": 60.0,
    "nanosecond": 1e-9,
    "microsecond": 1e-6,
    "millisecond": 1e-3,
    "second": 1.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
}


def unit_factor(unit: object, units: dict[str, float]) -> float:
    """Return what a unit is worth, also for its plural and in capitals; 0 for an unknown one.

    Examples
    --------
    >>> unit_factor("ms", SECONDS), unit_factor("Seconds", SECONDS), unit_factor("frame", SECONDS)
    (0.001, 1.0, 0.0)
    """
    name = (unit.decode("latin-1") if isinstance(unit, bytes) else str(unit)).strip()
    return units.get(name) or units.get(name.lower()) or units.get(name.lower().removesuffix("s")) or 0.0


def coordinate_times(values: Array, name: object, unit: object = "") -> Array | None:
    """Return the named coordinate of a time axis in s; None if it is in another unit, or may be numbers of frames.

    Dates and durations have their own unit. Without a unit, numbers with a decimal point are seconds if the name is
    that of a time; whole numbers may be anything. A unit may name a beginning: ``seconds since 2026-01-01``.
    """
    if values.dtype.kind in "mM":
        known = values[~np.isnat(values)]
        if not len(known):
            return None
        since = (values - known[0]).astype("m8[ns]")
        return np.where(np.isnat(since), np.nan, since.astype(float) / 1e9)
    text = unit.decode("latin-1") if isinstance(unit, bytes) else str(unit)
    is_seconds = values.dtype.kind == "f" and str(name).lower() in ("t", "time", "times")
    factor = unit_factor(text.partition(" since ")[0], SECONDS) if text.strip() else float(is_seconds)
    if values.dtype.kind not in "iuf" or not factor:
        return None
    with np.errstate(over="ignore"):  # damaged numbers become infinite
        return np.asarray(values.astype(float) * factor)


def time_of_name(name: str) -> tuple[str, str] | None:
    """Return ``time`` and the unit (empty without one) in the name of a time axis; None for other names.

    Examples
    --------
    >>> time_of_name("Time [ms]"), time_of_name("time_s"), time_of_name("t"), time_of_name("trace")
    (('time', 'ms'), ('time', 's'), ('time', ''), None)
    """
    found = TIME_NAME.fullmatch(name)
    return None if found is None else ("time", found[2] or "")
