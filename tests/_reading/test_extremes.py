"""Numbers at the edges of what doubles hold, checked with the exact integers and fractions of Python."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap._reading import LESS, above_first, is_huge


@given(first=st.integers(0, 2**64 - 1), steps=st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=20))
def test_whole_numbers_less_the_first_one_are_exact(first, steps):
    numbers = [first, *(min(max(first + step, 0), 2**64 - 1) for step in steps)]
    found = above_first(np.array(numbers, np.uint64))
    expected = numbers if max(numbers) <= 2**53 else [n - first for n in numbers]
    assert [int(n) for n in found] == expected


@given(numbers=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20), first=st.integers(-9, 9))
def test_a_first_number_may_be_given(numbers, first):
    found = above_first(np.array(numbers, np.int64), np.int64(first))
    if max(map(abs, numbers)) > 2**53:
        expected = [n - first for n in numbers]
        np.testing.assert_allclose(found, np.array(expected, float), rtol=1e-15)


@pytest.mark.parametrize("dtype", ["u1", "i4", "u4", "f4", "f8", "?"])
def test_other_numbers_are_returned_as_they_are(dtype):
    pixels = np.ones((3, 2), dtype)
    assert above_first(pixels) is pixels


@given(numbers=st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=20))
def test_sums_of_numbers_that_are_not_huge_are_finite(numbers):
    array = np.array(numbers)
    finite = array[np.isfinite(array)]
    exact = max((abs(Fraction(n)) for n in finite.tolist()), default=0)
    assert is_huge(array) == (exact > 2**960)
    if not is_huge(array):
        assert np.isfinite(np.repeat(finite, 10**4).sum())
    assert not is_huge(np.ldexp(array, -LESS))
