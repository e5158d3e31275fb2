from .alternating import (
    compare_parities,
)
from .columns import (
    ACTIVATION,
    AMPLITUDE,
    BASELINE,
    HAS_NAN,
    NO_BEAT,
    NO_BEAT_FOUND,
    PEAK,
    UNITS,
    explain,
    in_units,
    in_words,
    measured_names,
    shown_order,
    with_unit,
    without_unit,
)
from .measuring import (
    measure_windows,
)
from .parameters import (
    parse_levels,
    parse_options,
    parse_prefix,
    parse_times,
)
from .steepness import (
    instead_of_beats,
    steepest_snr,
)
from .windows import (
    Windows,
    given_windows,
    windows_around,
)

__all__ = [
    "ACTIVATION",
    "AMPLITUDE",
    "BASELINE",
    "HAS_NAN",
    "NO_BEAT",
    "NO_BEAT_FOUND",
    "PEAK",
    "UNITS",
    "Windows",
    "compare_parities",
    "explain",
    "given_windows",
    "in_units",
    "in_words",
    "instead_of_beats",
    "measure_windows",
    "measured_names",
    "parse_levels",
    "parse_options",
    "parse_prefix",
    "parse_times",
    "shown_order",
    "steepest_snr",
    "windows_around",
    "with_unit",
    "without_unit",
]
