"""Zip files, which ImageJ and SciPy write: the names in one."""

import zipfile
from pathlib import Path

from .._base import DamagedFileError
from .._files import reading


def names_in_zip(path: Path) -> list[str]:
    """Return the names of the files in a zip file; none for a damaged one, which its reader reports."""
    try:
        with reading(path, "zip", "cannot be read as a zip file"), zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except DamagedFileError:
        return []
