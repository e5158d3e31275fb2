"""Simulated spiral waves, with the tips that the variables of the model have.

Tissue: the model of Aliev and Panfilov on a square sheet. A broken wave front, with tissue behind it that is still
refractory, curls up at each of its ends. The tip is where the potential is half of the excited one and neither rises
nor falls by itself: there, the front, which rises, meets the back, which falls.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .._base import ArgumentError, positive_number, whole_number
from .tissue_model import TIME_UNIT, A, K, next_state

CELLS = 96  # on each side; the camera has a pixel for each
FRAMES = 400
FPS = 500.0
TIME_STEP = 0.1  # model units
DIFFUSION = 0.5  # grid cells squared per model unit: spirals are small enough for the sheet
BEFORE = 100.0  # model units until the camera starts: spirals have formed
HALF = 0.5  # of the potential
LEVEL = K * (HALF - A) * (1 - HALF)  # of the recovery, at which the reaction of this potential is 0
EDGE = 0.3  # of a cell
COUNTS = 20_000.0
DYE = 0.1  # fractional change of the light

Field = NDArray[np.float32]


@dataclass(frozen=True)
class SimulatedSpiral:
    """A recording of spiral waves and their tips.

    Attributes
    ----------
    video : (T, H, W) uint16 array
        Camera counts; the signal points up.
    signal : (T, H, W) float32 array
        The potential, without noise: about 0 at rest, 1 when excited.
    frame : (K,) int64 array
        The frame of each tip, in order.
    positions : (K, 2) float64 array
        Where it is, (x, y), in pixels.
    charge : (K,) int64 array
        1 if the phase around it increases from x to y (clockwise as images are drawn), so that the wave turns the other
        way; -1 otherwise.
    fps : float
        Frames per second.
    """

    video: NDArray[np.uint16]
    signal: Field
    frame: NDArray[np.int64]
    positions: NDArray[np.float64]
    charge: NDArray[np.int64]
    fps: float


def simulated_spiral(seed: int = 0, *, spirals: int = 1, mirrored: bool = False, snr: float = 20) -> SimulatedSpiral:
    """Return a simulated recording of spiral waves: 400 frames of 96 x 96 at 500 frames/s.

    Parameters
    ----------
    seed : int
        Seed of the noise.
    spirals : {1, 2}
        One spiral, or two that turn in opposite directions.
    mirrored : bool
        Mirror the sheet from top to bottom, so that the spiral turns the other way.
    snr : float
        Signal-to-noise ratio: the amplitude divided by the standard deviation of the noise.

    Returns
    -------
    SimulatedSpiral

    Raises
    ------
    ValueError
        If an option is outside its range.

    References
    ----------
    Aliev, R. R., Panfilov, A. V. A simple two-variable model of cardiac excitation. Chaos, Solitons & Fractals 7
    (1996), 293-301.

    Examples
    --------
    >>> from optimap.datasets import simulated_spiral
    >>> recording = simulated_spiral()
    >>> recording.video.shape, len(recording.charge), set(recording.charge.tolist())
    ((400, 96, 96), 400, {-1})
    """
    seed = whole_number(seed, "seed")
    if spirals not in (1, 2) or isinstance(spirals, bool):
        raise ArgumentError.must_be("spirals", spirals, "1 or 2")
    ratio = positive_number(snr, "snr")
    potential, frame, positions, charge = _simulate(int(spirals))
    if mirrored:
        potential, charge = potential[:, ::-1], -charge
        positions = np.stack([positions[:, 0], CELLS - 1 - positions[:, 1]], axis=-1)
    rng = np.random.default_rng(seed)
    light = COUNTS * (1 + DYE * potential + DYE / ratio * rng.standard_normal(potential.shape, np.float32))
    video = light.round().astype(np.uint16)
    return SimulatedSpiral(video, np.array(potential), frame.copy(), positions.copy(), charge.copy(), FPS)


@lru_cache(maxsize=2)
def _simulate(
    spirals: int,
) -> tuple[Field, NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the potential at each frame, and the frames, positions and charges of the tips."""
    u, v = _broken_front(spirals)
    padded = np.empty((CELLS + 2, CELLS + 2), np.float32)
    steps_per_frame = round(1 / (FPS * TIME_UNIT * TIME_STEP))
    before = round(BEFORE / TIME_STEP)
    potential = np.empty((FRAMES, CELLS, CELLS), np.float32)
    tips: list[tuple[int, float, float, int]] = []
    for step in range(before + FRAMES * steps_per_frame):
        number, rest = divmod(step - before, steps_per_frame)
        if rest == 0 and number >= 0:
            potential[number] = u
            tips += [(number, *tip) for tip in _tips(u - HALF, v - LEVEL)]
        u, v = next_state(u, v, padded, TIME_STEP, DIFFUSION)
    frame, x, y, charge = (np.array(column) for column in zip(*tips, strict=True))
    return potential, frame.astype(np.int64), np.stack([x, y], axis=-1), charge.astype(np.int64)


def _broken_front(spirals: int) -> tuple[Field, Field]:
    """Return a front that moves to the right, with one end, or two, and refractory tissue behind and beside it."""
    y, x = np.mgrid[:CELLS, :CELLS]
    middle = CELLS // 2
    is_front = (y >= CELLS // 3) & (y < 2 * CELLS // 3) if spirals == 2 else y < middle
    excited = (x >= middle - 8) & (x < middle) & is_front
    refractory = (x < middle - 8) | ((x < middle) & ~is_front)
    return excited.astype(np.float32), np.where(refractory, 1.8, 0).astype(np.float32)


def _tips(u: Field, v: Field) -> list[tuple[float, float, int]]:
    """Return (x, y, charge) where both fields are 0: in each cell, the fields are planes through its corners.

    Planes of neighbouring cells do not meet, so cells reach a little beyond their edges, and what two of them find is
    one tip.
    """
    found: list[tuple[float, float, int]] = []
    (ux, uy, u0), (vx, vy, v0) = _planes(u), _planes(v)
    determinant = ux * vy - uy * vx
    known = np.where(determinant == 0, np.inf, determinant)
    x, y = 0.5 + (uy * v0 - vy * u0) / known, 0.5 + (vx * u0 - ux * v0) / known
    inside = (determinant != 0) & (np.abs(x - 0.5) <= 0.5 + EDGE) & (np.abs(y - 0.5) <= 0.5 + EDGE)
    for row, column in np.argwhere(inside).tolist():
        at = column + float(x[row, column]), row + float(y[row, column])
        if not any(abs(at[0] - p) < 1 and abs(at[1] - q) < 1 for p, q, _ in found):
            found.append((*at, 1 if determinant[row, column] > 0 else -1))
    return found


def _planes(field: Field) -> tuple[NDArray[np.float64], ...]:
    """Return the slopes along x and y of the plane through the corners of each cell, and its value in the middle."""
    a, b, c, d = (
        field[down : CELLS - 1 + down, right : CELLS - 1 + right].astype(float) for down in (0, 1) for right in (0, 1)
    )
    return (b - a + d - c) / 2, (c - a + d - b) / 2, (a + b + c + d) / 4
