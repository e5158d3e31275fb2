"""Frame rate, pixel size and the entries of the header that programs write into TIFF files.

Entries of no use (an interval that is empty, zero, infinite or text, a unit such as "frame") mean that the rate or the
size is not known.
"""

from typing import Any

import tifffile

from ..checks import noted_number
from ..units import MM, SECONDS, interval, rate
from .axes import shaped_notes
from .metamorph import metamorph_pixel_size
from .scanimage import scanimage_rate, scanimage_settings

Described = tuple[dict[str, Any], float | None, float | None]


def describe(tif: tifffile.TiffFile) -> Described:
    """Return metadata, frames per second and pixel size in mm of a file other than OME-TIFF."""
    page = tif.pages.first
    if tif.is_imagej:
        metadata = dict(tif.imagej_metadata or {})
        step = interval(metadata.get("finterval"), metadata.get("tunit") or "s", SECONDS)
        return metadata, rate(step, metadata.get("fps")), _imagej_pixel_size(page, str(metadata.get("unit", "")))
    if tif.is_scanimage:
        settings = scanimage_settings(tif)
        return settings, scanimage_rate(settings), None
    if tif.is_stk:
        return {}, None, metamorph_pixel_size(page)
    shaped = shaped_notes(page.description)
    metadata = {key: value for key, value in shaped.items() if key != "shape"}
    return metadata, noted_number(shaped.get("fps")), None


def made_by_optimap(page: tifffile.TiffPage) -> dict[str, Any]:
    """Return what optimap noted when it wrote a file: this tag is free in ImageJ files, OME-TIFF and plain ones."""
    software = str(page.software)
    return {"made": software} if software.startswith("{") else {}


def _imagej_pixel_size(page: tifffile.TiffPage, unit: str) -> float | None:
    """Return the pixel size in mm, if ImageJ stored one."""
    tag = page.tags.get("XResolution")
    unit = unit.encode().decode("unicode_escape", "ignore") if "\\u" in unit else unit
    step = interval(1, unit, MM)
    value = () if tag is None else tag.value
    if not isinstance(value, tuple) or len(value) != 2 or not step or not value[0] or not value[1]:
        return None
    per_unit = value[0] / value[1]
    # Writers that do not know the scale write one pixel per unit.
    return None if per_unit == 1 else step / per_unit
