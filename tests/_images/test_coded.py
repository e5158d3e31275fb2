"""The sizes that coded images state: those that imagecodecs decodes; larger ones than the page has are refused."""

import re
import struct

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from optimap._images import check_coded, stated_sizes
from optimap.image import load_mask
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.microscopes import czi

# Codec, type of pixels, colours, options.
CODES = {
    "jpeg": ("jpeg8", "u1", 1, {}),
    "jpeg of colours": ("jpeg8", "u1", 3, {}),
    "jpeg without loss": ("jpeg8", "u1", 1, {"lossless": True}),
    "ljpeg": ("ljpeg", "u2", 1, {}),
    "jpeg-ls": ("jpegls", "u2", 1, {}),
    "jpeg 2000": ("jpeg2k", "u2", 1, {"codecformat": "j2k"}),
    "jp2": ("jpeg2k", "u2", 1, {"codecformat": "jp2"}),
    "jpeg xl": ("jpegxl", "u2", 1, {}),
    "jpeg xl in boxes": ("jpegxl", "u1", 1, {"usecontainer": True}),
    "jpeg xr": ("jpegxr", "u2", 1, {}),
    "jpeg xr with transparency": ("jpegxr", "u1", 4, {"photometric": "rgb", "hasalpha": True}),
    "lerc": ("lerc", "u2", 1, {}),
    "lerc 2": ("lerc", "f4", 1, {"version": 2}),
    "lerc 3": ("lerc", "f4", 1, {"version": 3}),
    "png": ("png", "u2", 1, {}),
    "webp": ("webp", "u1", 3, {}),
    "webp without loss": ("webp", "u1", 3, {"lossless": True}),
    "webp with transparency": ("webp", "u1", 4, {"lossless": False}),
}
# Numbers of compressions in TIFF, and a code for each.
IN_TIFF = {
    7: "jpeg",
    33005: "jpeg 2000",
    34712: "jp2",
    34887: "lerc",
    34933: "png",
    34934: "jpeg xr",
    50002: "jpeg xl",
}


def encoded(kind, rows, columns, fill=None):
    """Return an image of random numbers, or of equal ones, coded in some way."""
    codec, dtype, colours, options = CODES[kind]
    shape = (rows, columns, colours)[: 2 if colours == 1 else 3]
    random = np.random.default_rng(rows * 1000 + columns)
    image = random.integers(0, 256, shape).astype(dtype) if fill is None else np.full(shape, fill, dtype)
    return getattr(imagecodecs, f"{codec}_encode")(image, **options)


def tiff_of_code(path, code, compression, bits, *, rows=16, columns=16, pages=3):
    """A TIFF file of pages of some size, whose only strips hold these bytes."""
    entries = [(256, columns), (257, rows), (258, bits), (259, compression), (262, 1), (273, 0), (277, 1), (278, rows)]
    entries += [(279, len(code))]
    size = 2 + 12 * len(entries) + 4
    result = struct.pack("<2sHI", b"II", 42, 8)
    start = 8 + pages * size
    for page in range(pages):
        result += struct.pack("<H", len(entries))
        for tag, value in entries:
            result += struct.pack("<HHII", tag, 4, 1, start if tag == 273 else value)
        result += struct.pack("<I", 8 + (page + 1) * size if page < pages - 1 else 0)
    path.write_bytes(result + code)
    return path


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("shape", [(7, 9), (64, 64), (96, 128), (48, 64), (300, 200), (10, 12), (520, 1040)])
def test_sizes_that_imagecodecs_decodes(kind, shape):
    code = encoded(kind, *shape)
    assert getattr(imagecodecs, f"{CODES[kind][0]}_decode")(code).shape[:2] == shape
    sizes = list(stated_sizes(code))
    assert sizes
    assert set(sizes) == {shape}
    check_coded(code, shape[0] * shape[1])
    with pytest.raises(ValueError, match=rf"states {shape[0]} x {shape[1]} pixels where {shape[0]} are expected"):
        check_coded(code, shape[0])


