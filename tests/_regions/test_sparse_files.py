"""Sparse matrices of pixels x regions: those of SciPy in memory, and in the files that it saves."""

import numpy as np
import pytest
import scipy.sparse

from optimap.trace import extract_traces, regions
from tests._regions.programs import SHAPE, VIDEO, footprints, weighted
from tests.errors import check_error


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


def test_files_without_a_sparse_matrix_that_can_be_read(tmp_path):
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
