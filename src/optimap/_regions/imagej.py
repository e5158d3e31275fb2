"""Regions drawn in ImageJ or Fiji, through the package ``roifile``: outlines in our positions, and their names.

ImageJ counts areas from the corners of pixels (pixel 0 reaches from 0 to 1), and points from their centres. Positions
here always count from centres, so areas move by half a pixel.
"""

import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .._base import Floats, import_extra
from .polygons import Ellipse

CORNER = 0.5


# Straight pieces of each rounded corner of a rectangle: within 0.1 % of its radius.
PIECES = 32


AREAS = ("POLYGON", "FREEHAND", "TRACED")


LINES = {"LINE": "a line", "FREELINE": "a freehand line", "POLYLINE": "a segmented line", "ANGLE": "an angle"}


NO_AREAS = {"TEXT": "a text", "IMAGE": "an image", "ARROW": "an arrow"}


Shape = list[Floats] | Ellipse


class Drawn(NamedTuple):
    """What ImageJ regions are here: one or more closed paths, or an ellipse, with a name; whether one stood alone."""

    shapes: list[Shape]
    names: list[str]
    single: bool


def is_roi(thing: Any) -> bool:
    """Return whether something is a region of ``roifile``."""
    return hasattr(thing, "roitype") and hasattr(thing, "coordinates")


def read_rois(path: Path) -> Drawn:
    """Read a ``.roi`` file, or a ``.zip`` of them as the ROI Manager writes."""
    found = named_rois(path)
    names, rois = [name for name, _ in found], [roi for _, roi in found]
    return convert(rois, names, single=path.suffix.lower() != ".zip", where=f"{path}: ")


def named_rois(path: Path) -> list[tuple[str, Any]]:
    """Return the name and the roifile object of each region in a file."""
    import zipfile  # not free, and needed by few

    if path.suffix.lower() != ".zip":
        return [(path.stem, _decode(path.read_bytes(), str(path)))]
    try:
        with zipfile.ZipFile(path) as archive:
            # Two entries may have one name, by which only the last could be read.
            entries = [(entry, entry.filename) for entry in archive.infolist() if _is_roi_file(entry.filename)]
            # The ROI Manager shows the name of the entry; a name inside may be older.
            found = [(Path(name).name[:-4], _decode(archive.read(entry), f"{path}, {name}")) for entry, name in entries]
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"{path} is no zip file of ImageJ regions: {error}") from error
    if not found:
        raise ValueError(f"{path} holds no ImageJ regions (.roi)")
    return found


def holds_rois(path: Path) -> bool:
    """Return whether a file is one of ImageJ regions, by its suffix and, of a ``.zip``, by the names in it."""
    import zipfile

    if path.suffix.lower() != ".zip" or not path.is_file() or not zipfile.is_zipfile(path):
        return path.suffix.lower() == ".roi" and path.is_file()
    with zipfile.ZipFile(path) as archive:
        return any(_is_roi_file(entry) for entry in archive.namelist())


def _is_roi_file(entry: str) -> bool:
    return entry.lower().endswith(".roi") and not entry.startswith("__MACOSX/")


def _decode(data: bytes, where: str) -> Any:
    roifile = import_extra("roifile", "roi", "ImageJ regions")
    try:
        return roifile.ImagejRoi.frombytes(data)
    except (ValueError, TypeError, IndexError, struct.error) as error:  # what truncated files lead to
        raise ValueError(f"{where} is no ImageJ region, or is damaged: {error}") from error


def convert(rois: list[Any], names: list[str] | None = None, *, single: bool, where: str = "") -> Drawn:
    """Return ImageJ regions as outlines; each point of a multi-point region is a region of its own."""
    shapes: list[Shape] = []
    labels: list[str] = []
    for i, roi in enumerate(rois):
        name = names[i] if names else roi.name or f"region_{i}"
        parts = _shapes(roi, f"{where}region {i} ({name!r})")
        shapes += parts
        labels += [name] if len(parts) == 1 else [f"{name}_{k}" for k in range(1, len(parts) + 1)]
    return Drawn(shapes, labels, single and len(shapes) == 1)


def _shapes(roi: Any, name: str) -> list[Shape]:
    kind, subkind = roi.roitype.name, roi.subtype.name
    if subkind in NO_AREAS or kind in LINES:
        what = NO_AREAS.get(subkind) or LINES[kind]
        raise ValueError(f"{name} is {what} and has no area: use rectangles, ovals, polygons, freehand, points")
    if int(roi.options) & 1:
        raise ValueError(
            f"{name} is fitted with a spline: make it a polygon in ImageJ (Edit > Selection > Interpolate)"
        )
    if kind == "POINT":
        return [[_box(x - 0.5, y - 0.5, 1, 1)] for x, y in _nearest(roi.coordinates())]
    if kind in AREAS:
        vertices = np.asarray(roi.coordinates(), np.float64) - CORNER
        if len(vertices) < 3 or not np.isfinite(vertices).all():
            raise ValueError(f"{name} has {len(vertices)} vertices, or some that are not finite: it has no area")
        return [[vertices]]
    if kind == "RECT" and roi.composite:
        return [_composite(roi, name)]
    if kind == "RECT":
        return [[_rounded(*_bounds(roi), roi.rounded_rect_arc_size)]]
    if kind == "OVAL":
        return [Ellipse(*_bounds(roi))]
    raise ValueError(f"{name} is of a type that is not known here ({kind}): use rectangles, ovals, polygons, points")


def _nearest(points: Any) -> Any:
    return np.floor(np.asarray(points, np.float64) + 0.5)


def _bounds(roi: Any) -> tuple[float, float, float, float]:
    """Return left, top, width and height in positions' coordinates."""
    if roi.subpixelrect:
        return roi.xd - CORNER, roi.yd - CORNER, roi.widthd, roi.heightd
    return roi.left - CORNER, roi.top - CORNER, roi.right - roi.left, roi.bottom - roi.top


def _composite(roi: Any, name: str) -> list[Floats]:
    try:
        paths = roi.coordinates(multi=True)
    except (NotImplementedError, RuntimeError, IndexError) as error:
        raise ValueError(
            f"{name} is composed of curves, which roifile does not read ({error}): "
            "in ImageJ, make a mask of it (Edit > Selection > Create Mask), and use that"
        ) from error
    return [np.asarray(path, np.float64) - CORNER for path in paths]


def _box(left: float, top: float, width: float, height: float) -> Floats:
    right, bottom = left + width, top + height
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def _rounded(left: float, top: float, width: float, height: float, diameter: float) -> Floats:
    """Return a rectangle, its corners rounded by arcs of a diameter."""
    if diameter <= 0:
        return _box(left, top, width, height)
    rx, ry = min(diameter, width) / 2, min(diameter, height) / 2
    turn = np.linspace(0, np.pi / 2, PIECES + 1)
    corners = []
    for quarter, (x, y) in enumerate(_box(left + rx, top + ry, width - 2 * rx, height - 2 * ry)):
        angle = turn + np.pi + quarter * np.pi / 2
        corners.append(np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1))
    return np.concatenate(corners)
