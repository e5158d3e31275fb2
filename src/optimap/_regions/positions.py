"""What a position is: ``(x, y)``, column first, pixel centres at whole numbers, origin at the top left.

`parse_positions` is the one door: whatever a caller wrote becomes an ``(N, 2)`` float64 array here, checked
against the frame, and nothing behind it asks again. A position lies in the frame when it lies in one of its
pixels, and a pixel reaches half a pixel to each side of its centre.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import ArgumentError, check_order

Positions = NDArray[np.float64]


def parse_positions(
    coords: Any, frame_shape: tuple[int, int] | None = None, name: str = "coords"
) -> tuple[Positions, bool]:
    """Return positions as an ``(N, 2)`` array, and whether one position was given alone.

    With `frame_shape` ``(H, W)``, positions outside that frame are an error.
    """
    positions = _as_numbers(coords, name)
    if positions.ndim == 0:
        raise TypeError(f"{name} = {coords!r} is one number: give one position (x, y) or a sequence of positions")
    single = positions.ndim == 1 and positions.size == 2
    if positions.size == 0:
        return np.empty((0, 2)), False
    if positions.ndim > 2 or positions.shape[-1] != 2:
        raise ValueError(_not_pairs(positions, name))
    positions = positions.reshape(-1, 2).astype(np.float64)
    labels = [name] if single else None
    _check_finite(positions, name, labels)
    if frame_shape is not None:
        _check_inside(positions, frame_shape, name, labels)
    return positions, single


def _as_numbers(coords: Any, name: str) -> NDArray[Any]:
    if isinstance(coords, (str, bytes)) or not isinstance(coords, Iterable):
        raise TypeError(f"{name} = {coords!r}: give one position (x, y) or a sequence of positions")
    check_order(coords, name, f"list({name}.values())")
    if not isinstance(coords, Sequence) and not hasattr(coords, "__array__"):  # iterators, ...
        coords = list(coords)
    if isinstance(coords, np.ma.MaskedArray) and np.ma.is_masked(coords):
        raise ValueError(f"{name} has masked entries: leave them out, for example numpy.ma.compress_rows({name})")
    try:
        numbers = np.asarray(coords)
    except ValueError:  # positions of different lengths
        for i, position in enumerate(coords):
            if _size(position) != 2:
                raise ValueError(
                    f"{name}[{i}] = {_brief(position)} is not a position: give (x, y), two numbers"
                ) from None
        raise
    if numbers.size and numbers.dtype.kind not in "iuf":
        raise TypeError(f"{name} holds {numbers.dtype} values: positions are pairs of real numbers (x, y)")
    return numbers


def _size(thing: Any) -> int:
    try:
        return np.size(thing)
    except ValueError:  # nested in pieces of different lengths
        return 0


def _brief(thing: Any) -> str:
    """Return what something is, in a line."""
    if hasattr(thing, "shape"):
        return f"an array of shape {tuple(thing.shape)}"
    text = repr(thing)
    return text if len(text) <= 80 and "\n" not in text else f"a {type(thing).__name__}"


def _not_pairs(positions: NDArray[Any], name: str) -> str:
    if positions.ndim == 1:
        return f"{name} = {tuple(positions.tolist())} is not a position: give (x, y), two numbers"
    if positions.ndim == 2:
        first = tuple(positions[0].tolist())
        return f"{name}[0] = {first} has {len(first)} numbers: a position is (x, y), two numbers"
    return f"{name} has shape {positions.shape}: give positions as (N, 2), one (x, y) a row"


def _text(number: float) -> str:
    return f"{number:.0f}" if number == round(number) and abs(number) < 1e15 else repr(float(number))


def _label(name: str, labels: list[str] | None, i: int) -> str:
    return labels[0] if labels else f"{name}[{i}]"


def _check_finite(positions: Positions, name: str, labels: list[str] | None) -> None:
    bad = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if bad.size:
        x, y = positions[bad[0]]
        raise ValueError(f"{_label(name, labels, int(bad[0]))} = (x={x}, y={y}) is not finite: give two finite numbers")


def _check_inside(positions: Positions, frame_shape: tuple[int, int], name: str, labels: list[str] | None) -> None:
    height, width = frame_shape
    inside = (positions >= -0.5) & (positions < np.array([width, height]) - 0.5)
    bad = np.flatnonzero(~inside.all(axis=1))
    if not bad.size:
        return
    i = int(bad[0])
    x, y = positions[i]
    whole = x == round(x) and y == round(y)
    limits = [
        f"{axis} must be in 0..{n - 1}" if whole else f"{axis} must be at least -0.5 and below {n - 0.5}"
        for axis, n, ok in (("x", width, inside[i, 0]), ("y", height, inside[i, 1]))
        if not ok
    ]
    label = _label(name, labels, i)
    raise ArgumentError(
        label,
        tuple(int(c) if whole else float(c) for c in (x, y)),
        f"is outside the frame (width {width}, height {height})",
        " and ".join(limits),
        subject=f"{label} = (x={_text(x)}, y={_text(y)})",
    )
