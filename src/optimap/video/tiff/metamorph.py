"""What MetaMorph notes in its stacks (``.stk``): when each plane was recorded, and the size of a pixel.

A stack is one page whose tags describe all planes. Prairie View (Bruker) writes the same tags without content.
"""

from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..._base import ArgumentError
from ..checks import counted
from ..units import MM, interval

SECONDS_A_DAY = 86400


def check_planes(path: Path, page: tifffile.TiffPage, planes: int) -> None:
    """Raise an error if there is not a wavelength for each plane; the planes are counted by their times."""
    waves = page.tags.get("UIC3tag")
    if waves is not None and waves.count > 1 and waves.count != planes:
        problem = f"is damaged, because it notes times of {counted(planes, 'plane')}, but wavelengths of {waves.count}"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))


def metamorph_times(page: tifffile.TiffPage, planes: int) -> NDArray[np.float64] | None:
    """Return the times of the planes in s, the first at 0; None if there is not one for each."""
    tag = page.tags.get("UIC2tag")
    notes = tag.value if tag is not None and isinstance(tag.value, dict) else {}
    days, milliseconds = (np.asarray(notes.get(key, ()), float) for key in ("DateCreated", "TimeCreated"))
    if days.shape != (planes,) or milliseconds.shape != (planes,):
        return None
    seconds: NDArray[np.float64] = (days - days[0]) * SECONDS_A_DAY + (milliseconds - milliseconds[0]) / 1000
    return seconds


def metamorph_pixel_size(page: tifffile.TiffPage) -> float | None:
    """Return the pixel size in mm, if it was calibrated."""
    tag = page.tags.get("UIC1tag")
    notes = tag.value if tag is not None and isinstance(tag.value, dict) else {}
    if not notes.get("SpatialCalibration"):
        return None
    return interval(notes.get("XCalibration"), str(notes.get("CalibrationUnits", "")), MM) or None
