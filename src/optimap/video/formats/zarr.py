"""Zarr, versions 2 and 3, in folders and zip files: single arrays, groups of arrays, OME-Zarr.

For OME-Zarr, the full resolution is read; axes are recognised by name, and the scale gives the frame rate and the pixel
size. By zarr's rules a missing chunk is a chunk of fill values: only recordings written by optimap must have all
chunks.
"""

import itertools
import math
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import numpy as np
import zarr
from zarr.codecs import BloscCodec

from ..._base import ArgumentError, Array, VideoLike, budget, coordinate_times, deferred_interrupts
from ..._files import OpenedFolder, check_zip, reading
from ..._reading import zarr_axes
from ...kernels import in_background
from ..axes import STATED, Layout, Wanted, find_layout, names_frames
from ..checks import noted_number
from ..chunked import DatasetFrames, choose
from ..format_table import is_zarr
from ..recording import Recording
from ..units import MM, SECONDS, interval, rate
from ..writing import frame_blocks, refuse_dtype
from ..zarr_chunks import threaded
from ..zarr_codecs import RefusedCodecError
from ..zarr_stores import DESCRIPTIONS, CheckedFolder, CheckedStore, CheckedZip, NewFolder, NewZip, is_description

# In an array of more chunks, at least one in so many must be there.
FEW_CHUNKS, MOST_MISSING = 100_000, 1000


@dataclass(frozen=True)
class Image:
    """An array in a store, and its description in OME metadata."""

    name: str  # of the array in the store
    array: Any
    axes: tuple[str, ...] | None = None
    units: tuple[str | None, ...] = ()
    scale: tuple[float, ...] = ()
    channels: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


def open_recording(
    path: Path, dataset: str | None = None, axes: object = None, channel: object = None, z: object = None
) -> Recording:
    """Open a zarr store, or a group or array in one."""
    wanted = Wanted(axes, channel, z)
    store, root = _open_store(path)
    try:
        with _reading(path):
            try:
                image = _choose(path, root, dataset, wanted)
            except RefusedCodecError as error:
                raise _refused(path, error) from error
            metadata = {**_attributes(root), **image.metadata, **_attributes(image.array), "dataset": image.name}
            _check_complete(path, image.array)
            _check_sparse(path, image.array)
            shape, dtype = tuple(map(int, image.array.shape)), np.dtype(image.array.dtype)
        layout = find_layout(path, shape, dtype, wanted, names=image.axes, labels=image.channels)
        with _reading(path):
            data = threaded(image.array, Path(store.root)) if isinstance(store, CheckedFolder) else image.array
            frames = DatasetFrames(path, data, store.close, "zarr", layout, _unchanged(path, store, image.array))
            times = _coordinate_times(root, image, layout)
        step, size = _scale(image, layout, "T", SECONDS), _scale(image, layout, "X", MM)
        stated = noted_number(metadata.get("fps"))
        return Recording(
            frames,
            path=path,
            format=f"Zarr {image.array.metadata.zarr_format}" if not image.units else "OME-Zarr",
            fps=rate(step, stated) or stated,
            times=times,
            pixel_size=size or noted_number(metadata.get("pixel_size")),
            metadata=metadata,
            axes=(layout.letters, layout.source),
        )
    except BaseException:
        store.close()
        raise


def _unchanged(path: Path, store: CheckedStore, array: "zarr.Array[Any]") -> Callable[[], None]:
    """Return what raises an error if a folder was removed or replaced: missing chunks would be fill values."""
    if not isinstance(store, CheckedFolder):
        return lambda: None  # a zip file is held open
    folders = (Path(store.root) / array.path, Path(store.root))
    files = (folder / name for folder in folders for name in DESCRIPTIONS)
    return OpenedFolder(path, next(file for file in files if file.is_file())).check


# --- stores -------------------------------------------------------------------------------------------------------


def _open_store(path: Path) -> tuple[CheckedStore, "zarr.Array[Any] | zarr.Group"]:
    """Return the store, and the group or array at its root."""
    if path.is_dir() and not is_zarr(path):
        problem = "is a folder without zarr.json, .zgroup or .zarray, because it is empty or was not copied completely"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    with _reading(path):
        inside, sizes = ("", {}) if path.is_dir() else _contents_of_zip(path)
        store = CheckedFolder(path) if path.is_dir() else CheckedZip(path, sizes)
        try:
            return store, zarr.open(store, path=inside, mode="r")
        except RefusedCodecError as error:
            store.close()
            raise _refused(path, error) from error


