"""Shape, type and range, printed."""

import numpy as np
import pytest

from optimap import print_properties
from optimap._base import ArgumentTypeError, budgeted
from tests.errors import check_error
from tests.readers import Sliceable


def test_what_is_printed(capsys):
    video = np.arange(24, dtype=np.uint16).reshape(4, 2, 3)
    with budgeted(read_bytes=50):
        print_properties(Sliceable(video))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:-1] == [
        "array with dimensions: (4, 2, 3)",
        "datatype of array: uint16",
        "minimum value in entire array: 0",
        "maximum value in entire array: 23",
    ]
    assert set(lines[0] + lines[-1]) == {"-"}


@pytest.mark.parametrize("array", [[np.nan, 2, 5], np.ma.masked_equal([1, 2, 5], 1)])
def test_missing_values_are_counted(array, capsys):
    print_properties(array)
    said = capsys.readouterr().out
    assert "minimum value in entire array: 2" in said
    assert "number of NaNs in array: 1" in said


def test_dask_and_empty_arrays(capsys):
    print_properties(pytest.importorskip("dask.array").arange(10, chunks=3))
    print_properties(np.empty((0, 3)))
    said = capsys.readouterr().out
    assert "maximum value in entire array: 9" in said
    assert "maximum value in entire array: nan" in said


def test_text():
    check_error(lambda: print_properties(["a"]), ArgumentTypeError, "array", "real numbers")
