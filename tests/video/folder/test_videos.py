"""Folders of a miniscope: parts of a video, and the times of its frames."""

from itertools import pairwise

import numpy as np
import pytest

from optimap import ArgumentError
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((11, 16, 16), "u1")
STARTS = (0, 4, 8, 11)


def write(folder, pattern="{}.avi", first=0, times=None, name="timeStamps.csv"):
    folder.mkdir(exist_ok=True)
    for i, (start, stop) in enumerate(pairwise(STARTS)):
        makers.encoded(folder / pattern.format(i + first), VIDEO[start:stop])
    if times is not None:
        rows = "".join(f"{i},{t},{i % 3}\n" for i, t in enumerate(times))
        (folder / name).write_text(f"Frame Number,Time Stamp (ms),Buffer Index\n{rows}")
    return folder


def test_parts_in_natural_order_with_their_times(tmp_path):
    times = 7 + 20 * np.arange(11)
    with open_video(write(tmp_path / "rec", first=9, times=times)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_array_equal(recording[10:1:-4, 3:5], VIDEO[10:1:-4, 3:5])
        np.testing.assert_allclose(recording.times, times / 1000)
        assert recording.fps == pytest.approx(50)
        assert recording.metadata["files"] == "3"


def test_a_dropped_frame_means_no_rate(tmp_path):
    times = np.r_[20 * np.arange(5), 20 * np.arange(8, 14)]
    with open_video(write(tmp_path / "rec", times=times)) as recording:
        assert recording.fps is None
        np.testing.assert_allclose(recording.times, times / 1000)


@pytest.mark.parametrize("times", [[1, 2, 3], [0] * 11, [*range(10), "x"], []], ids=repr)
def test_times_that_do_not_fit_are_not_used_and_that_is_noted(tmp_path, times):
    with open_video(write(tmp_path / "rec", times=times)) as recording:
        assert (recording.times, recording.fps) == (None, 25)
        assert recording.metadata["timeStamps.csv"].startswith("not used, because it holds")
        assert len(recording) == 11


def test_without_times_the_rate_is_that_of_the_video(tmp_path):
    with open_video(write(tmp_path / "rec")) as recording:
        assert (recording.times, recording.fps) == (None, 25)


def test_older_folders_hold_the_videos_of_two_cameras(tmp_path):
    folder = write(tmp_path / "rec", "msCam{}.avi", first=1)
    write(folder, "behavCam{}.avi", first=1)
    makers.encoded(folder / "behavCam3.avi", VIDEO[8:10])
    rows = [
        f"{camera}\t{i + 1}\t{10 * i + camera}\t1" for i in range(11) for camera in (0, 1) if (camera, i) != (1, 10)
    ]
    (folder / "timestamp.dat").write_text("camNum\tframeNum\tsysClock\tbuffer\n" + "\n".join(rows) + "\n")
    text = r"has 2 channels \(behavCam, msCam\): choose one with channel="
    check_error(lambda: open_video(folder), ArgumentError, "path", text)
    with open_video(folder, channel="msCam") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_allclose(recording.times, np.arange(11) / 100)
    with open_video(folder, channel="behavCam") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[:10])
        np.testing.assert_allclose(recording.times, np.arange(10) / 100 + 0.001)


def test_a_missing_video_is_a_gap_of_its_length(tmp_path):
    folder = write(tmp_path / "rec")
    (folder / "1.avi").unlink()
    kept = [0, 1, 2, 3, 8, 9, 10]
    with open_video(folder, allow_gaps=True) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[kept])
        np.testing.assert_allclose(recording.times, np.array(kept) / 25)
        assert recording.fps is None
    rows = "".join(f"{i},{100 * i},0\n" for i in range(11))
    (folder / "timeStamps.csv").write_text("Frame Number,Time Stamp (ms),Buffer Index\n" + rows)
    with open_video(folder, allow_gaps=True) as recording:
        np.testing.assert_allclose(recording.times, np.array(kept) / 10)
        assert recording.irregularity == "1 gap, after frame 3: 500 ms instead of 100 ms"


def test_a_missing_part(tmp_path):
    folder = write(tmp_path / "rec")
    (folder / "1.avi").unlink()
    check_error(lambda: open_video(folder), ArgumentError, "path", r"lacks 1\.avi: .*allow_gaps=True")
    np.testing.assert_array_equal(load_video(folder, allow_gaps=True), VIDEO[[0, 1, 2, 3, 8, 9, 10]])


