"""StreamPix recordings, written byte by byte."""

import struct

import numpy as np
import pytest

from optimap import ArgumentError
from optimap._base import Advice
from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.microscopes import streampix

VIDEO = makers.random_video((6, 5, 7))
START = 1_600_000_000_123_456


@pytest.fixture
def path(tmp_path):
    return streampix(tmp_path / "rec.seq", VIDEO)


@pytest.mark.parametrize("version", [3, 4, 5, 6])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("padded", [True, False])
def test_versions_and_depths(tmp_path, version, dtype, padded):
    video = makers.random_video((6, 5, 7), dtype)
    with open_video(streampix(tmp_path / "rec.seq", video, version, padded=padded)) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert (recording.format, recording.fps, recording.is_mapped) == ("StreamPix", 500.0, True)
        np.testing.assert_allclose(recording.times, np.arange(6) / 500, atol=1e-12)


@pytest.mark.parametrize(("version", "unit"), [(5, 1), (4, 1000)])
def test_times_are_in_us_or_ms(tmp_path, version, unit):
    micros = START + np.array([0, 4001, 8003, 12_002, 16_000, 19_999])
    with open_video(streampix(tmp_path / "rec.seq", VIDEO, version, micros.tolist(), fps=250.0)) as recording:
        expected = (micros // unit - micros[0] // unit) * unit / 1e6
        np.testing.assert_allclose(recording.times, expected, rtol=0, atol=1e-12)
        assert recording.fps == 250.0  # the stated rate agrees with the times
        assert recording.metadata["start_time"] == pytest.approx(START // unit * unit / 1e6, abs=1e-6)


def test_the_rate_is_that_of_the_times_if_the_header_says_another(tmp_path):
    for stated in (30.0, 0.0, -1.0, np.nan, np.inf):
        with open_video(streampix(tmp_path / "rec.seq", VIDEO, fps=stated)) as recording:
            assert recording.fps == pytest.approx(500)


def test_dropped_frames_leave_no_rate(tmp_path):
    micros = [START + passed for passed in (0, 2000, 4000, 54_000, 56_000, 58_000)]
    with open_video(streampix(tmp_path / "rec.seq", VIDEO, micros=micros)) as recording:
        assert recording.fps is None
        assert recording.times[3] == pytest.approx(0.054)


@pytest.mark.parametrize("first", [1, 3, 5])
def test_recordings_in_a_loop_begin_with_their_oldest_frame(tmp_path, first):
    micros = [START + 2000 * ((i - first) % 6) for i in range(6)]
    with open_video(streampix(tmp_path / "rec.seq", VIDEO, micros=micros)) as recording:
        expected = np.roll(VIDEO, -first, axis=0)
        np.testing.assert_array_equal(recording[:], expected, strict=True)
        np.testing.assert_array_equal(recording[4:1:-2], expected[4:1:-2], strict=True)
        assert recording[3:3].shape == (0, 5, 7)
        np.testing.assert_allclose(recording.times, np.arange(6) / 500, atol=1e-12)
        assert (recording.fps, recording.is_mapped) == (500.0, False)


def test_a_clock_that_was_set_back_is_no_loop(tmp_path):
    micros = [START + passed for passed in (0, 2000, 1000, 3000, 5000, 7000)]
    with open_video(streampix(tmp_path / "rec.seq", VIDEO, micros=micros)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.fps is None


def test_without_times_the_rate_is_the_stated_one(tmp_path):
    for stated, expected in ((250.0, 250.0), (0.0, None), (np.nan, None)):
        with open_video(streampix(tmp_path / "rec.seq", VIDEO, micros=[0] * 6, fps=stated)) as recording:
            assert (recording.times, recording.fps) == (None, expected)
            assert "start_time" not in recording.metadata


def test_header_entries(path):
    expected = {"version": 5, "bit_depth": 16, "frames": 6, "description": "a dish"}
    assert load_metadata(path).items() >= expected.items()


@pytest.mark.parametrize("stated", [0, 1, 4])
def test_frames_that_the_header_does_not_count_are_read_and_reported(tmp_path, stated):
    path = streampix(tmp_path / "rec.seq", VIDEO, frames=stated)
    with pytest.warns(Advice, match=rf"holds 6 frames, but its header says {stated}; 6 are read: check") as caught:
        np.testing.assert_array_equal(load_video(path), VIDEO)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("later", [0, START - 10**9])
def test_room_for_frames_that_were_not_recorded_is_left_out(tmp_path, later):
    micros = [START, START + 2000, START + 4000, later, later, later]
    np.testing.assert_array_equal(
        load_video(streampix(tmp_path / "rec.seq", VIDEO, micros=micros, frames=3)), VIDEO[:3]
    )


def test_without_times_the_header_counts_and_more_is_reported(tmp_path):
    path = streampix(tmp_path / "rec.seq", VIDEO, micros=[0] * 6, frames=4)
    with pytest.warns(Advice, match="holds 6 frames, but its header says 4; 4 are read"):
        np.testing.assert_array_equal(load_video(path), VIDEO[:4])


@pytest.mark.parametrize("kept", [0, 4, 623])
def test_truncated_in_the_header(path, kept):
    makers.keep(path, kept)
    text = rf"rec\.seq is truncated, because it holds only {kept} bytes of its header"
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


@pytest.mark.parametrize("kept", [624, 8192, 8193, -512, -512 + 70 + 7])
def test_truncated_in_the_frames(path, kept):
    makers.keep(path, kept)
    text = r"is truncated \(6 frames need 11264 bytes, but the file has"
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


def test_no_frames_at_all(tmp_path):
    path = streampix(tmp_path / "rec.seq", VIDEO, frames=0)
    makers.keep(path, 8192)
    check_error(lambda: open_video(path), ValueError, "path", "is truncated .1 frame need", value=path)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"magic": 0xFFF1}, r"is not a StreamPix recording, .*: give a recording made with StreamPix"),
        ({"kind": 101}, "is a colour recording: export its grey values from StreamPix"),
        ({"kind": 200}, "is a colour recording"),
        ({"compression": 1}, "is compressed: export it from StreamPix without compression"),
        ({"bits": 12}, "has a damaged header, which states 7 x 5 pixels of 12 bits in 70 bytes, and a frame every 512"),
        ({"bits": 8}, "has a damaged header, which states 7 x 5 pixels of 8 bits in 70 bytes"),
        ({"pixel_bytes": 0}, "has a damaged header"),
        ({"step": 77}, "has a damaged header"),
    ],
)
def test_files_that_are_refused(tmp_path, fields, text):
    path = streampix(tmp_path / "rec.seq", VIDEO, **fields)
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


