"""The loops that measure beats, called with the options by which users know them."""

from typing import Any

import numpy as np

from .. import kernels
from .._base import Array
from .windows import Windows


def measure_windows(
    block: Array, windows: Windows, levels: list[float], options: dict[str, Any], is_checked: bool
) -> tuple[Array, Array]:
    """Return the values of each beat of upright series (m, T) in frames, and codes of reasons: both (B, columns).

    With `is_checked`, upstrokes must be significant; those that were found in the same series are.
    """
    return kernels.measure_beats(
        block,
        windows.first,
        windows.lows,
        windows.highs,
        np.array(levels, np.float64),
        options["sigma"],
        options["smooth"],
        options["min_snr"],
        options["method"] == "threshold_crossing",
        options["start"] == "level",
        options["baseline"] == "linear",
        is_checked,
    )
