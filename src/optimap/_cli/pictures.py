"""Pictures of traces and the places they come from, in files that record how they were made."""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, ParamSpec, cast

import numpy as np

from .. import _files, beats, trace
from .._base import ArgumentError, Array, budget, printable
from .._draw import (
    EDITABLE,
    MOST_LABELS,
    MOST_OVERLAID,
    add_legend_below,
    default_colors,
    is_stacked,
    ranges_of,
    stack_traces,
    stacked_height,
    thin_frame,
)
from .look import USUAL, Look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..beats import BeatTable
    from ..trace import Regions, TraceTable
    from ..video import Recording

P = ParamSpec("P")

# The image in a picture is the mean of at most this many frames.
MOST_FRAMES = 64
# Figures are at most so high, in inches.
HIGHEST = 9.0
# Series in colours of their own, as in `beats.show_restitution`.
MOST_SERIES = 10
# A picture of beats shows at most this many traces.
MOST_PANELS = 8
# Where picture files store a description: for matplotlib, and for Pillow, which writes some of them.
DESCRIBED = {".png": "Description", ".svg": "Description", ".pdf": "Subject", ".eps": "Creator", ".ps": "Creator"}
DESCRIBED_BY_PILLOW = {".jpg": "comment", ".jpeg": "comment", ".tif": "description", ".tiff": "description"}


