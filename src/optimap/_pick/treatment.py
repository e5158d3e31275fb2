"""What is done to traces before they are drawn in a picking window: the switches that are on, always in this order.

Traces are smoothed, freed of their baseline or divided by it, turned upright, and normalized. What is saved is what was
recorded, unless the user asks for what is shown; then, `words` say what was done.
"""

from dataclasses import dataclass, replace

import numpy as np

from .._base import ArgumentError, Array
from .._series import baseline, delta_f_over_f, detect_polarity, filter_traces

CUTOFF = 0.125  # cycles a frame, where a Gaussian passes one half: its standard deviation is 1.5 frames
NAMES = ("smooth", "baseline", "ΔF/F", "upright", "normalize")
EXCLUDED = {"baseline": "relative", "relative": "baseline"}


@dataclass(frozen=True)
class Treatment:
    """The switches."""

    smooth: bool = False
    baseline: bool = False
    relative: bool = False
    upright: bool = False
    normalize: bool = False

    @property
    def switches(self) -> dict[str, bool]:
        """The name of each switch, and whether it is on."""
        states = (self.smooth, self.baseline, self.relative, self.upright, self.normalize)
        return dict(zip(NAMES, states, strict=True))

    def switched(self, name: str) -> "Treatment":
        """Return the treatment with one switch the other way; subtracting and dividing exclude each other."""
        field = "relative" if name == "ΔF/F" else name
        turned = replace(self, **{field: not getattr(self, field)})
        other = EXCLUDED.get(field)
        return replace(turned, **{other: False}) if other and getattr(turned, field) else turned

    def apply(self, trace: Array) -> Array:
        """Return a trace (T,) as it is shown.

        Raises
        ------
        ValueError
            If something cannot be done, for example because there are too few samples.
        """
        if not any(self.switches.values()):
            return trace
        shown = np.asarray(trace, np.float64)
        sign = _sign(shown)
        if self.smooth:
            shown = np.asarray(filter_traces(shown, 1.0, lowpass=CUTOFF, kind="gaussian"))
        if self.baseline:
            shown = shown - np.asarray(baseline(shown, polarity="up" if sign > 0 else "down"))
        elif self.relative:
            shown = np.asarray(delta_f_over_f(shown, polarity="up" if sign > 0 else "down"))
        if self.upright:
            shown = sign * shown
        if self.normalize:
            known = shown[np.isfinite(shown)]
            low, span = (known.min(), np.ptp(known) or 1.0) if known.size else (0.0, 1.0)
            shown = (shown - low) / span
        return shown

    def label(self) -> str:
        """Return the label of the axis."""
        if self.normalize:
            return "Normalized"
        return "ΔF/F" if self.relative else "ΔF" if self.baseline else "Intensity"

    def words(self) -> list[str]:
        """Return what was done, for files."""
        return [name for name, is_on in self.switches.items() if is_on]


def _sign(trace: Array) -> float:
    """Return -1 if beats point down; 1 if they point up, or nothing is known."""
    try:
        return -1.0 if detect_polarity(trace) == "down" else 1.0
    except ArgumentError:
        return 1.0
