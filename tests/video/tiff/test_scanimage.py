"""Files of ScanImage: interleaved channels, volumes, signed pixels, the frame rate."""

import numpy as np
import pytest
import tifffile

from optimap import ArgumentError
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

PAGES = makers.random_video((12, 5, 6), "i2")
RATE = {"hRoiManager.scanFrameRate": 29.97, "hRoiManager.scanVolumeRate": 7.5}
TWO = {"hChannels.channelSave": "[1;3]"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec_00001.tif"


@pytest.mark.parametrize("bigtiff", [True, False])
def test_one_channel(path, bigtiff):
    writers.scanimage(path, PAGES, RATE | {"hChannels.channelSave": 1}, bigtiff=bigtiff)
    with open_video(path) as recording:
        assert (recording.fps, recording.dtype) == (29.97, np.int16)
        assert recording[:].min() < 0
        np.testing.assert_array_equal(recording[:], PAGES)


def test_interleaved_channels(path):
    writers.scanimage(path, PAGES, RATE | TWO)
    text = r"has 2 channels \(channel 1, channel 3\): choose one with channel=, from 0 to 1"
    check_error(lambda: open_video(path), ArgumentError, "path", text)
    with open_video(path, channel=1) as recording:
        np.testing.assert_array_equal(recording[:], PAGES[1::2])
        assert recording.fps == 29.97
    np.testing.assert_array_equal(load_video(path, channel="channel 1"), PAGES[::2])


def test_volumes_without_the_pages_while_the_focus_moves_back(path):
    fast = {"hFastZ.enable": "true", "hStackManager.numSlices": 2, "hFastZ.numDiscardFlybackFrames": 1}
    writers.scanimage(path, PAGES, RATE | fast | {"hChannels.channelSave": "[1 2]"})
    check_error(lambda: open_video(path, channel=0), ArgumentError, "path", r"has 2 planes: choose one with z=")
    with open_video(path, channel=1, z=1) as recording:
        np.testing.assert_array_equal(recording[:], PAGES.reshape(2, 3, 2, 5, 6)[:, 1, 1])
        assert recording.fps == 7.5


def test_planes_recorded_one_after_the_other(path):
    slow = {"hStackManager.enable": "true", "hStackManager.actualNumSlices": 3, "hStackManager.framesPerSlice": 4}
    writers.scanimage(path, PAGES, RATE | slow)
    with open_video(path, z=2) as recording:
        np.testing.assert_array_equal(recording[:], PAGES[8:])
        assert recording.fps == 29.97


def test_averaged_frames(path):
    writers.scanimage(path, PAGES, RATE | {"hScan2D.logAverageFactor": 3})
    with open_video(path) as recording:
        assert recording.fps == pytest.approx(9.99)


@pytest.mark.parametrize("noted", ["0", "-30", "NaN", "Inf", "[]", "fast", ""])
def test_rates_of_no_use(path, noted):
    writers.scanimage(path, PAGES, {"hRoiManager.scanFrameRate": noted})
    with open_video(path) as recording:
        assert recording.fps is None


def test_a_recording_that_ends_within_a_frame(path):
    writers.scanimage(path, PAGES[:11], RATE | TWO)
    text = r"holds 11 pages, which are not whole steps of 2 channels: read its pages .* with axes='TYX'"
    assert check_error(lambda: open_video(path), ArgumentError, "path", text).keyword == "axes"
    np.testing.assert_array_equal(load_video(path, axes="TYX"), PAGES[:11])


# --- acquisitions in several files -----------------------------------------------------------------------------------


def write_parts(folder, lengths, settings=None):
    paths, first = [], 1
    for i, length in enumerate(lengths):
        path = folder / f"rec_00001_{i + 1:05d}.tif"
        writers.scanimage(path, PAGES[first - 1 : first - 1 + length], settings or RATE, first=first)
        paths.append(path)
        first += length
    return paths


@pytest.mark.parametrize("number", [0, 1, 2])
def test_any_part_opens_the_acquisition(tmp_path, number):
    paths = write_parts(tmp_path, (4, 4, 4))
    with open_video(paths[number]) as recording:
        np.testing.assert_array_equal(recording[:], PAGES)
        np.testing.assert_array_equal(recording[10:2:-3], PAGES[10:2:-3])
        assert (recording.fps, recording.metadata["files"]) == (29.97, "3")
    np.testing.assert_array_equal(load_video(tmp_path), PAGES)


def test_channels_in_several_files(tmp_path):
    paths = write_parts(tmp_path, (4, 6, 2), RATE | TWO)
    check_error(lambda: open_video(paths[1]), ArgumentError, "path", r"2 channels \(channel 1, channel 3\): choose one")
    np.testing.assert_array_equal(load_video(paths[1], channel=1), PAGES[1::2])


def test_a_missing_part_is_named(tmp_path):
    paths = write_parts(tmp_path, (4, 4, 4))
    paths[0].unlink()
    text = r"rec_00001_00001\.tif is missing: copy it next to rec_00001_00003\.tif, which"
    check_error(lambda: open_video(paths[2]), FileNotFoundError, "path", text)
    paths[1].unlink()
    check_error(lambda: open_video(paths[2]), FileNotFoundError, "path", r"rec_00001_00002\.tif is missing")


def test_acquisitions_of_their_own(tmp_path):
    writers.scanimage(tmp_path / "rec_00001.tif", PAGES[:4], RATE)
    writers.scanimage(tmp_path / "rec_00002.tif", PAGES[4:], RATE)
    np.testing.assert_array_equal(load_video(tmp_path / "rec_00001.tif"), PAGES[:4])
    np.testing.assert_array_equal(load_video(tmp_path / "rec_00002.tif"), PAGES[4:])


def test_a_part_that_does_not_follow(tmp_path):
    writers.scanimage(tmp_path / "rec_00001.tif", PAGES[:4], RATE)
    writers.scanimage(tmp_path / "rec_00002.tif", PAGES[4:], RATE, first=7)
    text = r"rec_00001\.tif does not end where rec_00002\.tif begins, at frame 7"
    check_error(lambda: open_video(tmp_path / "rec_00002.tif"), ArgumentError, "path", text)


def test_a_part_that_is_missing_in_the_middle(tmp_path):
    paths = write_parts(tmp_path, (4, 4, 4))
    paths[1].unlink()
    text = r"rec_00001_00002\.tif is missing: copy it next to rec_00001_00003\.tif, which begins at frame 9"
    check_error(lambda: open_video(paths[0]), FileNotFoundError, "path", text)
    writers.scanimage(paths[2], PAGES[:4], RATE)  # an acquisition of its own
    np.testing.assert_array_equal(load_video(paths[0]), PAGES[:4])


def test_a_folder_without_the_first_part(tmp_path):
    paths = write_parts(tmp_path, (4, 4, 4))
    paths[0].unlink()
    text = r"rec_00001_00001\.tif is missing: copy it next to rec_00001_00002\.tif"
    check_error(lambda: open_video(tmp_path), FileNotFoundError, "path", text)
    np.testing.assert_array_equal(load_video(tmp_path, allow_gaps=True), PAGES[4:])


def test_a_folder_of_acquisitions(tmp_path):
    for number in (1, 2):
        writers.scanimage(tmp_path / f"rec_{number:05d}.tif", PAGES[:4], RATE)
    text = r"holds rec_00001\.tif, an acquisition in 1 file, and rec_00002\.tif: give one of its files, .*\*\.tif"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


# --- version 3 -------------------------------------------------------------------------------------------------------


def write_version_3(path, **settings):
    known = {"frameRate": 3.9, "numberOfChannelsSave": 2, "savingChannel1": 1, "savingChannel2": 0, "savingChannel3": 1}
    lines = ["state.configPath='C:\\imaging'", "state.software.version=3.8"]
    lines += [f"state.acq.{name}={value}" for name, value in (known | settings).items()]
    with tifffile.TiffWriter(path) as writer:
        for page in PAGES:
            writer.write(page, photometric="minisblack", metadata=None, description="\r".join(lines), contiguous=False)


def test_channels_of_version_3(path):
    write_version_3(path, numberOfZSlices=1)
    text = r"has 2 channels \(channel 1, channel 3\): choose one with channel=, from 0 to 1"
    check_error(lambda: open_video(path), ArgumentError, "path", text)
    with open_video(path, channel="channel 3") as recording:
        assert recording.fps == 3.9
        assert recording.metadata["state.configPath"] == "C:\\imaging"
        np.testing.assert_array_equal(recording[:], PAGES[1::2])


@pytest.mark.parametrize(
    ("settings", "rate"),
    [({"numAvgFramesSave": 3}, 1.3), ({"averaging": 1, "numberOfFrames": 2}, 1.95), ({"averaging": 0}, 3.9)],
)
def test_rates_of_version_3(path, settings, rate):
    write_version_3(path, numberOfChannelsSave=1, savingChannel3=0, **settings)
    with open_video(path) as recording:
        assert (recording.fps, len(recording)) == (pytest.approx(rate), 12)


def test_planes_of_version_3(path):
    write_version_3(path, numberOfZSlices=3)
    with open_video(path, channel=1, z=1) as recording:
        np.testing.assert_array_equal(recording[:], PAGES[5:8:2])


# --- versions 4 and 5 ------------------------------------------------------------------------------------------------


def write_version_4(path, version="SI4", **settings):
    known = {"channelsSave": 1, "scanFrameRate": 30, "stackNumSlices": 1} | settings
    text = "\n".join(f"scanimage.{version}.{name} = {value}" for name, value in known.items())
    with tifffile.TiffWriter(path) as writer:
        for page in PAGES:
            writer.write(page, photometric="minisblack", metadata=None, description=text, contiguous=False)


@pytest.mark.parametrize("version", ["SI4", "SI5"])
def test_volumes_of_versions_4_and_5(path, version):
    fast = {"fastZEnable": 1, "stackNumSlices": 3, "fastZDiscardFlybackFrames": 1, "fastZNumDiscardFrames": 1}
    write_version_4(path, version, **fast)
    check_error(lambda: open_video(path), ArgumentError, "path", r"has 3 planes: choose one with z=, from 0 to 2")
    with open_video(path, z=2) as recording:
        np.testing.assert_array_equal(recording[:], PAGES[2::4])
        assert recording.fps == 7.5


def test_volumes_without_flyback_and_slow_stacks_of_version_4(path):
    write_version_4(path, fastZEnable=1, stackNumSlices=2, channelsSave="[1;4]", fastZNumDiscardFrames=1)
    with open_video(path, z=1, channel="channel 4") as recording:
        np.testing.assert_array_equal(recording[:], PAGES[3::4])
        assert recording.fps == 15
    write_version_4(path, fastZEnable=0, stackNumSlices=3)
    with open_video(path, z=1) as recording:
        np.testing.assert_array_equal(recording[:], PAGES[4:8])
        assert recording.fps == 30
