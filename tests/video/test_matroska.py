"""Time stamps from the heads of blocks are those of FFmpeg, or the answer is that the file is unusual."""

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap.video.matroska import block_stamps, ebml_number
from tests import makers

VIDEO = makers.random_video((60, 16, 16), "u1")


def packet_stamps(path):
    with av.open(str(path)) as container:
        return [packet.pts for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format", "options"),
    [
        (".mkv", "ffv1", "gray", {}),
        (".mkv", "libx264", "yuv420p", {"bf": "2"}),
        (".mkv", "mpeg4", "yuv420p", {}),
        (".webm", "libvpx", "yuv420p", {}),
        (".webm", "libvpx-vp9", "yuv420p", {}),
    ],
)
def test_the_stamps_of_ffmpeg(tmp_path, suffix, codec, pixel_format, options):
    stamps = np.arange(60) * 40 + (np.arange(60) > 7) * 3000
    path = makers.encoded_at(
        tmp_path / f"rec{suffix}", VIDEO, stamps, codec=codec, pixel_format=pixel_format, options=options
    )
    found = block_stamps(path)
    assert found == packet_stamps(path)
    assert sorted(found) == stamps.tolist()


def test_a_second_track_is_left_out(tmp_path):
    path = tmp_path / "rec.mkv"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 16, 16, "gray"
        for i, pixels in enumerate(VIDEO):
            samples = av.AudioFrame.from_ndarray(np.zeros((1, 320), np.int16), layout="mono")
            samples.rate, samples.pts = 8000, 320 * i
            container.mux(sound.encode(samples))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="gray")))
        container.mux(sound.encode())
        container.mux(stream.encode())
    assert block_stamps(path) == packet_stamps(path)
    assert len(block_stamps(path)) == 60


def test_a_live_recording_is_unusual(tmp_path):
    path = makers.encoded(tmp_path / "rec.mkv", VIDEO)
    raw = path.read_bytes()
    start = raw.index(b"\x18\x53\x80\x67") + 4
    path.write_bytes(raw[:start] + b"\x01" + b"\xff" * 7 + raw[start + 8 :])
    assert block_stamps(path) is None


@pytest.mark.parametrize("flag", [0b0010, 0b0100, 0b1000])
def test_several_frames_in_a_block_are_unusual(tmp_path, flag):
    path = makers.encoded(tmp_path / "rec.mkv", VIDEO)
    head = b"\x81\x00\x00\x80"  # of a block: track 1, at the start of its cluster, a key frame
    makers.replace(path, head, head[:3] + bytes([0x80 | flag]))
    assert block_stamps(path) is None


@pytest.mark.parametrize("content", [b"", b"no video at all", bytes(1000), b"\x1a\x45\xdf\xa3", b"\xff" * 100])
def test_other_files_are_unusual(tmp_path, content):
    path = tmp_path / "rec.mkv"
    path.write_bytes(content)
    assert block_stamps(path) is None


@given(st.data())
@settings(max_examples=200)
def test_damaged_files_give_stamps_or_nothing(tmp_path_factory, data):
    path = makers.encoded(tmp_path_factory.getbasetemp() / "damaged.mkv", VIDEO[:3])
    raw = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=4)):
        raw[place] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    assert block_stamps(path) is None or len(block_stamps(path)) <= 3


@given(st.integers(0, 2**56 - 2))
def test_numbers(number):
    count = max(1, -(-(number + 1).bit_length() // 7))
    raw = (number | 1 << 7 * count).to_bytes(count, "big")
    assert ebml_number(b"x" + raw + b"y", 1) == (number, 1 + count)
