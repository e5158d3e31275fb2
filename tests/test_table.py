"""Tables: full precision out, positions in."""

import numpy as np
import pandas as pd
import pytest

from optimap._table import column_names, read_positions, unique_names, write_traces


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("fps", "name"), [(None, "frame"), (333.3, "time_s")])
def test_pandas_reads_every_digit(tmp_path, dtype, fps, name):
    traces = (np.random.default_rng(0).normal(size=(50, 3)) * [1e-9, 1, 1e9]).astype(dtype)
    traces[7, 1] = np.nan
    positions = np.array([[1, 2], [3.25, 4], [0, 0]])
    write_traces(tmp_path / "a.csv", traces, positions, fps)
    table = pd.read_csv(tmp_path / "a.csv", dtype=str).astype(float)
    assert list(table.columns) == [name, "x1_y2", "x3.25_y4", "x0_y0"]
    np.testing.assert_array_equal(table.iloc[:, 1:].to_numpy(dtype), traces)
    np.testing.assert_array_equal(table[name], np.arange(50) if fps is None else np.arange(50) / fps)


def test_column_names_carry_the_position():
    assert column_names(np.array([[12.0, 16.0], [0.1, -0.5]])) == ["x12_y16", "x0.1_y-0.5"]


def test_names_become_columns_that_spreadsheets_read(tmp_path):
    names = ["soma, left", 'the "big" one', "µ\nm", "soma, left", "time_s"]
    traces = np.arange(10.0).reshape(2, 5)
    write_traces(tmp_path / "a.csv", traces, None, 10, names=names)
    table = pd.read_csv(tmp_path / "a.csv")
    assert list(table.columns) == ["time_s", *names[:3], "soma, left_2", "time_s_2"]
    np.testing.assert_array_equal(table.iloc[:, 1:], traces)


def test_repeated_names_are_numbered_past_those_that_exist():
    assert unique_names(["a", "a", "a_2", "a", "b"]) == ["a", "a_3", "a_2", "a_4", "b"]
    assert unique_names(["a", "b"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x,y\n1,2\n3.5,4\n", [(1, 2), (3.5, 4)]),
        ("1,2\n3.5,4\n", [(1, 2), (3.5, 4)]),
        ("name,y,x\na,2,1\n\nb, 4 ,3.5\n", [(1, 2), (3.5, 4)]),
        ("\ufeffX,Y\r\n1,2\r\n", [(1, 2)]),
    ],
)
def test_positions_are_read(tmp_path, text, expected):
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    assert read_positions(path) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no positions"),
        ("x,y\n", "holds no positions"),
        ("a,b\n1,2\n", "has the columns a, b: positions need the columns x and y"),
        ("x,y\n1,2\n3\n", "row 3: '3' holds no position"),
        ("1,2\n3,four\n", "row 2: '3,four' holds no position"),
    ],
)
def test_what_is_no_table_of_positions_is_named(tmp_path, text, message):
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_positions(path)


def test_a_binary_file_is_no_table(tmp_path):
    (tmp_path / "p.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ValueError, match="is not a CSV file"):
        read_positions(tmp_path / "p.csv")
