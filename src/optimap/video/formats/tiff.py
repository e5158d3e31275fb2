"""TIFF, read with tifffile: single files, BigTIFF, ImageJ, OME, ScanImage, compressed, appended page by page.

Contiguous pixels are memory-mapped; others are read by ranges of pages. The parts are in ``tiff/``: `directories`
counts the pages, `axes` and `ome` say what they are, `metadata` which rate they have, and `pages` decodes them;
recordings in several files are in `sets`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..._base import Advice, ArgumentError, Array
from ..._files import MOST
from ..._images import Directories, TiffPages, check_compression, mapped_pages, ratio_of, read_directories, reading_tags
from ..axes import Layout, Wanted, numbered
from ..chained import chained_recording
from ..checks import whether
from ..paged import PagedFrames
from ..recording import Recording
from ..tiff.axes import (
    Stack,
    as_stack,
    check_count,
    check_not_lost,
    check_sizes,
    count_advice,
    find_stack,
    refuse_stacked,
    stack_layout,
    stack_times,
    stacked_frames,
    times_note,
)
from ..tiff.cut import files_to_read, refuse_parts
from ..tiff.metadata import Described, describe, made_by_optimap
from ..tiff.ndtiff import find_index, open_ndtiff
from ..tiff.ome import Ome, read_ome
from ..tiff.scanimage import scanimage_parts
from ..tiff.sets import (
    find_image,
    first_of_stack,
    ome_advice,
    ome_described,
    ome_stack,
    open_ome_set,
    own_planes,
    with_all_pages,
)
from ..tiff.writing import check_video, save

__all__ = ["check_video", "open_recording", "save"]


@dataclass(frozen=True)
class Request(Wanted):
    """The options of the user, and whether a file that is a part of a recording is opened without the others."""

    scene: object = None
    parts: bool | None = None
    alone: bool = False
    gaps: bool | None = None  # whether frames of a set may be missing, if it is opened by its folder


def open_recording(
    path: Path,
    axes: object = None,
    channel: object = None,
    z: object = None,
    scene: object = None,
    parts: object = None,
) -> Recording:
    """Open a TIFF file, and the other files of its recording, if it is one of several."""
    joined = None if parts is None else whether("parts", parts)
    index = find_index(path)
    if index is not None:
        numbered(path, scene, 1, "scene", "scene")
        if joined is False:
            problem = f"cannot be used, because {index.name} describes all files of the recording together"
            raise ArgumentError("parts", parts, problem, "leave parts out")
        return open_ndtiff(path, index, Wanted(axes, channel, z))
    return _open_checked(path, Request(axes, channel, z, scene, joined, joined is False))


def open_alone(path: Path, wanted: Wanted) -> Recording:
    """Open a part of a recording without the others."""
    return _open_checked(path, Request(wanted.axes, wanted.channel, wanted.z, alone=True))


def open_set(path: Path, wanted: Wanted, gaps: bool) -> Recording:
    """Open the set that a file in a folder belongs to; `gaps` says whether frames may be missing."""
    return _open_checked(path, Request(wanted.axes, wanted.channel, wanted.z, gaps=gaps))


def open_parts(
    path: Path, files: Sequence[Path], wanted: Wanted, advice: Advice | None = None, places: Sequence[int] = (0,)
) -> Recording:
    """Open files as one recording; `places` are the numbers in their names, if some may be missing.

    If the first shows that its pages are frames, so are those of the others, also if they are so few that they look
    like colours or channels.
    """
    is_stacked = wanted.axes is None and stacked_frames(read_directories(files[0])) > 0
    of_first = replace(wanted, axes="TYX") if is_stacked else wanted
    with open_alone(files[0], of_first) as first:
        are_frames = first.axes == "TYX" and wanted.channel is None
    of_others = replace(wanted, axes="TYX") if are_frames and wanted.axes is None else of_first

    def open_part(file: Path) -> Recording:
        return open_alone(file, of_first if file == files[0] else of_others)

    return chained_recording(path, files, open_part, advice, places)


def _open_checked(path: Path, wanted: Request) -> Recording:
    """Open a file after checking that its chain of pages is complete."""
    directories = read_directories(path)
    if not len(directories):
        raise ArgumentError("path", path, "holds no image", "copy the recording again", subject=str(path))
    with reading_tags(path):
        return _open(path, directories, wanted)


def _open(path: Path, directories: Directories, wanted: Request) -> Recording:
    """Open a file, or the set that it belongs to."""
    tif = tifffile.TiffFile(path)
    try:
        page = tif.pages.first
        check_compression(page, path)
        others, said = _with_others(path, tif, directories, wanted)
        if others is not None:
            tif.close()
            return others
        stack, described, advice = _described(path, tif, directories, wanted)
        table, layout = stack_layout(path, stack, page.shape, np.dtype(page.dtype), wanted)
        metadata, fps, pixel_size = described
        return Recording(
            _frames(tif, directories, table, layout),
            path=path,
            format="TIFF",
            fps=fps,
            times=stack_times(stack, layout),
            pixel_size=pixel_size,
            metadata={**metadata, **times_note(stack, layout), **made_by_optimap(page)},
            axes=(layout.letters, layout.source),
            advice=advice or said,
            ratio=max(MOST, ratio_of(page)),
        )
    except BaseException:
        tif.close()
        raise


def _described(
    path: Path, tif: tifffile.TiffFile, directories: Directories, wanted: Request
) -> tuple[Stack, Described, Advice | None]:
    """Return the axes of the pages of a file, what it notes about them, and what to say about it."""
    if tif.is_ome:
        return _described_by_ome(path, tif, directories, wanted)
    numbered(path, wanted.scene, 1, "scene", "scene")
    stack = find_stack(tif, path, directories, flat=wanted.axes is not None and wanted.dimensions == 3)
    if wanted.axes is None and wanted.channel is None and (count := stacked_frames(directories)):
        refuse_stacked(path, count)
    return stack, describe(tif), count_advice(path, stack.table.shape, stack.stated)


def _described_by_ome(
    path: Path, tif: tifffile.TiffFile, directories: Directories, wanted: Request
) -> tuple[Stack, Described, Advice | None]:
    """Return the same for a file of OME-TIFF."""
    pages, page = len(directories), tif.pages.first
    description = read_ome(path, tif.ome_metadata or "", pages)
    _, image = find_image(path, description, wanted.scene)
    check_sizes(path, tif, directories)
    if len(description.images) == 1:
        image = with_all_pages(image, pages)
        stated = image.page_of.size
        if isinstance(image.planned, int):
            stated = image.planned * (stated // dict(image.axes)["T"])
        if wanted.letters == "TYX" and pages not in (1, stated):  # the user says what the pages are
            return as_stack([("T", pages)], page), ome_described(image), None
        check_count(path, image.page_of.size, pages, flat=True)
        if stated > pages:
            check_not_lost(directories, stated)
    return ome_stack(image, page.axes, image.page_of), ome_described(image), ome_advice(path, image)


def _with_others(
    path: Path, tif: tifffile.TiffFile, directories: Directories, wanted: Request
) -> tuple[Recording | None, Advice | None]:
    """Open the set, the acquisition, the stack or the parts that a file belongs to; None if it is read alone."""
    if tif.is_ome:
        return _with_set(path, read_ome(path, tif.ome_metadata or "", len(directories)), wanted), None
    first = path if wanted.alone else first_of_stack(path)
    if first != path:
        return _open_checked(first, wanted), None
    files, advice = [path], None
    if wanted.alone:
        pass
    elif tif.is_scanimage:
        files = scanimage_parts(path, directories)
        if wanted.parts and len(files) < 2:
            refuse_parts(path)
    else:
        files, advice = files_to_read(path, directories, wanted.parts)
    return (open_parts(path, files, wanted, advice), None) if len(files) > 1 else (None, advice)


def _with_set(path: Path, description: Ome, wanted: Request) -> Recording | None:
    """Open the OME-TIFF set that a file belongs to, or its own frames in it; None if it is not one of several."""
    base, image = find_image(path, description, wanted.scene)
    if image.files != ("",) or base != path:
        return open_ome_set(path, base, own_planes(path, base, image) if wanted.alone else image, wanted, wanted.gaps)
    if wanted.parts:
        refuse_parts(path)
    return None


def _frames(
    tif: tifffile.TiffFile, directories: Directories, table: NDArray[np.int64], layout: Layout
) -> Array | PagedFrames:
    """Return the frames: a view of the file if its pixels can be mapped, or else a reader of pages."""
    page, last = tif.pages.first, int(table.max())
    is_in_order = np.array_equal(table.ravel(), np.arange(last + 1))
    if is_in_order and len(directories) in (1, last + 1):
        mapped = mapped_pages(directories, page, last + 1)
        if mapped is not None:
            tif.close()
            return layout.view(mapped.reshape(*table.shape, *page.shape))
    if last >= len(directories):
        check_count(directories.path, last + 1, len(directories), in_one_page=False)
    return PagedFrames(TiffPages(tif, directories, page), table, layout)