@given(rows=st.integers(1, 70), columns=st.integers(1, 70), kind=st.sampled_from(sorted(CODES)), data=st.data())
def test_a_header_that_is_cut_off_or_changed_is_a_size_or_a_value_error(rows, columns, kind, data):
    if kind.startswith("jpeg xr"):  # cannot hold images of one row
        rows, columns = rows + 1, columns + 1
    code = bytearray(encoded(kind, rows, columns, fill=3))
    at = data.draw(st.integers(0, len(code) - 1))
    code[at] = data.draw(st.integers(0, 255))
    for bytes_left in (len(code), at):
        try:
            sizes = list(stated_sizes(bytes(code[:bytes_left])))
        except ValueError as error:
            assert "coded image" in str(error)  # noqa: PT017
        else:
            assert all(isinstance(n, int) for size in sizes for n in size)


@pytest.mark.parametrize(("compression", "kind"), IN_TIFF.items())
def test_pages_that_are_coded_as_larger_images_are_damaged(tmp_path, compression, kind):
    bits = np.dtype(CODES[kind][1]).itemsize * 8
    right = tiff_of_code(tmp_path / "right.tif", encoded(kind, 16, 16, fill=7), compression, bits)
    video = load_video(right)
    np.testing.assert_array_equal(video, np.stack([tifffile.imread(right, key=i) for i in range(3)]))
    assert (np.abs(video - 7.0) <= 1).all()
    path = tiff_of_code(tmp_path / "rec.tif", encoded(kind, 2000, 2000, fill=7), compression, bits)
    with open_video(path) as recording:
        check_error(lambda: recording[:], ValueError, "path", r"rec\.tif .* 2000 x 2000 pixels where 256", path)


@pytest.mark.parametrize("compression", [33005, 34887])
def test_pages_that_differ_are_checked_too(tmp_path, compression):
    kind = IN_TIFF[compression]
    path = tiff_of_code(tmp_path / "rec.tif", encoded(kind, 900, 900, fill=1), compression, 16)
    data = bytearray(path.read_bytes())
    data[8 + 2 + 12 * 9 + 4 + 2 + 12 * 7 + 8] = 17  # rows per strip of the second page, which are more than it has
    path.write_bytes(data)
    with open_video(path) as recording:
        check_error(lambda: recording[:], ValueError, "path", r"rec\.tif .* 900 x 900 pixels where 256", path)
    sizes = tiff_of_code(tmp_path / "sizes.tif", encoded(kind, 900, 900, fill=1), compression, 16, pages=2)
    data = bytearray(sizes.read_bytes())
    data[8 + 2 + 12 * 9 + 4 + 2 + 8] = 17  # columns of the second page
    sizes.write_bytes(data)
    check_error(lambda: load_mask(sizes), ValueError, "filename", r"sizes\.tif .* 900 x 900 pixels where 256", sizes)
    mask = tiff_of_code(tmp_path / "mask.tif", encoded(kind, 900, 900, fill=1), compression, 16, pages=1)
    check_error(lambda: load_mask(mask), ValueError, "filename", r"mask\.tif .* 900 x 900 pixels where 256", mask)


def page_of_code(path, code, compression, **sizes):
    """The first page of a TIFF with this code, and what comes of reading it."""
    tiff_of_code(path, code, compression, 8, pages=1, **sizes)
    return load_video(path)[0]


def test_bytes_between_the_markers_of_jpeg(tmp_path):
    """Decoders pass over them, and take the size that follows."""
    code = encoded("jpeg", 16, 16, fill=7)
    np.testing.assert_array_equal(page_of_code(tmp_path / "a.tif", code[:2] + b"\0\0\xff\0" + code[2:], 7), 7)
    large = encoded("jpeg", 2000, 2000, fill=7)
    for between in (b"\0\0", b"\xff\0", b"\xff\xff\xff", b"\1\xff\1\2"):
        with pytest.raises(ValueError, match="2000 x 2000 pixels where 256"):
            page_of_code(tmp_path / "b.tif", large[:2] + between + large[2:], 7)


