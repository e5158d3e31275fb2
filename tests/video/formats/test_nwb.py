"""NWB files, written with pynwb."""

import h5py
import numpy as np
import pytest

from optimap._tables import is_table
from optimap.trace import save_traces
from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))
DATA = {"data": makers.upright(VIDEO), "unit": "au"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.nwb"


@pytest.mark.parametrize("kind", ["TwoPhotonSeries", "OnePhotonSeries"])
@pytest.mark.parametrize("dtype", ["u1", "<i2", "u2", "f4", "f8"])
def test_frames_are_turned_upright(path, kind, dtype):
    video = makers.random_video((7, 5, 6), dtype)
    makers.nwb(path, kind, data=makers.upright(video), unit="au", rate=500.0)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        np.testing.assert_array_equal(recording[2:6, 1:3, 2:], video[2:6, 1:3, 2:], strict=True)
        assert (recording.format, recording.fps, recording.times) == ("NWB", 500.0, None)
        assert (recording.axes, recording.axes_source) == ("TXY", "the order of NWB")
        assert recording.pixel_size == pytest.approx(0.0005)
        assert recording.metadata == {
            "series": "/acquisition/movie",
            "description": "no description",
            "unit": "au",
            "session_start_time": "2026-01-02T00:00:00+00:00",
            "indicator": "GCaMP6f",
            "location": "heart",
        }


def test_compressed_chunks(path):
    from pynwb import H5DataIO

    data = H5DataIO(DATA["data"], compression="gzip", chunks=(2, 3, 4))
    makers.nwb(path, data=data, unit="au", rate=30.0)
    with open_video(path) as recording:
        assert recording.chunks == (2, 4, 3)
        np.testing.assert_array_equal(recording[1:], VIDEO[1:])


def test_frames_that_were_written_upright(path):
    makers.nwb(path, data=VIDEO, unit="au", rate=30.0)
    np.testing.assert_array_equal(load_video(path, axes="TYX"), VIDEO)


def test_regular_timestamps_give_the_rate(path):
    stamps = 10 + np.arange(7) / 250
    makers.nwb(path, timestamps=stamps, **DATA)
    with open_video(path) as recording:
        assert recording.fps == pytest.approx(250)
        np.testing.assert_array_equal(recording.times, stamps)


def test_irregular_timestamps_are_kept(path):
    stamps = np.r_[0, 1, 2, 3, 29, 30, 31] / 500
    makers.nwb(path, timestamps=stamps, **DATA)
    with open_video(path) as recording:
        assert recording.fps is None
        np.testing.assert_array_equal(recording.times, stamps)


@pytest.mark.parametrize("rate", [0.0, -5.0, np.nan, np.inf])
def test_a_rate_of_no_use(path, rate):
    makers.nwb(path, rate=30.0, **DATA)
    with h5py.File(path, "r+") as file:
        file["acquisition/movie/starting_time"].attrs["rate"] = rate
    with open_video(path) as recording:
        assert (recording.fps, recording.times) == (None, None)


def test_times_of_other_frames_are_not_used(path):
    makers.nwb(path, timestamps=np.arange(7) / 30, **DATA)
    with h5py.File(path, "r+") as file:
        del file["acquisition/movie/timestamps"]
        file["acquisition/movie/timestamps"] = np.arange(5) / 30
    with open_video(path) as recording:
        assert (recording.fps, recording.times) == (None, None)


@pytest.mark.parametrize(
    ("spacing", "unit", "expected"),
    [
        ((2.0, 3.0), "micrometers", 0.002),
        ((2e-6, 2e-6), "meters", 0.002),
        ((0.0, 0.0), "meters", None),
        ((1.0, 1.0), "px", None),
    ],
)
def test_pixel_sizes(path, spacing, unit, expected):
    makers.nwb(path, rate=30.0, spacing=spacing, spacing_unit=unit, **DATA)
    with open_video(path) as recording:
        assert recording.pixel_size == (None if expected is None else pytest.approx(expected))


def test_without_an_imaging_plane(path):
    makers.nwb(path, rate=30.0, **DATA)
    with h5py.File(path, "r+") as file:
        del file["acquisition/movie/imaging_plane"]
    with open_video(path) as recording:
        assert recording.pixel_size is None
        assert "indicator" not in recording.metadata
        np.testing.assert_array_equal(recording[:], VIDEO)


def test_volumes_need_a_plane(path):
    volumes = makers.random_video((7, 6, 5, 3))
    makers.nwb(path, data=volumes, unit="au", rate=30.0)
    np.testing.assert_array_equal(load_video(path, z=2), np.swapaxes(volumes[..., 2], 1, 2))
    error = check_error(lambda: open_video(path), ValueError, "path", r"has 3 planes: choose one with z=", path)
    assert error.keyword == "z"


def test_several_series_need_a_name(path):
    other = {"data": DATA["data"][:3], "unit": "au", "rate": 10.0}
    makers.nwb(path, rate=30.0, more={"red": other}, **DATA)
    for name in ("red", "acquisition/red", "/acquisition/red"):
        with open_video(path, dataset=name) as recording:
            np.testing.assert_array_equal(recording[:], VIDEO[:3])
            assert recording.fps == 10.0
    match = r"2 3-D arrays \(all arrays: acquisition/movie \(7, 6, 5\), acquisition/red \(3, 6, 5\)\): choose one with"
    error = check_error(lambda: open_video(path), ValueError, "path", match, path)
    assert error.keyword == "dataset"
    check_error(
        lambda: open_video(path, dataset="blue"), ValueError, "dataset", "is not in .*: choose one of acq", "blue"
    )
    check_error(lambda: open_video(path, dataset=3), TypeError, "dataset", "text, the name of an array", 3)


def test_frames_in_other_files(path):
    outside = {
        "external_file": ["movie_1.tif", "movie_2.tif"],
        "format": "external",
        "starting_frame": [0, 5],
        "unit": "au",
    }
    outside |= {"timestamps": np.arange(9) / 30, "dimension": [6, 5]}
    makers.nwb(path, **outside)
    match = r"keeps the frames of acquisition/movie in other files \(movie_1\.tif, movie_2\.tif\): open these files"
    check_error(lambda: open_video(path), ValueError, "path", match, path)
    inside = {"rate": 30.0, **DATA}
    makers.nwb(path, more={"red": inside}, **outside)
    np.testing.assert_array_equal(load_video(path), VIDEO)
    check_error(lambda: open_video(path, dataset="movie"), ValueError, "path", match, path)


def test_a_table_is_not_a_recording_nor_the_other_way_round(path, tmp_path):
    makers.nwb(path, rate=30.0, **DATA)
    assert not is_table(path)
    table = tmp_path / "table.nwb"
    save_traces(table, np.ones((20, 2)), [(1, 2), (3, 4)], fps=500)
    assert is_table(table)
    match = r"table\.nwb holds no TwoPhotonSeries or OnePhotonSeries, so it is not a recording: give the file"
    check_error(lambda: open_video(table), ValueError, "path", match, table)


def test_attributes_in_bytes(path):
    makers.nwb(path, rate=30.0, **DATA)
    with h5py.File(path, "r+") as file:
        file["acquisition/movie"].attrs["neurodata_type"] = np.bytes_("TwoPhotonSeries")
        file["acquisition/movie"].attrs["description"] = np.bytes_("a heart")
    assert load_metadata(path)["description"] == "a heart"
