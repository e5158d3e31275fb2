"""TIFF files as different programs write them, made with tifffile and Pillow."""

import struct
import sys
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap import ArgumentError
from optimap._base import Advice
from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

VIDEO = makers.random_video((7, 5, 6))
IMAGEJ = {"imagej": True}
OME = {"ome": True}
TYX = {"metadata": {"axes": "TYX"}}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.tif"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"metadata": None},
        {"bigtiff": True},
        {"byteorder": ">"},
        {"byteorder": ">", "bigtiff": True},
        {"rowsperstrip": 2},
        {"truncate": True},
        IMAGEJ | TYX,
        IMAGEJ | {"byteorder": ">"} | TYX,
        IMAGEJ | {"truncate": True} | TYX,
        OME | TYX,
        OME | {"bigtiff": True, "byteorder": ">"} | TYX,
    ],
    ids=repr,
)
def test_contiguous_pixels_are_mapped(path, options):
    with open_video(makers.tiff(path, VIDEO, **options)) as recording:
        assert recording.is_mapped
        assert recording.format == "TIFF"
        assert recording.dtype == np.dtype("u2").newbyteorder(options.get("byteorder", "<"))
        np.testing.assert_array_equal(recording[:], VIDEO)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "zlib"},
        {"compression": "lzw"},
        {"compression": "zstd"},
        {"compression": "packbits"},
        {"compression": "lzw", "predictor": True},
        {"compression": "zlib", "byteorder": ">"},
        {"compression": "zlib", "rowsperstrip": 2, "bigtiff": True},
        {"compression": "lzw", "ome": True, "metadata": {"axes": "TYX"}},
        {"tile": (16, 16)},
    ],
    ids=repr,
)
def test_other_pixels_are_read_page_by_page(path, options):
    with open_video(makers.tiff(path, VIDEO, **options)) as recording:
        assert not recording.is_mapped
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[5:0:-2, 1], VIDEO[5:0:-2, 1], strict=True)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "zstd", "packbits", "lzma"])
@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("layout", [{}, {"rowsperstrip": 7}, {"tile": (16, 32)}], ids=repr)
@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "f4", "f8"])
def test_ways_of_storing(path, byteorder, compression, predictor, layout, dtype):
    video = makers.random_video((3, 37, 45), dtype)
    options = layout | {"compression": compression, "predictor": predictor and compression is not None}
    makers.tiff(path, video, byteorder=byteorder, **options)
    with tifffile.TiffFile(path) as tif:
        np.testing.assert_array_equal(tif.asarray(), video)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video)
        np.testing.assert_array_equal(recording[2:0:-1, 3], video[2:0:-1, 3])
        if not recording.is_mapped:
            assert recording.dtype == video.dtype


def rewrite_strips(path, rows, strips):
    """Let the strips of the only page of a classic TIFF be other ones, at the end of the file."""
    raw = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tif:
        tags = tif.pages.first.tags
        places, sizes = tags["StripOffsets"].valueoffset, tags["StripByteCounts"].valueoffset
        assert len(strips) == -(-37 // rows)
        codes = [{3: "H", 4: "I"}[int(tags[name].dtype)] for name in ("StripOffsets", "StripByteCounts")]
    for i, strip in enumerate(strips):
        struct.pack_into(f"<{codes[0]}", raw, places + i * struct.calcsize(codes[0]), len(raw))
        struct.pack_into(f"<{codes[1]}", raw, sizes + i * struct.calcsize(codes[1]), len(strip))
        raw += strip + b"\0" * (i % 3)  # libtiff begins strips at even places
    path.write_bytes(raw)


@pytest.mark.parametrize("more", [0, 5])
def test_strips_with_gaps_and_a_last_one_that_is_filled_up(path, more):
    frame = makers.random_video((1, 42, 45))[0]
    makers.tiff(path, frame[:37], compression="zlib", rowsperstrip=8)
    strips = [zlib.compress(frame[i : min(i + 8, 37 + more)].tobytes()) for i in range(0, 37, 8)]
    rewrite_strips(path, 8, strips)
    np.testing.assert_array_equal(load_video(path), frame[np.newaxis, :37])


@pytest.mark.parametrize("short", [0, 2, 4])
def test_strips_that_are_too_short_are_an_error(path, short):
    frame = makers.random_video((1, 37, 45))[0]
    makers.tiff(path, frame, compression="zlib", rowsperstrip=8)
    strips = [zlib.compress(frame[i : i + (3 if i == 8 * short else 8)].tobytes()) for i in range(0, 37, 8)]
    rewrite_strips(path, 8, strips)
    text = (
        r"rec\.tif is damaged, page 0 cannot be decoded .*: copy the recording again; if it is whole, save it without"
    )
    check_error(lambda: load_video(path), ArgumentError, "path", text)


def test_pages_that_are_not_stored_alike(path):
    with tifffile.TiffWriter(path) as writer:
        for i, frame in enumerate(VIDEO):
            options = [{}, {"compression": "zlib"}, {"compression": "lzw", "rowsperstrip": 2}][i % 3]
            writer.write(frame, contiguous=False, photometric="minisblack", metadata=None, **options)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[6:0:-4], VIDEO[6:0:-4])


