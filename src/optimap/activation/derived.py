"""Single maps of a recording, or of maps that were made before: durations, repolarisation, SNR, alternans.

Each takes a video, which is measured first, or `BeatMaps`, which already hold what is asked for.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import ArrayLike

from .._base import (
    ArgumentError,
    ArgumentTypeError,
    Array,
    BeatKeywords,
    VideoLike,
    WhichBeat,
    positive_number,
    whole_number,
)
from .._beats import compare_parities
from .beat_maps import compute_beat_maps
from .maps import BeatMaps


def compute_apd_map(
    video: VideoLike | ArrayLike | BeatMaps,
    level: float = 80,
    *,
    beat: WhichBeat = "mean",
    **options: Unpack[BeatKeywords],
) -> Array:
    """Return the action potential duration of each pixel.

    Parameters
    ----------
    video : (T, H, W) array-like, or BeatMaps
        A recording, or what `compute_beat_maps` measured in it.
    level : float
        Level of recovery in percent.
    beat : 'mean', 'all' or int
        The mean over beats, all beats as ``(beats, H, W)``, or one of them, numbered from 0.
    **options
        For a recording: other arguments of `compute_beat_maps`, such as ``fps``, ``mask`` and ``spatial``.

    Returns
    -------
    (H, W) array, or (beats, H, W)
        In ms with a rate, else in frames. NaN where there is no beat, or where its end is not recorded.

    Raises
    ------
    ValueError
        If the recording has no beats, the level was not measured, or there is no such beat.
    TypeError
        If options are given with maps.

    See Also
    --------
    show_apd_map

    Examples
    --------
    >>> from optimap.activation import compute_apd_map
    >>> from optimap.datasets import simulated_tissue
    >>> recording = simulated_tissue(snr=20, bleaching=0)
    >>> apd = compute_apd_map(recording.video[:, 60:64, 60:70], fps=recording.fps)
    >>> apd.shape, bool(abs(apd.mean() - 57) < 3)
    ((4, 10), True)
    """
    maps, name = _with_duration(video, level, {**options})
    return _of_beat(maps, name, beat)


def compute_repolarization_map(
    video: VideoLike | ArrayLike | BeatMaps,
    level: float = 80,
    *,
    beat: WhichBeat = "mean",
    normalize_time: bool = True,
    **options: Unpack[BeatKeywords],
) -> Array:
    """Return when each pixel has recovered to a level: activation plus duration.

    Parameters
    ----------
    video, level, beat, **options
        As for `compute_apd_map`.
    normalize_time : bool
        Count from the earliest activation in the map (of each beat); otherwise, from the start of the recording.

    Returns
    -------
    (H, W) array, or (beats, H, W)
        In ms with a rate, else in frames.

    Raises
    ------
    ValueError
        As `compute_apd_map`; if durations do not start at activation.
    TypeError
        If options are given with maps.

    Examples
    --------
    >>> from optimap.activation import compute_repolarization_map
    >>> from optimap.datasets import simulated_tissue
    >>> recording = simulated_tissue(snr=20, bleaching=0)
    >>> late = compute_repolarization_map(recording.video[:, 60:64, 60:70], fps=recording.fps, beat=1)
    >>> late.shape, bool(abs(late.mean() - 59) < 3)
    ((4, 10), True)
    """
    maps, name = _with_duration(video, level, {**options})
    if maps.metadata.get("start", "activation") != "activation":
        problem, cure = "durations do not start at activation", "measure them with start='activation'"
        raise ArgumentError("start", maps.metadata["start"], problem, cure, subject="repolarisation is not known, as")
    activation, duration = _of_beat(maps, "activation", beat), _of_beat(maps, name, beat)
    if not normalize_time:
        return np.asarray(activation + duration)
    earliest = np.fmin.reduce(activation.reshape(*activation.shape[:-2], -1), axis=-1)
    return np.asarray(activation - earliest[..., np.newaxis, np.newaxis] + duration)


def compute_snr_map(
    video: VideoLike | ArrayLike | BeatMaps, *, beat: WhichBeat = "mean", **options: Unpack[BeatKeywords]
) -> Array:
    """Return the signal-to-noise ratio of each pixel: the amplitude of its beats divided by the noise.

    Parameters
    ----------
    video, beat, **options
        As for `compute_apd_map`.

    Returns
    -------
    (H, W) array, or (beats, H, W)
        A ratio, not in decibels. NaN where there is no beat.

    Raises
    ------
    ValueError, TypeError
        As `compute_apd_map`.

    Examples
    --------
    >>> from optimap.activation import compute_snr_map
    >>> from optimap.datasets import simulated_tissue
    >>> snr = compute_snr_map(simulated_tissue(snr=20, bleaching=0).video[:, 60:64, 60:70])
    >>> bool(16 < snr.mean() < 30)
    True
    """
    needed = {} if isinstance(video, BeatMaps) else {"columns": ["snr"]}
    return _of_beat(_measured(video, {**options}, **needed), "snr", beat)


class AlternansMaps(NamedTuple):
    """How much every second beat differs, in each pixel; as `optimap.beats.alternans` defines it.

    Attributes
    ----------
    magnitude : (H, W) array
        ``1 - small / large`` of the mean of the odd beats and that of the even ones; NaN with fewer than 4 beats.
    difference : (H, W) array
        Mean of the even beats (0, 2, ...) minus that of the odd ones. Its sign shows discordant alternans.
    beats : (H, W) array of int
        The number of beats that were compared.
    """

    magnitude: Array
    difference: Array
    beats: Array


def compute_alternans_map(
    video: VideoLike | ArrayLike | BeatMaps, column: str = "apd80", **options: Unpack[BeatKeywords]
) -> AlternansMaps:
    """Return how much every second beat differs, in each pixel.

    Parameters
    ----------
    video, **options
        As for `compute_apd_map`.
    column : str
        What is compared, such as ``"apd80"`` or ``"amplitude"``, with or without the unit.

    Returns
    -------
    AlternansMaps

    Raises
    ------
    ValueError, TypeError
        As `compute_apd_map`; if there is no such column.

    Examples
    --------
    >>> from optimap.activation import compute_alternans_map
    >>> from optimap.datasets import simulated_tissue
    >>> recording = simulated_tissue(snr=20, bleaching=0, alternans=0.2)
    >>> maps = compute_alternans_map(recording.video[:, 60:64, 60:70], "amplitude", fps=recording.fps)
    >>> bool(maps.magnitude.mean() > 0.1)
    True
    """
    needed = {} if isinstance(video, BeatMaps) or "levels" in options else {"levels": _levels_of(column)}
    maps = _measured(video, {**options}, **needed)
    values = maps[column]
    if maps.is_mean:
        raise ArgumentError("video", maps, "are means over beats", "give maps of single beats", subject="the maps")
    even, odd = values[::2], values[1::2]
    counts = np.isfinite(even).sum(axis=0), np.isfinite(odd).sum(axis=0)
    return AlternansMaps(*compare_parities(counts, (np.nansum(even, axis=0), np.nansum(odd, axis=0))))


def _levels_of(column: object) -> tuple[float, ...]:
    """Return the levels that a column needs: that in its name, else the usual ones."""
    digits = str(column).split("_")[0].lstrip("apdct").lstrip("di")
    return (float(digits),) if digits.replace(".", "", 1).isdecimal() else (30, 50, 80, 90)


def _measured(video: Any, options: dict[str, Any], **needed: Any) -> BeatMaps:
    """Return maps as they were given, or those of a recording."""
    if not isinstance(video, BeatMaps):
        return compute_beat_maps(video, **{**options, **needed})
    if options:
        name, value = next(iter(options.items()))
        cure = "give it to compute_beat_maps"
        raise ArgumentTypeError(name, value, "is given together with maps, which are already measured", cure)
    return video


def _with_duration(video: Any, level: object, options: dict[str, Any]) -> tuple[BeatMaps, str]:
    """Return maps with the durations at a level, and the name of these."""
    number = positive_number(level, "level", "a number between 0 and 100")
    if number >= 100:
        raise ArgumentError.must_be("level", level, "a number between 0 and 100")
    name = f"{options.get('prefix', 'apd')}{number:.15g}"
    for taken in ("levels", "columns"):
        if taken in options:
            raise ArgumentTypeError(taken, options[taken], "cannot be given here", "give level=", keyword="level")
    needed = {} if isinstance(video, BeatMaps) else {"levels": [number], "columns": ["activation", name]}
    maps = _measured(video, {**options}, **needed)
    if name not in maps:
        name = f"catd{number:.15g}"
    if name not in maps:
        known = ", ".join(column for column in maps if column.startswith(("apd", "catd"))) or "none"
        problem = f"was not measured; the durations of the maps are {known}"
        raise ArgumentError(
            "level", level, problem, f"call compute_beat_maps with levels=[{number:.15g}]", keyword="levels"
        )
    return maps, name


def _of_beat(maps: BeatMaps, name: str, beat: object) -> Array:
    """Return the mean of a map over beats, that of one beat, or all."""
    if maps.is_mean or beat == "all":
        return maps[name]
    if isinstance(beat, str):
        if beat != "mean":
            raise ArgumentError.must_be("beat", beat, "'mean', 'all' or the number of a beat")
        return maps.mean()[name]
    number = whole_number(beat, "beat")
    if number >= len(maps.beats):
        problem, cure = f"is not among the {len(maps.beats)} beats", f"choose from 0 to {len(maps.beats) - 1}"
        raise ArgumentError("beat", beat, problem, cure)
    return np.asarray(maps[name][number])
