"""Pictures of traces and the places they come from, in files that record how they were made."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _files, trace
from .._base import ArgumentError, Array, budget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..trace import Regions
    from ..video import Recording

# The image in a picture is the mean of at most this many frames.
MOST_FRAMES = 64
# A legend has at most this many entries.
MOST_LABELS = 10
# Where picture files store a description: for matplotlib, and for Pillow, which writes some of them.
DESCRIBED = {".png": "Description", ".svg": "Description", ".pdf": "Subject", ".eps": "Creator", ".ps": "Creator"}
DESCRIBED_BY_PILLOW = {".jpg": "comment", ".jpeg": "comment", ".tif": "description", ".tiff": "description"}


def check_picture(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, if no picture can be written to `path`."""
    from matplotlib.figure import Figure

    known = Figure().canvas.get_supported_filetypes()
    if path.suffix.lower().lstrip(".") not in known:
        raise ArgumentError(
            "--plot",
            path,
            f"has the unknown suffix {path.suffix!r}",
            f"choose .png, .pdf or .svg (or one of {', '.join(sorted(known))})",
            subject=f"--plot {path}",
        )
    _files.check_output(path, overwrite)


def save_picture(figure: "Figure", path: Path, overwrite: bool, made: dict[str, Any]) -> None:
    """Write a picture that records how it was made, if its kind can hold that."""
    suffix = path.suffix.lower()
    how: dict[str, Any] = {}
    if suffix in DESCRIBED:
        how["metadata"] = {DESCRIBED[suffix]: json.dumps(made)}
    elif suffix in DESCRIBED_BY_PILLOW:
        how["pil_kwargs"] = {DESCRIBED_BY_PILLOW[suffix]: json.dumps(made)}
    with _files.written_whole(path, overwrite) as partial:
        figure.savefig(partial, dpi=200, **how)


def mean_image(recording: "Recording") -> Array:
    """Return the mean of the first frames: a single frame is mostly noise if signals are weak."""
    frame_bytes = max(1, recording.nbytes // len(recording))
    image: Array = recording[: max(1, min(MOST_FRAMES, budget().picture_bytes // frame_bytes))].mean(axis=0)
    return image


def traces_picture(
    image: Array,
    traces: Array,
    places: "Sequence[tuple[float, float]] | Regions",
    fps: float | None,
    title: str,
    steps: Sequence[str] = (),
    times: Array | None = None,
) -> "Figure":
    """Return a figure of an image with positions or regions on the left, and of their traces on the right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.2), layout="constrained")
    height, width = image.shape[:2]
    axs = figure.subplots(ncols=2, width_ratios=[min(max(width / height, 1), 2), 3])
    _, ax = trace.show_positions_and_traces(traces, places, image, fps=fps, x=times, axs=axs, linewidth=1.0)
    if times is not None:
        ax.set_xlabel("Time [s]")
    if len(places) <= MOST_LABELS:
        if isinstance(places, trace.Regions):
            labels, title_above = places.names, None
        else:
            labels, title_above = [f"({x:g}, {y:g})" for x, y in places], "x, y"
        # Next to the axes, a legend does not hide any beat.
        ax.legend(ax.lines, labels, title=title_above, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    ax.set_ylabel(_quantity(steps))
    ax.spines[["top", "right"]].set_visible(False)
    figure.suptitle(", ".join([title, *steps]))
    return figure


def _quantity(steps: Sequence[str]) -> str:
    """Return what the values are after some steps."""
    is_relative = any(step.startswith("ΔF/F") for step in steps)
    return "ΔF/F" if is_relative and not any(step.startswith("normalized") for step in steps) else "Intensity"
