"""Cells found by cellpose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap.trace import extract_traces, regions
from tests._regions.programs import SHAPE, VIDEO, cellpose
from tests.errors import check_error

LABELS = np.zeros(SHAPE, np.uint16)
LABELS[1:4, 2:8], LABELS[6:9, 1:5], LABELS[5, 9] = 1, 4, 2


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.int32])
@pytest.mark.parametrize("planes", [1, 0])
def test_masks_are_labels(tmp_path, dtype, planes):
    masks = LABELS.astype(dtype)[np.newaxis] if planes else LABELS.astype(dtype)
    path = cellpose(tmp_path / "rec_seg.npy", masks)
    found = regions(path)
    assert found.names == ["label_1", "label_2", "label_4"]
    np.testing.assert_array_equal(extract_traces(VIDEO, path)[:, 0], VIDEO[:, 1:4, 2:8].mean(axis=(1, 2)))
    np.testing.assert_array_equal(extract_traces(VIDEO, path), extract_traces(VIDEO, LABELS))
    assert regions(path, kind="labels").names == found.names


@given(st.integers(0, 2**32))
def test_any_masks_give_the_traces_of_the_same_labels(tmp_path_factory, seed):
    labels = np.random.default_rng(seed).integers(0, 4, SHAPE).astype(np.uint16)
    path = cellpose(tmp_path_factory.mktemp("c") / "rec_seg.npy", labels)
    np.testing.assert_array_equal(extract_traces(VIDEO, path), extract_traces(VIDEO, labels))


def test_files_without_masks_of_one_plane_are_errors(tmp_path):
    path = tmp_path / "rec_seg.npy"
    for content, message in (
        ({"Ly": 12, "Lx": 15, "nframes": 3}, "holds a dictionary of Ly, Lx, nframes, and no masks: give the _seg.npy"),
        ([1, 2], "is not a region of suite2p"),
        (
            {"masks": np.zeros((3, *SHAPE), np.uint16)},
            r"holds masks of shape \(3, 14, 18\): save the masks of one plane",
        ),
        ({"masks": np.zeros(SHAPE, np.uint16)}, "holds no cells, because its masks are empty"),
        ({"masks": None}, r"holds masks of shape \(\)"),
    ):
        one = np.empty((), object)
        one[()] = content
        np.save(path, np.array(content, object) if isinstance(content, list) else one)
        check_error(lambda: extract_traces(VIDEO, path), ValueError, "coords", message, path)


def test_masks_of_another_frame_are_errors(tmp_path):
    path = cellpose(tmp_path / "rec_seg.npy", LABELS)
    message = r"belong to frames of shape \(14, 18\)"
    check_error(lambda: extract_traces(VIDEO[:, 1:], path), ValueError, "coords", message)
    message = "kind = 'mask' does not fit source, a file of labels: leave it out, or give 'labels'"
    check_error(lambda: regions(path, kind="mask"), ValueError, "kind", message, "mask")
