"""Positions: ``(x, y)``, column first, pixel centres at whole numbers, origin at the top left.

`parse_positions` turns the caller's input into an ``(N, 2)`` float64 array, checked against the frame; later
code does not check again. A position lies in the frame if it lies in one of its pixels, and a pixel extends half a
pixel to each side of its centre.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, Floats, FrameShape, check_order, counted

Positions = Floats

# Coordinates farther out would lose digits, and windows around them overflow.
FAR = 1e9

PAIR = "give (x, y), two numbers"
PAIRS = "give one position (x, y) or a sequence of positions"


def parse_positions(
    coords: object, frame_shape: FrameShape | None = None, name: str = "coords"
) -> tuple[Positions, bool]:
    """Return positions as an ``(N, 2)`` array, and whether one position was given alone.

    With `frame_shape` ``(H, W)``, positions outside that frame are an error; without, those too far for any frame.
    """
    positions = _as_numbers(coords, name)
    if positions.ndim == 0:
        raise ArgumentTypeError(name, coords, "is one number", PAIRS)
    single = positions.ndim == 1 and positions.size == 2
    if positions.size == 0:
        return np.empty((0, 2)), False
    if positions.ndim > 2 or positions.shape[-1] != 2:
        raise _not_pairs(positions, name)
    positions = positions.reshape(-1, 2).astype(np.float64)
    _check_finite(positions, name, single)
    if frame_shape is None:
        _check_near(positions, name, single)
    else:
        _check_inside(positions, frame_shape, name, single)
    return positions, single


def _as_numbers(coords: object, name: str) -> Array:
    """Return positions as an array of real numbers of any shape."""
    if isinstance(coords, (str, bytes)) or not isinstance(coords, Iterable):
        raise ArgumentTypeError(name, coords, "is not a position", PAIRS, plain=True)
    check_order(coords, name, f"list({name}.values())")
    if not isinstance(coords, Sequence) and not hasattr(coords, "__array__"):  # iterators, ...
        coords = list(coords)
    if isinstance(coords, np.ma.MaskedArray) and np.ma.is_masked(coords):
        cure = f"leave them out, for example numpy.ma.compress_rows({name})"
        raise ArgumentError(name, coords, "has masked entries", cure, subject=name)
    try:
        numbers = np.asarray(coords)
    except ValueError:  # positions of different lengths
        for i, position in enumerate(coords):
            if _size(position) != 2:
                raise ArgumentError(
                    f"{name}[{i}]",
                    position,
                    "is not a position",
                    PAIR,
                    subject=f"{name}[{i}] = {_brief(position)}",
                ) from None
        raise
    if numbers.size and numbers.dtype.kind not in "iuf":
        raise ArgumentTypeError(
            name,
            coords,
            f"holds {numbers.dtype} values",
            "give positions as pairs of real numbers (x, y)" + _mask_cure(numbers, name),
            subject=name,
        )
    return numbers


def _mask_cure(numbers: Array, name: str) -> str:
    """Return what else to do about lists of True and False, which may be meant as a mask."""
    return f", or a mask as an array, numpy.array({name})" if numbers.dtype.kind == "b" else ""


def _size(thing: ArrayLike) -> int:
    """Return how many numbers an object holds, 0 if they are nested unevenly."""
    try:
        return np.size(thing)
    except ValueError:  # nested in pieces of different lengths
        return 0


def _brief(thing: object) -> str:
    """Return a description of one line."""
    if hasattr(thing, "shape"):
        return f"an array of shape {tuple(thing.shape)}"
    text = repr(thing)
    return text if len(text) <= 80 and "\n" not in text else f"a {type(thing).__name__}"


def _not_pairs(positions: Array, name: str) -> ArgumentError:
    """Return the error for an array of any shape but ``(N, 2)``."""
    if positions.ndim == 1:
        return ArgumentError(name, tuple(positions.tolist()), "is not a position", PAIR)
    if positions.ndim == 2:
        first = tuple(positions[0].tolist())
        cure = "give positions as (x, y), two numbers"
        if len(positions) == 2:  # one list of x and one of y
            cure += f"; if these are lists of x and of y, give numpy.column_stack({name})"
        return ArgumentError(f"{name}[0]", first, f"has {counted(len(first), 'number')}", cure)
    problem, cure = f"has shape {positions.shape}", "give positions as (N, 2), one (x, y) per row"
    return ArgumentError(name, positions, problem, cure, subject=name)


def _text(number: float) -> str:
    """Return a coordinate as a user would write it: whole numbers without a decimal point."""
    return f"{number:.0f}" if number == round(number) and abs(number) < 1e15 else repr(float(number))


def _label(name: str, single: bool, i: int) -> str:
    """Return the name of a position in errors: with its index, unless it was given alone."""
    return name if single else f"{name}[{i}]"


def _check_finite(positions: Positions, name: str, single: bool) -> None:
    """Raise an error for the first position of NaN or infinity."""
    _refuse_first(~np.isfinite(positions), positions, name, single, "is not finite", "give two finite numbers")


def _check_near(positions: Positions, name: str, single: bool) -> None:
    """Raise an error for the first position that is too far out for any frame."""
    cure = f"give coordinates within {FAR:.0g}"
    _refuse_first(np.abs(positions) > FAR, positions, name, single, "is too far from any frame", cure)


def _refuse_first(wrong: Array, positions: Positions, name: str, single: bool, problem: str, cure: str) -> None:
    """Raise an error for the first position that has a wrong coordinate, if there is one."""
    bad = np.flatnonzero(wrong.any(axis=1))
    if bad.size:
        x, y = positions[bad[0]].tolist()
        label = _label(name, single, int(bad[0]))
        raise ArgumentError(label, (x, y), problem, cure, subject=f"{label} = (x={x}, y={y})")


def _check_inside(positions: Positions, frame_shape: FrameShape, name: str, single: bool) -> None:
    """Raise an error for the first position outside the frame."""
    height, width = frame_shape
    inside = (positions >= -0.5) & (positions < np.array([width, height]) - 0.5)
    bad = np.flatnonzero(~inside.all(axis=1))
    if not bad.size:
        return
    i = int(bad[0])
    x, y = positions[i]
    label = _label(name, single, i)
    if not height or not width:
        problem, cure = f"cannot be in a frame without pixels (width {width}, height {height})", "give no positions"
        raise ArgumentError(label, (x, y), problem, cure, subject=f"{label} = (x={_text(x)}, y={_text(y)})")
    whole = x == round(x) and y == round(y)
    limits = [
        f"{axis} must be in 0..{n - 1}" if whole else f"{axis} must be at least -0.5 and below {n - 0.5}"
        for axis, n, ok in (("x", width, inside[i, 0]), ("y", height, inside[i, 1]))
        if not ok
    ]
    raise ArgumentError(
        label,
        tuple(int(c) if whole else float(c) for c in (x, y)),
        f"is outside the frame (width {width}, height {height})",
        " and ".join(limits),
        subject=f"{label} = (x={_text(x)}, y={_text(y)})",
    )
