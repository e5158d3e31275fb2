"""Even beats against odd ones, for numbers that a person can check."""

import numpy as np

from optimap._beats import compare_parities


def test_means_are_compared_and_what_cannot_be_is_nan():
    counts = np.array([2, 2, 3, 1, 2]), np.array([2, 2, 0, 2, 2])
    totals = np.array([100.0, 60.0, 90.0, 50.0, 10.0]), np.array([80.0, 100.0, 0.0, 90.0, -10.0])
    found = compare_parities(counts, totals)
    # A larger even beat, a larger odd one, none of a parity, three beats only, a mean that is not positive.
    np.testing.assert_allclose(found.magnitude, [0.2, 0.4, np.nan, np.nan, np.nan], rtol=1e-15)
    np.testing.assert_allclose(found.difference, [10, -20, np.nan, np.nan, 10], rtol=1e-15)
    assert found.beats.tolist() == [4, 4, 3, 3, 4]
