"""A simulated optical mapping recording with known ground truth.

Tissue: the two-variable model of Aliev and Panfilov (1996) on a square sheet with no-flux boundaries, paced at the
left edge. Optics: a voltage-sensitive dye that darkens by a few percent on depolarisation, scattering (blur), uneven
illumination, photobleaching, shot noise, 16-bit counts. The same seed gives the same recording.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import ArgumentError, positive_number, whole_number
from .._files import check_npz, reading, written_whole
from .tissue_model import TIME_UNIT, next_state
from .truth import TrueBeats, measure

log = logging.getLogger(__name__)

FPS = 500.0
FRAMES = 600
PIXEL_SIZE = 0.1  # mm

STIMULUS_TIMES: NDArray[np.float64] = np.asarray(0.05 + 0.2 * np.arange(6), np.float64)  # s
BEATS_BEFORE = 4  # paced before the camera starts, so that all recorded beats are alike

# Increased whenever the recording changes, so that an older one in the cache is not used.
VERSION = 1

TIME_STEP = 0.05  # model units
DIFFUSION = 4.0  # grid cells squared per model unit

BLEACHING = 0.15  # the share of the light that is lost in the end
BLEACHING_TIME = 1.5  # s
LATEST_S2 = 0.2  # s after the stimulus before: a later beat would not be recorded everywhere

CELLS = 64  # on each side of the grid; the camera has two pixels for each
PIXELS = 2 * CELLS


@dataclass(frozen=True)
class SimulatedRecording:
    """A recording and its ground truth.

    Attributes
    ----------
    video : (T, H, W) uint16 array
        Camera counts; the signal points down.
    signal : (T, H, W) float32 array
        The transmembrane potential that the camera sees, without noise: about 0 at rest, 1 when excited.
    activation_times : (beats, H, W) float64 array
        Times when `signal` rises through 0.5 (before `alternans` makes it smaller), in s; NaN outside the tissue, and
        for beats that a stimulus did not lead to.
    tissue : (H, W) bool array
        True where there is tissue; the rest is dark.
    stimulus_times : (beats,) float64 array
        Times of the stimuli, in s.
    fps : float
        Frames per second.
    pixel_size : float
        Width of a pixel, in mm.
    """

    video: NDArray[np.uint16]
    signal: NDArray[np.float32]
    activation_times: NDArray[np.float64]
    tissue: NDArray[np.bool_]
    stimulus_times: NDArray[np.float64]
    fps: float
    pixel_size: float

    def true_beats(self, levels: Sequence[float] = (30, 50, 80, 90)) -> TrueBeats:
        """Return activation, amplitude and durations of each beat and pixel, measured on the signal without noise.

        Parameters
        ----------
        levels : sequence of numbers
            Levels of recovery, in percent.

        Returns
        -------
        TrueBeats

        Raises
        ------
        ValueError
            If a level is not between 0 and 100.

        Examples
        --------
        >>> from optimap.datasets import simulated_tissue
        >>> beats = simulated_tissue().true_beats([80])
        >>> beats.durations[80].shape, round(1000 * float(beats.durations[80][2, 64, 64]))
        ((6, 128, 128), 57)
        """
        return measure(self.signal, self.tissue, self.activation_times, self.fps, tuple(levels))


@dataclass(frozen=True)
class _Protocol:
    """What is simulated, apart from the seed."""

    snr: float | None
    polarity: str
    bleaching: float
    alternans: float
    s1s2: float | None

    @property
    def stimulus_times(self) -> NDArray[np.float64]:
        """The times of the stimuli, in s."""
        times = STIMULUS_TIMES.copy()
        if self.s1s2 is not None:
            times[-1] = times[-2] + self.s1s2
        return times

    @property
    def file_name(self) -> str:
        """The part of a file's name that distinguishes it from others; empty for the recording without options."""
        if self == _Protocol(None, "down", BLEACHING, 0.0, None):
            return ""
        return f"-{hashlib.sha256(repr(self).encode()).hexdigest()[:16]}"


