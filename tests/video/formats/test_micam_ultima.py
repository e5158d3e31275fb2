"""MiCAM ULTIMA recordings, written byte by byte."""

import shutil

import numpy as np
import pytest

from optimap.video import load_metadata, open_video
from tests import makers

VIDEO = makers.random_video((7, 5, 6))


@pytest.fixture
def path(tmp_path):
    return makers.micam_ultima(tmp_path, VIDEO)


@pytest.mark.parametrize("name", ["rec.rsh", "rec.rsm", "rec(0).rsd", "rec(2).rsd"])
def test_any_file_opens_it(path, name):
    with open_video(path.with_name(name)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps, recording.pixel_size) == ("MiCAM ULTIMA", 500.0, None)


def test_header_entries(path):
    expected = {"x": "9", "y": "5", "lskp": "2", "rskp": "1", "blk": "3", "page_frames": "7", "fps": 500.0}
    expected |= {"acquisition_date": "2018/02/14 15:22:04", "name": "8*rec(0)", "cmnt": ""}
    assert load_metadata(path).items() >= expected.items()


def test_intensity_is_background_and_difference_without_the_side_columns(tmp_path):
    header = makers.RSH.format(width=4, height=1, left=1, right=1, block=1, frames=1, sample_time="1.0msec")
    (tmp_path / "rec.rsh").write_text(header + "rec(0).rsd\n")
    (tmp_path / "rec.rsm").write_bytes(np.array([9, 100, 40000, 9], "<u2").tobytes())
    (tmp_path / "rec(0).rsd").write_bytes(np.array([5, -2, 30000, 5], "<i2").tobytes())
    with open_video(tmp_path / "rec.rsh") as recording:
        assert recording[:].tolist() == [[[98, 70000 - 65536]]]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 8])
@pytest.mark.parametrize(("left", "right"), [(0, 0), (2, 1), (0, 3)])
def test_blocks_and_side_columns(tmp_path, block, left, right):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, block, left, right)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_array_equal(recording[5:0:-3], VIDEO[5:0:-3])


def test_the_last_block_may_be_full(path):
    # The camera fills the last file up; frames after the recording's end do not count.
    data = path.with_name("rec(2).rsd")
    data.write_bytes(data.read_bytes() + bytes(2 * 2 * 5 * 9))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)


def test_windows_line_ends(tmp_path):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, line_end="\r\n")) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.metadata["name"] == "8*rec(0)"


@pytest.mark.parametrize(
    ("time", "fps"),
    [("  2.0msec", 500), ("0.1msec", 10_000), ("1.0sec", 1), ("200usec", 5000), ("3.0msec", 1000 / 3)],
)
def test_sample_time(tmp_path, time, fps):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, sample_time=time)) as recording:
        assert recording.fps == fps


@pytest.mark.parametrize("time", ["", "2.0", "0.0msec", "2 hours", "msec"])
def test_an_unreadable_sample_time(tmp_path, time):
    with pytest.raises(
        ValueError, match=rf"rec\.rsh has sample_time = '{time}', which is not a time such as '2\.0msec'"
    ):
        open_video(makers.micam_ultima(tmp_path, VIDEO, sample_time=time))


@pytest.mark.parametrize("missing", ["rec.rsm", "rec(0).rsd", "rec(2).rsd"])
def test_a_missing_file_is_named(path, missing):
    path.with_name(missing).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{missing}".replace("(", r"\(").replace(")", r"\)") + " is missing"):
        open_video(path)


@pytest.mark.parametrize("given", ["rec.rsm", "rec(1).rsd"])
def test_a_missing_header(path, given):
    path.unlink()
    with pytest.raises(
        FileNotFoundError, match=r"rec\.rsh is missing|rec\(1\)\.rsd is not listed in any \.rsh header next to it: copy"
    ):
        open_video(path.with_name(given))


@pytest.mark.parametrize("other", ["another.rsh", "zzz.rsh"])
def test_a_damaged_header_of_another_recording_does_no_harm(path, other):
    path.with_name(other).write_text("//x=3")
    with open_video(path.with_name("rec(1).rsd")) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("name", ["rec.rsm", "rec(0).rsd", "rec(2).rsd"])
@pytest.mark.parametrize("kept", [0, 20, -1])
def test_truncated(path, name, kept):
    makers.keep(path.with_name(name), kept)
    with pytest.raises(ValueError, match=r"rec.* is truncated \(.* of 9 x 5 need \d+ bytes, but the file has"):
        open_video(path)


@pytest.mark.parametrize("name", ["rec.rsm", "rec(0).rsd", "rec(2).rsd"])
def test_longer_than_its_header_says(path, name):
    data = path.with_name(name)
    data.write_bytes(data.read_bytes() + bytes(2 * 5 * 9 * 5))
    with pytest.raises(ValueError, match="is longer than its header says"):
        open_video(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rec(2).rsd\n", "", r"lists 1 \.rsm and 2 \.rsd files, but its frames need 1 and 3"),
        ("rec.rsm\n", "", r"lists 0 \.rsm and 3 \.rsd files"),
        ("Data-File-List", "Files", "has no line 'Data-File-List', so it is not a complete header"),
        ("page_frames=7\n", "", "has no entry 'page_frames'"),
        ("/blk=3", "", "has no entry 'blk'"),
        ("/blk=3", "/blk=0", "blk = '0', which is not a positive number"),
        ("lskp=2", "lskp=8", "lskp = 8 and rskp = 1, which leave none of the 9 columns"),
    ],
)
def test_damaged_headers(path, old, new, message):
    makers.replace(path, old.encode(), new.encode())
    with pytest.raises(ValueError, match=rf"rec\.rsh.*{message}"):
        open_video(path)


def test_real_header_and_background(real_data, tmp_path):
    for suffix in (".rsh", ".rsm"):
        shutil.copy(real_data / "micam" / f"rhrd0214-013{suffix}", tmp_path)
    background = np.fromfile(tmp_path / "rhrd0214-013.rsm", "<u2").reshape(100, 128)
    differences = np.random.default_rng(0).integers(-300, 300, (256, 100, 128)).astype("<i2")
    for i in range(8):
        (differences + i).tofile(tmp_path / f"rhrd0214-013({i}).rsd")
    with open_video(tmp_path / "rhrd0214-013.rsh") as recording:
        assert (recording.shape, recording.fps) == ((2048, 100, 100), 500.0)
        assert recording.metadata["acquisition_date"] == "2018/02/14 15:22:04"
        assert recording.metadata["sample_mode"] == "SDIF"
        for frame in (0, 255, 256, 2047):
            expected = background.astype(int) + differences[frame % 256] + frame // 256
            np.testing.assert_array_equal(recording[frame], expected[:, 20:120].astype(np.uint16), strict=True)
        np.testing.assert_array_equal(recording[254:258], np.stack([recording[i] for i in range(254, 258)]))


def test_real_recording_without_its_blocks(real_data):
    with pytest.raises(FileNotFoundError, match=r"rhrd0214-013\(0\)\.rsd is missing"):
        open_video(real_data / "micam" / "rhrd0214-013.rsh")
