"""Whether a file is a table or a recording, where both have the same suffix and the file may be damaged."""

import h5py
import numpy as np
import pytest
import xarray

from optimap._tables import is_table
from optimap.trace import save_traces


def of_xarray(path):
    array = xarray.DataArray(np.zeros((5, 3, 4), "u2"), dims=("time", "y", "x"), name="video", attrs={"lab": "ours"})
    array.to_netcdf(path, engine="h5netcdf")


def of_h5py(path):
    with h5py.File(path, "w", libver="latest") as file:
        file["video"] = np.zeros((5, 3, 4), "u2")
        file.attrs["lab"] = "ours"


@pytest.mark.parametrize(("suffix", "make"), [(".nc", of_xarray), (".h5", of_h5py)])
def test_a_damaged_file_is_named_or_known(tmp_path, suffix, make):
    path = tmp_path / f"rec{suffix}"
    make(path)
    assert not is_table(path)
    whole, rng, errors = path.read_bytes(), np.random.default_rng(0), 0
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[int(rng.integers(0, 600))] = int(rng.integers(256))
        path.write_bytes(damaged)
        try:
            assert not is_table(path)
        except ValueError as error:
            assert path.name in str(error)  # noqa: PT017 - one of two outcomes
            errors += 1
    assert errors > 0
    save_traces(tmp_path / f"t{suffix}", np.zeros((5, 2)))
    assert is_table(tmp_path / f"t{suffix}")
