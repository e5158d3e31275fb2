"""The form of frames that the loops need: arrays that have it are passed on, others are converted."""

import numpy as np
import pytest
from hypothesis import given

from optimap._reading import is_ready, prepare
from tests import makers
from tests.strategies import videos

VIDEO = makers.random_video((4, 5, 6))


@given(videos())
def test_any_array_becomes_one_of_the_same_values_that_is_ready(video):
    block = prepare(video)
    assert is_ready(block)
    assert block.dtype.isnative
    np.testing.assert_array_equal(block, video)


@pytest.mark.parametrize("change", [lambda v: v, lambda v: v[1:], lambda v: v[::-1, 1:3, 2:], lambda v: v.astype("f4")])
def test_an_array_that_is_ready_is_not_copied(change):
    video = change(VIDEO)
    assert is_ready(video)
    assert prepare(video) is video


def test_truth_values_become_bytes_without_a_copy_where_they_are_ready():
    video = VIDEO > 9
    block = prepare(video)
    assert block.dtype == np.uint8
    assert np.shares_memory(block, video)
    scattered = prepare(video[:, :, ::2])
    assert scattered.dtype == np.uint8
    np.testing.assert_array_equal(scattered, video[:, :, ::2])


@pytest.mark.parametrize(
    ("dtype", "result"), [("f2", "f4"), (">f2", "f4"), (np.longdouble, "f8"), (">f8", "f8"), (">i4", "i4")]
)
def test_types_that_the_loops_lack_are_converted_to_the_next_wider_one(dtype, result):
    video = VIDEO.astype(dtype)
    assert not is_ready(video)
    assert prepare(video).dtype == np.dtype(result)
    np.testing.assert_array_equal(prepare(video), video)


@pytest.mark.parametrize(("dtype", "result"), [("u2", "f8"), ("?", "f8"), ("f4", "f4"), ("f2", "f4"), ("f8", "f8")])
def test_masked_pixels_become_nan(dtype, result):
    mask = np.zeros(VIDEO.shape, bool)
    mask[2, 3, 4] = True
    block = prepare(np.ma.masked_array(VIDEO.astype(dtype), mask))
    assert block.dtype == np.dtype(result)
    np.testing.assert_array_equal(np.isnan(block), mask)


@pytest.mark.parametrize("dtype", ["u2", "f4", "f8"])
def test_values_at_odd_addresses_are_moved_to_even_ones(dtype):
    video = VIDEO.astype(dtype)
    odd = np.frombuffer(b"0" + video.tobytes(), np.uint8)[1:].view(dtype).reshape(video.shape)
    assert not is_ready(odd)
    assert is_ready(prepare(odd))
    np.testing.assert_array_equal(prepare(odd), video)


def test_a_single_row_upside_down():
    video = np.arange(24).reshape(4, 1, 6)[:, ::-1]
    block = prepare(video)
    assert block.strides[1] >= 0
    assert is_ready(block)
    np.testing.assert_array_equal(block, video)


def test_rows_upside_down_and_pixels_apart_are_not_ready():
    assert not is_ready(VIDEO[:, ::-1])
    assert not is_ready(VIDEO[:, :, ::2])
    assert is_ready(VIDEO[:, :, :1])  # neighbours of a single column do not exist


def test_pixels_that_do_not_lie_at_multiples_of_their_size_are_copied():
    records = np.zeros(4, [("time", "u1"), ("pixels", "<u2", (5, 6))])
    records["pixels"] = VIDEO
    video = records["pixels"]
    assert not is_ready(video)
    np.testing.assert_array_equal(prepare(video), VIDEO)


def test_pixels_that_begin_within_a_word_are_not_ready():
    video = np.frombuffer(bytes(1) + VIDEO.tobytes(), VIDEO.dtype, offset=1).reshape(VIDEO.shape)
    assert not is_ready(video)
    np.testing.assert_array_equal(prepare(video), VIDEO)
