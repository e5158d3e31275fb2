"""Boxes of MP4 and QuickTime: tables of samples that take gigabytes are found before FFmpeg has them."""

import struct
import zlib

import av
import numpy as np
import pytest

from optimap.video import load_video
from tests import makers

VIDEO = makers.random_video((5, 16, 16), "u1")
MANY = 10**7


def mp4(path, **options):
    """An MP4 file of lossless frames."""
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width = VIDEO.shape[1:]
        stream.pix_fmt = "gray"
        for i, pixels in enumerate(VIDEO):
            frame = av.VideoFrame.from_ndarray(pixels, format="gray")
            frame.pts = i
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def change(path, name, after, values):
    """Overwrite numbers at some bytes after the name of a box."""
    raw = bytearray(path.read_bytes())
    struct.pack_into(f">{len(values)}I", raw, raw.index(name) + 4 + after, *values)
    path.write_bytes(raw)
    return path


def test_samples_of_one_size(tmp_path, memory):
    path = change(mp4(tmp_path / "rec.mp4"), b"stsz", 4, (1, MANY))
    change(path, b"stsc", 12, (MANY,))
    assert memory(load_video, path, match=r"rec\.mp4 is damaged, .* states 10000000 frames in \d+ bytes") < 30 * 2**20


def test_a_run_of_a_fragment(tmp_path, memory):
    path = mp4(tmp_path / "rec.mp4", movflags="frag_keyframe+empty_moov")
    np.testing.assert_array_equal(load_video(path), VIDEO)
    change(path, b"trun", 0, (1, MANY))
    assert memory(load_video, path, match=r"rec\.mp4 is damaged, .* states 100000\d\d frames in \d+ bytes") < 30 * 2**20


@pytest.mark.parametrize("many", [5, MANY])
def test_a_compressed_header(tmp_path, memory, many):
    path = mp4(tmp_path / "rec.mp4")
    raw = change(path, b"stsz", 8, (many,)).read_bytes()
    place = raw.index(b"moov") - 4
    moov = raw[place:]
    packed = zlib.compress(moov)
    method = struct.pack(">I4s4s", 12, b"dcom", b"zlib")
    content = method + struct.pack(">I4sI", 12 + len(packed), b"cmvd", len(moov)) + packed
    path.write_bytes(
        raw[:place] + struct.pack(">I4sI4s", 16 + len(content), b"moov", 8 + len(content), b"cmov") + content
    )
    if many == len(VIDEO):
        np.testing.assert_array_equal(load_video(path), VIDEO)
    else:
        assert memory(load_video, path, match=r"rec\.mp4 is damaged, .* states 10000000 frames") < 30 * 2**20


@pytest.mark.parametrize("note", ["truncated at beat 5", "trunk of the left bundle"])
def test_words_in_notes_are_not_tables(tmp_path, note):
    path = tmp_path / "rec.mp4"
    with av.open(str(path), "w") as container:
        container.metadata["comment"] = note
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = *VIDEO.shape[1:], "gray"
        for i, pixels in enumerate(VIDEO):
            frame = av.VideoFrame.from_ndarray(pixels, format="gray")
            frame.pts = i
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert note.encode() in path.read_bytes()
    np.testing.assert_array_equal(load_video(path), VIDEO)
