"""Shapes and points drawn in napari: layers as they are, and shapes saved as CSV.

The CSV has a row for each vertex, with index, shape-type, vertex-index, axis-0 and axis-1. napari counts from the
centres of pixels, as positions here do, so coordinates are used as they are: the last axis is x, the one before it y.
Axes before these are the frame or plane on which a shape was drawn, which does not matter here; nor do the scale and
place of a layer, whose data are pixels of the image that it was drawn on.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from .._base import ArgumentError, Floats, counted
from .delimited import Rows, first_cells, read_rows
from .file_request import Request
from .polygons import Ellipse, Outlines, Shape, are_near

NEEDED = ("index", "shape-type", "vertex-index", "axis-0", "axis-1")
AXIS = re.compile(r"axis-\d{1,3}")
NO_AREAS = {"line": "a line", "path": "a path"}
USE_AREAS = "use rectangles, ellipses or polygons"
SAVE_AGAIN = "save the layer of shapes again in napari, as CSV"

# Of the size of an ellipse: by how much rounded corners may differ from those of a rectangle.
UNEVEN = 0.05

# Straight segments for a turned ellipse: accurate to 0.001 % of its radius.
PIECES = 720


def is_napari(path: Path) -> bool:
    """Return whether a CSV file holds shapes of napari, by its header."""
    return not set(NEEDED[1:3]).isdisjoint(first_cells(path))


def read_napari(path: Path, request: Request) -> Outlines:
    """Read the shapes of a layer."""
    table = read_rows(path, request.name, "give a CSV file of napari")
    header = [title.lower() for title in table.rows[0].cells]
    axes = sorted((title for title in header if AXIS.fullmatch(title)), key=_axis)
    for title in (*NEEDED, *axes):
        if header.count(title) != 1:
            several = f"{header.count(title)} columns called" if title in header else "no column"
            problem = f"has {several} {title}"
            raise ArgumentError(request.name, path, problem, SAVE_AGAIN, subject=str(path))
    columns = [header.index(title) for title in ("index", "shape-type", "vertex-index", *axes[-2:])]
    shapes: dict[str, tuple[str, list[tuple[float, float]]]] = {}
    for line, cells in table.rows[1:]:
        if len(cells) < len(header) or any(cells[len(header) :]):
            problem, cure = f"has {counted(len(cells), 'cell')} under {len(header)} titles", SAVE_AGAIN
            raise ArgumentError(request.name, path, problem, cure, subject=f"{path}, row {line}:")
        index, kind, number, *place = (cells[column] for column in columns)
        first, vertices = shapes.setdefault(index, (kind.lower(), []))
        if kind.lower() != first:
            problem = f"is a vertex of the type {kind} in the shape {index} of the type {first}"
            raise ArgumentError(request.name, path, problem, SAVE_AGAIN, subject=f"{path}, row {line}:")
        if table.number(number) != len(vertices):
            problem = f"is vertex {number} of the shape {index}, where vertex {len(vertices)} should follow"
            raise ArgumentError(request.name, path, problem, SAVE_AGAIN, subject=f"{path}, row {line}:")
        vertices.append(_place(place, table, f"{path}, row {line}:", path, request.name))
    if not shapes:
        raise ArgumentError(request.name, path, "holds no shapes", SAVE_AGAIN, subject=str(path))
    names = [f"shape_{_number(index)}" for index in shapes]
    outlines = [
        _shape(kind, np.array(vertices), f"{path}: {name}", path, request.name, SAVE_AGAIN)
        for name, (kind, vertices) in zip(names, shapes.values(), strict=True)
    ]
    return Outlines(outlines, names, single=False, kind="polygons")


def is_shapes(thing: object) -> bool:
    """Return whether something is a layer of shapes."""
    return hasattr(thing, "shape_type") and hasattr(thing, "data")


def is_points(thing: object) -> bool:
    """Return whether something is a layer of points."""
    return hasattr(thing, "symbol") and hasattr(thing, "data")


def outlines_in(layer: Any, argument: str) -> Outlines:
    """Return the shapes of a layer."""
    names = [f"shape_{i}" for i in range(len(layer.data))]
    shapes = [
        _shape(str(kind), _turned(vertices), f"{argument}: {name}", layer, argument, USE_AREAS)
        for name, kind, vertices in zip(names, layer.shape_type, layer.data, strict=True)
    ]
    return Outlines(shapes, names, single=False, kind="polygons")


def positions_in(layer: Any) -> Floats:
    """Return the points of a layer as (x, y)."""
    return _turned(layer.data)


def _turned(vertices: Any) -> Floats:
    """Return (..., row, column) as (x, y)."""
    return np.asarray(vertices, np.float64)[:, :-3:-1]


def _axis(title: str) -> int:
    return int(title.removeprefix("axis-"))


def _number(index: str) -> str:
    return index.removesuffix(".0")


def _place(place: list[str], table: Rows, where: str, path: Path, name: str) -> tuple[float, float]:
    """Return a vertex as (x, y)."""
    y, x = (table.number(text) for text in place)
    if x is None or y is None or not are_near(np.array((x, y))):
        problem = f"{', '.join(place)!r} is not a vertex"
        raise ArgumentError(name, path, problem, SAVE_AGAIN, subject=where)
    return x, y


def _shape(kind: str, vertices: Floats, where: str, given: object, name: str, cure: str) -> Shape:
    """Return the outline of one shape."""
    if not are_near(vertices):
        problem = "has vertices that are not finite, or too far from any frame"
        raise ArgumentError(name, given, problem, "draw it inside the image", subject=where)
    if kind in NO_AREAS:
        raise ArgumentError(name, given, f"is {NO_AREAS[kind]} and has no area", USE_AREAS, subject=where)
    if kind == "ellipse" and len(vertices) == 4:  # the corners of the rectangle around it
        reach = np.abs(np.diff(vertices, axis=0)).max()
        if (np.abs(vertices[0] - vertices[1] + vertices[2] - vertices[3]) > UNEVEN * reach).any():
            problem = "is an ellipse whose four corners are not those of a rectangle"
            raise ArgumentError(name, given, problem, cure, subject=where)
        return _ellipse(vertices)
    least = {"rectangle": 4, "polygon": 3, "ellipse": 4}.get(kind)
    if least is None or len(vertices) < least:
        problem = f"is of a type that cannot be read ({kind})"
        if least is not None:
            problem = f"has {counted(len(vertices), 'vertex', 'vertices')}, too few for the type {kind}"
        raise ArgumentError(name, given, problem, cure, subject=where)
    return [vertices]


def _ellipse(corners: Floats) -> Shape:
    """Return the ellipse in a rectangle, which may be turned."""
    across, down = (corners[1] - corners[0]) / 2, (corners[2] - corners[1]) / 2
    upright = not across[1] and not down[0]
    if upright or (not across[0] and not down[1]):
        (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        return Ellipse(left, top, right - left, bottom - top)
    turn = np.linspace(0, 2 * np.pi, PIECES, endpoint=False)[:, np.newaxis]
    return [np.asarray(corners.mean(axis=0) + np.cos(turn) * across + np.sin(turn) * down)]
