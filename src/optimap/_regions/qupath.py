"""Objects drawn or found in QuPath, exported as GeoJSON: polygons with holes, several parts or points.

QuPath counts from the top left corner of the first pixel, positions here from its centre, so coordinates move by half a
pixel: an annotation from 3 to 8 holds the pixels 3 to 7. They must be of the full resolution of the recording. Centres
exactly on an edge belong to shapes as in Java, where left and top edges are inside.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .._base import ArgumentError, Floats
from .._files import reading
from .file_request import Request
from .polygons import Outlines, Shape, are_near
from .positions import FAR

CORNER = 0.5
EXPORT_AGAIN = "export the objects again in QuPath (File > Object data > Export as GeoJSON)"
NO_AREAS = {"LineString": "a line", "MultiLineString": "a line"}
MOST_PAIRS = 2**18  # a hole is looked at in some ms
TYPES = ("FeatureCollection", "Feature")


class _Source(NamedTuple):
    """The file, and the argument that names it."""

    path: Path
    name: str

    def error(self, problem: str, cure: str = EXPORT_AGAIN, where: str = "") -> ArgumentError:
        return ArgumentError(self.name, self.path, problem, cure, subject=f"{self.path}{where}")


def is_qupath(path: Path) -> bool:
    """Return whether a file is GeoJSON, by its suffix or by its first bytes."""
    if path.suffix.lower() == ".geojson":
        return True
    with open(path, "rb") as file:
        start = file.read(2000)
    return any(f'"{kind}"'.encode() in start for kind in TYPES)


def read_qupath(path: Path, request: Request) -> Outlines:
    """Read the objects of a GeoJSON file."""
    source = _Source(path, request.name)
    problem = "cannot be read as GeoJSON, or is damaged"
    with reading(path, "json", problem, EXPORT_AGAIN, argument=request.name):
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    features = found.get("features", [found]) if isinstance(found, dict) else found
    features = [_as_feature(found) for found in features] if isinstance(features, list) else features
    if not isinstance(features, list) or not all(_is_feature(feature) for feature in features):
        raise source.error("is JSON, but not GeoJSON, which is a list of features")
    if not features:
        raise source.error("holds no objects")
    shapes: list[Shape] = []
    names: list[str] = []
    for i, feature in enumerate(features):
        with reading(path, "header", "has a damaged description", EXPORT_AGAIN, argument=request.name, listen=False):
            name = _name(feature, i)
        parts = _shapes(feature["geometry"], source, f": object {i} ({name!r})")
        shapes += parts
        names += [name] if len(parts) == 1 else [f"{name}_{k}" for k in range(1, len(parts) + 1)]
    return Outlines(shapes, names, single=False, kind="polygons")


def _as_feature(thing: object) -> object:
    """Return a shape that a script of QuPath wrote without name and class as an object, and all else unchanged."""
    is_shape = isinstance(thing, dict) and thing.get("type") != "Feature" and "coordinates" in thing
    return {"type": "Feature", "geometry": thing} if is_shape else thing


def _is_feature(thing: object) -> bool:
    return isinstance(thing, dict) and thing.get("type") == "Feature" and isinstance(thing.get("geometry"), dict)


def _name(feature: dict[str, Any], number: int) -> str:
    """Return the name of an object, or else that of its class."""
    properties = feature.get("properties") or {}
    described = properties.get("classification") or {}
    if isinstance(described, dict):
        parts = described.get("names")
        described = described.get("name") or (": ".join(map(str, parts)) if isinstance(parts, list) else "")
    return str(properties.get("name") or described or f"region_{number}")


def _shapes(geometry: dict[str, Any], source: _Source, where: str) -> list[Shape]:
    """Return the outlines of an object: one, or one for each point."""
    kind, coordinates = str(geometry.get("type")), geometry.get("coordinates")
    if kind in NO_AREAS:
        raise source.error(f"is {NO_AREAS[kind]} and has no area", "use polygons or points", where)
    if kind == "Polygon" or (kind == "MultiPolygon" and isinstance(coordinates, list)):
        polygons: list[object] = [coordinates] if kind == "Polygon" else coordinates  # type: ignore[assignment]  # a list
        rings = [ring for polygon in polygons for ring in _rings(polygon, source, where)]
        if len({ring.tobytes() for ring in rings}) < len(rings):
            raise source.error("has the same outline twice", where=where)
        return [rings]
    if kind in ("Point", "MultiPoint"):
        points = _vertices([coordinates] if kind == "Point" else coordinates, 1, source, where)
        return [[_pixel(x, y)] for x, y in np.floor(points + CORNER).tolist()]
    raise source.error(f"is of a type that cannot be read ({kind})", where=where)


def _rings(polygon: object, source: _Source, where: str) -> list[Floats]:
    """Return the outline of a polygon and those of its holes, which would add pixels if they were outside it."""
    if not isinstance(polygon, list) or not polygon:
        raise source.error("has no outline", where=where)
    outline, *holes = (_vertices(ring, 3, source, where) for ring in polygon)
    if any(not _holds(outline, hole) for hole in holes):
        raise source.error("has a hole that is not inside its outline", where=where)
    return [outline, *holes]


def _holds(outline: Floats, hole: Floats) -> bool:
    """Return whether half of the vertices of a hole, or more, are inside an outline; a hole can touch it in one.

    Only the box around the outline counts where there are very many pairs of vertices and edges.
    """
    if (hole.max(axis=0) < outline.min(axis=0)).any() or (hole.min(axis=0) > outline.max(axis=0)).any():
        return False
    if len(hole) * len(outline) > MOST_PAIRS:
        return True
    (x, y), begin, end = hole[:, :, np.newaxis].swapaxes(0, 1), outline, np.roll(outline, -1, axis=0)
    crosses = (begin[:, 1] <= y) != (end[:, 1] <= y)
    slope = (end[:, 0] - begin[:, 0]) / np.where(begin[:, 1] == end[:, 1], 1, end[:, 1] - begin[:, 1])
    is_inside = (crosses & (x < begin[:, 0] + (y - begin[:, 1]) * slope)).sum(axis=1) % 2 == 1
    return bool(2 * is_inside.sum() >= len(hole))


def _vertices(listed: object, least: int, source: _Source, where: str) -> Floats:
    """Return vertices, measured from the centre of the first pixel."""
    subject, problem = f"{source.path}{where}", "has vertices that are not pairs of numbers"
    with reading(source.path, "header", problem, EXPORT_AGAIN, argument=source.name, subject=subject, listen=False):
        given = np.array([pair[:2] for pair in listed])  # type: ignore[attr-defined]  # else an error
        vertices = given.astype(np.float64)
    are_pairs = given.dtype.kind in "iuf" and given.ndim == 2 and given.shape[1:] == (2,)
    if not are_pairs or len(vertices) < least or not are_near(vertices):
        problem = f"has too few vertices, or some that are not pairs of finite numbers up to {FAR:.0g}"
        raise source.error(problem, where=where)
    return np.asarray(vertices - CORNER)


def _pixel(x: float, y: float) -> Floats:
    """Return the outline of one pixel."""
    return np.array([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]) - CORNER
