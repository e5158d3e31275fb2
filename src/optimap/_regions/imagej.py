"""Regions drawn in ImageJ or Fiji, read by the package ``roifile``: their outlines in pixel coordinates, and names.

ImageJ measures areas from the corners of pixels (pixel 0 reaches from 0 to 1), and points from their centres.
Positions here are always measured from centres, so areas move by half a pixel.
"""

import os
import re
import struct
import zipfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Floats, counted, import_extra
from .._files import check_zip, read_member, reading
from .file_request import Request
from .polygons import Ellipse, Outlines, Shape, are_near
from .zips import names_in_zip

CORNER = 0.5
HEADER_BYTES, HEADER_2_AT = 64, 60  # the vertices follow the header, which says where the second one begins
LARGEST_ROI = 2**24  # bytes: more than a million vertices

# Straight segments for each rounded corner of a rectangle: accurate to 0.1 % of its radius.
PIECES = 32

AREAS = ("POLYGON", "FREEHAND", "TRACED")
LINES = {"LINE": "a line", "FREELINE": "a freehand line", "POLYLINE": "a segmented line", "ANGLE": "an angle"}
NO_AREAS = {"TEXT": "text", "IMAGE": "an image", "ARROW": "an arrow"}

USE_AREAS = "use rectangles, ovals, polygons, freehand regions or points"


def is_roi(thing: object) -> bool:
    """Return whether something is a region of ``roifile``."""
    return hasattr(thing, "roitype") and hasattr(thing, "coordinates")


def read_rois(path: Path, request: Request) -> Outlines:
    """Read a ``.roi`` file, or a ``.zip`` of them as written by the ROI Manager."""
    found = named_rois(path, request.name)
    names, rois = [title for title, _ in found], [roi for _, roi in found]
    single = path.suffix.lower() != ".zip"
    return convert(rois, names, single=single, argument=request.name, where=f"{path}: ", file=path)


def rois_in_folder(path: Path) -> list[Path]:
    """Return the ``.roi`` files in a folder, in natural order: cell 2 before cell 10."""
    files = [file for file in path.iterdir() if file.is_file() and _is_roi_file(file.name)]
    return sorted(files, key=lambda file: [part.zfill(20) for part in re.split(r"(\d+)", file.name.lower())])


def is_roi_folder(path: Path) -> bool:
    """Return whether a folder holds ``.roi`` files, and no images, which would be a recording."""
    suffixes = {Path(entry.name).suffix.lower() for entry in os.scandir(path) if not entry.name.startswith(".")}
    return ".roi" in suffixes and not suffixes & {".tif", ".tiff", ".png"}


def read_roi_folder(path: Path, request: Request) -> Outlines:
    """Read the ``.roi`` files in a folder."""
    parts = [read_rois(file, request) for file in rois_in_folder(path)]
    shapes, names = [shape for part in parts for shape in part.shapes], [name for part in parts for name in part.names]
    return Outlines(shapes, names, single=False, side="right")


def overlay_outlines(stored: list[bytes], path: Path, name: str) -> Outlines:
    """Return the regions that ImageJ stores in the header of an image."""
    rois = [_decode(data, path, name, f"{path}, region {i} of its overlay,") for i, data in enumerate(stored)]
    names = [roi.name or f"region_{i}" for i, roi in enumerate(rois)]
    return convert(rois, names, single=False, argument=name, where=f"{path}: ", file=path)


def named_rois(path: Path, name: str = "path") -> list[tuple[str, Any]]:
    """Return the name and the roifile object of each region in a file."""
    if path.suffix.lower() != ".zip":
        return [(path.stem, _decode(path.read_bytes(), path, name, str(path)))]
    found = []
    problem, cure = "cannot be read as a zip file of ImageJ regions", "save the regions again in the ROI Manager"
    with reading(path, "zip", problem, cure, argument=name), zipfile.ZipFile(path) as archive:
        check_zip(archive, path, argument=name)
        # Read by entry, not by name: two entries may have the same name.
        for entry in archive.infolist():
            if _is_roi_file(entry.filename):
                data = read_member(archive, entry, LARGEST_ROI, path, name)
                roi = _decode(data, path, name, f"{path}, {entry.filename}")
                # The ROI Manager shows the name of the entry; a name inside may be older.
                found.append((Path(entry.filename).name[:-4], roi))
    if not found:
        cure = "save regions in the ROI Manager (More > Save)"
        raise ArgumentError(name, path, "holds no ImageJ regions (.roi)", cure, subject=str(path))
    return found


