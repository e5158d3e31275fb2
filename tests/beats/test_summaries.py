"""ensemble_average, alternans and restitution: by hand, on simulated tissue, and where there is too little."""

import numpy as np
import pytest

from optimap.beats import BeatTable, alternans, ensemble_average, find_beats, measure_beats, restitution
from optimap.datasets import simulated_tissue
from tests.beats.examples import action_potentials, with_noise
from tests.errors import check_error


def beat_table(**columns):
    count = len(next(iter(columns.values())))
    return BeatTable({"series": np.zeros(count, int), "beat": np.arange(count), **columns}, 500.0)


def test_an_average_that_a_person_can_check():
    signal = np.array([0.0, 1, 0, 0, 3, 0, 0, 2, 0])
    average = ensemble_average(signal, [1, 4, 7], before=1, after=1)
    assert average.time.tolist() == [-1, 0, 1]
    assert average.mean.tolist() == [0, 2, 0]
    assert average.sd.tolist() == [0, 1, 0]
    assert average.count == 3
    shifted = ensemble_average(signal, [3.5], before=1, after=1)
    assert shifted.mean.tolist() == [0, 1.5, 1.5]
    assert np.isnan(shifted.sd).all()


def test_only_complete_beats_are_averaged():
    signal = with_noise(action_potentials(), 20)
    average = ensemble_average(signal, find_beats(signal), before=50, after=70)
    assert average.count == 8  # without the first and the last
    none = ensemble_average(signal, [3.0], before=50, after=70)
    assert none.count == 0
    assert np.isnan(none.mean).all()


def test_the_average_has_the_noise_of_its_count_and_keeps_the_upstroke():
    signal = with_noise(action_potentials(4000), 10, 3)
    average = ensemble_average(signal, measure_beats(signal), before=10, after=60)
    rest = average.time < -5
    assert average.mean[rest].std() < 0.1 / np.sqrt(average.count) * 2
    assert np.median(average.sd) == pytest.approx(0.1, rel=0.15)
    clean = ensemble_average(action_potentials(4000), 42 + 100.0 * np.arange(40), before=10, after=60)
    np.testing.assert_allclose(average.mean, clean.mean, atol=0.12)


def test_averages_of_many_series_and_units():
    signal = np.stack([with_noise(action_potentials(), 20, i) for i in range(6)], axis=1).reshape(1000, 2, 3)
    table = measure_beats(signal, fps=500)
    average = ensemble_average(signal, table, before=40, after=100)
    assert average.mean.shape == average.sd.shape == (71, 2, 3)
    assert average.count.shape == (2, 3)
    assert (average.time[0], average.time[-1], average.fps) == (-40, 100, 500)
    own = ensemble_average(signal[:, 1, 2], table["activation"][table["series"] == 5], 40, 100, fps=500)
    np.testing.assert_array_equal(average.mean[:, 1, 2], own.mean)
    np.testing.assert_array_equal(average.aligned[5], own.aligned[0])


def test_nan_stays_where_it_is():
    signal = action_potentials()
    signal[150] = np.nan
    average = ensemble_average(np.stack([signal, action_potentials()], axis=1), [142.0, 242.0], before=5, after=20)
    assert np.isnan(average.mean[:, 0]).sum() == 1
    assert np.isfinite(average.mean[:, 1]).all()


def test_wrong_ensembles():
    signal = action_potentials()
    check_error(lambda: ensemble_average(signal, [42], 0, 5), ValueError, "before", "must be a positive number")
    check_error(lambda: ensemble_average(signal, [42], 5, -1), ValueError, "after", "must be a positive number")
    table = measure_beats(with_noise(signal, 20), fps=500)
    check_error(lambda: ensemble_average(signal, table, 5, 5, fps=250), ValueError, "beats", "has 500 frames/s, but")
    check_error(lambda: ensemble_average(signal, [[1], [2]], 5, 5), ValueError, "beats", "has 2 entries for 1 series")
    two = np.stack([with_noise(signal, 20)] * 2, axis=1)
    check_error(
        lambda: ensemble_average(signal, measure_beats(two), 5, 5), ValueError, "beats", "has series 1, but there are 1"
    )


