"""Encoded video, written with the libraries of FFmpeg (PyAV) and byte by byte."""

import io
import re
import struct
import zlib

import av
import numpy as np
import pytest
from PIL import Image

from optimap._base import Advice
from optimap.video import load_metadata, load_video, open_video, save_video
from tests import makers
from tests.errors import check_error

GREY = makers.random_video((7, 6, 10), "u1")
COLOUR = makers.random_video((7, 6, 10, 3), "u1")


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format"),
    [
        (".mkv", "ffv1", "gray"),
        (".mkv", "ffv1", "gray10le"),
        (".mkv", "ffv1", "gray12le"),
        (".mkv", "ffv1", "gray16le"),
        (".mkv", "rawvideo", "gray"),
        (".avi", "rawvideo", "gray"),
        (".avi", "ffv1", "gray"),
        (".avi", "ffv1", "gray12le"),
        (".avi", "png", "gray16be"),
        (".mov", "rawvideo", "gray"),
        (".mov", "png", "gray"),
        (".mov", "png", "gray16be"),
        (".mp4", "ffv1", "gray"),
        (".mp4", "ffv1", "gray16le"),
        (".mkv", "rawvideo", "yuv420p"),
        (".avi", "ffv1", "yuv420p"),
        (".avi", "rawvideo", "yuv422p"),
        (".mkv", "ffv1", "yuv422p"),
    ],
)
def test_grey_values_are_exact(tmp_path, suffix, codec, pixel_format):
    bits = int(pixel_format[4:6]) if pixel_format[4:6].isdecimal() and pixel_format.startswith("gray") else 8
    video = makers.random_video((7, 6, 10)) >> (16 - bits)
    video = video.astype("u1") if bits == 8 else video
    path = makers.encoded(tmp_path / f"rec{suffix}", video, codec, pixel_format)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert (recording.format, recording.fps, recording.pixel_size) == ("encoded video", 25.0, None)
        assert recording.metadata["codec"] == codec


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mkv", ".mov", ".avi"])
@pytest.mark.parametrize("pixel_format", ["gray", "yuv420p", "yuvj420p"])
def test_lossless_h264(tmp_path, suffix, pixel_format):
    # With frames between key frames: going back starts again from the beginning.
    options = {"qp": "0", "preset": "ultrafast"}
    video = makers.random_video((9, 16, 22), "u1")
    path = makers.encoded(tmp_path / f"rec{suffix}", video, "libx264", pixel_format, options=options)
    with open_video(path) as recording:
        for index in (slice(None), 8, 0, -3, slice(7, 1, -2), [5, 2, 2]):
            np.testing.assert_array_equal(recording[index], video[index], strict=True)


def test_limited_range_is_not_stretched(tmp_path):
    ramp = np.tile(np.arange(16, 236, dtype=np.uint8), (2, 6, 1))  # FFmpeg itself would stretch it to 0..255
    path = makers.encoded(tmp_path / "rec.mkv", ramp, "ffv1", "yuv420p")
    np.testing.assert_array_equal(load_video(path), ramp, strict=True)


@pytest.mark.parametrize("width", [1, 2, 10, 31, 33, 65])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_lines_are_read_without_their_padding(tmp_path, width, dtype):
    video = makers.random_video((3, 5, width), dtype)
    pixel_format = "gray" if dtype == "u1" else "gray16le"
    path = makers.encoded(tmp_path / "rec.mkv", video, pixel_format=pixel_format, options={"level": "1"})
    np.testing.assert_array_equal(load_video(path), video, strict=True)


@pytest.mark.parametrize("width", [10, 12, 13])
def test_uncompressed_avi_as_imagej_writes_it(tmp_path, width):
    video = makers.random_video((7, 6, width), "u1")
    with open_video(makers.avi_of_imagej(tmp_path / "rec.avi", video)) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert (recording.fps, recording.metadata["pixel_format"]) == (10.0, "pal8")


@pytest.mark.parametrize("rate", [1, 25, 500, "30000/1001"])
@pytest.mark.parametrize("suffix", [".mkv", ".avi", ".mp4"])
def test_rate(tmp_path, rate, suffix):
    with open_video(makers.encoded(tmp_path / f"rec{suffix}", GREY, fps=rate)) as recording:
        assert recording.fps == float(makers.Fraction(rate))


