"""Objects in ``.npy`` files, of plain data and NumPy arrays alone: a file from anywhere must not run code.

Python's own loader calls whatever a file names. This one knows a list of names that make data, and refuses the rest.
Paths of another system become paths that only hold text.
"""

import collections
import datetime
import pathlib
import pickle
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .errors import ArgumentError

PLAIN: dict[tuple[str, str], Any] = {
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "slice"): slice,
    ("builtins", "range"): range,
    ("builtins", "xrange"): range,  # as old protocols write it
    ("builtins", "complex"): complex,
    ("builtins", "bytearray"): bytearray,
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("datetime", "datetime"): datetime.datetime,
    ("datetime", "date"): datetime.date,
    ("datetime", "timedelta"): datetime.timedelta,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
PATHS = {"PosixPath": pathlib.PurePosixPath, "WindowsPath": pathlib.PureWindowsPath}
# Functions of NumPy that make arrays and numbers, in modules that old and new versions name differently.
NUMPY = {("multiarray", "_reconstruct"), ("multiarray", "scalar"), ("numeric", "_frombuffer")}
DAMAGED = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    KeyError,
    MemoryError,
    UnicodeDecodeError,
    OverflowError,
)


class _Refused(Exception):
    """A file names something that is not plain data."""


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        module = "builtins" if module == "__builtin__" else module  # as old protocols write it
        if (module, name) in PLAIN:
            return PLAIN[module, name]
        if module.split(".")[0] == "pathlib":
            plain = name.removeprefix("Pure")
            if plain in PATHS:
                return PATHS[plain]
        package, _, part = module.rpartition(".")
        if package in ("numpy.core", "numpy._core") and (part, name) in NUMPY:
            return super().find_class(f"numpy._core.{part}", name)
        if (module, name) == ("_codecs", "encode"):  # bytes, as protocol 2 writes them
            return _latin_bytes
        raise _Refused(f"{module}.{name}")


def _latin_bytes(text: str, encoding: str = "latin1") -> bytes:
    return text.encode("latin-1")


def load_plain(path: Path) -> Any:
    """Return what a ``.npy`` file holds: an array or, where it holds one object, that object.

    Raises
    ------
    ArgumentError
        If the file is damaged, or holds something other than plain data.
    """
    try:
        with open(path, "rb") as file:
            loaded = _read(file)
    except _Refused as error:
        problem = f"holds Python code or objects ({error}), which are not loaded, because they could run anything"
        cure = "save plain numbers, text, lists, dicts and arrays alone"
        raise ArgumentError("path", path, problem, cure, subject=str(path)) from None
    except DAMAGED as error:
        problem = f"cannot be read as .npy and may be truncated ({error})"
        raise ArgumentError("path", path, problem, "copy the file again", subject=str(path)) from error
    is_object = isinstance(loaded, np.ndarray) and loaded.dtype == object and loaded.shape == ()
    return loaded.item() if is_object else loaded


def _read(file: BinaryIO) -> Any:
    """Return the array in a file, with its objects."""
    version = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    _, _, dtype = read_header(file)
    if dtype.hasobject:
        return _PlainUnpickler(file).load()
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)
