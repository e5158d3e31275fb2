"""CSV and TSV: names and numbers only, the header in a JSON, tables of other programs, edited and truncated ones."""

import os

import numpy as np
import pytest

from optimap._tables import load_header
from optimap.trace import load_traces, save_traces
from tests._tables.examples import POSITIONS, SINGLE_PRECISION, TRACES
from tests.errors import check_error


def test_csv_is_names_and_numbers_only(tmp_path):
    path = tmp_path / "t.csv"
    save_traces(path, TRACES, POSITIONS, 500)
    assert path.read_text() == (
        "time_s,x12_y16,x3.5_y0,x0_y2.25\n0.0,1.5,-0.0,3.0\n0.002,,0.1,5e-324\n"
        "0.004,inf,0.3333333333333333,-inf\n0.006,2.0,1e+300,7.0\n"
    )
    assert sorted(os.listdir(tmp_path)) == ["t.csv", "t.csv.json"]
    save_traces(tmp_path / "l.tsv", TRACES[:2, :2], POSITIONS[:2], names=["a", "b\tc"], tidy=True)
    assert (tmp_path / "l.tsv").read_text() == (
        "frame\tname\tx\ty\tvalue\n0\ta\t12.0\t16.0\t1.5\n1\ta\t12.0\t16.0\t\n"
        '0\t"b\tc"\t3.5\t0.0\t-0.0\n1\t"b\tc"\t3.5\t0.0\t0.1\n'
    )


def test_several_blocks_of_rows(tmp_path):
    traces = np.random.default_rng(0).integers(0, 100, (70_000, 2))  # the long form is written in blocks of 65536 rows
    save_traces(tmp_path / "t.csv", traces, tidy=True)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.csv").traces, traces)


@pytest.mark.parametrize("tidy", [False, True])
@pytest.mark.parametrize("axis", [{"fps": 333.3}, {}, {"x": [0.0, 0.5, 0.75, 4]}])
def test_a_csv_without_its_json(tmp_path, axis, tidy):
    path = tmp_path / "t.csv"
    save_traces(path, SINGLE_PRECISION, POSITIONS, **axis, tidy=tidy)
    (tmp_path / "t.csv.json").unlink()
    table = load_traces(path)
    assert table.traces.dtype == np.float64
    np.testing.assert_array_equal(table.traces.astype(np.float32), SINGLE_PRECISION)
    assert table.names == ["x12_y16", "x3.5_y0", "x0_y2.25"]
    np.testing.assert_array_equal(table.positions, POSITIONS)
    assert table.fps == axis.get("fps")
    assert (None if table.x is None else table.x.tolist()) == axis.get("x")


def test_a_csv_of_another_program(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbftime_s,"left, upper",LV\r\n0,1,"2"\r\n0.01,,4\r\n0.02,5,6\r\n')
    table = load_traces(path)
    assert (table.names, table.fps, table.positions) == (["left, upper", "LV"], 100, None)
    np.testing.assert_array_equal(table.traces, [[1, 2], [np.nan, 4], [5, 6]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"x,y\n1,2\n",
            "is not a table of traces, .* columns are x, y: the first must be time_s, frame or x, or a time",
        ),
        (b"a,b\n1,2\n", "its columns are a, b"),
        (b"", "is not a table of traces, because it is empty"),
        (b"zero,a\n", "its columns are zero, a"),
        (b"time_s,a\n0,one\n", r"t\.csv does not contain one number in each cell \(.*\): correct that row"),
        (b"time_s,a\n0,1,2\n", r"t\.csv does not contain one number in each cell"),
        (b"time_s,a\nzero,1\n", r"t\.csv does not contain one number in each cell"),
        (b"time,name,x,y,value\n0,a,1\n", "is in long form, with 5 columns, but has the row 0, a, 1: it may be"),
        (b"time,name,x,y,value\n0,a,,,one\n", r"t\.csv does not contain one number in each cell"),
        (b"time_s,\xff\n0,1\n", "is not a text file with a table .*: save it again as UTF-8"),
    ],
)
def test_text_that_is_not_a_table(tmp_path, content, message):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    check_error(lambda: load_traces(path), ValueError, "path", message, path)


def forget_the_checksum(described):
    """Delete the line, as the message says."""
    lines = described.read_text().splitlines(keepends=True)
    described.write_text("".join(line for line in lines if "table_crc32" not in line))


@pytest.mark.parametrize("tidy", [False, True])
def test_an_edited_csv_is_an_error_and_can_be_read_in_two_ways(tmp_path, tidy):
    path, described = tmp_path / "t.csv", tmp_path / "t.csv.json"
    save_traces(path, [[1.5], [2]], fps=10, names=["a"], metadata={"drug": "none"}, tidy=tidy)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as some programs end lines
    assert load_traces(path).traces.tolist() == [[1.5], [2]]
    path.write_bytes(path.read_bytes().replace(b"1.5", b"2.5"))
    message = r"t\.csv is not .*delete the line 'table_crc32' .* move t\.csv\.json away"
    check_error(lambda: load_traces(path), ValueError, "path", message, path)
    forget_the_checksum(described)
    table = load_traces(path)
    assert (table.traces.tolist(), table.metadata) == ([[2.5], [2]], {"drug": "none"})
    described.unlink()
    table = load_traces(path)
    assert (table.traces.tolist(), table.metadata) == ([[2.5], [2]], {})


def test_a_kill_between_the_two_renames_is_noticed(tmp_path):
    """The tables have the same shape, names and number of bytes: only the checksum differs."""
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    save_traces(old, [[1.0], [2.0]], names=["a"], metadata={"recording": 1})
    save_traces(new, [[3.0], [4.0]], names=["a"], metadata={"recording": 2})
    os.replace(tmp_path / "new.csv.json", tmp_path / "old.csv.json")
    with pytest.raises(ValueError, match=r"old\.csv is not the table that old\.csv\.json describes"):
        load_traces(old)


def test_a_json_that_does_not_fit_its_csv(tmp_path):
    path, described = tmp_path / "t.csv", tmp_path / "t.csv.json"

    def check(message, value=path):
        check_error(lambda: load_traces(path), ValueError, "path", message, value)
        check_error(lambda: load_header(path), ValueError, "path", message, value)

    save_traces(path, TRACES, POSITIONS, 500)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    check(r"t\.csv is not the table that t\.csv\.json describes")
    forget_the_checksum(described)
    message = r"t\.csv has 3 rows, but 4 frames were written: .* move t\.csv\.json away"
    check_error(lambda: load_traces(path), ValueError, "path", message, path)
    path.write_text("time_s,a\n0,1\n")
    check(r"t\.csv\.json does not describe t\.csv, which has the columns time_s, a, not .*: move it away")
    described.write_text("{")
    check(r"t\.csv\.json, which describes t\.csv, is damaged .*: move it away")
    described.write_text("{}")
    check(r"t\.csv\.json does not contain a table of traces written by optimap", described)
    described.unlink()
    assert load_traces(path).traces.tolist() == [[1]]


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize("tidy", [False, True])
@pytest.mark.parametrize("missing", [1, 2, 5])
def test_a_table_that_is_truncated_within_a_number_is_an_error(tmp_path, suffix, tidy, missing):
    path = tmp_path / f"a{suffix}"
    save_traces(path, [[1.0], [5.123456789]], fps=10, tidy=tidy)
    path.write_bytes(path.read_bytes()[:-missing])
    check_error(lambda: load_traces(path), ValueError, "path", rf"a\{suffix} is truncated", path)