def test_matroska_does_not_say_how_many_frames(tmp_path):
    path = makers.encoded(tmp_path / "rec.mkv", GREY)
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 0
    with open_video(path) as recording:
        assert len(recording) == 7


@pytest.mark.parametrize("tag", ["30 pictures a second", "", "unknown rate"])
def test_tags_of_other_programs_named_fps(tmp_path, tag):
    path = tmp_path / "rec.mkv"
    with av.open(str(path), "w") as container:
        container.metadata["FPS"] = tag
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 6, 10, "gray"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(GREY[0], format="gray")))
        container.mux(stream.encode())
    with open_video(path) as recording:
        assert recording.fps == 25


# --- colour ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format", "source"),
    [(".avi", "rawvideo", "bgr24", "rgb24"), (".mkv", "ffv1", "bgr0", "rgb24"), (".mov", "png", "rgb24", "rgb24")],
)
def test_channels_of_rgb_video(tmp_path, suffix, codec, pixel_format, source):
    path = makers.encoded(tmp_path / f"rec{suffix}", COLOUR, codec, pixel_format, source=source)
    for i, channel in enumerate(["red", "green", "blue"]):
        np.testing.assert_array_equal(load_video(path, channel=channel), COLOUR[..., i], strict=True)
    with pytest.raises(ValueError, match=r"rec.* is a colour recording: choose channel='red', 'green' or 'blue'"):
        open_video(path)
    with pytest.raises(
        ValueError, match=r"channel = 'luma' is not in .*, which is stored as red, green and blue: it must be 'red'"
    ):
        open_video(path, channel="luma")


def test_rgb_video_with_grey_values_is_grey(tmp_path):
    video = np.repeat(GREY[..., np.newaxis], 3, axis=-1)
    path = makers.encoded(tmp_path / "rec.avi", video, "rawvideo", "bgr24", source="bgr24")
    np.testing.assert_array_equal(load_video(path), GREY, strict=True)


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "libx264"), (".mkv", "ffv1"), (".avi", "mpeg4")])
def test_colour_mp4_and_others(tmp_path, suffix, codec):
    video = np.tile(COLOUR[:, :1, :1], (1, 16, 22, 1))
    path = makers.encoded(
        tmp_path / f"rec{suffix}", video, codec, "yuv444p" if codec == "ffv1" else "yuv420p", source="rgb24"
    )
    with pytest.raises(ValueError, match=r"is a colour recording: choose channel='red', 'green', 'blue' or 'luma'"):
        open_video(path)
    luma = load_video(path, channel="luma")
    with av.open(str(path)) as container:
        planes = [frame.to_ndarray(format="yuv444p")[0] for frame in container.decode(video=0)]
    np.testing.assert_array_equal(luma, planes, strict=True)
    red = load_video(path, channel="red").astype(int)
    assert np.abs(red - video[..., 0]).max() < 40  # through YUV and back


def test_colour_in_one_later_frame_is_found(tmp_path):
    video = np.repeat(GREY[..., np.newaxis], 3, axis=-1)
    video[5] = COLOUR[5]
    path = makers.encoded(tmp_path / "rec.mkv", video, "ffv1", "bgr0", source="rgb24")
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[4], GREY[4])
        with pytest.raises(ValueError, match="is a colour recording"):
            recording[5]


@pytest.mark.parametrize("chroma", [128, 90])
def test_both_colour_differences_in_one_plane(tmp_path, chroma):
    path = tmp_path / "rec.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("rawvideo", rate=25)
        stream.height, stream.width, stream.pix_fmt = 6, 10, "nv12"
        for luma in GREY:
            planes = np.full((9, 10), 128, np.uint8)
            planes[:6] = luma
            planes[-1, -1] = chroma  # one pixel at the far end
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="nv12")))
        container.mux(stream.encode())
    if chroma == 128:
        np.testing.assert_array_equal(load_video(path), GREY, strict=True)
    else:
        with pytest.raises(ValueError, match="is a colour recording"):
            load_video(path)


