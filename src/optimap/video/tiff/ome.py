"""The XML of OME-TIFF: axes, channels, rate, times of the planes, and which file holds which plane.

A recording may be cut into several files, each named with its UUID at the planes that it holds; a file may also hold no
more than the name of the one with the description. Nothing is opened here.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from ..._files import check_justified, leads_out, reading
from ..units import MM, SECONDS, interval, rate

Element = ElementTree.Element
LARGEST = 10**8  # planes of a recording


@dataclass(frozen=True)
class OmeImage:
    """One image (T, Z, C in the order of the file) of a description.

    ``files`` are the names of the files that hold its planes, "" for the file with the description; ``file_of`` and
    ``page_of`` say for each place in the table of planes which file it is, and which page there; -1 is nowhere. Of a
    recording that was stopped, which has no plane after some frame, only the frames before it are in these tables.
    """

    name: str
    pixels: dict[str, str]
    axes: tuple[tuple[str, int], ...]
    channels: tuple[str, ...]
    files: tuple[str, ...]
    file_of: NDArray[np.int64]
    page_of: NDArray[np.int64]
    times: NDArray[np.float64] | None
    planned: int | str | None = None  # frames in the description, if these are not those of the recording

    @property
    def fps(self) -> float | None:
        """Frames per second by the stated interval."""
        return rate(interval(self.pixels.get("TimeIncrement"), self.pixels.get("TimeIncrementUnit", "s"), SECONDS))

    @property
    def pixel_size(self) -> float | None:
        """The width of a pixel in mm."""
        size = interval(self.pixels.get("PhysicalSizeX"), self.pixels.get("PhysicalSizeXUnit", "µm"), MM)
        return size or None


@dataclass(frozen=True)
class Ome:
    """A description: its images, or the file in which they are described instead."""

    images: tuple[OmeImage, ...]
    elsewhere: str | None = None


def read_ome(path: Path, text: str, pages: int) -> Ome:
    """Return what the XML of a file with some number of pages says, or raise an error if it cannot be read."""
    with reading(path, "xml", "is damaged, because its OME description cannot be read", "copy the recording again"):
        root = ElementTree.fromstring(text)
        only = next(_children(root, "BinaryOnly"), None)
        if only is not None:
            return Ome((), only.get("MetadataFile"))
        uuid = root.get("UUID")
        images = list(_children(root, "Image"))
        return Ome(tuple(_image(image, path, uuid, pages, len(images) == 1) for image in images))


def _children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children with a name in any namespace."""
    return (child for child in element if child.tag == name or child.tag.endswith("}" + name))


def _image(image: Element, path: Path, uuid: str | None, pages: int, is_only: bool) -> OmeImage:
    """Return what is known of one image."""
    pixels = next(_children(image, "Pixels"))
    channels = list(_children(pixels, "Channel"))
    samples = max(1, whole_number(channels[0].get("SamplesPerPixel"), 1)) if channels else 1
    is_alone = is_only and len(list(_children(pixels, "TiffData"))) < 2  # planes are not listed
    order = [axis for axis in reversed(pixels.attrib["DimensionOrder"]) if axis in "TZC"]
    sizes, stated = _sizes(pixels, len(channels), samples, pages, is_alone)
    shape = tuple(sizes[axis] for axis in order)
    labels = tuple(channel.get("Name") or "" for channel in channels) if samples == 1 and channels else ()
    files, file_of, page_of = _planes(pixels, path, uuid, order, shape, pages)
    times, planned = _times(pixels, order, shape), stated
    # What is not described may be in other files, or, where one entry stands for many planes, lost.
    is_listed = len(files) == 1 and len(list(_children(pixels, "TiffData"))) == (file_of >= 0).sum()
    kept = _recorded(file_of, order.index("T")) if is_listed else None
    if is_alone and files == ("",) and order[0] == "T":
        inner = sizes["C"] * sizes["Z"]  # the pages of the file settle how many frames there are
        kept = pages // inner if inner < pages < file_of.size and pages % inner == 0 else kept
    if kept is not None:
        planned, shape = planned or sizes["T"], tuple(kept if axis == "T" else sizes[axis] for axis in order)
        whole = tuple(slice(n) for n in shape)
        file_of, page_of, times = file_of[whole], page_of[whole], None if times is None else times[whole]
    return OmeImage(
        image.get("Name") or image.get("ID") or "",
        dict(pixels.attrib),
        tuple(zip(order, shape, strict=True)),
        labels if len(labels) == sizes["C"] and all(labels) and len(set(labels)) == len(labels) else (),
        files,
        file_of,
        page_of,
        times,
        planned,
    )


