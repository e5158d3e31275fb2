"""Conduction velocity between pairs of positions and at every pixel."""

from contextlib import ExitStack

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap import ArgumentError, ArgumentTypeError
from optimap.activation import compute_cv, compute_cv_map, compute_velocity_field
from optimap.video import open_video
from tests._pick import puppet
from tests.errors import check_error

from .waves import elliptical, plane

TIMES = plane(0, 10 / 3)[0]


def test_each_pair_has_its_own_distance_and_difference():
    times = np.zeros((20, 30))
    times[0, 10], times[5, 10] = 3, 1
    found = compute_cv(times, [(0, 0), (10, 0), (0, 5), (10, 5)], show=False)
    np.testing.assert_allclose(found, [10 / 3, 10])
    array = np.array([[[0, 0], [10, 0]], [[0, 5], [10, 5]]])
    np.testing.assert_array_equal(compute_cv(times, array, show=False), found)


def test_one_pair_gives_a_number():
    for positions in ([(3, 4), (13, 4)], np.array([[[3, 4], [13, 4]]]), [(13, 4), (3, 4)]):
        found = compute_cv(TIMES, positions, show=False)
        assert isinstance(found, float)
        assert found == pytest.approx(10 / 3)


def test_positions_between_pixels():
    assert compute_cv(TIMES, [(0.25, 0.5), (20.75, 0.5)], show=False) == pytest.approx(10 / 3)


@pytest.mark.parametrize(
    ("options", "factor"),
    [({}, 1), ({"fps": 500}, 500), ({"space_scale": 0.2}, 0.02), ({"fps": 500, "space_scale": 0.2}, 10)],
)
def test_units(options, factor):
    assert compute_cv(TIMES, [(0, 0), (20, 0)], show=False, **options) == pytest.approx(10 / 3 * factor)
    found = compute_cv_map(TIMES, show=False, **options)
    np.testing.assert_allclose(found[10:-10, 10:-10], 10 / 3 * factor)
    velocity = compute_velocity_field(TIMES, **options)
    np.testing.assert_array_equal(found, np.hypot(velocity[..., 0], velocity[..., 1]))


def test_what_is_not_known_is_nan():
    times = TIMES.copy()
    times[0, 0] = np.nan
    assert np.isnan(compute_cv(times, [(0, 0), (20, 0)], show=False))
    assert np.isnan(compute_cv(times, [(5, 0), (5, 9)], show=False))  # at the same time
    assert np.isnan(compute_cv(times, [(5, 5), (5, 5)], show=False))
    whole = TIMES.astype(int)
    assert compute_cv(whole, [(0, 0), (20, 0)], show=False) == pytest.approx(20 / 6)


@pytest.mark.parametrize("method", ["bayly", "circle", "gradient"])
def test_maps_of_all_methods(method):
    times, truth = elliptical(30, 2.0, 1.0)
    options = {"bayly": {"window_size": 5}, "circle": {"radius": 4}, "gradient": {"sigma": 1}}[method]
    found = compute_cv_map(times, method, show=False, **options)
    assert np.nanmedian(found / np.hypot(truth[..., 0], truth[..., 1])) == pytest.approx(1, abs=0.01)


def test_references_of_a_recording(real_data):
    """The median of Bayly's method with windows of 5 pixels, as the published package finds it."""
    from optimap.activation import compute_activation_map

    video = open_video(real_data / "optical-mapping/controlV.tif")[:]
    options = {"falling_edge": True, "interpolate": True, "show": False}
    maps = [compute_activation_map(video[t - 20 : t + 25], **options) for t in (115, 265, 416, 565, 716, 865)]
    medians = [
        np.nanmedian(compute_cv_map(times, window_size=5, fps=1000, space_scale=7 / 32, show=False)) for times in maps
    ]
    assert np.mean(medians) == pytest.approx(62.3, rel=0.05)


def test_figures():
    compute_cv(TIMES, [(0, 0), (20, 0), (0, 5), (20, 5)], fps=500, space_scale=0.2, vmax=20)
    ax = plt.gcf().axes[0]
    assert ax.get_title() == "CV: 33.33 cm/s"
    assert len(ax.lines) == 2
    assert ax.images[0].get_clim() == (0, 20)
    own = plt.figure().add_subplot()
    compute_cv(TIMES, [(0, 0), (20, 0)], ax=own)
    assert len(own.lines) == 1
    compute_cv_map(TIMES, vmax=20)
    ax = plt.gcf().axes[0]
    assert ax.get_title() == "Median CV: 3.333 pixels/frame"
    assert ax.images[0].get_clim() == (0, 20)
    compute_cv_map(np.full((5, 5), np.nan), title="nothing")
    assert plt.gcf().axes[0].get_title() == "nothing"


@pytest.mark.parametrize(
    ("options", "kind", "argument", "match"),
    [
        ({"positions": [(0, 0), (1, 1), (2, 2)]}, ArgumentError, "positions", "no pairs"),
        ({"positions": []}, ArgumentError, "positions", "no pairs"),
        ({"positions": [(0, 0), (50, 0)]}, ArgumentError, "positions[1]", "outside"),
        ({"fps": 0}, ArgumentError, "fps", "positive"),
        ({"space_scale": "a"}, ArgumentError, "space_scale", "mm"),
        ({"window_size": 5}, ArgumentTypeError, "window_size", "cmap"),
        ({"cmap": "no"}, ArgumentError, "cmap", "colour map"),
        ({"ax": 1}, ArgumentTypeError, "ax", "Axes"),
        ({"show": 2}, ArgumentTypeError, "show", "True or False"),
    ],
)
def test_wrong_arguments(options, kind, argument, match):
    options = {"positions": [(0, 0), (20, 0)], "show": False, **options}
    check_error(lambda: compute_cv(TIMES, **options), kind, argument, match)


def test_wrong_arguments_of_maps():
    check_error(lambda: compute_cv_map(TIMES, "other"), ArgumentError, "method", "bayly")
    check_error(lambda: compute_cv_map(TIMES, show=False, cmap="jet"), ArgumentTypeError, "cmap", "window_size")
    check_error(lambda: compute_cv_map(TIMES, show=False, vmin=3, vmax=1), ArgumentError, "vmin", "swap")
    check_error(lambda: compute_cv_map(TIMES[0]), ArgumentError, "activation_map", "shape")


@pytest.mark.parametrize("order", [1, -1])
def test_positions_picked_on_the_map(order):
    with ExitStack() as stack:
        seat = puppet.seat(stack, puppet.clicks(*[(3, 4), (13, 6)][::order]))
        found = compute_cv(TIMES, show=False)
    assert seat.calls[0] == "present"
    assert found == compute_cv(TIMES, [(3, 4), (13, 6)], show=False)


def test_one_position_picked_is_too_few():
    with ExitStack() as stack:
        puppet.seat(stack, puppet.clicks((3, 4)))
        check_error(lambda: compute_cv(TIMES, show=False), ArgumentError, "positions", "1 places?")
