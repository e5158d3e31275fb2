"""Zarr, versions 2 and 3, in folders and zip files: single arrays, groups of arrays, OME-Zarr.

Of OME-Zarr the full resolution is read; its axes are told by name, and its scale gives the frame rate and the size of
a pixel. A missing chunk is, by zarr's rules, a chunk of fill values: only of our own recordings do we know that all
chunks must be there.
"""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ..format_table import is_zarr
from ..recording import Recording, check_frames, positive_number
from ..save import frame_blocks, in_background, unsupported
from .chunked import DatasetFrames, choose
from .units import MM, SECONDS, rate

# What zarr and its codecs raise on bytes that make no sense, besides ValueError.
DAMAGED = (
    *(OSError, EOFError, LookupError, RuntimeError, TypeError, ValueError, NotImplementedError),
    *(struct.error, zlib.error, zipfile.BadZipFile),
)
# Stored together: a few MB of whole frames. Measured on 16-bit frames with camera noise (2 cores): from 2 to 8 MB all
# are read at the same rate, larger ones need more memory, smaller ones more files.
CHUNK_BYTES = 4 * 2**20
AXES = {"t": "t", "time": "t", "frame": "t", "frames": "t", "z": "z", "c": "c", "channel": "c", "y": "y", "x": "x"}


@dataclass(frozen=True)
class Image:
    """An array of a store, and what its OME metadata say about it."""

    name: str  # of the array in the store
    array: Any
    axes: tuple[str, ...] | None = None
    units: tuple[str | None, ...] = ()
    scale: tuple[float, ...] = ()
    channels: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


def open_recording(
    path: Path, dataset: str | None = None, channel: int | str | None = None, z: int | None = None
) -> Recording:
    """Open a zarr store, or a group or array in one."""
    store, root = _open_store(path)
    try:
        with _reading(path):
            image = _choose(path, root, dataset)
            metadata = {**_attributes(root), **image.metadata, **_attributes(image.array), "dataset": image.name}
            _check_complete(path, image.array)
            store.is_blosc = _uses_blosc(image.array)
        order, fixed = _places(path, image, channel, z)
        frames = DatasetFrames(path, image.array, store.close, DAMAGED, order, fixed)
        interval, size = _scale(image, "t", SECONDS), _scale(image, "x", MM)
        stated = positive_number(metadata.get("fps"))
        return Recording(
            frames,
            path=path,
            format=f"Zarr {image.array.metadata.zarr_format}" if not image.units else "OME-Zarr",
            fps=rate(interval, stated) or stated,
            pixel_size=size or positive_number(metadata.get("pixel_size")),
            metadata=metadata,
        )
    except BaseException:
        store.close()
        raise


# --- stores -------------------------------------------------------------------------------------------------------


def _open_store(path: Path) -> tuple[Any, Any]:
    """Return the store, and the group or array at its root."""
    import zarr
    from zarr.storage import LocalStore, ZipStore

    if path.is_dir() and not is_zarr(path):
        raise ValueError(
            f"{path} is a folder without zarr.json, .zgroup or .zarray: it is empty, or was not copied whole"
        )
    with _reading(path):
        store: Any
        if path.is_dir():
            store, inside = _checked(LocalStore, path, read_only=True), ""
        else:
            inside = _root_in_zip(path)
            store = _checked(ZipStore, path, mode="r")
        return store, zarr.open(store, path=inside, mode="r")


def _checked(kind: Any, *arguments: Any, **options: Any) -> Any:
    """Return a store of a kind that refuses truncated chunks of Blosc, which reads on in memory behind them."""

    class Checked(kind):  # type: ignore[misc, unused-ignore]
        is_blosc = False

        async def get(self, key: str, *arguments: Any, **options: Any) -> Any:
            value = await super().get(key, *arguments, **options)
            if self.is_blosc and value is not None and not key.endswith((".json", ".zarray", ".zattrs", ".zgroup")):
                start = value.as_numpy_array().view(np.uint8)[:16].tobytes()
                # The header: first the version, last the length of the chunk.
                if start[:1] == b"\2" and len(value) < int.from_bytes(start[12:16], "little"):
                    raise ValueError(f"chunk {key} is truncated")
            return value

    return Checked(*arguments, **options)


