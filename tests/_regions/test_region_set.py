"""Regions: chosen from, clipped to frames, with their pixels and centres."""

import h5py
import numpy as np
import pytest

from optimap.trace import Regions, extract_traces, regions
from tests._regions.examples import LABELS, SQUARE, VIDEO
from tests.errors import check_error


def test_sums_of_masks_windows_and_region_sets():
    mask = LABELS == 7
    np.testing.assert_array_equal(extract_traces(VIDEO, mask, weights="sum"), VIDEO[:, mask].sum(axis=1, dtype=float))
    box = VIDEO[:, 1:4, 2:5].sum(axis=(1, 2), dtype=float)
    np.testing.assert_array_equal(extract_traces(VIDEO, (3, 2), 3, weights="sum"), box)
    summed = regions(mask, weights="sum")
    np.testing.assert_array_equal(extract_traces(VIDEO, summed), VIDEO[:, mask].sum(axis=1, dtype=float))
    np.testing.assert_array_equal(extract_traces(VIDEO, summed, weights="mean"), extract_traces(VIDEO, mask))


def test_recordings_larger_than_a_block(tmp_path, allow):
    from optimap.video import open_video

    allow(block_bytes=5 * VIDEO[0].nbytes, read_bytes=5 * VIDEO[0].nbytes)
    expected = extract_traces(VIDEO.copy(), LABELS)
    np.save(tmp_path / "v.npy", VIDEO)
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file["video"] = VIDEO
        np.testing.assert_array_equal(extract_traces(file["video"], LABELS), expected)
    np.testing.assert_array_equal(extract_traces(np.load(tmp_path / "v.npy", mmap_mode="r"), LABELS), expected)
    for name in ("v.npy", "v.h5"):
        with open_video(tmp_path / name) as recording:
            np.testing.assert_array_equal(extract_traces(recording, LABELS), expected)


def test_regions_know_their_pixels_and_centres():
    found = regions(LABELS)
    x, y, weight = found.pixels(1)
    assert sorted(zip(x.tolist(), y.tolist(), strict=True)) == [(c, r) for c in (1, 2, 3) for r in (1, 2)]
    np.testing.assert_allclose(weight, 1 / 6)
    np.testing.assert_allclose(found.centers(), [(4, 4.5), (2, 1.5), (5.5, 0)])
    weights = np.zeros((1, 6, 7))
    weights[0, 2, 1], weights[0, 2, 5] = 1, 3
    np.testing.assert_allclose(regions(weights).centers(), [(4, 2)])
    np.testing.assert_array_equal(regions(weights).pixels(0)[2], [0.25, 0.75])
    np.testing.assert_array_equal(regions(weights, weights="sum").pixels(-1)[2], [1, 3])
    with pytest.raises(IndexError, match=r"regions\[3\]: there are 3 regions, 0 to 2"):
        found.pixels(3)
    assert regions(np.zeros((6, 7), int)).centers().shape == (0, 2)


def test_regions_are_chosen_by_number_and_by_name():
    found = regions(LABELS, names=["a", "b", "c"])
    assert isinstance(found, Regions)
    assert len(found) == 3
    every = extract_traces(VIDEO, found)
    np.testing.assert_array_equal(extract_traces(VIDEO, found["b"]), every[:, 1])
    np.testing.assert_array_equal(extract_traces(VIDEO, found[-1]), every[:, 2])
    np.testing.assert_array_equal(extract_traces(VIDEO, found[:2]), every[:, :2])
    np.testing.assert_array_equal(extract_traces(VIDEO, found[[2, 0, 2]]), every[:, [2, 0, 2]])
    np.testing.assert_array_equal(extract_traces(VIDEO, found[[True, False, True]]), every[:, [0, 2]])
    assert found[[2, 0]][1:].names == ["a"]
    assert [r.names for r in found] == [["a"], ["b"], ["c"]]
    assert found[["c", 0, "a"]].names == found[np.array(["c", "a", "a"])].names == ["c", "a", "a"]
    assert found[np.array(1)].single
    assert len(found[[]]) == 0
    np.testing.assert_array_equal(found.pixels("c"), found.pixels(-1))
    assert repr(found) == "<Regions in frames of 6 x 7: 'a', 'b', 'c'>"


@pytest.mark.parametrize(
    ("which", "error", "message"),
    [
        ("d", KeyError, "there is no region named 'd'; names are 'a', 'b', 'b'"),
        (["a", "d"], KeyError, "there is no region named 'd'"),
        ("b", KeyError, "2 regions are named 'b'; choose by number, these are 1, 2"),
        (3, IndexError, r"regions\[3\]: there are 3 regions, 0 to 2"),
        ([0, -4], IndexError, r"regions\[-4\]: there are 3 regions"),
        ([True, False], IndexError, "holds True or False 2 times: there are 3 regions"),
    ],
)
def test_an_index_without_a_region_is_an_error(which, error, message):
    with pytest.raises(error, match=message):
        regions(LABELS, names=["a", "b", "b"])[which]


@pytest.mark.parametrize(
    ("which", "argument", "message"),
    [
        (1.0, "regions[1.0]", r"regions\[1.0\]: choose regions by number, name, slice, a list of numbers or names"),
        (True, "regions[True]", r"regions\[True\]: choose regions by"),
        ({0, 1}, "regions[{0, 1}]", r"regions\[\{0, 1\}\]: choose regions by"),
        (slice("a", "b"), "regions[slice('a', 'b', None)]", "give whole numbers as the ends of a slice"),
    ],
)
def test_an_index_of_a_wrong_type_is_an_error(which, argument, message):
    check_error(lambda: regions(LABELS)[which], TypeError, argument, message, which)


def test_wrong_frames_and_weights_are_errors():
    found = regions(LABELS)
    check_error(lambda: found.spans((5, 5)), ValueError, "regions", "belong to frames of shape", found)
    check_error(lambda: found.weighted("median"), ValueError, "weights", "it must be 'mean' or 'sum'", "median")


def test_nothing_can_be_chosen_from_an_empty_set():
    with pytest.raises(IndexError, match=r"regions\[0\]: there are no regions"):
        regions(LABELS * 0)[0]


def test_outlines_fit_frames_of_any_size():
    found = regions([SQUARE, [(4, 4), (30, 4), (30, 30), (4, 30)]])
    assert found.frame_shape is None
    np.testing.assert_allclose(found.centers(), [(2, 2), (16.5, 16.5)])
    for shape in ((6, 7), (40, 40), (6, 7)):
        video = np.random.default_rng(0).integers(0, 99, (3, *shape))
        expected = np.stack([video[:, 1:4, 1:4].mean(axis=(1, 2)), video[:, 4:30, 4:30].mean(axis=(1, 2))], axis=1)
        np.testing.assert_array_equal(extract_traces(video, found), expected)


def test_weights_too_large_to_add_up_have_a_mean():
    video = np.arange(24.0).reshape(1, 4, 6)
    mask = np.zeros((2, 4, 6))
    mask[0, 1, 1:4], mask[1, 1, 1:4] = 1e308, (1e308, 5e307, 5e307)
    np.testing.assert_allclose(extract_traces(video, mask), [[8, (7 * 2 + 8 + 9) / 4]])
