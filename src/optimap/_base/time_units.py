"""Units of time, as files and labelled arrays write them, in seconds."""

import numpy as np

from .types import Array

SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "usec": 1e-6,
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


def unstated_unit(axis: object) -> str:
    """Return the unit of a coordinate that states none: times are in s, frame numbers have no unit."""
    return "s" if str(axis).strip().lower().startswith("t") else ""


def in_seconds(values: Array, unit: object) -> Array | None:
    """Return times in s for numbers with a unit of time; None for another unit, or for something else than numbers.

    Times since a date, as NetCDF stores them, are counted from the first of them.

    Examples
    --------
    >>> import numpy as np
    >>> in_seconds(np.array([4, 6]), "ms"), in_seconds(np.array([4, 6]), "milliseconds since 2026-01-01")
    (array([0.004, 0.006]), array([0.   , 0.002]))
    """
    text = unit.decode("latin-1") if isinstance(unit, bytes) else str(unit)
    name, since, _ = text.partition(" since ")
    factor = unit_factor(name, SECONDS)
    if not factor or values.dtype.kind not in "iuf":
        return None
    return np.asarray((values - values[:1] if since else values) * factor, float)
