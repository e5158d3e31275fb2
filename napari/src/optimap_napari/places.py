"""The border between napari and optimap: points and shapes of layers, as positions and regions in a recording.

napari counts (frame, row, column), from the centres of pixels; optimap takes (x, y), that is (column, row), from the
same centres. Layers may have a scale, a translation or a rotation, and may have been drawn on a layer with other ones,
so vertices go from the data of their layer to the data of the recording. The order is turned round in `positions_of`
for points, and by `optimap.trace.regions`, which knows layers of shapes, for shapes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimap import ArgumentError
from optimap.trace import Regions, regions

if TYPE_CHECKING:
    from napari.layers import Image, Layer

FrameShape = tuple[int, int]
POINT = "point"
AREAS = ("rectangle", "ellipse", "polygon")
FEWEST = 3  # vertices of an area; a polygon that is being drawn has fewer at first


@dataclass(frozen=True)
class Place:
    """A point or a shape: its kind in napari, its vertices (row, column) in pixels of the recording, and its name."""

    kind: str
    vertices: tuple[tuple[float, float], ...]
    name: str
    layer: str
    number: int  # in the layer

    @property
    def outline(self) -> tuple[str, tuple[tuple[float, float], ...]]:
        """What its trace depends on."""
        return self.kind, self.vertices


def find_places(layers: "Iterable[Layer]", video: "Image") -> list[Place]:
    """Return the points and shapes of layers, in order; lines and paths, which have no area, too."""
    layers = list(layers)
    found = []
    for layer in layers:
        to_pixels, drawn = pixels_of(layer, video), _drawn(layer)
        prefix = f"{layer.name} " if len(layers) > 1 else ""
        for number, ((kind, vertices), name) in enumerate(zip(drawn, _names(layer), strict=True)):
            exact = tuple((float(row), float(column)) for row, column in to_pixels(vertices))
            found.append(Place(kind, exact, name or f"{prefix}{number + 1}", layer.name, number))
    return found


def _drawn(layer: "Layer") -> list[tuple[str, NDArray[Any]]]:
    """Return the kind and the vertices (N, D) of the points or shapes of a layer."""
    if hasattr(layer, "symbol"):
        return [(POINT, point[np.newaxis]) for point in np.asarray(layer.data)]
    return [(str(kind), np.asarray(vertices)) for kind, vertices in zip(layer.shape_type, layer.data, strict=True)]


def _names(layer: "Layer") -> list[str]:
    """Return the names that the table of features has for points or shapes, empty where it has none."""
    column = layer.features.get("name")
    if column is None:
        return [""] * len(layer.data)
    return [name if isinstance(name, str) else "" for name in column]


def pixels_of(layer: "Layer", video: "Image") -> Callable[[NDArray[Any]], NDArray[Any]]:
    """Return the function that turns vertices (N, D) of a layer into (row, column) in pixels of the recording.

    It leaves numbers as they are where both layers have the same scale and place, as they usually do.
    """
    matrix, offset = _to_world(layer)
    scale, origin = _to_world(video)
    if np.array_equal(matrix, scale) and np.array_equal(offset, origin) and layer.units[-2:] == video.units[-2:]:
        return lambda vertices: vertices[:, -2:]
    factors = np.array([_factor(*pair) for pair in zip(layer.units[-2:], video.units[-2:], strict=True)])
    inverse = np.linalg.inv(scale)
    return lambda vertices: ((vertices[:, -2:] @ matrix.T + offset) * factors - origin) @ inverse.T


def _to_world(layer: "Layer") -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the matrix and the offset that lead from the rows and columns of a layer to the world."""
    offset = np.array(layer.data_to_world((0.0,) * layer.ndim))[-2:]
    axes = np.eye(layer.ndim)[-2:]
    return np.stack([np.array(layer.data_to_world(axis))[-2:] - offset for axis in axes], axis=1), offset


def _factor(unit: Any, other: Any) -> float:
    """Return how many of the other unit one is; 1 where they cannot be compared, as napari draws such layers."""
    return float((1 * unit).to(other).magnitude) if unit.is_compatible_with(other) else 1.0


def positions_of(places: Sequence[Place]) -> NDArray[np.float64]:
    """Return the (x, y) of points, (N, 2)."""
    return np.array([place.vertices[0] for place in places], float).reshape(-1, 2)[:, ::-1]


def regions_of(places: Sequence[Place], frame_shape: FrameShape | None = None) -> Regions:
    """Return shapes as regions with their names."""
    drawn = SimpleNamespace(shape_type=[place.kind for place in places], data=[np.array(p.vertices) for p in places])
    return regions(drawn, frame_shape, names=[place.name for place in places])


def centers_of(places: Sequence[Place], frame_shape: FrameShape) -> NDArray[np.float64]:
    """Return the (x, y) of points, and of the centres of shapes, (N, 2)."""
    one = [
        positions_of([place]) if place.kind == POINT else regions_of([place], frame_shape).centers() for place in places
    ]
    return np.concatenate([np.empty((0, 2)), *one])


def problem_of(place: Place, frame_shape: FrameShape) -> str | None:
    """Return what keeps a place from having a trace, in words; None if it has one."""
    if place.kind != POINT and len(place.vertices) < FEWEST and place.kind in AREAS:
        return f"{place.name} has too few corners"
    try:
        if place.kind == POINT:
            regions(positions_of([place]), frame_shape, kind="positions")
        else:
            regions_of([place], frame_shape).spans()
    except ArgumentError as error:
        return f"{place.name} {error.problem}"
    return None
