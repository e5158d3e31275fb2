"""The homes of arrays of other libraries: their capabilities, and arrays that cannot be used."""

import sys

import numpy as np
import pytest

from optimap._base import Home, Result
from tests import arrays
from tests.errors import check_error


@pytest.fixture(params=arrays.STANDARD)
def library(request):
    return arrays.library(request.param)


def home_of(library, dtype="f4"):
    return Home(library.to(np.ones(3, dtype)), "video")


def test_double_precision(library):
    home = home_of(library)
    assert home.has_double == library.has_double
    assert home.wide == (home.xp.float64 if library.has_double else home.xp.float32)


def test_jax_returns_single_precision_unless_it_is_asked():
    home = home_of(arrays.library("jax"))
    assert (home.has_double, home.gives_double, home.is_writable) == (True, False, False)
    assert home.own(np.ones(3)).dtype == np.float32
    with home.computing():
        assert home.wide_array([1, 2]).dtype == np.float64


@pytest.mark.parametrize("name", ["strict", "torch", "jax"])
def test_on_a_cpu_fewer_values_are_computed_at_once(allow, name):
    allow(device_values=70, cpu_values=50)
    is_cpu = name != "strict" and arrays.DEVICE == "cpu"
    assert home_of(arrays.library(name)).values_at_once == (50 if is_cpu else 70)


def test_values_of_the_host_become_arrays_of_the_library(library):
    home = home_of(library)
    with home.computing():
        there = home.array([[1, 2], [3, 4]])
        assert library.place(there) == library.place(library.to(np.ones((2, 2), "i4")))
        assert library.back(home.wide_array([1, 2])).tolist() == [1, 2]


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "?"])
def test_stored_values_are_the_numbers(library, dtype):
    values = np.array([0, 1, 100]).astype(dtype)
    if dtype in ("u2", "u4"):
        values[2] = np.iinfo(dtype).max  # the sign bit of an integer of the same size
    home = Home(library.to(values), "video")
    with home.computing():
        stored, bits = home.stored(library.to(values))
        numbers = library.back(home.numbers(stored, bits))
    assert numbers.tolist() == values.tolist()
    assert numbers.dtype.itemsize >= 4


def test_a_result_is_filled_block_by_block(library):
    home = home_of(library)
    result = Result(home, (5, 2), home.xp.float32)
    for rows in (2, 2, 1):
        result.append(home.xp.astype(home.array(np.full((rows, 2), rows)), home.xp.float32))
    assert library.back(result.get()).tolist() == [[2, 2]] * 4 + [[1, 1]]
    assert library.back(Result(home, (0, 2), home.xp.float32).get()).shape == (0, 2)


@pytest.mark.parametrize(
    ("make", "kind", "match"),
    [
        (lambda torch: torch.zeros(3, device="meta"), ValueError, "video is on PyTorch's meta device, which holds no"),
        (
            lambda torch: torch.zeros(3, 4).to_sparse(),
            TypeError,
            r"video is a sparse tensor \(torch.sparse_coo\): give video.to_dense\(\)",
        ),
    ],
)
def test_tensors_without_all_values(make, kind, match):
    tensor = make(pytest.importorskip("torch"))
    error = check_error(lambda: Home(tensor, "video"), kind, "video", match)
    assert error.value is tensor


def test_a_device_without_64_bit_integers(monkeypatch):
    array = arrays.library("strict").to(np.ones(3))
    namespace = array.__array_namespace__()
    monkeypatch.setattr(
        type(namespace.__array_namespace_info__()), "dtypes", lambda self, device=None: {"float32": None}
    )
    match = "video is on .*, which has no 64-bit integers: copy it"
    check_error(lambda: Home(array, "video"), TypeError, "video", match)


@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_64_bit_integers_are_refused(dtype):
    array = arrays.library("torch").to(np.ones(3, dtype))
    home = Home(array, "video")
    match = r"video has dtype torch.u?int64 on \S+, where only integers of up to 32 bits are supported: convert it"
    check_error(lambda: home.refuse_64_bits(array, "video"), TypeError, "video", match)
    home.refuse_64_bits(arrays.library("torch").to(np.ones(3, "i4")), "video")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    array = arrays.library("strict").to(np.ones(3))
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    match = r"video is an array of array_api_strict, which needs array_api_compat: pip install .*arrays"
    with pytest.raises(ImportError, match=match):
        Home(array, "video")
