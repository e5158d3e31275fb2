"""Waves with exact velocities: plane, circular and elliptical, at any angle; and videos of upstrokes along them."""

import numpy as np

SHAPE = (40, 50)


def grid(shape=SHAPE):
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    return x, y


def plane(angle, speed, shape=SHAPE):
    """Return times and velocities of a plane wave; the angle is in degrees from x to y."""
    x, y = grid(shape)
    along = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
    return (x * along[0] + y * along[1]) / speed, np.broadcast_to(speed * along, (*shape, 2))


def elliptical(angle, along, across, center=(-12.0, -9.0), shape=SHAPE):
    """Return times and velocities of a wave from a point, with its own speed along an angle and across it."""
    x, y = grid(shape)
    x, y = x - center[0], y - center[1]
    c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    u, v = (c * x + s * y) / along, (c * y - s * x) / across
    times = np.hypot(u, v)
    gradient = np.stack([(c * u / along - s * v / across) / times, (s * u / along + c * v / across) / times], axis=-1)
    return times, gradient / (gradient**2).sum(axis=-1, keepdims=True)


def deviations(velocity, truth):
    """Return relative errors of the speed, and errors of the direction in degrees, where velocities are known."""
    known = np.isfinite(velocity).all(axis=-1)
    speed, true = (np.hypot(field[known, 0], field[known, 1]) for field in (velocity, truth))
    angle, right = (np.arctan2(field[known, 1], field[known, 0]) for field in (velocity, truth))
    return speed / true - 1, np.rad2deg((angle - right + np.pi) % (2 * np.pi) - np.pi)


def upstrokes(times, frames=60, width=1.0, start=15.0):
    """Return a video whose pixels rise from 0 to 1 at `start` and these times, in frames."""
    t = np.arange(frames)[:, np.newaxis, np.newaxis]
    return 1 / (1 + np.exp((start + times - t) / width))
