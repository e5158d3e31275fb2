"""HDF5 tables: what other programs find in them, blocks of rows, recordings in the same kind of file."""

import h5py
import numpy as np
import pytest

from optimap._tables import is_table
from optimap.beats import load_beats, measure_beats, save_beats
from optimap.trace import load_traces, save_traces
from tests._tables.examples import POSITIONS, TRACES
from tests.beats.examples import action_potentials
from tests.errors import check_error


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


@pytest.mark.parametrize("load", [load_traces, load_beats])
@pytest.mark.parametrize("lead", ["link", "storage", "virtual"])
@pytest.mark.parametrize("suffix", [".h5", ".nc", ".nwb"])
def test_a_table_that_leads_to_another_file_is_an_error_that_names_it(tmp_path, suffix, lead, load):
    path = tmp_path / f"t{suffix}"
    if load is load_traces:
        save_traces(path, TRACES, POSITIONS, 500)
    else:
        save_beats(path, measure_beats(action_potentials(), fps=500))
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["secret"] = np.arange(4.0)
    with h5py.File(path, "r+") as file:
        if lead == "link":
            file["extra"] = h5py.ExternalLink("other.h5", "/secret")
        elif lead == "storage":
            file.create_dataset("extra", (4,), "u1", external=[("other.h5", 0, 4)])
        else:
            layout = h5py.VirtualLayout((4,), "f8")
            layout[:] = h5py.VirtualSource("other.h5", "secret", (4,))
            file.create_virtual_dataset("extra", layout)
    match = rf"t\{suffix} keeps extra in another file, other\.h5, .*: save it as one file that holds all of its data"
    check_error(lambda: load(path), ValueError, "path", match)


def test_a_header_that_is_several_texts(tmp_path):
    path = tmp_path / "t.h5"
    save_traces(path, np.eye(2))
    with h5py.File(path, "r+") as file:
        text = file["header"][()]
        del file["header"]
        file["header"] = [text, text]
    check_error(lambda: load_traces(path), ValueError, "path", "is damaged, because its header is not JSON", path)
