"""The long form: one row for each value, trace after trace, in each kind of file that has it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

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
