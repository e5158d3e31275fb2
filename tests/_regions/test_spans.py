"""Spans: the pixels of windows and regions, joined and named in errors."""

import numpy as np
import pytest

from optimap._regions import find_places, join_spans
from optimap.trace import extract_traces
from tests._regions.examples import LABELS, VIDEO
from tests.errors import check_error, check_pickles


def test_unwanted_nan_is_an_error_that_names_the_region():
    video = VIDEO.astype(float)
    video[4, 5, 5] = np.nan
    for coords, where in ((LABELS, r"region 0 \('label_2'\)"), ([(1, 1), (5, 5)], "the window of position 1")):
        error = check_error(
            lambda coords=coords: extract_traces(video, coords, nan_policy="raise"),
            ValueError,
            "video",
            f"video holds NaN in frame 4 within {where}: choose nan_policy='omit'",
        )
        assert np.isnan(error.value)
        check_pickles(error)


@pytest.mark.parametrize("second", [[(5, 4), (3, 3)], LABELS == 7])
@pytest.mark.parametrize("first", [[(1, 2), (3.5, 1)], LABELS, (0, 0)])
def test_joined_windows_are_those_of_both(first, second):
    parts = [find_places(given, (6, 7), size=3).spans for given in (first, second)]
    joined = join_spans(*parts)
    for name in ("rows", "starts", "stops", "weights"):
        np.testing.assert_array_equal(getattr(joined, name), np.concatenate([getattr(p, name) for p in parts]))
    counts = np.concatenate([np.diff(p.first) for p in parts])
    np.testing.assert_array_equal(np.diff(joined.first), counts)
    assert (joined.boxes is None) == any(p.boxes is None for p in parts)
    assert joined.names is None or len(joined.names) == len(counts)


def test_joined_positions_and_regions_all_have_names_and_the_kind_of_the_first():
    positions = find_places([(1, 2), (3, 1)], (6, 7), weights="sum").spans
    both = join_spans(positions, find_places(LABELS == 7, (6, 7)).spans)
    assert both.names == ("position_0", "position_1", "region_0")
    assert both.sums
    assert join_spans(positions, positions).names is None