def _refused(path: Path, error: RefusedCodecError) -> ArgumentError:
    """Return the error for an array with a codec that might run code, or that is not known."""
    problem = f"is not opened: its {error}, because others might run code"
    cure = "if you trust it, open it with the program that made it, and save it with another compression"
    return ArgumentError("path", path, problem, cure, subject=str(path))


def _refuse_zip(path: Path, names: list[str]) -> NoReturn:
    """Raise the error for a zip file of other files, such as the TIFF file that ImageJ saves as a zip file."""
    if not names:
        raise ArgumentError("path", path, "holds no file", "copy the recording again", subject=str(path))
    what = f"{names[0][:100]!r}{' and others' if len(names) > 1 else ''}"
    problem, cure = f"holds {what}, not a zarr store", "unpack it, and open the recording in it"
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _contents_of_zip(path: Path) -> tuple[str, dict[str, int]]:
    """Return the folder of the store, since zip files often hold the folder ``rec.zarr``, and the size of each file."""
    with _reading(path), zipfile.ZipFile(path) as file:
        check_zip(file, path)
        entries = file.infolist()
        names = [PurePosixPath(entry.filename) for entry in entries]
    roots = [name.parent for name in names if name.name in ("zarr.json", ".zgroup", ".zarray")]
    if not roots:
        _refuse_zip(path, [str(name) for name, entry in zip(names, entries, strict=True) if not entry.is_dir()])
    root = min(roots, key=lambda folder: len(folder.parts))
    sizes = {
        entry.filename: entry.file_size for entry in entries if entry.compress_type or is_description(entry.filename)
    }
    return "" if root == PurePosixPath(".") else str(root), sizes


def _reading(path: Path) -> AbstractContextManager[None]:
    """Return the guard for calls of zarr."""
    return reading(path, "zarr", "cannot be read as zarr and may be incomplete", "copy the recording again")


def _attributes(node: "zarr.Array[Any] | zarr.Group") -> dict[str, Any]:
    """Return attributes without those that `_images` uses."""
    hidden = ("ome", "multiscales", "omero", "_ARRAY_DIMENSIONS", "optimap")
    return {key: value for key, value in dict(node.attrs).items() if key not in hidden}


def _check_complete(path: Path, array: "zarr.Array[Any]") -> None:
    """Raise an error if a recording of optimap is incomplete; in other stores, missing chunks are fill values."""
    noted = dict(array.attrs).get("optimap")
    if not isinstance(noted, dict) or "complete" not in noted:
        return
    missing = array.nchunks - array.nchunks_initialized
    if missing or not noted["complete"]:
        problem = f"is incomplete ({missing} of its {array.nchunks} chunks missing)"
        raise ArgumentError("path", path, problem, "copy or convert it again", subject=str(path))


