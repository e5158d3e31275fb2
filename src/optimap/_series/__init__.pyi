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

__all__ = [
    "Detrending",
    "Options",
    "detrend_dask",
    "detrend_host",
    "estimate_period",
    "normalize_dask",
    "normalize_device",
    "normalize_host",
]
