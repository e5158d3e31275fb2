"""The traces of several videos at the same places: a panel for each place, or one panel in which places are stacked.

A group of traces is one video: (T, N), one column for each place; groups may differ in length.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import ArgumentError, Array, check_flag, counted
from .figures import new_axes
from .line_ends import label_ends
from .stacked import MOST_LABELS, check_stack, ranges_of, stack_traces, stacked_height
from .traces import draw_lines, draw_traces, show_stack

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Properties = dict[str, Any]

SCALES = ("raw", "normalized", "twin")
PANEL, PANELS = 2.2, 12.0  # inches: each panel, and all of them
FEW = 3  # panels with the usual number of ticks


def draw_panels(
    panels: Array,
    titles: list[str],
    groups: list[Array],
    times: Array,
    own: list[Properties],
    scale: str,
    is_new: bool = False,
) -> list[Any]:
    """Draw one line for each video on the panel of each position; return the lines of the first.

    The panels of a new figure are low if there are many.
    """
    handles = []
    for i, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        axes = [panel, panel.twinx()] if scale == "twin" else [panel] * len(groups)
        for ax, trace, properties in zip(axes, groups, own, strict=True):
            draw_traces(trace[:, i], x=times[: len(trace)], ax=ax, **properties)
            handles.append(ax.lines[-1])
            if scale == "twin":
                color_axis(ax, properties, is_right=ax is not panel)
        if scale == "normalized":
            panel.set_ylabel("Normalized")
        if len(times) > 1:
            panel.set_xlim(times[0], times[-1])
        panel.set_title(title, fontsize="medium")
        if is_new and len(panels) > FEW:
            _make_small([panel, axes[-1]], has_label=i == len(panels) // 2)
    return handles[: len(groups)]


def _make_small(axes: list[Axes], has_label: bool) -> None:
    """Make texts fit into a low panel; one label is enough for all of them."""
    axes[0].title.set_fontsize("small")
    for ax in axes:
        ax.tick_params(labelsize="small")
        ax.yaxis.label.set_visible(has_label)
        if ax.get_yscale() == "linear":
            ax.locator_params(axis="y", nbins=2)


def color_axis(ax: Axes, properties: Properties, is_right: bool) -> None:
    """Give the y-axis of a video its colour and its name."""
    side = "right" if is_right else "left"
    ax.tick_params(axis="y", colors=properties["color"])
    ax.set_ylabel(str(properties.get("label", "Intensity")), color=properties["color"])
    ax.spines[:].set_visible(False)
    ax.spines[[side, "bottom"]].set_visible(True)
    ax.spines[side].set_color(properties["color"])


def draw_rows(
    ax: Axes, titles: Sequence[str], groups: list[Array], times: Array, own: list[Properties], scale: str
) -> list[Any]:
    """Draw the places one above the other on one panel; return a line of each group."""
    from matplotlib import rcParams

    ranges = [ranges_of(values) for values in groups]
    lows, highs, usual = (np.array(ends) for ends in zip(*ranges, strict=True))
    rows = stack_traces(np.fmin.reduce(lows, axis=0), np.fmax.reduce(highs, axis=0), usual[0])
    handles = []
    for values, properties in zip(groups, own, strict=True):
        draw_lines(ax, times[: len(values)], values, [properties] * len(titles), {}, rows)
        handles.append(ax.lines[-1])
    if len(times) > 1:
        ax.set_xlim(times[0], times[-1])
    ax.set_ylabel("Normalized" if scale == "normalized" else "Intensity")
    names = [str(i) for i in range(1, len(titles) + 1)] if len(titles) > MOST_LABELS else titles
    label_ends(ax, names, rows.middles, [rcParams["text.color"]] * len(names), rows)
    show_stack(ax, rows)
    return handles


def check_comparison(scale: object, videos: int, stack: object, scale_bar: object, coords: object) -> None:
    """Raise an error if a scale is unknown, or cannot be drawn like this."""
    check_stack(stack)
    check_flag(scale_bar, "scale_bar")
    if scale not in SCALES:
        raise ArgumentError.must_be("scale", scale, "'raw', 'normalized' or 'twin'")
    if scale == "twin":
        if videos != 2:
            cure = "give scale='normalized', or two videos"
            raise ArgumentError("scale", scale, f"has two axes for {counted(videos, 'video')}", cure)
        for name, given in (("stack", stack), ("scale_bar", scale_bar)):
            if given:
                cure = f"leave {name} out, or give scale='normalized'"
                raise ArgumentError(name, given, "does not go with scale='twin'", cure, keyword="scale")
    if coords is None and (stack or scale_bar):
        name, value = ("stack", stack) if stack else ("scale_bar", scale_bar)
        cure = f"give coords=, or leave {name} out"
        raise ArgumentError(name, value, "is for positions that are given", cure, keyword="coords")


def comparison_panels(axs: Sequence[Axes] | None, count: int, rows: int | None) -> Array:
    """Return one Axes for each panel: those given, or those of a new figure, one above the other."""
    if axs is None:
        height = min(PANELS, PANEL * count) + 0.6 if rows is None else stacked_height(rows)
        made: Array = new_axes(nrows=count, sharex=True, squeeze=False, figsize=(7, height))
        return made.ravel()
    panels = np.atleast_1d(np.asarray(axs, dtype=object)).ravel()
    if len(panels) != count:
        problem = f"has {counted(len(panels), 'entry', 'entries')} for {counted(count, 'position')}"
        cure = "give one Axes for each"
        if rows is not None:
            problem, cure = f"has {counted(len(panels), 'entry', 'entries')} for stacked traces", "give one Axes"
        raise ArgumentError("axs", axs, problem, cure, subject="axs")
    return panels
