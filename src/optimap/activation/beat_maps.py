"""compute_beat_maps: everything that can be measured of each beat in each pixel, in one pass over the recording.

Beats are found in the mean signal, or given; they say where the upstroke of each pixel is searched for. Tiles of pixels
over all frames are measured in threads, by the loops that measure tables of beats, so that maps agree with tables.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import kernels
from .._base import (
    ActivationMethod,
    Advice,
    ArgumentError,
    ArgumentTypeError,
    Array,
    BeatBaseline,
    DurationPrefix,
    DurationStart,
    Floats,
    PlacesLike,
    Polarity,
    VideoLike,
    budget,
    counted,
    progress_bar,
    refuse_device_array,
)
from .._beats import (
    measured_names,
    parse_levels,
    parse_options,
    parse_prefix,
    parse_times,
    shown_order,
    with_unit,
)
from .._reading import Source, as_source, parse_sigma, release
from .blocks import measure_dask, whole_in_time
from .keywords import rate_of
from .maps import BeatMaps, find_column, unit_of
from .mean_signal import beats_of_mean
from .measuring import Measuring
from .reasons import Reasons
from .tiles import Tile, new_array, parse_mask, read_tile, tiles_of
from .tissue import mask_tissue

FEWEST = 3  # frames in which noise can be measured
DRIFT = 0.05  # of the amplitude from beat to beat: more is reported
MOST = 4096  # pixels that are looked at for that


def compute_beat_maps(
    video: VideoLike | ArrayLike,
    *,
    fps: float | None = None,
    levels: Sequence[float] = (30, 50, 80, 90),
    polarity: Polarity = "auto",
    mask: PlacesLike = None,
    spatial: float = 0,
    beats: ArrayLike | None = None,
    method: ActivationMethod = "maximum_derivative",
    start: DurationStart = "activation",
    baseline: BeatBaseline = "before",
    smooth: float = 1.5,
    sigma: float = 2.0,
    min_snr: float = 3.0,
    prefix: DurationPrefix = "apd",
    columns: Sequence[str] | None = None,
) -> BeatMaps:
    """Measure each beat in each pixel of a recording: activation, durations, amplitude and the rest, as maps.

    Beats are found in the mean signal. In each pixel, the upstroke of a beat is searched for up to half an interval
    around its time, and must itself be significant: noise gives NaN. The values are exactly those of
    `optimap.beats.measure_beats` with the same `beats`.

    Parameters
    ----------
    video : (T, H, W) array-like
        Arrays, recordings, memory maps, anything with shape, dtype and slicing; dask arrays are computed in blocks of
        space. Not modified. Drift should be small.
    fps : float, optional
        Frames per second; by default that of the recording. Maps of time are in ms, or without a rate in frames.
    levels : sequence of numbers
        Levels of recovery in percent, for maps such as ``apd80_ms`` and ``di80_ms``.
    polarity : {'auto', 'up', 'down'}
        The direction of beats; ``'auto'`` detects it (`optimap.trace.detect_polarity`).
    mask : (H, W) array-like of bool, any region that `optimap.trace.regions` accepts, or 'auto', optional
        The pixels to measure; the others are NaN. ``'auto'`` is what `mask_tissue` finds. Beats are those of the mean
        of these pixels. A mask changes no pixel that it leaves.
    spatial : float
        Standard deviation in pixels of a Gaussian that smooths each frame first, as
        `optimap.video.smooth_spatiotemporal` does; 0 for none. The mask has no part in this.
    beats : (B,) array-like, optional
        Activation times of the beats, as `optimap.beats.find_beats` returns them for one signal: in ms with a rate,
        else in frames.
    method, start, baseline, smooth, sigma, min_snr, prefix
        As for `optimap.beats.measure_beats`.
    columns : sequence of str, optional
        Which maps to keep, with or without their unit, such as ``["activation", "apd80"]``; by default all.

    Returns
    -------
    BeatMaps
        ``maps["activation_ms"]`` is an array ``(beats, H, W)``, and so are the other columns of the table of
        `optimap.beats.measure_beats`; ``maps.why`` says why values are NaN.

    Raises
    ------
    ValueError
        If the mean signal has no beats; if `polarity` is ``'auto'`` and the signal does not decide it; if the mask has
        no pixels or another shape; if an argument is outside its range.
    TypeError
        If the pixels are not real numbers.

    Warns
    -----
    UserWarning
        If the baseline drifts by more than 5 % of the amplitude from beat to beat.

    Notes
    -----
    Memory stays flat: tiles of pixels are measured one after the other, in all threads, and maps of more than 100 MB
    are kept in a temporary file. Recordings that can only be read from the beginning to the end, such as compressed
    ones, are read once, into a temporary file if they are large; ``TMPDIR`` says where.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_beat_maps
    >>> t = np.arange(300)[:, np.newaxis, np.newaxis]
    >>> late = np.arange(6)  # frames: the wave runs along the rows
    >>> wave = 100 * np.exp(-((t % 100 - 40 - late) ** 2) / np.where(t % 100 < 40 + late, 20, 200))
    >>> video = wave + np.random.default_rng(0).normal(size=(300, 4, 6))
    >>> maps = compute_beat_maps(video, fps=1000)
    >>> maps["activation_ms"].shape
    (3, 4, 6)
    >>> maps.mean()["activation_ms"][0].round().tolist()
    [136.0, 137.0, 138.0, 139.0, 140.0, 141.0]
    """
    refuse_device_array(video, "video", "measuring beats")
    source = as_source(video)
    if source.shape[0] < FEWEST:
        problem = f"has {counted(source.shape[0], 'frame')}"
        raise ArgumentError("video", source.shape[0], problem, f"give at least {FEWEST}", subject="video")
    rate = rate_of(source, fps)
    percent = parse_levels(levels)
    options = parse_options(method, start, baseline, smooth, sigma, min_snr)
    kept = _parse_columns(columns, percent, parse_prefix(prefix), rate)
    width = parse_sigma(spatial, "spatial")
    is_auto = isinstance(mask, str) and mask == "auto"
    there = parse_mask(mask_tissue(source.video) if is_auto else mask, source.frame_shape)
    given = None if beats is None else _given_beats(beats, rate)
    source = whole_in_time(source)
    times, sign = beats_of_mean(source, there, polarity, given)
    measuring = Measuring(times, sign, percent, options, rate, prefix, kept, width)
    reasons = Reasons([measured_names(percent, prefix)[i][0] for i in shown_order(percent)], options["min_snr"])
    measure = measure_dask if source.reach == "dask" else _measure
    values, codes = measure(source, there, measuring, reasons)
    about = {"polarity": "up" if sign > 0 else "down", "levels": percent, **options, "spatial": width}
    maps = _as_maps(values, codes, there, measuring, reasons, about)
    if baseline == "before" and (drift := _drift(maps)) > DRIFT:
        warnings.warn(
            Advice(
                "baseline",
                baseline,
                f"drifts by {100 * drift:.0f} % of the amplitude from beat to beat, which biases durations",
                "use baseline='linear', or remove the drift first",
                subject="the baseline",
                keyword="baseline",
            ),
            stacklevel=2,
        )
    return maps


def _pixels_of(maps: Array, pixels: Array) -> Array:
    """Return some pixels of maps of all beats, as (beats, n); pages of maps in a file are released."""
    found = np.empty((len(maps), len(pixels)))
    for own, row in zip(maps, found, strict=True):
        row[:] = own.reshape(-1)[pixels]
        release(own)
    return found


def _drift(maps: BeatMaps) -> float:
    """Return the median change of the baseline from beat to beat, in amplitudes: from the first beat to the last."""
    if not {"baseline", "amplitude"} <= set(maps) or len(maps.beats) < 2:
        return 0.0
    base = maps["baseline"]
    places = np.flatnonzero(maps.mask)
    some = places[np.linspace(0, len(places) - 1, min(MOST, len(places))).astype(np.int64)]  # the median needs no more
    values, heights = _pixels_of(base, some), _pixels_of(maps["amplitude"], some)
    known = np.isfinite(values)
    first, last = known.argmax(axis=0), len(base) - 1 - known[::-1].argmax(axis=0)
    columns = np.flatnonzero(known.any(axis=0) & (last > first))
    first, last = first[columns], last[columns]
    steps = (values[last, columns] - values[first, columns]) / (last - first)
    shares = np.abs(steps) / heights[last, columns]
    return float(np.median(shares)) if len(shares) else 0.0


def _given_beats(beats: object, rate: float | None) -> Floats:
    """Return the times of given beats in frames."""
    times = parse_times(beats, "beats", 1.0 if rate is None else 1000 / rate)
    if len(times) == 0:
        raise ArgumentError("beats", beats, "has no times", "leave it out, or give the times of beats", subject="beats")
    return times


def _parse_columns(columns: object, levels: list[float], prefix: str, rate: float | None) -> list[int]:
    """Return the numbers of the columns to keep, in the order in which they are shown."""
    order, names = shown_order(levels), measured_names(levels, prefix)
    if columns is None:
        return order
    if isinstance(columns, str) or not isinstance(columns, Sequence):
        raise ArgumentTypeError("columns", columns, "is not a list of names", "give a list such as ['activation']")
    full = {with_unit(*names[i], rate): i for i in order}
    found = [full[find_column(name, tuple(full), f"columns[{k}]")] for k, name in enumerate(columns)]
    if not found:
        raise ArgumentError("columns", columns, "is empty", "leave it out, or name some columns")
    return [i for i in order if i in found]


def _measure(source: Source, there: Array, measuring: Measuring, reasons: Reasons) -> tuple[Array, Array]:
    """Return the maps (columns, beats, H, W) and the codes of reasons (beats, H, W)."""
    height, width = source.frame_shape
    values = new_array((len(measuring.kept), len(measuring.times), height, width), np.float64)
    codes = new_array((len(measuring.times), height, width), np.int32)
    with progress_bar(source.frame_bytes * source.shape[0]) as advance:
        for tile in tiles_of(source, measuring.sigma):
            _measure_tile(source, tile, there, measuring, reasons, (values, codes), advance)
            release(values)
            release(codes)
    return values, codes


def _measure_tile(
    source: Source,
    tile: Tile,
    there: Array,
    measuring: Measuring,
    reasons: Reasons,
    out: tuple[Array, Array],
    advance: Any,
) -> None:
    """Write the maps of a tile, block by block in all threads."""
    pixels = read_tile(source, tile, measuring.sigma)
    place = np.s_[..., tile.top : tile.bottom, tile.left : tile.right]
    inside = there[place].ravel()
    step = max(1, budget().tile_values // len(pixels))
    columns = tile.right - tile.left
    values, codes = (array[place] for array in out)

    def work(number: int) -> int:
        chosen = slice(number * step, min((number + 1) * step, tile.pixels))
        maps, found = measuring.tile(pixels[:, chosen], inside[chosen], reasons)
        rows, places = np.divmod(np.arange(chosen.start, chosen.stop), columns)
        values[..., rows, places] = maps
        codes[..., rows, places] = found
        return (chosen.stop - chosen.start) * len(pixels) * source.dtype.itemsize

    kernels.run_in_threads(work, -(-tile.pixels // step), kernels.thread_count(), advance)


def _as_maps(
    values: Array, codes: Array, there: Array, measuring: Measuring, reasons: Reasons, about: dict[str, Any]
) -> BeatMaps:
    """Return the maps with their names and units."""
    named = measured_names(measuring.levels, measuring.prefix)
    fps = measuring.fps
    columns = {with_unit(*named[i], fps): array for i, array in zip(measuring.kept, values, strict=True)}
    units = {with_unit(*named[i], fps): unit_of(named[i][1], fps) for i in measuring.kept}
    times = measuring.times * (1.0 if fps is None else 1000 / fps)
    return BeatMaps(columns, units, times, there, codes, reasons.sentences(), fps, about)
