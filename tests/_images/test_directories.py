"""Directories of TIFF pages: numbers that only a damaged file has are errors that name it."""

import struct

import numpy as np
import pytest
import tifffile

from optimap._images import read_directories
from optimap.video import load_video
from tests.errors import check_error

WIDTH, ROWS_PER_STRIP, STRIPS = 256, 278, 273
HEAD, ENTRY = 8, struct.Struct("<HHQQ")  # of a BigTIFF directory


def changed(path, tag, **fields):
    """Replace the count or the value of an entry of the first page of a BigTIFF file."""
    data = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<Q", data, 8)
    (entries,) = struct.unpack_from("<Q", data, start)
    for place in range(start + HEAD, start + HEAD + entries * ENTRY.size, ENTRY.size):
        number, kind, count, value = ENTRY.unpack_from(data, place)
        if number == tag:
            ENTRY.pack_into(data, place, number, kind, fields.get("count", count), fields.get("value", value))
    path.write_bytes(data)


@pytest.mark.parametrize("pages", [1, 12])  # few pages are read in another way than many
@pytest.mark.parametrize(
    ("tag", "fields"),
    [(WIDTH, {"count": 2**63 + 5}), (ROWS_PER_STRIP, {"count": 2**64 - 1}), (STRIPS, {"value": 2**64 - 1})],
)
def test_numbers_of_more_than_63_bits(tmp_path, tag, fields, pages):
    path = tmp_path / "rec.tif"
    with tifffile.TiffWriter(path, bigtiff=True) as file:
        for _ in range(pages):
            file.write(np.zeros((8, 9), np.uint16), contiguous=False, compression="zlib")
    changed(path, tag, **fields)
    check_error(lambda: load_video(path), ValueError, "path", "rec.tif", path)


@pytest.mark.parametrize("pages", [1, 5, 6, 7, 8, 900])
@pytest.mark.parametrize("options", [{}, {"bigtiff": True}, {"byteorder": ">"}, {"contiguous": False}])
def test_pages_at_equal_distances_are_those_of_tifffile(tmp_path, pages, options):
    path, single = tmp_path / "rec.tif", options.get("contiguous") is False
    with tifffile.TiffWriter(path, **({} if single else options)) as file:
        for part in np.zeros((pages, 3, 4), np.uint16)[:, None] if single else [np.zeros((pages, 3, 4), np.uint16)]:
            file.write(part, photometric="minisblack", **(options if single else {}))
    with tifffile.TiffFile(path) as file:
        expected = [page.offset for page in file.pages]
    assert read_directories(path).starts.tolist() == expected
    if pages > 1:
        path.write_bytes(path.read_bytes()[: expected[-1] + 5])
        check_error(lambda: read_directories(path), ValueError, "path", f"page {pages - 1} should start at", path)


def test_directories_that_share_their_bytes(tmp_path, memory):
    """Directories of 20,000 entries, each of which begins 16 bytes after the one before: 5 GB in 400 kB."""
    pages, entries, step = 10_000, 20_000, 16
    data = bytearray(8 + step * pages + 12 * entries + 100)
    data[:8] = struct.pack("<2sHI", b"II", 42, 8)
    for start in range(8, 8 + step * pages, step):
        struct.pack_into("<H", data, start, entries)
    for start in range(8, 8 + step * pages, step):
        struct.pack_into("<I", data, start + 2 + 12 * entries, start + step)
    path = tmp_path / "rec.tif"
    path.write_bytes(data)
    assert memory(load_video, path, match=r"rec\.tif is damaged, .* first 2 pages share their bytes") < 30 * 2**20


def test_a_chain_that_leads_back_into_pages_at_equal_distances(tmp_path):
    path = tmp_path / "rec.tif"
    tifffile.imwrite(path, np.zeros((100, 3, 4), np.uint16), photometric="minisblack", bigtiff=True)
    starts, data = read_directories(path).starts.tolist(), bytearray(path.read_bytes())
    link = data.rindex(bytes(8))  # of the last page
    struct.pack_into("<Q", data, link, starts[50])
    path.write_bytes(data)
    check_error(lambda: read_directories(path), ValueError, "path", "is an earlier one", path)
