"""Signals relative to their baseline: the ratio that a person can check, and where it has no meaning."""

import numpy as np
import pytest

from optimap.trace import baseline, delta_f_over_f
from tests._series.beats import beats, bleaching, signals
from tests.errors import check_error


def test_a_ratio_that_a_person_can_check():
    assert delta_f_over_f([110, 220, 55], [100, 200, 50]).tolist() == pytest.approx([0.1, 0.1, 0.1])
    assert delta_f_over_f([110, 220, 55], [100, 200, 50], background=20).tolist() == pytest.approx(
        [1 / 8, 1 / 9, 1 / 6]
    )
    assert delta_f_over_f([110, 220, 55], [100, 200, 50], percent=True).tolist() == pytest.approx([10, 10, 10])
    assert delta_f_over_f([90, 80], 100).tolist() == pytest.approx([-0.1, -0.2])


@pytest.mark.parametrize("kind", ["asls", "exponential", "percentile", "median"])
def test_kinds_of_baselines_are_those_of_baseline(kind):
    data = signals()
    level = baseline(data, kind)
    np.testing.assert_allclose(delta_f_over_f(data, kind), data / level - 1, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(delta_f_over_f(data, level), data / level - 1, rtol=1e-9, atol=1e-12)


def test_bleaching_leaves_the_ratio():
    # The dye that is left gives a signal in proportion, so beats of equal ratio remain.
    data = bleaching() * (1 - 0.06 * beats(fall=0.1))
    ratio = delta_f_over_f(data)
    assert ratio[:50].max() < 0.003
    depths = [ratio[k : k + 60].min() for k in range(60, 800, 150)]
    assert np.ptp(depths) < 0.002
    np.testing.assert_array_equal(delta_f_over_f(data, polarity="down"), ratio)


def test_scale_changes_nothing_and_a_background_undoes_an_offset():
    data = signals()
    ratio = delta_f_over_f(data)
    np.testing.assert_allclose(delta_f_over_f(7 * data), ratio, atol=1e-9)
    np.testing.assert_allclose(delta_f_over_f(data + 500, background=500), ratio, atol=1e-7)


def test_backgrounds_of_one_number_one_for_each_series_or_one_for_each_sample():
    data = signals().reshape(900, 2, 2)
    expected = delta_f_over_f(data, 900.0, background=100)
    for background in (np.full((2, 2), 100), np.full((900, 2, 2), 100.0), np.full((900, 1, 1), 100)):
        np.testing.assert_array_equal(delta_f_over_f(data, 900.0, background=background), expected)
    each = delta_f_over_f(data, np.full((2, 2), 900), background=[[100, 200], [300, 100]])
    np.testing.assert_array_equal(each[:, 0, 0], expected[:, 0, 0])
    np.testing.assert_allclose(each[:, 0, 1], (data[:, 0, 1] - 900) / 700)


def test_a_baseline_that_does_not_exceed_the_background_gives_no_ratio():
    result = delta_f_over_f([10.0, 10, 10, 10], [8.0, 5, 3, np.nan], background=5)
    np.testing.assert_allclose(result, [2 / 3, np.nan, np.nan, np.nan])


def test_gaps_stay_in_their_series():
    data = signals()
    expected = delta_f_over_f(data)
    data[5, 1] = np.nan
    result = delta_f_over_f(data)
    assert np.isnan(result[:, 1]).all()
    np.testing.assert_array_equal(result[:, [0, 2, 3]], expected[:, [0, 2, 3]])
    assert np.isnan(delta_f_over_f(np.full((9, 2), np.nan), 3.0)).all()
    assert delta_f_over_f(np.zeros((9, 0)), 3.0).shape == (9, 0)


@pytest.mark.parametrize(("dtype", "result"), [("f2", "f4"), ("f4", "f4"), ("f8", "f8"), ("u2", "f8"), (">i2", "f8")])
def test_types(dtype, result):
    data = np.round(signals()).astype(dtype)
    before = data.copy()
    found = delta_f_over_f(data)
    assert found.dtype == np.dtype(result)
    np.testing.assert_allclose(found, delta_f_over_f(data.astype(float)), atol=1e-6)
    np.testing.assert_array_equal(data, before)


DARK = "is nowhere below the baseline, so that no ratio is defined: give the level of the dark camera"
WRONG = [
    ({"background": 2000}, ValueError, "background", f"background = 2000 {DARK}"),
    ({"baseline": -5.0}, ValueError, "background", f"background = 0 {DARK}"),
    ({"background": np.nan}, ValueError, "background", "background = nan: it must be finite"),
    ({"background": [1, 2]}, ValueError, "background", r"background has shape \(2,\), which does not fit"),
    ({"background": "dark"}, TypeError, "background", "background = 'dark': it must be a number, or an array"),
    ({"baseline": [1, 2, 3]}, ValueError, "baseline", r"baseline has shape \(3,\), which does not fit .*\(900, 4\)"),
    ({"baseline": "cubic"}, ValueError, "baseline", "baseline = 'cubic' is unknown: it must be one of 'asls'"),
    ({"baseline": None}, TypeError, "baseline", "baseline = None: it must be a number, or an array of numbers"),
    ({"polarity": "left"}, ValueError, "polarity", "polarity = 'left'"),
    ({"baseline": 3.0, "polarity": "left"}, ValueError, "polarity", "polarity = 'left'"),
    ({"percent": "yes"}, TypeError, "percent", "percent = 'yes': it must be True or False"),
]


@pytest.mark.parametrize(("options", "kind", "argument", "message"), WRONG)
def test_wrong_arguments_are_refused(options, kind, argument, message):
    check_error(lambda: delta_f_over_f(signals(), **options), kind, argument, message)


def test_wrong_signals_are_refused():
    check_error(lambda: delta_f_over_f(np.zeros(5)), ValueError, "signals", "signals has 5 samples: give at least 6")
    check_error(lambda: delta_f_over_f(np.zeros(50)), ValueError, "signals", "polarity of signals is undecided")
    check_error(lambda: delta_f_over_f(np.zeros(50, complex), 3), TypeError, "signals", "dtype complex128")


def test_the_cure_for_signals_without_a_baseline_works():
    data = signals() - baseline(signals())
    options = {"baseline": baseline(signals()) * 0}
    check_error(lambda: delta_f_over_f(data, **options), ValueError, "background", DARK)
    assert np.isfinite(delta_f_over_f(data, background=-100, **options)).all()


def test_numbers_of_any_size_have_the_same_ratio():
    own = signals()[:, :1] / 2.0**20
    np.testing.assert_array_equal(delta_f_over_f(np.ldexp(own, 1020)), delta_f_over_f(own))
