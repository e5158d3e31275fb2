"""BeatMaps: names, means over beats, labelled arrays."""

import numpy as np
import pytest

from optimap.activation import BeatMaps, compute_beat_maps
from tests.activation.examples import wave
from tests.errors import check_error


@pytest.fixture(scope="module")
def maps():
    return compute_beat_maps(wave(), fps=500)


def by_hand(**columns):
    count, *shape = next(iter(columns.values())).shape
    units = dict.fromkeys(columns, "ms")
    return BeatMaps(columns, units, 100.0 * np.arange(count), np.ones(shape, bool), np.zeros((count, *shape), int))


def test_names_with_and_without_units(maps):
    assert maps["apd80"] is maps["apd80_ms"]
    assert "tau" in maps
    assert "tau_ms" in maps
    assert "apd81" not in maps
    assert 5 not in maps
    assert len(maps) == len(list(maps)) == 18
    check_error(lambda: maps["apd81"], ValueError, "column", "is not one of the maps: choose one of activation_ms")


def test_means_leave_nan_out():
    maps = by_hand(apd80_ms=np.array([[[50.0, 40]], [[52, np.nan]], [[np.nan, np.nan]]]))
    assert maps.mean()["apd80"].tolist() == [[51, 40]]
    np.testing.assert_array_equal(maps.mean(beats=2)["apd80"], [[np.nan, np.nan]])
    np.testing.assert_array_equal(maps.mean(beats=slice(1, None))["apd80"], [[52, np.nan]])
    assert maps.mean(beats=[0, 1]).beats.tolist() == [0, 100]


def test_a_missing_beat_does_not_shift_activation():
    maps = by_hand(activation_ms=np.array([[[5.0, 7]], [[np.nan, 107]], [[205, 207]]]))
    assert maps.mean()["activation"].tolist() == [[105, 107]]


def test_a_mean_is_that_of_the_arrays(maps):
    mean = maps.mean()
    assert mean.is_mean
    assert mean.shape == (9, 11)
    for name in maps:
        expected = maps[name].mean(axis=0) if np.isfinite(maps[name]).all() else mean[name]
        np.testing.assert_allclose(mean[name], expected, rtol=1e-12)
    np.testing.assert_array_equal(maps.mean(beats=1)["apd80"], maps["apd80"][1])
    np.testing.assert_array_equal(maps.mean(beats=1)["activation"], maps["activation"][1])


@pytest.mark.parametrize("beats", [4, -1, 1.5, "all", [0, 9], [], slice(5, 9)])
def test_beats_that_are_not_there(maps, beats):
    check_error(lambda: maps.mean(beats=beats), ValueError, "beats", "beats")


def test_a_mean_of_means_is_an_error(maps):
    check_error(lambda: maps.mean().mean(), ValueError, "beats", "cannot be chosen from a mean")


def test_labelled_arrays(maps):
    pytest.importorskip("xarray")
    dataset = maps.to_xarray()
    assert dataset["apd80_ms"].dims == ("beat", "y", "x")
    assert dataset["apd80_ms"].attrs["units"] == "ms"
    assert dataset.attrs["fps"] == 500
    np.testing.assert_array_equal(dataset["apd80_ms"].sel(beat=1, x=3), maps["apd80"][1, :, 3])
    np.testing.assert_array_equal(dataset["beat_time"], maps.beats)
    assert maps.mean().to_xarray()["snr"].dims == ("y", "x")


def test_what_maps_say_of_themselves(maps):
    assert repr(maps).startswith("BeatMaps(4 beats, 9 x 11 pixels, 500 frames/s, columns activation_ms, baseline")
    assert repr(compute_beat_maps(wave()).mean()).startswith("BeatMaps(mean of 4 beats, 9 x 11 pixels, times in frames")
