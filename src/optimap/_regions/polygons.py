"""Polygons and ellipses -> runs: the pixels whose centres lie inside.

A polygon is filled by the even-odd rule. A centre exactly on an edge belongs to one side only, the same for every
edge, so that polygons which share an edge neither share a pixel nor miss one: a pixel on a left or top edge is in, on
a right or bottom edge out (``'left'``, as in slices); ImageJ's own rule is the opposite (``'right'``).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, Floats, Ints, counted
from .masks import Runs, join
from .positions import FAR

# Rows that an outline may span where no frame limits it.
MOST_ROWS = 2**18

# Rows that the edges of outlines cross in all: at once, and at most where no frame limits them. Each takes 100 bytes.
ROWS_AT_ONCE = 2**17
MOST_CROSSINGS = 2**24


class Ellipse(NamedTuple):
    """An ellipse inscribed in a box, measured from pixel centres."""

    left: float
    top: float
    width: float
    height: float


Shape = list[Floats] | Ellipse


class Outlines(NamedTuple):
    """Outlines from a file or a drawing program, each one or more closed paths, or an ellipse, with a name.

    `single` is whether one was given alone; `side` the rule for pixel centres on an edge, that of the program; `kind`
    the kind of regions that they are.
    """

    shapes: list[Shape]
    names: list[str]
    single: bool
    side: str = "left"
    kind: str = "imagej"


def polygon_runs(
    polygons: list[list[Floats]], height: int | None, side: str = "left", width: int | None = None
) -> Runs:
    """Return the runs of filled polygons; each is a list of closed paths (M, 2), filled as one by the even-odd rule.

    Runs are found for rows from 0 to `height`, if that is known. Where edges cross many rows, some rows are done at a
    time, and columns are clipped to `width`; otherwise columns are not clipped.
    """
    paths = [(owner, path) for owner, polygon in enumerate(polygons) for path in polygon]
    if not paths:
        return join([])
    owners = np.repeat([owner for owner, _ in paths], [len(path) for _, path in paths])
    begin = np.concatenate([path for _, path in paths])
    end = np.concatenate([np.roll(path, -1, axis=0) for _, path in paths])
    # Every edge runs from its upper end to its lower, so two polygons that share it find exactly the same crossings.
    down = (begin[:, 1] <= end[:, 1])[:, None]
    upper, lower = np.where(down, begin, end), np.where(down, end, begin)
    limits = (-MOST_ROWS, MOST_ROWS) if height is None else (0, height)
    first, last = (np.clip(_from(end[:, 1], side), *limits).astype(np.int64) for end in (upper, lower))

    crossings = int((last - first).sum())
    if height is None:
        check_rows(crossings)
    if crossings <= ROWS_AT_ONCE:
        return _between(upper, lower, owners, first, last, side)
    parts = []
    for low, high in _bands(first, last):
        some = np.flatnonzero((first < high) & (last > low))
        top, end_row = np.maximum(first[some], low), np.minimum(last[some], high)
        runs = _between(upper[some], lower[some], owners[some], top, end_row, side)
        starts, stops = runs.starts, runs.stops
        if width is not None:
            starts, stops = np.clip(starts, 0, width), np.clip(stops, 0, width)
        kept = stops > starts
        parts.append(Runs(runs.owners[kept], runs.rows[kept], starts[kept], stops[kept], runs.weights[kept]))
    return join(parts)


def check_rows(count: int) -> None:
    """Raise an error for outlines that reach over so many rows that no frame can have them."""
    if count > MOST_CROSSINGS:
        problem = f"is not known, and the outlines cross {count} rows in all"
        cure = "give frame_shape=(H, W), which cuts them off at the frame"
        raise ArgumentError("frame_shape", None, problem, cure, subject="frame_shape", keyword="frame_shape")


def _bands(first: Ints, last: Ints) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows that edges cross about `ROWS_AT_ONCE` times; a row may be crossed more often."""
    low, high = int(first.min()), int(last.max())
    so_far = np.bincount(first - low, minlength=high - low + 1)
    so_far -= np.bincount(last - low, minlength=high - low + 1)
    for _ in range(2):  # changes, numbers of edges in a row, crossings up to there; in place, as there may be 2^21 rows
        np.cumsum(so_far, out=so_far)
    start = low
    while start < high:
        before = 0 if start == low else int(so_far[start - low - 1])
        stop = low + int(np.searchsorted(so_far, before + ROWS_AT_ONCE, side="right"))
        yield start, (stop := min(max(stop, start + 1), high))
        start = stop


