"""The long form: one row for each value, trace after trace, in each kind of file that has it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy.io import loadmat, savemat
from scipy.sparse import csc_matrix

from optimap._tables import load_columns
from optimap.trace import load_traces, save_traces
from tests._tables.examples import POSITIONS, TIDY_SUFFIXES, TRACES, assert_same, tables
from tests.errors import check_error


@pytest.mark.parametrize("suffix", TIDY_SUFFIXES)
@settings(max_examples=20)
@given(given=tables())
def test_the_long_form_is_loaded_as_it_was(tmp_path_factory, suffix, given):
    if given["traces"].shape[1:] == (0,):
        return
    path = tmp_path_factory.mktemp("tables") / f"t{suffix}"
    save_traces(path, tidy=True, **given)
    assert_same(load_traces(path), **given)


@pytest.mark.parametrize(("axis", "first"), [({"fps": 2}, "time"), ({"x": [1, 2, 4, 8]}, "time"), ({}, "frame")])
def test_the_columns_have_names(tmp_path, axis, first):
    save_traces(tmp_path / "t.parquet", TRACES, POSITIONS, names=list("abc"), tidy=True, **axis)
    frame = pd.read_parquet(tmp_path / "t.parquet")
    assert list(frame) == [first, "name", "x", "y", "value"]
    assert frame["name"].tolist() == [name for name in "abc" for _ in range(4)]
    np.testing.assert_array_equal(frame["value"], TRACES.T.ravel())
    np.testing.assert_array_equal(frame[["x", "y"]], np.repeat(POSITIONS, 4, axis=0))


def reorder_csv(path):
    head, first, *rest = path.read_text().splitlines()
    path.write_text("\n".join([head, *rest, first, ""]))
    path.with_name("t.csv.json").unlink()


def reorder_parquet(path):
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    pq.write_table(table.take([*range(1, len(table)), 0]), path)


@pytest.mark.parametrize(("suffix", "reorder"), [(".csv", reorder_csv), (".parquet", reorder_parquet)])
def test_rows_in_another_order_are_an_error(tmp_path, suffix, reorder):
    path = tmp_path / f"t{suffix}"
    save_traces(path, [[1, 2], [3, 4]], names=["a", "b"], tidy=True)
    reorder(path)
    check_error(lambda: load_traces(path), ValueError, "path", "2 traces of 2 rows, one trace after the other", path)


def test_rows_that_are_missing_are_an_error(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("time,name,x,y,value\n0,a,,,1\n0,b,,,1\n1,a,,,1\n1,b,,,1\n")
    check_error(lambda: load_traces(path), ValueError, "path", "one trace after the other: .* pandas", path)


TIDY = "time,name,x,y,value\n0,a,1,2,5\n0.1,a,1,2,6\n0,b,3,4,7\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.csv", TIDY + "0.2,b,3,4,8\n", "holds traces at different times, but a table has one axis"),
        ("t.csv", TIDY + "0.1,b,3,4,1_0\n", "does not contain one number in each cell"),
        (
            "t.csv",
            "Time (s),a\n0,1,5\n0.1,2,6\n",
            "has 3 cells in line 2, but 2 columns, so it is uncertain whether its",
        ),
        ("b.csv", "series,beat,a,a\n0,1,5,6\n", "has several columns called a: rename all of them but one"),
        ("b.csv", "series,beat,a\n0,1_0,5\n", "has cells that are not numbers"),
    ],
)
def test_text_that_contradicts_itself(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    load = load_traces if name == "t.csv" else load_columns
    check_error(lambda: load(path), ValueError, "path", message, path)


def test_a_sparse_matrix_in_a_matlab_file_of_traces(tmp_path):
    path = tmp_path / "t.mat"
    save_traces(path, np.eye(3), fps=10)
    held = {name: value for name, value in loadmat(path).items() if not name.startswith("__")}
    savemat(path, held | {"traces": csc_matrix(np.eye(3))})
    check_error(lambda: load_traces(path), ValueError, "path", "its traces are a sparse matrix", path)
