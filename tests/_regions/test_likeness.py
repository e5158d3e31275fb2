"""Pictures are not labels, and recordings are not weights."""

import numpy as np
import pytest
import scipy.ndimage
import skimage.data
import skimage.segmentation
from hypothesis import given
from hypothesis import strategies as st

from optimap import datasets
from optimap.trace import extract_traces, regions
from tests.errors import check_error

RNG = np.random.default_rng(0)
SMOOTH = scipy.ndimage.gaussian_filter(RNG.normal(size=(96, 128)), 6)
SMOOTH = (SMOOTH - SMOOTH.min()) / np.ptp(SMOOTH)
HEART = np.hypot(*np.mgrid[-48:48, -64:64]) < 40

PICTURES = {
    "noise of 16 bits": RNG.integers(0, 65536, (96, 128), dtype=np.uint16),
    "noise of 8 bits": RNG.integers(0, 256, (96, 128), dtype=np.uint8),
    "a dim picture": RNG.poisson(40 + 60 * SMOOTH).astype(np.uint8),
    "a smooth picture with camera noise": (1000 + 3000 * SMOOTH + RNG.normal(0, 5, SMOOTH.shape)).astype(np.uint16),
    "a masked heart": np.where(HEART, RNG.poisson(400 + 600 * SMOOTH), 0).astype(np.uint16),
    "a photograph": skimage.data.camera(),
    "coins": skimage.data.coins(),
    "a photograph as int64": skimage.data.camera().astype(np.int64),
}


