"""Workbooks: text is never a formula, long headers, limits of a sheet, changed sheets, interrupts."""

import gc
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from optimap.beats import load_beats, measure_beats, save_beats
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


def with_last_row(path, sheet, cell):
    """Give the last row of a sheet another number, and its first cell another place."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members[sheet]
    at = text.rindex(b"<row r=")
    number = re.search(rb"\d+", cell)[0]
    last = re.sub(rb'r="[A-Z]*\d+"', b'r="' + cell + b'"', text[at:]).replace(cell, number, 1)
    members[sheet] = text[:at] + last
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("sheet", ["sheet1", "sheet2"])
@pytest.mark.parametrize("cell", [b"A999999999", b"A1048577", b"XFD1048576", b"A1048575"])
@pytest.mark.parametrize("kind", ["traces", "beats"])
def test_rows_far_beyond_the_others(tmp_path, memory, kind, cell, sheet):
    path = tmp_path / "t.xlsx"
    if kind == "traces":
        save_traces(path, TRACES, POSITIONS, 500)
    else:
        save_beats(path, measure_beats(np.tile(np.sin(np.arange(200) / 6), (2, 1)).T, fps=500, polarity="up"))
    with_last_row(path, f"xl/worksheets/{sheet}.xml", cell)
    load = load_traces if kind == "traces" else load_beats
    assert memory(load, path, match=r"t\.xlsx .*(more than|number above 1048576|does not contain)") < 100 * 2**20


@pytest.mark.parametrize(
    ("part", "end", "element"),
    [
        ("xl/styles.xml", b"</fonts>", b"<font/>"),
        ("xl/workbook.xml", b"</sheets>", b'<sheet name="a" sheetId="9"/>'),
        ("[Content_Types].xml", b"</Types>", b"<Default/>"),
    ],
)
def test_very_many_styles_or_sheets(tmp_path, part, end, element):
    """openpyxl takes minutes for them, for 13 kB."""
    path = tmp_path / "t.xlsx"
    save_traces(path, TRACES, POSITIONS, 500)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[part] = members[part].replace(end, element * 300_000 + end)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    check_error(lambda: load_traces(path), ValueError, "path", r"t\.xlsx .* has more than \d+ elements", path)


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


@pytest.mark.parametrize("tidy", [False, True])
def test_names_that_are_longer_than_a_cell(tmp_path, tidy):
    names = ["x" * 40_000, "b", "c"]
    save_traces(tmp_path / "t.xlsx", TRACES, POSITIONS, 500, names=names, tidy=tidy)
    table = load_traces(tmp_path / "t.xlsx")
    assert table.names == names
    np.testing.assert_array_equal(table.traces, TRACES)
    beats = measure_beats(np.zeros(1000), fps=500, names=names[:1])
    check_error(
        lambda: save_beats(tmp_path / "b.xlsx", beats), ValueError, "name", r"40000 characters, .* hold 32767: save as"
    )
    assert not (tmp_path / "b.xlsx").exists()


def test_metadata_with_characters_that_a_sheet_cannot_hold(tmp_path):
    about = {"a\x01": "b\0c\x0c", "\ufffe": ["\x02", {"k\x03": "\r"}], "long": "x" * 70_000}
    beats = measure_beats(np.zeros(1000), fps=500)
    beats.metadata.update(about)
    save_beats(tmp_path / "b.xlsx", beats)
    save_traces(tmp_path / "t.xlsx", TRACES, metadata=about)
    assert load_beats(tmp_path / "b.xlsx").metadata == beats.metadata
    assert load_traces(tmp_path / "t.xlsx").metadata == about
