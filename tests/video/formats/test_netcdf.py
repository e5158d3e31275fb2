"""NetCDF files, written by xarray."""

import re

import numpy as np
import pytest
import xarray

from optimap.trace import load_traces, save_traces
from optimap.video import open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))
TURNED = VIDEO.transpose(1, 2, 0)
STEP = np.arange(7)
TIMES = {
    "s": xarray.Variable("time", STEP / 500, {"units": "s"}),
    "milliseconds": xarray.Variable("time", STEP * 2, {"units": "milliseconds"}),
    "no unit": xarray.Variable("time", STEP / 500),
    "dates": xarray.Variable("time", np.datetime64("2026-01-02T03:04:05", "ns") + STEP * np.timedelta64(2, "ms")),
    "durations": xarray.Variable("time", STEP * np.timedelta64(2, "ms")),
}


@pytest.mark.parametrize("dtype", ["u1", "<i2", "<u2", "<f4", "<f8"])
@pytest.mark.parametrize("suffix", [".nc", ".nc4"])
def test_values_and_axes(tmp_path, dtype, suffix):
    video = makers.random_video((7, 5, 6), dtype)
    path = makers.netcdf(tmp_path / f"rec{suffix}", video.transpose(1, 2, 0), ("y", "x", "time"))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert (recording.format, recording.axes, recording.fps) == ("NetCDF 4", "YXT", None)


@pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
@pytest.mark.parametrize("suffix", [".nc", ".h5"])
def test_the_coordinate_of_time_gives_the_rate(tmp_path, times, suffix):
    path = makers.netcdf(tmp_path / f"rec{suffix}", TURNED, ("y", "x", "time"), time=times)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.fps == 500
        np.testing.assert_allclose(recording.times, STEP / 500)


def test_frame_numbers_without_a_unit_give_no_rate(tmp_path):
    path = makers.netcdf(tmp_path / "rec.nc", VIDEO, ("frame", "y", "x"), frame=STEP)
    with open_video(path) as recording:
        assert (recording.fps, recording.times) == (None, None)


def test_attributes_of_the_library_are_no_metadata(tmp_path):
    dims = ("y", "x", "time")
    path = makers.netcdf(tmp_path / "rec.nc", TURNED, dims, time=STEP / 500, y=np.arange(5), x=np.arange(6))
    with open_video(path) as recording:
        assert recording.metadata == {}


def test_channels_have_the_names_of_their_coordinate(tmp_path):
    two = np.stack([VIDEO, VIDEO[::-1]], axis=1)
    path = makers.netcdf(tmp_path / "rec.nc", two, ("time", "channel", "y", "x"), channel=["voltage", "calcium"])
    problem = r"has 2 channels \(voltage, calcium\): choose one with channel=, from 0 to 1"
    check_error(lambda: open_video(path), ValueError, "path", problem, path)
    for channel in (1, "calcium"):
        with open_video(path, channel=channel) as recording:
            np.testing.assert_array_equal(recording[:], VIDEO[::-1])


def test_tables_of_optimap_are_no_recordings_and_recordings_no_tables(tmp_path):
    save_traces(tmp_path / "t.nc", np.zeros((7, 2)))
    check_error(lambda: open_video(tmp_path / "t.nc"), ValueError, "path", "holds no 3-D array", tmp_path / "t.nc")
    path = makers.netcdf(tmp_path / "rec.nc", VIDEO)
    check_error(lambda: load_traces(path), ValueError, "path", "does not contain a table", path)


def test_version_3_is_refused_with_a_call_that_converts_it(tmp_path, monkeypatch):
    path = tmp_path / "rec.nc"
    xarray.DataArray(VIDEO.astype("f4"), dims=("time", "y", "x"), name="video").to_netcdf(path, engine="scipy")
    call = "xarray.open_dataset('rec.nc').to_netcdf('rec_4.nc', engine='h5netcdf')"
    message = re.escape(f"is a NetCDF 3 file: convert it, for example in Python with {call}")
    check_error(lambda: open_video(path), ValueError, "path", message, path)
    monkeypatch.chdir(tmp_path)
    eval(call, {"xarray": xarray})  # the advice works
    with open_video("rec_4.nc") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
