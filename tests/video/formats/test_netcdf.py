"""NetCDF: version 4 and the classic format, written by xarray, h5netcdf and SciPy; names of axes, and times."""

import gc

import numpy as np
import pytest
import xarray
from scipy.io import netcdf_file

from optimap.trace import load_traces, save_traces
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((20, 5, 6), "i2")
TIMES = np.arange(20) / 250
ORDERS = [("time", "y", "x"), ("y", "x", "time"), ("x", "time", "y")]
both = pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])


def written(path, engine, dims=ORDERS[0], times=TIMES, units=None, record=False, **others):
    array = xarray.DataArray(VIDEO, dims=ORDERS[0], coords={"time": times}, attrs={"pixel_size": 0.5, "who": "me"})
    if units is not None:
        array["time"].attrs["units"] = units
    dataset = xarray.Dataset({"video": array.transpose(*dims), **others})
    dataset.to_netcdf(path, engine=engine, unlimited_dims=[dims[0]] if record else [])
    return path


@both
@pytest.mark.parametrize(("dims", "record"), [*((dims, False) for dims in ORDERS), (ORDERS[0], True)])
def test_named_dimensions_in_any_order(tmp_path, engine, dims, record):
    path = written(tmp_path / "rec.nc", engine, dims, record=record, mask=(("y", "x"), VIDEO[0]))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_array_equal(recording[3:11:2, 1:4], VIDEO[3:11:2, 1:4])
        assert recording.format == ("NetCDF 4" if engine == "h5netcdf" else "NetCDF 3")
        assert recording.is_mapped == (engine == "scipy")
        assert (recording.fps, recording.pixel_size, recording.metadata["who"]) == (250, 0.5, "me")
        np.testing.assert_allclose(recording.times, TIMES)


@both
@pytest.mark.parametrize(
    ("times", "units", "rate"),
    [(TIMES * 1000, "ms", 250), (TIMES, "seconds", 250), (np.arange(20), None, None), (TIMES, "mm", None)],
)
def test_units_of_time(tmp_path, engine, times, units, rate):
    with open_video(written(tmp_path / "rec.nc", engine, times=times, units=units)) as recording:
        assert recording.fps == rate


@both
def test_durations_as_xarray_encodes_them(tmp_path, engine):
    path = written(tmp_path / "rec.nc", engine, times=(TIMES * 1e9).astype("m8[ns]"))
    with open_video(path) as recording:
        assert recording.fps == pytest.approx(250)


@both
def test_several_variables(tmp_path, engine):
    path = written(tmp_path / "rec.nc", engine, calcium=(("time", "y", "x"), VIDEO * 2))
    text = r"holds 2 3-D arrays .*: choose one with dataset="
    assert check_error(lambda: open_video(path), ValueError, "path", text, path).keyword == "dataset"
    np.testing.assert_array_equal(load_video(path, dataset="calcium"), VIDEO * 2)


def test_a_recording_of_scipy(tmp_path):
    with netcdf_file(tmp_path / "rec.cdf", "w") as file:
        for name, n in (("frame", 20), ("row", 5), ("column", 6)):
            file.createDimension(name, n)
        file.createVariable("video", "h", ("frame", "row", "column"))[:] = VIDEO
        file.fps = 500.0
    with open_video(tmp_path / "rec.cdf") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert (recording.fps, recording.axes) == (500, "TYX")


def test_a_file_truncated_anywhere_is_an_error_or_whole(tmp_path):
    path = written(tmp_path / "rec.nc", "scipy")
    whole = path.read_bytes()
    for kept in range(1, len(whole), 37):
        path.write_bytes(whole[:kept])
        outcome = makers.values_or_error(path, load_video)
        if isinstance(outcome, str):
            assert "rec.nc" in outcome
        else:
            np.testing.assert_array_equal(outcome, VIDEO)


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (b"CDF\5" + bytes(40), "is a NetCDF file of version 5: convert it to NetCDF 4"),
        (b"no NetCDF", "is not a NetCDF file: copy it again"),
        (b"CDF\1" + bytes([255] * 40), "cannot be read as NetCDF .*: copy the recording again"),
    ],
)
def test_other_files(tmp_path, start, text):
    path = tmp_path / "rec.nc"
    path.write_bytes(start)
    check_error(lambda: open_video(path), ValueError, "path", text, path)


def test_attributes_of_the_library_are_no_metadata(tmp_path):
    path = makers.netcdf(tmp_path / "rec.nc", VIDEO, time=TIMES, y=np.arange(5), x=np.arange(6))
    with open_video(path) as recording:
        assert recording.metadata == {}


@both
def test_channels(tmp_path, engine):
    four = xarray.DataArray(np.stack([VIDEO, VIDEO[::-1]], axis=1), dims=("time", "channel", "y", "x"), name="video")
    path = tmp_path / "rec.nc"
    four.to_netcdf(path, engine=engine)
    check_error(lambda: open_video(path), ValueError, "path", "has 2 channels: choose one with channel=", path)
    np.testing.assert_array_equal(load_video(path, channel=1), VIDEO[::-1])
    np.testing.assert_array_equal(load_video(path, channel=1, axes="TCYX"), VIDEO[::-1])


def test_channels_have_the_names_of_their_coordinate(tmp_path):
    two = np.stack([VIDEO, VIDEO[::-1]], axis=1)
    path = makers.netcdf(tmp_path / "rec.nc", two, ("time", "channel", "y", "x"), channel=["voltage", "calcium"])
    problem = r"has 2 channels \(voltage, calcium\): choose one with channel=, from 0 to 1"
    check_error(lambda: open_video(path), ValueError, "path", problem, path)
    for channel in (1, "calcium"):
        np.testing.assert_array_equal(load_video(path, channel=channel), VIDEO[::-1])


def test_tables_of_optimap_are_no_recordings_and_recordings_no_tables(tmp_path):
    save_traces(tmp_path / "t.nc", np.zeros((7, 2)))
    check_error(lambda: open_video(tmp_path / "t.nc"), ValueError, "path", "holds no 3-D array", tmp_path / "t.nc")
    path = makers.netcdf(tmp_path / "rec.nc", VIDEO)
    check_error(lambda: load_traces(path), ValueError, "path", "does not contain a table", path)


def test_scipy_says_nothing_more_about_a_file_that_it_cannot_read(tmp_path, recwarn):
    path = written(tmp_path / "rec.nc", "scipy")
    whole = path.read_bytes()
    for kept in (len(whole) // 2, 200, 300):
        path.write_bytes(whole[:kept])
        check_error(lambda: open_video(path), ValueError, "path", "cannot be read as NetCDF", path)
    gc.collect()
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("wrong", [1e308, -1e308, np.inf])
@pytest.mark.parametrize("units", ["s", "min"])
def test_numbers_that_are_not_times(tmp_path, wrong, units):
    path = written(tmp_path / "rec.nc", "scipy", times=np.r_[TIMES[:5], wrong, TIMES[6:]], units=units)
    with open_video(path) as recording:
        assert recording.fps is None
        assert recording.irregularity == "the times of 1 frame are missing"
        np.testing.assert_array_equal(recording[:], VIDEO)
