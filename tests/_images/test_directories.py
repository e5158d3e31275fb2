"""Directories of TIFF pages: numbers that only a damaged file has are errors that name it."""

import struct

import numpy as np
import pytest
import tifffile

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