def simulated_tissue(
    seed: int = 0,
    *,
    cache: bool = True,
    snr: float | None = None,
    polarity: str = "down",
    bleaching: float = BLEACHING,
    alternans: float = 0.0,
    s1s2: float | None = None,
) -> SimulatedRecording:
    """Return a simulated recording of paced cardiac tissue: 600 frames of 128 x 128 at 500 frames/s.

    Parameters
    ----------
    seed : int
        Seed of the noise and of the uneven illumination.
    cache : bool
        Keep the recording in the user's cache folder (or in the folder named by ``OPTIMAP_CACHE``), and read it from
        there next time.
    snr : float, optional
        Signal-to-noise ratio of every pixel of the tissue: its amplitude divided by the standard deviation of its
        noise, which is then normal. By default, the noise is that of the light (shot noise), so brighter pixels have
        a better ratio.
    polarity : {'down', 'up'}
        The direction in which beats change the light.
    bleaching : float
        The share of the light that is lost in the end, from 0 to below 1.
    alternans : float
        The share by which every second beat (the second, fourth and sixth) is smaller, from 0 to below 1.
    s1s2 : float, optional
        Interval between the fifth stimulus and the sixth, in s, up to the regular 0.2: the sixth beat is premature, or
        absent if the tissue is still refractory.

    Returns
    -------
    SimulatedRecording

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
    >>> from optimap.datasets import simulated_tissue
    >>> recording = simulated_tissue()
    >>> recording.video.shape, recording.activation_times.shape
    ((600, 128, 128), (6, 128, 128))
    """
    seed = whole_number(seed, "seed")
    protocol = _parse_protocol(snr, polarity, bleaching, alternans, s1s2)
    path = _cache_folder() / f"simulated-tissue-{VERSION}-{seed}{protocol.file_name}.npz"
    if cache and path.exists():
        try:
            return _read(path)
        except (OSError, ValueError):
            log.warning("%s is damaged; simulating the recording again", path)
    recording = _simulate(seed, protocol)
    if cache:
        _keep(path, recording)
    return recording


def _parse_protocol(snr: object, polarity: object, bleaching: object, alternans: object, s1s2: object) -> _Protocol:
    """Return the options after checking them."""
    if not isinstance(polarity, str) or polarity not in ("down", "up"):
        raise ArgumentError.must_be("polarity", polarity, "'down' or 'up'")
    interval = None
    if s1s2 is not None:
        interval = positive_number(s1s2, "s1s2", f"a number of seconds, up to {LATEST_S2:g}")
        if interval > LATEST_S2:
            raise ArgumentError.must_be("s1s2", s1s2, f"a number of seconds, up to {LATEST_S2:g}")
    return _Protocol(
        None if snr is None else positive_number(snr, "snr"),
        polarity,
        _share(bleaching, "bleaching"),
        _share(alternans, "alternans"),
        interval,
    )


def _share(value: object, name: str) -> float:
    """Return a number from 0 to below 1, or raise an error that names the argument."""
    allowed = "a number from 0 to below 1"
    share = 0.0 if value == 0 and not isinstance(value, bool) else positive_number(value, name, allowed)
    if share >= 1:
        raise ArgumentError.must_be(name, value, allowed)
    return share


