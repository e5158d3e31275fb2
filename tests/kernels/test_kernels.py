"""The choice of the compiled loops or their NumPy twins, and of the faster loop for a set of windows."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

from optimap import kernels
from optimap._regions import window_spans

_compiled = kernels.twins().get("compiled")


def test_the_requested_build_is_in_use():
    assert kernels.backend == (os.environ.get("OPTIMAP_KERNELS") or ("compiled" if _compiled else "numpy"))
    if os.environ.get("OPTIMAP_REQUIRE") == "compiled":
        assert _compiled is not None


@pytest.mark.skipif(_compiled is None, reason="installed without a C++ compiler")
@pytest.mark.skipif(not os.path.exists("/proc/cpuinfo"), reason="the system does not list what the processor has")
def test_the_widest_vectors_of_the_processor_are_used_whatever_the_compiler():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        has = set(re.split(r"\s+", file.read()))
    assert _compiled.wide_vectors == ({"avx2", "fma"} <= has)


class Asked:
    """Windows that note what is asked of them: only direct sums need weights."""

    def __init__(self, spans):
        self._spans, self._names = spans, set()

    def __getattr__(self, name):
        self._names.add(name)
        return getattr(self._spans, name)

    def take_means(self, frames, omit_nan=False):
        """Return the means, and the loop that computed them."""
        out = np.empty((len(frames), len(self._spans.first) - 1), kernels.result_dtype(frames.dtype))
        kernels.window_means(frames, self, out, omit_nan)
        return out, "direct" if "weights" in self._names else "running sums"


@pytest.mark.parametrize("dtype", ["u2", "i2", "i4", "f4", "u8", "f8"])
def test_whichever_loop_does_less_work_the_numbers_are_the_same(dtype):
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 30_000, (4, 30, 40)).astype(dtype)
    where = rng.integers(0, 30, (200, 2)).astype(float)
    corners = np.array([(0.0, 0.0), (39, 0), (0, 29), (39, 29)])
    where[:4] = corners
    spans = window_spans(where, 7, "rect", (30, 40))
    result, loop = Asked(spans).take_means(frames)
    assert loop == ("running sums" if np.dtype(dtype).itemsize <= 4 else "direct")
    # A few windows cost less one by one than a table of the frame between them; a single one always does.
    direct, loop = Asked(window_spans(corners, 7, "rect", (30, 40))).take_means(frames)
    assert loop == "direct"
    rtol = 1e-7 if dtype == "f4" else 0
    np.testing.assert_allclose(result[:, :4], direct, rtol=rtol)
    for i, place in enumerate(where):
        direct, loop = Asked(window_spans(place[np.newaxis], 7, "rect", (30, 40))).take_means(frames)
        assert loop == "direct"
        np.testing.assert_allclose(result[:, i : i + 1], direct, rtol=rtol)
    between_pixels = window_spans(where + 0.5, 7, "rect", (30, 40))
    assert Asked(between_pixels).take_means(frames)[1] == "direct"
    if dtype == "f4":
        assert Asked(spans).take_means(frames, omit_nan=True)[1] == "direct"


@pytest.mark.parametrize("asked", ["numpy", "compiled", "fortran"])
def test_the_setting_chooses_the_loops(asked):
    if asked == "compiled" and _compiled is None:
        pytest.skip("installed without a C++ compiler")
    done = subprocess.run(
        [sys.executable, "-c", "from optimap import kernels; print(kernels.backend)"],
        env={**os.environ, "OPTIMAP_KERNELS": asked},
        capture_output=True,
        text=True,
    )
    if asked == "fortran":
        assert "ValueError: OPTIMAP_KERNELS = 'fortran': it must be 'compiled', 'numpy' or unset" in done.stderr
    else:
        assert done.stdout.strip() == asked


@pytest.mark.parametrize(("dtype", "expected"), [("f2", "f4"), ("f4", "f4"), ("f8", "f8"), ("u1", "f8"), ("i4", "f8")])
def test_the_dtype_of_results(dtype, expected):
    assert kernels.result_dtype(np.dtype(dtype)) == expected


def test_loops_over_samples_accept_only_plain_arrays():
    samples = np.arange(12.0).reshape(4, 3)
    low, high = kernels.extremes(samples)
    assert (low.tolist(), high.tolist()) == ([0, 1, 2], [9, 10, 11])
    out = np.empty_like(samples)
    assert kernels.rescale(samples, low, high - low, 0, 1, False, out)
    np.testing.assert_array_equal(out, np.repeat(np.arange(4.0)[:, np.newaxis] / 3, 3, axis=1))
    for other in (samples.T, samples.astype(">f8"), samples.astype("i8")):
        assert kernels.extremes(other) is None
        assert not kernels.rescale(other, low, high - low, 0, 1, False, np.empty(other.shape))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("samples", [10, 3000])
def test_the_median_slope_of_samples_that_are_not_finite_is_not_a_number(value, samples):
    """Sorting such samples ended the process."""
    series = np.random.default_rng(0).normal(size=(1, samples))
    series[0, samples // 2 :: 7] = value
    assert np.isnan(kernels.median_slopes(series, np.array([0]), np.array([samples]))).all()
    assert np.isnan(kernels.median_slope(series[0]))
