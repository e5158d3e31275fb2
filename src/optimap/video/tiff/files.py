"""Pages in several TIFF files: images of a recording that was written file by file. Few files are open at once."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..._base import ArgumentError, Array, MissingFileError
from ..._images import SIZE_AND_TYPE, TiffPages, check_compression, in_parallel, read_directories, reading_tags
from ...kernels import thread_count

MOST_OPEN = 8


def open_pages(path: Path) -> TiffPages:
    """Open the pages of a file, which must have one size and type."""
    directories = read_directories(path)
    if not len(directories):
        raise ArgumentError("path", path, "holds no image", "copy the recording again", subject=str(path))
    tif: tifffile.TiffFile | None = None
    try:
        with reading_tags(path):
            tif = tifffile.TiffFile(path)
            check_compression(tif.pages.first, path)
            unlike = directories.unlike_first(SIZE_AND_TYPE)
            if len(unlike):
                problem = f"holds images of different sizes or types, page 0 and page {unlike[0]}"
                raise ArgumentError("path", path, problem, "save the recording in a file of its own", subject=str(path))
            return TiffPages(tif, directories, tif.pages.first)
    except BaseException:
        if tif is not None:
            tif.close()
        raise


class PagesOfFiles:
    """The pages of several files as one list of images: number ``i`` is page ``page_of[i]`` of file ``file_of[i]``.

    Files are opened when they are read, and closed again when others are; their first page must be like `model`.
    """

    def __init__(
        self, files: Sequence[Path], file_of: NDArray[np.int64], page_of: NDArray[np.int64], model: TiffPages
    ) -> None:
        self._files, self._file_of, self._page_of = list(files), file_of, page_of
        self.shape, self.dtype, self._model = model.shape, model.dtype, model
        self._open: OrderedDict[Path, TiffPages] = OrderedDict({model.path: model})
        self._lock = Lock()

    def read(self, numbers: NDArray[np.int64]) -> Array:
        """Return the images with these numbers, (n, *shape)."""
        result = np.empty((len(numbers), *self.shape), self.dtype)
        order = np.argsort(self._file_of[numbers], kind="stable")  # the places of each file together
        files, starts = np.unique(self._file_of[numbers[order]], return_index=True)
        groups = np.split(order, starts[1:])
        threads = min(thread_count(), len(files))

        def work(number: int) -> None:
            places = groups[number]
            path = self._files[int(files[number])]
            result[places] = self._read_file(path, self._page_of[numbers[places]], None if threads == 1 else 1)

        in_parallel(work, len(files), threads)
        return result

    def _read_file(self, path: Path, pages: NDArray[np.int64], threads: int | None) -> Array:
        """Read some pages of one file."""
        with self._lock:
            opened = self._open.pop(path, None)  # no other thread closes it now
        if opened is None:
            opened = self._open_like_model(path)
        try:
            if int(pages.max()) >= len(opened):
                problem = f"is truncated, because page {pages.max()} is missing: it has {len(opened)} pages"
                raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
            return opened.read(pages, threads)
        finally:
            self._keep(path, opened)

    def _open_like_model(self, path: Path) -> TiffPages:
        """Open a file whose images must be like the others."""
        if not path.is_file():
            raise missing_file(path)
        opened = self._model.like_this(read_directories(path)) or open_pages(path)
        if (opened.shape, opened.dtype) != (self.shape, self.dtype):
            opened.close()
            raise different_file(path, opened.shape, opened.dtype, self._model.path.name, self.shape, self.dtype)
        return opened

    def _keep(self, path: Path, opened: TiffPages) -> None:
        """Keep a file open for the next time, and close the one that was read longest ago."""
        with self._lock:
            self._open[path] = opened
            spare = self._open.popitem(last=False)[1] if len(self._open) > MOST_OPEN else None
        if spare is not None:
            spare.close()

    def close(self) -> None:
        """Close all files."""
        while self._open:
            self._open.popitem()[1].close()


def missing_file(path: Path) -> MissingFileError:
    """Return the error for a file of a recording that is not there."""
    return MissingFileError(
        "path", path, "is missing", "keep all files of the recording in one folder", subject=str(path)
    )


def different_file(
    path: Path, shape: Sequence[int], dtype: "np.dtype[Any]", model: str, wanted: Sequence[int], kind: "np.dtype[Any]"
) -> ArgumentError:
    """Return the error for an image of another size or type than the others in its folder."""
    return ArgumentError(
        "path",
        path,
        f"is {tuple(shape)} of {dtype}, but {model} is {tuple(wanted)} of {kind}",
        f"keep only frames of one size and type in the folder, or leave the file out with ignore={path.name!r}",
        subject=str(path),
        keyword="ignore",
    )
