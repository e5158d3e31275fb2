"""Leica ``.lif``: many images in one file, described in XML. The package liffile finds them, and they are mapped here.

What the XML says about each axis, its length and the bytes from one element to the next, has to fit the block of
pixels: elements that share bytes are an error, and a block with more than the XML describes is a warning. Time stamps
are taken from the XML, because liffile rounds them down to whole milliseconds.
"""

import warnings
from pathlib import Path
from typing import Any, NoReturn
from xml.etree.ElementTree import Element

import liffile
import numpy as np

from ..._base import Advice, ArgumentError, ArgumentTypeError, Array, stack_level
from ..._files import reading
from ..axes import Wanted, find_layout
from ..recording import Recording
from ..units import MM, SECONDS, interval, rate

COPY_AGAIN = "copy the recording again"
TICKS = 1e7  # a second in time stamps
X, T = "1", "4"  # numbers of axes in the XML
LETTERS = {X: "X", "2": "Y", "3": "Z", T: "T"}


def open_recording(path: Path, dataset: object = None, channel: object = None, z: object = None) -> Recording:
    """Open one image of a Leica file."""
    guard = reading(path, "liffile", "cannot be read as a Leica file and may be truncated", COPY_AGAIN)
    with guard, liffile.LifFile(path) as file:
        images = {image.path: image for image in file.images}
        name = _choose(path, {key: dict(image.sizes) for key, image in images.items()}, dataset)
        image = images[name]
        sizes, dtype, xml = _upright(image.sizes), np.dtype(image.dtype), image.xml_element
        block = image.memory_block
        start, stored = block.offset, block.size
    _check_axes(path, name, sizes)
    strides = _strides(path, name, xml, sizes, dtype)
    size, needed = path.stat().st_size, _extent(sizes, strides, dtype)
    if stored < needed or start + needed > size:
        found = min(stored, max(0, size - start))
        _refuse(path, f"is truncated ({name} needs {needed} bytes, but the file has {found})")
    if stored - needed >= strides.get("T", needed):
        problem = f"holds {stored} bytes of {name}, of which its description uses {needed}"
        advice = Advice("path", path, problem, "check that no frames are missing", subject=str(path))
        warnings.warn(advice, stacklevel=stack_level())
    raw = np.memmap(path, np.uint8, mode="r")
    array: Array = np.ndarray(tuple(sizes.values()), dtype, raw, start, tuple(strides.values()))
    names = list(sizes)
    if "T" not in names:
        array, names = array[np.newaxis], ["T", *names]
    labels = [str(item.get("LUTName")) for item in xml.findall("./Data/Image/ImageDescription/Channels/*")]
    layout = find_layout(path, array.shape, dtype, Wanted(None, channel, z), names=names, labels=labels)
    return Recording(
        layout.view(array),
        path=path,
        format="Leica LIF",
        fps=rate(_step(xml, T, SECONDS)),
        times=_times(xml, names, array.shape),
        pixel_size=_step(xml, X, MM) or None,
        metadata={"dataset": name, "channels": labels},
        axes=(layout.letters, layout.source),
    )


def _refuse(path: Path, problem: str, cure: str = COPY_AGAIN, keyword: str | None = None) -> NoReturn:
    raise ArgumentError("path", path, problem, cure, subject=str(path), keyword=keyword)


def _choose(path: Path, images: dict[str, dict[str, int]], dataset: object) -> str:
    """Return the name of the image that was asked for, else of the only one with an axis of time, or the only one."""
    listing = ", ".join(f"{name} ({', '.join(f'{k} {n}' for k, n in sizes.items())})" for name, sizes in images.items())
    if dataset is not None:
        if not isinstance(dataset, str):
            raise ArgumentTypeError.must_be("dataset", dataset, "text, the name of an image in the file")
        if dataset not in images:
            raise ArgumentError("dataset", dataset, f"is not in {path}", f"choose one of {listing}")
        return dataset
    moving = [name for name, sizes in images.items() if "T" in sizes]
    found = moving or list(images)
    if not found:
        _refuse(path, "holds no images", "give another file")
    if len(found) > 1:
        kind = "recordings" if moving else "images"
        _refuse(path, f"holds {len(found)} {kind} (all images: {listing})", "choose one with dataset=", "dataset")
    return found[0]