def holds_rois(path: Path) -> bool:
    """Return whether a file holds ImageJ regions, by its suffix and, for a ``.zip``, by the names in it."""
    if path.suffix.lower() != ".zip" or not path.is_file():
        return path.suffix.lower() == ".roi" and path.is_file()
    return any(_is_roi_file(entry) for entry in names_in_zip(path))


def _is_roi_file(entry: str) -> bool:
    """Return whether a name is that of a region, and not of a file that macOS puts next to it."""
    *folders, name = entry.replace("\\", "/").split("/")
    return name.lower().endswith(".roi") and not name.startswith("._") and "__MACOSX" not in folders


def _decode(data: bytes, path: Path, name: str, where: str) -> Any:
    """Return the roifile object in the bytes of a ``.roi`` file."""
    roifile = import_extra("roifile", "roi", "ImageJ regions")
    problem, cure = "cannot be read as an ImageJ region, or is damaged", "save the region again in ImageJ"
    if path.name.startswith("._"):
        problem = "is not a region, but a file that macOS puts next to one"
        cure = f"leave it out, and give {path.name.removeprefix('._')}"
    with reading(path, "roifile", problem, cure, argument=name, subject=where):
        roi = roifile.ImagejRoi.frombytes(data)
        _check_room(roi, data)
    return roi


def _check_room(roi: Any, data: bytes) -> None:
    """Raise an error if a region's vertices do not end where the second header begins, which old files do not have.

    All vertical coordinates follow all horizontal ones: if the number of vertices is wrong, every vertex is misread.
    """
    kind, count = roi.roitype.name, roi.n_coordinates
    if kind in LINES or roi.subtype.name in NO_AREAS:
        return
    whole, exact = 4 * count, 12 * count  # with 16-bit numbers, and with floats after them, which may remain unused
    if kind in ("RECT", "OVAL"):
        possible = [4 * roi.shape_roi_size if roi.composite else 0]
    else:
        possible = [exact] if roi.subpixelresolution else [whole, exact]
    (end,) = struct.unpack_from(">i", data, HEADER_2_AT)
    if end > 0 and end - HEADER_BYTES not in possible:
        raise ValueError(f"its vertices need {possible[0]} bytes, but have {end - HEADER_BYTES}")


def convert(
    rois: list[Any],
    names: list[str] | None = None,
    *,
    single: bool,
    argument: str,
    where: str = "",
    file: Path | None = None,
) -> Outlines:
    """Return ImageJ regions as outlines; each point of a multi-point region is a region of its own.

    Errors call these regions by `argument`. If they come from a `file`, it is the value, and `where` names it.
    """
    shapes: list[Shape] = []
    labels: list[str] = []
    for i, roi in enumerate(rois):
        name = names[i] if names else roi.name or f"region_{i}"
        index = argument if file or single else f"{argument}[{i}]"
        source = _Source(index, roi if file is None else file, f"{where}region {i} ({name!r})")
        with _converting(roi, source, file):
            parts = _shapes(roi, source)
            _check_near(parts, source)
        shapes += parts
        labels += [name] if len(parts) == 1 else [f"{name}_{k}" for k in range(1, len(parts) + 1)]
    return Outlines(shapes, labels, single and len(shapes) == 1, side="right")


def _converting(roi: Any, source: "_Source", file: Path | None) -> AbstractContextManager[None]:
    """Return the guard for taking a region apart that comes from a file; others are objects of the user."""
    if file is None:
        return nullcontext()
    problem, cure = "cannot be read as an ImageJ region, or is damaged", "save the region again in ImageJ"
    return reading(file, "roifile", problem, cure, argument=source.argument, subject=source.subject)