@pytest.mark.parametrize("options", [{}, {"rowsperstrip": 2}, {"tile": (16, 16)}])
def test_frames_in_many_threads(path, options):
    from concurrent.futures import ThreadPoolExecutor

    video = makers.random_video((40, 37, 45))
    makers.tiff(path, video, compression="zlib", **options)
    with open_video(path) as recording, ThreadPoolExecutor(4) as pool:
        for i, block in enumerate(pool.map(lambda i: recording[i : i + 9], range(31))):
            np.testing.assert_array_equal(block, video[i : i + 9])


@pytest.mark.parametrize("make", [makers.tiff_pages, makers.tiff_appended])
@pytest.mark.parametrize("options", [{}, {"compression": "lzw"}, {"metadata": None}])
def test_frames_added_one_by_one(path, make, options):
    make(path, VIDEO, **options)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[[6, 0]], VIDEO[[6, 0]])


def test_frames_added_in_two_parts(path):
    with tifffile.TiffWriter(path) as writer:
        for part in (VIDEO[:3], VIDEO[3:]):
            writer.write(part, photometric="minisblack")
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_written_by_pillow(path, compression):
    first, *others = [Image.fromarray(frame) for frame in VIDEO]
    first.save(path, save_all=True, append_images=others, compression=compression)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "?"])
def test_values_and_dtype(path, dtype):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(makers.tiff(path, video)) as recording:
        assert recording.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(recording[:], video, strict=True)


@pytest.mark.parametrize("options", [{}, IMAGEJ, OME, {"compression": "lzw"}], ids=repr)
def test_one_frame(path, options):
    np.testing.assert_array_equal(load_video(makers.tiff(path, VIDEO[0], **options)), VIDEO[:1], strict=True)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_values_are_as_stored_for_either_meaning_of_white(path, photometric):
    tifffile.imwrite(path, VIDEO, photometric=photometric)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("suffix", [".tif", ".tiff", ".btf", ".tf8", ".ome.tif", ".TIFF"])
def test_suffixes(tmp_path, suffix):
    np.testing.assert_array_equal(load_video(makers.tiff(tmp_path / f"rec{suffix}", VIDEO, **TYX)), VIDEO)


@pytest.mark.parametrize("content", [b"", b"II", b"no TIFF file at all", b"IJ*\0\x08\0\0\0"])
def test_not_a_tiff_file(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"rec\.tif is not a TIFF file, because its first bytes are b'"):
        open_video(path)


