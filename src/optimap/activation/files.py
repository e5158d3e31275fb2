"""load_beat_maps: maps from the files that `BeatMaps.save` writes; the kinds of files are in `map_kinds`."""

from __future__ import annotations

import os

import numpy as np

from .map_kinds import load_arrays
from .maps import BeatMaps


def load_beat_maps(path: str | os.PathLike[str]) -> BeatMaps:
    """Read maps that `BeatMaps.save` or the command line wrote, exactly as they were saved.

    Parameters
    ----------
    path : path-like
        ``.npz``, ``.nc``, ``.h5`` or ``.tif``. In a ``.tif``, values are float32.

    Returns
    -------
    BeatMaps

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the suffix is unknown, or the file is damaged or does not contain maps.
    ImportError
        If a package is missing; the message contains the pip command.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.activation import BeatMaps, load_beat_maps
    >>> snr = np.array([[[7.5, np.nan]]])
    >>> maps = BeatMaps({"snr": snr}, {"snr": "1"}, np.array([20.0]), np.ones((1, 2), bool), np.zeros(snr.shape, int))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     maps.save(pathlib.Path(folder) / "maps.npz")
    ...     load_beat_maps(pathlib.Path(folder) / "maps.npz")["snr"].tolist()
    [[[7.5, nan]]]
    """
    columns, header, mask, codes = load_arrays(path)
    return BeatMaps(
        columns,
        header["units"],
        np.array(header["beats"], np.float64),
        mask,
        codes,
        header["reasons"],
        header["fps"],
        header["metadata"],
    )
