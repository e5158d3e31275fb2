"""Pictures of traces and the places they come from, in files that record how they were made."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from .. import _files, beats, trace
from .._base import ArgumentError, Array, budget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..beats import BeatTable
    from ..trace import Regions, TraceTable
    from ..video import Recording

# The image in a picture is the mean of at most this many frames.
MOST_FRAMES = 64
# A legend has at most this many entries.
MOST_LABELS = 10
# A picture of beats shows at most this many traces.
MOST_PANELS = 8
# Where picture files store a description: for matplotlib, and for Pillow, which writes some of them.
DESCRIBED = {".png": "Description", ".svg": "Description", ".pdf": "Subject", ".eps": "Creator", ".ps": "Creator"}
DESCRIBED_BY_PILLOW = {".jpg": "comment", ".jpeg": "comment", ".tif": "description", ".tiff": "description"}


def check_picture(path: Path, overwrite: bool, option: str = "--plot") -> None:
    """Raise an error, before any work, if no picture can be written to `path`."""
    from matplotlib.figure import Figure

    known = Figure().canvas.get_supported_filetypes()
    if path.suffix.lower().lstrip(".") not in known:
        raise ArgumentError(
            option,
            path,
            f"has the unknown suffix {path.suffix!r}",
            f"choose .png, .pdf or .svg (or one of {', '.join(sorted(known))})",
            subject=f"{option} {path}",
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
    _without_formulas(figure)
    # Pillow writes JPEG without asking whether the disk took it.
    with _files.written_whole(path, overwrite) as partial, _files.written_patiently(partial) as file:
        figure.savefig(cast("IO[bytes]", file), format=suffix[1:], dpi=200, **how)


def _without_formulas(figure: "Figure") -> None:
    """Draw names as they are: matplotlib would take what is between two dollars for a formula, or fail."""
    for ax in figure.axes:
        legend = ax.get_legend()
        texts = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts, *([] if legend is None else legend.get_texts())]
        for text in texts:
            text.set_parse_math(False)
    for text in figure.texts:  # the title above all axes is among them
        text.set_parse_math(False)


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
    x: Array | None = None,
    label: str = "",
) -> "Figure":
    """Return a figure of an image with positions or regions on the left, and of their traces on the right.

    `x` and `label` are those of the axis, where a rate does not give it.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.2), layout="constrained")
    height, width = image.shape[:2]
    axs = figure.subplots(ncols=2, width_ratios=[min(max(width / height, 1), 2), 3])
    _, ax = trace.show_positions_and_traces(traces, places, image, fps=fps, x=x, axs=axs, linewidth=1.0)
    if x is not None:
        ax.set_xlabel(label)
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


def beats_picture(signals: "TraceTable", table: "BeatTable", title: str, steps: Sequence[str] = ()) -> "Figure":
    """Return a figure of the first traces with their beats, one below the other."""
    from matplotlib.figure import Figure

    count = min(signals.columns.shape[1], MOST_PANELS)
    figure = Figure(figsize=(9, 0.9 + 1.5 * max(count, 1.5)), layout="constrained")
    panels = figure.subplots(nrows=count, sharex=True, squeeze=False)[:, 0]
    level = _shown_level(table)
    for i, ax in enumerate(panels):
        beats.show_beats(signals, table, i, level, ax=ax)
        ax.set_ylabel(signals.labels[i])
        if i:
            ax.get_legend().remove()
        if i < count - 1:
            ax.set_xlabel("")
    unit = "frames" if signals.fps is None else "ms"
    figure.suptitle(", ".join([title, *steps, f"durations in {unit}"]), fontsize="medium")
    return figure


def table_picture(table: "TraceTable", title: str) -> "Figure":
    """Return a figure of a table of traces."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.4), layout="constrained")
    ax = figure.subplots()
    values, labels, meaning = table.columns, table.labels, str(table.metadata.get("x", ""))
    is_ensemble = "count" in table.metadata and all(label.endswith((" mean", " SD")) for label in labels)
    if is_ensemble:  # the mean of each trace, then its standard deviation
        values, spreads, labels = values[:, ::2], values[:, 1::2], labels[::2]
    trace.show_traces(values, fps=table.fps, x=table.x, ax=ax, linewidth=1.0)
    if is_ensemble:
        for line, mean, sd in zip(ax.lines, values.T, spreads.T, strict=True):
            ax.fill_between(table.axis, mean - sd, mean + sd, color=line.get_color(), alpha=0.2, linewidth=0)
    if table.x is not None:
        ax.set_xlabel(meaning[:1].upper() + meaning[1:])
    if len(labels) <= MOST_LABELS:
        ax.legend(ax.lines, labels, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    steps = table.metadata.get("steps")
    ax.set_ylabel(_quantity(steps if isinstance(steps, list) else []))
    ax.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title)
    return figure


def durations_picture(table: "BeatTable", title: str) -> "Figure":
    """Return a figure of durations and amplitudes over time, and of restitution where there are pairs."""
    from matplotlib.figure import Figure

    level, unit = _shown_level(table), "frames" if table.fps is None else "ms"
    duration = next(name for name in table if name.startswith((f"apd{level:.15g}_", f"catd{level:.15g}_")))
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    left, middle, right = figure.subplots(ncols=3)
    series = np.unique(table["series"])
    if len(series) > MOST_LABELS:
        for ax, name in ((left, duration), (middle, "amplitude")):
            ax.plot(table["activation"], table[name], ".", color="0.4", alpha=0.4, markersize=3)
    for number in series.tolist() if len(series) <= MOST_LABELS else ():
        own = table.select(table["series"] == number)
        for ax, name in ((left, duration), (middle, "amplitude")):
            ax.plot(own["activation"], own[name], label=_label(own), marker="o", markersize=3, linewidth=0.8)
    left.set(ylabel=f"Duration at {level:g} % [{unit}]")
    middle.set(ylabel="Amplitude")
    for ax in (left, middle):
        ax.set_xlabel(f"Activation [{unit}]")
        ax.spines[["top", "right"]].set_visible(False)
    pairs = beats.restitution(table, level)
    if len(pairs.interval):
        beats.show_restitution(pairs, ax=right)
        if right.get_legend() is not None:  # the colours are those on the left
            right.get_legend().remove()
    else:
        right.text(0.5, 0.5, "no beat follows another", ha="center", va="center", transform=right.transAxes)
        right.set_axis_off()
    if 0 < len(series) <= MOST_LABELS:
        left.legend(frameon=False, fontsize="small")
    figure.suptitle(title)
    return figure


def _label(own: "BeatTable") -> str:
    """Return the name of a series, or its position or number."""
    if "name" in own:
        return str(own["name"][0])
    if "x" in own:
        return f"({own['x'][0]:g}, {own['y'][0]:g})"
    return f"series {own['series'][0]}"


def _shown_level(table: "BeatTable") -> float:
    """Return the level of the durations that are drawn: 80 %, or else the highest."""
    levels = [float(name[2:].rpartition("_")[0]) for name in table if name.startswith("di")]
    return 80.0 if 80.0 in levels else max(levels)


def _quantity(steps: Sequence[str]) -> str:
    """Return what the values are after some steps."""
    is_relative = any(step.startswith("ΔF/F") for step in steps)
    return "ΔF/F" if is_relative and not any(step.startswith("normalized") for step in steps) else "Intensity"
