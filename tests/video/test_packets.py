"""How many frames the packets of a video show, and when; with the index of the file and without it."""

from pathlib import Path

import av
import numpy as np
import pytest

from optimap.video.packets import find_packets
from tests import makers

VIDEO = makers.random_video((30, 16, 16), "u1")


def packets_of(path):
    with av.open(str(path)) as container:
        return find_packets(Path(path), container, container.streams.video[0])


class WithoutIndex:
    """A stream of a version of PyAV that does not give the index."""

    index_entries = None

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)


class Container:
    """An open file whose packets may not be read, or are those of a stream without its index."""

    def __init__(self, container, may_read):
        self.format, self._container, self._may_read = container.format, container, may_read

    def demux(self, stream):
        assert self._may_read, "the index has everything"
        return self._container.demux(stream._stream)


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format"),
    [(".avi", "ffv1", "gray"), (".mp4", "ffv1", "gray"), (".mov", "png", "gray"), (".avi", "rawvideo", "gray")],
)
def test_the_index_gives_what_the_packets_give(tmp_path, suffix, codec, pixel_format):
    path = makers.encoded(tmp_path / f"rec{suffix}", VIDEO, codec, pixel_format)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        indexed = find_packets(path, Container(container, may_read=False), stream)
        read = find_packets(path, Container(container, may_read=True), WithoutIndex(stream))
    assert (indexed.frames, indexed.stated, indexed.rate) == (read.frames, read.stated, read.rate) == (30, 30, 25)
    np.testing.assert_array_equal(indexed.times, read.times)
    np.testing.assert_allclose(indexed.times, np.arange(30) / 25, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "flags", ["frag_keyframe", "frag_keyframe+empty_moov", "frag_keyframe+empty_moov+dash+global_sidx", "faststart"]
)
def test_mp4_in_fragments(tmp_path, flags):
    path = tmp_path / "rec.mp4"
    with av.open(str(path), "w", options={"movflags": flags}) as container:
        stream = container.add_stream("libx264", rate=25, options={"g": "5", "bf": "0", "preset": "ultrafast"})
        stream.height, stream.width, stream.pix_fmt = 16, 16, "gray"
        for pixels in VIDEO:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="gray")))
        container.mux(stream.encode())
    packets = packets_of(path)
    assert (packets.frames, packets.rate) == (30, 25)
    assert packets.stated == (30 if flags == "faststart" else 0)
    np.testing.assert_allclose(packets.times, np.arange(30) / 25, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("stated", "frames"), [(28, 30), (30, 30), (33, 33)])
def test_the_header_may_state_fewer_frames_or_more(tmp_path, stated, frames):
    packets = packets_of(makers.avi_of_imagej(tmp_path / "rec.avi", VIDEO, stated=stated))
    assert (packets.frames, packets.stated, packets.rate) == (frames, stated, 10)
    assert (packets.times is None) == (stated > 30)


@pytest.mark.parametrize("stated", [0, 2**31 - 1, 2**32 - 1])
def test_a_number_of_frames_that_cannot_be_is_none(tmp_path, stated):
    packets = packets_of(makers.avi_of_imagej(tmp_path / "rec.avi", VIDEO, stated=stated))
    assert (packets.frames, packets.stated, packets.rate) == (30, 0, 10)


def test_a_dropped_frame_is_no_missing_frame(tmp_path):
    packets = packets_of(makers.avi_of_imagej(tmp_path / "rec.avi", VIDEO, stated=31, dropped=[4]))
    assert packets.frames == 30
    np.testing.assert_allclose(packets.times, np.delete(np.arange(31), 4) / 10)


def test_the_unit_that_times_are_rounded_to(tmp_path):
    assert packets_of(makers.encoded(tmp_path / "rec.mkv", VIDEO)).tick == 0.001
    assert packets_of(makers.encoded(tmp_path / "rec.avi", VIDEO)).tick == 0


def test_a_rate_that_the_times_contradict(tmp_path):
    path = makers.encoded_at(tmp_path / "rec.mp4", VIDEO, np.arange(30) * 2 + (np.arange(30) > 9) * 30)
    assert packets_of(path).rate is None
