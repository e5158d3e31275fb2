"""Zip archives that are written, above all those of NumPy arrays (``.npz``), of which nothing is pickled.

``numpy.savez`` learned to refuse objects only in NumPy 2.1; before, its ``allow_pickle=False`` was saved as an array.
"""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import RawIOBase
from typing import BinaryIO

import numpy as np

from .._base import Array, deferred_interrupts


@contextmanager
def new_archive(file: BinaryIO | RawIOBase, compression: int) -> Iterator[zipfile.ZipFile]:
    """Begin a zip archive in an open file, and finish it after the block.

    Interrupts are held until the archive belongs to the block: otherwise Python prints an error when half an archive is
    collected, or one whose file was closed. After an error, it is left unfinished: a member may be open, with which it
    cannot be finished, and whoever writes a file removes what was begun.
    """
    with ExitStack() as stack:
        with deferred_interrupts():
            made = zipfile.ZipFile(file, "w", compression)  # type: ignore[arg-type, call-overload, unused-ignore]
            archive: zipfile.ZipFile = stack.enter_context(made)
        try:
            yield archive
        except BaseException:
            archive.fp = None  # closing it does nothing now
            raise


def write_npz(file: BinaryIO | RawIOBase, arrays: Mapping[str, Array]) -> None:
    """Write arrays by name, uncompressed, to an open file; arrays of objects are a `ValueError`."""
    with new_archive(file, zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:  # the size is not known beforehand
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
