"""Frames as pictures, for the screen and for movies: videos in grey or colour, their range, and one over another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, in_doubles, on_host
from .._draw import check_scale, color_table
from .._reading import as_source

LOOKED_AT = 16  # frames, from the first to the last, whose extremes are the range


@dataclass(frozen=True)
class Clip:
    """A video whose frames are read one by one."""

    name: str
    frames: int
    frame_shape: tuple[int, int]
    in_colour: bool
    picture: Callable[[int], Array]  # (H, W), or (H, W, 3) or (H, W, 4)


def as_clip(video: Any, name: str = "video") -> Clip:
    """Return a video (T, H, W), or in colour (T, H, W, 3) or (T, H, W, 4), or raise an error."""
    shape = tuple(getattr(video, "shape", ())) or np.shape(video)
    if len(shape) == 4 and shape[-1] in (3, 4) and 0 not in shape:
        pixels = video if hasattr(video, "dtype") else np.asarray(video)
        if np.dtype(pixels.dtype).kind not in "uf":
            cure = "give uint8 from 0 to 255, or floats from 0 to 1"
            raise ArgumentTypeError(name, video, f"holds {pixels.dtype} values", cure, subject=name)
        return Clip(name, shape[0], (shape[1], shape[2]), True, lambda i: np.asarray(on_host(pixels[i])))
    source = as_source(video, name)
    if 0 in source.shape:
        raise ArgumentError(name, video, f"has shape {source.shape}", "give at least one pixel", subject=name)
    return Clip(name, source.shape[0], source.frame_shape, False, lambda i: _frame(source.video, i))


def _frame(video: Any, number: int) -> Array:
    """Return a frame; masked pixels are NaN."""
    frame = on_host(video[number : number + 1])
    if isinstance(frame, np.ma.MaskedArray):
        frame = np.ma.filled(frame.astype(np.float64), np.nan)
    pixels: Array = in_doubles(np.asarray(frame)[0])
    return pixels.astype(np.float32) if pixels.dtype == np.float16 else pixels


def value_range(clip: Clip, vmin: float | None = None, vmax: float | None = None) -> tuple[float, float]:
    """Return the range of brightness: as given, or else the extremes of some frames from all parts of the video."""
    if vmin is not None and vmax is not None:
        return float(vmin), float(vmax)
    lows, highs = [], []
    for number in np.unique(np.linspace(0, clip.frames - 1, LOOKED_AT).astype(int)):
        frame = clip.picture(int(number))
        known = frame[np.isfinite(frame)] if frame.dtype.kind == "f" else frame
        if known.size:
            lows.append(float(known.min()))
            highs.append(float(known.max()))
    low = min(lows, default=0.0) if vmin is None else float(vmin)
    high = max(highs, default=1.0) if vmax is None else float(vmax)
    return (low, high) if low <= high else (low, low) if vmax is None else (high, high)


def in_colours(clip: Clip, cmap: Any, limits: tuple[float | None, float | None]) -> Callable[[int], Array]:
    """Return the function that returns a frame in colours, (H, W, 4) in uint8; what is NaN is transparent black."""
    if clip.in_colour:
        return lambda number: _as_rgba(clip.picture(number))
    table = color_table(cmap)
    low, high = value_range(clip, *limits)
    scale = 255 / (high - low) if high > low else 0.0

    def picture(number: int) -> Array:
        frame = clip.picture(number)
        places: Any = frame.astype(np.float32 if frame.dtype.itemsize <= 4 else np.float64)
        places -= low
        places *= scale
        np.clip(places, 0, 255, out=places)
        missing = np.isnan(places) if frame.dtype.kind == "f" else None
        if missing is None or not missing.any():
            found: Array = np.take(table, (places + 0.5).astype(np.uint8), axis=0)
            return found
        places[missing] = 0
        found = np.take(table, (places + 0.5).astype(np.uint8), axis=0)
        found[missing] = 0
        return found

    return picture


def _as_rgba(frame: Array) -> Array:
    """Return a frame in colour as (H, W, 4) in uint8."""
    if frame.dtype != np.uint8:
        frame = (np.clip(np.nan_to_num(frame), 0, 1) * 255 + 0.5).astype(np.uint8)
    if frame.shape[-1] == 4:
        return frame
    return np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])


def blend_frames(
    base: Clip,
    overlay: Clip,
    alpha: ArrayLike | None,
    cmaps: tuple[Any, Any],
    limits: tuple[tuple[float | None, float | None], tuple[float | None, float | None]],
) -> Clip:
    """Return a video in colour: one video over another."""
    if (overlay.frames, overlay.frame_shape) != (base.frames, base.frame_shape):
        own = (overlay.frames, *overlay.frame_shape)
        cure = f"give a video of the shape of {base.name}, {(base.frames, *base.frame_shape)}"
        raise ArgumentError(overlay.name, own, f"has shape {own}", cure, subject=overlay.name)
    for cmap, ends in zip(cmaps, limits, strict=True):
        check_scale(cmap, *ends)
    below = in_colours(base, cmaps[0], limits[0])
    above = in_colours(overlay, cmaps[1], limits[1])
    opacity = _opacity(overlay, alpha)

    def picture(number: int) -> Array:
        under, over = below(number)[..., :3], above(number)
        share = np.clip(np.nan_to_num(opacity(number, over)), 0, 1)[..., np.newaxis]
        share = share * (over[..., 3:] > 0)
        blended: Array = (under * (1 - share) + over[..., :3] * share + 0.5).astype(np.uint8)
        return blended

    return Clip(base.name, base.frames, base.frame_shape, True, picture)


def _opacity(overlay: Clip, alpha: ArrayLike | None) -> Callable[[int, Array], Array]:
    """Return the function that returns the opacity of a frame."""
    if alpha is None:
        if overlay.in_colour:
            return lambda number, over: over[..., 3] / 255
        return lambda number, over: overlay.picture(number).astype(np.float64)
    given: Any = alpha if hasattr(alpha, "shape") else np.asarray(alpha)
    shape = tuple(given.shape)
    if shape == ():
        return lambda number, over: np.full(overlay.frame_shape, float(given))
    if shape == overlay.frame_shape:
        return lambda number, over: np.asarray(given)
    if shape == (overlay.frames, *overlay.frame_shape):
        return lambda number, over: np.asarray(given[number])
    cure = f"give a number, or an array of shape {overlay.frame_shape} or {(overlay.frames, *overlay.frame_shape)}"
    raise ArgumentError("alpha", alpha, f"has shape {shape}", cure, subject="alpha")
