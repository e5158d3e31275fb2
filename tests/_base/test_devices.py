"""Which arrays belong to libraries with devices, the names and kinds of their types, and copies for the host."""

import array_api_strict
import dask.array as da
import numpy as np
import pytest

from optimap._base import (
    dtype_bytes,
    dtype_kind,
    dtype_name,
    host_view,
    is_dask,
    is_device_array,
    on_host,
    refuse_device_array,
)
from tests import arrays
from tests.errors import check_error

HOST = [np.zeros(3), np.float32(1), [1, 2], da.zeros(3), np.ma.zeros(3), None]
LIBRARIES = ["torch", "jax", "strict"]


@pytest.fixture(params=LIBRARIES)
def library(request):
    return arrays.library(request.param)


@pytest.mark.parametrize("array", HOST, ids=lambda array: type(array).__name__)
def test_arrays_of_the_host(array):
    assert not is_device_array(array)
    assert on_host(array) is array
    refuse_device_array(array, "data", "detrending")


def test_arrays_of_other_libraries(library):
    array = library.to(np.arange(6, dtype="f4"))
    assert is_device_array(array)
    if "strict" in library.name:  # the standard has no way from a device to NumPy
        array = array.to_device(array_api_strict.Device("CPU_DEVICE"))
    copy = on_host(array)
    assert type(copy) is np.ndarray
    assert copy.tolist() == [0, 1, 2, 3, 4, 5]


def test_any_array_that_follows_the_standard():
    class Array:
        def __array_namespace__(self):
            raise AssertionError("only looked for")

    assert is_device_array(Array())


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "?"])
def test_types_have_the_names_of_numpy(library, dtype):
    array = library.to(np.ones(2, dtype))
    expected = np.dtype(dtype)
    assert (dtype_name(array.dtype), dtype_kind(array)) == (expected.name, expected.kind)
    assert dtype_bytes(array) == expected.itemsize


def test_types_that_numpy_lacks():
    torch = pytest.importorskip("torch")
    half = torch.ones(3, dtype=torch.bfloat16)
    assert (dtype_name(half.dtype), dtype_kind(half), dtype_bytes(half)) == ("bfloat16", "f", 2)
    assert on_host(half).dtype == np.float32
    assert dtype_kind(torch.ones(3).to(torch.float8_e4m3fn)) == "f"
    assert dtype_kind(HasType()) == "V"


class HasType:
    """An array of a type that NumPy knows nothing like."""

    dtype = "quint8"

    def __array_namespace__(self):
        raise AssertionError("only looked for")


def test_gradients_do_not_hinder_drawing():
    torch = pytest.importorskip("torch")
    assert on_host(torch.ones(3, requires_grad=True)).tolist() == [1, 1, 1]


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_a_view_of_an_array_in_the_hosts_memory(name):
    library = arrays.library(name)
    array = library.to(np.arange(4, dtype="f4"))
    view = host_view(array)
    assert type(view) is np.ndarray
    assert view.tolist() == [0, 1, 2, 3]


def test_no_view_where_the_library_must_follow():
    torch = pytest.importorskip("torch")
    assert host_view(torch.ones(3, requires_grad=True)) is None
    assert host_view(torch.ones(3, dtype=torch.bfloat16)) is None
    assert host_view(torch.ones(3, 3).to_sparse()) is None
    assert host_view(array_api_strict.ones(3)) is None


def test_work_of_the_host_refuses_other_arrays(library):
    array = library.to(np.ones(3, "f4"))
    match = "data is an array of .*: for detrending, give a NumPy array in the host's memory, "
    error = check_error(lambda: refuse_device_array(array, "data", "detrending"), TypeError, "data", match)
    assert error.value is array
    assert error.cure.endswith("data.cpu().numpy()" if library.name.startswith("torch") else "numpy.asarray(data)")


def test_dask():
    assert is_dask(da.zeros(3))
    assert not is_dask(np.zeros(3))
