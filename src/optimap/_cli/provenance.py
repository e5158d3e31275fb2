"""How a table was made: what the command line writes into it, and `optimap info` prints."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .._files import array_checksum
from .._version import __version__

# Options that change the values; of those that a command lacks, nothing is said.
PARAMETERS = ("size", "window", "detrend", "normalize")


def provenance(
    command: str, options: argparse.Namespace, path: Path, recording: Any, places: Any = None, behind: Any = None
) -> dict[str, Any]:
    """Return how the traces of a recording come about. No date: the same call writes the same table.

    `places` and `behind` are the positions or regions, and the background's.
    """
    given = vars(options)
    made = origin(command, path, recording)
    made["positions"] = {**_places(options), **_region_checksum(places)}
    unused = () if _have_windows(options, recording.shape[1:]) else ("size", "window")
    made |= {name: given[name] for name in PARAMETERS if name in given and name not in unused}
    if given.get("invert"):
        made["invert"] = True
    if given.get("option"):
        made["options"] = dict(given["option"])
    if given.get("background") is not None:
        subtracted = given["background"]
        if isinstance(subtracted, Path):
            subtracted = {"file": subtracted.name, **_region_checksum(behind)}
        elif isinstance(subtracted, tuple):
            subtracted = list(subtracted)
        made |= {"background": subtracted, "background_factor": given["background_factor"]}
    return {**made, "nan_policy": "propagate"}


def _have_windows(options: argparse.Namespace, frame_shape: tuple[int, int]) -> bool:
    """Whether size and window mean something: for positions, which a ``.npy`` may hold, too."""
    given = vars(options)
    regions, behind = given.get("regions"), given.get("background")
    files = [path for path in (regions, behind) if isinstance(path, Path)]
    return regions is None or isinstance(behind, tuple) or any(_are_positions(path, frame_shape) for path in files)


def _are_positions(path: Path, frame_shape: tuple[int, int]) -> bool:
    import numpy as np

    from .._regions import find_kind

    if path.suffix.lower() != ".npy":
        return False
    kind, _ = find_kind(np.load(path, mmap_mode="r"), frame_shape, str(path))
    return kind == "positions"


def origin(command: str, path: Path, recording: Any) -> dict[str, Any]:
    """Return what made a file, and of which recording."""
    from .._reading import patch_checksum

    return {
        "made_by": f"optimap {command}, optimap-trace {__version__}",
        "recording": {
            "name": path.name,
            "format": recording.format,
            "shape": list(recording.shape),
            "dtype": str(recording.dtype),
            "fps": recording.fps,
            "pixel_size_mm": recording.pixel_size,
            "crc32": patch_checksum(recording),
        },
    }


def _region_checksum(regions: Any) -> dict[str, str]:
    """Return the checksum of regions' pixels and weights; nothing for positions."""
    if not hasattr(regions, "spans"):
        return {}
    spans = regions.spans()
    return {"crc32": array_checksum(spans.first, spans.rows, spans.starts, spans.stops, spans.weights)}


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


def lines(header: dict[str, Any]) -> Iterator[str]:
    """Yield what a table says of itself, a line each."""
    from .._tables import header_labels

    frames, *count = header["shape"]
    yield f"traces      {count[0] if count else 1}, {header['dtype']}{', long form' if header['tidy'] else ''}"
    rate = "unknown" if header["fps"] is None else f"{header['fps']:g} frames/s, {frames / header['fps']:g} s"
    yield f"frames      {frames}"
    yield f"rate        {rate}{' (the axis was given)' if header['axis'] == 'x' else ''}"
    names = header["names"] or header_labels(header)
    yield f"names       {', '.join(names[:6])}{', ...' if len(names) > 6 else ''}"
    if header["written_by"]:
        yield f"written by  {header['written_by']}"
    yield from nested(header["metadata"])


def nested(metadata: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """Yield the entries of a dict, a line each, dicts within it below."""
    for key, value in metadata.items():
        if isinstance(value, dict) and value:
            yield f"{'  ' * depth}{key}:"
            yield from nested(value, depth + 1)
        else:
            yield f"{'  ' * depth}{key}: {value}"
