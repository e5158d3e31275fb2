"""The loop of asymmetric least squares, compiled and in NumPy, against dense equations and the package pybaselines."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pybaselines import Baseline

from optimap import kernels
from tests.kernels.examples import examples

_numpy_series, _compiled = kernels.twins()["numpy"], kernels.twins().get("compiled")

needs_compiled = pytest.mark.skipif(_compiled is None, reason="installed without a C++ compiler")
BACKENDS = [pytest.param(_compiled, marks=needs_compiled, id="compiled"), pytest.param(_numpy_series, id="numpy")]
NAMES = ["walk", "counts", "constant", "line", "waves", "far from zero", "alternating", "outliers"]


def curves(module, series, lam, above=0.01, solutions=51, tolerance=1e-3, threads=1):
    series = np.ascontiguousarray(np.atleast_2d(series), np.float64)
    out = np.full_like(series, np.nan)
    module.asls_baselines(
        series, np.broadcast_to(lam, len(series)).astype(float), above, solutions, tolerance, out, threads
    )
    return out


def dense_curve(data, lam, above, solutions):
    differences = np.diff(np.eye(len(data)), n=2, axis=0)
    weights = np.ones(len(data))
    for _ in range(solutions):
        curve = np.linalg.solve(np.diag(weights) + lam * differences.T @ differences, weights * data)
        weights = np.where(data > curve, above, 1 - above)
    return curve


@pytest.mark.parametrize("module", BACKENDS)
def test_a_curve_that_a_person_can_check(module):
    # One second difference of -2: with weights of 1, (I + D'D) z = y moves the samples by 2 / 7 of (1, -2, 1).
    np.testing.assert_allclose(curves(module, [0.0, 1, 0], 1.0, solutions=1), [[2 / 7, 3 / 7, 2 / 7]], rtol=1e-14)


@pytest.mark.parametrize("module", BACKENDS)
@pytest.mark.parametrize("samples", [3, 4, 5, 60])
@pytest.mark.parametrize("name", NAMES)
def test_curves_solve_the_dense_equations(module, name, samples):
    data = examples(samples)[name]
    size = np.abs(data).max() or 1.0
    for lam, solutions in ((0.0, 1), (1.0, 1), (1.0, 2), (30.0, 3), (1e4, 2)):
        expected = dense_curve(data, lam, 0.05, solutions)
        result = curves(module, data, lam, 0.05, solutions, 0.0)
        np.testing.assert_allclose(result[0] / size, expected / size, atol=1e-9)


@pytest.mark.parametrize("module", BACKENDS)
@pytest.mark.parametrize("lam", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("name", ["walk", "noise", "waves", "counts", "drift"])
def test_curves_are_those_of_pybaselines(module, name, lam):
    data = examples(700, 4)[name]
    for above, most, tolerance in ((0.01, 50, 1e-3), (0.1, 3, 1e-3), (0.001, 50, 0.3)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected, _ = Baseline().asls(data, lam=lam, p=above, max_iter=most, tol=tolerance)
        result = curves(module, data, lam, above, most + 1, tolerance)[0]
        np.testing.assert_allclose(result, expected, atol=1e-9 * np.ptp(data), rtol=1e-9)


@pytest.mark.parametrize("module", BACKENDS)
@pytest.mark.parametrize("samples", [1, 2])
def test_two_samples_are_their_own_curve(module, samples):
    np.testing.assert_allclose(curves(module, [[5.0, 7.0][:samples]], 1e3), [[5.0, 7.0][:samples]], rtol=1e-15)


@needs_compiled
@settings(max_examples=60)
@given(st.integers(3, 300), st.integers(0, 2**32), st.sampled_from(NAMES), st.floats(0, 1e6), st.floats(0.001, 0.5))
def test_twins_agree(samples, seed, name, lam, above):
    data = examples(samples, seed)[name]
    size = np.abs(data).max() or 1.0
    compiled, twin = (curves(module, data, lam, above, 1) / size for module in (_compiled, _numpy_series))
    np.testing.assert_allclose(compiled, twin, atol=1e-9)


@needs_compiled
@pytest.mark.parametrize("threads", [1, 2, 7])
@pytest.mark.parametrize("count", [1, 3, 7, 8, 9, 20])
def test_a_row_does_not_depend_on_other_rows(count, threads):
    rng = np.random.default_rng(count)
    series = np.cumsum(rng.normal(size=(count, 250)), axis=1)
    lam = 10.0 ** rng.uniform(0, 8, count)
    together = curves(_compiled, series, lam, threads=threads)
    for i in range(count):
        np.testing.assert_array_equal(together[i], curves(_compiled, series[i], lam[i])[0])
    series[0, 100] = np.nan
    np.testing.assert_array_equal(curves(_compiled, series, lam, threads=threads)[1:], together[1:])


@pytest.mark.parametrize("module", BACKENDS)
def test_scales_and_signs(module):
    data = examples(300)["walk"]
    expected = curves(module, data, 1e4, above=0.25)
    for scale in (2.0**300, 2.0**-300):
        np.testing.assert_array_equal(curves(module, data * scale, 1e4, above=0.25), expected * scale)
    np.testing.assert_array_equal(curves(module, -data, 1e4, above=0.75), -expected)
    assert (curves(module, data, 1e4) <= data).mean() > 0.7


@needs_compiled
def test_shapes_that_do_not_fit_are_refused():
    series, out = np.zeros((2, 9)), np.zeros((2, 9))
    for lam, result in ((np.ones(1), out), (np.ones(2), out[:, :8].copy()), (np.ones(2), out[:1])):
        with pytest.raises(ValueError, match="one number and one result for each series"):
            _compiled.asls_baselines(series, lam, 0.01, 5, 1e-3, result, 1)


def test_the_loop_in_use():
    data = np.stack([examples(400)[name] for name in ("walk", "noise", "waves")])
    lam = np.array([1e3, 1e4, 1e5])
    result = kernels.asls_baselines(data, lam, 0.01, 51, 1e-3)
    np.testing.assert_allclose(result, curves(_numpy_series, data, lam), atol=1e-8)
    assert kernels.asls_baselines(np.empty((0, 9)), np.empty(0), 0.01, 51, 1e-3).shape == (0, 9)
