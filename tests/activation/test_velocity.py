"""Velocities: exact for waves whose velocity is known, with holes, in any orientation and units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import ArgumentError, ArgumentTypeError
from optimap.activation import (
    compute_velocity_field,
    compute_velocity_field_bayly,
    compute_velocity_field_circle,
    compute_velocity_field_gradient,
)
from optimap.datasets import simulated_tissue
from tests.errors import check_error

from .waves import deviations, elliptical, grid, plane

METHODS = [compute_velocity_field_bayly, compute_velocity_field_circle, compute_velocity_field_gradient]
every_method = pytest.mark.parametrize("method", METHODS)


def with_holes(times, share, seed=0):
    holes = np.random.default_rng(seed).random(times.shape) < share
    return np.where(holes, np.nan, times)


@every_method
@settings(max_examples=20)
@given(st.floats(-180, 180), st.floats(0.05, 40), st.sampled_from([0, 0.02, 0.1]), st.floats(-1e5, 1e5))
def test_plane_waves_are_exact_whatever_is_missing(method, angle, speed, share, offset):
    times, truth = plane(angle, speed)
    velocity = method(with_holes(times + offset, share))
    assert np.isfinite(velocity).any()
    speeds, directions = deviations(velocity, truth)
    assert np.abs(speeds).max() < 1e-5
    assert np.abs(directions).max() < 1e-3


@pytest.mark.parametrize("share", [0, 0.1, 0.3])
def test_bayly_fits_circular_and_elliptical_waves(share):
    for angle, along, across in ((0, 1.5, 1.5), (37.3, 2.0, 1.0), (-71, 1.2, 0.5)):
        times, truth = elliptical(angle, along, across)
        speeds, directions = deviations(compute_velocity_field_bayly(with_holes(times, share)), truth)
        assert abs(np.median(speeds)) < 0.005
        assert np.sqrt(np.mean(directions**2)) < 0.5


@every_method
def test_circular_and_elliptical_waves(method):
    for angle, along, across in ((0, 1.5, 1.5), (37.3, 2.0, 1.0)):
        times, truth = elliptical(angle, along, across)
        speeds, directions = deviations(method(with_holes(times, 0.02)), truth)
        assert abs(np.median(speeds)) < 0.01
        assert np.sqrt(np.mean(directions**2)) < 3


@every_method
def test_maps_that_are_turned_turn_the_vectors(method):
    times, _ = elliptical(20, 2.0, 1.1)
    times = with_holes(times, 0.05) + np.random.default_rng(1).normal(size=times.shape) / 20
    velocity = method(times)
    flipped = method(times[:, ::-1])[:, ::-1] * [-1, 1]
    turned = np.swapaxes(method(times.T), 0, 1)[..., ::-1]
    np.testing.assert_allclose(flipped, velocity, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(turned, velocity, rtol=1e-6, atol=1e-9)


@every_method
def test_nothing_is_made_up(method):
    times, _ = plane(30, 1.5)
    times[10:14, 20:25] = np.nan
    given_times = times.copy()
    velocity = method(times)
    assert np.isnan(velocity[np.isnan(times)]).all()
    np.testing.assert_array_equal(times, given_times)
    assert np.isnan(method(np.full((20, 20), 3.0))).all()  # all at once
    assert np.isnan(method(np.full((20, 20), np.nan))).all()
    assert method(np.zeros((0, 5))).shape == (0, 5, 2)
    assert np.isfinite(velocity).sum() > 0.5 * velocity.size
    np.testing.assert_array_equal(method(np.where(np.isnan(times), np.inf, times)), velocity)
    np.testing.assert_array_equal(method(np.ma.masked_invalid(times)), velocity)


def test_bayly_against_a_fit_of_every_window():
    rng = np.random.default_rng(3)
    times = with_holes(rng.normal(size=(12, 14)).cumsum(axis=1), 0.2)
    velocity = compute_velocity_field_bayly(times, 5, 0.4)
    x, y = grid((5, 5))
    x, y = x - 2, y - 2
    terms = np.stack([np.ones_like(x), x, y, x**2, x * y, y**2], axis=-1)
    padded = np.pad(times, 2, constant_values=np.nan)
    for row, column in np.ndindex(times.shape):
        window = padded[row : row + 5, column : column + 5]
        there = np.isfinite(window)
        expected = np.full(2, np.nan)
        if np.isfinite(times[row, column]) and there.sum() >= 0.4 * 25:
            slopes = np.linalg.lstsq(terms[there], window[there], rcond=None)[0][1:3]
            expected = slopes / (slopes**2).sum()
        np.testing.assert_allclose(velocity[row, column], expected, rtol=1e-6, err_msg=f"{row}, {column}")


def test_the_window_is_of_seven_pixels_and_half_of_it_is_needed():
    times, _ = plane(10, 1.0, (30, 30))
    times += np.random.default_rng(0).normal(size=times.shape) / 10
    np.testing.assert_array_equal(compute_velocity_field(times), compute_velocity_field_bayly(times, 7, 0.5))
    velocity = compute_velocity_field_bayly(times)
    assert np.isfinite(velocity[0, 15]).all()  # 4 of 7 rows
    assert np.isnan(velocity[0, 0]).all()  # 16 of 49 pixels


def test_velocities_in_cm_per_second():
    times, truth = plane(25, 1.5)
    centre = (slice(5, -5), slice(5, -5))
    found = compute_velocity_field(times, fps=500, space_scale=0.2)
    np.testing.assert_allclose(found[centre], truth[centre] * 500 * 0.02, rtol=1e-6)
    np.testing.assert_allclose(compute_velocity_field(times, "gradient", fps=500), truth * 500, rtol=1e-6)


def test_fast_and_scattered_velocities_are_left_out():
    times, _ = plane(0, 2.0)
    times[:, 25:] = times[:, 25:26] + (grid()[0][:, 25:] - 25) / 8  # four times as fast
    for method in METHODS:
        speeds = np.hypot(*np.moveaxis(method(times, max_speed=4), -1, 0))
        assert np.nanmax(speeds) <= 4
        assert np.isnan(speeds[20, 35])
        assert speeds[20, 12] == pytest.approx(2)
    noisy = times + np.random.default_rng(0).normal(size=times.shape) * (grid()[1] > 20)
    known = np.isfinite(compute_velocity_field_bayly(noisy, max_residual=0.3)).all(axis=-1)
    assert known[5:15, 5:15].all()
    assert not known[26:].any()


def test_outliers_of_the_gradient():
    times, _ = elliptical(0, 1.5, 1.5)
    whole, most = (compute_velocity_field_gradient(times, outlier_percentage=share) for share in (None, 10))
    left = np.isfinite(most[..., 0]).mean()
    assert np.isfinite(whole).all()
    assert left == pytest.approx(0.9, abs=0.01)
    np.testing.assert_array_equal(compute_velocity_field_gradient(times, outlier_percentage=0), whole)


def test_differences_of_neighbours():
    times = np.array([[0.0, 1, 3, np.nan], [0, 1, 3, 4]])
    velocity = compute_velocity_field_gradient(times, sigma=0)
    np.testing.assert_allclose(velocity[0, :3, 0], [1, 1 / 1.5, 0.5])
    assert np.isnan(velocity[0, 3]).all()


def test_the_true_times_of_the_tissue():
    """The bars of the definitions: the median speed within 1 %, directions within 6 degrees."""
    recording = simulated_tissue()
    times = recording.true_beats([80]).activation[2] * recording.fps
    smooth = compute_velocity_field_gradient(times, sigma=1)
    velocity = compute_velocity_field(times)
    far = np.hypot(smooth[..., 0], smooth[..., 1]) < 10
    speeds, directions = deviations(np.where(far[..., np.newaxis], velocity, np.nan), smooth)
    assert abs(np.median(speeds)) < 0.01
    assert np.sqrt(np.mean(directions**2)) < 6


@pytest.mark.parametrize(
    ("call", "kind", "argument", "match"),
    [
        (lambda t: compute_velocity_field(t, "bailey"), ArgumentError, "method", "'bayly', 'circle' or 'gradient'"),
        (lambda t: compute_velocity_field(t, radius=3), ArgumentTypeError, "radius", "window_size"),
        (lambda t: compute_velocity_field(t, "circle", window_size=3), ArgumentTypeError, "window_size", "radius"),
        (lambda t: compute_velocity_field(t, fps=0), ArgumentError, "fps", "positive"),
        (lambda t: compute_velocity_field(t, space_scale=-1), ArgumentError, "space_scale", "mm"),
        (lambda t: compute_velocity_field_bayly(t, 4), ArgumentError, "window_size", "odd"),
        (lambda t: compute_velocity_field_bayly(t, 1), ArgumentError, "window_size", "3 or more"),
        (lambda t: compute_velocity_field_bayly(t, 5, 0), ArgumentError, "min_points_ratio", "up to 1"),
        (lambda t: compute_velocity_field_bayly(t, 5, 1.5), ArgumentError, "min_points_ratio", "up to 1"),
        (lambda t: compute_velocity_field_bayly(t, max_speed=0), ArgumentError, "max_speed", "positive"),
        (lambda t: compute_velocity_field_bayly(t, max_residual="a"), ArgumentError, "max_residual", "positive"),
        (lambda t: compute_velocity_field_circle(t, 0), ArgumentError, "radius", "positive"),
        (lambda t: compute_velocity_field_circle(t, sigma=-1), ArgumentError, "sigma", "0 or more"),
        (lambda t: compute_velocity_field_circle(t, num_angles=2), ArgumentError, "num_angles", "4 or more"),
        (lambda t: compute_velocity_field_circle(t, 5, 1, 90, 180), ArgumentError, "angle_window_deg", "below 180"),
        (lambda t: compute_velocity_field_gradient(t, -2), ArgumentError, "sigma", "0 or more"),
        (lambda t: compute_velocity_field_gradient(t, 1, 100), ArgumentError, "outlier_percentage", "below 100"),
        (lambda t: compute_velocity_field(t[0]), ArgumentError, "activation_map", "shape"),
        (lambda t: compute_velocity_field(t[np.newaxis]), ArgumentError, "activation_map", r"activation_map\[0\]"),
        (lambda t: compute_velocity_field(t + 1j), ArgumentTypeError, "activation_map", "real numbers"),
    ],
)  # fmt: skip
def test_wrong_arguments(call, kind, argument, match):
    check_error(lambda: call(plane(0, 1.0)[0]), kind, argument, match)


@pytest.mark.parametrize("method", METHODS)
def test_times_that_no_clock_shows(method):
    times = (
        plane(20, 20, 0.3, 0.1) if plane.__code__.co_argcount == 4 else np.add.outer(np.arange(20.0), np.arange(20.0))
    )
    check_error(
        lambda: method(times * 1e300), ArgumentError, "activation_map", "holds times beyond 1e.100: give times in"
    )
    assert not np.isinf(method(times * 1e-310)).any()
