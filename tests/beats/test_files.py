"""save_beats and load_beats: every kind of file, exactly; other programs' tables; damaged and foreign files."""

import json

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap._tables import SUFFIXES
from optimap.beats import BeatTable, load_beats, measure_beats, save_beats
from optimap.trace import load_traces, save_traces
from tests.beats.examples import action_potentials, with_noise
from tests.errors import check_error


@pytest.fixture(scope="module")
def table():
    signal = np.stack([with_noise(action_potentials(), 20), np.full(1000, np.nan)], axis=1)
    names, places = ["=1+1, a", 'é"q'], [(3, 4.5), (5, 6)]
    return measure_beats(signal, fps=500, names=names, positions=places, levels=(50, 75.5))


def check_same(again, table):
    assert list(again) == list(table)
    assert again.fps == table.fps
    assert again.metadata == table.metadata
    for name in table:
        assert again[name].dtype.kind == table[name].dtype.kind
        np.testing.assert_array_equal(again[name], table[name])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_returns_exactly_what_was_saved(table, tmp_path, suffix):
    path = tmp_path / f"beats{suffix}"
    save_beats(path, table)
    check_same(load_beats(path), table)
    check_error(lambda: save_beats(path, table), FileExistsError, "path", "exists: .* set overwrite=True")
    fewer = table.select(np.array([2, 0]))
    save_beats(path, fewer, overwrite=True)
    check_same(load_beats(path), fewer)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_without_rows(tmp_path, suffix):
    nothing = measure_beats(np.zeros((50, 0)))
    save_beats(tmp_path / f"beats{suffix}", nothing)
    again = load_beats(tmp_path / f"beats{suffix}")
    assert (len(again), list(again), again.fps) == (0, list(nothing), None)


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.floats(width=64), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4)), max_size=4
    ),
    st.sampled_from([".csv", ".npz", ".parquet"]),
)
def test_any_number_and_text(tmp_path_factory, rows, suffix):
    columns = {
        "series": np.arange(len(rows)),
        "beat": np.arange(len(rows)),
        "snr": np.array([number for number, _ in rows], float),
        "why": np.array([text for _, text in rows], dtype=np.str_),
    }
    path = tmp_path_factory.mktemp("any") / f"beats{suffix}"
    save_beats(path, BeatTable(columns, 12.5, {"drug": ["none", 1]}))
    check_same(load_beats(path), BeatTable(columns, 12.5, {"drug": ["none", 1]}))


def test_what_other_programs_read(table, tmp_path):
    for suffix in (".csv", ".parquet", ".xlsx", ".h5", ".mat", ".npz"):
        save_beats(tmp_path / f"beats{suffix}", table)
    apd, first, read = table["apd75.5_ms"], str(table["why"][-1]), []
    for frame in (
        pd.read_csv(tmp_path / "beats.csv"),
        pd.read_parquet(tmp_path / "beats.parquet"),
        pd.read_excel(tmp_path / "beats.xlsx"),
    ):
        assert list(frame.columns) == list(table)
        np.testing.assert_allclose(frame["apd75.5_ms"], apd, rtol=1e-15)
        assert frame["why"].iloc[-1] == first
        read.append(frame["name"].iloc[0])
    assert read == ["'=1+1, a", "=1+1, a", "=1+1, a"]  # a spreadsheet would calculate the cell of a CSV
    with h5py.File(tmp_path / "beats.h5") as file:
        np.testing.assert_array_equal(file["apd75.5_ms"], apd)
    mat = scipy.io.loadmat(tmp_path / "beats.mat")
    np.testing.assert_array_equal(mat["apd75_5_ms"].ravel(), apd)
    with np.load(tmp_path / "beats.npz") as file:
        assert file["why"][-1] == first


def test_arrays_in_another_order_are_the_same_table(table, tmp_path):
    save_beats(tmp_path / "beats.npz", table)
    with np.load(tmp_path / "beats.npz") as file:
        np.savez(tmp_path / "sorted.npz", **{name: file[name] for name in sorted(file)})
    check_same(load_beats(tmp_path / "sorted.npz"), table)