class _Source(NamedTuple):
    """What errors say about a region: the argument, its value, and the region's number and name."""

    argument: str
    value: object
    subject: str

    def error(self, problem: str, cure: str) -> ArgumentError:
        return ArgumentError(self.argument, self.value, problem, cure, subject=self.subject)


def _shapes(roi: Any, source: _Source) -> list[Shape]:
    """Return the outlines of a region: one, or one for each point."""
    kind, subkind = roi.roitype.name, roi.subtype.name
    if subkind in NO_AREAS or kind in LINES:
        what = NO_AREAS.get(subkind) or LINES[kind]
        raise source.error(f"is {what} and has no area", USE_AREAS)
    if int(roi.options) & 1:
        cure = "make it a polygon in ImageJ (Edit > Selection > Interpolate)"
        raise source.error("is fitted with a spline", cure)
    if kind == "POINT":
        return [[_box(x - 0.5, y - 0.5, 1, 1)] for x, y in _nearest(roi.coordinates())]
    if kind in AREAS:
        vertices = np.asarray(roi.coordinates(), np.float64) - CORNER
        if len(vertices) < 3 or not are_near(vertices):
            count = counted(len(vertices), "vertex", "vertices")
            raise source.error(f"has {count}, or some that are not finite, so it has no area", USE_AREAS)
        return [[vertices]]
    if kind == "RECT" and roi.composite:
        return [_composite(roi, source)]
    if kind == "RECT":
        return [[_rounded(*_bounds(roi), roi.rounded_rect_arc_size)]]
    if kind == "OVAL":
        return [Ellipse(*_bounds(roi))]
    raise source.error(f"is of a type that cannot be read ({kind})", USE_AREAS)


def _check_near(shapes: list[Shape], source: _Source) -> None:
    """Raise an error for an outline with coordinates that are not numbers, or too far from any frame."""
    for shape in shapes:
        paths = [np.array(shape)] if isinstance(shape, Ellipse) else shape
        if not all(map(are_near, paths)):
            problem = "has coordinates that are not finite, or too far from any frame"
            raise source.error(problem, "draw it again in ImageJ, inside the image")


def _nearest(points: ArrayLike) -> Floats:
    """Return the centre of the pixel that each point lies in."""
    return np.floor(np.asarray(points, np.float64) + 0.5)


def _bounds(roi: Any) -> tuple[float, float, float, float]:
    """Return left, top, width and height, measured from pixel centres."""
    if roi.subpixelrect:
        return roi.xd - CORNER, roi.yd - CORNER, roi.widthd, roi.heightd
    return roi.left - CORNER, roi.top - CORNER, roi.right - roi.left, roi.bottom - roi.top


def _composite(roi: Any, source: _Source) -> list[Floats]:
    """Return the closed paths of a composite region."""
    try:
        paths = roi.coordinates(multi=True)
    except (NotImplementedError, RuntimeError, IndexError) as error:
        problem = f"is composed of curves, which roifile cannot read ({error})"
        cure = "in ImageJ, make a mask from it (Edit > Selection > Create Mask), and use that"
        raise source.error(problem, cure) from error
    return [np.asarray(path, np.float64) - CORNER for path in paths]


def _box(left: float, top: float, width: float, height: float) -> Floats:
    """Return a rectangle's vertices."""
    right, bottom = left + width, top + height
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def _rounded(left: float, top: float, width: float, height: float, diameter: float) -> Floats:
    """Return a rectangle with corners rounded by arcs of a diameter."""
    if diameter <= 0:
        return _box(left, top, width, height)
    rx, ry = min(diameter, width) / 2, min(diameter, height) / 2
    turn = np.linspace(0, np.pi / 2, PIECES + 1)
    corners = []
    for quarter, (x, y) in enumerate(_box(left + rx, top + ry, width - 2 * rx, height - 2 * ry)):
        angle = turn + np.pi + quarter * np.pi / 2
        corners.append(np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1))
    return np.concatenate(corners)
