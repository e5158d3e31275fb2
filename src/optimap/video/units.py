"""Units of length in files, steps in s and mm, and the frame rate that belongs to an interval between frames."""

from .._base import SECONDS as SECONDS
from .._base import is_frame_rate, unit_factor
from .checks import noted_number

# Units of length in mm, as ImageJ, OME-TIFF and OME-Zarr write them.
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


def interval(number: object, unit: object, units: dict[str, float]) -> float:
    """Return a stated step in s or mm; 0 if the number or the unit cannot be understood.

    Examples
    --------
    >>> interval("2", "msec", SECONDS), interval("0,002", "s", SECONDS), interval(1, "frame", SECONDS)
    (0.002, 0.0, 0.0)
    """
    step = (noted_number(number) or 0.0) * unit_factor(unit, units)
    return step if 0 < step < float("inf") else 0.0


def known_rate(value: object) -> float | None:
    """Return a rate that a file states, in any form; None for one that cannot be: 0, negative, infinite, text.

    Examples
    --------
    >>> known_rate("500"), known_rate(-5), known_rate(float("inf")), known_rate("fast"), known_rate(1e-320)
    (500.0, None, None, None, None)
    """
    number = noted_number(value)
    return number if number is not None and is_frame_rate(number) else None


def rate(interval: float, stated: object = None) -> float | None:
    """Return frames per second: as stated if it agrees with the interval, else from the unrounded interval."""
    if not 0 < interval < float("inf") or 1 / interval == float("inf"):
        return None
    found = 1 / interval
    number = noted_number(stated)
    if number is not None and abs(number - found) < 1e-9 * found:  # ImageJ may store its playback speed there
        return number
    if abs(round(found) - found) < 1e-9 * found:
        return float(round(found))
    short = float(f"{found:.12g}")
    return short if abs(short - found) < 1e-15 * found else found
