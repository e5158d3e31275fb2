"""Nikon ND2 files, written byte by byte."""

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.nd2_maker import nd2

VIDEO = makers.random_video((7, 5, 6))
REGULAR = 2.0 * np.arange(7)  # ms


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.nd2"


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
@pytest.mark.parametrize("lossless", [False, True])
def test_values_rate_and_pixel_size(path, dtype, lossless):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(nd2(path, video, times=REGULAR, lossless=lossless)) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        np.testing.assert_array_equal(recording[5:1:-2, 2, 1:], video[5:1:-2, 2, 1:])
        assert (recording.format, recording.fps, recording.pixel_size) == ("Nikon ND2", 500.0, 0.0005)
        assert (recording.axes, recording.axes_source) == ("TYX", "stated in the file")
        np.testing.assert_allclose(recording.times, REGULAR / 1000)
        assert recording.is_mapped == (not lossless)


def test_planes_at_irregular_distances_are_read_one_by_one(path):
    nd2(path, VIDEO, gap_before=4)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert not recording.is_mapped


def test_the_same_values_as_the_package(path):
    import nd2 as package

    with package.ND2File(nd2(path, VIDEO)) as file:
        np.testing.assert_array_equal(load_video(path), file.asarray())


def test_jitter_of_times_gives_the_stated_rate(path):
    times = REGULAR + np.array([0.2, -0.3, 0.1, 0, -0.2, 0.3, 0.1])
    with open_video(nd2(path, VIDEO, times=times)) as recording:
        assert recording.fps == 500.0


def test_dropped_frames_leave_no_rate(path):
    times = np.r_[0, 2, 4, 56, 58, 60, 62]
    with open_video(nd2(path, VIDEO, times=times)) as recording:
        assert recording.fps is None
        np.testing.assert_allclose(recording.times, times / 1000)


@pytest.mark.parametrize(("period", "fps"), [(4.0, 250.0), (0.0, None), (-1.0, None)])
def test_without_times_the_period_gives_the_rate(path, period, fps):
    with open_video(nd2(path, VIDEO, period=period)) as recording:
        assert (recording.fps, recording.times) == (fps, None)


def test_times_of_some_frames_are_not_used(path):
    with open_video(nd2(path, VIDEO, times=REGULAR[:4])) as recording:
        assert (recording.fps, recording.times) == (500.0, None)


def test_without_calibration_the_pixel_size_is_not_known(path):
    with open_video(nd2(path, VIDEO, calibration=0.0)) as recording:
        assert recording.pixel_size is None


def test_channels(path):
    both = makers.random_video((7, 2, 5, 6))
    nd2(path, both, channels=("GCaMP", "di-4-ANEPPS"))
    for channel, number in [(0, 0), (1, 1), ("GCaMP", 0), ("di-4-ANEPPS", 1)]:
        with open_video(path, channel=channel) as recording:
            np.testing.assert_array_equal(recording[:], both[:, number])
            assert recording.axes == "TCYX"
    assert load_metadata(path, channel=1)["channel"] == "di-4-ANEPPS"
    match = r"has 2 channels \(GCaMP, di-4-ANEPPS\): choose one with channel=, from 0 to 1"
    assert check_error(lambda: open_video(path), ValueError, "path", match, path).keyword == "channel"
    check_error(lambda: open_video(path, channel=2), ValueError, "channel", "give a number from 0 to 1", 2)


def test_depths_and_positions(path):
    video = makers.random_video((7, 2, 3, 5, 6))
    times = np.arange(42.0)
    nd2(path, video[:, :, :, np.newaxis], "TPZ", times=times)
    for position, number in [(0, 0), (1, 1), ("pos 1", 1)]:
        with open_video(path, position=position, z=2) as recording:
            np.testing.assert_array_equal(recording[:], video[:, number, 2])
            np.testing.assert_allclose(recording.times, times.reshape(7, 2, 3)[:, number, 2] / 1000)
    match = r"has 2 positions \(pos 0, pos 1\): choose one with position=, from 0 to 1"
    assert check_error(lambda: open_video(path, z=0), ValueError, "path", match, path).keyword == "position"
    match = r"has 3 planes: choose one with z=, from 0 to 2"
    assert check_error(lambda: open_video(path, position=0), ValueError, "path", match, path).keyword == "z"
    check_error(lambda: open_video(path, position="pos 2", z=0), ValueError, "position", "give a number from 0 to 1")


def test_time_may_be_the_inner_loop(path):
    video = makers.random_video((2, 7, 1, 5, 6))
    nd2(path, video, "PT")
    np.testing.assert_array_equal(load_video(path, position=1), video[1, :, 0])


def test_a_single_image(path):
    nd2(path, VIDEO[0][np.newaxis], "")
    np.testing.assert_array_equal(load_video(path), VIDEO[:1])


def test_a_recording_that_was_stopped_ends_with_its_last_frame(path):
    nd2(path, VIDEO, planned=100, times=REGULAR)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.metadata == {"stopped": "after 7 of 100 frames"}
        assert recording.fps == 500.0


def test_a_gap_is_an_error(path):
    nd2(path, VIDEO, recorded=[0, 1, 2, 4, 5, 6])
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.nd2 lacks frame 3 of 7 frames", path)
    nd2(path, VIDEO, recorded=[])
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.nd2 lacks frame 0 of 7 frames", path)


def test_colour_is_an_error(path):
    nd2(path, makers.random_video((7, 3, 5, 6)), components=3)
    check_error(lambda: open_video(path), ValueError, "path", r"is a colour recording of shape \(7, 5, 6, 3\)", path)


def test_other_loops_are_an_error(path):
    nd2(path, VIDEO, "U")
    match = "has loops of another kind than time, position and depth .*: export the recording as TIFF"
    check_error(lambda: open_video(path), ValueError, "path", match, path)


def test_damaged_pixels_of_a_compressed_frame(path):
    nd2(path, VIDEO, lossless=True)
    whole = path.read_bytes()
    place = whole.index(b"ImageDataSeq|3!") + 4072 + 8
    path.write_bytes(whole[:place] + bytes(20) + whole[place + 20 :])
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[2], VIDEO[2])
        check_error(lambda: recording[3], ValueError, "path", "cannot be read as ND2 at frame 3", path)


@pytest.mark.parametrize("kept", [0, 3, 111, 5000, 20000, -1, -40])
def test_truncated(path, kept):
    nd2(path, VIDEO)
    makers.keep(path, kept)
    check_error(
        lambda: open_video(path), ValueError, "path", r"rec\.nd2 cannot be read as ND2 and may be truncated", path
    )


@pytest.mark.parametrize("name", [b"ImageAttributes!", b"ImageMetadataSeq|0!"])
def test_missing_headers(path, name):
    nd2(path, VIDEO)
    makers.replace(path, name, b"X" + name[1:])
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.nd2 cannot be read as ND2", path)
