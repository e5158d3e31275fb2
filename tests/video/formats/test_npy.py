"""NumPy files, written byte by byte."""

import json

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video, save_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["u1", "<i2", ">u2", "<f4", ">f8", "?"])
def test_values_dtype_and_shape(tmp_path, version, dtype):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(makers.npy(tmp_path / "rec.npy", video, version)) as recording:
        assert recording.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(recording[:], video)
        assert (recording.format, recording.fps, recording.pixel_size) == ("NumPy", None, None)
        assert recording.metadata == {}
        assert recording.is_mapped


def test_fortran_order(tmp_path):
    np.save(tmp_path / "rec.npy", np.asfortranarray(VIDEO))
    with open_video(tmp_path / "rec.npy") as recording:
        np.testing.assert_array_equal(recording[2:4, 1], VIDEO[2:4, 1])


@pytest.mark.parametrize("kept", [0, 5, 9, 60, -1, -60])
def test_truncated(tmp_path, kept):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    makers.keep(path, kept)
    with pytest.raises(ValueError, match=r"rec\.npy cannot be read as \.npy and may be truncated"):
        open_video(path)


def test_longer_than_its_header_says(tmp_path):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    path.write_bytes(path.read_bytes() + b"12")
    with pytest.raises(ValueError, match=r"rec\.npy is longer than its header says \(values of shape \(7, 5, 6\) need"):
        open_video(path)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((7, 5, 6, 3)), "is a colour recording"),
        (np.zeros((7, 5)), r"shape \(7, 5\): save the recording as \(T, H, W\)"),
        (np.float64(3), r"shape \(\)"),
        (np.zeros((0, 5, 6)), "holds no pixels"),
        (np.zeros((7, 5, 6), complex), "save the pixels as real numbers"),
        (np.zeros((7, 5, 6), "i4,i4"), "save the pixels as real numbers"),
    ],
)
def test_arrays_that_are_not_a_recording(tmp_path, array, message):
    np.save(tmp_path / "rec.npy", array)
    with pytest.raises(ValueError, match=message):
        open_video(tmp_path / "rec.npy")


def test_objects_are_not_unpickled(tmp_path):
    for content in ([[[print]]], {"fs": 10.0}):  # the second as suite2p writes ops.npy
        np.save(tmp_path / "rec.npy", np.array(content, object), allow_pickle=True)
        text = r"rec\.npy holds objects of Python, such as a dictionary or a list, not an array of numbers: give"
        check_error(lambda: open_video(tmp_path / "rec.npy"), ValueError, "path", text)


def test_an_archive_of_another_name(tmp_path):
    np.savez(tmp_path / "rec.npz", video=VIDEO)
    (tmp_path / "rec.npz").rename(tmp_path / "rec.npy")
    with pytest.raises(ValueError, match=r"cannot be read as \.npy"):
        open_video(tmp_path / "rec.npy")


def test_real_recording(real_data):
    path = real_data / "two-photon" / "mouse_series_500x64x64_int16.npy"
    with open_video(path) as recording:
        assert (recording.shape, recording.dtype) == ((500, 64, 64), np.int16)
        np.testing.assert_array_equal(recording[-1], np.load(path)[-1])
    np.testing.assert_array_equal(load_video(path, start_frame=100, frames=3, step=50), np.load(path)[[100, 150, 200]])


def described(path):
    return path.with_name(path.name + ".json")


def test_rate_and_origin_are_in_the_sidecar(tmp_path):
    path = tmp_path / "rec.npy"
    save_video(path, VIDEO, 500, made={"drug": "none"})
    assert json.loads(described(path).read_text())["pixels"]["shape"] == [7, 5, 6]
    assert load_metadata(path) == {"fps": 500, "made": '{"drug": "none"}'}
    np.testing.assert_array_equal(np.load(path), VIDEO)
    with pytest.raises(FileExistsError, match=r"rec\.npy exists"):
        save_video(path, VIDEO, 250)
    save_video(path, VIDEO, 250, overwrite=True)
    assert load_metadata(path) == {"fps": 250}


def test_a_sidecar_exists_only_where_it_is_needed_and_is_replaced_with_its_file(tmp_path):
    path = tmp_path / "rec.npy"
    save_video(path, VIDEO)
    assert not described(path).exists()
    save_video(path, VIDEO, 500, overwrite=True)
    save_video(path, VIDEO + 1, overwrite=True)  # its rate is unknown, not 500
    assert load_metadata(path) == {}
    path.unlink()
    save_video(path, VIDEO, 500)  # the sidecar of the removed file is replaced
    assert load_metadata(path) == {"fps": 500}


def test_a_file_of_the_user_next_to_it_is_left_alone(tmp_path):
    path = tmp_path / "rec.npy"
    described(path).write_text("mine")
    with pytest.raises(FileExistsError, match=r"rec\.npy\.json exists"):
        save_video(path, VIDEO, 500)
    assert not path.exists()
    save_video(path, VIDEO)
    assert load_metadata(path) == {}
    assert described(path).read_text() == "mine"


@pytest.mark.parametrize("other", [VIDEO[:-1], VIDEO.astype("f4"), VIDEO + 1])
def test_a_description_of_another_recording_is_not_used(tmp_path, other):
    path = tmp_path / "rec.npy"
    save_video(path, VIDEO, 500)
    np.save(path, other)
    with pytest.warns(UserWarning, match=r"rec\.npy\.json is damaged or describes another recording, so it is ignored"):
        assert load_metadata(path) == {}
    np.save(path, VIDEO.astype(">u2"))  # the same values
    assert load_metadata(path) == {"fps": 500}


def test_a_damaged_description_is_not_used(tmp_path):
    path = tmp_path / "rec.npy"
    save_video(path, VIDEO, 500)
    described(path).write_bytes(described(path).read_bytes()[:-9])
    with pytest.warns(UserWarning, match="is damaged"):
        assert load_metadata(path) == {}
