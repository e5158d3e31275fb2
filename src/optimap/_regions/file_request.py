"""What is asked of a file of regions, for the readers of all kinds of files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .._base import ArgumentError

CELLS = ("accepted", "all")


class Request(NamedTuple):
    """The argument that names the file, in errors; the kind of regions, if it was given; and which cells are wanted."""

    name: str = "path"
    kind: str | None = None
    cells: str = "accepted"

    @property
    def all_cells(self) -> str:
        """The call that takes all cells: functions of videos have no such option."""
        return f"give optimap.trace.regions({self.name}, cells='all')"


@contextmanager
def naming_file(given: object) -> Iterator[None]:
    """Let errors about what is in a file name the file, if one was given."""
    try:
        yield
    except ArgumentError as error:
        if isinstance(given, (str, os.PathLike)) and Path(given).name not in str(error):
            error.origin = str(given)
        raise


def check_cells(cells: object) -> str:
    """Return which cells are wanted, or raise an error."""
    if not isinstance(cells, str) or cells not in CELLS:
        raise ArgumentError.must_be("cells", cells, "'accepted' or 'all'")
    return cells