def _uses_blosc(array: Any) -> bool:
    codecs = (getattr(array.metadata, "compressor", None), *getattr(array.metadata, "codecs", ()))
    return any("blosc" in type(codec).__name__.lower() for codec in codecs)


def _root_in_zip(path: Path) -> str:
    """Return the folder that the store is in: zip files often hold the folder ``rec.zarr``, not what is in it."""
    with zipfile.ZipFile(path) as file:
        names = [PurePosixPath(name) for name in file.namelist()]
    roots = [name.parent for name in names if name.name in ("zarr.json", ".zgroup", ".zarray")]
    if not roots:
        raise ValueError("it holds no zarr array")
    root = min(roots, key=lambda folder: len(folder.parts))
    return "" if root == PurePosixPath(".") else str(root)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what zarr raises for damaged stores into an error that names the path; leave out what it warns about."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # files that belong to no array, codecs without a specification
            yield
    except _Refusal as error:
        raise ValueError(str(error)) from error
    except (*DAMAGED, AttributeError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{path} cannot be read as zarr, it may be incomplete: {text}") from error


class _Refusal(Exception):
    """An error of ours, which says everything."""


def _attributes(node: Any) -> dict[str, Any]:
    """Return attributes without those that `_images` understands."""
    hidden = ("ome", "multiscales", "omero", "_ARRAY_DIMENSIONS", "optimap")
    return {key: value for key, value in dict(node.attrs).items() if key not in hidden}


def _check_complete(path: Path, array: Any) -> None:
    """Raise an error where one of our own recordings is not whole; what others leave out is fill values."""
    ours = dict(array.attrs).get("optimap")
    if not isinstance(ours, dict) or "complete" not in ours:
        return
    missing = array.nchunks - array.nchunks_initialized
    if missing or not ours["complete"]:
        raise _Refusal(
            f"{path} is incomplete: {missing} of its {array.nchunks} chunks are missing; copy or convert it again"
        )


# --- which array ---------------------------------------------------------------------------------------------------


def _choose(path: Path, root: Any, dataset: str | None) -> Image:
    if not hasattr(root, "members"):
        if dataset is not None:
            raise _Refusal(f"dataset = {dataset!r}: {path} is a single array, leave dataset out")
        return Image(root.name.strip("/") or ".", root, _named_axes(root))
    if "plate" in _ome(root):
        raise _Refusal(f"{path} is a plate of many images: open one of them, for example {path / 'A' / '1' / '0'}")
    images = {image.name: image for image in _images(root, "")}
    if dataset is not None and dataset.strip("/") not in images:
        inside = [image for name, image in images.items() if name.startswith(f"{dataset.strip('/')}/")]
        images |= {dataset.strip("/"): inside[0]} if len(inside) == 1 else _lower_levels(root, dataset.strip("/"))
    shapes = {name: _essential_shape(image) for name, image in images.items()}
    try:
        return images[choose(path, shapes, dataset, "dataset")]
    except ValueError as error:
        raise _Refusal(str(error)) from error


def _images(group: Any, prefix: str) -> Iterator[Image]:
    """Yield the arrays of numbers in a group and its groups; of an OME image, its full resolution alone."""
    scales = _ome(group).get("multiscales")
    if scales:
        yield _ome_image(group, prefix, scales[0], 0)
        return
    for name, member in sorted(group.members()):
        if hasattr(member, "members"):
            yield from _images(member, f"{prefix}{name}/")
        elif member.ndim >= 2 and np.dtype(member.dtype).kind in "biuf":
            yield Image(f"{prefix}{name}", member, _named_axes(member))


def _lower_levels(root: Any, dataset: str) -> dict[str, Image]:
    """Return the level of an OME image that was named, if it is one."""
    folder, _, name = dataset.rpartition("/")
    group = root[folder] if folder and folder in root else root
    scales = _ome(group).get("multiscales") if hasattr(group, "members") else None
    levels = [level["path"] for level in scales[0]["datasets"]] if scales else []
    if not scales or name not in levels:
        return {}
    return {dataset: _ome_image(group, folder and f"{folder}/", scales[0], levels.index(name))}


def _ome(group: Any) -> dict[str, Any]:
    """Return the OME metadata, which version 0.5 put under a key of their own."""
    attributes = dict(group.attrs)
    inner = attributes.get("ome")
    return inner if isinstance(inner, dict) else attributes


def _ome_image(group: Any, prefix: str, scales: dict[str, Any], level: int) -> Image:
    dataset = scales["datasets"][level]
    array = group[dataset["path"]]
    axes = [axis if isinstance(axis, dict) else {"name": axis} for axis in scales.get("axes", "tczyx"[-array.ndim :])]
    if len(axes) != array.ndim:
        raise _Refusal(f"{prefix}{dataset['path']} has the shape {array.shape} and {len(axes)} axes: it is damaged")
    scale = np.ones(array.ndim)
    # Those of the level come first, those of all levels after them.
    for step in (*dataset.get("coordinateTransformations", ()), *scales.get("coordinateTransformations", ())):
        if step.get("type") == "scale":
            scale = scale * np.asarray(step["scale"], float)
    channels = _ome(group).get("omero", {}).get("channels", ())
    return Image(
        f"{prefix}{dataset['path']}",
        array,
        tuple(str(axis["name"]).lower() for axis in axes),
        tuple(axis.get("unit") for axis in axes),
        tuple(scale.tolist()),
        tuple(str(entry.get("label", number)) for number, entry in enumerate(channels)),
        {"axes": "".join(axis["name"] for axis in axes), **_attributes(group)},
    )


def _named_axes(array: Any) -> tuple[str, ...] | None:
    """Return the names of the axes where all are known: of version 3, or as xarray writes them in version 2."""
    names = getattr(array.metadata, "dimension_names", None) or dict(array.attrs).get("_ARRAY_DIMENSIONS") or ()
    known = tuple(AXES.get(str(name).lower(), "") for name in names)
    is_video = len(known) == array.ndim and {"t", "y", "x"} <= set(known) and len(set(known)) == len(known)
    return known if is_video and "" not in known else None


def _essential_shape(image: Image) -> tuple[int, ...]:
    """Return the shape along time, rows and columns, where it has them; `_places` sees to the other axes."""
    shape = tuple(int(n) for n in image.array.shape)
    if image.axes is None or not {"t", "y", "x"} <= set(image.axes):
        return shape
    return tuple(shape[image.axes.index(axis)] for axis in "tyx")


# --- which axes ----------------------------------------------------------------------------------------------------


def _places(
    path: Path, image: Image, channel: int | str | None, z: int | None
) -> tuple[tuple[int, int, int], dict[int, int]]:
    """Return the places of time, rows and columns among the axes, and the index along each of the others."""
    shape = tuple(int(n) for n in image.array.shape)
    axes = image.axes
    if axes is None:
        for name, value in (("channel", channel), ("z", z)):
            if value is not None:
                raise ValueError(f"{name} = {value!r}: the axes of {path} have no names, leave {name} out")
        check_frames(path, shape, image.array.dtype)
        return (0, 1, 2), {}
    if not {"t", "y", "x"} <= set(axes):
        raise ValueError(f"{path} has the axes {', '.join(axes)} of shape {shape}: a recording has the axes t, y and x")
    fixed = {}
    asked: dict[str, Callable[[int], int]] = {
        "c": lambda count: _channel(path, image, channel, count),
        "z": lambda count: _numbered(path, z, count, "z", "planes"),
    }
    for place, (axis, count) in enumerate(zip(axes, shape, strict=True)):
        if axis in asked:
            fixed[place] = asked.pop(axis)(count)
        elif axis not in "tyx":
            if count > 1:
                raise ValueError(f"{path} has an axis {axis!r} of length {count}: a recording has the axes t, y and x")
            fixed[place] = 0
    for axis, name, value in (("c", "channel", channel), ("z", "z", z)):
        if axis in asked and value is not None:
            raise ValueError(f"{name} = {value!r}: {path} has no such axis, leave {name} out")
    return (axes.index("t"), axes.index("y"), axes.index("x")), fixed


def _channel(path: Path, image: Image, channel: int | str | None, count: int) -> int:
    if isinstance(channel, str) and channel in image.channels:
        return image.channels.index(channel)
    return _numbered(path, channel, count, "channel", "channels", image.channels)


def _numbered(path: Path, value: Any, count: int, option: str, things: str, labels: tuple[str, ...] = ()) -> int:
    """Return the index that was asked for; of one there is no question."""
    if value is None and count == 1:
        return 0
    named = f" ({', '.join(labels)})" if labels else ""
    if value is None:
        raise ValueError(f"{path} has {count} {things}{named}: choose one with {option}=, from 0 to {count - 1}")
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 0 <= value < count:
        raise ValueError(f"{option} = {value!r}: {path} has {count} {things}{named}, 0 to {count - 1}")
    return int(value)


def _scale(image: Image, axis: str, units: dict[str, float]) -> float:
    """Return the step along an axis in s or mm; 0 where it is not known: a scale without a unit is no measure."""
    if image.axes is None or not image.units:
        return 0.0
    place = image.axes.index(axis)
    step = image.scale[place] * units.get(str(image.units[place]), 0.0)
    return step if 0 < step < np.inf else 0.0


# --- writing -------------------------------------------------------------------------------------------------------


def check_dtype(dtype: "np.dtype[Any]") -> None:
    """Booleans, integers and floats of up to 8 bytes will do."""
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise unsupported(dtype, ".zarr", "booleans, integers and floats of up to 64 bits")


def save(path: Path, video: Any, fps: float | None, made: str | None = None) -> None:
    """Write OME-Zarr 0.5: whole frames in chunks of a few MB, compressed by LZ4 after a shuffle of bits.

    Measured on real and simulated 16-bit recordings: LZ4 is decoded three times faster than Zstandard, which makes
    files 3 % smaller; without the shuffle of bits they are up to 20 % larger; shards are not faster to read.
    """
    import zarr
    from zarr.codecs import BloscCodec
    from zarr.storage import LocalStore, ZipStore

    is_zip = path.suffix.lower() == ".zip"
    notes = {name: value for name, value in (("fps", fps), ("made", made)) if value is not None}
    shape, dtype = tuple(int(n) for n in video.shape), np.dtype(video.dtype).newbyteorder("=")
    step = max(1, min(shape[0], CHUNK_BYTES // (shape[1] * shape[2] * dtype.itemsize)))
    store = ZipStore(path, mode="w") if is_zip else LocalStore(path)
    try:
        root = zarr.create_group(store, attributes={"ome": _ome_metadata(fps, getattr(video, "pixel_size", None))})
        array = root.create_array(
            "0",
            shape=shape,
            dtype=dtype,
            chunks=(step, *shape[1:]),
            compressors=BloscCodec(cname="lz4", clevel=5, shuffle="bitshuffle", typesize=dtype.itemsize),
            fill_value=0,
            dimension_names=("t", "y", "x"),
            # A zip file ends with its list of contents: it is complete where it can be opened.
            attributes={**notes, "optimap": {"complete": is_zip}},
            config={"write_empty_chunks": True},
        )
        start = 0
        with in_background() as submit:
            for block in frame_blocks(video, multiple=step):
                submit(array.__setitem__, slice(start, start + len(block)), block)
                start += len(block)
        if not is_zip:
            array.update_attributes({"optimap": {"complete": True}})
    finally:
        store.close()


def _ome_metadata(fps: float | None, pixel_size: float | None) -> dict[str, Any]:
    time = {"name": "t", "type": "time"} if fps is None else {"name": "t", "type": "time", "unit": "second"}
    length = {"type": "space"} if pixel_size is None else {"type": "space", "unit": "millimeter"}
    scale = [1.0 if fps is None else 1 / fps, pixel_size or 1.0, pixel_size or 1.0]
    level = {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}
    axes = [time, {"name": "y", **length}, {"name": "x", **length}]
    return {"version": "0.5", "multiscales": [{"axes": axes, "datasets": [level]}]}
