"""Zeiss recordings, written byte by byte."""

import struct
import sys

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.microscopes import CZI_XML, czi, czi_of_blocks

VIDEO = makers.random_video((6, 4, 5))
HYPER = makers.random_video((6, 2, 3, 4, 5), seed=1)  # T, C, Z
NAMES = '<Channel Id="Channel:0" Name="Rhod-4"/><Channel Id="Channel:1"/>'


@pytest.fixture
def path(tmp_path):
    return czi(tmp_path / "rec.czi", VIDEO)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "f4", "f8"])
def test_data_types(tmp_path, dtype):
    video = makers.random_video((6, 4, 5), dtype)
    with open_video(czi(tmp_path / "rec.czi", video)) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        np.testing.assert_array_equal(recording[4:0:-2, 1:3], video[4:0:-2, 1:3], strict=True)
        assert (recording.format, recording.fps, recording.times) == ("Zeiss CZI", 500.0, None)
        assert recording.pixel_size == pytest.approx(0.002)


def test_channels_and_planes(tmp_path):
    xml = CZI_XML.format(channels=NAMES, increment="", width="")
    path = czi(tmp_path / "rec.czi", HYPER, "TCZ", xml=xml)
    for c in range(2):
        for z in range(3):
            np.testing.assert_array_equal(load_video(path, channel=c, z=z), HYPER[:, c, z], strict=True)
    np.testing.assert_array_equal(load_video(path, channel="Rhod-4", z=0), HYPER[:, 0, 0])
    np.testing.assert_array_equal(load_video(path, channel="Channel:1", z=0), HYPER[:, 1, 0])
    text = r"has 2 channels \(Rhod-4, Channel:1\): choose one with channel=, from 0 to 1"
    assert check_error(lambda: open_video(path), ValueError, "path", text, value=path).keyword == "channel"
    text = "has 3 planes: choose one with z=, from 0 to 2"
    assert check_error(lambda: open_video(path, channel=0), ValueError, "path", text, value=path).keyword == "z"
    check_error(lambda: open_video(path, channel=0, z=3), ValueError, "z", "give a number from 0 to 2", value=3)


def test_scenes(tmp_path):
    video = HYPER[:, :, 0]
    path = czi(tmp_path / "rec.czi", video, "TS")
    np.testing.assert_array_equal(load_video(path, scene=1), video[:, 1], strict=True)
    text = "has 2 scenes: choose one with scene=, from 0 to 1"
    assert check_error(lambda: open_video(path), ValueError, "path", text, value=path).keyword == "scene"


def test_blocks_in_any_order_and_from_any_time(tmp_path):
    blocks = [({"T": 40 + i, "H": 7}, VIDEO[i]) for i in reversed(range(6))]
    np.testing.assert_array_equal(load_video(czi_of_blocks(tmp_path / "rec.czi", blocks)), VIDEO, strict=True)


def test_images_of_lower_resolution_are_left_out(tmp_path):
    path = czi(tmp_path / "rec.czi", VIDEO)
    small = czi(tmp_path / "small.czi", VIDEO, stored=2)
    check_error(lambda: open_video(small), ValueError, "path", "holds no images", value=small)
    raw, at = path.read_bytes(), struct.unpack_from("<q", path.read_bytes(), 84)[0]
    first = at + 32 + 128
    entry = 32 + 3 * 20
    # Repeat the first entry of the directory as one that stores fewer pixels than it covers.
    copy = bytearray(raw[first : first + entry])
    struct.pack_into("<i", copy, 32 + 16, 3)
    body = struct.pack("<i124x", 7) + raw[first : first + 6 * entry] + copy
    more = bytearray(raw)
    struct.pack_into("<q", more, 84, len(raw))
    path.write_bytes(more + struct.pack("<16sqq", b"ZISRAWDIRECTORY", len(body), len(body)) + body)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


def test_times(tmp_path):
    times = 12.5 + np.arange(6) / 250
    with open_video(czi(tmp_path / "rec.czi", VIDEO, times=times)) as recording:
        np.testing.assert_allclose(recording.times, np.arange(6) / 250, atol=1e-12)
        assert recording.fps == pytest.approx(250)
    times[3:] += 0.05
    with open_video(czi(tmp_path / "rec.czi", VIDEO, times=times)) as recording:
        assert recording.fps is None
    for others in (times[:5], []):  # of no use for six frames
        with open_video(czi(tmp_path / "rec.czi", VIDEO, times=others)) as recording:
            assert (recording.times, recording.fps) == (None, 500.0)


