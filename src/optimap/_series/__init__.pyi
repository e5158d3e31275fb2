from .dask import (
    detrend_dask,
    normalize_dask,
)
from .detrend import (
    Detrending,
    detrend_host,
)
from .noise import (
    white_noise,
)
from .normalize import (
    Options,
    normalize_device,
    normalize_host,
)
from .period import (
    estimate_period,
)
from .polarity import (
    check_polarity,
    detect_polarity,
    polarity_sign,
)
from .signals import (
    as_signals,
    check_signals,
    signal_blocks,
)
from .trends import (
    coarse_spline,
    robust_line,
    running_mean,
    running_median,
    straighten_ends,
)

__all__ = [
    "Detrending",
    "Options",
    "as_signals",
    "check_polarity",
    "check_signals",
    "coarse_spline",
    "detect_polarity",
    "detrend_dask",
    "detrend_host",
    "estimate_period",
    "normalize_dask",
    "normalize_device",
    "normalize_host",
    "polarity_sign",
    "robust_line",
    "running_mean",
    "running_median",
    "signal_blocks",
    "straighten_ends",
    "white_noise",
]
