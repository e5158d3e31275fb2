"""Traces as objects of xarray and pandas: dimensions and coordinates have names."""

import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from optimap.trace import load_traces, save_traces, to_dataframe, to_xarray
from tests._tables.examples import CENTERS, NAMES, POSITIONS, TRACES, two_regions
from tests.errors import check_error


def test_dimensions_and_coordinates_have_names():
    array = to_xarray(TRACES, POSITIONS, 500, names=NAMES, metadata={"drug": "none", "dose": {"mg": 2}})
    expected = xr.DataArray(
        TRACES,
        dims=("time", "name"),
        coords={
            "time": np.arange(4) / 500,
            "name": NAMES,
            "x": ("name", [12, 3.5, 0]),
            "y": ("name", [16, 0, 2.25]),
        },
    )
    xr.testing.assert_equal(array, expected)
    assert array.attrs == {"fps": 500, "drug": "none", "dose": '{"mg": 2}'}
    assert array.time.attrs["units"] == "s"
    assert array.sel(name="b", time=0.002).item() == 0.1


def test_other_axes_and_one_trace():
    array = to_xarray(TRACES[:, 2], (5, 10), names="a")
    assert array.dims == ("frame",)
    assert (array.name, array["name"].item(), array["x"].item(), array["y"].item()) == ("traces", "a", 5, 10)
    assert to_xarray(TRACES, x=[1, 2, 4, 8])["time"].values.tolist() == [1, 2, 4, 8]
    assert "units" not in to_xarray(TRACES, x=[1, 2, 4, 8])["time"].attrs


def test_xarray_can_save_an_array(tmp_path):
    array = to_xarray(TRACES, POSITIONS, 500, metadata={"a": None, "b": [1, {"c": 2}]})
    array.to_netcdf(tmp_path / "t.nc", engine="h5netcdf")
    with xr.open_dataarray(tmp_path / "t.nc", engine="h5netcdf") as read:
        xr.testing.assert_equal(read, array)


def test_wide_frames():
    frame = to_dataframe(TRACES, POSITIONS, 500, names=NAMES, metadata={"drug": "none"})
    assert (frame.index.name, frame.columns.name, list(frame.columns)) == ("time", "name", NAMES)
    np.testing.assert_array_equal(frame.to_numpy(), TRACES)
    np.testing.assert_array_equal(frame.index, np.arange(4) / 500)
    assert frame.attrs == {"fps": 500, "drug": "none"}
    assert to_dataframe(TRACES).index.name == "frame"


@pytest.mark.parametrize("positions", [None, POSITIONS])
def test_long_frames_are_melted_wide_ones(positions):
    wide = to_dataframe(TRACES, positions, 500, names=NAMES)
    long = to_dataframe(TRACES, positions, 500, names=NAMES, tidy=True)
    assert list(long.columns) == ["time", "name", "x", "y", "value"]
    melted = wide.reset_index().melt("time")
    pd.testing.assert_frame_equal(long[["time", "name", "value"]], melted, check_dtype=False)
    if positions is None:
        assert long[["x", "y"]].isna().all(axis=None)
    else:
        np.testing.assert_array_equal(long[["x", "y"]], np.repeat(positions, 4, axis=0))


def test_labels_are_unique_and_loaded_tables_are_accepted(tmp_path):
    save_traces(tmp_path / "t.csv", np.float32([[1, 2], [3, 4]]), fps=500, names=["a", "a"])
    table = load_traces(tmp_path / "t.csv")
    assert list(to_dataframe(table).columns) == ["a", "a_2"]
    assert to_xarray(table)["name"].values.tolist() == ["a", "a_2"]
    assert to_xarray(table).dtype == np.float32


def test_regions_bring_names_and_centres():
    array = to_xarray(TRACES[:, :2], fps=500, regions=two_regions())
    assert array["name"].values.tolist() == ["ring", "dot"]
    assert np.stack([array["x"], array["y"]], axis=1).tolist() == CENTERS
    assert list(to_dataframe(TRACES[:, :2], regions=two_regions())) == ["ring", "dot"]


@pytest.mark.parametrize(("function", "module"), [(to_xarray, "xarray"), (to_dataframe, "pandas")])
def test_a_missing_extra_is_named(monkeypatch, function, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"need {module}: pip install 'optimap-trace\[xarray\]'"):
        function(TRACES)


@pytest.mark.parametrize("as_labelled", [to_xarray, to_dataframe])
def test_an_axis_of_half_precision_gets_a_type_that_pandas_has(as_labelled):
    labelled = as_labelled(TRACES, x=np.float16([0, 0.5, 1, 2]))
    axis = labelled["time"] if as_labelled is to_xarray else labelled.index
    assert (axis.dtype, axis.to_numpy().tolist()) == (np.float32, [0, 0.5, 1, 2])


@pytest.mark.parametrize("tidy", ["no", 1, None])
def test_tidy_must_be_true_or_false(tidy):
    check_error(lambda: to_dataframe(TRACES, tidy=tidy), TypeError, "tidy", "tidy = .*: it must be True or False", tidy)
