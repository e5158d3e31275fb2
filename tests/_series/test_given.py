"""Series of every form: results come back in the form in which the series were given, with their times and names."""

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from optimap.beats import ensemble_average, find_beats, measure_beats, show_beats
from optimap.trace import (
    TraceTable,
    baseline,
    delta_f_over_f,
    detect_polarity,
    detrend_timeseries,
    estimate_period,
    filter_traces,
    load_traces,
    normalize,
    save_traces,
    show_traces,
    to_dataframe,
    to_xarray,
)
from tests.errors import check_error

T, FPS, NAMES = np.arange(600), 500.0, ["a", "b"]
TIMES = T / FPS
PHASE = (T - 40) % 100
BEATS = np.where(PHASE < 3, PHASE / 3, np.exp(-(PHASE - 3) / 20))
SIGNALS = 1000 + 50 * BEATS[:, np.newaxis] * [1, 2] + np.random.default_rng(0).normal(size=(len(T), 2))
FUNCTIONS = {
    "normalize": normalize,
    "detrend_timeseries": lambda signals: detrend_timeseries(signals, "mean"),
    "baseline": lambda signals: baseline(signals, polarity="up"),
    "delta_f_over_f": lambda signals: delta_f_over_f(signals, polarity="up"),
    "filter_traces": lambda signals, *fps: filter_traces(signals, *fps, lowpass=50),
}


def array(values=SIGNALS, dims=("time", "trace"), times=TIMES):
    coords = {"time": times, "trace": NAMES}
    return xr.DataArray(values, dims=dims, coords={dim: coords[dim] for dim in dims if dim in coords}, name="counts")


def frame(name, times, columns=NAMES):
    return pd.DataFrame(SIGNALS, index=pd.Index(times, name=name), columns=columns)


def tsd():
    return pytest.importorskip("pynapple").TsdFrame(t=TIMES, d=SIGNALS, columns=NAMES)


def analog():
    neo, units = pytest.importorskip("neo"), pytest.importorskip("quantities")
    return neo.AnalogSignal(
        SIGNALS, units="mV", sampling_rate=500 * units.Hz, array_annotations={"channel_names": NAMES}
    )


FORMS = {
    "table": lambda: TraceTable(SIGNALS, fps=FPS, names=NAMES, positions=np.array([[1.0, 2], [3, 4]])),
    "array": array,
    "array, time last": lambda: array(SIGNALS.T, ("trace", "time")),
    "array, ms": lambda: array(times=("time", 2.0 * T, {"units": "ms"})),
    "array, dates": lambda: array(times=pd.date_range("2026", periods=len(T), freq="2ms")),
    "array, from a later time": lambda: array(times=3 + TIMES),
    "to_xarray": lambda: to_xarray(SIGNALS, fps=FPS, names=NAMES),
    "data frame": lambda: frame("time", TIMES),
    "data frame, ms": lambda: frame("Time [ms]", 1000 * TIMES),
    "data frame, first column": lambda: frame("time_s", TIMES).reset_index(),
    "data frame, durations": lambda: frame("time", pd.to_timedelta(TIMES, "s")),
    "to_dataframe": lambda: to_dataframe(SIGNALS, fps=FPS, names=NAMES),
    "long form": lambda: to_dataframe(SIGNALS, fps=FPS, names=NAMES, tidy=True),
    "pynapple": tsd,
    "neo": analog,
}


