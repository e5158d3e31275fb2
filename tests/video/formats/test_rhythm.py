"""Files of the Rhythm program, written byte by byte."""

import struct

import numpy as np
import pytest

from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))


@pytest.mark.parametrize("fps", [500.0, 977.517, 0.1])
def test_values_and_rate(tmp_path, fps):
    with open_video(makers.rhythm(tmp_path / "rec.bin", VIDEO, fps)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps, recording.pixel_size) == ("Rhythm", fps, None)
        assert recording.is_mapped


@pytest.mark.parametrize("extra", [1, 59, -1, -60 * 6 - 1])
def test_a_size_that_is_not_a_number_of_frames(tmp_path, extra):
    path = makers.rhythm(tmp_path / "rec.bin", VIDEO)
    raw = path.read_bytes()
    path.write_bytes(raw + bytes(extra) if extra > 0 else raw[:extra])
    has = 7 * 60 + extra
    match = rf"rec\.bin is truncated \(frames of 6 x 5 pixels take 60 bytes each, but .* has {has}\): copy"
    check_error(lambda: open_video(path), ValueError, "path", match, path)


@pytest.mark.parametrize("header", [b"", bytes(23), bytes(24), struct.pack("<4id", 6, 0, -5, 0, 500.0)])
def test_a_header_of_another_kind_is_raw_binary(tmp_path, header):
    path = tmp_path / "rec.bin"
    path.write_bytes(header)
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.bin is read as raw binary, .* with shape=", path)


@pytest.mark.parametrize("fps", [0.0, -1.0, np.nan, np.inf])
def test_a_rate_that_cannot_be_is_unknown_where_the_size_fits(tmp_path, fps):
    path = makers.rhythm(tmp_path / "rec.bin", VIDEO, fps)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps) == ("Rhythm", None)
    makers.keep(path, -2)
    check_error(lambda: open_video(path), ValueError, "path", "is read as raw binary", path)


def test_a_shape_reads_it_as_raw_binary(tmp_path):
    path = makers.rhythm(tmp_path / "rec.bin", VIDEO)
    np.testing.assert_array_equal(load_video(path, shape=(7, 5, 6), dtype="u2", offset=24), VIDEO)