def _between(upper: Floats, lower: Floats, owners: Ints, first: Ints, last: Ints, side: str) -> Runs:
    """Return the runs between edges, each in the rows from `first` to `last`."""
    counts = last - first
    edge = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    (dx, dy), (x, y) = (lower - upper)[edge].T, upper[edge].T
    # Multiply before dividing: crossings at whole and half pixels come out exactly.
    columns = _from(x + (rows - y) * dx / dy, side)
    order = np.lexsort((columns, rows, owners[edge]))
    rows, columns, owners = rows[order], columns[order], owners[edge][order]
    # Clip before converting to integers, which would overflow for a distant vertex.
    starts, stops = (np.clip(columns[i::2], -(2.0**40), 2.0**40).astype(np.int64) for i in (0, 1))
    return Runs(owners[::2], rows[::2], starts, stops, np.ones(len(starts)))


def _from(edges: Floats, side: str) -> Floats:
    """Return the first pixel centre behind each edge, or on it if `side` is 'left'."""
    return np.ceil(edges) if side == "left" else np.floor(edges) + 1


def ellipse_runs(ellipse: Ellipse, height: int | None) -> tuple[Ints, Ints, Ints]:
    """Return rows, starts and stops of the pixels whose centres lie strictly inside an ellipse."""
    a, b = ellipse.width / 2, ellipse.height / 2
    if a <= 0 or b <= 0:
        none = np.zeros(0, np.int64)
        return none, none, none
    x, y = ellipse.left + a, ellipse.top + b
    low, high = (-MOST_ROWS, MOST_ROWS) if height is None else (0, height)
    rows = np.arange(max(int(np.floor(y - b)), low), min(int(np.ceil(y + b)) + 1, high))
    reach = 1 - ((rows - y) / b) ** 2
    rows, reach = rows[reach > 0], reach[reach > 0]
    half = a * np.sqrt(reach)
    starts, stops = np.floor(x - half).astype(np.int64) + 1, np.ceil(x + half).astype(np.int64)
    some = stops > starts
    return rows[some], starts[some], stops[some]


def parse_polygon(vertices: ArrayLike, name: str) -> Floats:
    """Return the vertices of a polygon as (M, 2), or raise an error."""
    try:
        numbers: Array = np.asarray(vertices)
    except ValueError as error:
        problem, cure = "is not a polygon", "give its vertices as pairs (x, y)"
        raise ArgumentError(name, vertices, problem, cure, subject=name) from error
    if numbers.dtype.kind not in "iuf":
        problem, cure = f"holds {numbers.dtype} values", "give vertices as pairs of real numbers (x, y)"
        raise ArgumentTypeError(name, vertices, problem, cure, subject=name)
    if numbers.ndim != 2 or numbers.shape[1] != 2:
        cure = "give a polygon as (M, 2), one vertex (x, y) on each row"
        raise ArgumentError(name, vertices, f"has shape {numbers.shape}", cure, subject=name)
    if len(numbers) < 3:
        problem = f"has {counted(len(numbers), 'vertex', 'vertices')}"
        raise ArgumentError(name, vertices, problem, "give at least 3", subject=name)
    exact = numbers.astype(np.float64)
    _check_vertices(~np.isfinite(exact), numbers, name, "is not finite", "give two finite numbers")
    # Those would lose the digits that determine where their edges cross the frame.
    _check_vertices(
        np.abs(exact) > FAR, numbers, name, "is too far from any frame", f"give coordinates within {FAR:.0g}"
    )
    return exact


def are_near(vertices: Floats) -> bool:
    """Return whether the vertices in a file are numbers, and near enough for the rows that their edges cross."""
    return bool((np.abs(vertices) <= FAR).all())


def _check_vertices(wrong: Array, numbers: Array, name: str, problem: str, cure: str) -> None:
    """Raise an error for the first vertex with a wrong coordinate."""
    bad = np.flatnonzero(wrong.any(axis=1))
    if bad.size:
        x, y = numbers[bad[0]].tolist()
        vertex = f"{name}[{bad[0]}]"
        raise ArgumentError(vertex, (x, y), problem, cure, subject=f"{vertex} = (x={x}, y={y})")
