"""What the pages of a TIFF file are: which axes they form, in which order, and how many there should be.

Each program notes this in its own way: ImageJ in lines of text, tifffile in JSON, ScanImage in its settings. OME is in
`ome`. The axes of a few rarer programs are found by tifffile. Pages of which nothing is known are frames.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..._base import LETTERS, Advice, ArgumentError
from ..._files import check_justified
from ..._images import (
    DESCRIPTION,
    PLANAR,
    SAMPLES,
    SIZE_AND_TYPE,
    STRIP_BYTES,
    TILE_BYTES,
    Directories,
    OpenFile,
)
from ..axes import NOT_STATED, STATED, Layout, Wanted, find_layout
from ..checks import counted
from ..recording import BY_FORMAT
from .metamorph import check_planes, metamorph_times
from .scanimage import scanimage_axes, scanimage_settings

# The order of axes in ImageJ files, slowest first, by the word in the header.
IMAGEJ_ORDERS = {"czt": "TZC", "ctz": "ZTC", "zct": "TCZ", "ztc": "CTZ", "tcz": "ZCT", "tzc": "CZT"}
IMAGEJ_SIZES = {"T": "frames", "Z": "slices", "C": "channels"}
SEPARATE = 2  # colours, one after the other
COLOURS = ("red", "green", "blue")
DIRECTORY_BYTES, MOST_OF = 170, 0.8  # of a page, roughly; the part of lost pages that is certainly there
MOST_CHANNELS = 7  # of ImageJ: more are frames that were saved without axes
# Files whose axes tifffile finds, by the names of its flags.
FOUND_BY_TIFFFILE = ("is_lsm", "is_stk", "is_fluoview", "is_mdgel", "is_nih", "is_sis")


@dataclass(frozen=True)
class Stack:
    """The pages of a recording: names of the axes that they form, and the number of the page at each place.

    `names` are letters as tifffile uses them, for the axes of `table` and then for those within a page. Where a program
    described all frames in one page, the table has more numbers than the file has pages. `times` are those of the pages
    in s, if they are known; `has_time` says whether the file names an axis of time, which may have length one. `stated`
    is the number of frames in the header, if the file holds more.
    """

    names: str
    table: NDArray[np.int64]
    labels: tuple[str, ...] = ()
    times: NDArray[np.float64] | None = None
    has_time: bool = False
    stated: int | None = None


def as_stack(axes: Sequence[tuple[str, int]], page: tifffile.TiffPage, labels: Sequence[str] = ()) -> Stack:
    """Return pages in the order of the file, from the name and length of each axis; those of length 1 are left out."""
    kept = [(name, n) for name, n in axes if n > 1]
    count = math.prod(n for _, n in kept)
    check_justified(Path(page.parent.filehandle.path), count * 8, 8, "numbers of pages")
    table = np.arange(count).reshape([n for _, n in kept])
    has_time = any(name == "T" for name, _ in axes)
    return Stack("".join(name for name, _ in kept) + page.axes, table, tuple(labels), has_time=has_time)


def find_stack(tif: tifffile.TiffFile, path: Path, directories: Directories, flat: bool) -> Stack:
    """Return the axes that a file other than OME-TIFF notes, or raise an error if its pages are not all there.

    `flat` asks for the pages of ScanImage in the order in which they are stored.
    """
    page, pages = tif.pages.first, len(directories)
    if any(getattr(tif, flag) for flag in FOUND_BY_TIFFFILE):
        return _stack_of_tifffile(tif, path)
    check_sizes(path, tif, directories)
    if tif.is_imagej:
        axes = _imagej_axes(tif.imagej_metadata or {}, page, pages)
        longer, stated = all_pages(axes, pages)
        stack = replace(as_stack(longer, page), stated=stated)
    elif tif.is_scanimage:
        return _scanimage_stack(tif, path, pages, flat)
    else:
        stack = _shaped_stack(path, page, directories)
    check_count(path, stack.table.size, pages)
    return stack


def _scanimage_stack(tif: tifffile.TiffFile, path: Path, pages: int, flat: bool) -> Stack:
    """Return the axes of a file of ScanImage, without the pages recorded while the focus moves back."""
    if flat:
        return as_stack([("I", pages)], tif.pages.first)
    axes, labels, kept = scanimage_axes(scanimage_settings(tif), path, pages)
    stack = as_stack(axes, tif.pages.first, labels)
    place = stack.names.find("Z")
    table = stack.table if place < 0 else stack.table[(slice(None),) * place + (slice(kept),)]
    return replace(stack, table=table)


def all_pages(axes: Sequence[tuple[str, int]], pages: int) -> tuple[list[tuple[str, int]], int | None]:
    """Return the axes with all frames of a file, and the number in its header if that is smaller.

    Only the outermost axis can be longer, if it is time, or the only one.
    """
    several = [i for i, (_, n) in enumerate(axes) if n > 1]
    known = int(np.prod([n for _, n in axes], dtype=np.int64))
    if not several or pages <= known:
        return list(axes), None
    place = several[0]
    name, stated = axes[place]
    inner = known // stated
    if pages % inner or (name not in "TI" and len(several) > 1) or name == "C":
        return list(axes), None
    return [*axes[:place], (name, pages // inner), *axes[place + 1 :]], stated


def count_advice(path: Path, shape: Sequence[int], stated: int | str | None) -> Advice | None:
    """Return the warning for a header that states another number of frames than the first in the shape that is read."""
    if stated is None:
        return None
    found = shape[0]
    cure = "all that its header describes are read; copy the recording again if it was not stopped there"
    if isinstance(stated, str) or found > stated:
        cure = "all of them are read; convert it for programs that stop at the number in the header"
    problem = f"holds {found} frames, although its header states {stated}"
    return Advice("path", path, problem, cure, subject=str(path))


def check_not_lost(directories: Directories, stated: int) -> None:
    """Raise an error if a file has the bytes of pages that its header states, but not the pages themselves."""
    pages, pixels = len(directories), 0
    for tag in (STRIP_BYTES, TILE_BYTES):
        column = directories.columns[tag]
        if column.counts[0]:
            first, last = directories.ends(tag)
            pixels += int(((first + last) / 2 * column.counts).sum())
    notes = int(directories.columns[DESCRIPTION].counts.sum())
    left = directories.size - pixels - notes - pages * DIRECTORY_BYTES
    if left >= MOST_OF * (stated - pages) * (pixels / pages + DIRECTORY_BYTES):
        check_count(directories.path, stated, pages, flat=True)


def check_count(path: Path, noted: int, pages: int, in_one_page: bool = True, flat: bool = False) -> None:
    """Raise an error if a file does not have as many pages as its header says; a single one may hold all frames.

    `flat` says whether the pages can be read in the order in which they are stored.
    """
    if noted != pages and not (in_one_page and pages == 1):
        found = counted(pages, "page")
        problem = f"is truncated or damaged, because its header says {noted} frames, but it has {found}"
        cure, keyword = "copy the recording again", None
        if flat:
            cure, keyword = f"{cure}, or read its pages in the order in which they are stored with axes='TYX'", "axes"
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword=keyword)


def check_sizes(path: Path, tif: tifffile.TiffFile, directories: Directories) -> None:
    """Raise an error if not all pages have one size and type."""
    unlike = directories.unlike_first(SIZE_AND_TYPE)
    if not len(unlike):
        return
    page, other = tif.pages.first, tif.pages[int(unlike[0])].aspage()
    raise ArgumentError(
        "path",
        path,
        f"holds images of different sizes or types, {page.imagelength} x {page.imagewidth} {page.dtype} "
        f"and {other.imagelength} x {other.imagewidth} {other.dtype}",
        "save the recording in a file of its own",
        subject=str(path),
    )


def _imagej_axes(notes: dict[str, Any], page: tifffile.TiffPage, pages: int) -> list[tuple[str, int]]:
    """Return the axes that ImageJ noted, slowest first."""
    order = IMAGEJ_ORDERS.get(str(notes.get("order", "")).lower(), "TZC")
    sizes = {axis: _count(notes.get(key)) for axis, key in IMAGEJ_SIZES.items()}
    if sizes["C"] == page.samplesperpixel:  # some programs count the samples of a pixel as channels
        sizes["C"] = 1
    known, images = sizes["T"] * sizes["Z"] * sizes["C"], _count(notes.get("images"))
    if known == 1:
        return [("I", images if images > 1 else pages)]
    if sizes["C"] == known and known > MOST_CHANNELS:
        return [("I", known)]
    if images > known and images % known == 0:
        return [("I", images // known), *((axis, sizes[axis]) for axis in order)]
    return [(axis, sizes[axis]) for axis in order]


def _count(noted: object) -> int:
    """Return a number of images in a header; 1 if it is not one."""
    return noted if isinstance(noted, int) and noted > 0 else 1


def shaped_notes(text: str) -> dict[str, Any]:
    """Return what tifffile noted in the description of a page; nothing if it is another text."""
    if not text.startswith("{") or '"shape"' not in text:
        return {}
    try:
        notes = json.loads(text)
    except (ValueError, RecursionError):  # another text
        return {}
    is_shape = isinstance(notes, dict) and isinstance(notes.get("shape"), list)
    is_shape = is_shape and all(isinstance(n, int) and n > 0 for n in notes["shape"])
    return notes if is_shape else {}


def stacked_frames(directories: Directories) -> int:
    """Return how many frames may be stored as the colours of one page, as tifffile stores three or four; else 0."""
    samples, planes = (int(directories.columns[tag].values[0]) for tag in (SAMPLES, PLANAR))
    if len(directories) != 1 or planes != SEPARATE or samples not in (3, 4):
        return 0
    notes = shaped_notes(directories.description(0))
    is_plain = "axes" not in notes and notes.get("shape", ())[:-2] == [samples]
    return samples if is_plain else 0


def refuse_stacked(path: Path, count: int) -> NoReturn:
    """Raise the error for one page of colours that may be frames."""
    problem = f"has {count} channels, or {count} frames that were stored like the colours of one image"
    cure = f"choose one with channel=, from 0 to {count - 1}, or give axes='TYX' if they are frames"
    raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="channel")


def _shaped_stack(path: Path, page: tifffile.TiffPage, directories: Directories) -> Stack:
    """Return the axes that tifffile noted; pages without a note, and those that were appended, are frames."""
    notes, pages = shaped_notes(page.description), len(directories)
    shape, own = tuple(notes.get("shape", ())), int(np.prod(page.shape))
    if shape and _size(shape) < own * pages:
        check_count(path, _appended(directories, own), pages)
        shape = ()
    lead = len(shape) - len(page.shape)
    inside = [n for n in page.shape if n > 1]
    squeezed = [n for n in shape if n > 1]
    if lead < 0 or squeezed[len(squeezed) - len(inside) :] != inside or _size(shape) % own:
        return as_stack([("I", pages if lead < 0 else max(1, _size(shape) // own))], page)
    names = str(notes.get("axes", ""))
    if len(names) != len(shape):
        names = "Q" * lead + page.axes
    stack = as_stack(list(zip(names[:lead], shape[:lead], strict=True)), page)
    return replace(stack, names=stack.names[: stack.table.ndim] + names[lead:], has_time="T" in names)


def _size(shape: Sequence[int]) -> int:
    return int(np.prod(shape, dtype=np.int64))


def _appended(directories: Directories, own: int) -> int:
    """Return how many pages there should be in a file in which each part begins with a note of its own."""
    start, file = 0, OpenFile(directories.path)
    try:
        while start < len(directories):
            part = shaped_notes(directories.description(start, file))
            start += max(1, _size(part.get("shape", (own,))) // own)
    finally:
        file.close()
    return start


def _stack_of_tifffile(tif: tifffile.TiffFile, path: Path) -> Stack:
    """Return the axes of a file of a rarer program, which may hold a small picture next to each page."""
    series, *others = tif.series
    several = [series, *(other for other in others if not (tif.is_lsm and other.keyframe.is_reduced))]
    page = series.keyframe
    lead = len(series.shape) - len(page.shape)
    if len(several) != 1 or series.shape[lead:] != page.shape:
        problem = f"holds {counted(len(several), 'image')} of shape {series.shape} and others"
        raise ArgumentError("path", path, problem, "save the recording in a file of its own", subject=str(path))
    stack = as_stack(list(zip(series.axes[:lead], series.shape[:lead], strict=True)), page)
    if tif.is_stk:
        check_planes(path, tif.pages.first, stack.table.size)
    if tif.is_stk and stack.names.startswith("T"):
        stack = replace(stack, times=metamorph_times(tif.pages.first, stack.table.shape[0]))
    pages = [each.index for each in series.pages if each is not None]
    if len(pages) != stack.table.size:  # one page describes all
        return stack
    return replace(stack, table=np.array(pages, np.int64).reshape(stack.table.shape))


def stack_layout(
    path: Path, stack: Stack, page_shape: Sequence[int], dtype: "np.dtype[Any]", wanted: Wanted
) -> tuple[NDArray[np.int64], Layout]:
    """Return the table of pages and its layout, with an axis of length one for time if there is none."""
    shape = (*stack.table.shape, *page_shape)
    labels = stack.labels
    if not labels and "C" not in stack.names and dict(zip(stack.names, shape, strict=True)).get("S") == 3:
        labels = COLOURS
    if wanted.axes is not None:
        table = stack.table
        if str(wanted.letters).startswith("T") and not table.ndim and wanted.dimensions == len(shape) + 1:  # one frame
            table, shape = table[np.newaxis], (1, *shape)
        return table, find_layout(path, shape, dtype, wanted, labels=labels)
    letters, source = our_letters(stack, wanted.z is not None)
    if stack.names[: stack.table.ndim] == "C" and wanted.channel is None:
        _refuse_channels_without_time(path, len(stack.table), labels)
    table = stack.table
    if "T" not in letters:
        letters, table, shape = ["T", *letters], table[np.newaxis], (1, *shape)
    if "?" in letters:
        find_layout(path, stack.table.shape + tuple(page_shape), dtype, wanted, names=list(stack.names))
    found = find_layout(path, shape, dtype, wanted, default=("".join(letters), source), labels=labels)
    return table, found


def _refuse_channels_without_time(path: Path, count: int, labels: Sequence[str]) -> NoReturn:
    """Raise the error for pages that are called channels, which frames saved without axes are, too."""
    named = f" ({', '.join(labels)})" if labels else ""
    problem = f"has {counted(count, 'channel')}{named} and no other axis"
    cure = f"choose one with channel=, from 0 to {count - 1}, or give axes='TYX' if they are frames"
    raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="channel")


def stack_times(stack: Stack, layout: Layout) -> NDArray[np.float64] | None:
    """Return the times of the frames that are read; None unless each is known, and later than the one before it."""
    if stack.times is None:
        return None
    inserted = len(layout.letters) - len(stack.names)
    lead = stack.times.ndim + inserted
    times = stack.times[(np.newaxis,) * inserted]
    times = times[tuple(layout.fixed.get(axis, slice(None)) for axis in range(lead))]
    is_usable = layout.order[0] < lead and times.ndim == 1 and np.isfinite(times).all() and (np.diff(times) > 0).all()
    return times if is_usable else None


def times_note(stack: Stack, layout: Layout) -> dict[str, str]:
    """Return what the metadata say of times that are not used."""
    if stack.times is None or stack.times.size < 2 or stack_times(stack, layout) is not None:
        return {}
    return {"DeltaT": "not used, because some frames have none, or they do not grow"}


def our_letters(stack: Stack, has_z: bool) -> tuple[list[str], str]:
    """Return T, Y, X, C or Z for each axis, "?" where nothing says it, and the source.

    The only axis without a meaning is time. So are planes where nothing is called time, since ImageJ calls the frames
    of any stack slices, unless the user asks for one of the planes.
    """
    names = stack.names
    letters = [name if name in LETTERS else "?" for name in names]
    if "C" not in letters and names.count("S") == 1:
        letters[names.index("S")] = "C"
    source = STATED if "T" in letters else NOT_STATED if stack.table.size > 1 else BY_FORMAT
    unknown = [i for i, letter in enumerate(letters) if letter == "?"]
    if "T" not in letters and len(unknown) == 1:
        letters[unknown[0]] = "T"
    elif "T" not in letters and not unknown and "Z" in letters and not has_z:
        letters[letters.index("Z")] = "T"
    elif "T" not in letters and stack.has_time:
        source = STATED
    return letters, source
