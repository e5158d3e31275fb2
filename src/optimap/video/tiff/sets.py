"""OME-TIFF recordings in several files: opened by any of them, if it has the description or says where that is.

Bruker (Prairie View) writes a file for each page, Micro-Manager a new file whenever one is full. All files that the
description names must be there; they are opened when their frames are read.
"""

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..._base import Advice, ArgumentError, DamagedFileError, MissingFileError
from ..._files import file_beside
from ..._images import TiffPages, read_directories, reading_tags
from ..axes import Layout, Wanted, numbered
from ..chained import Gap
from ..paged import PagedFrames
from ..recording import Recording
from .axes import Stack, all_pages, count_advice, stack_layout, stack_times, times_note
from .files import PagesOfFiles, open_pages
from .ome import Ome, OmeImage, read_ome

LATER = re.compile(r"(.*_MMStack.*?)_\d+(\.ome\.tiff?)", re.IGNORECASE)


def first_of_stack(path: Path) -> Path:
    """Return the first file of a stack of Micro-Manager, whose later files may be without a description."""
    name = LATER.fullmatch(path.name)
    first = path if name is None else path.with_name(name[1] + name[2])
    if not first.is_file():
        refuse_missing(path, first)
    return first if first == path or path.name.lower() in files_of_set(first) else path


def find_image(path: Path, ome: Ome, scene: object = None) -> tuple[Path, OmeImage]:
    """Return the file with the description, and the image in it that has planes in the given file, and is wanted."""
    base = path
    if ome.elsewhere is not None:
        base = file_beside(path, ome.elsewhere)
        ome = read_ome(base, _description(path, base), 0)
    images = [image for image in ome.images if _holds(image, base, path)] or list(ome.images)
    if not images:
        problem, cure = "describes no image", "copy the recording again"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    names = [image.name for image in images]
    if isinstance(scene, str) and names.count(scene) == 1:
        return base, images[names.index(scene)]
    return base, images[numbered(path, scene, len(images), "scene", "scene", names if all(names) else ())]


def _description(path: Path, base: Path) -> str:
    """Return the XML in the file with the description of a set."""
    if not base.is_file():
        refuse_missing(path, base)
    if base.suffix.lower() not in (".tif", ".tiff", ".btf", ".tf8"):
        return base.read_text(encoding="utf-8", errors="replace")
    with reading_tags(base), tifffile.TiffFile(base) as tif:
        return tif.ome_metadata or ""


def _holds(image: OmeImage, base: Path, path: Path) -> bool:
    return any(file.name.lower() == path.name.lower() for file in set_files(base, image))


def refuse_missing(path: Path, missing: Path, of_folder: bool = False) -> NoReturn:
    """Raise the error for a missing file of a set, which a folder can be read without."""
    cure = f"copy it next to {path.name}, since the recording is in both, or give it this name again if it was renamed"
    cure += "; or read the other frames with allow_gaps=True" if of_folder else ""
    keyword = "allow_gaps" if of_folder else None
    raise MissingFileError("path", path, "is missing", cure, subject=str(missing), keyword=keyword)


def set_files(base: Path, image: OmeImage) -> list[Path]:
    """Return the files of a recording in the order of its description."""
    return [file_beside(base, name or base.name) for name in image.files]


def files_of_set(path: Path, scene: object = None) -> set[str]:
    """Return the names, in lower case, of the files that hold a recording together with this one, and its own."""
    own, pages = {path.name.lower()}, len(read_directories(path))
    if not pages:
        return own
    text = None
    # Damage is reported when the file is opened.
    with suppress(DamagedFileError), reading_tags(path), tifffile.TiffFile(path) as tif:
        text = tif.ome_metadata if tif.is_ome else None
    if not text:
        return own if first_of_stack(path) == path else files_of_set(first_of_stack(path), scene)
    base, image = find_image(path, read_ome(path, text, pages), scene)
    return {file.name.lower() for file in set_files(base, image)} | own


