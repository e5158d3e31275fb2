"""HDF5 tables: what other programs find in them, blocks of rows, recordings in the same kind of file."""

import h5py
import numpy as np

from optimap._tables import is_table
from optimap.trace import load_traces, save_traces
from tests._tables.examples import POSITIONS, TRACES


def test_other_programs_find_traces_axis_names_and_positions(tmp_path):
    save_traces(tmp_path / "t.h5", TRACES, POSITIONS, 500, names=["a", "b", "ä"])
    with h5py.File(tmp_path / "t.h5") as file:
        np.testing.assert_array_equal(file["traces"], TRACES)
        np.testing.assert_array_equal(file["traces"].dims[0][0], np.arange(4) / 500)
        assert file["names"].asstr()[:].tolist() == ["a", "b", "ä"]
        np.testing.assert_array_equal(file["positions"], POSITIONS)
        assert file["traces"].attrs["fps"] == 500


def test_a_recording_is_not_a_table(tmp_path):
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        file["video"] = np.zeros((2, 3, 4))
    assert not is_table(tmp_path / "rec.h5")


def test_several_blocks_of_rows(tmp_path):
    traces = np.random.default_rng(0).integers(0, 100, (2_200_000, 2), np.uint8)  # blocks have 2**22 values
    save_traces(tmp_path / "t.h5", traces)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.h5").traces, traces)
