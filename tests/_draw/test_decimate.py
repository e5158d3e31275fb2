"""The samples of a long trace that can be seen: the line through them covers the pixels of the line through all."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from optimap._draw import pixel_columns, visible_samples


def axes(width=7.3, low=0.0, high=1.0):
    """Return axes that do not begin at a whole pixel."""
    figure = Figure(figsize=(3, 2), dpi=100)
    ax = figure.add_axes((0.1003, 0.1, 0.8 * width / 7.3, 0.8))
    ax.set_xlim(low, high)
    return ax


def columns_of(ax, x):
    """Return the column of pixels of each point of an artist."""
    return np.floor(ax.transData.transform(np.stack([x, np.zeros(len(x))], axis=1))[:, 0]).astype(int)


def extents(ax, x, y):
    """Return the first column of pixels of a line without gaps, and its lowest and highest place in each column."""
    left = ax.transData.transform((0, 0))[0]
    scale = ax.transData.transform((1, 0))[0] - left
    places = left + x * scale
    edges = np.arange(np.floor(places[0]) + 1, np.floor(places[-1]) + 1)
    crossings = np.interp(edges, places, y)
    owners = np.concatenate([np.floor(places), edges, edges - 1]).astype(int)
    values = np.concatenate([y, crossings, crossings])
    first = owners.min()
    low, high = np.full(owners.max() - first + 1, np.inf), np.full(owners.max() - first + 1, -np.inf)
    np.minimum.at(low, owners - first, values)
    np.maximum.at(high, owners - first, values)
    return first, low, high


SIGNALS = {
    "noise": lambda rng, n: rng.normal(size=n),
    "walk": lambda rng, n: np.cumsum(rng.normal(size=n)),
    "spikes": lambda rng, n: (rng.uniform(size=n) > 0.99) * rng.normal(size=n),
    "steps": lambda rng, n: np.sign(np.sin(np.linspace(0, rng.uniform(5, 50), n))),
}


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(SIGNALS)), st.integers(1500, 4000), st.floats(1, 7.3), st.integers(0, 2**32), st.booleans()
)
def test_the_line_has_the_extent_of_all_samples_in_each_column_of_pixels(signal, samples, width, seed, regular):
    rng = np.random.default_rng(seed)
    trace = SIGNALS[signal](rng, samples)
    x = np.arange(samples) / 500 if regular else np.cumsum(rng.exponential(size=samples))
    ax = axes(width, x[0], x[-1])
    view, columns = pixel_columns(ax, x)
    ((seen_x, seen),) = visible_samples(x[view], trace[view, None], columns)
    assert (np.diff(seen_x) > 0).all()
    assert np.isfinite(seen).all()  # no gap
    for drawn, expected in zip(extents(ax, seen_x, seen), extents(ax, x, trace), strict=True):
        np.testing.assert_allclose(drawn, expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=20)
@given(st.integers(1500, 3000), st.integers(0, 2**32))
def test_minimum_and_maximum_are_in_their_order_in_time(samples, seed):
    trace = np.random.default_rng(seed).normal(size=samples)
    x = np.arange(samples)
    ax = axes(low=0, high=samples - 1)
    view, columns = pixel_columns(ax, x)
    ((seen_x, seen),) = visible_samples(x[view], trace[view, None], columns)
    mine = columns_of(ax, seen_x)
    all_columns = columns_of(ax, x)
    assert set(mine) == set(all_columns)
    for column in set(mine):
        own, drawn = trace[all_columns == column], seen[mine == column]
        assert len(drawn) <= 4
        assert (drawn.min(), drawn.max()) == (own.min(), own.max())
        assert (drawn.argmin() < drawn.argmax()) == (own.argmin() < own.argmax())
        assert (drawn[0], drawn[-1]) == (own[0], own[-1])


def test_up_to_four_samples_a_column_are_left_as_they_are():
    trace = np.random.default_rng(0).normal(size=400)
    ((x, seen),) = visible_samples(np.arange(400), trace[:, None], np.repeat(np.arange(100), 4))
    np.testing.assert_array_equal(x, np.arange(400))
    np.testing.assert_array_equal(seen, trace)


def test_many_traces_of_many_samples_are_those_of_each_alone():
    values = np.random.default_rng(0).normal(size=(2**19, 4)).astype(np.float32)  # enough for two threads
    values[1000:90_000, 2] = np.nan
    columns = np.arange(len(values)) // 5000
    together = visible_samples(np.arange(len(values)), values, columns)
    for i, (x, seen) in enumerate(together):
        ((one_x, one),) = visible_samples(np.arange(len(values)), values[:, [i]], columns)
        np.testing.assert_array_equal(x, one_x)
        np.testing.assert_array_equal(seen, one)
    assert (seen == values[x, 3]).all()


def test_gaps_stay_and_hide_no_peak():
    trace = np.zeros((1000, 1))
    trace[400:600] = np.nan
    trace[205], trace[207], trace[208] = np.nan, 7, -3
    trace[699] = np.nan
    ((x, seen),) = visible_samples(np.arange(1000), trace, np.arange(1000) // 10)
    inside = (x >= 400) & (x < 600)
    assert np.isnan(seen[inside]).all()
    assert inside.any()
    assert (np.nanmax(seen), np.nanmin(seen)) == (7, -3)
    assert np.isnan(seen[x == 699]).all()  # between two columns
    assert (x == 699).sum() == 1


def test_one_sample_beyond_the_view_is_kept_on_each_side():
    x = np.arange(100.0)
    view, columns = pixel_columns(axes(low=10.5, high=20.5), x)
    np.testing.assert_array_equal(x[view], np.arange(10.0, 22.0))
    assert len(columns) == 12
    backwards, columns = pixel_columns(axes(low=20.5, high=10.5), x)
    np.testing.assert_array_equal(x[backwards], np.arange(10.0, 22.0))
    assert (np.diff(columns) < 0).all()