@pytest.mark.parametrize("compression", ["deflate", "zstd"])
def test_lerc_that_is_compressed(tmp_path, compression):
    code, large = (imagecodecs.lerc_encode(np.full((n, n), 7, "u1"), compression=compression) for n in (16, 2000))
    assert list(stated_sizes(code)) == [(16, 16)]
    np.testing.assert_array_equal(page_of_code(tmp_path / "a.tif", code, 34887), 7)
    with pytest.raises(ValueError, match="2000 x 2000 pixels where 256"):
        page_of_code(tmp_path / "b.tif", large, 34887)


@pytest.mark.parametrize("rows", [50, 64])
def test_strips_that_are_filled_up(tmp_path, rows):
    """Of a page of 50 rows, an encoder may store 64."""
    code = imagecodecs.jpeg8_encode(np.full((rows, 70), 7, "u1"))
    found = page_of_code(tmp_path / "a.tif", code, 7, rows=50, columns=70)
    assert found.shape == (50, 70)
    assert (found == 7).all()


def test_several_images_of_jpeg_xl_in_a_page(tmp_path):
    code = imagecodecs.jpegxl_encode(np.zeros((3, 16, 16), "u1"))
    with pytest.raises(ValueError, match="or is one of several"):
        page_of_code(tmp_path / "a.tif", code, 50002)


def test_tiles_of_jpeg_2000_that_the_bytes_cannot_hold(tmp_path):
    code = bytearray(encoded("jpeg 2000", 200, 200, fill=1))
    code[24:32] = struct.pack(">II", 1, 1)  # columns and rows of a tile
    path = tiff_of_code(tmp_path / "rec.tif", bytes(code), 33005, 16, rows=200, columns=200)
    with open_video(path) as recording:
        check_error(lambda: recording[:], ValueError, "path", "states 40000 tiles of 1 components", path)


def test_tags_of_jpeg_xr_that_its_decoder_writes_lines_about(tmp_path, capfd):
    code = encoded("jpeg xr", 32, 48, fill=1)
    assert code.count(b"\xc1\xbc\4\0") == 1
    path = czi(tmp_path / "rec.czi", makers.random_video((3, 32, 48)), compression=4, encode=lambda _: code)
    assert load_video(path).mean() == 1
    changed = code.replace(b"\xc1\xbc\4\0", b"\xc1\xac\4\0")
    path = czi(tmp_path / "rec.czi", makers.random_video((3, 32, 48)), compression=4, encode=lambda _: changed)
    check_error(
        lambda: load_video(path), ValueError, "path", r"rec\.czi .* tag 44225, which JPEG XR does not have", path
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["jpeg xr", "jpeg xr with transparency"])
@pytest.mark.parametrize(
    ("place", "byte", "match"),
    [
        (11, 0x22, "contradicts itself about the format"),  # colours where grey was stated
        (11, 0x07, "contradicts itself about the format"),  # floats
        (16, 0xA0, "contradicts itself about the format"),
        (15, 0x03, "states 4 x 48 pixels, and 32 x 48 in its tags"),
    ],
)
def test_headers_of_jpeg_xr_that_its_decoder_would_not_survive(kind, place, byte, match):
    code = encoded(kind, 32, 48)
    check_coded(code, 32 * 48)
    starts = [found.start() for found in re.finditer(b"WMPHOTO", code)]
    assert len(starts) == (2 if "transparency" in kind else 1)
    for start in starts:
        changed = bytearray(code)
        changed[start + place] = byte
        with pytest.raises(ValueError, match=match):
            check_coded(bytes(changed), 32 * 48)
    at = struct.unpack_from("<I", code, 4)[0] + 2 + 8  # the first tag states where the format of pixels is
    unknown = bytearray(code)
    unknown[struct.unpack_from("<I", code, at)[0] + 15] = 0xFE
    with pytest.raises(ValueError, match="format of pixels 254, which is not known"):
        check_coded(bytes(unknown), 32 * 48)


def test_sub_blocks_of_zeiss_that_are_coded_as_larger_images(tmp_path):
    large = encoded("jpeg xr", 1000, 1000, fill=1)
    path = czi(tmp_path / "rec.czi", makers.random_video((3, 32, 48)), compression=4, encode=lambda _: large)
    with open_video(path) as recording:
        check_error(lambda: recording[:], ValueError, "path", r"rec\.czi .* 1000 x 1000 pixels where 1536", path)
