"""Guards for reading image files with tifffile: recordings, and images that are another argument than ``path``."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from .._base import ArgumentError, DamagedFileError
from .._files import reading

COPY_AGAIN = "copy the recording again"


def reading_tags(path: Path) -> AbstractContextManager[None]:
    """Return the guard for reading the tags of a file."""
    return reading(path, "tifffile", "is damaged, because its tags cannot be read", COPY_AGAIN)


@contextmanager
def reading_image(path: Path, argument: str, problem: str, cure: str) -> Iterator[None]:
    """Guard the reading of a TIFF; errors of the reader shared with recordings are about `argument`, too."""
    try:
        with reading(path, "tifffile", problem, cure, argument=argument):
            yield
    except ArgumentError as error:
        if error.argument == argument or error.argument != "path":
            raise
        raise DamagedFileError(argument, path, error.problem, cure, subject=error.subject) from error
