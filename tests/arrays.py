"""Libraries of arrays for the tests: which are here, and how values get to their devices and back.

``OPTIMAP_TEST_DEVICE=cuda`` runs the same tests on a GPU: PyTorch's tensors lie there, and CuPy joins where it is
installed. ``OPTIMAP_REQUIRE_ARRAYS=1`` makes a missing library a failure; otherwise its tests are skipped.
"""

import importlib.util
import os
from contextlib import suppress

import array_api_strict
import numpy as np
import pytest
from hypothesis import strategies as st

from optimap._base import budgeted

DEVICE = os.environ.get("OPTIMAP_TEST_DEVICE", "cpu")


class Library:
    """Arrays of one library on one device."""

    has_double = True
    exact = True  # whether quotients are rounded as IEEE 754 says
    lacks = ()  # dtypes

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name

    def has(self, dtype):
        return np.dtype(dtype).name not in self.lacks

    def wide(self, dtype):
        """Return the dtype of results here for which NumPy's results have `dtype`."""
        return np.dtype(dtype) if self.has_double else np.dtype(np.float32)


class Strict(Library):
    """The standard and nothing else; its devices refuse to mix and cannot be read from the host by mistake."""

    lacks = ("float16",)

    def __init__(self, device):
        super().__init__(f"array_api_strict on {device}")
        self.device = array_api_strict.Device(device)
        self.has_double = device != "no_float64"
        self.lacks = ("float16",) if self.has_double else ("float16", "float64")

    def to(self, values):
        return array_api_strict.asarray(np.array(values), device=self.device)

    def back(self, array):
        return np.asarray(array.to_device(array_api_strict.Device("CPU_DEVICE")))

    def place(self, array):
        return type(array), array.device

    def transposed(self, array, axes):
        return array_api_strict.permute_dims(array, axes)


class Torch(Library):
    def __init__(self):
        self.torch = importlib.import_module("torch")
        super().__init__(f"torch on {DEVICE}")
        self.has_double = DEVICE != "mps"
        self.lacks = () if self.has_double else ("float64",)

    def to(self, values):
        return self.torch.from_numpy(np.array(values)).to(DEVICE)

    def back(self, array):
        return array.detach().cpu().numpy()

    def place(self, array):
        return type(array), array.device

    def transposed(self, array, axes):
        return array.permute(axes)


class Cupy(Library):
    def __init__(self):
        self.cupy = importlib.import_module("cupy")
        super().__init__("cupy")

    def to(self, values):
        return self.cupy.asarray(np.array(values))

    def back(self, array):
        return array.get()

    def place(self, array):
        return type(array), array.device

    def transposed(self, array, axes):
        return array.transpose(axes)


class Jax(Library):
    """As users have it: 64 bits are switched off, and results are float32."""

    has_double = False
    exact = False  # its compiler may multiply by the reciprocal
    lacks = ("float64", "int64", "uint64")

    def __init__(self):
        self.jax = importlib.import_module("jax")
        super().__init__("jax")

    def to(self, values):
        return self.jax.numpy.asarray(np.array(values))

    def back(self, array):
        return np.asarray(array)

    def place(self, array):
        return type(array), array.devices()

    def transposed(self, array, axes):
        return self.jax.numpy.transpose(array, axes)


def library(name):
    """Return a library by name; if it is missing, skip or fail."""
    if name.startswith("strict"):
        return Strict("no_float64" if name.endswith("32") else "device1")
    kinds = {"torch": Torch, "cupy": Cupy, "jax": Jax}
    try:
        return kinds[name]()
    except ImportError:
        if os.environ.get("OPTIMAP_REQUIRE_ARRAYS"):
            pytest.fail(f"arrays of {name} cannot be tested here: it is not installed")
        pytest.skip(f"needs {name} (make test-arrays installs PyTorch and JAX)")


# The standard itself in double and single precision, PyTorch, JAX; CuPy exists on GPUs only.
STANDARD = ["strict", "strict32", "torch"] + (["cupy"] if DEVICE == "cuda" else [])
ALL = [*STANDARD, "jax"]

# Integers of 64 bits are computed in the host's memory alone.
DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8", "?"]
HOST_DTYPES = [*DTYPES, "u8", "i8"]


@pytest.fixture(scope="module", params=STANDARD, name="library")
def one_library(request):
    """Each library that follows the array API standard."""
    return library(request.param)


@pytest.fixture(scope="module", params=ALL)
def any_library(request):
    """Each library, JAX too."""
    return library(request.param)


@pytest.fixture(scope="module")
def torch():
    """The module torch."""
    return library("torch").torch


@pytest.fixture(scope="module")
def functions_of_the_library():
    """The CPU stands in for a GPU: arrays in the host's memory are not left to NumPy's loops."""
    with budgeted(host_loops=False):
        yield


@pytest.fixture
def host_loops(monkeypatch):
    """Arrays in the host's memory are computed by NumPy's loops, and nothing by the library."""
    if DEVICE != "cpu":
        pytest.skip(f"{DEVICE} is not the host")
    for module in ("array_api_compat.torch", "jax.numpy"):  # libraries convert numbers before they compute
        with suppress(ImportError):
            monkeypatch.setattr(importlib.import_module(module), "astype", None)
    with budgeted(host_loops=True):
        yield


@st.composite
def values(draw, dtypes, sides):
    """Values of any dtype, all of its range; floats with some NaN and infinity."""
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    shape = tuple(draw(st.integers(1, n)) for n in sides)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind != "f":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    result = (rng.normal(size=shape) * 100).astype(dtype)
    for bad in draw(st.lists(st.sampled_from([np.nan, np.inf, -np.inf]), max_size=3)):
        result[tuple(rng.integers(0, n) for n in shape)] = bad
    return result


def check(library, result, expected, like, whole, scale=0.0):
    """Compare a result on a device with NumPy's: bit for bit where `whole` numbers are added."""
    assert library.place(result) == library.place(like)
    here = library.back(result)
    assert here.dtype == library.wide(expected.dtype)
    assert here.shape == expected.shape
    if whole and library.exact and library.has_double:
        np.testing.assert_array_equal(here, expected)
        return
    eps = np.finfo(here.dtype).eps
    rounding = 4 * eps if whole else 30 * eps
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(here, expected.astype(here.dtype), rtol=rounding, atol=rounding * scale)


def magnitude(video):
    finite = np.abs(video.astype(float))
    return float(np.max(finite[np.isfinite(finite)], initial=0.0))


def outcome(work):
    """Return a result, or the error."""
    try:
        return work(), None
    except (ValueError, TypeError) as error:
        return None, f"{type(error).__name__}: {error}"