@pytest.mark.parametrize("value", ["", "0", "-1", "NaN", "0,002", "fast"])
def test_metadata_of_no_use(tmp_path, value):
    xml = CZI_XML.format(channels="", increment=value, width=value)
    with open_video(czi(tmp_path / "rec.czi", VIDEO, xml=xml)) as recording:
        assert (recording.fps, recording.pixel_size) == (None, None)


def test_entries_of_the_description(tmp_path):
    xml = CZI_XML.format(channels=NAMES, increment="", width="")
    assert load_metadata(czi(tmp_path / "rec.czi", VIDEO, xml=xml)) == {
        "SizeX": "6",
        "channels": ["Rhod-4", "Channel:1"],
    }
    with open_video(czi(tmp_path / "rec.czi", VIDEO, xml="<ImageDocument/>")) as recording:
        assert (recording.metadata, recording.fps) == ({}, None)


def zstd(raw):
    import imagecodecs

    return imagecodecs.zstd_encode(raw)


def split_bytes(raw):
    """All lower bytes, then all upper ones."""
    return raw[::2] + raw[1::2]


@pytest.mark.parametrize(
    ("compression", "encode"),
    [
        (5, zstd),
        (6, lambda raw: b"\1" + zstd(raw)),
        (6, lambda raw: b"\3\1\0" + zstd(raw)),
        (6, lambda raw: b"\3\1\1" + zstd(split_bytes(raw))),
    ],
)
def test_zstd(tmp_path, compression, encode):
    path = czi(tmp_path / "rec.czi", VIDEO, compression=compression, encode=encode)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


def test_jpeg_xr(tmp_path):
    import imagecodecs

    def encode(raw):
        return imagecodecs.jpegxr_encode(np.frombuffer(raw, np.uint16).reshape(32, 48), level=1.0)

    video = makers.random_video((3, 32, 48))
    path = czi(tmp_path / "rec.czi", video, compression=4, encode=encode)
    np.testing.assert_array_equal(load_video(path), video, strict=True)


def test_compressed_frames_need_an_extra(tmp_path, monkeypatch):
    path = czi(tmp_path / "rec.czi", VIDEO, compression=5, encode=zstd)
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(
        ImportError, match=r"compressed \.czi files need imagecodecs: pip install 'optimap-trace\[czi\]'"
    ):
        open_video(path)


@pytest.mark.parametrize(
    ("compression", "encode"),
    [(0, lambda raw: raw[:-1]), (4, lambda raw: raw), (5, lambda raw: raw), (5, lambda raw: zstd(raw[:-2])), (6, zstd)],
)
def test_frames_that_cannot_be_decoded(tmp_path, compression, encode):
    with open_video(czi(tmp_path / "rec.czi", VIDEO, compression=compression, encode=encode)) as recording:
        text = r"rec\.czi is damaged, because frame 2 cannot be decoded .*: copy the recording again"
        check_error(lambda: recording[2], ValueError, "path", text)


def test_a_missing_frame_is_named(tmp_path):
    blocks = [({"T": i}, frame) for i, frame in enumerate(VIDEO) if i != 3]
    path = czi_of_blocks(tmp_path / "rec.czi", blocks)
    check_error(lambda: open_video(path), ValueError, "path", "its directory lacks frame 3: copy", value=path)


