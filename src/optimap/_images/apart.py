"""Pages of a TIFF file do not share bytes, with each other, with their directories, or with the header of the file.

A damaged place would otherwise lead to the pixels of another page, or to pixels that are something else.
"""

import math

import numpy as np
import tifffile

from .._base import ArgumentError
from .._files import shared_bytes
from .directories import COMPRESSION, Directories, Numbers

HEADER_BYTES = 8
SEPARATE = 2  # planar configuration: each sample has strips of its own
COPY_AGAIN = "copy the recording again"


def true_lengths(page: tifffile.TiffPage, stated: Numbers) -> Numbers:
    """Return the lengths (2, pages) of the first and the last strips or tiles of pages like this one.

    Uncompressed ones may be stated too long: the last strip, for example, as long as the others.
    """
    itemsize = np.dtype(page.dtype).itemsize
    if page.compression != 1 or itemsize * 8 != page.bitspersample:
        return stated
    nbytes = math.prod(page.shape) * itemsize
    if len(page.dataoffsets) == 1:
        return np.full_like(stated, nbytes)
    if page.is_tiled:
        return np.minimum(stated, nbytes)
    height = int(page.imagelength)
    rows = max(1, min(int(page.rowsperstrip), height))
    row_bytes = nbytes // (height * (int(page.samplesperpixel) if page.planarconfig == SEPARATE else 1))
    exact: Numbers = row_bytes * np.array([[rows], [(height - 1) % rows + 1]], np.int64)
    return np.minimum(stated, exact)


def check_apart(directories: Directories, places: Numbers, lengths: Numbers) -> None:
    """Raise an error if the first or the last strips or tiles (2, pages) share bytes, or share them with a directory.

    Pieces without bytes are those that some programs leave out. Equal pages may be stored once if they are compressed.
    """
    stops = places + lengths
    pieces = np.stack([places[0], stops[0]], axis=1)
    if (places[0] != places[1]).any():  # several strips
        pieces = np.concatenate([pieces, np.stack([places[1], stops[1]], axis=1)])
    if directories.columns[COMPRESSION].values[0] > 1:
        pieces = np.unique(pieces, axis=0)
    heads = np.stack([directories.starts, directories.stops], axis=1)
    if shared := shared_bytes(np.concatenate([[[0, HEADER_BYTES]], pieces, heads])):
        first, second = shared
        problem = f"is damaged, because two pieces of its pages share bytes, at byte {first} and at byte {second}"
        raise ArgumentError("path", directories.path, problem, COPY_AGAIN, subject=str(directories.path))


def check_outside(directories: Directories, start: int, stop: int, count: int) -> None:
    """Raise an error if frames that follow each other begin in the header, or share bytes with a directory."""
    problem = ""
    if start < HEADER_BYTES:
        problem = f"its frames should begin at byte {start}, in the header of the file"
    elif (inside := (directories.starts >= start) & (directories.starts < stop)).any():
        place = directories.starts[inside.argmax()]
        problem = f"its {count} frames, from byte {start} on, would share bytes with a directory at byte {place}"
    if problem:
        path = directories.path
        raise ArgumentError("path", path, f"is damaged, because {problem}", COPY_AGAIN, subject=str(path))