def _check_sparse(path: Path, array: "zarr.Array[Any]") -> None:
    """Raise an error for an array of which nearly nothing is stored: zarr looks for each chunk, whatever is there."""
    size = array.shards or array.chunks
    count = math.prod(-(-int(n) // int(each)) for n, each in zip(array.shape, size, strict=True))
    if count <= FEW_CHUNKS:
        return
    if path.is_dir():
        stored = sum(1 for _ in itertools.islice(path.rglob("*"), count // MOST_MISSING))
    else:
        with _reading(path), zipfile.ZipFile(path) as file:
            stored = len(file.infolist())
    if stored < count // MOST_MISSING:
        problem = f"should have {count} chunks, but holds {stored} files"
        cure = "copy the recording again; if it is whole, save it with larger chunks"
        raise ArgumentError("path", path, problem, cure, subject=str(path))


# --- which array ---------------------------------------------------------------------------------------------------


def _choose(path: Path, root: "zarr.Array[Any] | zarr.Group", dataset: str | None, wanted: Wanted) -> Image:
    """Return the image that was named, or the only one."""
    if isinstance(root, zarr.Array):
        if dataset is not None:
            raise ArgumentError("dataset", dataset, f"is not in {path}, which is a single array", "leave dataset out")
        name = root.name.strip("/") or "."
        described = _described_above(path, root) if name == "." else None
        return Image(name, root, zarr_axes(root)) if described is None else replace(described, name=name, array=root)
    if "plate" in _ome(root):
        cure = f"open one of them, for example {path / 'A' / '1' / '0'}"
        raise ArgumentError("path", path, "is a plate of many images", cure, subject=str(path))
    images = {image.name: image for image in _images(root, "")}
    named = dataset.strip("/") if isinstance(dataset, str) else None
    if named is not None and named not in images:
        inside = [image for name, image in images.items() if name.startswith(f"{named}/")]
        images |= {named: inside[0]} if len(inside) == 1 else _lower_levels(root, named)
    shapes = {name: tuple(int(n) for n in image.array.shape) for name, image in images.items()}
    stated = [name for name, image in images.items() if names_frames(image.axes, image.array.ndim)]
    return images[choose(path, shapes, dataset, "dataset", wanted, stated)]


def _images(group: zarr.Group, prefix: str) -> Iterator[Image]:
    """Yield the arrays of numbers in a group and its groups; for an OME image, only its full resolution."""
    scales = _ome(group).get("multiscales")
    if scales:
        yield _ome_image(group, prefix, scales[0], 0)
        return
    for name, member in sorted(group.members()):
        if isinstance(member, zarr.Group):
            yield from _images(member, f"{prefix}{name}/")
        elif member.ndim >= 2 and np.dtype(member.dtype).kind in "biuf":
            yield Image(f"{prefix}{name}", member, zarr_axes(member))


def _described_above(path: Path, array: "zarr.Array[Any]") -> Image | None:
    """Return what the OME image in the folder above says of an array that was opened by itself, if there is one."""
    above = path.absolute().parent
    if not path.is_dir() or not is_zarr(above):
        return None
    store = CheckedFolder(above)
    try:
        with _reading(above):
            group = zarr.open(store, mode="r")
            levels = {} if isinstance(group, zarr.Array) else _lower_levels(group, path.name)
    finally:
        store.close()
    found = levels.get(path.name)
    return found if found is not None and found.array.shape == array.shape else None


def _lower_levels(root: zarr.Group, dataset: str) -> dict[str, Image]:
    """Return the named resolution level of an OME image, if it is one."""
    folder, _, name = dataset.rpartition("/")
    group = root[folder] if folder and folder in root else root
    scales = _ome(group).get("multiscales") if isinstance(group, zarr.Group) else None
    levels = [level["path"] for level in scales[0]["datasets"]] if scales else []
    if not isinstance(group, zarr.Group) or not scales or name not in levels:
        return {}
    return {dataset: _ome_image(group, folder and f"{folder}/", scales[0], levels.index(name))}


def _ome(group: zarr.Group) -> dict[str, Any]:
    """Return the OME metadata, which has its own key since version 0.5."""
    attributes = dict(group.attrs)
    inner = attributes.get("ome")
    return inner if isinstance(inner, dict) else attributes


def _ome_image(group: zarr.Group, prefix: str, scales: dict[str, Any], level: int) -> Image:
    """Return one resolution of an OME image."""
    dataset = scales["datasets"][level]
    array: Any = group[dataset["path"]]
    axes = [axis if isinstance(axis, dict) else {"name": axis} for axis in scales.get("axes", "tczyx"[-array.ndim :])]
    if len(axes) != array.ndim:
        raise ValueError(f"{prefix}{dataset['path']} has shape {array.shape} and {len(axes)} axes")  # see `_reading`
    scale = np.ones(array.ndim)
    # Scales of the level come first, followed by scales of all levels.
    for step in (*dataset.get("coordinateTransformations", ()), *scales.get("coordinateTransformations", ())):
        if step.get("type") == "scale":
            factors = np.asarray(step["scale"], float)
            if factors.shape != scale.shape:
                raise ValueError(f"{prefix}{dataset['path']} has {array.ndim} axes and a scale of {factors.size}")
            scale = scale * factors
    channels = _ome(group).get("omero", {}).get("channels", ())
    return Image(
        f"{prefix}{dataset['path']}",
        array,
        tuple(str(axis["name"]) for axis in axes),
        tuple(axis.get("unit") for axis in axes),
        tuple(scale.tolist()),
        tuple(str(entry.get("label", number)) for number, entry in enumerate(channels)),
        {"axes": "".join(axis["name"] for axis in axes), **_attributes(group)},
    )


def _coordinate_times(root: "zarr.Array[Any] | zarr.Group", image: Image, layout: Layout) -> Array | None:
    """Return the times in s from the array beside the image with the name of its time axis, as xarray writes it."""
    place = layout.order[0]
    if image.axes is None or image.units or layout.source != STATED or isinstance(root, zarr.Array):
        return None
    name = image.axes[place]
    found = root.get(f"{image.name.rpartition('/')[0]}/{name}".strip("/"))
    if not isinstance(found, zarr.Array) or found.shape != (image.array.shape[place],):
        return None
    if np.dtype(found.dtype).kind not in "iufmM":
        return None
    return coordinate_times(np.asarray(found[:]), name, dict(found.attrs).get("units", ""))


# --- which axes ----------------------------------------------------------------------------------------------------


def _scale(image: Image, layout: Layout, axis: str, units: dict[str, float]) -> float:
    """Return the step along an axis in s or mm; 0 if it is unknown, or if the scale has no unit."""
    if not image.units:
        return 0.0
    place = layout.letters.index(axis)
    return interval(image.scale[place], image.units[place], units)


# --- writing -------------------------------------------------------------------------------------------------------


def check_video(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    """Raise an error for pixels other than booleans, integers and floats of up to 8 bytes."""
    del shape
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        refuse_dtype(dtype, ".zarr", "booleans, integers and floats of up to 64 bits")


def save(path: Path, video: VideoLike, fps: float | None, made: str | None = None) -> None:
    """Write OME-Zarr 0.5: whole frames in chunks of a few MB, bit-shuffled and compressed with LZ4.

    Measured on real and simulated 16-bit recordings: LZ4 is decoded three times faster than Zstandard, which makes
    files 3 % smaller; without bit-shuffling they are up to 20 % larger; shards are not faster to read.
    """
    is_zip = path.suffix.lower() == ".zip"
    notes = {name: value for name, value in (("fps", fps), ("made", made)) if value is not None}
    shape, dtype = tuple(int(n) for n in video.shape), np.dtype(video.dtype).newbyteorder("=")
    step = max(1, min(shape[0], budget().chunk_bytes // (shape[1] * shape[2] * dtype.itemsize)))
    store = NewZip(path, mode="w") if is_zip else NewFolder(path)
    try:
        with deferred_interrupts():  # a task of zarr that is interrupted would go on writing
            root = zarr.create_group(store, attributes={"ome": _ome_metadata(fps, getattr(video, "pixel_size", None))})
            array = root.create_array(
                "0",
                shape=shape,
                dtype=dtype,
                chunks=(step, *shape[1:]),
                compressors=BloscCodec(cname="lz4", clevel=5, shuffle="bitshuffle", typesize=dtype.itemsize),
                fill_value=0,
                dimension_names=("t", "y", "x"),
                # A zip file ends with its list of contents: if it can be opened, it is complete.
                attributes={**notes, "optimap": {"complete": is_zip}},
                config={"write_empty_chunks": True},
            )
        start = 0
        with in_background() as submit:
            for block in frame_blocks(video, multiple=step):
                submit(array.__setitem__, slice(start, start + len(block)), block)
                start += len(block)
                store.check()
        if not is_zip:
            with deferred_interrupts():
                array.update_attributes({"optimap": {"complete": True}})
    finally:
        store.close()
        store.check()  # also instead of what zarr makes of it


def _ome_metadata(fps: float | None, pixel_size: float | None) -> dict[str, Any]:
    """Return the description of one image at one resolution."""
    time = {"name": "t", "type": "time"} if fps is None else {"name": "t", "type": "time", "unit": "second"}
    length = {"type": "space"} if pixel_size is None else {"type": "space", "unit": "millimeter"}
    scale = [1.0 if fps is None else 1 / fps, pixel_size or 1.0, pixel_size or 1.0]
    level = {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}
    axes = [time, {"name": "y", **length}, {"name": "x", **length}]
    return {"version": "0.5", "multiscales": [{"axes": axes, "datasets": [level]}]}
