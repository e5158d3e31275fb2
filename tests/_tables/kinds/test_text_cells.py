"""Names in CSV files that look like formulas: shown by spreadsheets, and loaded again exactly."""

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap.beats import BeatTable, load_beats, save_beats
from optimap.trace import load_traces, save_traces

NAMES = [
    "=1+1",
    "-60 mV",
    "+x",
    "@SUM(A1)",
    "'=quoted",
    "''@",
    "'plain",
    "a=b",
    '=HYPERLINK("http://x")',
    "\t=1",
    "\uff1d1",
]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d")


def cells(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize("tidy", [False, True])
def test_traces(tmp_path, suffix, tidy):
    path = tmp_path / f"t{suffix}"
    values = -np.arange(2.0 * len(NAMES)).reshape(2, -1)
    save_traces(path, values, names=NAMES, tidy=tidy)
    written = {row[1] for row in cells(path)[1:]} if tidy else set(cells(path)[0])
    assert not [name for name in written if name.startswith(FORMULA)]
    assert {"'=1+1", "'-60 mV", "''=quoted", "'plain", "a=b"} <= written
    assert "-1.0" in [cell for row in cells(path) for cell in row]  # numbers are numbers
    for described in (True, False):
        table = load_traces(path)
        assert table.names == NAMES
        np.testing.assert_array_equal(table.traces, values)
        if described:
            path.with_name(f"{path.name}.json").unlink()


def test_beats(tmp_path):
    columns = {"series": np.arange(len(NAMES)), "beat": np.zeros(len(NAMES), int), "name": np.array(NAMES)}
    columns["level"] = -np.ones(len(NAMES))
    save_beats(tmp_path / "b.csv", BeatTable(columns, None, {}))
    frame = pd.read_csv(tmp_path / "b.csv", dtype=str)
    assert not [name for name in frame["name"] if name.startswith(FORMULA)]
    assert frame["level"].tolist() == ["-1.0"] * len(NAMES)
    for described in (True, False):
        assert load_beats(tmp_path / "b.csv")["name"].tolist() == NAMES
        if described:
            (tmp_path / "b.csv.json").unlink()


def test_a_workbook_holds_them_as_text(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    save_traces(tmp_path / "t.xlsx", np.zeros((2, 3)), names=["=1+1", "-60 mV", "@x"])
    first = next(openpyxl.load_workbook(tmp_path / "t.xlsx")["traces"].iter_rows())
    assert [(cell.value, cell.data_type) for cell in first[1:]] == [("=1+1", "s"), ("-60 mV", "s"), ("@x", "s")]
    assert load_traces(tmp_path / "t.xlsx").names == ["=1+1", "-60 mV", "@x"]


@given(st.lists(st.text("='+-@a\t", min_size=1, max_size=5), min_size=1, max_size=5, unique=True))
def test_any_name_comes_back(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("names") / "t.csv"
    save_traces(path, np.zeros((1, len(names))), names=names)
    assert load_traces(path).names == names
    path.with_name("t.csv.json").unlink()
    assert load_traces(path).names == names
