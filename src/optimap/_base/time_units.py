"""Units of time, as files and labelled arrays write them, in seconds."""

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