def open_ome_set(path: Path, base: Path, image: OmeImage, wanted: Wanted, gaps: bool | None = None) -> Recording:
    """Open a recording in several files by one of them.

    `gaps` says whether frames may be missing, of a set that is opened by its folder.
    """
    files = set_files(base, image)
    used = np.unique(image.file_of[image.file_of >= 0])
    missing = [files[number] for number in used if not files[number].is_file()]
    if missing and (not gaps or len(missing) == len(used)):
        refuse_missing(path, missing[0], of_folder=gaps is False)
    lacking = int((image.file_of < 0).sum())
    if lacking:
        problem = f"names the files of {image.file_of.size - lacking} of its {image.file_of.size} planes"
        cure = "record it again, or save the planes that are there as another file"
        raise ArgumentError("path", path, problem, cure, subject=str(base))
    model = open_pages(next(files[number] for number in image.file_of.flat if files[number] not in missing))
    gap = Gap(False, None)
    if missing:
        image, gap = _frames_that_are_there(path, image, [file not in missing for file in files], model, wanted)
    pages = PagesOfFiles(files, image.file_of.ravel(), image.page_of.ravel(), model)
    try:
        stack, table, layout = _laid_out(path, image, model, wanted)
        metadata, fps, pixel_size = ome_described(image)
        times = stack_times(stack, layout)
        times = gap.times(fps) if times is None else times
        return Recording(
            PagedFrames(pages, table, layout),
            path=path,
            format="TIFF",
            fps=fps,
            times=times,
            pixel_size=pixel_size,
            metadata={
                **metadata,
                **times_note(stack, layout),
                **gap.notes(),
                "files": str(len(used) - len(missing)),
            },
            files=[files[number] for number in used if files[number] not in missing],
            axes=(layout.letters, layout.source),
            advice=ome_advice(path, image),
        )
    except BaseException:
        pages.close()
        raise


def _laid_out(path: Path, image: OmeImage, model: TiffPages, wanted: Wanted) -> tuple[Stack, NDArray[np.int64], Layout]:
    """Return the axes of an image, the table of its pages, and what is read of it."""
    stack = ome_stack(image, model.axes, np.arange(image.file_of.size).reshape(image.file_of.shape))
    return (stack, *stack_layout(path, stack, model.shape, model.dtype, wanted))


def _frames_that_are_there(
    path: Path, image: OmeImage, is_there: list[bool], model: TiffPages, wanted: Wanted
) -> tuple[OmeImage, Gap]:
    """Return the frames whose planes that are read lie in files that are there, and the gap between them."""
    _, table, layout = _laid_out(path, image, model, wanted)
    planes = table[tuple(layout.fixed.get(axis, slice(None)) for axis in range(table.ndim))].ravel()
    numbers = np.flatnonzero(np.array(is_there)[image.file_of.ravel()[planes]])
    if len(numbers) in (0, len(planes)):
        return image, Gap(False, None)
    return _some_frames(image, numbers), Gap(True, numbers)


def _some_frames(image: OmeImage, frames: NDArray[np.int64]) -> OmeImage:
    """Return an image of some of its frames."""
    time = [axis for axis, _ in image.axes].index("T")
    axes = tuple((axis, len(frames) if axis == "T" else n) for axis, n in image.axes)
    file_of, page_of = (np.take(table, frames, time) for table in (image.file_of, image.page_of))
    times = None if image.times is None else np.take(image.times, frames, time)
    return replace(image, axes=axes, file_of=file_of, page_of=page_of, times=times, planned=None)


def own_planes(path: Path, base: Path, image: OmeImage) -> OmeImage:
    """Return the frames of an image whose planes are all in one of its files."""
    files = [file.name.lower() for file in set_files(base, image)]
    time = [axis for axis, _ in image.axes].index("T")
    mine = np.moveaxis(image.file_of == files.index(path.name.lower()), time, 0) if path.name.lower() in files else None
    frames = np.flatnonzero([] if mine is None else mine.reshape(len(mine), -1).all(axis=1))
    if not len(frames):
        problem = f"cannot be used, because {path.name} alone holds no whole frame of its recording"
        raise ArgumentError("parts", False, problem, "leave parts out")
    return _some_frames(image, frames)


def with_all_pages(image: OmeImage, pages: int) -> OmeImage:
    """Return the image of a file with all of its pages, if its header states fewer frames."""
    if not np.array_equal(image.page_of.ravel(), np.arange(image.page_of.size)):
        return image
    axes, stated = all_pages(image.axes, pages)
    if stated is None:
        return image
    shape = [n for _, n in axes]
    page_of = np.arange(pages).reshape(shape)
    return replace(image, axes=tuple(axes), page_of=page_of, file_of=0 * page_of, times=None, planned=stated)


def ome_advice(path: Path, image: OmeImage) -> Advice | None:
    """Return the warning for a number of frames in the header that is not that of the file."""
    return count_advice(path, [dict(image.axes)["T"]], image.planned)


def ome_stack(image: OmeImage, page_axes: str, table: NDArray[np.int64]) -> Stack:
    """Return the axes of an image, with a table of its pages, without axes of length one."""
    names = "".join(axis for axis, n in image.axes if n > 1)
    shape = tuple(n for _, n in image.axes if n > 1)
    times = None if image.times is None else image.times.reshape(shape)
    return Stack(names + page_axes, table.reshape(shape), image.channels, times, has_time=True)


def ome_described(image: OmeImage) -> tuple[dict[str, Any], float | None, float | None]:
    """Return metadata, frames per second and pixel size in mm."""
    return dict(image.pixels), image.fps, image.pixel_size