def test_a_channel_that_ends_earlier_is_an_error(tmp_path):
    blocks = [({"T": i, "C": c}, frame) for i, frame in enumerate(VIDEO) for c in range(2) if i + c < 6]
    path = czi_of_blocks(tmp_path / "rec.czi", blocks)
    np.testing.assert_array_equal(load_video(path, channel=0), VIDEO)
    check_error(lambda: open_video(path, channel=1), ValueError, "path", "its directory lacks frame 5", value=path)


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (
            lambda path: czi_of_blocks(path, [({"M": i % 2, "T": i // 2}, frame) for i, frame in enumerate(VIDEO)]),
            "is a mosaic, because a frame consists of several tiles: stitch",
        ),
        (
            lambda path: czi(path, VIDEO[np.newaxis].repeat(2, 0), "HT"),
            "has 2 phases of each frame: export one of them",
        ),
        (lambda path: czi(path, VIDEO, kind=3), "is a colour recording: split its channels in ZEN"),
        (lambda path: czi(path, VIDEO, kind=99), r"holds pixels of a kind that is not known .number 99.: export it"),
        (lambda path: czi(path, VIDEO, compression=2), r"is compressed in a way that is not known .number 2.: save it"),
        (
            lambda path: czi(path, VIDEO, part=1),
            "consists of several files, .*: open it in ZEN, and save it as a single",
        ),
        (lambda path: czi_of_blocks(path, []), "holds no images: record"),
        (
            lambda path: czi_of_blocks(path, [({"T": 0}, VIDEO[0]), ({"T": 1}, VIDEO[0, :2])]),
            "frames of different sizes or kinds, such as frame 1 of 5 x 2 pixels: export",
        ),
        (lambda path: czi(path, VIDEO, xml="<ImageDocument"), "its description cannot be read"),
        (lambda path: path.write_bytes(b"no segments"), "is not a .czi file"),
    ],
)
def test_files_that_are_refused(tmp_path, write, text):
    path = tmp_path / "rec.czi"
    write(path)
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


@pytest.mark.parametrize("name", [b"ZISRAWDIRECTORY", b"ZISRAWMETADATA", b"ZISRAWATTDIR", b"ZISRAWATTACH"])
def test_segments_that_are_not_where_they_should_be(tmp_path, name):
    path = czi(tmp_path / "rec.czi", VIDEO, times=np.arange(6.0))
    makers.replace(path, name, b"Z" * len(name))
    check_error(lambda: open_video(path), ValueError, "path", f"there is no segment {name.decode()} at", value=path)


def test_a_directory_without_columns(path):
    makers.replace(path, b"X\0\0\0\0\0\0\0", b"Q\0\0\0\0\0\0\0")
    check_error(lambda: open_video(path), ValueError, "path", "its directory states no sizes: copy", value=path)


def test_entries_with_different_axes(tmp_path):
    blocks = [({"T": i} if i % 2 else {"C": 0, "T": i}, frame) for i, frame in enumerate(VIDEO)]
    np.testing.assert_array_equal(load_video(czi_of_blocks(tmp_path / "rec.czi", blocks)), VIDEO, strict=True)


def test_a_damaged_directory(path):
    at = struct.unpack_from("<q", path.read_bytes(), 84)[0] + 32
    raw = bytearray(path.read_bytes())
    for place, value in ((at, 10**6), (at - 8, 2), (at + 128 + 28, 10**6), (at + 128 + 6, 2**31 - 1)):
        broken = raw.copy()
        struct.pack_into("<i", broken, place, value)
        path.write_bytes(broken)
        check_error(lambda: open_video(path), ValueError, "path", "is (truncated or )?damaged", value=path)


@pytest.mark.parametrize("kept", [0, 9, 100, 600, -600, -1])
def test_truncated(tmp_path, kept):
    path = czi(tmp_path / "rec.czi", VIDEO, times=np.arange(6.0))
    path.write_bytes(path.read_bytes().rstrip(b"\0"))
    makers.keep(path, kept)
    check_error(
        lambda: open_video(path), ValueError, "path", r"is truncated or damaged|is not a \.czi file", value=path
    )


def test_a_frame_is_missing_after_many(tmp_path):
    """Finding it takes one comparison for each frame, not one for each pair."""
    blocks = [({"T": i}, VIDEO[0]) for i in range(3000) if i != 2990]
    path = czi_of_blocks(tmp_path / "rec.czi", blocks)
    check_error(lambda: open_video(path), ValueError, "path", "its directory lacks frame 2990: copy", value=path)


def test_negative_sizes(tmp_path):
    path = czi_of_blocks(tmp_path / "rec.czi", [({"T": i}, frame) for i, frame in enumerate(VIDEO)])
    for axis, size in ((b"X", VIDEO.shape[2]), (b"Y", VIDEO.shape[1])):
        old, new = (axis + bytes(7) + struct.pack("<ifi", n, 0, n) for n in (size, -size))
        makers.replace(path, old, new)
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.czi .*shape is|rec\.czi is damaged")


@pytest.mark.parametrize(("first", "second"), [(2, 4), (5, 5), (0, 5)])
def test_a_directory_that_leads_to_other_frames(path, first, second):
    raw = bytearray(path.read_bytes())
    entries = struct.unpack_from("<q", raw, 84)[0] + 32 + 128
    places = [entries + (32 + 3 * 20) * number + 6 for number in range(6)]
    positions = [struct.unpack_from("<q", raw, place)[0] for place in places]
    struct.pack_into("<q", raw, places[first], positions[second])
    struct.pack_into("<q", raw, places[second], positions[first] if first != second else positions[1])
    path.write_bytes(raw)
    match = r"is damaged, because the sub-block at byte \d+ is not the one of its directory: copy the recording again"
    check_error(lambda: load_video(path), ValueError, "path", match, value=path)
