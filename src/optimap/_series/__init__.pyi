from .dask import (
    dask_detrend_timeseries,
    dask_normalize,
)
from .detrend import (
    detrend_host,
)
from .normalize import (
    normalize_host,
)
from .normalize_device import (
    device_normalize,
)
from .period import (
    estimate_period,
)

__all__ = [
    "dask_detrend_timeseries",
    "dask_normalize",
    "detrend_host",
    "device_normalize",
    "estimate_period",
    "normalize_host",
]
