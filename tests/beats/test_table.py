"""BeatTable: columns by name, rows, and pandas."""

import numpy as np
import pytest

from optimap.beats import BeatTable, measure_beats
from tests.beats.examples import action_potentials, with_noise
from tests.errors import check_error


@pytest.fixture
def table():
    return measure_beats(with_noise(action_potentials(), 20), fps=500)


def test_columns_by_name_with_or_without_the_unit(table):
    assert table["apd80"] is table["apd80_ms"] is table.columns["apd80_ms"]
    assert "apd80" in table
    assert "apd75" not in table
    assert 3 not in table
    assert len(table) == 10
    assert table.full_name("dvdt_max") == "dvdt_max_per_s"
    assert "10 rows, 500 frames/s" in repr(table)
    error = check_error(
        lambda: table["apd75"], ValueError, "column", "is not a column of the table: choose one of series"
    )
    assert "apd80_ms" in error.cure


def test_rows_are_selected_by_mask_or_number(table):
    late = table.select(table["beat"] > 6)
    assert late["beat"].tolist() == [7, 8, 9]
    assert late.fps == 500
    assert table.select(np.array([1]))["beat"].tolist() == [1]


def test_pandas(table):
    frame = table.to_dataframe()
    assert list(frame.columns) == list(table)
    assert frame.attrs["fps"] == 500
    assert frame.attrs["polarity"] == "up"
    np.testing.assert_array_equal(frame["apd80_ms"], table["apd80"])
    assert frame["why"].iloc[0] == ""


def test_an_empty_table():
    assert len(BeatTable({})) == 0
    check_error(lambda: BeatTable({})["beat"], ValueError, "column", "is not a column")
    nothing = measure_beats(np.zeros((50, 0)))
    assert len(nothing) == 0
    assert "apd80" in nothing