def names_as_they_are(draw: Callable[P, "Figure"]) -> Callable[P, "Figure"]:
    """Let a function draw names as they are: matplotlib takes what is between two dollars for a formula, or fails."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> "Figure":
        from matplotlib import rc_context

        with rc_context({"text.parse_math": False}):
            return draw(*args, **kwargs)

    return drawn


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
    from matplotlib import rc_context

    suffix = path.suffix.lower()
    how: dict[str, Any] = {}
    if suffix in DESCRIBED:
        how["metadata"] = {DESCRIBED[suffix]: json.dumps(made)}
    elif suffix in DESCRIBED_BY_PILLOW:
        how["pil_kwargs"] = {DESCRIBED_BY_PILLOW[suffix]: json.dumps(made)}
    # Pillow writes JPEG without asking whether the disk took it. Settings of matplotlib are changed for a moment only.
    with (
        _files.written_whole(path, overwrite) as partial,
        _files.written_patiently(partial) as file,
        rc_context(EDITABLE),
    ):
        figure.savefig(cast("IO[bytes]", file), format=suffix[1:], dpi=200, **how)


def mean_image(recording: "Recording") -> Array:
    """Return the mean of the first frames: a single frame is mostly noise if signals are weak."""
    frame_bytes = max(1, recording.nbytes // len(recording))
    image: Array = recording[: max(1, min(MOST_FRAMES, budget().picture_bytes // frame_bytes))].mean(axis=0)
    return image


class Axis(NamedTuple):
    """The axis of time: a rate, or else values and the label of the axis, or neither."""

    fps: float | None
    x: Array | None = None
    label: str = ""


class Pixels(NamedTuple):
    """An image, and the width of its pixels in mm if it is known."""

    image: Array
    width: float | None


@names_as_they_are
def traces_picture(
    pixels: Pixels,
    traces: Array,
    places: "Sequence[tuple[float, float]] | Regions",
    axis: Axis,
    title: str,
    steps: Sequence[str] = (),
    look: Look = USUAL,
) -> "Figure":
    """Return a figure of an image with positions or regions on the left, and of their traces on the right."""
    from matplotlib.figure import Figure

    stacked = is_stacked(look.stack, len(places))
    figure = Figure(figsize=(11, min(stacked_height(len(places)), HIGHEST) if stacked else 3.2), layout="constrained")
    height, width = pixels.image.shape[:2]
    axs = figure.subplots(ncols=2, width_ratios=[min(max(width / height, 1), 2), 2 if stacked else 3])
    labels: list[str] | None = None
    if not stacked and len(places) <= MOST_OVERLAID:
        labels = places.names if isinstance(places, trace.Regions) else [f"({x:g}, {y:g})" for x, y in places]
    how: dict[str, Any] = {"stack": stacked, "scale_bar": look.scale_bar, "pixel_size": pixels.width, "labels": labels}
    how = {name: value for name, value in how.items() if value is not None}
    _, ax = trace.show_positions_and_traces(traces, places, pixels.image, fps=axis.fps, x=axis.x, axs=axs, **how)
    if axis.x is not None:
        ax.set_xlabel(axis.label)
    legend = ax.get_legend()
    if legend is not None and not isinstance(places, trace.Regions):
        legend.set_title("x, y")
    ax.set_ylabel(_quantity(steps))
    figure.suptitle(printable(", ".join([title, *steps])))
    return figure


@names_as_they_are
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
    figure.suptitle(printable(", ".join([title, *steps, f"durations in {unit}"])), fontsize="medium")
    return figure


@names_as_they_are
def table_picture(table: "TraceTable", title: str, look: Look = USUAL) -> "Figure":
    """Return a figure of a table of traces."""
    from matplotlib.figure import Figure

    values, labels, meaning = table.columns, table.labels, str(table.metadata.get("x", ""))
    is_ensemble = "count" in table.metadata and all(label.endswith((" mean", " SD")) for label in labels)
    if is_ensemble:  # the mean of each trace, then its standard deviation
        values, spreads, labels = values[:, ::2], values[:, 1::2], labels[::2]
    count = values.shape[1]
    stacked = is_stacked(look.stack, count)
    figure = Figure(figsize=(9, stacked_height(count) if stacked else 3.4), layout="constrained")
    ax = figure.subplots()
    named: dict[str, Any] = {"labels": labels} if len(labels) <= MOST_LABELS else {}
    trace.show_traces(values, fps=table.fps, x=table.x, ax=ax, stack=stacked, scale_bar=look.scale_bar, **named)
    if is_ensemble:
        shifts = stack_traces(*ranges_of(values)).offsets if stacked else np.zeros(count)
        for line, mean, sd, shift in zip(ax.lines, values.T, spreads.T, shifts, strict=True):
            band = mean + shift - sd, mean + shift + sd
            ax.fill_between(table.axis, *band, color=line.get_color(), alpha=0.2, linewidth=0)
    if table.x is not None:
        ax.set_xlabel(meaning[:1].upper() + meaning[1:])
    steps = table.metadata.get("steps")
    ax.set_ylabel(_quantity(steps if isinstance(steps, list) else []))
    figure.suptitle(printable(title))
    return figure


@names_as_they_are
def durations_picture(table: "BeatTable", title: str) -> "Figure":
    """Return a figure of durations and amplitudes over time, and of restitution where there are pairs."""
    from matplotlib.figure import Figure

    level, unit = _shown_level(table), "frames" if table.fps is None else "ms"
    duration = next(name for name in table if name.startswith((f"apd{level:.15g}_", f"catd{level:.15g}_")))
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    left, middle, right = figure.subplots(ncols=3)
    series = np.unique(table["series"])
    if len(series) > MOST_SERIES:
        for ax, name in ((left, duration), (middle, "amplitude")):
            ax.plot(table["activation"], table[name], ".", color="0.4", alpha=0.4, markersize=3)
    few = series.tolist() if len(series) <= MOST_SERIES else []
    for number, color in zip(few, default_colors(len(few)), strict=True):
        own = table.select(table["series"] == number)
        style: dict[str, Any] = {"label": _label(own), "color": color, "marker": "o", "markersize": 3, "linewidth": 0.8}
        for ax, name in ((left, duration), (middle, "amplitude")):
            ax.plot(own["activation"], own[name], **style)
    left.set(ylabel=f"Duration at {level:g} % [{unit}]")
    middle.set(ylabel="Amplitude")
    for ax in (left, middle):
        ax.set_xlabel(f"Activation [{unit}]")
        thin_frame(ax)
    pairs = beats.restitution(table, level)
    if len(pairs.interval):
        beats.show_restitution(pairs, ax=right)
        if right.get_legend() is not None:  # the colours are those on the left
            right.get_legend().remove()
    else:
        right.text(0.5, 0.5, "no beat follows another", ha="center", va="center", transform=right.transAxes)
        right.set_axis_off()
    if few:
        add_legend_below(figure, left.lines)
    figure.suptitle(printable(title))
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
