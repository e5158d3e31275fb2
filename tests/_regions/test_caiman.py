"""Components found by CaImAn: files of estimates, and sparse matrices."""

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


@pytest.mark.parametrize("layout", ["csc_matrix", "csr_matrix", "coo_array", "csc_array"])
def test_sparse_matrices_in_memory_and_in_files(tmp_path, layout):
    images = footprints()
    dense = np.stack([image.ravel(order="F") for image in images], axis=1)
    matrix = getattr(scipy.sparse, layout)(dense)
    np.testing.assert_allclose(extract_traces(VIDEO, matrix), weighted(images), rtol=1e-12)
    found = regions(matrix, SHAPE, kind="footprints", names=list("abcde"))
    np.testing.assert_allclose(extract_traces(VIDEO, found["c"]), weighted(images)[:, 2], rtol=1e-12)
    scipy.sparse.save_npz(tmp_path / "A.npz", matrix)
    np.testing.assert_allclose(extract_traces(VIDEO, tmp_path / "A.npz"), weighted(images), rtol=1e-12)


def test_a_matrix_needs_frames_that_fit():
    matrix = scipy.sparse.csc_matrix(np.ones((SHAPE[0] * SHAPE[1], 2)))
    message = r"source is a matrix .*: give the shape of the frames too: optimap.trace.regions\(source, frame_shape="
    assert check_error(lambda: regions(matrix), ValueError, "source", message).keyword == "frame_shape"
    assert len(regions(matrix, frame_shape=SHAPE)) == 2
    message = r"coords has 252 rows, but a frame of \(13, 18\) \(H, W\) has 234 pixels: give a matrix with one row for"
    check_error(lambda: extract_traces(VIDEO[:, 1:], matrix), ValueError, "coords", message)
    matrix.data[3] = np.nan
    message = "coords holds weights that are not finite numbers"
    check_error(lambda: extract_traces(VIDEO, matrix), ValueError, "coords", message)
    message = "source is not a sparse matrix"
    check_error(lambda: regions(np.ones((4, 2)), kind="footprints"), TypeError, "source", message)


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
    path = tmp_path / "A.npz"
    np.savez(path, a=np.zeros(3))
    check_error(lambda: regions(path), ValueError, "source", "A.npz cannot be read as a sparse matrix of SciPy", path)
    scipy.sparse.save_npz(path, scipy.sparse.bsr_matrix(np.ones((252, 2))))
    message = (
        r"holds a sparse matrix of the format b'bsr': save the matrix again with scipy.sparse.save_npz\(path, A.tocsc"
    )
    check_error(lambda: regions(path), ValueError, "source", message, path)
    path.write_bytes(b"nonsense")
    check_error(lambda: regions(path), ValueError, "source", "A.npz cannot be read as a sparse matrix", path)


SPARSE = {
    "data": np.array([1.0, 2, 1, 0.5]),
    "indices": np.array([3, 4, 10, 251]),
    "indptr": np.array([0, 2, 3, 4]),
    "shape": np.array([252, 3]),
    "format": np.array("csc"),
}


@pytest.mark.parametrize(
    "changed",
    [
        {"shape": np.array([252, -1]), "indptr": np.zeros(0, int), "data": np.zeros(0), "indices": np.zeros(0, int)},
        {"shape": np.array([252, 4])},
        {"shape": np.array([252, 2, 1])},
        {"shape": np.array([[252, 3]])},
        {"shape": np.array([252.0, 3])},
        {"data": np.ones((2, 2))},
        {"data": np.array(1.0)},
        {"indptr": np.array([0, 2, 1, 4])},
        {"indptr": np.array([0, 2**63 + 5, 3, 4], np.uint64)},
        {"indices": np.array([3, 4, 10, 252])},
        {"indices": np.array([3, 4, 10, -1])},
        {"format": np.array("csr")},
    ],
    ids=str,
)
def test_parts_of_a_sparse_matrix_that_contradict_each_other(tmp_path, recwarn, changed):
    path = tmp_path / "A.npz"
    np.savez(path, **(SPARSE | changed))
    message = "whose parts do not fit together: save the matrix again with scipy"
    check_error(lambda: regions(path, SHAPE), ValueError, "source", message, path)
    assert not recwarn.list


def test_coordinates_of_a_sparse_matrix_that_are_outside_it(tmp_path):
    path = tmp_path / "A.npz"
    columns = np.array([0, 0, 1, 3])
    np.savez(path, **{**SPARSE, "format": np.array("coo"), "row": SPARSE["indices"], "col": columns})
    check_error(lambda: regions(path, SHAPE), ValueError, "source", "whose parts do not fit together", path)


def test_a_sparse_matrix_without_columns(tmp_path):
    path = tmp_path / "A.npz"
    scipy.sparse.save_npz(path, scipy.sparse.csc_matrix((252, 0)))
    check_error(lambda: regions(path, SHAPE), ValueError, "source", "without columns, which are its regions", path)


def test_weights_beyond_double_precision(tmp_path, recwarn):
    path = tmp_path / "A.npz"
    np.savez(path, **(SPARSE | {"data": np.array([np.longdouble("1e4000"), 1, 1, 1])}))
    check_error(lambda: regions(path, SHAPE), ValueError, "source", "weights that are not finite numbers")
    assert not recwarn.list


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


def test_a_sparse_matrix_with_any_damaged_bytes_is_an_error_about_the_file_or_read(tmp_path):
    path = tmp_path / "A.npz"
    scipy.sparse.save_npz(path, scipy.sparse.csc_matrix(np.random.default_rng(0).random((252, 2))))
    whole, rng, errors = path.read_bytes(), np.random.default_rng(1), 0
    for _ in range(150):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            regions(path, SHAPE)
        except ValueError as error:
            assert "A.npz" in str(error)  # noqa: PT017 - one of two outcomes
            errors += 1
    assert errors > 50


def test_estimates_that_lead_to_another_file_are_an_error_that_names_it(tmp_path):
    path = caiman(tmp_path / "est.hdf5", footprints())
    with h5py.File(path, "r+") as file:
        file.move("estimates/A/data", "data")
        file["estimates/A/data"] = h5py.ExternalLink("other.h5", "/data")
    match = r"est\.hdf5 keeps estimates/A/data in another file, other\.h5, which is not opened"
    check_error(lambda: regions(path), ValueError, "source", match, path)
