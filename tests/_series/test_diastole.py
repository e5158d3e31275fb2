"""Baselines through the rests before beats: straight pieces, through the samples of the rests alone."""

import numpy as np
import pytest
import tifffile

from optimap.trace import baseline, delta_f_over_f
from tests._series.beats import beats, bleaching, signals
from tests.errors import check_error

STARTS = np.arange(60, 900, 150)  # of beats


def diastole(data, at=STARTS, **options):
    return baseline(data, "diastole", beats=at, **options)


def test_straight_pieces_between_rests():
    # Steps of 100 within two frames, back after 20: each rest is the 8 frames (5 % of 150) before an upstroke.
    data = 5.0 + np.zeros(400)
    data[100:120] += 100
    data[250:270] += 100
    data[225:251] += 3
    level = diastole(data, [100, 250], polarity="up")
    assert level[:90] == pytest.approx(5)
    assert level[250:] == pytest.approx(8)
    np.testing.assert_allclose(np.diff(level, n=2)[105:235], 0, atol=1e-12)  # straight
    assert 5 < level[170] < 8


@pytest.mark.parametrize("sign", [1, -1])
def test_the_truth_below_beats(sign):
    truth = 1000 - 0.2 * np.arange(900)
    data = truth + sign * 100 * beats(fall=0.08)
    level = diastole(data)
    np.testing.assert_allclose(level[50:800], truth[50:800], atol=0.5)
    np.testing.assert_allclose(level[805:], level[805])  # level after the last rest
    bent = bleaching() + sign * 100 * beats(fall=0.08)
    np.testing.assert_allclose(diastole(bent)[50:800], bleaching()[50:800], atol=10)


def test_rests_that_are_cut_off_are_not_used():
    data = 1000 + 100 * beats(900, 150, 4, 0.08)
    at = np.arange(4, 900, 150)
    np.testing.assert_array_equal(diastole(data, at), diastole(data, at[1:]))
    assert np.isnan(diastole(data, at[:1], polarity="up")).all()


def test_one_rest_gives_a_level_and_no_rest_nothing():
    data = signals(3)
    level = diastole(data, [60])
    assert (np.ptp(level, axis=0) == 0).all()
    np.testing.assert_allclose(level[0], bleaching()[40:55].mean(), atol=6)
    assert np.isnan(diastole(data, [])).all()
    assert np.isnan(diastole(np.full(90, 7.0), [40], polarity="up")).all()  # no upstroke


def test_each_signal_may_have_its_own_beats():
    data = np.stack([1000 + 100 * beats(900, 150, start, 0.08) for start in (60, 100, 30)], axis=1)
    own = [np.arange(start, 900, 150) for start in (60, 100, 30)]
    together = diastole(data, own)
    for i in range(3):
        np.testing.assert_array_equal(together[:, i], diastole(data[:, i], own[i]))
    np.testing.assert_array_equal(diastole(data.reshape(900, 1, 3), own).reshape(900, 3), together)
    data[4, 1] = np.nan
    assert np.isnan(diastole(data, own)[:, 1]).all()
    np.testing.assert_array_equal(diastole(data, own)[:, [0, 2]], together[:, [0, 2]])
    assert np.isnan(diastole(data, [own[0], own[1], []])[:, 2]).all()


def test_order_of_beats_offset_scale_and_turning_over():
    data = signals()
    level = diastole(data)
    np.testing.assert_array_equal(diastole(data, STARTS[::-1].tolist()), level)
    np.testing.assert_array_equal(diastole(-data), -level)
    np.testing.assert_allclose(diastole(8 * data + 100), 8 * level + 100, rtol=1e-12)


def test_strange_signals_give_no_warning():
    t = np.arange(900)
    noise = np.random.default_rng(0).normal(size=900)
    strange = np.stack([noise, 0.1 * t, 1.0 * (t > 300), np.full(900, 3.0), 1e100 * noise, 1e-100 * noise], axis=1)
    for at in (STARTS, [0, 1, 2, 3], [898, 899], [450.4], [5, 5, 5]):
        diastole(strange, at, polarity="up")
    assert np.isnan(diastole(np.arange(4.0), [2], polarity="up")).all()


def test_the_level_before_beats_of_a_recording(real_data):
    trace = tifffile.imread(real_data / "optical-mapping" / "caRestitution_p130.tif").mean(axis=(1, 2), dtype=float)
    at = [23, 173, 323, 452, 884]
    flat = trace - diastole(trace, at)
    levels = [flat[beat - 15 : beat - 5].mean() for beat in at]
    assert np.std(levels) < 0.005 * np.ptp(trace)


WRONG = [
    ({}, ValueError, "beats", "beats is missing for kind='diastole': give beats="),
    ({"beats": [[1], [2]]}, ValueError, "beats", "beats has 2 lists: give one for each of 4 signals"),
    ({"beats": [-1]}, ValueError, "beats", r"beats = \[-1\]: it must be one number of a frame .*0 to 899"),
    ({"beats": [900]}, ValueError, "beats", r"beats = \[900\]"),
    ({"beats": [np.nan]}, ValueError, "beats", "beats = "),
    ({"beats": 60}, ValueError, "beats", "beats = 60"),
    ({"beats": ["a"]}, TypeError, "beats", r"beats = \['a'\]: it must be numbers of frames"),
    ({"beats": [[1], [2], [3], [950]]}, ValueError, "beats[3]", r"beats\[3\] = \[950\]"),
]


@pytest.mark.parametrize(("options", "kind", "argument", "message"), WRONG)
def test_wrong_beats_are_refused(options, kind, argument, message):
    check_error(lambda: baseline(signals(), "diastole", polarity="up", **options), kind, argument, message)


def test_a_ratio_needs_the_baseline_itself():
    data = signals()
    message = r"baseline = 'diastole' needs the beats: give the baseline itself, optimap\.trace\.baseline"
    check_error(lambda: delta_f_over_f(data, "diastole"), ValueError, "baseline", message)
    np.testing.assert_allclose(delta_f_over_f(data, diastole(data)), data / diastole(data) - 1, atol=1e-12)
