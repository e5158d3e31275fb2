"""One file of a recording in several files: what is opened, and what is said."""

import warnings

import numpy as np
import pytest

from optimap._base import Advice
from optimap.video import load_video, open_video
from tests import makers

VIDEO = makers.random_video((11, 16, 16), "u1")


def miniscope(folder, pattern="{}.avi", times="timeStamps.csv"):
    folder.mkdir()
    for i, start in enumerate((0, 4, 8)):
        makers.encoded(folder / pattern.format(i), VIDEO[start : start + 4])
    if times == "timeStamps.csv":
        rows = "".join(f"{i},{20 * i},0\n" for i in range(11))
        (folder / times).write_text(f"Frame Number,Time Stamp (ms),Buffer Index\n{rows}")
    elif times is not None:
        rows = "".join(f"0\t{i + 1}\t{20 * i}\t1\n" for i in range(11))
        (folder / times).write_text(f"camNum\tframeNum\tsysClock\tbuffer\n{rows}")
    return folder


@pytest.mark.parametrize("pattern", ["{}.avi", "msCam{}.avi"])
@pytest.mark.parametrize("times", ["timeStamps.csv", "timestamp.dat"])
@pytest.mark.parametrize("number", [0, 2])
def test_any_video_of_a_miniscope_is_the_whole_recording(tmp_path, pattern, times, number):
    folder = miniscope(tmp_path / "rec", pattern, times)
    with open_video(folder / pattern.format(number)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_allclose(recording.times, np.arange(11) * 0.02)


def test_a_video_without_times_next_to_it_is_read_alone(tmp_path):
    folder = miniscope(tmp_path / "rec", times=None)
    np.testing.assert_array_equal(load_video(folder / "1.avi"), VIDEO[4:8])


def parts(folder, lengths, name="rec_{:03d}.tif"):
    folder.mkdir()
    start, paths = 0, []
    for i, length in enumerate(lengths):
        paths.append(makers.tiff(folder / name.format(i + 1), makers.random_video((length, 8, 9), seed=i)))
        start += length
    return paths


def test_a_file_that_looks_like_a_part_is_read_alone_with_a_warning_that_works(tmp_path):
    paths = parts(tmp_path / "cut", (50, 50, 20))
    with pytest.warns(Advice, match=r"rec_002\.tif is read alone, .* 3 parts of a recording, rec_001.tif to rec_003"):
        assert len(load_video(paths[1])) == 50
    with warnings.catch_warnings(action="error"):
        assert len(load_video(tmp_path / "cut")) == 120


@pytest.mark.parametrize("lengths", [(50, 50, 50), (50, 20, 50), (20, 50), (50, 60), (50,), (1, 1, 1)])
def test_recordings_of_their_own_are_read_without_a_word(tmp_path, lengths):
    paths = parts(tmp_path / "day", lengths)
    assert [len(load_video(path)) for path in paths] == list(lengths)


def test_a_missing_number_makes_them_recordings_of_their_own(tmp_path):
    paths = parts(tmp_path / "day", (50, 50, 50, 20))
    paths[1].unlink()
    assert len(load_video(paths[0])) == 50
