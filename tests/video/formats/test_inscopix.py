"""Inscopix recordings, written byte by byte."""

import json
import struct

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.microscopes import inscopix

VIDEO = makers.random_video((6, 4, 5))


@pytest.fixture
def path(tmp_path):
    return inscopix(tmp_path / "rec.isxd", VIDEO)


def describe(path, text):
    """Replace the description at the end of a file."""
    path.write_bytes(VIDEO.tobytes() + text + b"\0" + struct.pack("<Q", len(text)))


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_data_types(tmp_path, dtype):
    video = makers.random_video((6, 4, 5), dtype)
    with open_video(inscopix(tmp_path / "rec.isxd", video)) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert (recording.format, recording.fps, recording.times) == ("Inscopix", 20.0, None)
        assert recording.is_mapped
        assert recording.pixel_size == pytest.approx(0.003)


def test_lines_around_the_frames_are_no_part_of_them(tmp_path):
    path = inscopix(tmp_path / "rec.isxd", VIDEO, lines=True)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)
    # Files of the first version have no such lines, whatever else they say.
    old = inscopix(tmp_path / "old.isxd", VIDEO, fileVersion=..., hasFrameHeaderFooter=True)
    np.testing.assert_array_equal(load_video(old), VIDEO, strict=True)


def test_the_times_that_the_microscope_noted(tmp_path):
    start = 2**40 + 12_345
    micros = [start + passed for passed in (0, 50_100, 100_200, 150_300, 200_400, 250_500)]
    with open_video(inscopix(tmp_path / "rec.isxd", VIDEO, True, micros)) as recording:
        np.testing.assert_allclose(recording.times, np.arange(6) * 0.0501, atol=1e-12)
        assert recording.fps == 20.0  # the stated rate agrees within 1 %
    micros[3:] = [time + 500_000 for time in micros[3:]]
    with open_video(inscopix(tmp_path / "rec.isxd", VIDEO, True, micros)) as recording:
        assert recording.fps is None
        assert recording.times[3] == pytest.approx(0.6503)


@pytest.mark.parametrize(
    ("micros", "version"), [(range(0, 600, 100), "1.1.0"), ([0] * 6, "1.1.1"), ([5, 4, 3, 2, 1, 0], "1.1.1")]
)
def test_times_that_older_microscopes_did_not_note(tmp_path, micros, version):
    with open_video(inscopix(tmp_path / "rec.isxd", VIDEO, True, micros, version=version)) as recording:
        assert (recording.times, recording.fps) == (None, 20.0)


