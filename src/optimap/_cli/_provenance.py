"""How a table was made: what the command line writes into it, and `optimap info` prints."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .._version import __version__

# Options that change the values; of those that a command lacks, nothing is said. Size and window go for a background
# at a position, too, and for positions in a file of --regions.
PARAMETERS = ("size", "window", "detrend", "normalize")


def provenance(command: str, options: argparse.Namespace, path: Path, recording: Any) -> dict[str, Any]:
    """Return how the traces of a recording come about. No date: the same call writes the same table."""
    made: dict[str, Any] = {
        "made_by": f"optimap {command}, optimap-trace {__version__}",
        "recording": {
            "name": path.name,
            "format": recording.format,
            "shape": list(recording.shape),
            "dtype": str(recording.dtype),
            "fps": recording.fps,
            "pixel_size_mm": recording.pixel_size,
        },
        "positions": _places(options),
    }
    given = vars(options)
    made |= {name: _text(given[name]) for name in PARAMETERS if name in given}
    if given.get("option"):
        made["options"] = dict(given["option"])
    if given.get("background") is not None:
        made |= {"background": _text(given["background"]), "background_factor": given["background_factor"]}
    return {**made, "nan_policy": "propagate"}


def _places(options: argparse.Namespace) -> dict[str, Any]:
    given = vars(options)
    if given.get("at"):
        return {"from": "--at"}
    if given.get("positions"):
        return {"from": "--positions", "file": options.positions.name}
    if given.get("grid"):
        return {"from": "--grid", "grid": options.grid}
    if given.get("random"):
        return {"from": "--random", "random": options.random, "seed": options.seed}
    if given.get("regions"):
        return {"from": "--regions", "file": options.regions.name}
    return {"from": "mouse"}


def _text(value: Any) -> Any:
    return value.name if isinstance(value, Path) else value


def lines(header: dict[str, Any]) -> Iterator[str]:
    """Yield what a table says of itself, a line each."""
    from ..trace._table_data import header_labels

    frames, *count = header["shape"]
    yield f"traces      {count[0] if count else 1}, {header['dtype']}{', long form' if header['tidy'] else ''}"
    rate = "unknown" if header["fps"] is None else f"{header['fps']:g} frames/s, {frames / header['fps']:g} s"
    yield f"frames      {frames}"
    yield f"rate        {rate}{' (the axis was given)' if header['axis'] == 'x' else ''}"
    names = header["names"] or header_labels(header)
    yield f"names       {', '.join(names[:6])}{', ...' if len(names) > 6 else ''}"
    if header["written_by"]:
        yield f"written by  {header['written_by']}"
    yield from _nested(header["metadata"])


def _nested(metadata: dict[str, Any], depth: int = 0) -> Iterator[str]:
    for key, value in metadata.items():
        if isinstance(value, dict) and value:
            yield f"{'  ' * depth}{key}:"
            yield from _nested(value, depth + 1)
        else:
            yield f"{'  ' * depth}{key}: {value}"
