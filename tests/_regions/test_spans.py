"""Spans: the pixels of windows and regions, joined and named in errors."""

import numpy as np
import pytest

from optimap.trace import extract_traces
from tests._regions.examples import LABELS, VIDEO


def test_nan_that_is_not_wanted_names_the_region():
    video = VIDEO.astype(float)
    video[4, 5, 5] = np.nan
    with pytest.raises(ValueError, match=r"NaN in frame 4 within region 0 \('label_2'\)"):
        extract_traces(video, LABELS, nan_policy="raise")
