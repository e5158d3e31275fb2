"""Scale bars: how long a time, an amplitude or a distance is, in place of axes, outside of what is drawn.

Lengths are 1, 2 or 5 times a power of ten, and are chosen again when the view changes.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from .line_ends import stack_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AWAY = 6  # points between the axes and a bar
PART = 0.25  # of the axes: a bar is at most so long
LEAST = 0.08  # of the axes: bars of stacked traces are no longer than this, or than the distance of traces
TEXT: dict[str, Any] = {"fontsize": "small", "annotation_clip": False, "textcoords": "offset points"}
UNITS = {"Intensity": "a.u.", "Normalized": ""}  # of what has none
DAY = 86_400.0  # seconds; the unit of axes of dates
CLOCK = [60.0 * n for n in (1, 2, 5, 10, 20, 30)] + [3600.0 * n for n in (1, 2, 4, 6, 12)]  # between a minute and a day


class ScaleBar:
    """A bar and its text, which get the length that suits the view."""

    def __init__(self, ax: Axes, horizontal: bool, pixel_size: float | None = None, is_image: bool = False) -> None:
        from matplotlib import rcParams
        from matplotlib.patches import Rectangle
        from matplotlib.transforms import ScaledTranslation

        self.horizontal, self.pixel_size, self.is_image = horizontal, pixel_size, is_image
        self.bar = Rectangle(
            (0, 0), 0, 0, linewidth=1.5, edgecolor=rcParams["text.color"], facecolor="none", clip_on=False
        )
        right, up = (0, -AWAY / 72) if horizontal else (-AWAY / 72, 0)
        shift = ScaledTranslation(right, up, ax.figure.dpi_scale_trans)
        along = ax.get_xaxis_transform() if horizontal else ax.get_yaxis_transform()
        self.bar.set_transform(along + shift)
        where: dict[str, Any] = {"xytext": (0, -AWAY - 2), "va": "top", "ha": "center", "xycoords": along}
        if not horizontal:
            where = {"xytext": (-AWAY - 2, 0), "va": "bottom", "ha": "right", "xycoords": along, "rotation": 90}
        self.text: Any = ax.annotate("", (0, 0), **where, **TEXT)
        ax.add_artist(self.bar)

    def arrange(self, ax: Axes) -> None:
        """Set the bar and the text."""
        first, last = ax.get_xlim() if self.horizontal else ax.get_ylim()
        unit = self.pixel_size or 1.0
        most = PART * abs(last - first)
        rows = None if self.horizontal else stack_of(ax)
        if rows is not None:
            most = min(most, max(rows.distance, LEAST * abs(last - first)))
        is_date = self.horizontal and not self.is_image and _has_dates(ax)
        unit = DAY if is_date else unit
        length = duration(most * unit) if is_date else nice(most * unit)
        drawn = math.copysign(length / unit, last - first)
        begin = last - drawn if self.is_image else first
        if self.horizontal:
            self.bar.set(xy=(begin, 0), width=drawn)
            self.text.xy = (begin + drawn / 2, 0)
        else:
            self.bar.set(xy=(0, begin), height=drawn)
            self.text.xy = (0, begin)
        self.text.set_text(duration_text(length) if is_date else self._words(ax, length))

    def _words(self, ax: Axes, length: float) -> str:
        """Return the length with its unit."""
        if self.is_image:
            if self.pixel_size is None:
                return f"{length:g} pixel{'' if length == 1 else 's'}"
            return f"{length:g} mm" if length >= 1 else f"{length * 1000:g} µm"
        label = ax.get_xlabel() if self.horizontal else ax.get_ylabel()
        if label == "Frame":
            return f"{length:g} frame{'' if length == 1 else 's'}"
        found = re.search(r"\[([^\]]+)\]\s*$", label)
        unit = found[1] if found else label
        if self.horizontal and unit == "s" and length < 1:
            return f"{length * 1000:g} ms"
        return f"{length:g} {UNITS.get(unit, unit)}".strip()


def add_bar(ax: Axes, horizontal: bool, pixel_size: float | None = None, is_image: bool = False) -> None:
    """Draw how long a time or a distance is below axes, or how much a height is, left of them.

    Distances are in pixels if their size (mm) is not known.
    """
    from .arranger import keep_arranged  # imports matplotlib

    keep_arranged(ax, ScaleBar(ax, horizontal, pixel_size, is_image))


def _has_dates(ax: Axes) -> bool:
    """Return whether the x-axis shows dates, whose unit is a day."""
    from matplotlib.dates import DateLocator

    return isinstance(ax.xaxis.get_major_locator(), DateLocator)


def duration(most: float) -> float:
    """Return the largest duration that is easily read and no longer than this, in seconds."""
    if most >= DAY:
        return DAY * nice(most / DAY)
    return max((length for length in CLOCK if length <= most), default=nice(most))


def duration_text(seconds: float) -> str:
    """Return a duration in its unit."""
    for size, unit in ((DAY, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{1e6 * seconds:g} \u00b5s"


def nice(most: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not more than this."""
    if not (most > 0 and math.isfinite(most)):
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return float(f"{max(step * power for step in (0.5, 1, 2, 5) if step * power <= most * (1 + 1e-9)):.3g}")


def add_amplitude_bar(ax: Axes) -> None:
    """Draw how much the height is, left of the axes."""
    ScaleBar(ax, horizontal=False)
