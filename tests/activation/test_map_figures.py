"""Figures of maps: what is drawn where, limits, labels."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap.activation import (
    compute_alternans_map,
    compute_beat_maps,
    show_alternans_map,
    show_apd_map,
    show_beat_maps,
    show_dominant_frequency_map,
    show_repolarization_map,
    show_snr_map,
)
from tests.activation.examples import wave
from tests.errors import check_error

IMAGE = np.arange(600).reshape(20, 30)


@pytest.fixture
def apd():
    values = np.random.default_rng(0).normal(50, 3, size=(20, 30))
    values[:3] = np.nan
    return values


def bar_of(axes):
    """Return the label of the colour bar."""
    return next(ax.get_ylabel() for ax in axes.figure.axes if ax.get_label() == "<colorbar>")


def test_a_map_lies_over_the_anatomy(apd):
    ax, beside = show_apd_map(apd, IMAGE, title="Control")
    below, above = ax.images
    np.testing.assert_array_equal(below.get_array(), IMAGE)
    np.testing.assert_array_equal(above.get_array().mask, np.isnan(apd))
    assert above.get_zorder() > below.get_zorder()
    assert (ax.get_title(), bar_of(ax)) == ("Control", "Action potential duration [ms]")
    assert beside.get_title().startswith(f"median {np.nanmedian(apd):.4g}\n(")
    assert beside.get_xlabel() == "ms"
    assert sum(bar.get_height() for bar in beside.patches) == np.isfinite(apd).sum()
    np.testing.assert_allclose(above.get_clim(), np.nanpercentile(apd, [1, 99]))


@pytest.mark.parametrize("size", [(3.4, 2.5), (4, 2.5), (12, 4)])
def test_nothing_is_cut_off_in_a_small_figure(apd, size):
    ax, _ = show_apd_map(apd, title="Control")
    ax.figure.set_size_inches(*size)
    ax.figure.canvas.draw()
    width, height = ax.figure.bbox.size
    for each in ax.figure.axes:
        box = each.get_tightbbox()
        assert 0 <= box.x0 < box.x1 < width + 0.5
        assert 0 <= box.y0 < box.y1 < height + 0.5


def test_compared_maps_have_the_same_limits(apd):
    first, second, _ = show_apd_map([apd, apd + 10], title=["before", "after"])
    assert first.images[0].get_clim() == second.images[0].get_clim()
    assert second.get_title() == "after"


def test_differences_are_white_at_0(apd):
    ax = show_alternans_map(apd - 52)
    low, high = ax.images[0].get_clim()
    assert low == -high < 0
    np.testing.assert_allclose(ax.images[0].cmap(0.5)[:3], 1, atol=0.05)
    assert show_alternans_map(apd - 52, vmax=7).images[0].get_clim() == (-7, 7)
    assert show_alternans_map(apd - 52, vmin=-7).images[0].get_clim() == (-7, 7)


def test_magnitudes_begin_at_0(apd):
    ax = show_alternans_map(apd, vmin=0, unit="")
    assert ax.images[0].get_clim() == (0, pytest.approx(np.nanpercentile(apd, 99)))
    assert bar_of(ax) == "Even less odd beats"


@pytest.mark.parametrize(
    ("show", "label"),
    [
        (show_repolarization_map, "Repolarisation [ms]"),
        (show_snr_map, "Signal-to-noise ratio"),
        (show_dominant_frequency_map, "Dominant frequency [Hz]"),
    ],
)
def test_the_other_maps(apd, show, label):
    assert bar_of(show(apd, IMAGE)) == label
    ax = plt.figure().add_subplot()
    assert show(apd, ax=ax, vmin=3, vmax=4, cmap="gray") is ax
    assert ax.images[0].get_clim() == (3, 4)


def test_columns_of_beat_maps():
    maps = compute_beat_maps(wave(), fps=500)
    axes = show_beat_maps(maps, "activation", beats=[1, 2])
    assert [ax.get_title() for ax in axes] == ["Beat 1", "Beat 2"]
    assert axes[0].images[0].get_array().min() == 0
    assert bar_of(axes[0]) == "activation [ms]"
    assert bar_of(show_beat_maps(maps.mean(), "dvdt_max")) == "dV/dt max [1/s]"
    check_error(lambda: show_beat_maps(maps, "apd81"), ValueError, "column", "is not one of the maps")
    check_error(lambda: show_beat_maps({}, "apd80"), TypeError, "maps", "are not maps of beats")


def test_a_map_without_values():
    ax, _ = show_apd_map(np.full((4, 5), np.nan))
    assert ax.images[0].get_array().mask.all()


@pytest.mark.parametrize(
    ("arguments", "argument", "match"),
    [
        ({"image": np.zeros((3, 3))}, "image", "the map has"),
        ({"cmap": "nothing"}, "cmap", "colour map"),
        ({"vmin": 3, "vmax": 2}, "vmin", "more than"),
        ({"title": ["a", "b"]}, "title", "2 entries for 1 maps"),
        ({"histogram": "no"}, "histogram", "True or False"),
        ({"ax": 5}, "ax", "matplotlib Axes"),
    ],
)
def test_wrong_arguments(apd, arguments, argument, match):
    check_error(lambda: show_apd_map(apd, **arguments), ValueError, argument, match)
    assert not plt.get_fignums()


def test_maps_of_different_kinds_are_not_drawn_in_one_scale():
    maps = compute_beat_maps(wave(), fps=500)
    check_error(lambda: show_apd_map(maps), TypeError, "apd_map", "holds maps of activation_ms")
    found = compute_alternans_map(maps, "amplitude")
    check_error(lambda: show_alternans_map(found), TypeError, "alternans_map", "three maps of different kinds")
    assert show_alternans_map(found.difference).images


def test_what_is_no_map(apd):
    check_error(lambda: show_apd_map(np.zeros(5)), ValueError, "apd_map", "has shape")
    check_error(lambda: show_apd_map(np.zeros((30, 5, 5))), ValueError, "apd_map", "more than 24")
    check_error(lambda: show_apd_map([["a"]]), TypeError, "apd_map", "real numbers")
    ax = plt.figure().add_subplot()
    check_error(lambda: show_apd_map([apd, apd], ax=ax), ValueError, "ax", "holds one map")
