"""Regions found by suite2p: its weights, its numbers, and only what counts as a cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap.trace import extract_traces, regions
from tests._regions.examples import painted
from tests._regions.programs import SHAPE, VIDEO, footprints, own_pixels, suite2p, weighted
from tests.errors import check_error


def corner():
    """One region of three pixels, with weights that a person can add."""
    images = np.zeros((1, *SHAPE), np.float32)
    images[0, 2, 3:6] = 1, 2, 1
    return images


def test_a_region_that_a_person_can_check(tmp_path):
    traces = extract_traces(VIDEO, suite2p(tmp_path, corner()))
    v = VIDEO.astype(float)
    np.testing.assert_allclose(traces[:, 0], (v[:, 2, 3] + 2 * v[:, 2, 4] + v[:, 2, 5]) / 4, rtol=1e-12)


def test_traces_are_those_of_suite2p(tmp_path):
    images = footprints()[[0, 2, 3, 4]]  # the third overlaps others
    path = suite2p(tmp_path, images)
    assert (own_pixels(images) != images).any()
    np.testing.assert_allclose(extract_traces(VIDEO, path), weighted(own_pixels(images)), rtol=1e-12)


@given(st.lists(st.booleans(), min_size=3, max_size=3).filter(any))
def test_only_cells_are_used_and_keep_their_numbers(tmp_path_factory, is_cell):
    folder = tmp_path_factory.mktemp("plane0")
    images = footprints()[::2]  # these do not overlap
    path = suite2p(folder, images, is_cell)
    numbers = np.flatnonzero(is_cell)
    found = regions(path)
    assert found.names == [f"cell_{i}" for i in numbers]
    expected = images[numbers] / images[numbers].sum(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(painted(found, SHAPE), expected, rtol=1e-5)
    assert regions(path, cells="all").names == ["cell_0", "cell_1", "cell_2"]
    assert regions(path, weights="sum").pixels(0)[2].sum() == pytest.approx(images[numbers[0]].sum())


def test_pixels_that_others_overlap_are_left_out_and_a_region_without_others_is_reported(tmp_path):
    images = np.zeros((3, *SHAPE), np.float32)
    images[0, 1:5, 1:5], images[1, 2:4, 2:4], images[2, 8:, 8:] = 1, 2, 3
    path = suite2p(tmp_path, images)
    with pytest.warns(
        UserWarning, match=r"1 region of .*stat.npy is left out, because other .* overlap .*: cell_1"
    ) as w:
        found = regions(path)
    assert w[0].filename == __file__
    assert found.names == ["cell_0", "cell_2"]
    np.testing.assert_array_equal(painted(found, SHAPE) > 0, own_pixels(images)[[0, 2]] > 0)


def test_a_file_without_overlap_is_used_as_it_is(tmp_path):
    path = suite2p(tmp_path, corner())
    stat = np.load(path, allow_pickle=True)
    del stat[0]["overlap"]
    stat[0]["lam"] = stat[0]["lam"].astype(np.float64)
    np.save(path, stat)
    assert len(regions(path).pixels("cell_0")[0]) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lam": np.ones(2, np.float32)}, "region 0, has 3 ypix, 3 xpix, 2 lam and 3 overlap"),
        ({"xpix": np.array([0.5, 1, 2])}, "some of which are not numbers of pixels"),
        ({"lam": np.array([1, np.nan, 1], np.float32)}, r"region 0, has weights \(lam\) that are not finite"),
        ({"lam": "text"}, "region 0, has 3 ypix, 3 xpix, 1 lam"),
        ({"lam": np.zeros(3, np.float32)}, "holds no regions: run suite2p again"),
    ],
)
def test_files_that_suite2p_would_not_write_are_errors(tmp_path, change, message):
    path = suite2p(tmp_path, corner())
    stat = np.load(path, allow_pickle=True)
    stat[0].update(change)
    np.save(path, stat)
    check_error(lambda: extract_traces(VIDEO, path), ValueError, "coords", message, path)


def test_a_file_next_to_it_that_does_not_fit_is_named(tmp_path):
    path = suite2p(tmp_path, footprints(3)[::2])
    beside = tmp_path / "iscell.npy"
    np.save(beside, np.ones((3, 2)))
    message = r"iscell.npy holds an array of shape \(3, 2\) for 2 regions in stat.npy: .*, or give .*, cells='all'\)"
    assert check_error(lambda: regions(path), ValueError, "source", message, beside).keyword == "cells"
    assert len(regions(path, cells="all")) == 2
    np.save(beside, np.ones((2, 0)))
    message_of_none = r"iscell.npy holds an array of shape \(2, 0\) for 2 regions in stat.npy"
    check_error(lambda: regions(path), ValueError, "source", message_of_none, beside)
    np.save(beside, np.zeros((2, 2)))
    message = r"holds 2 regions, but iscell.npy counts none of them as a cell: accept .*, or give .*, cells='all'\)"
    check_error(lambda: regions(path), ValueError, "source", message, path)
    beside.write_bytes(b"nonsense")
    message = "iscell.npy, next to stat.npy, cannot be read as the list of cells"
    check_error(lambda: regions(path), ValueError, "source", message, beside)
    message = "cells = 'some': it must be 'accepted' or 'all'"
    check_error(lambda: regions(path, cells="some"), ValueError, "cells", message, "some")


def test_regions_of_another_recording_are_errors(tmp_path):
    path = suite2p(tmp_path, corner())
    message = (
        r"region 'cell_0' has the pixel \(x=5, y=2\), outside the frame \(width 5, height 14\): give the recording"
    )
    check_error(lambda: extract_traces(VIDEO[:, :, :5], path), ValueError, "coords", message)


def test_the_folder_of_a_plane_names_the_file_to_give(tmp_path):
    path = suite2p(tmp_path, corner())
    message = f"is a folder: give one file of regions, such as {path}"
    check_error(lambda: regions(tmp_path), IsADirectoryError, "source", message, tmp_path)
    assert len(regions(path)) == 1
