"""Variables of NetCDF files of ours, also after xarray has saved them again."""

import numpy as np
import pytest
import xarray as xr

from optimap.activation import BeatMaps, compute_beat_maps, load_beat_maps
from optimap.beats import load_beats, measure_beats, save_beats
from optimap.trace import load_traces, save_traces
from tests.activation.examples import assert_same, wave
from tests.beats.examples import action_potentials
from tests.errors import check_error

TRACES = np.array([[1.0, -9999], [2, 4], [3, np.nan]])


@pytest.fixture
def saved_again(tmp_path):
    """Return a function that saves a table as xarray does, with encodings."""

    def save(traces, /, **encodings):
        save_traces(tmp_path / "t.nc", traces, [(1, 2), (3, 4)], fps=500)
        with xr.open_dataset(tmp_path / "t.nc", engine="h5netcdf", decode_timedelta=False) as dataset:
            for name, encoding in encodings.items():
                dataset[name].encoding |= encoding
            dataset.to_netcdf(tmp_path / "again.nc", engine="h5netcdf")
        return tmp_path / "again.nc"

    return save


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16, np.uint8])
def test_what_xarray_saves_again_is_read_unchanged(saved_again, dtype):
    traces = np.nan_to_num(TRACES).astype(dtype) if np.dtype(dtype).kind in "iu" else TRACES.astype(dtype)
    found = load_traces(saved_again(traces, traces={"zlib": True, "chunksizes": (2, 1)}))
    np.testing.assert_array_equal(found.traces, traces, strict=True)
    assert found.fps == 500


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [
        ({"dtype": "i2", "scale_factor": 0.5, "_FillValue": -7}, "scale_factor, _FillValue"),
        ({"dtype": "i4", "add_offset": 3.0, "_FillValue": -7}, "add_offset, _FillValue"),
        ({"_FillValue": 1e20}, "_FillValue"),
        ({"missing_value": 1e20, "_FillValue": 1e20}, "_FillValue, missing_value"),
    ],
)
def test_what_xarray_encodes_is_an_error(saved_again, encoding, notes):
    path = saved_again(TRACES, traces=encoding)
    match = rf"again\.nc has values of traces that another program has encoded \({notes}\): give the file"
    check_error(lambda: load_traces(path), ValueError, "path", match)


def test_a_number_for_what_is_missing_that_does_not_occur_is_no_matter(saved_again):
    path = saved_again(TRACES[:2], traces={"_FillValue": 1e20})
    np.testing.assert_array_equal(load_traces(path).traces, TRACES[:2])


def test_the_axis_is_checked_too(saved_again):
    path = saved_again(TRACES, time={"dtype": "i2", "scale_factor": 0.002, "_FillValue": -7})
    check_error(lambda: load_traces(path), ValueError, "path", r"values of time that another .* \(scale_factor\)")


def test_maps_that_xarray_saves_again(tmp_path):
    maps = compute_beat_maps(wave(), fps=500)
    maps.save(tmp_path / "maps.nc")
    with xr.open_dataset(tmp_path / "maps.nc", decode_timedelta=False) as dataset:
        dataset.to_netcdf(tmp_path / "again.nc", engine="h5netcdf")
        dataset["apd80_ms"].encoding |= {"dtype": "i2", "scale_factor": 0.1, "_FillValue": -1}
        dataset.to_netcdf(tmp_path / "packed.nc", engine="h5netcdf")
    assert_same(load_beat_maps(tmp_path / "again.nc"), maps)
    check_error(lambda: load_beat_maps(tmp_path / "packed.nc"), ValueError, "path", "values of apd80_ms that another")


def test_beats_that_xarray_saves_again(tmp_path):
    beats = measure_beats(np.stack([action_potentials(), np.full(1000, np.nan)], axis=1), fps=500, names=["é", "b"])
    save_beats(tmp_path / "beats.nc", beats)
    with xr.open_dataset(tmp_path / "beats.nc", engine="h5netcdf", decode_timedelta=False) as dataset:
        dataset.to_netcdf(tmp_path / "again.nc", engine="h5netcdf")
        dataset["activation_ms"].encoding |= {"_FillValue": -1.0}
        dataset.to_netcdf(tmp_path / "encoded.nc", engine="h5netcdf")
    again = load_beats(tmp_path / "again.nc")
    assert list(again) == list(beats)
    for name in beats:
        np.testing.assert_array_equal(again[name], beats[name], strict=True)
    check_error(
        lambda: load_beats(tmp_path / "encoded.nc"), ValueError, "path", r"activation_ms that .* \(_FillValue\)"
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda maps: maps.transpose("beat", "x", "y"), "along beat, x, y, not along beat, y, x"),
        (lambda maps: maps.isel(y=slice(None, None, -1)), "so y is not what was written"),
        (lambda maps: maps.isel(x=slice(1, None)), "so x is not what was written"),
        (lambda maps: maps.isel(beat=[1, 0]), "so beat_time is not what was written"),
    ],
)
def test_maps_that_xarray_has_moved_are_errors(tmp_path, change, problem):
    snr = np.arange(18.0).reshape(2, 3, 3)
    mask, codes = np.ones((3, 3), bool), np.zeros(snr.shape, int)
    BeatMaps({"snr": snr}, {"snr": "1"}, np.array([20.0, 40]), mask, codes).save(tmp_path / "m.nc")
    with xr.open_dataset(tmp_path / "m.nc", engine="h5netcdf", decode_timedelta=False) as dataset:
        change(dataset).to_netcdf(tmp_path / "again.nc", engine="h5netcdf")
    check_error(lambda: load_beat_maps(tmp_path / "again.nc"), ValueError, "path", problem)
