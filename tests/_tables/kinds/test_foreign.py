"""Tables that other programs write: ImageJ and Fiji, spreadsheets of any country, columns of times in any unit."""

import numpy as np
import pytest

from optimap._base import ArgumentError
from optimap.trace import load_traces
from tests.errors import check_error


def loaded(folder, text, suffix=".csv"):
    path = folder / f"table{suffix}"
    path.write_text(text, encoding="utf-8")
    return load_traces(path)


@pytest.mark.parametrize(
    ("text", "suffix", "names", "traces"),
    [
        (" ,Mean1,Mean2\n1,10.5,20\n2,11,21\n", ".csv", ["Mean1", "Mean2"], [[10.5, 20], [11, 21]]),
        (" \tArea\tMean\tMin\tMax\n1\t5\t10\t1\t20\n2\t5\t11\t1\t20\n", ".tsv", ["Mean"], [[10], [11]]),
        (" ,Area,Mean,Min\n1,5,10,1\n", ".csv", ["Mean"], [[10]]),
        (" ,Label,Mean(cell),Mean(bg)\n1,a:1,3,4\n2,a:2,5,6\n", ".csv", ["Mean(cell)", "Mean(bg)"], [[3, 4], [5, 6]]),
        (" ,Area1,RawIntDen1,IntDen1\n1,5,10,7\n", ".csv", ["RawIntDen1"], [[10]]),
        ("X0\tY0\tY1\n0\t5\t6\n1\t7\t8\n", ".csv", ["Y0", "Y1"], [[5, 6], [7, 8]]),
    ],
)
def test_results_of_fiji(text, suffix, names, traces, tmp_path):
    table = loaded(tmp_path, text, suffix)
    assert table.names == names
    np.testing.assert_array_equal(table.traces, traces)
    assert (table.fps, table.x) == (None, None)


@pytest.mark.parametrize(
    ("header", "times", "fps"),
    [
        ("Time (s)", [0, 0.002, 0.004], 500),
        ("t [ms]", [0, 2, 4], 500),
        ("Time_ms", [0, 33.3, 66.7], 30),
        ("time", [0, 0.5, 1.0], 2),
        ("TIME [µs]", [0, 1000, 2000], 1000),
    ],
)
def test_regular_times_are_a_rate(header, times, fps, tmp_path):
    rows = "".join(f"{time},{i},{-i}\n" for i, time in enumerate(times))
    table = loaded(tmp_path, f"{header},a,x5_y6\n{rows}")
    assert table.fps == pytest.approx(fps, rel=1e-3)
    assert table.names == ["a", "x5_y6"]
    np.testing.assert_array_equal(table.traces, [[0, 0], [1, -1], [2, -2]])


@pytest.mark.parametrize(
    ("header", "times", "seconds"),
    [
        ("Time (s)", [1.0, 1.5, 2.0], [1, 1.5, 2]),  # a rate would lose where it begins
        ("t [ms]", [0, 1, 10], [0, 0.001, 0.01]),
        ("time", [0, 1, 2], [0, 1, 2]),  # frames, s or ms: nobody knows
    ],
)
def test_other_times_are_the_axis(header, times, seconds, tmp_path):
    table = loaded(tmp_path, f"{header},a\n" + "".join(f"{time},1\n" for time in times))
    assert table.fps is None
    np.testing.assert_allclose(table.x, seconds)


@pytest.mark.parametrize("start", ["", "sep=;\n", "\ufeff"])
def test_decimal_commas(start, tmp_path):
    table = loaded(tmp_path, f"{start}t [ms];A;B\n0;1,5;2\n2;;4\n4;5;-6,25e1\n")
    assert table.fps == 500
    np.testing.assert_array_equal(table.traces, [[1.5, 2], [np.nan, 4], [5, -62.5]])
    own = loaded(tmp_path, f"{start}time_s;A\n0,0;1,5\n0,1;2\n0,2;3\n")
    assert (own.fps, own.traces.ravel().tolist()) == (10, [1.5, 2, 3])


def test_frames_count_from_0_or_1(tmp_path):
    for first in (0, 1):
        table = loaded(tmp_path, "Frame,a\n" + "".join(f"{first + i},{i}\n" for i in range(4)))
        assert table.x is None
    assert loaded(tmp_path, "Frame,a\n5,1\n6,2\n").x.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("foo,A\n0,1\n", r"its columns are foo, A: the first must be time_s, frame or x, or a time with its unit"),
        ("x,y\n0,1\n", "its columns are x, y"),
        ("", "it is empty"),
        ("Time (s),A\n0,1\n0.1,b\n", r"has 'b' in line 3, column 'A', which is not a number: correct that cell"),
        ("t [ms];A\n0;1.234,5\n", r"has '1.234,5' in line 2"),
        ("Time (s),A,B\n0,1\n", "has 2 cells in line 2, but 3 columns: it may be truncated"),
        (" ,Mean,Slice\n1,5,1\n2,6,1\n", "has several rows for a frame: Slice is '1' more than once: measure again"),
        (" ,Area,Circ.\n1,2,3\n", "is a table of ImageJ without Mean, Median, RawIntDen or IntDen: choose 'Mean gray"),
    ],
)
def test_anything_else_is_an_error(text, match, tmp_path):
    error = check_error(lambda: loaded(tmp_path, text), ArgumentError, "path", match)
    assert str(tmp_path) in str(error)


def test_a_table_without_rows_and_one_in_another_encoding(tmp_path):
    assert loaded(tmp_path, "Time (s),a,b\n").traces.shape == (0, 2)
    (tmp_path / "latin.csv").write_bytes("Zeit [ms];µA\r\n0;1,5\r\n2;3\r\n".encode("cp1252"))
    table = load_traces(tmp_path / "latin.csv")
    assert (table.fps, table.names, table.traces.ravel().tolist()) == (500, ["µA"], [1.5, 3])
