"""TIFF, read with tifffile: single files, BigTIFF, ImageJ, OME, ScanImage, compressed, appended page by page.

Contiguous pixels are memory-mapped; others are read by ranges of pages. The parts are in ``tiff/``: `directories`
counts the pages, `axes` and `ome` say what they are, `metadata` which rate they have, and `pages` decodes them;
recordings in several files are in `sets`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..._base import ArgumentError, Array
from ..axes import Layout, Wanted, numbered
from ..chained import chained_recording
from ..paged import PagedFrames
from ..recording import Recording
from ..tiff.axes import check_count, check_sizes, count_advice, find_stack, stack_layout, stack_times
from ..tiff.directories import Directories, read_directories
from ..tiff.metadata import describe, made_by_optimap
from ..tiff.ndtiff import find_index, open_ndtiff
from ..tiff.ome import read_ome
from ..tiff.pages import TiffPages, check_compression, mapped_pages, reading_tags
from ..tiff.scanimage import scanimage_parts
from ..tiff.sets import find_image, first_of_stack, ome_advice, ome_described, ome_stack, open_ome_set, with_all_pages
from ..tiff.writing import check_video, save

__all__ = ["check_video", "open_recording", "save"]


@dataclass(frozen=True)
class Request(Wanted):
    """The options of the user, and whether a file that is a part of a recording is opened without the others."""

    scene: object = None
    alone: bool = False


def open_recording(
    path: Path, axes: object = None, channel: object = None, z: object = None, scene: object = None
) -> Recording:
    """Open a TIFF file, and the other files of its recording, if it says that it is one of several."""
    index = find_index(path)
    if index is not None:
        numbered(path, scene, 1, "scene", "scene")
        return open_ndtiff(path, index, Wanted(axes, channel, z))
    return _open_checked(path, Request(axes, channel, z, scene))


def open_alone(path: Path, wanted: Wanted) -> Recording:
    """Open a part of a recording without the others."""
    return _open_checked(path, Request(wanted.axes, wanted.channel, wanted.z, alone=True))


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
        page, advice = tif.pages.first, None
        check_compression(page, path)
        others = None if wanted.alone or tif.is_ome else _with_others(path, tif, directories, wanted)
        if others is not None:
            tif.close()
            return others
        if tif.is_ome:
            description = read_ome(path, tif.ome_metadata or "", len(directories))
            base, image = find_image(path, description, wanted.scene)
            if image.files != ("",) or base != path:
                tif.close()
                return open_ome_set(path, base, image, wanted)
            check_sizes(path, tif, directories)
            if len(description.images) == 1:
                image = with_all_pages(image, len(directories))
                check_count(path, image.page_of.size, len(directories))
            stack, described = ome_stack(image, page.axes, image.page_of), ome_described(image)
            advice = ome_advice(path, image)
        else:
            numbered(path, wanted.scene, 1, "scene", "scene")
            stack = find_stack(tif, path, directories, flat=wanted.axes is not None and wanted.dimensions == 3)
            described, advice = describe(tif), count_advice(path, stack.table.shape, stack.stated)
        table, layout = stack_layout(path, stack, page.shape, np.dtype(page.dtype), wanted)
        metadata, fps, pixel_size = described
        return Recording(
            _frames(tif, directories, table, layout),
            path=path,
            format="TIFF",
            fps=fps,
            times=stack_times(stack, layout),
            pixel_size=pixel_size,
            metadata={**metadata, **made_by_optimap(page)},
            axes=(layout.letters, layout.source),
            advice=advice,
        )
    except BaseException:
        tif.close()
        raise


def _with_others(path: Path, tif: tifffile.TiffFile, directories: Directories, wanted: Request) -> Recording | None:
    """Open the acquisition of ScanImage or the stack of Micro-Manager that a file is a part of; None if it is none."""
    if tif.is_scanimage:
        parts = scanimage_parts(path, directories)
        return chained_recording(path, parts, lambda part: open_alone(part, wanted)) if len(parts) > 1 else None
    first = first_of_stack(path)
    return None if first == path else _open_checked(first, wanted)


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