@pytest.mark.parametrize("channel", [None, "green"])
def test_colours_of_16_bits_are_not_reduced_to_8(tmp_path, channel):
    video = makers.random_video((3, 6, 10, 3))
    path = makers.encoded(tmp_path / "rec.mkv", video, "ffv1", "gbrp16le", source="rgb48le")
    with pytest.raises(ValueError, match=r"rec\.mkv holds colours of 16 bits, but only 8 bits can be read"):
        open_video(path, channel=channel)


def test_packed_formats_are_refused(tmp_path):
    path = makers.encoded(tmp_path / "rec.avi", GREY[:, :, :5].repeat(4, 2), "rawvideo", "yuyv422", source="gray")
    with pytest.raises(ValueError, match=r"has the packed pixel format yuyv422, which cannot be read: convert it"):
        open_video(path)


@pytest.mark.parametrize("channel", ["grey", "r", 0])
def test_an_unknown_channel(tmp_path, channel):
    path = makers.encoded(tmp_path / "rec.mkv", GREY)
    with pytest.raises(ValueError, match=r"channel = .*: it must be one of 'red', 'green', 'blue', 'luma'"):
        open_video(path, channel=channel)


# --- truncated and damaged ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "codec", "options"),
    [
        (".mkv", "ffv1", {}),
        (".mkv", "rawvideo", {}),
        (".avi", "ffv1", {}),
        (".avi", "libx264", {"preset": "ultrafast"}),
        (".mp4", "ffv1", {}),
        (".mp4", "libx264", {"preset": "ultrafast"}),
        (".mov", "png", {}),
    ],
)
def test_truncated(tmp_path, suffix, codec, options):
    video = makers.random_video((12, 16, 22), "u1")
    path = makers.encoded(tmp_path / f"rec{suffix}", video, codec, options=options)
    whole = path.read_bytes()
    for kept in [*range(0, len(whole), len(whole) // 40), *range(len(whole) - 300, len(whole) - 1, 7)]:
        path.write_bytes(whole[:kept])
        with pytest.raises(ValueError, match=rf"rec\{suffix} (is truncated|cannot be read|holds no video)"):
            open_video(path)


@pytest.mark.parametrize("length", [2**63 - 1, 2**63, 2**64 - 1])
def test_a_part_that_ends_where_no_file_does(tmp_path, length):
    path = makers.encoded(tmp_path / "rec.mp4", GREY, "ffv1")
    path.write_bytes(b"\0\0\0\1ftyp" + length.to_bytes(8, "big") + path.read_bytes())
    check_error(
        lambda: open_video(path), ValueError, "path", rf"rec\.mp4 is truncated \(it should have {length} bytes", path
    )


def test_a_live_recording_of_unknown_length(tmp_path):
    path = makers.encoded(tmp_path / "rec.mkv", GREY)
    raw = path.read_bytes()
    start = raw.index(b"\x18\x53\x80\x67") + 4
    assert raw[start] == 1  # the length takes eight bytes
    path.write_bytes(raw[:start] + b"\x01" + b"\xff" * 7 + raw[start + 8 :])
    np.testing.assert_array_equal(load_video(path), GREY)


@pytest.mark.parametrize("length", [0, 2**32 - 1])
def test_an_avi_that_its_recorder_did_not_finish(tmp_path, length):
    path = makers.encoded(tmp_path / "rec.avi", GREY)
    raw = path.read_bytes()
    path.write_bytes(raw[:4] + length.to_bytes(4, "little") + raw[8:])
    np.testing.assert_array_equal(load_video(path), GREY)


@pytest.mark.parametrize(("part", "name"), [(b"LIST\x1a\0\0\0INFO", "LISTINFO"), (b"strf", "strf"), (b"idx1", "idx1")])
def test_a_part_of_an_avi_that_is_larger_than_the_file(tmp_path, part, name):
    """FFmpeg takes, and clears, as much memory as it states."""
    path = makers.encoded(tmp_path / "rec.avi", GREY)
    raw = path.read_bytes()
    place = raw.index(part) + 4
    path.write_bytes(raw[:place] + (4_000_000_000).to_bytes(4, "little") + raw[place + 4 :])
    problem = rf"rec\.avi is damaged, because its part '{name}' is said to have 4000000000 bytes: copy the recording"
    check_error(lambda: open_video(path), ValueError, "path", problem, path)


def test_a_frame_that_the_file_is_too_small_for(tmp_path):
    path = makers.avi_of_imagej(tmp_path / "rec.avi", makers.random_video((2, 5, 6), "u1"))
    raw, wide = path.read_bytes(), struct.pack("<II", 40, 6)
    place = raw.rindex(wide) + 4
    path.write_bytes(raw[:place] + struct.pack("<I", 1_000_000) + raw[place + 4 :])
    problem = r"rec\.avi states frames of no pixels, or of more than the \d+ that it can hold"
    check_error(lambda: open_video(path), ValueError, "path", problem, path)


def png_of(width, height):
    """The beginning of a PNG image."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(9)))]
    chunks = (
        struct.pack(">I", len(raw)) + name + raw + struct.pack(">I", zlib.crc32(name + raw)) for name, raw in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("number", [0, 1])
def test_a_frame_that_states_more_pixels_than_the_header(tmp_path, memory, number):
    """Decoders take memory for what a frame states: 250 MB for each of these."""
    path = makers.encoded(tmp_path / "rec.avi", GREY, "png")
    raw = bytearray(path.read_bytes())
    place = [found.start() for found in re.finditer(b"00dc....\x89PNG", raw, re.DOTALL)][number] + 8
    bomb = png_of(16000, 16000)
    raw[place : place + len(bomb)] = bomb
    path.write_bytes(raw)
    assert memory(load_video, path, match=r"rec\.avi (cannot be read as video|states frames of no pixels)") < 30 * 2**20


def test_fewer_frames_than_the_header_says(tmp_path):
    path = makers.encoded(tmp_path / "rec.avi", GREY, "rawvideo")
    raw = path.read_bytes()
    start = raw.index(b"strh") + 8 + 32
    assert raw[start : start + 4] == (7).to_bytes(4, "little")
    path.write_bytes(raw[:start] + (9).to_bytes(4, "little") + raw[start + 4 :])
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:7], GREY)
        for index in (7, 8, slice(None)):
            with pytest.raises(ValueError, match=r"rec\.avi is truncated, because frame 7 cannot be decoded"):
                recording[index]
        np.testing.assert_array_equal(recording[2], GREY[2])


def test_a_damaged_frame(tmp_path):
    path = makers.encoded(tmp_path / "rec.mkv", GREY)
    with av.open(str(path)) as container:
        packet = next(packet for i, packet in enumerate(container.demux(video=0)) if i == 4)
        content = bytes(packet)
    makers.replace(path, content, b"\xff" * len(content))
    with open_video(path) as recording:
        with pytest.raises(ValueError, match=r"rec\.mkv is damaged at frame \d"):
            recording[:]
        np.testing.assert_array_equal(recording[0], GREY[0])


@pytest.mark.parametrize("content", [b"", b"no video at all", b"RIFF", b"\x1a\x45\xdf\xa3", b"\0\0\0\x20ftypisom"])
@pytest.mark.parametrize("suffix", [".mkv", ".avi", ".mp4"])
def test_not_a_video(tmp_path, content, suffix):
    path = tmp_path / f"rec{suffix}"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"rec\{suffix} (is truncated|cannot be read as video)"):
        open_video(path)


def test_sound_without_pictures(tmp_path):
    path = tmp_path / "rec.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(ValueError, match=r"rec\.mkv holds no video"):
        open_video(path)


# --- real recordings ------------------------------------------------------------------------------------------------


def test_real_recording(real_data):
    path = real_data / "encoded" / "beating-heart-600x600.avi"
    wanted = [0, 1, 40]
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet, _ in zip(container.demux(video=0), range(41), strict=False)]
    with open_video(path) as recording:
        assert (recording.shape, recording.dtype, recording.fps) == ((600, 600, 600), np.uint8, 30.0)
        frames = recording[wanted].astype(int)
    for frame, i in zip(frames, wanted, strict=True):
        image = Image.open(io.BytesIO(packets[i]))
        image.draft("L", image.size)  # the luma as stored
        assert np.abs(frame - np.asarray(image, int)).max() <= 1
    assert load_metadata(path) == {"codec": "mjpeg", "pixel_format": "yuvj420p", "fps": 30.0}


# --- frames and times -----------------------------------------------------------------------------------------------

LONG = makers.random_video((40, 16, 16), "u1")
STEPS = np.arange(40)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("rate", [None, 500])
def test_variable_frame_rate(tmp_path, suffix, rate):
    stamps = STEPS * 2 + (STEPS > 20) * 48
    with open_video(makers.encoded_at(tmp_path / f"rec{suffix}", LONG, stamps, fps=rate)) as recording:
        np.testing.assert_array_equal(recording[:], LONG, strict=True)
        np.testing.assert_allclose(recording.times, stamps / 1000, rtol=0, atol=1e-12)
        assert recording.fps is None
        assert recording.irregularity == "1 gap, after frame 20: 50 ms instead of 2 ms"


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_single_dropped_frame(tmp_path, suffix):
    stamps = STEPS * 2 + (STEPS > 20) * 2
    with open_video(makers.encoded_at(tmp_path / f"rec{suffix}", LONG, stamps)) as recording:
        assert recording.irregularity == "1 gap, after frame 20: 4 ms instead of 2 ms"


@pytest.mark.parametrize("rate", [700, 240, 60, 30])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_times_rounded_to_milliseconds_are_regular(tmp_path, suffix, rate):
    stamps = np.round(STEPS * 1000 / rate)
    with open_video(makers.encoded_at(tmp_path / f"rec{suffix}", LONG, stamps)) as recording:
        assert recording.fps == pytest.approx(rate, rel=0.5 / stamps[-1] + 1e-9)
        assert (recording.gaps, recording.irregularity) == ([], None)


@pytest.mark.parametrize("rate", [700, 1000, "30000/1001", 25])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".avi"])
def test_the_stated_rate_of_regular_times(tmp_path, suffix, rate):
    with open_video(makers.encoded(tmp_path / f"rec{suffix}", LONG, fps=rate)) as recording:
        assert recording.fps == float(makers.Fraction(rate))
        np.testing.assert_allclose(recording.times, STEPS / recording.fps, rtol=0, atol=0.001)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_times_in_the_order_of_display(tmp_path, suffix):
    # Frames that depend on later ones are stored after these.
    stamps = STEPS * 1000 + (STEPS > 20) * 4000
    path = makers.encoded_at(
        tmp_path / f"rec{suffix}", LONG, stamps, makers.Fraction(1, 90_000), "libx264", "yuv420p", options={"bf": "2"}
    )
    with open_video(path) as recording:
        np.testing.assert_allclose(recording.times, stamps / 90_000, rtol=0, atol=0.001)
        assert [frame for frame, _ in recording.gaps] == [20]


def test_times_begin_with_the_first_frame(tmp_path):
    with open_video(makers.encoded_at(tmp_path / "rec.mkv", LONG, 5000 + STEPS * 2)) as recording:
        np.testing.assert_allclose(recording.times, STEPS / 500, rtol=0, atol=1e-12)


def test_frames_dropped_in_an_avi(tmp_path):
    with open_video(makers.avi_of_imagej(tmp_path / "rec.avi", GREY, stated=9, dropped=[2, 4])) as recording:
        np.testing.assert_array_equal(recording[:], GREY, strict=True)
        np.testing.assert_allclose(recording.times, [0, 0.1, 0.3, 0.4, 0.6, 0.7, 0.8])
        assert recording.fps is None
        assert recording.irregularity == "2 gaps, the first after frame 1: 200 ms instead of 100 ms"


@pytest.mark.parametrize("indexed", [None, 7, 5, 0])
def test_more_frames_than_the_header_of_an_avi_states(tmp_path, indexed):
    path = makers.avi_of_imagej(tmp_path / "rec.avi", GREY, stated=5, indexed=indexed)
    with pytest.warns(
        Advice, match=r"rec\.avi holds 7 frames, although its header states 5: all of them are read"
    ) as said:
        recording = open_video(path)
    assert said[0].filename == __file__
    assert (said[0].message.argument, said[0].message.value) == ("path", path)
    with recording:
        np.testing.assert_array_equal(recording[:], GREY, strict=True)
        assert (recording.fps, recording.metadata["frames in header"]) == (10, 5)


@pytest.mark.parametrize("stated", [9, 10**6])
def test_fewer_frames_than_the_header_of_an_avi_states(tmp_path, stated):
    with open_video(makers.avi_of_imagej(tmp_path / "rec.avi", GREY, stated=stated)) as recording:
        assert recording.metadata["frames in header"] == f"{stated}, more than there are"
        np.testing.assert_array_equal(recording[:7], GREY, strict=True)


@pytest.mark.parametrize("indexed", [5, 0])
def test_an_index_of_an_avi_that_is_not_complete(tmp_path, indexed):
    with open_video(makers.avi_of_imagej(tmp_path / "rec.avi", GREY, indexed=indexed)) as recording:
        np.testing.assert_array_equal(recording[:], GREY, strict=True)
        assert "frames in header" not in recording.metadata


@pytest.mark.parametrize(("scale", "rate"), [(0, 10), (1, 0), (0, 0)])
@pytest.mark.parametrize("step", [0, 100_000])
def test_an_avi_without_a_rate(tmp_path, scale, rate, step):
    path = makers.avi_of_imagej(tmp_path / "rec.avi", GREY)
    makers.replace(path, bytes(4) + struct.pack("<II", 1, 10), bytes(4) + struct.pack("<II", scale, rate))
    makers.replace(path, b"avih" + struct.pack("<II", 56, 100_000), b"avih" + struct.pack("<II", 56, step))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], GREY, strict=True)
        assert recording.fps == (10 if step else None)


@pytest.mark.parametrize("tag", ["0", "-5", "inf", "nan", "1e999", "1.2.3", "...", "1e", "25,5"])
def test_tags_that_are_no_rate(tmp_path, tag):
    path = tmp_path / "rec.mkv"
    with av.open(str(path), "w") as container:
        container.metadata["FPS"] = tag
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 6, 10, "gray"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(GREY[0], format="gray")))
        container.mux(stream.encode())
    with open_video(path) as recording:
        assert recording.fps == 25


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".avi"])
def test_tags_in_older_encodings(tmp_path, suffix):
    path = tmp_path / f"rec{suffix}"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "Kammer ?1"
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 6, 10, "gray"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(GREY[0], format="gray")))
        container.mux(stream.encode())
    makers.replace(path, b"Kammer ?1", b"Kammer \xb51")
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[0], GREY[0])
        assert recording.metadata["title"] == "Kammer \ufffd1"


# --- names of files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["12:30.mkv", "exp 1: cell 2.mkv", "http:rec.mkv", "concat:a.mkv|a.mkv", "file:rec.mkv", "a%20b.mkv", "-i.mkv"],
)
def test_names_with_a_colon_are_names_of_files(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    makers.encoded(tmp_path / "a.mkv", GREY).rename(tmp_path / name)
    np.testing.assert_array_equal(load_video(name), GREY, strict=True)
    np.testing.assert_array_equal(load_video(tmp_path / name), GREY, strict=True)
    save_video(f"new {name}", GREY, 25)
    save_video(f"9{name}", GREY, 25)
    np.testing.assert_array_equal(load_video(f"9{name}"), GREY, strict=True)


@pytest.mark.parametrize("suffix", [".avi", ".mkv", ".mp4", ".wmv"])
@pytest.mark.parametrize("text", ["ffconcat version 1.0\nfile a.mkv\nfile a.mkv\n", "#EXTM3U\n#EXTINF:1,\na.mkv\n"])
def test_lists_of_other_files_are_not_read(tmp_path, suffix, text):
    makers.encoded(tmp_path / "a.mkv", GREY)
    path = tmp_path / f"list{suffix}"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"list\{suffix} cannot be read as video and may be truncated \(.*\): copy"):
        open_video(path)
