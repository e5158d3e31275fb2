"""Units of time and length, and the frame rate that an interval between frames means."""

from typing import Any

from ..recording import positive_number

# Units of length in mm and of time in s, as ImageJ, OME-TIFF and OME-Zarr write them.
MM = {
    "nm": 1e-6,
    "um": 1e-3,
    "µm": 1e-3,
    "μm": 1e-3,
    "micron": 1e-3,
    "microns": 1e-3,
    "mm": 1.0,
    "cm": 10.0,
    "m": 1e3,
    "angstrom": 1e-7,
    "nanometer": 1e-6,
    "micrometer": 1e-3,
    "millimeter": 1.0,
    "centimeter": 10.0,
    "meter": 1e3,
}
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
    "hour": 3600.0,
}


def rate(interval: float, stated: Any = None) -> float | None:
    """Frames per second: as stated, where it agrees with the interval; free of the interval's rounding."""
    if interval <= 0:
        return None
    found = 1 / interval
    stated = positive_number(stated)
    if stated is not None and abs(stated - found) < 1e-9 * found:  # ImageJ notes there how fast to play it
        return float(stated)
    if abs(round(found) - found) < 1e-9 * found:
        return float(round(found))
    short = float(f"{found:.12g}")
    return short if abs(short - found) < 1e-15 * found else found
