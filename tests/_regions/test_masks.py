"""Masks, label images and stacks of weights: which pixels count, and how much."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from optimap.trace import extract_traces, regions
from tests import oracles
from tests._regions.examples import LABELS, VIDEO
from tests.strategies import videos


def test_a_mask_is_the_mean_of_its_pixels():
    mask = LABELS == 7
    trace = extract_traces(VIDEO, mask)
    assert trace.shape == (12,)
    np.testing.assert_array_equal(trace, VIDEO[:, mask].mean(axis=1))
    np.testing.assert_array_equal(trace, VIDEO[:, 1:3, 1:4].mean(axis=(1, 2)))


def test_labels_give_one_trace_each_in_their_order():
    traces = extract_traces(VIDEO, LABELS)
    assert traces.shape == (12, 3)
    for trace, label in zip(traces.T, (2, 7, 30), strict=True):
        np.testing.assert_array_equal(trace, VIDEO[:, label == LABELS].mean(axis=1))
    assert regions(LABELS).names == ["label_2", "label_7", "label_30"]


@pytest.mark.parametrize("dtype", ["u1", "i2", ">i4", "u8", "f4", "f8"])
def test_labels_of_any_dtype(dtype):
    np.testing.assert_array_equal(extract_traces(VIDEO, LABELS.astype(dtype)), extract_traces(VIDEO, LABELS))


def test_one_label_is_not_given_alone_and_no_labels_give_no_traces():
    assert extract_traces(VIDEO, (LABELS == 2) * 5).shape == (12, 1)
    assert extract_traces(VIDEO, np.zeros((6, 7), int)).shape == (12, 0)
    assert extract_traces(VIDEO, np.zeros((0, 6, 7))).shape == (12, 0)


def test_a_stack_of_masks_may_overlap():
    first, second = np.zeros((2, 6, 7), bool)
    first[1:4, 1:5], second[2:6, 3:] = True, True
    assert (first & second).any()
    for stack in (np.stack([first, second]), [first, second], np.stack([first, second]) * np.uint8(255)):
        traces = extract_traces(VIDEO, stack)
        np.testing.assert_array_equal(traces[:, 0], VIDEO[:, first].mean(axis=1))
        np.testing.assert_array_equal(traces[:, 1], VIDEO[:, second].mean(axis=1))


def test_weights_are_scaled_to_sum_1_unless_sums_are_requested():
    weights = np.random.default_rng(1).normal(size=(2, 6, 7)) + 1
    weights[:, :2] = 0
    expected = np.tensordot(VIDEO.astype(float), weights, axes=([1, 2], [1, 2]))
    np.testing.assert_allclose(extract_traces(VIDEO, weights, weights="sum"), expected, rtol=1e-12)
    np.testing.assert_allclose(extract_traces(VIDEO, weights), expected / weights.sum(axis=(1, 2)), rtol=1e-12)
    assert (weights < 0).any()
    alone = regions(weights[0], kind="stack")
    np.testing.assert_array_equal(extract_traces(VIDEO, alone), extract_traces(VIDEO, weights)[:, 0])


def test_weights_of_0_keep_nan_out():
    video = VIDEO.astype(float)
    video[3, 5, 6] = np.nan
    weights = np.ones((1, 6, 7))
    weights[0, 5, 6] = 0
    assert np.isfinite(extract_traces(video, weights)).all()
    weights[0, 5, 6] = 1e-9
    assert np.isnan(extract_traces(video, weights)[3, 0])


@given(st.data(), st.booleans())
def test_labels_equal_a_loop_over_masks_on_any_video(data, reverse):
    video = data.draw(videos())
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    labels = rng.integers(0, 4, video.shape[1:]) * 3
    assume(labels.any())
    labels = labels[::-1, ::-1] if reverse else labels
    if labels.shape[1] == 2:
        traces = extract_traces(video, regions(labels, kind="labels"))
    else:
        traces = extract_traces(video, labels)
    plain = video.astype(np.float64) if video.dtype.kind == "f" else video
    scale = np.abs(plain.astype(float)).max()
    tight = 1e-7 if traces.dtype == np.float32 else 1e-14
    assert traces.dtype == (np.float32 if video.dtype.kind == "f" and video.dtype.itemsize <= 4 else np.float64)
    for trace, label in zip(traces.T, np.unique(labels[labels > 0]), strict=True):
        expected = oracles.weighted(plain, labels == label)
        np.testing.assert_allclose(trace, expected, rtol=tight, atol=tight * scale)
        np.testing.assert_array_equal(trace, extract_traces(video, labels == label))


@given(st.integers(0, 2**32), st.sampled_from(["propagate", "omit"]), st.booleans())
def test_weights_equal_the_oracle_with_nan_too(seed, policy, as_sums):
    rng = np.random.default_rng(seed)
    video = rng.normal(size=(4, 5, 6))
    video[rng.random(video.shape) < 0.1] = np.nan
    weights = rng.integers(0, 4, (2, 5, 6)) / 4
    weights[:, 2, 2] = 1
    traces = extract_traces(video, weights, nan_policy=policy, weights="sum" if as_sums else "mean")
    for trace, image in zip(traces.T, weights, strict=True):
        expected = oracles.weighted(video, image, policy == "omit", as_sums)
        np.testing.assert_allclose(trace, expected, rtol=1e-12, atol=1e-12)


def test_a_mask_is_the_label_image_of_one_label():
    mask = regions(LABELS == 7, kind="labels")
    assert mask.names == ["label_1"]
    np.testing.assert_array_equal(extract_traces(VIDEO, mask)[:, 0], extract_traces(VIDEO, LABELS == 7))


def test_an_image_without_pixels_has_no_labels():
    assert regions(np.zeros((0, 7), int)).names == []
