"""Velocity of the wave at every pixel, from a map of activation times, by three methods.

A wave moves along the gradient of its times, at the reciprocal of its size. `fits` finds gradients by least squares,
`circles` by differences across circles; here, arguments are checked and velocities get their units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Floats, VelocityMethod, given_fps, positive_number, whole_number
from .circles import Circle, circle_velocities
from .fits import Window, slowness
from .keywords import check_known
from .times_map import as_times

WINDOW = 7  # pixels
REACH = 4.0  # sigma, where the Gaussian ends
QUARTER = 0.25  # of the weight of a Gaussian window: what is left in a corner of the map


@dataclass(frozen=True)
class SpeedUnit:
    """What speeds are in: a factor from pixels per frame, and its name."""

    factor: float
    name: str


def speed_unit(fps: object, space_scale: object) -> SpeedUnit:
    """Return the unit of speeds for a frame rate and a size of pixels in mm, after checking both."""
    rate = 1.0 if fps is None else given_fps(fps)
    centimetres = 1.0
    if space_scale is not None:
        centimetres = positive_number(space_scale, "space_scale", "the width of a pixel in mm, a positive number") / 10
    length = "pixels" if space_scale is None else "cm"
    return SpeedUnit(rate * centimetres, f"{length}/{'frame' if fps is None else 's'}")


def compute_velocity_field(
    activation_map: ArrayLike,
    method: VelocityMethod = "bayly",
    *,
    fps: float | None = None,
    space_scale: float | None = None,
    **kwargs: object,
) -> Floats:
    """Compute the velocity of the activation wave at every pixel.

    Parameters
    ----------
    activation_map : (H, W) array-like
        Activation times in frames; NaN where there is none.
    method : {'bayly', 'circle', 'gradient'}
        ``'bayly'`` fits a surface of second order in a window around each pixel [1]_
        (`compute_velocity_field_bayly`), ``'circle'`` compares opposite points of a circle [2]_
        (`compute_velocity_field_circle`), and ``'gradient'`` is the gradient of the smoothed map
        (`compute_velocity_field_gradient`).
    fps : float, optional
        Frames per second: velocities are in pixels per second, or in cm/s with `space_scale`.
    space_scale : float, optional
        Width of a pixel in mm.
    **kwargs
        The options of the method.

    Returns
    -------
    (H, W, 2) float64 array
        The x- and y-component at each pixel, in pixels per frame without `fps` and `space_scale`; NaN where the times
        do not determine it.

    Raises
    ------
    ValueError
        If the method is unknown, or an option is outside its range.
    TypeError
        If the map does not hold real numbers, or the method has no such option.

    References
    ----------
    .. [1] Bayly, P. V. et al. Estimation of conduction velocity vector fields from epicardial mapping data. IEEE
       Transactions on Biomedical Engineering 45 (1998), 563-571.
    .. [2] Siles-Paredes, J. G. et al. Circle method for robust estimation of local conduction velocity high-density
       maps from optical mapping data. Frontiers in Physiology 13 (2022), 794761.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_velocity_field
    >>> y, x = np.mgrid[:20, :30]
    >>> times = (0.6 * x + 0.8 * y) / 1.5  # a plane wave, 1.5 pixels per frame
    >>> compute_velocity_field(times)[10, 15].round(9).tolist()
    [0.9, 1.2]
    >>> compute_velocity_field(times, fps=500, space_scale=0.1)[10, 15].round(6).tolist()  # cm/s
    [4.5, 6.0]
    """
    unit = speed_unit(fps, space_scale)
    check_method(method, kwargs)
    velocity: Floats = METHODS[method](activation_map, **kwargs)
    return velocity * unit.factor


def check_method(method: object, options: dict[str, object]) -> None:
    """Raise an error if a method is unknown or has no such option."""
    if not isinstance(method, str) or method not in METHODS:
        raise ArgumentError.must_be("method", method, "'bayly', 'circle' or 'gradient'")
    check_known(options, METHODS[method], without=["activation_map"])


def compute_velocity_field_bayly(
    activation_map: ArrayLike,
    window_size: int | None = None,
    min_points_ratio: float = 0.5,
    *,
    max_speed: float | None = None,
    max_residual: float | None = None,
) -> Floats:
    """Compute velocities by fitting a surface of second order to the times around each pixel.

    The surface ``t = a x^2 + b xy + c y^2 + d x + e y + f`` is fitted by least squares to the pixels of a square window
    that have a time; the gradient in its centre gives the velocity [1]_.

    Parameters
    ----------
    activation_map : (H, W) array-like
        Activation times; NaN where there is none.
    window_size : int, optional
        Width of the window in pixels, odd, at least 3; 7 by default. (The published package takes a tenth of the map.)
    min_points_ratio : float
        The share of the pixels of the window that need a time, above 0 and up to 1. Pixels outside the map have none.
    max_speed : float, optional
        Faster velocities become NaN, in pixels per unit of time of the map.
    max_residual : float, optional
        Where times scatter more around the surface (root mean square, in the unit of the times), velocities become NaN.

    Returns
    -------
    (H, W, 2) float64 array
        The x- and y-component, in pixels per unit of time of the map. NaN where the pixel has no time, too few around
        it have one, or all have the same.

    Raises
    ------
    ValueError
        If `window_size` is not odd or less than 3, or another option is outside its range.
    TypeError
        If the map does not hold real numbers.

    References
    ----------
    .. [1] Bayly, P. V. et al. Estimation of conduction velocity vector fields from epicardial mapping data. IEEE
       Transactions on Biomedical Engineering 45 (1998), 563-571.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_velocity_field_bayly
    >>> times = np.arange(12.0) / 2 + np.zeros((10, 1))  # 2 pixels per frame to the right
    >>> times[4, 5] = np.nan
    >>> compute_velocity_field_bayly(times, window_size=5)[4, 4:7, 0].round(9).tolist()
    [2.0, nan, 2.0]
    """
    times = as_times(activation_map)
    size = WINDOW if window_size is None else whole_number(window_size, "window_size", 3)
    if size % 2 == 0:
        raise ArgumentError.must_be("window_size", window_size, "an odd whole number, 3 or more")
    share = _share(min_points_ratio, "min_points_ratio")
    fastest = None if max_speed is None else positive_number(max_speed, "max_speed")
    scatter = None if max_residual is None else positive_number(max_residual, "max_residual")
    gradient, residual = slowness(times, Window(np.ones(size), 2, share))
    if scatter is not None:
        gradient[~(residual <= scatter)] = np.nan
    return _limited(_velocities(gradient), fastest)


def compute_velocity_field_circle(
    activation_map: ArrayLike,
    radius: float = 5,
    sigma: float = 1,
    num_angles: int = 180,
    angle_window_deg: float = 30,
    min_valid_speeds_ratio: float = 0.25,
    *,
    max_speed: float | None = None,
) -> Floats:
    """Compute velocities from differences of times across the diameters of a circle around each pixel.

    The wave moves along the diameter with the largest difference; its speed is that of a plane wave that fits the
    differences of the diameters near it [1]_.

    Parameters
    ----------
    activation_map : (H, W) array-like
        Activation times; NaN where there is none.
    radius : float
        Radius of the circle in pixels.
    sigma : float
        Standard deviation of the Gaussian that smooths the differences over the angle, in steps between angles; 0 for
        none.
    num_angles : int
        Diameters, from 0 to 180 degrees; at least 4.
    angle_window_deg : float
        Diameters within half of this angle from the direction give the speed, in degrees, between 0 and 180.
    min_valid_speeds_ratio : float
        The share of the diameters that need a time at both ends, above 0 and up to 1.
    max_speed : float, optional
        Faster velocities become NaN, in pixels per unit of time of the map.

    Returns
    -------
    (H, W, 2) float64 array
        The x- and y-component, in pixels per unit of time of the map. NaN where the pixel has no time, too few
        diameters have both, or all times are the same.

    Raises
    ------
    ValueError
        If an option is outside its range.
    TypeError
        If the map does not hold real numbers.

    References
    ----------
    .. [1] Siles-Paredes, J. G. et al. Circle method for robust estimation of local conduction velocity high-density
       maps from optical mapping data. Frontiers in Physiology 13 (2022), 794761.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_velocity_field_circle
    >>> times = np.arange(30.0) / 2 + np.zeros((30, 1))  # 2 pixels per frame to the right
    >>> velocity = compute_velocity_field_circle(times, radius=4)[15, 15]
    >>> abs(velocity).round(6).tolist()
    [2.0, 0.0]
    """
    times = as_times(activation_map)
    angles = whole_number(num_angles, "num_angles", 4)
    allowed = "a number of degrees, above 0 and below 180"
    window = positive_number(angle_window_deg, "angle_window_deg", allowed)
    if window >= 180:
        raise ArgumentError.must_be("angle_window_deg", angle_window_deg, allowed)
    circle = Circle(
        positive_number(radius, "radius"),
        _deviation(sigma, "sigma"),
        angles,
        np.deg2rad(window),
        _share(min_valid_speeds_ratio, "min_valid_speeds_ratio"),
    )
    fastest = None if max_speed is None else positive_number(max_speed, "max_speed")
    return _limited(circle_velocities(times, circle), fastest)


def compute_velocity_field_gradient(
    activation_map: ArrayLike, sigma: float = 2, outlier_percentage: float | None = 0, *, max_speed: float | None = None
) -> Floats:
    """Compute velocities from the gradient of the smoothed map.

    Around each pixel, a plane is fitted with Gaussian weights: inside a map without holes, its gradient is that of the
    smoothed map; next to holes and edges it is not pulled to the side where times are left.

    Parameters
    ----------
    activation_map : (H, W) array-like
        Activation times; NaN where there is none.
    sigma : float
        Standard deviation of the Gaussian in pixels; 0 for differences of neighbours.
    outlier_percentage : float, optional
        The fastest velocities, so many percent of all, become NaN; 0 or None for none.
    max_speed : float, optional
        Faster velocities become NaN, in pixels per unit of time of the map.

    Returns
    -------
    (H, W, 2) float64 array
        The x- and y-component, in pixels per unit of time of the map. NaN where the pixel has no time, less than a
        quarter of the weights around it has one, or all times are the same.

    Raises
    ------
    ValueError
        If an option is outside its range.
    TypeError
        If the map does not hold real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_velocity_field_gradient
    >>> times = np.arange(30.0) / 2 + np.zeros((30, 1))  # 2 pixels per frame to the right
    >>> compute_velocity_field_gradient(times)[15, 15].round(9).tolist()
    [2.0, 0.0]
    """
    times = as_times(activation_map)
    width = _deviation(sigma, "sigma")
    outliers = 0.0 if outlier_percentage is None else _deviation(outlier_percentage, "outlier_percentage")
    if outliers >= 100:
        raise ArgumentError.must_be("outlier_percentage", outlier_percentage, "a number from 0 to below 100")
    fastest = None if max_speed is None else positive_number(max_speed, "max_speed")
    velocity = _velocities(_differences(times) if width == 0 else slowness(times, _gaussian(width))[0])
    speeds = np.hypot(velocity[..., 0], velocity[..., 1])
    if outliers > 0 and np.isfinite(speeds).any():
        velocity[speeds > np.nanpercentile(speeds, 100 - outliers)] = np.nan
    return _limited(velocity, fastest)


METHODS: dict[str, Callable[..., Floats]] = {
    "bayly": compute_velocity_field_bayly,
    "circle": compute_velocity_field_circle,
    "gradient": compute_velocity_field_gradient,
}


def _gaussian(sigma: float) -> Window:
    """Return a Gaussian window; it reaches the neighbours, however narrow it is."""
    reach = max(1, int(REACH * sigma + 0.5))
    steps = np.arange(-reach, reach + 1)
    # A narrow Gaussian leaves the neighbours so little weight that the plane would be lost in rounding.
    weights = np.maximum(np.exp(-0.5 * (steps / sigma) ** 2), 1e-3 * (np.abs(steps) <= 1))
    return Window(weights, 1, QUARTER)


def _differences(times: Floats) -> Floats:
    """Return the gradient from neighbours: half the difference of both, or the difference to the only one."""
    found = []
    for axis in (1, 0):
        edge = [(0, 0), (0, 0)]
        edge[axis] = (1, 1)
        longer = np.pad(times, edge, constant_values=np.nan)
        cut = [slice(None), slice(None)]
        steps = np.diff(longer, axis=axis)
        cut[axis] = slice(None, -1)
        before = steps[tuple(cut)]
        cut[axis] = slice(1, None)
        after = steps[tuple(cut)]
        found.append(np.where(np.isnan(before), after, np.where(np.isnan(after), before, (before + after) / 2)))
    gradient = np.stack(found, axis=-1)
    gradient[(gradient == 0).all(axis=-1)] = np.nan
    return gradient


def _velocities(gradient: Floats) -> Floats:
    """Return velocities for gradients of time."""
    squares = (gradient**2).sum(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        found = np.divide(gradient, squares, out=np.full(gradient.shape, np.nan), where=squares > 0)
    return np.where(np.isfinite(found), found, np.nan)


def _limited(velocity: Floats, fastest: float | None) -> Floats:
    """Return velocities without those that are too fast."""
    if fastest is not None:
        velocity[~(np.hypot(velocity[..., 0], velocity[..., 1]) <= fastest)] = np.nan
    return velocity


def _share(value: object, name: str) -> float:
    """Return a number above 0 and up to 1."""
    allowed = "a number above 0 and up to 1"
    share = positive_number(value, name, allowed)
    if share > 1:
        raise ArgumentError.must_be(name, value, allowed)
    return share


def _deviation(value: object, name: str) -> float:
    """Return a number that may be 0."""
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool) and value == 0:
        return 0.0
    return positive_number(value, name, "a finite number, 0 or more")
