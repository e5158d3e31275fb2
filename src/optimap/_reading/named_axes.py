"""The names that datasets of HDF5 and arrays of zarr give to their axes, in files and when such an array is given.

Only arrays whose names are those of time, rows and columns are turned; which names are known is in `_base.axis_names`.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import axis_letter
from .._files import scales_of
from .labelled import Reordered

if TYPE_CHECKING:
    import h5py
    import zarr

AXIS_TAG = re.compile(r'"key"\s*:\s*"(\w+)"')  # in the JSON of vigra, which ilastik uses


def in_named_order(video: Any) -> Any:
    """Return a dataset of h5py or an array of zarr whose axes are named in the order (T, H, W), all else unchanged."""
    letters = "".join(axis_letter(name) for name in _names_of(video) or ())
    if letters == "TYX" or sorted(letters) != ["T", "X", "Y"] or len(video.shape) != 3:
        return video
    return Reordered(video, (letters.index("T"), letters.index("Y"), letters.index("X")))


def _names_of(video: Any) -> Sequence[str] | None:
    """Return the names of the axes of an array of a library that is imported, if it is one."""
    for library, kind, names in (("h5py", "Dataset", hdf5_axes), ("zarr", "Array", zarr_axes)):
        module = sys.modules.get(library)
        if module is not None and isinstance(video, getattr(module, kind)):
            return names(video)
    return None


def zarr_axes(array: "zarr.Array[Any]") -> tuple[str, ...] | None:
    """Return the names of the axes, if there are any: as stored in version 3, or by xarray in version 2."""
    names: Any = getattr(array.metadata, "dimension_names", None) or dict(array.attrs).get("_ARRAY_DIMENSIONS") or ()
    return tuple(str(name) for name in names) or None


def hdf5_axes(dataset: "h5py.Dataset") -> Sequence[str] | None:
    """Return the names of the axes, from an attribute ``axes``, labels, scales, or as xarray and ilastik write them."""
    attributes = dict(dataset.attrs)
    tags = AXIS_TAG.findall(str(attributes.get("axistags", "")))
    if len(tags) == dataset.ndim:
        return tags
    for key in ("axes", "_ARRAY_DIMENSIONS", "DIMENSION_LABELS"):
        noted = _names(attributes.get(key), dataset.ndim)
        if noted is not None:
            return noted
    scales = [[PurePosixPath(str(scale.name)).name for scale in found] for found in scales_of(dataset)]
    names = [next((name for name in found if axis_letter(name)), "") for found in scales]
    return names if any(names) else None


def _names(noted: object, count: int) -> Sequence[str] | None:
    """Return names from text such as "TYX" or "time,y,x", or from an array of text; None if it is something else."""
    if isinstance(noted, (str, bytes)):
        text = noted.decode("utf-8", "replace") if isinstance(noted, bytes) else noted
        parts = text.replace(",", " ").split()
        return list(text.strip().upper()) if len(parts) == 1 and len(text.strip()) == count else parts
    if not isinstance(noted, np.ndarray) or noted.ndim != 1 or noted.dtype.kind not in "SUO":
        return None
    return [part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in noted]
