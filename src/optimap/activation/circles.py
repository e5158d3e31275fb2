"""Velocities by the circle method (Siles-Paredes et al. 2022): differences of times across the diameters of a circle.

Along the diameter that the wave follows, the difference is largest, and it falls off as the cosine to both sides. Of
the differences, the direction is that of the plane wave that fits all of them, also where some are missing; the speed
is that of the wave with this direction that fits those near it. A sample of the circle lies at the same offset from
every pixel, so it is the map itself, shifted by a part of a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._base import Array, Floats
from .fits import FLAT

BAND = 2**18  # differences at once: a dozen arrays of them exist at a time
SINGULAR = 1e-9  # of the square of the trace: diameters of one direction only


@dataclass(frozen=True)
class Circle:
    """The options of the method; angles in radians."""

    radius: float
    sigma: float  # in angles
    angles: int
    window: float
    share: float


def circle_velocities(times: Floats, circle: Circle) -> Floats:
    """Return velocities (H, W, 2) in pixels per unit of time; NaN where too few diameters are known."""
    velocity = np.full((*times.shape, 2), np.nan)
    valid = np.isfinite(times)
    if not valid.any():
        return velocity
    times = times - np.median(times[valid])
    flat = FLAT * float(np.abs(times[valid]).max())
    margin = int(np.ceil(circle.radius)) + 1
    padded = np.pad(times, margin, constant_values=np.nan)
    step = max(1, BAND // (circle.angles * max(1, times.shape[1])))
    for start in range(0, times.shape[0], step):
        rows = slice(start, min(start + step, times.shape[0]))
        around = padded[rows.start : rows.stop + 2 * margin]
        velocity[rows] = _velocities(_differences(around, margin, circle), circle, flat)
    velocity[~valid] = np.nan
    return velocity


def _directions(circle: Circle) -> Floats:
    return np.asarray(np.arange(circle.angles) * (np.pi / circle.angles), np.float64)


def _differences(around: Floats, margin: int, circle: Circle) -> Floats:
    """Return the times at one end of each diameter less those at the other (angles, rows, W)."""
    shape = around.shape[0] - 2 * margin, around.shape[1] - 2 * margin
    found = np.empty((circle.angles, *shape))
    for result, angle in zip(found, _directions(circle), strict=True):
        x, y = circle.radius * np.cos(angle), circle.radius * np.sin(angle)
        np.subtract(_shifted(around, margin, y, x), _shifted(around, margin, -y, -x), out=result)
    return found


def _shifted(around: Floats, margin: int, down: float, right: float) -> Floats:
    """Return the map at an offset from every pixel, interpolated between the four pixels there that have a weight."""
    height, width = around.shape[0] - 2 * margin, around.shape[1] - 2 * margin
    # Offsets that are whole but for rounding: a weight of 1e-16 would let NaN in.
    down, right = round(down, 9), round(right, 9)
    top, left = int(np.floor(down)), int(np.floor(right))
    total: Floats = np.zeros((height, width))
    for row, across in ((top, 1 - (down - top)), (top + 1, down - top)):
        for column, along in ((left, 1 - (right - left)), (left + 1, right - left)):
            if across * along > 0:
                y, x = margin + row, margin + column
                total += across * along * around[y : y + height, x : x + width]
    return total


def _velocities(differences: Floats, circle: Circle, flat: float) -> Floats:
    """Return the velocities of pixels, given their differences (angles, rows, W), and the slope that is rounding."""
    angles = _directions(circle)[:, np.newaxis, np.newaxis]
    known = np.isfinite(differences)
    differences = np.where(known, differences, 0.0)
    x, y, is_fitted = _direction(differences, known, angles, circle.sigma)
    # The speed of the plane wave that fits the differences near its direction, 2 r cos(angle - direction) / speed.
    cosines = np.cos(angles) * x + np.sin(angles) * y
    cosines[~known | (np.abs(cosines) < np.cos(circle.window / 2) - 1e-12)] = 0
    along, squares = (differences * cosines).sum(axis=0), (cosines**2).sum(axis=0)
    is_fitted &= (known.sum(axis=0) >= circle.share * circle.angles) & (along > 2 * circle.radius * flat * squares)
    with np.errstate(over="ignore"):
        speed = np.divide(2 * circle.radius * squares, along, out=np.full(along.shape, np.nan), where=is_fitted)
    speed[np.isinf(speed)] = np.nan
    return np.stack([speed * x, speed * y], axis=-1)


def _direction(differences: Floats, known: Array, angles: Floats, sigma: float) -> tuple[Floats, Floats, Array]:
    """Return the direction (x, y) of the plane wave that fits all differences, smoothed over the angle.

    The wave is smoothed in the same way, with the same gaps, so that neither smoothing nor gaps turn it.
    """
    cosine, sine, values = (
        np.where(known, _smooth(part, sigma), 0.0)
        for part in (known * np.cos(angles), known * np.sin(angles), differences)
    )
    cc, cs, ss = ((a * b).sum(axis=0) for a, b in ((cosine, cosine), (cosine, sine), (sine, sine)))
    cv, sv = (cosine * values).sum(axis=0), (sine * values).sum(axis=0)
    x, y = ss * cv - cs * sv, cc * sv - cs * cv
    size = np.hypot(x, y)
    is_fitted = (cc * ss - cs**2 > SINGULAR * (cc + ss) ** 2) & (size > 0)
    return *(np.divide(part, size, out=np.zeros_like(size), where=is_fitted) for part in (x, y)), is_fitted


def _smooth(values: Floats, sigma: float) -> Floats:
    """Smooth over the angle; beyond half a turn, differences continue with the other sign."""
    from scipy.ndimage import gaussian_filter1d

    reach = min(len(values), int(4 * sigma + 0.5))
    if reach == 0:
        return values
    longer = np.concatenate([-values[-reach:], values, -values[:reach]])
    return np.asarray(gaussian_filter1d(longer, sigma, axis=0, mode="constant")[reach:-reach])
