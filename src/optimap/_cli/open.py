"""Opening what a command was given: a recording, or an error that says what it is instead."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..video import Recording


def open_recording(path: Path, options: dict[str, Any]) -> "Recording":
    """Open a recording; of tables, their descriptions and regions, say what they are."""
    from ..video import open_video

    check_not_empty(path)
    what = _what_else(path)
    if what is not None:
        raise ValueError(f"{path} is no recording: it {what}")
    return open_video(path, **options)


def check_not_empty(path: Path) -> None:
    """Raise an error for a file of no bytes, of which each format would say something else."""
    if path.is_file() and not path.stat().st_size:
        raise ValueError(f"{path} is empty, 0 bytes: copy it again")


def _what_else(path: Path) -> str | None:
    from .._regions import holds_rois
    from .._tables import is_table

    if described(path) is not None:
        return f"describes {path.stem}, which belongs to it"
    if path.suffix.lower() in (".csv", ".tsv") and path.is_file():
        return "is a table; give the recording that it was made of"
    if is_table(path):
        return "is a table of traces; give the recording that they were made of"
    return "holds regions drawn in ImageJ, for --regions" if holds_rois(path) else None


def described(path: Path) -> Path | None:
    """Return the table that a file of ours describes, which may be gone; None for other files."""
    from .._files import is_sidecar

    return path.with_suffix("") if path.suffix.lower() == ".json" and is_sidecar(path) else None
