"""MATLAB files: version 5 written with SciPy and byte by byte, version 7.3 with h5py."""

import numpy as np
import pytest

from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((9, 5, 6))
TIME_LAST = np.moveaxis(VIDEO, 0, 2)
both_versions = pytest.mark.parametrize("make", [makers.mat, makers.mat73])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.mat"


@both_versions
@pytest.mark.parametrize("array", [VIDEO, TIME_LAST])
def test_the_longest_last_axis_is_time(path, make, array):
    with open_video(make(path, video=array)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.format == ("MATLAB 5" if make is makers.mat else "MATLAB 7.3")
        assert (recording.fps, recording.pixel_size) == (None, None)
        assert recording.metadata == {"fieldname": "video", "variables": ["video"]}


@both_versions
@pytest.mark.parametrize("axes", ["TYX", "TXY", "YTX", "XTY", "YXT", "XYT"])
@pytest.mark.parametrize("in_file", [False, True])
def test_any_order_of_axes(path, make, axes, in_file):
    array = np.transpose(VIDEO, ["TYX".index(axis) for axis in axes])
    make(path, video=array, **({"axes": axes} if in_file else {}))
    with open_video(path, **({} if in_file else {"axes": axes})) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_array_equal(recording[7:1:-2, 1], VIDEO[7:1:-2, 1])


@both_versions
def test_the_option_overrules_the_file(path, make):
    make(path, video=TIME_LAST, axes="TYX")
    np.testing.assert_array_equal(load_video(path, axes="YXT"), VIDEO)


@both_versions
@pytest.mark.parametrize(
    ("array", "notes", "rate"),
    [
        (VIDEO[:3], {}, None),
        (VIDEO[:3], {"frequency": 500}, 500.0),
        (VIDEO[:3], {"acqFreq": 2.0}, 500.0),
        (VIDEO, {"acqFreq": 0}, None),
    ],
)
def test_recordings_of_rhythm_have_time_last_and_state_their_rate(path, make, array, notes, rate):
    make(path, cmosData=np.moveaxis(array, 0, 2), **notes)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], array)
        assert (recording.fps, recording.axes) == (rate, "YXT")
        assert recording.axes_source == "the order that Rhythm writes"


@both_versions
def test_a_channel_of_four_axes(path, make):
    make(path, video=np.stack([TIME_LAST, 2 * TIME_LAST], axis=2))
    with open_video(path, axes="YXCT", channel=1) as recording:
        np.testing.assert_array_equal(recording[:], 2 * VIDEO)
        assert recording.axes == "YXCT"


@both_versions
@pytest.mark.parametrize("axes", ["TY", "TYXX", "TYXQ", "", 3])
def test_wrong_axes(path, make, axes):
    with pytest.raises(ValueError, match=r"axes = .* is not (text|an order of axes): give one letter for each axis, T"):
        open_video(make(path, video=VIDEO), axes=axes)


@both_versions
def test_axes_of_an_array_that_is_not_there(path, make):
    with pytest.raises(ValueError, match=r"holds no 4-D array \(its arrays: video .*\): give .* axes=, as in 'YXT'"):
        open_video(make(path, video=VIDEO), axes="TYXC")


@both_versions
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_values_and_dtype(path, make, dtype):
    video = makers.random_video((9, 5, 6), dtype)
    with open_video(make(path, video=video)) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert recording.dtype == np.dtype(dtype)


def test_logical_arrays_are_zeros_and_ones(path):
    with open_video(makers.mat(path, video=VIDEO > 9999)) as recording:
        np.testing.assert_array_equal(recording[:], (VIDEO > 9999).astype(np.uint8), strict=True)


def test_doubles_that_matlab_stored_in_bytes(path):
    video = makers.random_video((9, 5, 6), "u1")
    with open_video(makers.mat_double_in_bytes(path, video)) as recording:
        assert recording.dtype == np.float64
        np.testing.assert_array_equal(recording[:], video.astype(float), strict=True)


def test_compressed(path):
    from scipy.io import savemat

    savemat(path, {"video": VIDEO}, do_compression=True)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@both_versions
