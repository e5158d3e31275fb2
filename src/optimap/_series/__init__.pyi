from .asls import (
    Asls,
)
from .baselines import (
    BASELINE_KINDS,
    Baseline,
    baseline_host,
)
from .dask import (
    baseline_dask,
    detrend_dask,
    filter_dask,
    normalize_dask,
    relative_dask,
)
from .detrend import (
    Detrending,
    detrend_host,
)
from .filters import (
    Filtering,
    filter_host,
)
from .functions import (
    baseline as baseline,
)
from .functions import (
    delta_f_over_f as delta_f_over_f,
)
from .functions import (
    filter_traces as filter_traces,
)
from .functions import (
    normalized,
)
from .given import (
    Given,
    LabelledSeries,
    given_series,
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
    estimate_period as estimate_period,
)
from .period import (
    in_units,
    tamed,
)
from .polarity import (
    check_polarity,
    polarity_sign,
)
from .polarity import (
    detect_polarity as detect_polarity,
)
from .relative import (
    Relative,
    relative_host,
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
    "BASELINE_KINDS",
    "Asls",
    "Baseline",
    "Detrending",
    "Filtering",
    "Given",
    "LabelledSeries",
    "Options",
    "Relative",
    "as_signals",
    "baseline",
    "baseline_dask",
    "baseline_host",
    "check_polarity",
    "check_signals",
    "coarse_spline",
    "delta_f_over_f",
    "detect_polarity",
    "detrend_dask",
    "detrend_host",
    "estimate_period",
    "filter_dask",
    "filter_host",
    "filter_traces",
    "given_series",
    "in_units",
    "normalize_dask",
    "normalize_device",
    "normalize_host",
    "normalized",
    "polarity_sign",
    "relative_dask",
    "relative_host",
    "robust_line",
    "running_mean",
    "running_median",
    "signal_blocks",
    "straighten_ends",
    "tamed",
    "white_noise",
]
