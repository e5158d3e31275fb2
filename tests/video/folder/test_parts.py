"""One video of a recording in several files: what is opened, and what is said. For TIFF, see `tests/video/tiff`."""

import numpy as np
import pytest

from optimap._base import ArgumentError, MissingFileError
from optimap.video import load_video, open_video
from optimap.video.folder.parts import find_row
from tests import makers
from tests.errors import check_error

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


@pytest.mark.parametrize("parts", [False, "false", 0])
def test_a_video_of_a_miniscope_is_read_alone_if_asked(tmp_path, parts):
    folder = miniscope(tmp_path / "rec")
    np.testing.assert_array_equal(load_video(folder / "1.avi", parts=parts), VIDEO[4:8])


def test_videos_in_a_row_are_one_if_asked(tmp_path):
    folder = miniscope(tmp_path / "rec", times=None)
    with open_video(folder / "1.avi", parts=True) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert [file.name for file in recording.files] == ["0.avi", "1.avi", "2.avi"]
    (folder / "1.avi").unlink()
    error = check_error(
        lambda: open_video(folder / "2.avi", parts=True), MissingFileError, "path", r"1\.avi is missing"
    )
    assert error.keyword == "parts"
    np.testing.assert_array_equal(load_video(folder / "2.avi", parts=False), VIDEO[8:])


def test_a_single_video_has_no_parts(tmp_path):
    path = makers.encoded(tmp_path / "rec.avi", VIDEO)
    check_error(lambda: open_video(path, parts=True), ArgumentError, "parts", "differs from it in its number alone")
    check_error(lambda: open_video(path, parts="perhaps"), ArgumentError, "parts", "True or False", "perhaps")


@pytest.mark.parametrize(("mark", "comma"), [(",", "."), (";", ","), (";", "."), ("\t", ","), ("\t", ".")])
def test_times_as_spreadsheets_write_them_in_any_country(tmp_path, mark, comma):
    folder = miniscope(tmp_path / "rec")
    rows = [f"{i}{mark}{str(20.5 * i).replace('.', comma)}{mark}0" for i in range(11)]
    text = "\n".join([mark.join(["Frame Number", "Time Stamp (ms)", "Buffer Index"]), *rows])
    (folder / "timeStamps.csv").write_text(text)
    with open_video(folder / "1.avi") as recording:
        np.testing.assert_allclose(recording.times, np.arange(11) * 0.0205)


def test_a_number_of_many_digits_is_no_part(tmp_path):
    for name in ("rec_1.tif", "rec_2.tif", "rec_99999999999999999999.tif"):
        makers.tiff(tmp_path / name, makers.random_video((3, 4, 5)))
    row = find_row(tmp_path / "rec_1.tif")
    assert (row.missing, row.absent) == (tmp_path / "rec_3.tif", 10**20 - 4)
    assert open_video(tmp_path / "rec_1.tif").shape == (3, 4, 5)
