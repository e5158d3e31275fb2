"""The record of how a file was made, which the command line writes into it. `optimap info` prints it (`listing`).

It contains no date: the same call writes the same file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _files, _reading
from .._version import __version__
from .options import Position, Reading

if TYPE_CHECKING:
    from ..trace import Regions
    from ..video import Recording


def made_by(command: str) -> dict[str, Any]:
    """Return which program made a file."""
    return {"made_by": f"optimap {command}, optimap-trace {__version__}"}


def origin(command: str, path: Path, recording: "Recording") -> dict[str, Any]:
    """Return which program made a file, and from which recording."""
    return {
        **made_by(command),
        "recording": {
            "name": path.name,
            "format": recording.format,
            "shape": list(recording.shape),
            "dtype": str(recording.dtype),
            "fps": recording.fps,
            "pixel_size_mm": recording.pixel_size,
            "crc32": _reading.patch_checksum(recording),
        },
    }


def provenance(
    source: Mapping[str, Any],
    positions: Mapping[str, Any],
    parameters: Mapping[str, Any],
    reading: Reading = (),
    background: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return how the traces of a recording were made.

    Parameters
    ----------
    source : dict
        The result of `origin`.
    positions : dict
        Where the traces come from: the option and its value.
    parameters : dict
        Anything else that affects the values, such as ``size``.
    reading : sequence of (name, value)
        What was read from a file that holds more than one recording.
    background : dict, optional
        The result of `subtracted`.
    """
    made = {**source, "positions": dict(positions), **parameters}
    if reading:
        made["options"] = dict(reading)
    return {**made, **(background or {}), "nan_policy": "propagate"}


def subtracted(background: float | Position | Path, factor: float, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return which background was subtracted; `content` identifies the content of its file."""
    what: Any = background
    if isinstance(background, Path):
        what = {"file": background.name, **content}
    elif isinstance(background, tuple):
        what = list(background)
    return {"background": what, "background_factor": factor}


def region_checksum(regions: "Regions | None") -> dict[str, str]:
    """Return the checksum of the pixels and weights of regions; empty if there are none."""
    if regions is None:
        return {}
    spans = regions.spans()
    return {"crc32": _files.array_checksum(spans.first, spans.rows, spans.starts, spans.stops, spans.weights)}
