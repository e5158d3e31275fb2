"""NetCDF tables: what xarray finds in them."""

import numpy as np
import pytest
import xarray as xr

from optimap.trace import load_traces, save_traces, to_xarray
from tests._tables.examples import NAMES, POSITIONS, TRACES


def test_xarray_finds_what_to_xarray_returns(tmp_path):
    given = {"positions": POSITIONS, "fps": 500, "names": NAMES}
    save_traces(tmp_path / "t.nc", TRACES, metadata={"drug": "none"}, **given)
    with xr.open_dataset(tmp_path / "t.nc", engine="h5netcdf") as dataset:
        xr.testing.assert_equal(dataset["traces"], to_xarray(TRACES, **given))
        assert dataset["traces"].attrs["fps"] == 500
        assert dataset.attrs["Conventions"] == "CF-1.11"


@pytest.mark.parametrize(("dtype", "stored"), [(np.float16, np.float32), (bool, np.uint8)])
def test_types_that_netcdf_does_not_have_are_stored_as_others(tmp_path, dtype, stored):
    traces = np.array([[0], [1]], dtype)
    save_traces(tmp_path / "t.nc", traces)
    with xr.open_dataset(tmp_path / "t.nc", engine="h5netcdf") as dataset:
        assert dataset["traces"].dtype == stored
    np.testing.assert_array_equal(load_traces(tmp_path / "t.nc").traces, traces, strict=True)


def test_metadata_may_be_larger_than_an_attribute(tmp_path):
    about = {"notes": "x" * 100_000}
    save_traces(tmp_path / "t.nc", TRACES, metadata=about)
    assert load_traces(tmp_path / "t.nc").metadata == about
