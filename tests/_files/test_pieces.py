"""Pieces of files that share bytes, found as by counting the owners of each byte."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimap._files import shared_bytes

PIECES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=8)


@given(PIECES)
def test_two_pieces_share_bytes_where_a_byte_belongs_to_both(found):
    pieces = np.array([(start, start + length) for start, length in found], np.int64).reshape(-1, 2)
    owners = np.zeros(40, int)
    for start, stop in pieces:
        owners[start:stop] += 1
    shared = shared_bytes(pieces)
    assert (shared is not None) == (owners > 1).any()
    if shared is not None:
        first, second = shared
        assert owners[second] > 1
        assert {first, second} <= {start for start, length in found if length}


def test_the_first_two_are_named():
    pieces = np.array([(90, 100), (0, 8), (50, 60), (55, 58), (99, 101), (8, 50)])
    assert shared_bytes(pieces) == (50, 55)
