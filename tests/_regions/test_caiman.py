"""Components found by CaImAn: files of estimates."""

import h5py
import numpy as np
import pytest
import scipy.sparse

from optimap.trace import extract_traces, regions
from tests._regions.examples import painted
from tests._regions.programs import SHAPE, VIDEO, caiman, footprints, weighted
from tests.errors import check_error


@pytest.mark.parametrize("suffix", [".hdf5", ".h5", ".HDF5"])
@pytest.mark.parametrize("dims", ["estimates/dims", "dims", "params/data/dims"])
def test_traces_are_means_weighted_by_the_footprints(tmp_path, suffix, dims):
    images = footprints()
    path = caiman(tmp_path / f"est{suffix}", images, dims=dims)
    np.testing.assert_allclose(extract_traces(VIDEO, path), weighted(images), rtol=1e-12)
    found = regions(path)
    assert found.names == [f"component_{i}" for i in range(5)]
    assert found.frame_shape == SHAPE
    np.testing.assert_allclose(painted(found, SHAPE), images / images.sum(axis=(1, 2), keepdims=True), rtol=1e-5)


def test_pixels_run_down_the_columns(tmp_path):
    image = np.zeros((1, *SHAPE))
    image[0, 2, 5] = 0.5  # the only pixel: x = 5, y = 2
    assert regions(caiman(tmp_path / "est.hdf5", image)).centers().tolist() == [[5, 2]]
    matrix = scipy.sparse.csc_matrix(([1.0], ([5 * SHAPE[0] + 2], [0])), shape=(SHAPE[0] * SHAPE[1], 1))
    np.testing.assert_array_equal(extract_traces(VIDEO, matrix)[:, 0], VIDEO[:, 2, 5])


def test_only_accepted_components_are_used(tmp_path):
    path = caiman(tmp_path / "est.hdf5", footprints(), accepted=[3, 0])
    assert regions(path).names == ["component_0", "component_3"]
    np.testing.assert_allclose(extract_traces(VIDEO, path), weighted(footprints()[[0, 3]]), rtol=1e-12)
    assert len(regions(path, cells="all")) == 5
    path = caiman(tmp_path / "none.hdf5", footprints(), accepted=[])  # an empty list becomes floats
    message = r"accepts none of its 5 components: accept some in CaImAn, or give .*, cells='all'\)"
    assert check_error(lambda: regions(path), ValueError, "source", message, path).keyword == "cells"
    assert len(regions(path, cells="all")) == 5


def test_a_file_that_does_not_say_its_frame_is_used_with_frames_that_fit(tmp_path):
    path = caiman(tmp_path / "est.hdf5", footprints(), accepted=[0, 3])
    with h5py.File(path, "r+") as file:
        file["estimates/dims"][...] = 1, 1
        del file["estimates/dims"]
        file["dims"] = "NoneType"
    np.testing.assert_allclose(extract_traces(VIDEO, path), weighted(footprints()[[0, 3]]), rtol=1e-12)
    message = r"source is a matrix of pixels x regions, .* optimap.trace.regions\(source, frame_shape=\(H, W\)\)"
    check_error(lambda: regions(path), ValueError, "source", message)
    message = r"coords has 252 rows, but a frame of \(13, 18\)"
    check_error(lambda: extract_traces(VIDEO[:, 1:], path), ValueError, "coords", message)


def test_empty_components_are_left_out_and_reported(tmp_path):
    images = footprints(3)
    images[1] = 0
    path = caiman(tmp_path / "est.hdf5", images)
    with pytest.warns(UserWarning, match="1 region of .*est.hdf5 is left out, .* footprints are empty: component_1"):
        assert regions(path).names == ["component_0", "component_2"]


def change_columns(file):
    file["estimates/A/indptr"][-1] = 3


def change_shape(file):
    file["estimates/A/shape"][0] = 100


def change_pixel(file):
    file["estimates/A/indices"][0] = 10**6


def change_dims(file):
    file["estimates/dims"][...] = 18, 15


def make_volume(file):
    del file["estimates/dims"]
    file["estimates/dims"] = np.array([2, 7, 18])


def accept_more(file):
    del file["estimates/idx_components"]
    file["estimates/idx_components"] = np.array([0, 9])


def remove_footprints(file):
    del file["estimates/A"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (change_columns, "whose parts do not fit together"),
        (change_shape, "whose parts do not fit together"),
        (change_pixel, "whose parts do not fit together"),
        (change_dims, r"holds footprints of 252 pixels for frames of \(18, 15\)"),
        (make_volume, r"holds components of volumes, \(2, 7, 18\): give the footprints of one plane"),
        (accept_more, r"accepts component 9 of 5 components: .*, or give .*, cells='all'\)"),
        (remove_footprints, "holds no estimates/A, the footprints of CaImAn, or is damaged"),
    ],
)
def test_files_that_caiman_would_not_write_are_errors(tmp_path, change, message):
    path = caiman(tmp_path / "est.hdf5", footprints())
    with h5py.File(path, "r+") as file:
        change(file)
    check_error(lambda: extract_traces(VIDEO, path), ValueError, "coords", message, path)


def test_damaged_files_are_errors(tmp_path):
    path = caiman(tmp_path / "est.hdf5", footprints())
    whole = path.read_bytes()
    for length in (0, 7, 100, 2000, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        check_error(lambda: regions(path), ValueError, "source", "est.hdf5", path)


@pytest.mark.parametrize("dims", [[np.nan, 18], [14.5, 18], [np.inf, 18]])
def test_frames_of_a_shape_that_is_not_whole(tmp_path, dims):
    path = caiman(tmp_path / "est.hdf5", footprints())
    with h5py.File(path, "r+") as file:
        del file["estimates/dims"]
        file["estimates/dims"] = np.array(dims)
    message = r"est\.hdf5 states frames of the shape \(.*, 18.0\)"
    check_error(lambda: regions(path), ValueError, "source", message, path)


@pytest.mark.parametrize("accepted", [[0.5, 2], [np.nan, 1]])
def test_accepted_components_that_are_not_whole(tmp_path, recwarn, accepted):
    path = caiman(tmp_path / "est.hdf5", footprints(), accepted=[0, 3])
    with h5py.File(path, "r+") as file:
        del file["estimates/idx_components"]
        file["estimates/idx_components"] = np.array(accepted)
    message = "accepts components that are not whole numbers"
    check_error(lambda: regions(path), ValueError, "source", message, path)
    assert not recwarn.list


def test_estimates_that_lead_to_another_file_are_an_error_that_names_it(tmp_path):
    path = caiman(tmp_path / "est.hdf5", footprints())
    with h5py.File(path, "r+") as file:
        file.move("estimates/A/data", "data")
        file["estimates/A/data"] = h5py.ExternalLink("other.h5", "/data")
    match = r"est\.hdf5 keeps estimates/A/data in another file, other\.h5, which is not opened"
    check_error(lambda: regions(path), ValueError, "source", match, path)
