"""Zip files, which ImageJ and SciPy write: the names in one, and what is raised for those that are damaged."""

import struct
import zipfile
import zlib
from pathlib import Path

DAMAGED_ZIP = (
    *(OSError, EOFError, ValueError, LookupError, RuntimeError, NotImplementedError, SyntaxError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)


def names_in_zip(path: Path) -> list[str]:
    """Return the names of the files in a zip file; none for a damaged one, which its reader reports."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except DAMAGED_ZIP:
        return []
