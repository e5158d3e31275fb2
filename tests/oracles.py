"""Each algorithm again, slow and obvious: a person can check these, and the tests check the code against them."""

from fractions import Fraction

import numpy as np


def window_weights(position, size, window, frame_shape):
    """Return {(row, column): weight} of the pixels that a window covers."""
    x, y = (Fraction(float(c)) for c in position)
    height, width = frame_shape
    if window == "pixel" or size <= 1:
        weights = _box(x, y, 1, height, width)
    elif window == "rect":
        weights = _box(x, y, size, height, width)
    else:
        shift = Fraction(0) if size % 2 else Fraction(1, 2)
        weights = {
            (r, c): Fraction(1)
            for r in range(height)
            for c in range(width)
            if (c - (x - shift)) ** 2 + (r - (y - shift)) ** 2 < Fraction(size, 2) ** 2
        }
    if not weights:  # a disc of 2 in the corner: the pixel that the position lies in
        weights = {(int(np.floor(float(y) + 0.5)), int(np.floor(float(x) + 0.5))): Fraction(1)}
    return weights


def _box(x, y, size, height, width):
    left, top = x - size // 2 - Fraction(1, 2), y - size // 2 - Fraction(1, 2)
    weights = {}
    for r in range(height):
        for c in range(width):
            area = _overlap(r, top, top + size) * _overlap(c, left, left + size)
            if area:
                weights[r, c] = area
    return weights


def _overlap(pixel, low, high):
    half = Fraction(1, 2)
    return max(Fraction(0), min(pixel + half, high) - max(pixel - half, low))


def polygon_mask(paths, frame_shape, side="left"):
    """Return the pixels whose centres are inside closed paths: those that have an odd number of edges left of them.

    A centre on an edge lies right of it (``side='left'``) or left of it; likewise below or above the end of an edge.
    """
    mask = np.zeros(frame_shape, bool)
    for row in range(frame_shape[0]):
        for column in range(frame_shape[1]):
            crossed = 0
            for path in paths:
                points = [(Fraction(float(x)), Fraction(float(y))) for x, y in path]
                for a, b in zip(points, points[1:] + points[:1], strict=True):
                    (x0, y0), (x1, y1) = sorted([a, b], key=lambda point: point[1])
                    reaches = y0 <= row < y1 if side == "left" else y0 < row <= y1
                    if reaches:
                        x = x0 + (row - y0) * (x1 - x0) / (y1 - y0)
                        crossed += x <= column if side == "left" else x < column
            mask[row, column] = crossed % 2
    return mask


def weighted(video, weights, omit_nan=False, as_sums=False):
    """Return the trace of an image of weights (0: not in the region), exact until the last step."""
    values = []
    for frame in video:
        pairs = [(Fraction(float(w)), p.item()) for w, p in zip(weights.ravel(), frame.ravel(), strict=True) if w]
        if omit_nan:
            pairs = [(w, p) for w, p in pairs if not np.isnan(p)]
        if not pairs or not all(np.isfinite(p) for _, p in pairs):
            values.append(np.nan)
            continue
        total = sum(w * Fraction(p) for w, p in pairs)
        values.append(float(total if as_sums else total / sum(w for w, _ in pairs)))
    return np.array(values)


def trace(video, position, size=5, window="rect", omit_nan=False):
    """Return the trace at one position, exact until the last step."""
    weights = window_weights(position, size, window, video.shape[1:])
    values = []
    for frame in video:
        pixels = [(w, frame[r, c].item()) for (r, c), w in weights.items()]
        if omit_nan:
            pixels = [(w, p) for w, p in pixels if not np.isnan(p)]
        if not pixels or not all(np.isfinite(p) for _, p in pixels):
            values.append(np.nan)
        else:
            values.append(float(sum(w * Fraction(p) for w, p in pixels) / sum(w for w, _ in pixels)))
    return np.array(values)


def normalized(series, ymin, ymax, vmin=None, vmax=None, clip=True):
    """Return one series of numbers, normalized in exact arithmetic."""
    values = [Fraction(v) for v in np.asarray(series).tolist()]
    low = min(values) if vmin is None else Fraction(vmin)
    high = max(values) if vmax is None else Fraction(vmax)
    places = [(v - low) / (high - low) if high > low else Fraction(0) for v in values]
    if clip and (vmin is not None or vmax is not None):
        places = [min(max(p, Fraction(0)), Fraction(1)) for p in places]
    return np.array([float((1 - p) * Fraction(ymin) + p * Fraction(ymax)) for p in places])
