"""Parquet tables: what pandas finds in them, groups of rows, files that another program changed."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from optimap._base import DamagedFileError
from optimap.trace import load_traces, save_traces
from tests._tables.examples import NAMES, POSITIONS, TRACES
from tests.errors import check_error


def test_pandas_finds_a_column_for_each_trace(tmp_path):
    save_traces(tmp_path / "t.parquet", TRACES, POSITIONS, 500, names=NAMES)
    frame = pd.read_parquet(tmp_path / "t.parquet")
    assert list(frame) == ["time_s", *NAMES]
    np.testing.assert_array_equal(frame[NAMES], TRACES)
    np.testing.assert_array_equal(frame["time_s"], np.arange(4) / 500)


def test_nan_is_a_number_and_missing_positions_are_null(tmp_path):
    save_traces(tmp_path / "t.parquet", TRACES)
    assert pq.read_table(tmp_path / "t.parquet").column("trace_0").null_count == 0
    save_traces(tmp_path / "long.parquet", TRACES, tidy=True)
    columns = pq.read_table(tmp_path / "long.parquet")
    assert [columns.column(name).null_count for name in ("x", "y", "value")] == [12, 12, 0]


@pytest.mark.parametrize("tidy", [False, True])
def test_several_blocks_of_rows(tmp_path, allow, tidy):
    allow(table_values=7)
    traces = np.random.default_rng(0).normal(size=(23, 3))
    save_traces(tmp_path / "t.parquet", traces, tidy=tidy)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.parquet").traces, traces)
    # Rows of four columns, one at a time; or seven of each trace in long form.
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups == (12 if tidy else 23)


@pytest.mark.parametrize(
    "change", [lambda table: table[:3], lambda table: table.select([0, 2, 1, 3]), lambda table: table.drop(["b"])]
)
def test_a_file_that_another_program_changed_is_an_error(tmp_path, change):
    path = tmp_path / "t.parquet"
    save_traces(path, TRACES, names=NAMES)
    pq.write_table(change(pq.read_table(path)), path)
    check_error(lambda: load_traces(path), ValueError, "path", r"t\.parquet was changed by another program", path)


def test_values_that_are_repeated_too_often_are_refused(tmp_path):
    """A few kB may hold any number of rows with the same value."""
    path = tmp_path / "t.parquet"
    save_traces(path, np.zeros((1_000_000, 2), np.float32), fps=500)
    table = pq.read_table(path)
    pq.write_table(table.set_column(0, "time_s", pa.array(np.zeros(1_000_000))), path, compression="zstd")
    assert path.stat().st_size < 20_000
    check_error(lambda: load_traces(path), DamagedFileError, "path", r"states 24000000 bytes of values, but its", path)


@pytest.mark.parametrize("column", ["lists", "text"])
def test_columns_that_do_not_hold_numbers(tmp_path, column):
    path = tmp_path / "t.parquet"
    save_traces(path, TRACES, names=NAMES)
    table = pq.read_table(path)
    values = pa.array([[1.0, 2.0]] * 4) if column == "lists" else pa.array(["a"] * 4)
    pq.write_table(table.set_column(1, NAMES[0], values), path)
    expected = rf"cannot be read as Parquet \(it has {column}"
    check_error(lambda: load_traces(path), ValueError, "path", expected, path)


def test_one_long_name_in_all_rows_takes_its_memory_once(tmp_path):
    path, rows = tmp_path / "t.parquet", 2000
    save_traces(path, np.zeros((rows, 1)), tidy=True)
    table = pq.read_table(path)
    names = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["x" * 1_000_000]))
    pq.write_table(table.set_column(1, "name", names).replace_schema_metadata(table.schema.metadata), path)
    pool = pa.default_memory_pool()
    before = pool.max_memory()
    check_error(lambda: load_traces(path), ValueError, "path", r"does not contain 1 traces of 2000 rows", path)
    assert pool.max_memory() < before + 50_000_000


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_texts_that_begin_alike(tmp_path, memory, encoding):
    """Half a megabyte may hold 80 names of as many characters each, or as many lengths of nothing as there are."""
    path, rows = tmp_path / "t.parquet", 80
    save_traces(path, np.zeros((rows, 1)), tidy=True)
    long = "x" * 500_000 if encoding == "DELTA_BYTE_ARRAY" else ""
    rewrite(path, [f"{long}{i}" for i in range(rows)], use_dictionary=False, column_encoding={"name": encoding})
    assert path.stat().st_size < 600_000
    assert memory(load_traces, path, match=rf"has texts that are encoded as {encoding}, which") < 30 * 2**20
    rewrite(path, ["trace_0"] * rows)  # as the error advises
    np.testing.assert_array_equal(load_traces(path).traces, np.zeros((rows, 1)))


def rewrite(path, names, **options):
    """Write a table in long form again, by pyarrow with its own encodings or others, with these names."""
    table = pq.read_table(path)
    names = table.set_column(1, "name", pa.array(names))
    pq.write_table(names.replace_schema_metadata(table.schema.metadata), path, **options)


def test_a_text_that_is_repeated_inside_is_refused(tmp_path, memory):
    path = tmp_path / "t.parquet"
    save_traces(path, np.zeros((2, 1)), tidy=True)
    rewrite(path, ["x" * 20_000_000] * 2, compression="zstd")
    assert memory(load_traces, path, match=r"states 2\d{7} bytes of pages, but its") < 30 * 2**20


@pytest.mark.parametrize(
    ("stated", "reason"), [(b"\xfe\xff\xff\x7f", "states 1342"), (b"\xff\xff\xff\x7f", "a page has")]
)
def test_sizes_in_the_headers_of_pages(tmp_path, memory, stated, reason):
    path = tmp_path / "t.parquet"
    save_traces(path, np.zeros((1, 1)), tidy=True)
    rewrite(path, ["x" * 1_100_000], use_dictionary=False, compression="zstd")
    chunk = pq.ParquetFile(path).metadata.row_group(0).column(1)
    data, field = bytearray(path.read_bytes()), chunk.data_page_offset + 3
    assert data[field - 3 : field] == b"\x15\x00\x15"  # of type 0, and of so many bytes:
    data[field : field + 4] = stated
    path.write_bytes(data)
    assert memory(load_traces, path, match=reason) < 30 * 2**20


@pytest.mark.parametrize(
    "options", [{"data_page_version": "2.0", "compression": "brotli"}, {"write_page_checksum": True}]
)
@pytest.mark.parametrize(
    "more", [{"data_page_size": 40}, {"use_byte_stream_split": ["value"], "use_dictionary": False}]
)
def test_what_pyarrow_writes_in_other_ways(tmp_path, options, more):
    path, traces = tmp_path / "t.parquet", np.random.default_rng(0).normal(size=(50, 3))
    save_traces(path, traces, tidy=True)
    rewrite(path, [name for name in ("trace_0", "trace_1", "trace_2") for _ in range(50)], **options, **more)
    np.testing.assert_array_equal(load_traces(path).traces, traces)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"\x29" * 40, "the header of a page is too deep"),  # lists in lists
        (b"\x1d\0", "the header of a page has a field of type 13"),
        (b"\x15" + b"\xff" * 12, "the header of a page has a number of more than 64 bits"),
        (b"\x18\xff\xff\xff\x7f", "a page begins where the file ends"),  # a text beyond the end
        (b"\x15\x04\x15\x10\x15\x10\x4c\x15\xfe\xff\xff\x0f\0\0", "a dictionary of 16777215 values has 8 bytes"),
    ],
)
def test_headers_of_pages_that_cannot_be(tmp_path, header, reason):
    path = tmp_path / "t.parquet"
    save_traces(path, np.zeros((60, 1)))
    start = pq.ParquetFile(path).metadata.row_group(0).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[start : start + len(header)] = header
    path.write_bytes(data)
    check_error(lambda: load_traces(path), DamagedFileError, "path", reason, path)


CHANGED = """
import sys
from pathlib import Path
from optimap.trace import load_traces
path, whole = Path(sys.argv[1]), Path(sys.argv[1]).read_bytes()
places = [i for i in range(len(whole)) if whole[i : i + 2] == bytes([0x25, 2])]
for i in places:
    path.write_bytes(whole[:i] + bytes([0x29]) + whole[i + 1:])
    try:
        load_traces(path)
    except (ValueError, OSError):
        pass
print(len(places))
"""


def test_a_column_that_cannot_lack_values_and_notes_how_many_do_ends_no_process(tmp_path):
    """Arrow ends the process where it is asked about it. 25 02 makes a column optional, and 29 02 is skipped."""
    path = tmp_path / "t.parquet"
    save_traces(path, TRACES, tidy=True)
    done = subprocess.run([sys.executable, "-c", CHANGED, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