@pytest.mark.parametrize("fps", [500, 29.97, [[1000.0]]])
def test_a_rate(path, make, fps):
    with open_video(make(path, video=VIDEO, fps=fps)) as recording:
        assert recording.fps == np.squeeze(fps)
        assert set(recording.metadata["variables"]) == {"video", "fps"}


@both_versions
@pytest.mark.parametrize("note", [np.arange(5.0), "fast", 0.0, np.zeros((2, 3, 4, 5)), "TTT"])
def test_variables_that_happen_to_be_named_fps_and_axes(path, make, note):
    with open_video(make(path, video=VIDEO, fps=note, axes=note)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.fps is None


@both_versions
@pytest.mark.parametrize("name", [None, "video"])
def test_other_variables_do_not_count(path, make, name):
    make(path, mask=VIDEO[0], rate=500.0, note="text", video=VIDEO)
    with open_video(path, fieldname=name) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@both_versions
def test_several_recordings_need_a_name(path, make):
    make(path, calcium=VIDEO[:8], voltage=VIDEO)
    message = r"rec\.mat holds 2 3-D arrays \(all arrays: calcium \(8, 5, 6\), voltage .*\): choose one with fieldname="
    with pytest.raises(ValueError, match=message):
        open_video(path)
    np.testing.assert_array_equal(load_video(path, fieldname="voltage"), VIDEO)
    np.testing.assert_array_equal(load_video(path, fieldname="/voltage"), VIDEO)


@both_versions
def test_the_recording_of_the_program_rhythm(path, make):
    make(path, bgimage=VIDEO[0], other=VIDEO[:3], cmosData=TIME_LAST)
    np.testing.assert_array_equal(load_video(path), VIDEO)


@both_versions
def test_an_unknown_name(path, make):
    with pytest.raises(
        ValueError, match=r"fieldname = 'calcium' is not in .*rec\.mat: choose one of video \(9, 5, 6\)"
    ):
        open_video(make(path, video=VIDEO), fieldname="calcium")


@both_versions
@pytest.mark.parametrize(
    ("array", "message"),
    [
        (VIDEO[0], r"fieldname = 'other' has shape \(.*\) in .*rec\.mat: choose an array with three axes"),
        (np.stack([VIDEO] * 3, -1), r"rec\.mat is a colour recording of shape .*: choose one colour with axes='TYXC'"),
    ],
)
def test_the_name_of_another_array(path, make, array, message):
    make(path, other=array, video=VIDEO)
    with pytest.raises(ValueError, match=message):
        open_video(path, fieldname="other")


@both_versions
@pytest.mark.parametrize("array", [VIDEO[0], np.stack([VIDEO] * 3, -1)])
def test_a_file_without_a_recording(path, make, array):
    with pytest.raises(ValueError, match=r"rec\.mat holds no 3-D array \(its arrays: data \("):
        open_video(make(path, data=array))


def test_structures_are_not_searched(path):
    with pytest.raises(ValueError, match=r"holds no 3-D array \(its arrays: none\)"):
        open_video(makers.mat(path, measurement={"video": VIDEO}))
    cell = np.empty((2, 1), object)
    cell[0, 0] = cell[1, 0] = VIDEO
    makers.mat(path, cmosData=cell, frequency=500.0)
    text = r"holds no 3-D array .*, but the cell array cmosData, which is not searched: .* video = cmosData\{1\};"
    check_error(lambda: open_video(path), ValueError, "path", text, path)


def test_complex_numbers(path):
    with (
        open_video(makers.mat(path, video=VIDEO * 1j)) as recording,
        pytest.raises(ValueError, match="save the pixels as real numbers"),
    ):
        recording[0]


def test_cell_arrays_of_version_73_do_not_count(path):
    with open_video(makers.mat73(path, **{"#refs#/a": VIDEO, "video": VIDEO})) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@both_versions
@pytest.mark.parametrize("kept", [0, 10, 100, 130, 400, -20])
def test_truncated(path, make, kept):
    make(path, video=VIDEO)
    makers.keep(path, kept)
    with pytest.raises(ValueError, match=r"rec\.mat cannot be read as (a MATLAB file|HDF5) and may be truncated"):
        load_video(path)


def test_not_a_matlab_file(path):
    path.write_bytes(b"x" * 300)
    with pytest.raises(ValueError, match=r"rec\.mat cannot be read as a MATLAB file"):
        open_video(path)
