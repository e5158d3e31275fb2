"""Objects drawn or found in QuPath, exported as GeoJSON: polygons with holes, several parts or points.

QuPath counts from the top left corner of the first pixel, positions here from its centre, so coordinates move by half a
pixel: an annotation from 3 to 8 holds the pixels 3 to 7. They must be of the full resolution of the recording. Centres
exactly on an edge belong to shapes as in Java, where left and top edges are inside.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .._base import ArgumentError, Floats
from .._files import reading
from .file_request import Request
from .polygons import Outlines, Shape, are_near

CORNER = 0.5
EXPORT_AGAIN = "export the objects again in QuPath (File > Object data > Export as GeoJSON)"
NO_AREAS = {"LineString": "a line", "MultiLineString": "a line"}
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
    if kind == "Polygon":
        return [list(_rings(coordinates, source, where))]
    if kind == "MultiPolygon" and isinstance(coordinates, list):
        return [[ring for polygon in coordinates for ring in _rings(polygon, source, where)]]
    if kind in ("Point", "MultiPoint"):
        points = _vertices([coordinates] if kind == "Point" else coordinates, 1, source, where)
        return [[_pixel(x, y)] for x, y in np.floor(points + CORNER).tolist()]
    raise source.error(f"is of a type that cannot be read ({kind})", where=where)


def _rings(polygon: object, source: _Source, where: str) -> Iterator[Floats]:
    """Yield the outline of a polygon and those of its holes."""
    if not isinstance(polygon, list) or not polygon:
        raise source.error("has no outline", where=where)
    for ring in polygon:
        yield _vertices(ring, 3, source, where)


def _vertices(listed: object, least: int, source: _Source, where: str) -> Floats:
    """Return vertices, measured from the centre of the first pixel."""
    subject, problem = f"{source.path}{where}", "has vertices that are not pairs of numbers"
    with reading(source.path, "header", problem, EXPORT_AGAIN, argument=source.name, subject=subject, listen=False):
        vertices = np.array([pair[:2] for pair in listed], np.float64)  # type: ignore[attr-defined]  # else an error
    if vertices.ndim != 2 or vertices.shape[1:] != (2,) or len(vertices) < least or not are_near(vertices):
        raise source.error("has too few vertices, or some that are not pairs of finite numbers", where=where)
    return np.asarray(vertices - CORNER)


def _pixel(x: float, y: float) -> Floats:
    """Return the outline of one pixel."""
    return np.array([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]) - CORNER