@pytest.mark.parametrize(
    ("timing", "missing", "shown"),
    [
        ({"dropped": [2]}, 1, [0, 1, 3, 4, 5, 6]),
        ({"dropped": [2, 5, 8]}, 3, [0, 1, 3, 4, 6, 7]),
        ({"dropped": [2], "cropped": ["4 - 5"], "blank": [7]}, 4, [0, 1, 3, 6, 8, 9]),
        ({"cropped": ["0 - 1", "3"]}, 3, [2, 4, 5, 6, 7, 8]),
        ({"cropped": ["0 - 1"]}, 2, [2, 3, 4, 5, 6, 7]),
    ],
)
def test_frames_that_are_missing_show_in_the_times(tmp_path, timing, missing, shown):
    with open_video(inscopix(tmp_path / "rec.isxd", VIDEO, missing=missing, timing=timing)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_allclose(recording.times, (np.array(shown) - shown[0]) * 0.05, atol=1e-12)
        assert recording.fps == (20.0 if shown == [*range(2, 8)] else None)


@pytest.mark.parametrize(
    "period", [{}, {"num": 50}, {"num": 50, "den": 0}, {"num": 0, "den": 1}, {"num": -1, "den": 2}]
)
def test_a_period_of_no_use_is_no_rate(tmp_path, period):
    for timing, missing in (({}, 0), ({"dropped": [1]}, 1)):
        path = inscopix(tmp_path / "rec.isxd", VIDEO, missing=missing, timing={"period": period, **timing})
        with open_video(path) as recording:
            assert (recording.fps, recording.times) == (None, None)


@pytest.mark.parametrize("size", [{}, {"x": {"num": 0, "den": 1}}, {"x": {"num": 3, "den": 0}}])
def test_a_pixel_size_of_no_use(tmp_path, size):
    spacing = {"numPixels": {"x": 5, "y": 4}, "pixelSize": size}
    with open_video(inscopix(tmp_path / "rec.isxd", VIDEO, spacingInfo=spacing)) as recording:
        assert recording.pixel_size is None


def test_the_description_is_metadata(path):
    assert load_metadata(path)["timingInfo"] == {"numTimes": 6, "period": {"num": 50, "den": 1000}, "dropped": []}


@pytest.mark.parametrize("kept", [0, 7, 8, 240, 300, -1, -9])
def test_without_its_end_a_file_is_truncated(path, kept):
    makers.keep(path, kept)
    text = r"rec\.isxd is (truncated|damaged), because .*: copy the recording again"
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


@pytest.mark.parametrize(
    ("timing", "text"),
    [
        ({"numTimes": 7}, r"is truncated \(7 frames need 280 bytes, but the file has 240\)"),
        ({"numTimes": 5}, r"is longer than its description says \(5 frames need 200 bytes"),
        ({"numTimes": 6, "dropped": [0, 1, 2, 3, 4, 5]}, r"is longer than .*\(0 frames need 0 bytes"),
        ({"numTimes": 0}, "has a damaged description .*numTimes is 0"),
        ({"numTimes": 10**12}, "has a damaged description"),
        ({"numTimes": "many"}, "has a damaged description"),
        ({"numTimes": None}, "has a damaged description"),
        ({"dropped": [99]}, "has a damaged description"),
        ({"numTimes": 7, "dropped": [-1]}, "damaged description .*frames -1 to -1 of 7 are missing"),
        ({"numTimes": 7, "cropped": ["6 - 200"]}, "damaged description .*frames 6 to 200 of 7 are missing"),
        ({"numTimes": 7, "cropped": ["5 - 2"]}, "damaged description .*frames 5 to 2 of 7 are missing"),
        ({"cropped": ["a - b"]}, "has a damaged description"),
        ({"period": 3}, "has a damaged description"),
    ],
)
def test_timing_that_does_not_fit(tmp_path, timing, text):
    path = inscopix(tmp_path / "rec.isxd", VIDEO, timing=timing)
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ({"type": 1}, r"holds no recording, but another kind of data of Inscopix: give the \.isxd file of the movie"),
        ({"type": ...}, "holds no recording"),
        ({"dataType": 3}, "is a colour recording: export its grey values"),
        ({"dataType": 9}, "has a damaged description"),
        ({"timingInfo": ...}, "has a damaged description .it has no entry"),
        ({"spacingInfo": {}}, "has a damaged description"),
        ({"spacingInfo": {"numPixels": {"x": -5, "y": -4}}}, "has a damaged description .numPixels are -5 x -4"),
        ({"extraProperties": 3, "hasFrameHeaderFooter": False}, "has a damaged description"),
    ],
)
def test_descriptions_that_are_refused(tmp_path, entries, text):
    path = inscopix(tmp_path / "rec.isxd", VIDEO, **entries)
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", json.dumps({}).encode()])
def test_other_text_at_the_end(path, text):
    describe(path, text)
    check_error(lambda: open_video(path), ValueError, "path", "is damaged|holds no recording", value=path)


def test_a_small_file_that_states_many_frames_takes_no_memory(tmp_path, memory):
    path = inscopix(tmp_path / "rec.isxd", VIDEO, timing={"numTimes": 10**8})
    assert memory(lambda: open_video(path), match=r"rec\.isxd is truncated") < 20 * 2**20
    cropped = {"numTimes": 10**8, "cropped": [f"6 - {10**8 - 1}"]}
    np.testing.assert_array_equal(load_video(inscopix(path, VIDEO, timing=cropped)), VIDEO)


def test_a_period_that_is_longer_than_any_recording(tmp_path):
    timing = {"period": {"num": 1e308, "den": 1}, "dropped": [2]}
    with open_video(inscopix(tmp_path / "rec.isxd", VIDEO, missing=1, timing=timing)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.times is None
