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


# --- time stamps ------------------------------------------------------------------------------------------------------

MS_SINCE_1970, NS_SINCE_1970 = 1_518_621_724_000, 1_518_621_724_000_000_000


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("start", "step"), [(0, 200), (77, 2000), (MS_SINCE_1970, 2), (NS_SINCE_1970, 2_000_000), (5, 2)]
)
def test_stamps_in_a_unit_that_agrees_with_the_rate_are_times(tmp_path, order, start, step):
    stamps = [start + step * i for i in range(7)]
    with open_video(makers.multirecorder(tmp_path / "rec.dat", VIDEO, order=order, stamps=stamps)) as recording:
        np.testing.assert_allclose(recording.times, np.arange(7) / 500, rtol=0, atol=1e-12)
        assert (recording.fps, recording.gaps, recording.irregularity) == (500, [], None)


@pytest.mark.parametrize(("start", "unit"), [(0, 1e-6), (0, 1e-5), (NS_SINCE_1970, 1e-9), (MS_SINCE_1970, 1e-3)])
def test_dropped_frames_show_in_the_times(tmp_path, start, unit):
    milliseconds = [0, 2, 4, 6, 56, 58, 60]
    stamps = [start + round(t / 1000 / unit) for t in milliseconds]
    with open_video(makers.multirecorder(tmp_path / "rec.dat", VIDEO, stamps=stamps)) as recording:
        np.testing.assert_allclose(recording.times * 1000, milliseconds, rtol=0, atol=1e-9)
        assert recording.fps is None
        assert recording.irregularity == "1 gap, after frame 3: 50 ms instead of 2 ms"
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("fps", [700, 300, 30, 1000])
def test_stamps_rounded_to_milliseconds_are_regular(tmp_path, fps):
    video = makers.random_video((60, 5, 6))
    stamps = [MS_SINCE_1970 + round(1000 * i / fps) for i in range(60)]
    with open_video(makers.multirecorder(tmp_path / "rec.dat", video, fps=fps, stamps=stamps)) as recording:
        assert (recording.fps, recording.gaps) == (fps, [])


@pytest.mark.parametrize(
    "stamps", [[0] * 7, [3 * i for i in range(7)], [2**64 - 1 - i for i in range(7)], list(range(7))]
)
def test_stamps_in_no_known_unit_are_not_used(tmp_path, stamps):
    with open_video(makers.multirecorder(tmp_path / "rec.dat", VIDEO, fps=90, stamps=stamps)) as recording:
        assert recording.times is None
        assert recording.fps == 90


def test_stamps_since_1970_give_the_rate_that_the_header_lacks(tmp_path):
    stamps = [NS_SINCE_1970 + 4_000_000 * i for i in range(7)]
    with open_video(makers.multirecorder(tmp_path / "rec.dat", VIDEO, fps=0, stamps=stamps)) as recording:
        assert recording.fps == 250


def test_one_frame_with_a_time_stamp(tmp_path):
    with open_video(makers.multirecorder(tmp_path / "rec.dat", VIDEO[:1], stamps=[MS_SINCE_1970])) as recording:
        assert (recording.fps, recording.irregularity) == (500, None)


def test_version_d_has_no_times(tmp_path):
    with open_video(makers.multirecorder(tmp_path / "rec.dat", VIDEO, "d")) as recording:
        assert recording.times is None


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


def test_a_file_spooled_by_andor_solis(tmp_path):
    path = tmp_path / "0000000000spool.dat"
    path.write_bytes(bytes(2000))
    with pytest.raises(
        ValueError, match=r"spool\.dat is a file spooled by Andor Solis, which cannot be read: save the"
    ):
        open_video(path)
