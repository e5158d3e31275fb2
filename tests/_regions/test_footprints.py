"""Lists of pixels with weights, as runs."""

import numpy as np
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from optimap.trace import extract_traces, regions
from tests._regions.examples import painted
from tests._regions.programs import SHAPE, VIDEO

SIZE = SHAPE[0] * SHAPE[1]


@given(st.integers(0, 2**32), st.integers(1, 4), st.sampled_from([1, 3]))
def test_footprints_are_stacks_of_weights(seed, count, levels):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, levels + 1, (count, *SHAPE)) / levels  # with few levels, runs of equal weights
    images[:, 0, 0] = 1
    matrix = scipy.sparse.csc_matrix(np.stack([image.ravel(order="F") for image in images], axis=1))
    found, stack = regions(matrix, SHAPE), regions(images)
    np.testing.assert_array_equal(painted(found, SHAPE), painted(stack, SHAPE))
    np.testing.assert_array_equal(extract_traces(VIDEO, found), extract_traces(VIDEO, stack))
    assert len(found.spans().rows) == len(stack.spans().rows)  # runs, not single pixels


def test_zeros_that_are_stored_do_not_count():
    matrix = scipy.sparse.csc_matrix(([1.0, 0.0], ([5, 6], [0, 0])), shape=(SIZE, 1))
    x, y, weights = regions(matrix, SHAPE).pixels(0)
    assert (x.tolist(), y.tolist(), weights.tolist()) == ([0], [5], [1.0])


def test_sums_keep_the_weights():
    matrix = scipy.sparse.csc_matrix(([0.5, 2.0], ([14, 15], [0, 0])), shape=(SIZE, 1))
    expected = 0.5 * VIDEO[:, 0, 1] + 2.0 * VIDEO[:, 1, 1]
    np.testing.assert_allclose(extract_traces(VIDEO, matrix, weights="sum")[:, 0], expected, rtol=1e-12)