def _upright(sizes: dict[str, int]) -> dict[str, int]:
    """Return the axes of an image; the rows of frames that were scanned along X and Z are those of Z."""
    return {("Y" if axis == "Z" and "Y" not in sizes else axis): n for axis, n in sizes.items()}


def _check_axes(path: Path, name: str, sizes: dict[str, int]) -> None:
    """Raise an error for axes other than those of a recording."""
    if "S" in sizes:
        _refuse(path, f"holds colours in {name}", "split its channels in LAS X, and save them")
    if not {"Y", "X"} <= set(sizes) <= set("TCZYX"):
        axes = ", ".join(f"{letter} {n}" for letter, n in sizes.items())
        problem = f"has the axes {axes} in {name}, but a recording has time, rows and columns"
        _refuse(path, problem, "export a part of it from LAS X as OME-TIFF")


def _strides(path: Path, name: str, xml: Element, sizes: dict[str, int], dtype: "np.dtype[Any]") -> dict[str, int]:
    """Return the bytes from one element to the next along each axis, or raise an error if elements would share bytes.

    Channels, whose steps are not described as those of axes, lie without gaps.
    """
    described = {}
    for axis in xml.findall("./Data/Image/ImageDescription/Dimensions/DimensionDescription"):
        count, step, letter = int(axis.get("NumberOfElements", 0)), int(axis.get("BytesInc", 0)), axis.get("DimID", "")
        if count < 1:
            _refuse(path, f"is damaged, because it states {count} elements of the axis {letter} of {name}")
        if count > 1:
            described[LETTERS.get(letter, letter)] = step
    if "Y" not in described and "Z" in described:
        described["Y"] = described["Z"]  # of frames that were scanned along X and Z
    strides, inner = {}, dtype.itemsize  # of the axes that were looked at, the innermost first
    for letter, count in reversed(sizes.items()):
        strides[letter] = described.get(letter, inner)
        if strides[letter] < inner:
            problem = f"is damaged, because {name} has {strides[letter]} bytes for each step along {letter}, which need"
            _refuse(path, f"{problem} {inner}")
        inner = strides[letter] * count
    return dict(reversed(strides.items()))


def _extent(sizes: dict[str, int], strides: dict[str, int], dtype: "np.dtype[Any]") -> int:
    """Return the number of bytes from the first element to the end of the last one."""
    return sum((count - 1) * strides[letter] for letter, count in sizes.items()) + dtype.itemsize


def _step(xml: Element, axis: str, units: dict[str, float]) -> float:
    """Return the distance between neighbours along an axis in s or mm, 0.0 if it is not known."""
    found = xml.find(f"./Data/Image/ImageDescription/Dimensions/DimensionDescription[@DimID='{axis}']")
    if found is None or int(found.get("NumberOfElements", 0)) < 2:
        return 0.0
    # The length is that from the first to the last one.
    return interval(found.get("Length"), found.get("Unit"), units) / (int(found.get("NumberOfElements", 0)) - 1)


def _times(xml: Element, names: list[str], shape: tuple[int, ...]) -> Array | None:
    """Return the time of each frame in s, if there is one for each, or for each image with time as the first axis."""
    found = xml.find("./Data/Image/TimeStampList")
    if found is None:
        return None
    try:
        if found.text and found.text.strip():
            ticks = [int(word, 16) for word in found.text.split()]
        else:  # before version 3.1
            ticks = [int(item.get("HighInteger", "")) * 2**32 + int(item.get("LowInteger", "")) for item in found]
    except ValueError:
        return None
    if max(ticks, default=0) >= 2**64:  # they have 64 bits
        return None
    sizes = dict(zip(names, shape, strict=True))
    frames, images = sizes["T"], sizes["T"] * sizes.get("Z", 1) * sizes.get("C", 1)
    of_each = {frames: 1, frames * sizes.get("Z", 1): sizes.get("Z", 1), images: images // frames}.get(len(ticks))
    if of_each is None or (of_each > 1 and names[0] != "T"):
        return None
    return np.array([tick - ticks[0] for tick in ticks[::of_each]]) / TICKS
