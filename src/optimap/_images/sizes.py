"""How large the pixels of TIFF pages can be, from the bytes that are stored, before they are decoded."""

import math
from pathlib import Path

import numpy as np
import tifffile

from .._base import ArgumentError
from .._files import DEFLATE, LZW, MOST, PACKBITS, VIDEO, check_justified
from .coded import check_coded
from .directories import OpenFile

# The most that these compressions give for a byte: none, LZW, deflate (two numbers), PackBits. JPEG 2000, JPEG XL,
# JPEG XR, LERC and WebP store an even tile of any size in some bytes.
RATIOS = {1: 8, 5: LZW, 8: DEFLATE, 32946: DEFLATE, 32773: PACKBITS}
EVEN = (22610, 33003, 33004, 33005, 34712, 34887, 34927, 34934, 50001, 50002, 52546)
RATIOS |= dict.fromkeys(EVEN, VIDEO)
FLOATS = 3  # predictor
FAX = (2, 3, 4, 32771)  # CCITT: each pixel is black or white
BLOCK = 16  # pixels: colours in JPEG are often stored for every second pixel
CODED = (*EVEN, 6, 7, 33007, 34892, 34933)  # with a size of their own: these, JPEG, PNG


def ratio_of(page: tifffile.TiffPage) -> int:
    """Return the most bytes that a stored byte of a page can become; one without compression can hold 8 pixels."""
    return RATIOS.get(int(page.compression), MOST)


def check_page(page: tifffile.TiffPage, path: Path, size: int) -> None:
    """Raise an error if a page, or a tile of one, has too many pixels for the file, or a compression for others."""
    is_fax = int(page.compression) in FAX and page.bitspersample != 1
    if is_fax or (page.predictor == FLOATS and np.dtype(page.dtype).kind != "f"):
        of_what = "faxes" if is_fax else "real numbers"
        problem = f"is damaged, because it states a compression of {of_what} for {page.dtype} pixels"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    asked = most_pixels(page) * np.dtype(page.dtype).itemsize
    check_justified(path, asked, ratio_of(page), "pixels of a page", stored=size)


def most_pixels(page: tifffile.TiffPage) -> int:
    """Return the pixels of a page, or of its tiles, if they are larger."""
    pixels = math.prod(page.shape)
    return max(pixels, page.tilewidth * page.tilelength * page.tiledepth) if page.is_tiled else pixels


def check_segment(page: tifffile.TiffPage, stored: bytes) -> None:
    """Raise an error if a strip or tile of a page is coded as a larger image."""
    if int(page.compression) in CODED:
        check_coded(stored, most_coded(page))


def most_coded(page: tifffile.TiffPage) -> int:
    """Return the most values of a coded strip or tile; encoders fill up the last strip, and blocks of 16 pixels."""
    rows, columns, samples = page.imagelength, page.imagewidth, page.samplesperpixel
    if page.is_tiled:
        rows, columns = max(rows, page.tilelength), max(columns, page.tilewidth)
    else:
        rows = max(rows, min(page.rowsperstrip, 2 * rows))
    return -(-rows // BLOCK) * BLOCK * -(-columns // BLOCK) * BLOCK * samples * page.imagedepth


def check_segments(page: tifffile.TiffPage, file: OpenFile, size: int) -> None:
    """Raise an error if strips or tiles of a page are larger than the file, or are coded as larger images."""
    if max(page.databytecounts, default=0) > size:
        raise ValueError("a strip or tile is larger than the file")
    if int(page.compression) in CODED:
        for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
            check_segment(page, file.read(offset, count))