def test_a_csv_says_how_it_was_made_and_notices_changes(table, tmp_path):
    path = tmp_path / "beats.csv"
    save_beats(path, table)
    header = json.loads((tmp_path / "beats.csv.json").read_text())
    assert header["metadata"]["polarity"] == "up"
    assert header["columns"]["apd50_ms"] == "float64"
    path.write_text(path.read_text().replace("up", "down").replace("0,", "1,", 1))
    check_error(lambda: load_beats(path), ValueError, "path", "is not the table that beats.csv.json describes")
    (tmp_path / "beats.csv.json").unlink()
    plain = load_beats(path)
    assert plain.fps is None
    assert plain["name"].dtype.kind == "U"
    assert plain["beat"].dtype == np.int64
    np.testing.assert_array_equal(plain["apd50"][1:], table["apd50"][1:])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_of_other_kinds_are_errors(table, tmp_path, suffix):
    path = tmp_path / f"traces{suffix}"
    save_traces(path, np.ones((3, 1)), [(1, 2)], fps=500)
    check_error(lambda: load_beats(path), ValueError, "path", "does not contain a table of beats written by optimap")
    save_beats(path, table, overwrite=True)
    with pytest.raises(ValueError, match=r"not a table of traces|does not contain a table of traces|describe"):
        load_traces(path)
    damaged = tmp_path / f"damaged{suffix}"
    damaged.write_bytes(b"\x93\xff beats and noise")
    check_error(lambda: load_beats(damaged), ValueError, "path", "read as|text file|does not contain")


def test_truncated_text(table, tmp_path):
    path = tmp_path / "beats.csv"
    save_beats(path, table)
    (tmp_path / "beats.csv.json").unlink()
    path.write_text(path.read_text()[:-150])
    check_error(lambda: load_beats(path), ValueError, "path", "but a row with .* it may be truncated")


@pytest.mark.parametrize("suffix", [".csv", ".h5"])
def test_one_long_text_among_many_rows(tmp_path, suffix):
    """NumPy keeps each text as long as the longest, here 4 GB for a file of a few 100 kB."""
    rows = 10_000
    why = ["x" * 100_000] + [""] * (rows - 1)
    path = tmp_path / f"b{suffix}"
    save_beats(path, BeatTable({"series": np.zeros(rows, int), "beat": np.arange(rows), "why": np.full(rows, "a")}))
    if suffix == ".csv":
        (tmp_path / "b.csv.json").unlink()
        path.write_text("series,beat,why\n" + "".join(f"0,{i},{text}\n" for i, text in enumerate(why)))
    else:
        with h5py.File(path, "r+") as file:
            file["why"][:] = why
    check_error(
        lambda: load_beats(path), ValueError, "path", r"states 4000000000 bytes of text, but its \d+ bytes", path
    )


def test_wrong_arguments(table, tmp_path):
    check_error(lambda: save_beats(tmp_path / "b.doc", table), ValueError, "path", "tables are written as .csv")
    check_error(lambda: save_beats(tmp_path / "b.csv", [1]), TypeError, "beats", "give what measure_beats returns")
    check_error(lambda: load_beats(tmp_path / "b.csv"), FileNotFoundError, "path", "does not exist")
    newer = tmp_path / "b.npz"
    save_beats(newer, table)
    with np.load(newer) as file:
        stored = dict(file)
    header = json.loads(str(stored["optimap_beat_table"]))
    for change, match in (
        ({"optimap_beat_table": 2}, "install that version"),
        ({"columns": {"a": "date"}}, "has a damaged header, in which 'columns' is"),
    ):
        np.savez(newer, **{**stored, "optimap_beat_table": np.array(json.dumps({**header, **change}))})
        check_error(lambda: load_beats(newer), ValueError, "path", match)
    del stored["beat"]
    np.savez(newer, **stored)
    check_error(lambda: load_beats(newer), ValueError, "path", "was changed by another program")