def blobs(seed, count, radius):
    """A label image of discs, which touch and overlap."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((96, 128), np.uint16)
    y, x = np.mgrid[:96, :128]
    for label in range(1, count + 1):
        top, left = rng.integers(0, 96), rng.integers(0, 128)
        labels[(y - top) ** 2 + (x - left) ** 2 <= radius**2] = label
    return labels


def seeds():
    """Single pixels that do not touch."""
    labels = np.zeros((96, 128), np.uint16)
    labels[::6, ::6] = 1 + np.arange(labels[::6, ::6].size).reshape(labels[::6, ::6].shape)
    return labels


def rings():
    """Thin rings around cells."""
    labels = np.zeros((96, 128), np.uint16)
    y, x = np.mgrid[:96, :128]
    for label in range(20):
        distance = np.hypot(y - 10 - 18 * (label // 5), x - 12 - 24 * (label % 5))
        labels[abs(distance - 6) < 0.7] = label + 1
    return labels


LABELS = {
    "a few cells": blobs(0, 5, 9),
    "cells that touch": blobs(1, 400, 5),
    "tiny cells": blobs(2, 900, 2),
    "superpixels": skimage.segmentation.slic(SMOOTH, 300, channel_axis=None),
    "tiles of 3 x 3": np.kron(1 + np.arange(32 * 42).reshape(32, 42), np.ones((3, 3), int)),
    "runs of 3 pixels": np.repeat(np.arange(96 * 43), 3).reshape(96, 129),
    "pairs of pixels": np.repeat(np.arange(96 * 64), 2).reshape(96, 128),
    "single pixels": seeds(),
    "rings": rings(),
    "classes of pixels": RNG.integers(0, 5, (96, 128)),
    "a label for each pixel": 1 + np.arange(96 * 128).reshape(96, 128),
    "a label for each pixel, shuffled": RNG.permutation(96 * 128).reshape(96, 128),
    "nothing": np.zeros((96, 128), int),
    "a mask of 255": HEART.astype(np.uint8) * 255,
}


@pytest.mark.parametrize("values", [1, 300, 2**20])
@pytest.mark.parametrize("name", PICTURES)
def test_grey_pictures_are_refused(name, values, allow):
    allow(series_values=values)  # looked at in few rows, or at once
    picture = PICTURES[name]
    message = r"source looks like a grey picture, not like labels, because \d+ of its \d+ values above 0 are scattered"
    error = check_error(lambda: regions(picture), ValueError, "source", message)
    assert error.keyword == "kind"
    assert len(regions(picture, kind="labels")) == np.count_nonzero(np.unique(picture))
    flipped = picture[::-1].T
    check_error(lambda: regions(flipped), ValueError, "source", "looks like a grey picture")
    check_error(lambda: regions(picture[np.newaxis]), ValueError, "source", "looks like a grey picture")


@pytest.mark.parametrize("values", [300, 2**20])
@pytest.mark.parametrize("name", LABELS)
def test_labels_are_taken(name, values, allow):
    allow(series_values=values)
    labels = LABELS[name]
    assert regions(labels).names == [f"label_{i}" for i in np.unique(labels) if i]
    assert regions(labels.astype(float)).names == regions(labels).names


def test_a_single_plane_of_weights_is_not_labels():
    weights = np.zeros((1, 12, 14))
    weights[0, 2:4, 3:5] = 0.5, 1
    assert regions(weights).names == ["region_0"]
    assert regions(np.ceil(weights)).names == ["region_0"]


@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(2, 14))
def test_discs_are_always_labels(seed, count, radius):
    labels = blobs(seed, count, radius)
    assert len(regions(labels)) == np.count_nonzero(np.unique(labels))


def test_a_frame_of_a_simulated_recording_is_refused():
    video = datasets.simulated_tissue().video
    frame = np.asarray(video[0])
    assert frame.dtype.kind == "u"
    check_error(lambda: extract_traces(video, frame), ValueError, "coords", "looks like a grey picture")


def test_recordings_are_no_stacks():
    video = RNG.integers(0, 4096, (20, 12, 15), dtype=np.uint16)
    message = r"coords looks like a recording \(20 images of uint16\), .* because image 0 holds several values above 0"
    assert check_error(lambda: extract_traces(video, video), ValueError, "coords", message).keyword == "kind"
    assert extract_traces(video, regions(video, kind="stack")).shape == (20, 20)
    check_error(lambda: extract_traces(video, list(video)), ValueError, "coords", "looks like a recording")
    late = np.zeros((5, 12, 15), np.int32)
    late[3, 2, 3:5] = 1, 2
    check_error(lambda: regions(late), ValueError, "source", "because image 3 holds several values above 0")
    long = RNG.normal(100, 5, (200, 12, 15))
    message = r"looks like a recording \(200 images of float64\), .* because its images are zero nowhere"
    check_error(lambda: regions(long), ValueError, "source", message)
    assert len(regions(long, kind="stack")) == 200
    short = 100 + 50 * SMOOTH[:12, :15] + RNG.normal(0, 0.5, (7, 12, 15))
    message = "because its images are zero nowhere, and each is like the one before it"
    check_error(lambda: regions(short), ValueError, "source", message)


@pytest.mark.parametrize(("frames", "why"), [(7, ", and each is like the one before it"), (200, "")])
def test_recordings_of_a_masked_heart_are_no_stacks(frames, why):
    beat = 1 + np.sin(np.arange(frames) / 7)[:, np.newaxis, np.newaxis]
    video = np.where(HEART, (1 + SMOOTH) * beat + RNG.normal(0, 0.01, (frames, 96, 128)), 0).astype(np.float32)
    message = f"because its images are zero at the same pixels{why}:"
    check_error(lambda: regions(video), ValueError, "source", message)
    assert len(regions(video, kind="stack")) == frames


def test_components_within_a_mask_are_a_stack():
    components = np.where(HEART, RNG.normal(size=(12, 96, 128)), 0)
    assert len(regions(components)) == 12


def test_arrays_of_other_shapes_and_fractions_are_reported_as_such():
    video = RNG.integers(0, 4096, (20, 12, 15), dtype=np.uint16)
    shape = r"coords has shape \(.*\): masks, labels and weights have the shape of the frame, \(12, 14\)"
    for given_array in (video, video[0]):
        check_error(lambda it=given_array: extract_traces(video[:, :, 1:], it), ValueError, "coords", shape)
    message = r"source\[0, 0\] = .* is not a label"
    check_error(lambda: regions(RNG.normal(size=(12, 15)) + 9), ValueError, "source[0, 0]", message)


def test_masks_and_weights_are_stacks():
    masks = np.stack([LABELS["a few cells"] == label for label in range(1, 6)])
    for stack in (masks, masks.astype(np.uint8) * 255, masks * np.arange(1, 6)[:, None, None], masks * 0.3):
        assert len(regions(stack)) == 5
    weights = np.where(masks, RNG.random(masks.shape), 0)
    assert len(regions(np.repeat(weights, 40, axis=0))) == 200  # zero outside the cells
    assert len(regions(RNG.normal(size=(12, 96, 128)))) == 12  # a few components that are zero nowhere
