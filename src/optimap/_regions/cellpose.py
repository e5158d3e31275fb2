"""Cells found by cellpose: ``NAME_seg.npy``, a dictionary with a label image in ``masks``.

The file is a pickle (see `pickles`); its other entries, the picture and the flows among them, are not used.
"""

from pathlib import Path

import numpy as np

from .._base import ArgumentError
from .._files import reading
from .file_request import Request
from .footprints import Footprints
from .masks import label_runs
from .pickles import has_objects, number_array, read_objects

FEW = 6  # entries of a dictionary that are named


def is_cellpose(path: Path) -> bool:
    """Return whether a file is a single Python object, as ``_seg.npy`` is."""
    return has_objects(path) == ()


def read_cellpose(path: Path, request: Request) -> Footprints:
    """Read the cells of a ``_seg.npy``."""
    found = read_objects(path, request.name)[()]
    if not isinstance(found, dict) or "masks" not in found:
        holds = f"a dictionary of {', '.join(list(map(str, found))[:FEW])}" if isinstance(found, dict) else "an object"
        cure = "give the _seg.npy of cellpose, or the stat.npy of suite2p"
        raise ArgumentError(request.name, path, f"holds {holds}, and no masks", cure, subject=str(path))
    with reading(path, "header", "holds damaged masks", "run cellpose again", argument=request.name):
        labels = number_array(found["masks"])
    if labels.ndim == 3 and len(labels) == 1:
        labels = labels[0]
    if labels.ndim != 2 or labels.dtype.kind not in "biuf":
        cure = "save the masks of one plane as an image, and give this"
        raise ArgumentError(request.name, path, f"holds masks of shape {labels.shape}", cure, subject=str(path))
    runs, numbers = label_runs(labels, f"{path}, masks")
    if not numbers:
        cure = "run cellpose again, or draw cells in it"
        raise ArgumentError(request.name, path, "holds no cells, because its masks are empty", cure, subject=str(path))
    lengths = runs.stops - runs.starts
    begins = np.repeat(runs.starts - (np.cumsum(lengths) - lengths), lengths)
    owners, rows = np.repeat(runs.owners, lengths), np.repeat(runs.rows, lengths)
    shape = int(labels.shape[0]), int(labels.shape[1])
    columns = np.arange(len(rows)) + begins
    names = [f"label_{number}" for number in numbers]
    return Footprints(owners, rows, columns, np.ones(len(rows)), names, shape, kind="labels")
