"""Pages and strips of TIFF files that share bytes, and other entries that contradict the pixels."""

import struct

import numpy as np
import pytest
import tifffile

from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))


def set_entry(path, page, tag, *, kind=None, value=None):
    """Change the type or the value of a tag of a page, in a little-endian classic file."""
    with tifffile.TiffFile(path) as tif:
        at = tif.pages[page].tags[tag].offset
    data = bytearray(path.read_bytes())
    if kind is not None:
        struct.pack_into("<H", data, at + 2, kind)
    if value is not None:
        struct.pack_into("<I", data, at + 8, value)
    path.write_bytes(data)


@pytest.mark.parametrize("compression", [None, "lzw"])
@pytest.mark.parametrize("moved", [-70, 8, "to the one before", "to the directory", "to the header"])
def test_pages_that_share_bytes(tmp_path, compression, moved):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO, compression=compression)
    with tifffile.TiffFile(path) as tif:
        before, place = (tif.pages[i].dataoffsets[0] for i in (2, 3))
        places = {"to the one before": before + bool(compression), "to the directory": tif.pages[1].offset - 4}
    places["to the header"] = 4
    set_entry(path, 3, 273, value=places[moved] if moved in places else place + moved)
    message = r"rec\.tif is damaged, because two pieces of its pages share bytes, at byte \d+ and at byte \d+: copy the"
    check_error(lambda: open_video(path), ValueError, "path", message, path)


def test_equal_pages_that_are_compressed_may_be_stored_once(tmp_path):
    video = VIDEO[[0, 1, 1, 2]]
    path = makers.tiff(tmp_path / "rec.tif", video, compression="lzw")
    with tifffile.TiffFile(path) as tif:
        place = tif.pages[1].dataoffsets[0]
    set_entry(path, 2, 273, value=place)
    np.testing.assert_array_equal(load_video(path), video)


@pytest.mark.parametrize(("rows", "stated"), [(2, 24), (3, 36), (5, 99)])
@pytest.mark.parametrize("contiguous", [True, False])
def test_a_last_strip_that_is_stated_too_long(tmp_path, rows, stated, contiguous):
    path = tmp_path / "rec.tif"
    with tifffile.TiffWriter(path) as writer:
        for page in VIDEO:
            writer.write(page, rowsperstrip=rows, contiguous=contiguous, photometric="minisblack")
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tif:
        for page in tif.pages:
            tag = page.aspage().tags[279]
            code = "<H" if tag.dtype == tifffile.DATATYPE.SHORT else "<I"
            struct.pack_into(code, data, tag.valueoffset + (tag.count - 1) * struct.calcsize(code), stated)
    path.write_bytes(data)
    np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize("compressed", [range(1, 7), range(0, 7, 2)])
def test_pages_of_which_some_are_compressed(tmp_path, compressed):
    video = np.zeros((7, 50, 60), "u2")
    path = tmp_path / "rec.tif"
    with tifffile.TiffWriter(path) as writer:
        for i, page in enumerate(video):
            compression = "zlib" if i in compressed else None
            writer.write(page, compression=compression, contiguous=False, photometric="minisblack", metadata=None)
    np.testing.assert_array_equal(load_video(path), video)


def test_strips_that_share_bytes(tmp_path):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO, rowsperstrip=1)
    with tifffile.TiffFile(path) as tif:
        at, first = tif.pages[0].tags[273].valueoffset, tif.pages[0].dataoffsets[0]
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, at + 4, first)
    path.write_bytes(data)
    with open_video(path) as recording:
        check_error(
            lambda: recording[:], ValueError, "path", r"page 0 cannot be decoded \(its strips share bytes\)", path
        )


@pytest.mark.parametrize("kind", [1, 2, 7, 11, 12])
def test_places_of_another_type(tmp_path, kind):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO)
    set_entry(path, 3, 273, kind=kind)
    message = rf"is damaged, because page 3 states the places of its pixels as values of type {kind}: copy"
    check_error(lambda: open_video(path), ValueError, "path", message, path)


@pytest.mark.parametrize(("tag", "value", "what"), [(259, 2, "faxes"), (259, 3, "faxes"), (317, 3, "real numbers")])
@pytest.mark.parametrize("page", [0, 3])
def test_a_compression_of_other_pixels(tmp_path, page, tag, value, what):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO, compression="deflate", predictor=2)
    set_entry(path, page, tag, value=value)
    message = f"is damaged, because it states a compression of {what} for uint16 pixels: copy the recording again"
    check_error(lambda: load_video(path), ValueError, "path", message, path)
