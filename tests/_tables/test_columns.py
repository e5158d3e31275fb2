"""save_columns and load_columns: types, rows, and what does not fit. Round trips of each kind are in tests/beats."""

import numpy as np
import pytest

from optimap._tables import SUFFIXES, holds_columns, is_table, load_columns, save_columns
from optimap.trace import save_traces
from tests.errors import check_error

COLUMNS = {"series": np.array([0, 3], np.int32), "beat": np.array([0, 1], np.uint8), "x": np.float32([0.5, np.nan])}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_columns_have_one_of_three_types(tmp_path, suffix):
    path = tmp_path / f"table{suffix}"
    save_columns(path, {**COLUMNS, "why": np.array(["a", "é"])}, 12.5, {"by": "hand"}, False)
    header, columns = load_columns(path)
    assert (header["fps"], header["metadata"], header["rows"]) == (12.5, {"by": "hand"}, 2)
    assert [values.dtype.kind for values in columns.values()] == ["i", "i", "f", "U"]
    np.testing.assert_array_equal(columns["x"], [0.5, np.nan])
    assert columns["why"].tolist() == ["a", "é"]


def test_more_rows_than_a_sheet_has(tmp_path):
    many = {"series": np.zeros(1_048_576, int), "beat": np.zeros(1_048_576, int)}
    path = tmp_path / "table.xlsx"
    check_error(lambda: save_columns(path, many, None, {}, False), ValueError, "beats", "do not fit in an Excel sheet")
    assert not path.exists()


def test_a_failure_leaves_no_file(tmp_path):
    uneven = {"series": np.zeros(3, int), "beat": np.zeros(2, int)}
    with pytest.raises(ValueError, match="shorter"):
        save_columns(tmp_path / "table.csv", uneven, None, {}, False)
    assert list(tmp_path.iterdir()) == []


def test_a_sidecar_that_is_not_ours_is_kept(tmp_path):
    (tmp_path / "table.csv.json").write_text("{}")
    check_error(
        lambda: save_columns(tmp_path / "table.csv", COLUMNS, None, {}, True), FileExistsError, "path", "not written by"
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tables_of_columns_and_of_traces_are_told_apart(tmp_path, suffix):
    columns, traces = tmp_path / f"columns{suffix}", tmp_path / f"traces{suffix}"
    save_columns(columns, {"recording": np.array(["a", "b"]), "beats": np.arange(2)}, None, {}, False)
    save_traces(traces, np.arange(6.0).reshape(3, 2), [(1, 2), (3, 4)], 500)
    assert holds_columns(columns)
    assert not holds_columns(traces)
    assert is_table(columns)
    _, found = load_columns(columns)
    assert found["recording"].tolist() == ["a", "b"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_text_that_not_every_file_can_hold(tmp_path, suffix):
    names = np.array(["a\0b\x01c", "d\r\ne", "\x85", " f ", "'"])
    save_columns(tmp_path / f"t{suffix}", {"name": names, "beat": np.arange(5)}, None, {}, False)
    _, found = load_columns(tmp_path / f"t{suffix}")
    assert found["name"].tolist() == ["a b c", "d\ne", " ", " f ", "'"]
