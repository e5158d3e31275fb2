"""Objects in .npy files, written by NumPy and by Python's pickle."""

import collections
import datetime
import os
import pathlib
import pickle

import numpy as np
import pytest

from optimap._base import load_plain
from tests.errors import check_error

PLAIN = {
    "text": "µm",
    "none": None,
    "numbers": [1, 2.5, 1 + 2j, np.float32(3), np.int64(4), True, 2**70],
    "array": np.arange(6.0).reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "mixed": {"set": {1, 2}, "frozen": frozenset("a"), "slice": slice(1, 2), "bytes": b"\xff", "range": range(3)},
    "ordered": collections.OrderedDict(a=1),
    "date": datetime.datetime(2026, 1, 2, 3, 4),
    "cells": [{"ypix": np.array([1, 2]), "name": np.str_("a")}],
}


def dump(path, data, protocol):
    """What NumPy saves, in any protocol."""
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": ()})
        pickle.dump(np.array(data, object), file, protocol)
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_data_in_every_protocol(tmp_path, protocol):
    loaded = load_plain(dump(tmp_path / "ops.npy", PLAIN, protocol))
    assert loaded.keys() == PLAIN.keys()
    np.testing.assert_equal(loaded, PLAIN)


@pytest.mark.parametrize("array", [np.arange(6.0), np.array([[1, 2]], "u1"), np.array("text")])
def test_arrays_without_objects(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(load_plain(tmp_path / "a.npy"), array, strict=True)


def test_an_array_of_objects(tmp_path):
    np.save(tmp_path / "stat.npy", np.array([{"a": 1}, {"a": 2}], object))
    assert load_plain(tmp_path / "stat.npy").tolist() == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("kind", [pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.Path])
def test_paths_of_any_system_are_text(tmp_path, kind):
    np.save(tmp_path / "ops.npy", {"save_path": kind("a", "b")})
    assert load_plain(tmp_path / "ops.npy")["save_path"].parts == ("a", "b")


def test_modules_of_older_numpy(tmp_path):
    data = {"fs": np.float64(30), "array": np.arange(3)}
    path = dump(tmp_path / "ops.npy", data, 2)  # names stand between line ends there
    raw = path.read_bytes()
    assert b"cnumpy._core.multiarray\n" in raw
    path.write_bytes(raw.replace(b"cnumpy._core.", b"cnumpy.core."))
    np.testing.assert_equal(load_plain(path), data)


class Bad:
    """Makes a folder when it is loaded by Python."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (os.mkdir, r"(posix|nt)\.mkdir"),
        (eval, r"builtins\.eval"),
        (getattr, r"builtins\.getattr"),
        (np.save, r"numpy\.save"),
    ],
)
def test_code_is_not_run(tmp_path, call, name):
    path, made = tmp_path / "ops.npy", tmp_path / "made"
    arguments = {os.mkdir: (str(made),), eval: (f"__import__('os').mkdir({str(made)!r})",)}.get(call, ("a", "b"))
    np.save(path, {"Ly": Bad(call, *arguments)})
    error = check_error(lambda: load_plain(path), ValueError, "path", rf"ops\.npy holds Python code.*\({name}\)", path)
    assert not made.exists()
    assert error.__cause__ is None


@pytest.mark.parametrize("kept", [0, 5, 60, -1, -40])
def test_truncated(tmp_path, kept):
    path = tmp_path / "ops.npy"
    np.save(path, PLAIN)
    path.write_bytes(path.read_bytes()[:kept])
    check_error(lambda: load_plain(path), ValueError, "path", "cannot be read as .npy and may be truncated", path)
