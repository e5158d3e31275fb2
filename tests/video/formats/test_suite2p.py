"""suite2p's frames, written by NumPy as suite2p writes them."""

import datetime
import os
import pathlib

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6), "<i2")


@pytest.mark.parametrize("name", ["data.bin", "data_raw.bin", "data_chan2.bin", "DATA.BIN"])
def test_values_size_and_rate(tmp_path, name):
    path = makers.suite2p(tmp_path / name, VIDEO)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps, recording.is_mapped) == ("suite2p", 30.0, True)
    assert load_metadata(path) == {"fps": 30.0, "Ly": 5, "Lx": 6, "nframes": 7, "fs": 30.0, "nplanes": 1}


def test_newer_versions_have_two_files(tmp_path):
    path = makers.suite2p(tmp_path / "data.bin", VIDEO)
    (tmp_path / "ops.npy").unlink()
    np.save(tmp_path / "db.npy", {"Ly": 5, "Lx": 6, "nframes": 7})
    with open_video(path) as recording:
        assert (recording.shape, recording.fps) == ((7, 5, 6), None)
    np.save(tmp_path / "settings.npy", {"fs": 12.5, "Ly": 99})
    with open_video(path) as recording:
        assert (recording.shape, recording.fps) == ((7, 5, 6), 12.5)


@pytest.mark.parametrize("fs", [0, None, "fast", np.nan, np.array([1, 2])])
def test_a_rate_of_no_use(tmp_path, fs):
    with open_video(makers.suite2p(tmp_path / "data.bin", VIDEO, fs=fs)) as recording:
        assert recording.fps is None


def test_the_number_of_frames_may_be_missing(tmp_path):
    path = makers.suite2p(tmp_path / "data.bin", VIDEO, nframes=None)
    np.testing.assert_array_equal(load_video(path), VIDEO)
    makers.keep(path, -1)
    check_error(lambda: open_video(path), ValueError, "path", r"data\.bin is truncated \(frames of 6 x 5 pixels", path)


@pytest.mark.parametrize(
    ("extra", "state"), [(-60, "truncated"), (-1, "truncated"), (60, "longer than its header says")]
)
def test_another_number_of_frames(tmp_path, extra, state):
    path = makers.suite2p(tmp_path / "data.bin", VIDEO)
    raw = path.read_bytes()
    path.write_bytes(raw + bytes(extra) if extra > 0 else raw[:extra])
    match = (
        rf"data\.bin is {state} \(7 frames of 6 x 5 pixels by ops\.npy need 420 bytes, but the file has {420 + extra}\)"
    )
    check_error(lambda: open_video(path), ValueError, "path", match, path)


@pytest.mark.parametrize("settings", [{"Lx": 6}, {"Ly": 5, "Lx": 0}, {"Ly": "five", "Lx": 6}, {"Ly": 5.5, "Lx": 6}])
def test_no_size(tmp_path, settings):
    path = makers.suite2p(tmp_path / "data.bin", VIDEO)
    np.save(tmp_path / "ops.npy", settings)
    check_error(lambda: open_video(path), ValueError, "path", r"ops\.npy does not state the size of a frame \(Ly, Lx\)")


def test_settings_that_are_none(tmp_path):
    path = makers.suite2p(tmp_path / "data.bin", VIDEO)
    np.save(tmp_path / "ops.npy", np.array([{}, {}], object))
    check_error(lambda: open_video(path), ValueError, "path", r"ops\.npy does not hold the settings of suite2p")
    np.save(tmp_path / "ops.npy", np.arange(3))
    check_error(lambda: open_video(path), ValueError, "path", r"ops\.npy cannot be read as a \.npy file of objects")
    makers.keep(tmp_path / "ops.npy", 50)
    check_error(lambda: open_video(path), ValueError, "path", r"ops\.npy cannot be read as a \.npy file of objects")


class Bad:
    """Makes a folder when Python loads it."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_settings_do_not_run_code(tmp_path):
    path = makers.suite2p(tmp_path / "data.bin", VIDEO, tau=Bad(tmp_path / "made"))
    check_error(lambda: open_video(path), ValueError, "path", r"ops\.npy asks for \w+\.mkdir when it is opened")
    assert not (tmp_path / "made").exists()


def test_settings_of_every_kind_that_suite2p_saves(tmp_path):
    others = {
        "date_proc": datetime.datetime(2026, 1, 2, 3, 4, 5, 6),
        "save_path": pathlib.Path("a", "b"),
        "classifier_path": pathlib.PureWindowsPath("C:/a"),
        "meanImg": np.ones((5, 6), "f4"),
        "yrange": [0, 5],
        "diameter": np.array([12.0, 12.0]),
        "frames_per_folder": np.array([7], np.int32),
        "badframes": np.zeros(7, bool),
        "filelist": ["a.tif", "b.tif"],
        "timing": {"registration": 1.5, "none": None},
    }
    path = makers.suite2p(tmp_path / "data.bin", VIDEO, Ly=np.int64(5), fs=np.float64(30), tau=np.array(0.7), **others)
    with open_video(path) as recording:
        assert (recording.shape, recording.fps) == ((7, 5, 6), 30.0)
        assert recording.metadata["tau"] == 0.7


@pytest.mark.parametrize("name", ["fs", "tau", "nplanes"])
@pytest.mark.parametrize("depth", [28, 70])
def test_a_setting_that_stands_for_many_values_is_not_used(tmp_path, name, depth):
    value = [1, 1]
    for _ in range(depth):
        value = [value, value]
    with open_video(makers.suite2p(tmp_path / "data.bin", VIDEO, **{name: value})) as recording:
        assert name not in recording.metadata
        assert recording.fps == (None if name == "fs" else 30.0)


@pytest.mark.parametrize("name", ["Ly", "nframes"])
def test_a_size_that_stands_for_many_values_is_not_known(tmp_path, name):
    path = makers.suite2p(tmp_path / "data.bin", VIDEO, **{name: range(10**9)})
    if name == "Ly":
        check_error(lambda: open_video(path), ValueError, "path", "does not state the size of a frame", path)
    else:
        assert load_video(path).shape == VIDEO.shape


def test_without_settings_or_with_a_shape_it_is_raw_binary(tmp_path):
    path = makers.suite2p(tmp_path / "data.bin", VIDEO)
    assert load_video(path, shape=(7, 5, 6), dtype="i2").dtype == "i2"
    (tmp_path / "ops.npy").unlink()
    check_error(lambda: open_video(path), ValueError, "path", "is read as raw binary")