@pytest.mark.parametrize("content", [b"II*\0", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II\x2b\0" + bytes(3)])
def test_the_first_bytes_of_a_tiff_file_alone(path, content):
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=rf"rec\.tif is truncated, because its {len(content)} bytes hold no image: copy"
    ):
        open_video(path)


def test_no_page(path):
    path.write_bytes(b"II*\0" + bytes(40))
    with pytest.raises(ValueError, match=r"rec\.tif"):
        open_video(path)


# --- truncated and damaged ------------------------------------------------------------------------------------------

WRITERS = {
    "plain": lambda path: makers.tiff(path, VIDEO),
    "no metadata": lambda path: makers.tiff(path, VIDEO, metadata=None),
    "bigtiff": lambda path: makers.tiff(path, VIDEO, bigtiff=True),
    "big-endian": lambda path: makers.tiff(path, VIDEO, byteorder=">"),
    "imagej": lambda path: makers.tiff(path, VIDEO, imagej=True, metadata={"axes": "TYX"}),
    "imagej in one page": lambda path: makers.tiff(path, VIDEO, imagej=True, truncate=True, metadata={"axes": "TYX"}),
    "in one page": lambda path: makers.tiff(path, VIDEO, truncate=True),
    "ome": lambda path: makers.tiff(path, VIDEO, ome=True, metadata={"axes": "TYX"}),
    "lzw": lambda path: makers.tiff(path, VIDEO, compression="lzw"),
    "zlib ome": lambda path: makers.tiff(path, VIDEO, compression="zlib", ome=True, metadata={"axes": "TYX"}),
    "pages": lambda path: makers.tiff_pages(path, VIDEO),
    "pages lzw": lambda path: makers.tiff_pages(path, VIDEO, compression="lzw"),
    "appended": lambda path: makers.tiff_appended(path, VIDEO),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_truncated_anywhere_it_is_an_error_or_whole(path, writer):
    whole = WRITERS[writer](path).read_bytes()
    for kept in [*range(0, len(whole), 37), *range(len(whole) - 12, len(whole))]:
        path.write_bytes(whole[:kept])
        outcome = makers.values_or_error(path, load_video)
        if isinstance(outcome, str):
            assert "rec.tif" in outcome, (kept, outcome)
        else:
            np.testing.assert_array_equal(outcome, VIDEO, strict=True)


@pytest.mark.parametrize(
    "writer", sorted(set(WRITERS) - {"in one page", "imagej in one page", "bigtiff", "big-endian"})
)
@pytest.mark.parametrize("target", [0, 2, 3])
def test_a_chain_of_pages_that_loops(path, writer, target):
    makers.link_tiff_page(WRITERS[writer](path), 3, target)
    with pytest.raises(ValueError, match=r"rec\.tif is damaged, because the page after page 3 is an earlier one"):
        open_video(path)


@pytest.mark.parametrize("writer", ["plain", "imagej", "ome", "lzw", "zlib ome"])
def test_a_chain_of_pages_that_ends_early(path, writer):
    makers.link_tiff_page(WRITERS[writer](path), 3, None)
    with pytest.raises(
        ValueError, match=r"rec\.tif is truncated or damaged, because its header says 7 frames, but it has 4 pages"
    ):
        open_video(path)


def with_count(path, writer, count):
    WRITERS[writer](path)
    for key in [b"images=", b"frames="] if writer == "imagej" else [b'SizeT="']:
        makers.replace(path, key + b"7", key + str(count).encode())
    return path


def test_a_header_with_more_frames_than_there_are(path):
    with_count(path, "imagej", 9)
    with pytest.raises(ValueError, match=r"its header says 9 frames, but it has 7 pages"):
        open_video(path)


@pytest.mark.parametrize("writer", ["ome", "zlib ome"])
def test_a_complete_file_whose_description_has_more_frames(path, writer):
    with_count(path, writer, 9)
    with pytest.warns(Advice, match=r"holds 7 frames, although its header states 9: all that its header describes"):
        np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("writer", ["imagej", "ome", "zlib ome"])
def test_a_header_with_fewer_frames_than_there_are(path, writer):
    with_count(path, writer, 4)
    with pytest.warns(Advice, match=r"holds 7 frames, although its header states 4: all of them are read") as caught:
        video = load_video(path)
    assert (len(caught), caught[0].filename) == (1, __file__)
    np.testing.assert_array_equal(video, VIDEO, strict=True)


@pytest.mark.parametrize(("frames", "expected"), [(2, 3), (5, None)])
def test_more_frames_of_several_channels_are_whole(path, frames, expected):
    stack = makers.random_video((6, 5, 6))
    text = f"ImageJ=1.53\nimages={2 * frames}\nchannels=2\nframes={frames}\nhyperstack=true\n"
    writers.write(path, stack, text)
    if expected is None:
        check_error(lambda: open_video(path, channel=1), ArgumentError, "path", "its header says 10 frames")
        return
    with pytest.warns(Advice, match="holds 3 frames, although its header states 2"):
        np.testing.assert_array_equal(load_video(path, channel=1), stack[1::2])


@pytest.mark.parametrize("compression", ["lzw", "zstd"])
def test_a_missing_imagecodecs_is_an_error_with_its_pip_line(path, monkeypatch, compression):
    makers.tiff(path, VIDEO, compression=compression)
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    message = rf"rec\.tif is compressed \({compression.upper()}\), which needs imagecodecs: pip install "
    with pytest.raises(ImportError, match=message + r"'optimap-trace\[tiff\]'"):
        open_video(path)


@pytest.mark.parametrize("options", [{"compression": "zlib"}, {"compression": "packbits"}, {"tile": (16, 16)}])
def test_compressions_that_do_not_need_imagecodecs(path, monkeypatch, options):
    makers.tiff(path, VIDEO, **options)
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with open_video(path) as recording:
        assert recording.shape == VIDEO.shape


# --- real recordings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["controlV.tif", "caRestitution_p130.tif"])
def test_real_optical_mapping(real_data, name):
    path = real_data / "optical-mapping" / name
    with open_video(path) as recording:
        assert (recording.shape, recording.dtype, recording.fps) == ((1000, 32, 32), np.uint16, 1000.0)
        assert recording.metadata["finterval"] == 0.001
    np.testing.assert_array_equal(load_video(path), tifffile.imread(path), strict=True)


def test_real_two_photon(real_data):
    path = real_data / "two-photon" / "example.tif"
    assert load_metadata(path)["ImageJ"] == "1.48v"
    np.testing.assert_array_equal(load_video(path), tifffile.imread(path), strict=True)
    np.testing.assert_array_equal(load_video(path, 3, 5, 2), tifffile.imread(path)[3:12:2], strict=True)