def _cache_folder() -> Path:
    """Return the user's cache folder, which depends on the operating system."""
    if "OPTIMAP_CACHE" in os.environ:
        return Path(os.environ["OPTIMAP_CACHE"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "optimap"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/optimap"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "optimap"


def _read(path: Path) -> SimulatedRecording:
    """Return a recording from the cache."""
    with reading(path, "numpy", "cannot be read as a recording"):
        with zipfile.ZipFile(path) as archive:
            check_npz(archive, path)
        with open(path, "rb") as file, np.load(file) as stored:  # np.load leaves a damaged file open
            values: dict[str, Any] = {field.name: stored[field.name] for field in fields(SimulatedRecording)}
        for name in ("fps", "pixel_size"):
            values[name] = float(values[name])
    return SimulatedRecording(**values)


def _keep(path: Path, recording: SimulatedRecording) -> None:
    """Write a recording to the cache if that is possible."""
    values: dict[str, Any] = {field.name: getattr(recording, field.name) for field in fields(SimulatedRecording)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path, overwrite=True) as partial:
            np.savez(partial, **values)
    except OSError as error:  # for example, a read-only home folder: only time is lost
        log.warning("%s cannot be written (%s); the recording is not cached", path, error)


def _simulate(seed: int, protocol: _Protocol) -> SimulatedRecording:
    """Return a new recording."""
    rng = np.random.default_rng(seed)
    stimuli = protocol.stimulus_times
    signal = _camera_view(_excitation(tuple(stimuli.tolist())))
    tissue = _tissue()
    activation = _rise_times(signal, len(stimuli))
    activation[:, ~tissue] = np.nan
    if protocol.alternans:
        signal = _alternating(signal, activation, protocol.alternans)
    video = _expose(signal, tissue, rng, protocol)
    return SimulatedRecording(video, signal, activation, tissue, stimuli, FPS, PIXEL_SIZE)


@lru_cache(maxsize=2)  # it takes most of the time, and is the same for all seeds
def _excitation(stimuli: tuple[float, ...]) -> NDArray[np.float32]:
    """Integrate the model by Euler steps; return the potential of each cell at each frame."""
    u, v = np.zeros((CELLS, CELLS)), np.zeros((CELLS, CELLS))
    potential = np.empty((FRAMES, CELLS, CELLS), np.float32)
    steps_per_frame = round(1 / (FPS * TIME_UNIT * TIME_STEP))
    interval = stimuli[1] - stimuli[0]
    early = stimuli[0] - interval * np.arange(1, BEATS_BEFORE + 1)
    stimulus_steps = {round(t / (TIME_UNIT * TIME_STEP)) for t in (*early, *stimuli)}
    site = (slice(CELLS // 2 - 4, CELLS // 2 + 4), slice(0, 4))
    padded = np.empty((CELLS + 2, CELLS + 2))
    for step in range(min(stimulus_steps), FRAMES * steps_per_frame):
        if step >= 0 and step % steps_per_frame == 0:
            potential[step // steps_per_frame] = u
        if step in stimulus_steps:
            u[site] = 1.0
        u, v = next_state(u, v, padded, TIME_STEP, DIFFUSION)
    return potential


def _camera_view(potential: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the potential that each camera pixel sees: a blurred one, as light scatters in the tissue."""
    from scipy.ndimage import gaussian_filter

    fine = potential.repeat(2, axis=1).repeat(2, axis=2)
    return np.asarray(gaussian_filter(fine, (0, 1.5, 1.5), mode="nearest"), np.float32)


def _tissue() -> NDArray[np.bool_]:
    """Return where there is tissue: an oval."""
    y, x = np.mgrid[:PIXELS, :PIXELS] / (PIXELS - 1) * 2 - 1
    return np.asarray((x / 0.92) ** 2 + (y / 0.8) ** 2 + 0.15 * x * y < 1)


def _rise_times(signal: NDArray[np.float32], beats: int) -> NDArray[np.float64]:
    """Return when each pixel rises through 0.5, interpolated between frames."""
    rising = (signal[:-1] < 0.5) & (signal[1:] >= 0.5)
    times = np.full((beats, *signal.shape[1:]), np.nan)
    t, y, x = np.nonzero(rising)
    beat = np.cumsum(rising, axis=0)[t, y, x] - 1
    before, after = signal[t, y, x].astype(float), signal[t + 1, y, x].astype(float)
    inside = beat < beats
    t, y, x, beat, before, after = (values[inside] for values in (t, y, x, beat, before, after))
    times[beat, y, x] = (t + (0.5 - before) / (after - before)) / FPS
    return times


def _alternating(signal: NDArray[np.float32], activation: NDArray[np.float64], alternans: float) -> NDArray[np.float32]:
    """Return a signal of which every second beat is smaller; it changes where the signal is lowest between beats."""
    result = signal.copy()
    for y, x in np.argwhere(np.isfinite(activation).all(axis=0)):
        rises = [int(time * FPS) for time in activation[:, y, x]]
        own = signal[:, y, x]
        # After the frame before a rise, which may itself be the lowest.
        starts = [0, *(rise + 1 for rise in rises)]
        lows = [start + int(np.argmin(own[start : rise + 1])) for start, rise in zip(starts, rises, strict=False)]
        for first, last in zip(lows[1::2], [*lows[2::2], len(own)], strict=True):
            result[first:last, y, x] = own[first] + (1 - alternans) * (own[first:last] - own[first])
    return result


def _expose(
    signal: NDArray[np.float32], tissue: NDArray[np.bool_], rng: np.random.Generator, protocol: _Protocol
) -> NDArray[np.uint16]:
    """Return the camera counts of a potential."""
    from scipy.ndimage import gaussian_filter

    y, x = np.mgrid[:PIXELS, :PIXELS] / PIXELS
    lamp = np.exp(-(((x - 0.4) / 0.6) ** 2) - ((y - 0.45) / 0.7) ** 2)
    texture = 1 + 1.2 * gaussian_filter(rng.normal(size=lamp.shape), 2.5)
    edge = gaussian_filter(tissue.astype(float), 1.5)
    brightness = 24_000 * lamp * texture * edge  # counts
    dye = 0.05 * (1 + 1.5 * gaussian_filter(rng.normal(size=lamp.shape), 8))  # fractional change
    share = protocol.bleaching
    bleaching = (1 - share) + share * np.exp(-np.arange(FRAMES) / FPS / BLEACHING_TIME)
    dye = dye if protocol.polarity == "down" else -dye
    electrons_per_count, dark = 4.0, 400.0
    amplitude = np.abs(dye) * (signal.max(axis=0) - signal.min(axis=0))
    video = np.empty(signal.shape, np.uint16)
    for t in range(FRAMES):
        light = dark + brightness * bleaching[t] * (1 - dye * signal[t])
        if protocol.snr is None:
            counts = rng.poisson(light * electrons_per_count) / electrons_per_count
        else:
            counts = light + rng.normal(size=light.shape) * (brightness * bleaching[t] * amplitude / protocol.snr)
        video[t] = np.clip(counts, 0, 65535).round()
    return video
