from .dask import (
    detrend_dask,
    normalize_dask,
)
from .detrend import (
    Detrending,
    detrend_host,
)
from .normalize import (
    Options,
    normalize_device,
    normalize_host,
)
from .period import (
    estimate_period,
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
    "coarse_spline",
    "detrend_dask",
    "detrend_host",
    "estimate_period",
    "normalize_dask",
    "normalize_device",
    "normalize_host",
    "robust_line",
    "running_mean",
    "running_median",
    "straighten_ends",
]
