"""Hypothesis strategies: videos of every dtype and layout, positions in them."""

import numpy as np
from hypothesis import strategies as st

DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "?", ">u2", ">i4", ">f4", ">f8"]
WINDOWS = ["rect", "disc", "pixel"]


@st.composite
def videos(draw, dtypes=DTYPES, max_side=9):
    """A small video: any dtype, and any of the memory layouts that users' arrays have."""
    shape = tuple(draw(st.integers(1, n)) for n in (5, max_side, max_side))
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    wide = tuple(2 * n for n in shape)
    if dtype.kind == "f":
        values = (rng.normal(size=wide) * 10.0 ** rng.integers(-3, 4)).astype(dtype)
    elif dtype.kind == "b":
        values = rng.random(wide) < 0.5
    else:
        info = np.iinfo(dtype)
        values = rng.integers(info.min, info.max, wide, dtype=dtype.newbyteorder("="), endpoint=True).astype(dtype)
    t, h, w = shape
    layout = draw(st.sampled_from(["plain", "strided", "reversed", "fortran", "read-only"]))
    if layout == "strided":
        return values[::2, 1::2, ::2]
    plain = values[:t, :h, :w].copy()
    if layout == "reversed":
        return plain[::-1, ::-1, ::-1]
    if layout == "fortran":
        return np.asfortranarray(plain)
    plain.flags.writeable = layout != "read-only"
    return plain


@st.composite
def positions(draw, frame_shape, fractional=True):
    """A position that is valid in a frame, on its edges too."""
    height, width = frame_shape

    def coordinate(n):
        whole = st.integers(0, n - 1).map(float)
        if not fractional:
            return whole
        eighths = st.integers(-4, 8 * n - 5).map(lambda k: k / 8)
        return st.one_of(whole, eighths)

    return draw(coordinate(width)), draw(coordinate(height))


def chunks_of(draw, shape):
    """Chunks of any sizes, also uneven ones."""
    cuts = [sorted(draw(st.sets(st.integers(1, n - 1), max_size=3))) if n > 1 else [] for n in shape]
    return tuple(tuple(np.diff([0, *c, n]).tolist()) for c, n in zip(cuts, shape, strict=True))