def whole_number(text: str | None, default: int) -> int:
    """Return a whole number, 0 or more, in a description, or the default for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return default
    return int(value) if value.is_integer() and value >= 0 else default


def _sizes(
    pixels: Element, channels: int, samples: int, pages: int, is_alone: bool
) -> tuple[dict[str, int], int | str | None]:
    """Return the lengths of the axes of planes, and the stated number of frames where the pages give another one.

    A length that is not a number follows from the pages of the file, or is 1; so is one that is wrong where the others
    agree with the pages of a file that `is_alone`.
    """
    noted = {axis: whole_number(pixels.get(f"Size{axis}"), 0) for axis in "TZC"}
    count = max(1, noted["C"] // samples if noted["C"] else channels)
    planes = noted["Z"] or (max(1, pages // (noted["T"] * count)) if noted["T"] else 1)
    frames, blocks = noted["T"], len(list(_children(pixels, "TiffData")))
    if is_alone and channels and frames * channels * planes == pages:
        count = channels
    elif is_alone and frames * count == pages:
        planes = 1
    inner = count * planes
    if 0 < frames * inner <= max(LARGEST, pages):
        return {"T": frames, "Z": planes, "C": count}, None
    found = max(1, (pages or blocks) // inner)
    return {"T": found, "Z": planes, "C": count}, frames or repr(pixels.get("SizeT", ""))


def _recorded(file_of: NDArray[np.int64], time: int) -> int | None:
    """Return the number of whole frames if no plane comes after them, and None if all or other planes are there."""
    known = (np.moveaxis(file_of, time, 0) >= 0).reshape(file_of.shape[time], -1)
    whole, any_plane = np.asarray(known.all(axis=1)), np.asarray(known.any(axis=1))
    count = int(whole.sum())
    return count if 0 < count < len(whole) and whole[:count].all() and not any_plane[count:].any() else None


def _planes(
    pixels: Element, path: Path, uuid: str | None, order: list[str], shape: tuple[int, ...], pages: int
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Return the names of the files, and the file and the page of each plane."""
    count = math.prod(shape)
    check_justified(path, count * 8, 8, "numbers of planes")
    file_of, page_of = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    blocks = list(_children(pixels, "TiffData"))
    names = [_file_name(block, uuid) for block in blocks]
    # A file that was renamed still carries its former name: the only one there is means the file itself.
    if uuid is None and len(set(names)) == 1 and (leads_out(names[0]) or not (path.parent / names[0]).is_file()):
        names = [""] * len(names)
    numbers: dict[str, int] = {}
    for block, named in zip(blocks, names, strict=True):
        name = "" if named.lower() == path.name.lower() else named
        file = numbers.setdefault(name, len(numbers))
        at = tuple(whole_number(block.get(f"First{axis}"), 0) for axis in order)
        if any(not 0 <= i < n for i, n in zip(at, shape, strict=True)):
            continue
        place = int(np.ravel_multi_index(at, shape))
        first = whole_number(block.get("IFD"), 0)
        single = 1 if whole_number(block.get("IFD"), -1) >= 0 else 0
        number = whole_number(block.get("PlaneCount") or block.get("NumPlanes"), single)
        stop = min(count, place + (number or (pages if name == "" else count)))
        file_of[place:stop] = file
        page_of[place:stop] = np.arange(first, first + stop - place)
    if not blocks:
        numbers[""] = 0
        file_of[:pages], page_of[:pages] = 0, np.arange(count)[:pages]
    return tuple(numbers), file_of.reshape(shape), page_of.reshape(shape)


def _file_name(block: Element, uuid: str | None) -> str:
    """Return the name of the file that holds some planes; nothing if it is the file with the description."""
    named = next(_children(block, "UUID"), None)
    if named is None or (uuid is not None and (named.text or "").strip() == uuid.strip()):
        return ""
    return named.get("FileName") or ""


def _times(pixels: Element, order: list[str], shape: tuple[int, ...]) -> NDArray[np.float64] | None:
    """Return the times of the planes in s, NaN for those without one; None if there is none at all."""
    times = np.full(shape, np.nan)
    for plane in _children(pixels, "Plane"):
        noted, factor = plane.get("DeltaT"), interval(1, plane.get("DeltaTUnit", "s"), SECONDS)
        at = tuple(whole_number(plane.get(f"The{axis}"), 0) for axis in order)
        if noted is None or not factor or any(not 0 <= i < n for i, n in zip(at, shape, strict=True)):
            continue
        try:
            times[at] = float(noted) * factor
        except ValueError:
            continue
    return None if np.isnan(times).all() else times
