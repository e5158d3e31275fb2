"""Pickled ``.npy`` files of other programs, read without running anything that is in them.

suite2p and cellpose save dictionaries with NumPy's pickles, and a pickle may call any function. Here, a pickle can
reach the few names in `ALLOWED` and nothing else, and none of these is the real thing: arrays, data types and numbers
of NumPy are built by stand-ins that take plain bytes and check them. All else is an error that names what was refused.
"""

import io
import os
import pickle
import pickletools
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, NoReturn

import numpy as np

from .._base import ArgumentError, Array, DamagedFileError
from .._files import npy_header, reading

MOST_SHARED = 10**6  # values of a tuple, of which many are the same object
PLAIN_CODE = re.compile(r"[biufc]\d{1,2}|[SU]\d{1,6}|O8?")


class RefusedError(pickle.UnpicklingError):
    """A pickle asks for something that it cannot have; the message is the name of it."""


def has_objects(path: Path) -> tuple[int, ...] | None:
    """Return the shape of a ``.npy`` file of Python objects, by its header; None for any other file."""
    try:
        with reading(path, "numpy", "cannot be read as a .npy file"), open(path, "rb") as file:
            dtype, shape = _header(file)
    except DamagedFileError:
        return None
    return shape if dtype.hasobject else None


def read_objects(path: Path, name: str) -> Array:
    """Return the array of plain objects in a ``.npy`` file; errors call the argument that names the file by `name`."""
    problem = "cannot be read as a .npy file of objects, or is damaged"
    with reading(path, "pickle", problem, "save it again, or copy it again", argument=name):
        try:
            with open(path, "rb") as file:
                _, shape = _header(file)
                data = file.read()
            _check_operations(data)
            found = plain(_Unpickler(io.BytesIO(data)).load())
            if not isinstance(found, np.ndarray) or found.dtype != object or found.shape != shape:
                raise pickle.UnpicklingError("the header describes something else")
        except RefusedError as error:
            cure = "if you trust the file, load it with numpy.load and its option allow_pickle, and give its arrays"
            problem = f"asks for {error} when it is opened, which is refused because it might run code"
            raise ArgumentError(name, path, problem, cure, subject=str(path)) from error
    return found


def npy_shape(path: Path, name: str = "path") -> tuple[int, ...]:
    """Return the shape in the header of a ``.npy`` file, or raise an error about an argument if it is damaged."""
    cure = "save an array of numbers with numpy.save"
    with (
        reading(path, "numpy", "cannot be read as a .npy file of numbers", cure, argument=name),
        open(path, "rb") as file,
    ):
        return _header(file)[1]


def plain(thing: object) -> Any:
    """Return the array that a stand-in holds, or anything else as it is."""
    return thing.array if isinstance(thing, _PickledArray) else thing


def number_array(thing: object) -> Array:
    """Return an array, or a list of numbers as one, or raise an error for other lists.

    In a file of some bytes, a list of lists can hold itself so often that it stands for any number of values.
    """
    found = plain(thing)
    is_flat = isinstance(found, (list, tuple)) and all(isinstance(one, (bool, int, float, np.generic)) for one in found)
    if isinstance(found, (list, tuple, range)) and not is_flat:
        raise ValueError(f"a {type(found).__name__} instead of an array of numbers")
    return np.asarray(found)


def _header(file: Any) -> tuple["np.dtype[Any]", tuple[int, ...]]:
    """Return dtype and shape from the header of a ``.npy`` file."""
    shape, dtype = npy_header(file, os.fstat(file.fileno()).st_size)
    return dtype, shape


class _PickledDtype:
    """Stand-in for ``numpy.dtype``: its code, and its byte order once that is known."""

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str) or not PLAIN_CODE.fullmatch(code):
            raise RefusedError(f"the data type {code!r}")
        self._code, self._order = code, "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, order, subtype, names, fields, *_ = state
        if order not in ("<", ">", "|", "=") or not (subtype is names is fields is None):
            raise RefusedError("a structured data type")
        self._order = order

    @property
    def is_object(self) -> bool:
        return self._code.startswith("O")

    def dtype(self) -> "np.dtype[Any]":
        return np.dtype(object if self.is_object else self._order + self._code)