def test_an_old_header_of_no_bytes(tmp_path):
    path = streampix(tmp_path / "rec.seq", VIDEO, version=4)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<i", raw, 32, 0)
    path.write_bytes(raw)
    with pytest.raises(ArgumentError, match="which states that it has 0 bytes"):
        open_video(path)


@pytest.mark.parametrize("last", [0, 5])
def test_a_last_time_that_was_not_written_makes_no_loop(tmp_path, last):
    micros = [*(START + 2000 * i for i in range(5)), last]
    with open_video(streampix(tmp_path / "rec.seq", VIDEO, micros=micros)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.fps is None


def test_times_that_cannot_be_are_reported(tmp_path):
    path = streampix(tmp_path / "rec.seq", VIDEO)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 580, 510)  # bytes from one frame to the next, which are 512
    path.write_bytes(raw)
    match = r"states times that make no sense, .* at frame 1, so they are not used: check that frames are not shifted"
    with pytest.warns(Advice, match=match) as caught, open_video(path) as recording:
        assert (recording.times, recording.fps) == (None, 500.0)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("version", [0, -5])
def test_versions_that_are_none(tmp_path, version):
    path = streampix(tmp_path / "rec.seq", VIDEO, version)
    match = f"has a damaged header, which states the version {version}: copy"
    check_error(lambda: open_video(path), ValueError, "path", match, value=path)
