"""Stores of zarr, folders and zip files, that check what they return to zarr.

Names never leave the store, however they are written. Descriptions are of a moderate size, and name codecs of data only
(`zarr_codecs`). A
chunk in a compressed zip file is no larger than its array can use. Stores that are written keep an error of the disk
until zarr is through.
"""

import json
from pathlib import Path
from typing import Any

from zarr.abc.store import Store
from zarr.core.buffer import default_buffer_prototype
from zarr.storage import LocalStore, ZipStore

from .zarr_codecs import arrays_in, bound

DESCRIPTIONS = ("zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata")
LONGEST_DESCRIPTION = 16 * 2**20  # bytes; attributes can be long lists of times


def is_description(key: str) -> bool:
    """Whether a name is one of a file that describes arrays and groups."""
    return key.rpartition("/")[2] in DESCRIPTIONS


class CheckedStore(Store):  # type: ignore[misc, unused-ignore]  # untyped where zarr is not installed
    """A store that checks names, descriptions and sizes."""

    _most: dict[str, int]

    async def get(self, key: str, *arguments: Any, **options: Any) -> Any:
        """Return the bytes that zarr requests."""
        check_name(key)
        folder, _, name = key.rpartition("/")
        described = is_description(key)
        most = LONGEST_DESCRIPTION if described else 2 * self._most_of(key)
        size = self.size_of(key, described)
        if most and size > most:
            raise ValueError(f"{key} has {size} bytes, which is more than the {most} that it can use")
        value = await super().get(key, *arguments, **options)  # type: ignore[safe-super, unused-ignore]  # there is a store below
        if value is None or not described or name in (".zgroup", ".zattrs"):
            return value
        content, version = json.loads(value.to_bytes()), 3 if name == "zarr.json" else 2
        try:
            self._most |= {place: bound(array, place, version) for place, array in arrays_in(content, folder)}
        except (LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ValueError(f"{key} does not describe an array ({error})") from error
        return default_buffer_prototype().buffer.from_bytes(json.dumps(content).encode())

    def size_of(self, key: str, described: bool) -> int:
        """Return the bytes that reading a file in the store takes, if these are more than it has on the disk."""
        raise NotImplementedError

    def _most_of(self, key: str) -> int:
        """Return the most bytes of a chunk; 0 if that is not known."""
        place = key
        while place:
            place = place.rpartition("/")[0]
            if place in self._most:
                return self._most[place]
        return 0


def check_name(name: str) -> None:
    """Raise an error for a name that leads out of the store."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith("/") or ".." in parts or ":" in parts[0]:
        raise ValueError(f"the name {name!r} leads out of the store")


class CheckedFolder(CheckedStore, LocalStore):  # type: ignore[misc, unused-ignore]  # as above
    """A folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, read_only=True)
        self._most = {}

    def size_of(self, key: str, described: bool) -> int:
        """Return the size of a description."""
        file = Path(self.root) / key
        return file.stat().st_size if described and file.is_file() else 0


class CheckedZip(CheckedStore, ZipStore):  # type: ignore[misc, unused-ignore]  # as above
    """A zip file."""

    def __init__(self, path: Path, sizes: dict[str, int]) -> None:
        super().__init__(path, mode="r")
        self._most, self._sizes = {}, sizes

    def size_of(self, key: str, described: bool) -> int:
        """Return the size of a member."""
        return self._sizes.get(key, 0)


class _New(Store):  # type: ignore[misc, unused-ignore]  # untyped where zarr is not installed
    """A store that takes everything, so that nothing is left running in zarr; `check` raises the error of the disk."""

    failure: OSError | None = None

    def check(self) -> None:
        """Raise the first error of the disk, if there was one."""
        if self.failure is not None:
            raise self.failure

    async def set(self, key: str, value: Any) -> None:
        """Write a file, unless the disk has failed before."""
        try:
            if self.failure is None:
                await super().set(key, value)  # type: ignore[safe-super, unused-ignore]  # there is a store below
        except OSError as error:
            self.failure = self.failure or error

    def set_sync(self, key: str, value: Any) -> None:
        """Write a file, as some versions of zarr do it."""
        try:
            if self.failure is None:
                super().set_sync(key, value)  # type: ignore[misc, unused-ignore]  # there is a store below
        except OSError as error:
            self.failure = self.failure or error

    def close(self) -> None:
        """Close the store, which writes the list of contents of a zip file."""
        try:
            super().close()
        except OSError as error:
            self.failure = self.failure or error


class NewFolder(_New, LocalStore):  # type: ignore[misc, unused-ignore]  # as above
    """A folder that is written."""


class NewZip(_New, ZipStore):  # type: ignore[misc, unused-ignore]  # as above
    """A zip file that is written."""