class _PickledArray:
    """Stand-in for an array: shape, data type and bytes, or a list of objects."""

    def __init__(self, *_: object) -> None:
        self.array: Array = np.zeros(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, by_columns, content = state
        self.array = _array(content, dtype, shape, "F" if by_columns else "C")


def _array(content: Any, dtype: object, shape: Sequence[int], order: str) -> Array:
    """Return an array of bytes or of a list of objects."""
    if not isinstance(dtype, _PickledDtype):
        raise RefusedError("an array without a data type")
    if dtype.is_object:
        if not isinstance(content, (list, tuple)):
            raise RefusedError("objects that are not in a list")
        values = np.empty(len(content), object)
        for i, one in enumerate(content):
            values[i] = one
    else:
        content = content.encode("latin1") if isinstance(content, str) else content
        if not isinstance(content, (bytes, bytearray)):  # bytes of a number would be as many zeros
            raise RefusedError("values that are not bytes")
        values = np.frombuffer(content, dtype.dtype())
    return values.reshape(tuple(shape), order="F" if order == "F" else "C")


def _scalar(dtype: object, content: object = b"") -> Any:
    return _array(content, dtype, (1,), "C")[0]


def _from_buffer(content: object, dtype: object, shape: Sequence[int], order: str) -> Array:
    return _array(content, dtype, shape, order)


def _encode(text: object, encoding: object = "latin1") -> bytes:
    if not isinstance(text, str) or encoding != "latin1":
        raise RefusedError(f"the encoding {encoding!r}")
    return text.encode("latin1")


def _collection(kind: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that makes a collection of what a pickle lists: a range could be of any length."""

    def make(entries: object = ()) -> Any:
        if not isinstance(entries, (list, tuple, set, frozenset, dict)):
            raise RefusedError(f"a {kind.__name__} of entries that are not listed")
        return kind(entries)

    return make


class _Effect(NamedTuple):
    """What an operation does to the stack: whether it takes all after a mark, how many before that, and its results."""

    to_mark: bool
    taken: int
    given: int


MARKED = (pickletools.markobject, pickletools.stackslice)
EFFECTS = {
    code.name: _Effect(
        pickletools.markobject in code.stack_before,
        sum(one not in MARKED for one in code.stack_before),
        len(code.stack_after),
    )
    for code in pickletools.opcodes
}
PUTS = {name for name in EFFECTS if "PUT" in name} | {"MEMOIZE"}
GETS = {name for name in EFFECTS if "GET" in name}
TUPLES = {name for name in EFFECTS if "TUPLE" in name}


def _check_operations(data: bytes) -> None:
    """Raise an error for what no pickle has, but a few bytes can ask for.

    One is a place to keep an object that is so far away that Python would make room for very many before it. The other
    is a tuple that holds itself so often that its hash, as the key of a dictionary, would take for ever. The stack here
    has the number of values in each tuple, and 1 for all else.
    """
    stack: list[int] = []
    marks: list[int] = []
    kept: dict[int, int] = {}
    most = max(MOST_SHARED, len(data))
    for code, argument, _ in pickletools.genops(data):
        name = code.name
        if name in PUTS:
            place = len(kept) if argument is None else int(argument)
            if place > len(data):
                raise pickle.UnpicklingError(f"it keeps an object at place {place}")
            kept[place] = stack[-1] if stack else 1
        elif name == "MARK":
            marks.append(len(stack))
        elif name in GETS:
            stack.append(kept.get(int(argument or 0), 1))
        elif name == "DUP":
            stack.extend(stack[-1:])
        else:
            effect = EFFECTS[name]
            start = marks.pop() if effect.to_mark and marks else len(stack)
            start = max(0, start - effect.taken)
            values = 1 + sum(stack[start:]) if name in TUPLES else 1
            stack[start:] = [values] * effect.given
            if values > most:
                raise pickle.UnpicklingError(f"one of its tuples stands for {values} values")


def _path(*parts: object) -> str:
    return str(PurePosixPath(*(str(part) for part in parts)))


def _date(content: object, *_: object) -> datetime:
    if not isinstance(content, (bytes, str)):
        raise RefusedError("a date")
    return datetime(content.encode("latin1") if isinstance(content, str) else content)  # type: ignore[arg-type,call-arg]


class _Name:
    """What a pickle gets for a name: it can be called, and nothing can be changed in it."""

    __slots__ = ("_make",)
    _make: Callable[..., Any] | None

    def __init__(self, make: Callable[..., Any] | None) -> None:
        object.__setattr__(self, "_make", make)

    def __call__(self, *args: object) -> Any:
        if self._make is None:
            raise pickle.UnpicklingError("a class is called that holds data only")
        return self._make(*args)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise RefusedError(f"a change of {name}")

    def __setstate__(self, state: object) -> NoReturn:
        raise RefusedError("a change of a class")


def _in_numpy(module: str, name: str) -> list[tuple[str, str]]:
    """Return the places of a name in NumPy before and since version 2."""
    return [(f"numpy.core.{module}", name), (f"numpy._core.{module}", name)]


# THE list of names that a pickle can reach.
ALLOWED: dict[tuple[str, str], _Name] = {
    ("numpy", "ndarray"): _Name(None),
    ("numpy", "dtype"): _Name(_PickledDtype),
    **dict.fromkeys(_in_numpy("multiarray", "_reconstruct"), _Name(_PickledArray)),
    **dict.fromkeys(_in_numpy("multiarray", "scalar"), _Name(_scalar)),
    **dict.fromkeys(_in_numpy("numeric", "_frombuffer"), _Name(_from_buffer)),
    ("collections", "OrderedDict"): _Name(_collection(OrderedDict)),
    ("_codecs", "encode"): _Name(_encode),
    **{
        (module, kind.__name__): _Name(kind)
        for module in ("builtins", "__builtin__")
        for kind in (complex, slice, range)
    },
    **{
        (module, kind.__name__): _Name(_collection(kind))
        for module in ("builtins", "__builtin__")
        for kind in (set, frozenset)
    },
    ("__builtin__", "xrange"): _Name(range),
    ("datetime", "datetime"): _Name(_date),
    **{
        (module, f"{kind}{suffix}"): _Name(_path)
        for module in ("pathlib", "pathlib._local")
        for kind in ("", "Pure")
        for suffix in ("PosixPath", "WindowsPath", "Path")
    },
}


class _Unpickler(pickle.Unpickler):
    """Python's own reader of pickles, with `ALLOWED` as the only names."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise RefusedError(f"{module}.{name}")
        return ALLOWED[module, name]
