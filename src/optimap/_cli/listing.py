"""Lines of text about tables and how they were made, as `optimap info` prints them."""

from collections.abc import Iterator
from typing import Any

from .. import _tables
from .._base import printable


def show(*lines: object) -> None:
    """Print lines about a file, in which anybody may have written anything: without control characters."""
    for line in lines:
        print(printable(str(line)))


def rate_text(fps: float | None, frames: int, what: str = "frames") -> str:
    """Return the rate of frames, or of other samples, and the duration in words."""
    return "unknown" if fps is None else f"{fps:g} {what}/s, {frames / fps:g} s"


def table_lines(header: _tables.Header) -> Iterator[str]:
    """Yield what a table says about itself, one line for each entry."""
    frames, *count = header["shape"]
    yield f"traces      {count[0] if count else 1}, {header['dtype']}{', long form' if header['tidy'] else ''}"
    yield f"frames      {frames}"
    yield f"rate        {rate_text(header['fps'], frames)}{' (the axis was given)' if header['axis'] == 'x' else ''}"
    names = header["names"] or _tables.header_labels(header)
    yield f"names       {', '.join(names[:6])}{', ...' if len(names) > 6 else ''}"
    if header["written_by"]:
        yield f"written by  {header['written_by']}"
    yield from nested_lines(header["metadata"])


def columns_lines(header: dict[str, Any]) -> Iterator[str]:
    """Yield what a table of beats, or a summary of such tables, says about itself, one line for each entry."""
    is_summary = "summary" in header["metadata"]
    yield f"rows        {header['rows']}, one for each {'recording and trace' if is_summary else 'beat'}"
    yield f"columns     {', '.join(header['columns'])}"
    if header["fps"] is not None:
        yield f"rate        {header['fps']:g} frames/s"
    if header.get("written_by"):
        yield f"written by  {header['written_by']}"
    yield from nested_lines(header["metadata"])


def nested_lines(metadata: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """Yield the entries of a dict, one line each; dicts in it are indented below their key."""
    for key, value in metadata.items():
        if isinstance(value, dict) and value:
            yield f"{'  ' * depth}{key}:"
            yield from nested_lines(value, depth + 1)
        else:
            yield f"{'  ' * depth}{key}: {value}"
