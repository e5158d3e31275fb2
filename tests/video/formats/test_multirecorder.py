"""MultiRecorder files, written byte by byte."""

import struct

import numpy as np
import pytest

from optimap.video import load_metadata, open_video
from tests import makers

VIDEO = makers.random_video((7, 5, 6))
LONG_DATE = b"Wed Feb 14 15:22:04 2018"


@pytest.fixture
def path(tmp_path):
    return makers.multirecorder(tmp_path / "rec.dat", VIDEO)


@pytest.mark.parametrize("version", ["e", "f"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_versions_with_time_stamps(tmp_path, version, order, dtype):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(makers.multirecorder(tmp_path / "rec.dat", video, version, order, fps=123.456)) as recording:
        np.testing.assert_array_equal(recording[:], video)
        assert recording.dtype == np.dtype(dtype).newbyteorder(order)
        assert (recording.format, recording.fps, recording.pixel_size) == ("MultiRecorder", 123.456, None)
        assert recording.metadata == {
            "version": version,
            "frames": 7,
            "columns": 6,
            "rows": 5,
            "starttime": "2018-02-14 15:22:04",
            "comment": "a comment",
        }
        assert recording.is_mapped


@pytest.mark.parametrize("date", [b"14.02.18 15:22:04", LONG_DATE])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_version_d(tmp_path, date, dtype):
    video = makers.random_video((7, 5, 6), dtype)
    path = makers.multirecorder(tmp_path / "rec.dat", video, "d", date=date)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert recording.fps is None
    size = {"frames": 7, "columns": 6, "rows": 5}
    assert load_metadata(path) == {"version": "d", "date": date.decode(), **size}


def test_no_rate(tmp_path):
    with open_video(makers.multirecorder(tmp_path / "rec.dat", VIDEO, fps=0)) as recording:
        assert recording.fps is None


@pytest.mark.parametrize("kept", [0, 1, 1023])
def test_truncated_in_the_header(path, kept):
    makers.keep(path, kept)
    with pytest.raises(ValueError, match=rf"rec\.dat is truncated, because it holds only {kept} of 1024 header bytes"):
        open_video(path)


@pytest.mark.parametrize("version", ["d", "e"])
@pytest.mark.parametrize("kept", [1024, -1, -8, -60])
def test_truncated_in_the_frames(tmp_path, version, kept):
    path = makers.multirecorder(tmp_path / "rec.dat", VIDEO, version)
    needed = path.stat().st_size
    makers.keep(path, kept)
    with pytest.raises(
        ValueError, match=rf"does not match its header.*\(7 frames of 6 x 5 need {needed} bytes \(16-bit\)"
    ):
        open_video(path)


def test_longer_than_its_header_says(path):
    path.write_bytes(path.read_bytes() + bytes(68))
    with pytest.raises(ValueError, match=r"rec\.dat does not match its header"):
        open_video(path)


@pytest.mark.parametrize("version", ["a", "\0", "g"])
def test_an_unknown_version(path, version):
    path.write_bytes(version.encode() + path.read_bytes()[1:])
    with pytest.raises(
        ValueError, match=r"rec\.dat is not a MultiRecorder file of version 'd', 'e' or 'f', because its version is "
    ):
        open_video(path)


@pytest.mark.parametrize("numbers", [(0, 6, 5), (7, -6, 5), (7, 6, 0)])
def test_impossible_numbers_in_the_header(path, numbers):
    raw = path.read_bytes()
    path.write_bytes(raw[:5] + struct.pack("<3i", *numbers) + raw[17:])
    with pytest.raises(ValueError, match=r"has a damaged header, which states -?\d frames of -?\d x \d"):
        open_video(path)