def test_other_videos_are_recordings_of_their_own(tmp_path):
    for name in ("sinus", "pacing"):
        makers.encoded(tmp_path / f"{name}.avi", VIDEO)
    error = check_error(lambda: open_video(tmp_path), ArgumentError, "path", "names differ in more than a number")
    assert str(tmp_path / "*.avi") in error.cure


@pytest.mark.parametrize("option", [{"axes": "TYX"}, {"z": 0}])
def test_options_that_video_does_not_have(tmp_path, option):
    folder = write(tmp_path / "rec")
    check_error(lambda: open_video(folder, **option), ArgumentError, next(iter(option)), "cannot be used for video")


@pytest.mark.parametrize("name", ["9.avi", "10.avi", "11.avi"])
def test_any_part_opens_the_recording_if_times_lie_next_to_it(tmp_path, name):
    folder = write(tmp_path / "rec", first=9, times=20 * np.arange(11))
    (folder / "._9.avi").write_bytes(b"litter")
    with open_video(folder / name) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_allclose(recording.times, np.arange(11) / 50)
        assert (recording.path.name, recording.metadata["files"]) == (name, "3")
    if name != "10.avi":
        (folder / "10.avi").unlink()
        text = rf"10\.avi is missing: copy it next to {name}, since"
        check_error(lambda: open_video(folder / name), FileNotFoundError, "path", text)


def test_any_part_of_the_wanted_camera(tmp_path):
    folder = write(tmp_path / "rec", "msCam{}.avi", first=1)
    write(folder, "behavCam{}.avi", first=1)
    rows = [f"0\t{i + 1}\t{10 * i}\t1" for i in range(11)]
    (folder / "timestamp.dat").write_text("camNum\tframeNum\tsysClock\tbuffer\n" + "\n".join(rows) + "\n")
    with open_video(folder / "msCam2.avi") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.fps == pytest.approx(100)


def test_as_many_times_of_two_cameras(tmp_path):
    folder = write(tmp_path / "rec", "msCam{}.avi", first=1)
    rows = [f"{camera}\t{i + 1}\t{10 * i + camera}\t1" for i in range(11) for camera in (0, 1)]
    (folder / "timestamp.dat").write_text("camNum\tframeNum\tsysClock\tbuffer\n" + "\n".join(rows) + "\n")
    with open_video(folder) as recording:
        assert recording.times is None
        assert recording.metadata["timestamp.dat"] == "not used, because it holds as many times of two cameras"
    (folder / "timestamp.dat").write_text("camNum\tframeNum\tsysClock\tbuffer\n" + "\n".join(rows[:15]) + "\n")
    with open_video(folder) as recording:
        assert recording.metadata["timestamp.dat"] == "not used, because it holds 8 and 7 times for 11 frames"


def test_numbers_alone_do_not_make_parts(tmp_path):
    folder = write(tmp_path / "rec")
    np.testing.assert_array_equal(load_video(folder / "1.avi"), VIDEO[4:8])


def test_a_single_video_with_its_times(tmp_path):
    makers.encoded(tmp_path / "0.avi", VIDEO)
    (tmp_path / "timeStamps.csv").write_text(
        "Frame Number,Time Stamp (ms)\n" + "".join(f"{i},{4 * i}\n" for i in range(11))
    )
    with open_video(tmp_path / "0.avi") as recording:
        assert (recording.fps, len(recording)) == (pytest.approx(250), 11)
    (tmp_path / "timeStamps.csv").write_text("Frame Number,Time Stamp (ms)\n0,0\n")
    with open_video(tmp_path / "0.avi") as recording:
        assert (recording.fps, "files" in recording.metadata) == (25, False)


def test_a_clock_that_begins_before_zero(tmp_path):
    folder = write(tmp_path / "rec", "msCam{}.avi", first=1)
    rows = [f"0\t{i + 1}\t{10 * i if i else 2**32 - 3}\t1" for i in range(11)]
    (folder / "timestamp.dat").write_text("camNum\tframeNum\tsysClock\tbuffer\n" + "\n".join(rows) + "\n")
    with open_video(folder) as recording:
        np.testing.assert_allclose(recording.times, [-0.003, *(np.arange(1, 11) / 100)])


def test_a_folder_around_the_videos(tmp_path):
    folder = write(tmp_path / "My_V4_Miniscope")
    error = check_error(lambda: open_video(tmp_path), ArgumentError, "path", "give a folder inside it, such as")
    assert error.cure.endswith(str(folder))
