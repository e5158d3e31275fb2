"""What is done to traces before they are drawn in a picking window: the switches that are on, always in this order.

Traces are smoothed, freed of their baseline or divided by it, turned upright, and normalized. What is saved is what was
recorded, unless the user asks for what is drawn (`treated=True`); then `described` is the record of what was done.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._base import ArgumentError, Array, BaselineKind, FilterKind, Polarity
from .._series import baseline, delta_f_over_f, detect_polarity, filter_traces

CUTOFF = 0.125  # cycles a frame, where a Gaussian passes one half: its standard deviation is 1.5 frames
FILTER: FilterKind = "gaussian"
KIND: BaselineKind = "asls"  # of the baseline
SHARE = 0.01  # p of `baseline`; its stiffness follows the period of each trace
NAMES = ("smooth", "baseline", "ΔF/F", "upright", "normalize")
EXCLUDED = {"baseline": "relative", "relative": "baseline"}
STEPS = (  # as in tables of `optimap traces`
    f"smoothed in time ({FILTER}, {CUTOFF:g} cycles/frame)",
    f"baseline subtracted: {KIND}",
    f"ΔF/F ({KIND})",
    "turned upright",
    "normalized",
)


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

    @property
    def is_on(self) -> bool:
        """Whether anything is done."""
        return any(self.switches.values())

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
        if not self.is_on:
            return trace
        shown = np.asarray(trace, np.float64)
        polarity = polarity_of(shown)
        if self.smooth:
            shown = np.asarray(filter_traces(shown, 1.0, lowpass=CUTOFF, kind=FILTER))
        if self.baseline:
            shown = shown - np.asarray(baseline(shown, KIND, polarity=polarity, p=SHARE))
        elif self.relative:
            shown = np.asarray(delta_f_over_f(shown, KIND, polarity=polarity))
        if self.upright and polarity == "down":
            shown = -shown
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
        """Return the names of the switches that are on."""
        return [name for name, is_on in self.switches.items() if is_on]

    def described(self, traces: Array) -> dict[str, Any]:
        """Return the record of what was done to traces (T, N), for files: the steps in words, and all parameters.

        The polarity, which is found in the traces as they were recorded, is that of each trace.
        """
        parameters: dict[str, dict[str, Any]] = {
            "smooth": {"kind": FILTER, "lowpass": CUTOFF, "lowpass_unit": "cycles/frame"},
            "baseline": {"kind": KIND, "p": SHARE},
            "ΔF/F": {"kind": KIND, "p": SHARE, "background": 0},
            "upright": {},
            "normalize": {"ymin": 0, "ymax": 1},
        }
        on = self.words()
        described: dict[str, Any] = {"steps": [step for name, step in zip(NAMES, STEPS, strict=True) if name in on]}
        described["treatment"] = {name: parameters[name] for name in on}
        if self.baseline or self.relative or self.upright:
            described["polarity"] = [polarity_of(np.asarray(trace, np.float64)) for trace in traces.T]
        return described


def polarity_of(trace: Array) -> Polarity:
    """Return 'down' if beats point down; 'up' if they point up, or nothing is known."""
    try:
        return "down" if detect_polarity(trace) == "down" else "up"
    except ArgumentError:
        return "up"
