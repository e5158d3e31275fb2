"""Which axes of an array in a file are time, rows and columns, and which channel and plane of it is read.

Every format that stores arrays asks `find_layout`. In order of weight: the option ``axes``, names that the file
states, rules of the format; where nothing says it, time is first, and `open_video` reports a shape that then looks
unlikely (`unlikely_axes`). Channels and planes are read at one index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np

from .._base import LETTERS, Advice, ArgumentError, ArgumentTypeError, Array, axis_letter
from .checks import check_frames, counted

OPTION, STATED, NOT_STATED = "given by axes=", "stated in the file", "not stated in the file: time is first"
EXAMPLES = {3: "YXT", 4: "TCYX", 5: "TCZYX"}  # of the option axes, for arrays of so many axes


@dataclass(frozen=True)
class Layout:
    """The axes of an array: a letter for each, where it is known from, and the index along those that are not read."""

    letters: str
    source: str
    fixed: dict[int, int] = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, int, int]:
        """The places of time, rows and columns."""
        return self.letters.index("T"), self.letters.index("Y"), self.letters.index("X")

    def reversed(self) -> "Layout":
        """The same axes of an array that is stored with its axes in reverse order, as MATLAB stores them in HDF5."""
        last = len(self.letters) - 1
        return Layout(self.letters[::-1], self.source, {last - place: index for place, index in self.fixed.items()})

    def view(self, array: Array) -> Array:
        """Return an array of NumPy, or a memory map, as (T, H, W), without a copy."""
        kept = sorted(self.order)
        part = array[tuple(self.fixed.get(axis, slice(None)) for axis in range(array.ndim))]
        return np.transpose(part, [kept.index(axis) for axis in self.order])


@dataclass(frozen=True)
class Wanted:
    """The options of the user: the meaning of each axis, and the channel and the plane to read (checked later)."""

    axes: object = None
    channel: object = None
    z: object = None

    def __post_init__(self) -> None:
        if self.axes is None:
            return
        cure = "give one letter for each axis, T (time), Y (rows), X (columns), C (channel), Z (plane), as in 'YXT'"
        if not isinstance(self.axes, str):
            raise ArgumentTypeError("axes", self.axes, "is not text", cure)
        letters = set(self.axes.upper())
        if not {"T", "Y", "X"} <= letters <= set(LETTERS) or len(letters) != len(self.axes):
            raise ArgumentError("axes", self.axes, "is not an order of axes", cure)

    @property
    def letters(self) -> str | None:
        """The meaning of each axis, if it was given."""
        return self.axes.upper() if isinstance(self.axes, str) else None

    @property
    def dimensions(self) -> int:
        """How many axes the array should have."""
        return len(self.letters or "TYX")


def find_layout(
    path: Path,
    shape: Sequence[int],
    dtype: "np.dtype[np.generic]",
    wanted: Wanted,
    *,
    names: Sequence[object] | None = None,
    default: tuple[str, str] = ("TYX", NOT_STATED),
    labels: Sequence[str] = (),
) -> Layout:
    """Return the axes of an array in a file, or raise an error that says which option is missing.

    Parameters
    ----------
    path : Path
    shape : sequence of int
    dtype : numpy.dtype
    wanted : Wanted
    names : sequence of str, optional
        The names of the axes in the file, by letter or by word; a sequence without any known name counts as none.
    default : (str, str)
        The letters where nothing states them, and their source.
    labels : sequence of str, optional
        The names of the channels in the file.
    """
    shape = tuple(int(n) for n in shape)
    letters, source = _letters(path, shape, wanted, names, default)
    if not {"T", "Y", "X"} <= set(letters) or len(letters) != len(shape):
        if len(shape) not in (4, 5):
            check_frames(path, shape, dtype)
        _refuse_axes(path, shape, names)
    check_frames(path, tuple(shape[letters.index(axis)] for axis in "TYX"), dtype)
    asked = {"C": ("channel", wanted.channel), "Z": ("z", wanted.z)}
    for letter, (option, value) in asked.items():
        if value is not None and letter not in letters:
            problem = f"cannot be used, because {path} has the axes {_spoken(letters, shape)} and none for {option}"
            raise ArgumentError(option, value, problem, f"leave {option} out")
    fixed = {}
    axes = sorted(enumerate(zip(letters, shape, strict=True)), key=lambda axis: axis[1][0] != "C")
    for place, (letter, count) in axes:  # channels first: an error lists them even if there are planes, too
        if letter == "C":
            fixed[place] = channel_number(path, wanted.channel, count, labels)
        elif letter == "Z":
            fixed[place] = numbered(path, wanted.z, count, "z", "plane")
        elif letter == "?":
            fixed[place] = 0
    return Layout(letters, source, fixed)


def _letters(
    path: Path, shape: tuple[int, ...], wanted: Wanted, names: Sequence[object] | None, default: tuple[str, str]
) -> tuple[str, str]:
    """Return a letter for each axis, "?" for one of length one that is not known, and the source of the letters."""
    if wanted.letters is not None:
        if len(wanted.letters) != len(shape):
            problem = f"has {len(wanted.letters)} letters, but the array in {path} has the shape {shape}"
            cure = f"give {len(shape)} letters, such as {EXAMPLES.get(len(shape), 'TYX')!r}"
            raise ArgumentError("axes", wanted.axes, problem, cure)
        return wanted.letters, OPTION
    found = [axis_letter(name) for name in names or ()]
    if len(found) != len(shape) or not any(found):
        return default
    said = [str(name).strip() for name in names or ()]
    if not all(said) and all(letter in ("", usual) for letter, usual in zip(found, default[0], strict=True)):
        return default  # some axes have no name, and the others are where they are expected
    letters = "".join(letter or ("?" if n == 1 else "!") for letter, n in zip(found, shape, strict=True))
    if "!" in letters or any(letters.count(letter) > 1 for letter in LETTERS):
        _refuse_axes(path, shape, names)
    return letters, STATED


def _refuse_axes(path: Path, shape: tuple[int, ...], names: Sequence[object] | None) -> NoReturn:
    """Raise the error for axes that are not those of a recording."""
    named = "axes" if names is None else f"the axes {', '.join(str(name) or '?' for name in names)}"
    problem = f"has {named} of shape {shape}, but a recording has time, rows and columns"
    keyword: str | None = "axes"
    if len(shape) == 4 and shape[-1] in (3, 4) and names is None:
        problem = f"is a colour recording of shape {shape}"
        cure = "choose one colour with axes='TYXC' and channel=0, or save the grey values first"
    elif len(shape) in EXAMPLES:
        cure = f"give the meaning of each axis with axes=, for example {_example(len(shape), names)!r}"
    else:
        keyword, cure = None, "save the recording as (T, H, W): frames, rows, columns"
    raise ArgumentError("path", path, problem, cure, subject=str(path), keyword=keyword)


def _example(dimensions: int, names: Sequence[object] | None) -> str:
    """Return a meaning for each axis, which agrees with the names that are known.

    Examples
    --------
    >>> _example(3, ("", "time", "")), _example(3, None), _example(4, ("x", "y", "frames", "x"))
    ('YTX', 'YXT', 'XYTC')
    >>> _example(3, ("z", "y", "x")), _example(4, ("c", "z", "y", "x"))
    ('TYX', 'CTYX')
    """
    known: list[str] = []
    for name in (names or ())[:dimensions]:
        letter = axis_letter(name)
        known.append("" if letter in known else letter)
    known += [""] * (dimensions - len(known))
    left = (letter for letter in EXAMPLES[dimensions] if letter not in known)
    letters = "".join(letter or next(left) for letter in known)
    return letters if "T" in letters else letters.replace("Z" if "Z" in letters else "C", "T")


def _spoken(letters: str, shape: Sequence[int]) -> str:
    return ", ".join(f"{letter} {n}" for letter, n in zip(letters, shape, strict=True))


def channel_number(path: Path, channel: object, count: int, labels: Sequence[str] = ()) -> int:
    """Return the number of a channel, which may be given by its label, or raise an error that lists the channels."""
    return numbered(path, channel, count, "channel", "channel", labels)


def numbered(path: Path, value: object, count: int, option: str, thing: str, labels: Sequence[str] = ()) -> int:
    """Return the index along an axis, given by number or label; if there is only one, it need not be given.

    A label may be a number, such as a wavelength, which the command line does not distinguish from an index.
    """
    if value is None and count == 1:
        return 0
    index = int(value) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else -1
    if 0 <= index < count:
        return index
    if value is not None and list(labels).count(str(value)) == 1:
        return list(labels).index(str(value))
    named = f" ({', '.join(labels)})" if labels else ""
    has = f"has {counted(count, thing)}{named}"
    if value is None:
        cure = f"choose one with {option}=, from 0 to {count - 1}"
        raise ArgumentError("path", path, has, cure, subject=str(path), keyword=option)
    cure = f"give a number from 0 to {count - 1}" if count > 1 else f"leave {option} out"
    raise ArgumentError(option, value, f"is not in {path}, which {has}", cure)


def names_frames(names: Sequence[object] | None, dimensions: int) -> bool:
    """Whether the names of the axes of an array include time, rows and columns."""
    letters = [axis_letter(name) for name in names or ()]
    return len(letters) == dimensions and {"T", "Y", "X"} <= set(letters)


def look_turned(shape: tuple[int, int, int]) -> bool:
    """Whether the shape of a recording (T, H, W) looks as if time were its last axis."""
    frames, height, width = shape
    return 3 * width <= min(frames, height) or width > 5 * height


def unlikely_axes(path: Path, shape: tuple[int, int, int], source: str) -> Advice | None:
    """Return a warning if nothing states the axes of a recording (T, H, W), and time may be its last axis."""
    if source != NOT_STATED or not look_turned(shape):
        return None
    frames, height, width = shape
    return Advice(
        "path",
        path,
        f"does not state its axes and is read as {counted(frames, 'frame')} of {height} x {width} pixels "
        "(rows x columns), which looks unlikely",
        "open it with axes='YXT' if its last axis is time; 'TYX' confirms this reading",
        subject=str(path),
        keyword="axes",
    )