def test_alternans_by_hand():
    result = alternans(beat_table(apd80_ms=np.array([50.0, 40, np.nan, 44, 48])))
    assert result.magnitude.tolist() == pytest.approx([1 - 42 / 49])
    assert result.difference.tolist() == pytest.approx([7])
    assert result.count.tolist() == [4]
    reverse = alternans(beat_table(amplitude=np.array([4.0, 5, 4, 5])), "amplitude")
    assert reverse.magnitude.tolist() == pytest.approx([0.2])
    assert reverse.difference.tolist() == [-1]


def test_alternans_that_cannot_be_known_is_nan():
    for values in ([50.0, 40, 50], [50.0, np.nan, 50, np.nan, 50, np.nan], [np.nan] * 5):
        result = alternans(beat_table(apd80_ms=np.array(values)))
        assert np.isnan([result.magnitude[0], result.difference[0]]).all()
    negative = alternans(beat_table(peak=np.array([-3.0, 4, -3, 4])), "peak")
    assert np.isnan(negative.magnitude[0])
    assert negative.difference[0] == -7
    check_error(lambda: alternans(beat_table(snr=np.ones(4)), "apd80"), ValueError, "column", "is not a column")
    words = beat_table(why=np.array(["a"] * 4))
    check_error(lambda: alternans(words, "why"), TypeError, "column", "is not a column of numbers")


def test_simulated_alternans_is_found():
    tissue = simulated_tissue(5, snr=20, bleaching=0, alternans=0.2)
    table = measure_beats(tissue.video[:, 40:90:10, 40:90:10], fps=tissue.fps)
    result = alternans(table, "amplitude")
    assert result.series.tolist() == list(range(25))
    np.testing.assert_allclose(np.median(result.magnitude), 0.2, atol=0.02)
    assert (result.difference > 0).all()


def test_restitution_by_hand():
    table = beat_table(apd80_ms=np.array([50.0, 40, np.nan, 44]), di80_ms=np.array([30.0, 20, 10, np.nan]))
    pairs = restitution(table)
    assert (pairs.interval.tolist(), pairs.duration.tolist()) == ([30, 10], [40, 44])
    assert (pairs.beat.tolist(), pairs.unit, pairs.level) == ([1, 3], "ms", 80)


def test_restitution_does_not_join_series():
    table = BeatTable(
        {
            "series": np.array([0, 0, 1, 1]),
            "beat": np.array([0, 1, 0, 1]),
            "catd50_frames": np.array([5.0, 6, 7, 8]),
            "di50_frames": np.array([1.0, 2, 3, 4]),
        }
    )
    pairs = restitution(table, 50)
    assert (pairs.interval.tolist(), pairs.duration.tolist(), pairs.unit) == ([1, 3], [6, 8], "frames")


def test_a_premature_beat_is_shorter():
    tissue = simulated_tissue(5, snr=50, bleaching=0, s1s2=0.12)
    table = measure_beats(tissue.video[:, 64, 30:60:5], fps=tissue.fps)
    pairs = restitution(table, 50)
    early = pairs.beat == 5
    assert pairs.interval[early].max() < pairs.interval[~early].min()
    assert pairs.duration[early].max() < pairs.duration[~early].min()


def test_wrong_levels():
    table = beat_table(apd80_ms=np.ones(3), di80_ms=np.ones(3))
    check_error(
        lambda: restitution(table, 50), ValueError, "level", r"was not measured; .* apd80_ms: call .*levels=\[50\]"
    )
    check_error(lambda: restitution(table, "a"), ValueError, "level", "a number between 0 and 100")
    check_error(lambda: restitution(beat_table(snr=np.ones(3))), ValueError, "level", "the table are none")
