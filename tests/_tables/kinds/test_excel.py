"""Workbooks: text is never a formula, long headers, limits of a sheet, changed sheets, interrupts."""

import gc

import numpy as np
import openpyxl
import pandas as pd
import pytest

from optimap.trace import load_traces, save_traces
from tests._tables.examples import POSITIONS, TRACES
from tests.errors import check_error


def test_other_programs_see_names_and_numbers(tmp_path):
    about = {"drug": "none", "dose": {"mg": 2.5}, "list": [1, 2]}
    save_traces(tmp_path / "t.xlsx", TRACES, POSITIONS, 500, names=list("abc"), metadata=about)
    frame = pd.read_excel(tmp_path / "t.xlsx")
    assert list(frame) == ["time_s", "a", "b", "c"]
    np.testing.assert_array_equal(frame["b"], TRACES[:, 1])
    rows = list(openpyxl.load_workbook(tmp_path / "t.xlsx")["metadata"].iter_rows(values_only=True))
    assert ("dose.mg", 2.5) in [row[:2] for row in rows]
    assert ("list", "[1, 2]") in [row[:2] for row in rows]
    assert ("a", 12, 16) in [row[:3] for row in rows]


def test_names_in_a_workbook_are_text_never_formulas(tmp_path):
    names = ["=SUM(A1:A3)", "#N/A", "1"]
    save_traces(tmp_path / "t.xlsx", TRACES, names=names, metadata={"=a": "=b"})
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cells = [*book["traces"][1], *[cell for row in book["metadata"] for cell in row[:2] if cell.value]]
    assert [cell.value for cell in cells[1:4]] == names
    assert {"=a", "=b"} <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} == {"s"}


def test_headers_longer_than_a_cell_of_a_sheet(tmp_path):
    notes = "x" * 100_000
    save_traces(tmp_path / "t.xlsx", TRACES, metadata={"notes": notes})
    assert load_traces(tmp_path / "t.xlsx").metadata == {"notes": notes}


@pytest.mark.parametrize("tidy", [False, True])
def test_several_blocks_of_rows(tmp_path, allow, tidy):
    allow(sheet_rows=7)  # as many rows as a real block has take seconds
    traces = np.random.default_rng(0).normal(size=(23, 3))
    save_traces(tmp_path / "t.xlsx", traces, tidy=tidy)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.xlsx").traces, traces)


@pytest.mark.parametrize(
    ("shape", "tidy", "message"),
    [
        (
            (1_048_576, 2),
            False,
            "traces has 1048576 rows and 3 columns in the table, which do not fit in an Excel sheet",
        ),
        ((2, 16_384), False, "2 rows and 16385 columns"),
        ((200_000, 6), True, "1200000 rows and 5 columns"),
    ],
)
def test_limits_are_errors_before_any_work(tmp_path, shape, tidy, message):
    traces = np.broadcast_to(np.float64(0), shape)
    path = tmp_path / "t.xlsx"
    error = check_error(lambda: save_traces(path, traces, tidy=tidy), ValueError, "traces", message, shape)
    assert "save as .csv or .parquet" in error.cure
    assert not list(tmp_path.iterdir())


def test_a_sheet_with_fewer_rows_is_an_error(tmp_path):
    path = tmp_path / "t.xlsx"
    save_traces(path, TRACES)
    book = openpyxl.load_workbook(path)
    book["traces"].delete_rows(3)
    book.save(path)
    check_error(lambda: load_traces(path), ValueError, "path", r"t\.xlsx has 3 rows, but 4 frames were written", path)


def test_an_interrupt_leaves_no_file_and_no_warning(tmp_path, monkeypatch):
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    append, rows = WriteOnlyWorksheet.append, []

    def interrupted(sheet, row):
        rows.append(row)
        if len(rows) == 3:
            raise KeyboardInterrupt
        append(sheet, row)

    monkeypatch.setattr(WriteOnlyWorksheet, "append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_traces(tmp_path / "t.xlsx", TRACES)
    gc.collect()  # a warning of openpyxl would be an error here
    assert list(tmp_path.iterdir()) == []
