"""What the tests of tables share: traces with difficult values, regions, a strategy for tables, and comparisons."""

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from optimap.trace import regions

TIDY_SUFFIXES = (".csv", ".tsv", ".parquet", ".xlsx")
DTYPES = ["?", "u1", "i1", "u2", "i4", ">i2", "u8", "i8", "f2", "f4", ">f4", "f8"]
POSITIONS = [(12, 16), (3.5, 0), (0, 2.25)]
NAMES = ["a", "b", "c"]
TRACES = np.array([[1.5, -0.0, 3], [np.nan, 0.1, 5e-324], [np.inf, 1 / 3, -np.inf], [2, 1e300, 7]])
SINGLE_PRECISION = np.array([[1.5, -0.0, 3], [np.nan, 0.1, 1e-45], [np.inf, 1 / 3, -np.inf], [2, 1e38, 7]], np.float32)


class Stop(Exception):
    """Raised by tests in the place of a failure."""


def two_regions():
    """A ring of two pixels with weights 1 and 3, and a dot of one pixel."""
    weights = np.zeros((2, 10, 12))
    weights[0, 1, 2:4] = 1, 3
    weights[1, 8, 7] = 1
    return regions(weights, names=["ring", "dot"])


CENTERS = [[2.75, 1], [7, 8]]  # of the two regions

_plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_letters = st.characters(exclude_categories=["Cs"])


def _increasing(frames):
    steps = st.floats(2**-10, 10, width=32)
    return st.lists(steps, min_size=frames, max_size=frames).map(lambda s: np.cumsum(np.array(s, np.float64)))


@st.composite
def tables(draw, archive=False):
    """Arguments of `save_traces`: any dtype and shape, NaN, infinity, subnormals; any axis, names, positions, metadata.

    For an archive: at least one value, increasing times, positions in a frame.
    """
    least = 1 if archive else 0
    frames = draw(st.integers(least, 5))
    shape = draw(st.sampled_from([(frames,), (frames, draw(st.integers(least, 3)))]))
    count = 1 if len(shape) == 1 else shape[1]
    given = {"traces": draw(arrays(draw(st.sampled_from(DTYPES)), shape))}
    axis = draw(st.sampled_from(["fps", "x"] if archive else ["fps", "x", "frames"]))
    if axis == "fps":
        given["fps"] = draw(st.floats(0.125, 1e5))
    elif axis == "x":
        any_x = arrays(draw(st.sampled_from(["i2", "u8", "f4", "f8"])), (frames,))
        given["x"] = draw(_increasing(frames) if archive else any_x.filter(lambda x: np.isfinite(x).all()))
    coordinate = st.floats(-0.5, 40) if archive else st.floats(-1e9, 1e9)
    if archive or draw(st.booleans()):
        pairs = st.lists(st.tuples(coordinate, coordinate), min_size=count, max_size=count)
        given["positions"] = np.array(draw(pairs), np.float64).reshape(count, 2)
    if draw(st.booleans()):
        given["names"] = draw(st.lists(st.text(_letters, max_size=6), min_size=count, max_size=count))
    given["metadata"] = draw(st.dictionaries(st.text(max_size=5), _plain, max_size=3))
    return given


def assert_same(table, traces, positions=None, fps=None, x=None, names=None, metadata=None):
    """Assert that a table is what was given: every number with its sign, type, shape, axis, names, metadata."""
    assert table.traces.dtype == traces.dtype.newbyteorder("=")
    assert table.traces.shape == traces.shape
    np.testing.assert_array_equal(table.traces, traces)
    if traces.dtype.kind == "f":
        signed = ~np.isnan(traces)
        np.testing.assert_array_equal(np.signbit(table.traces)[signed], np.signbit(traces)[signed])
    assert table.fps == fps
    assert (table.x is None) == (x is None)
    if x is not None:
        assert table.x.dtype == x.dtype
        np.testing.assert_array_equal(table.x, x)
    assert (table.positions is None) == (positions is None)
    if positions is not None:
        np.testing.assert_array_equal(table.positions, positions)
    assert table.names == names
    assert table.metadata == (metadata or {})


def assert_tables_equal(table, expected):
    """Assert that two tables are the same."""
    np.testing.assert_array_equal(table.traces, expected.traces, strict=True)
    for name in ("x", "positions"):
        np.testing.assert_array_equal(getattr(table, name), getattr(expected, name))
    for name in ("fps", "names", "metadata"):
        assert getattr(table, name) == getattr(expected, name)


def nwb_reports(path):
    """Return everything that nwbinspector reports, including suggestions; it also runs the validator."""
    # That for an older pynwb does not know zarr 3.
    inspector = pytest.importorskip("nwbinspector", exc_type=ImportError)
    return [f"{m.check_function_name}: {m.message}" for m in inspector.inspect_nwbfile(nwbfile_path=path)]