def plain(signals):
    """Return the values of series of any form as (T, 2)."""
    if isinstance(signals, TraceTable):
        return signals.traces
    if isinstance(signals, pd.DataFrame):
        if "value" in signals:
            return signals["value"].to_numpy().reshape(2, -1).T
        return signals[NAMES].to_numpy()
    if isinstance(signals, xr.DataArray):
        return signals.transpose(next(dim for dim in signals.dims if dim.startswith("time")), ...).to_numpy()
    return np.asarray(signals.magnitude if hasattr(signals, "magnitude") else signals.values)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_have_the_form_values_and_labels_of_what_was_given(form, name):
    given = FORMS[form]()
    result = FUNCTIONS[name](given)
    assert type(result) is type(given)
    expected = FUNCTIONS[name](SIGNALS, FPS) if name == "filter_traces" else FUNCTIONS[name](SIGNALS)
    np.testing.assert_allclose(plain(result), expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(plain(given), SIGNALS)
    if isinstance(given, xr.DataArray):
        assert result.dims == given.dims
        xr.testing.assert_equal(result.coords.to_dataset(), given.coords.to_dataset())
        assert result.name == given.name
    if isinstance(given, pd.DataFrame):
        assert result.columns.equals(given.columns)
        assert result.index.equals(given.index)
        assert result.attrs == given.attrs
    if isinstance(given, TraceTable):
        assert (result.fps, result.names) == (given.fps, given.names)
        assert result.positions is given.positions
    if form == "pynapple":
        np.testing.assert_array_equal(result.t, TIMES)
        assert list(result.columns) == NAMES


@pytest.mark.parametrize("form", FORMS)
def test_beats_and_figures_have_the_times_and_names_of_what_was_given(form):
    given, expected = FORMS[form](), measure_beats(SIGNALS, fps=FPS, names=NAMES)
    table = measure_beats(given)
    assert table.fps == FPS
    assert table["name"].tolist() == expected["name"].tolist()
    for column in ("activation_ms", "apd80_ms"):
        np.testing.assert_allclose(table[column], expected[column])
    np.testing.assert_allclose(find_beats(given)[1], find_beats(SIGNALS, fps=FPS)[1])
    assert detect_polarity(given) == "up"
    assert estimate_period(given).tolist() == [100, 100]
    assert ensemble_average(given, table, 20, 60).fps == FPS
    assert len(show_beats(given, table)) == 2
    ax = show_traces(given)
    start = 3 if "later" in form else 0
    np.testing.assert_allclose(ax.lines[1].get_xdata(), start + TIMES, atol=1e-9)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == NAMES


def test_single_traces_and_videos():
    one = pd.Series(SIGNALS[:, 0], index=pd.Index(TIMES, name="time"), name="a")
    result = normalize(one)
    assert isinstance(result, pd.Series)
    assert result.name == "a"
    np.testing.assert_array_equal(result, normalize(SIGNALS[:, 0]))
    assert measure_beats(one).fps == FPS
    video = array(SIGNALS.T.reshape(1, 2, -1), ("y", "x", "time"))
    assert normalize(video).dims == ("time", "y", "x")
    np.testing.assert_array_equal(normalize(video).to_numpy()[:, 0], normalize(SIGNALS))
    assert measure_beats(video)["x"].max() == 1


def test_lazy_arrays_stay_lazy():
    lazy = array(da.from_array(SIGNALS, chunks=(-1, 1)))
    for name, function in FUNCTIONS.items():
        result = function(lazy)
        assert isinstance(result.data, da.Array), name
        np.testing.assert_allclose(result.compute(), FUNCTIONS[name](array()))


def test_units_stay_where_they_hold():
    counts = array().assign_attrs(units="counts", long_name="light")
    assert baseline(counts, polarity="up").attrs == {"units": "counts", "long_name": "light"}
    assert delta_f_over_f(counts, polarity="up").attrs == {"long_name": "light"}
    volts = analog()
    assert str(baseline(volts, polarity="up").units.dimensionality) == "mV"
    assert str(normalize(volts).units.dimensionality) == "dimensionless"


def test_a_baseline_of_the_same_form():
    level = baseline(array(), polarity="up")
    np.testing.assert_array_equal(delta_f_over_f(array(), level), delta_f_over_f(SIGNALS, level.to_numpy()))


@pytest.mark.parametrize("make", [tsd, analog])
def test_tables_are_saved_from_other_packages(tmp_path, make):
    save_traces(tmp_path / "a.csv", make())
    table = load_traces(tmp_path / "a.csv")
    assert (table.fps, table.names) == (FPS, NAMES)
    np.testing.assert_array_equal(table.traces, SIGNALS)


def test_times_without_a_rate():
    uneven = array(times=TIMES + 0.05 * (T > 300))
    assert normalize(uneven).shape == SIGNALS.shape
    for function in (measure_beats, find_beats, FUNCTIONS["filter_traces"]):
        check_error(lambda function=function: function(uneven), ValueError, "signals", "give fps=")
    assert measure_beats(uneven, fps=500).fps == 500
    check_error(lambda: filter_traces(SIGNALS, lowpass=9), ValueError, "fps", "fps = None: it must be")
    assert measure_beats(TraceTable(SIGNALS, x=T**2.0)).fps is None  # an axis without a unit
    assert measure_beats(array(times=T)).fps is None  # whole numbers may be frames


def test_what_is_given_comes_before_what_is_stated():
    assert measure_beats(array(), fps=1000).fps == 1000
    assert measure_beats(array(), names=["c", "d"])["name"][0] == "c"
    ax = show_traces(array(), fps=1000, labels=["c", "d"])
    assert ax.lines[0].get_xdata()[-1] == 0.599
    assert ax.get_legend().get_texts()[0].get_text() == "c"


def test_a_dataset_is_an_error_that_names_its_arrays():
    for function, name in ((normalize, "array"), (baseline, "signals"), (detrend_timeseries, "data")):
        check_error(lambda f=function: f(xr.Dataset({"v": array()})), TypeError, name, "give one of its arrays, 'v'")
