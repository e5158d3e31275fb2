"""Dask arrays give lazily what arrays in memory give at once: traces, normalized and detrended series."""

import pickle
import subprocess
import sys

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import kernels
from optimap._extract import sums as _adding
from optimap.trace import (
    compare_traces,
    detrend_timeseries,
    extract_traces,
    load_traces,
    normalize,
    save_traces,
    show_positions_and_traces,
)
from optimap.video import open_video
from optimap.video.recording import Recording
from tests import makers
from tests.strategies import WINDOWS, positions, videos

RNG = np.random.default_rng(0)
VIDEO = RNG.integers(0, 65536, (12, 9, 11), dtype=np.uint16)
CHUNKS = (5, 4, 3)
LAZY = da.from_array(VIDEO, chunks=CHUNKS)
WHERE = [(4, 2), (0, 0), (10, 8), (5.25, 3.5)]


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def chunks_of(draw, shape):
    """Chunks of any sizes, also uneven ones."""
    cuts = [sorted(draw(st.sets(st.integers(1, n - 1), max_size=3))) if n > 1 else [] for n in shape]
    return tuple(tuple(np.diff([0, *c, n]).tolist()) for c, n in zip(cuts, shape, strict=True))


# Traces


def test_traces_are_lazy_and_know_what_they_will_be():
    def fail(block):
        raise AssertionError("computed")

    video = LAZY.map_blocks(fail, dtype=np.uint16, meta=np.empty((0, 0, 0), np.uint16))
    traces = extract_traces(video, WHERE, 3)
    assert (type(traces), traces.shape, traces.dtype) == (da.Array, (12, 4), np.float64)
    assert traces.chunks == ((5, 5, 2), (4,))
    assert type(traces._meta) is np.ndarray
    one = extract_traces(video, (4, 2))
    assert (one.shape, one.chunks) == ((12,), ((5, 5, 2),))
    with pytest.raises(AssertionError, match="computed"):
        traces.compute()


def test_lazy_traces_are_computed_when_they_are_saved(tmp_path):
    save_traces(tmp_path / "t.npz", extract_traces(LAZY, WHERE, 3), WHERE, 500)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.npz").traces, extract_traces(VIDEO, WHERE, 3))


def test_a_window_over_four_chunks_is_the_mean_of_its_pixels():
    video = da.from_array(VIDEO, chunks=(12, 4, 3))
    expected = VIDEO[:, 2:7, 1:6].mean(axis=(1, 2))
    np.testing.assert_array_equal(extract_traces(video, (3, 4), 5).compute(), expected)


@settings(max_examples=150)
@given(st.data(), st.integers(0, 8), st.sampled_from(WINDOWS), st.sampled_from(["propagate", "omit", "raise"]))
def test_any_video_in_any_chunks_equals_the_array_in_memory(data, size, window, policy):
    video = data.draw(videos())
    where = data.draw(st.lists(positions(video.shape[1:]), min_size=1, max_size=3))
    lazy = da.from_array(video, chunks=chunks_of(data.draw, video.shape))
    expected = extract_traces(video, where, size, window=window, nan_policy=policy)
    traces = extract_traces(lazy, where, size, window=window, nan_policy=policy)
    computed = traces.compute()
    assert computed.dtype == traces.dtype == expected.dtype
    whole = all(float(c).is_integer() for position in where for c in position)
    if lazy.numblocks[1:] == (1, 1) or (video.dtype.kind != "f" and whole):
        np.testing.assert_array_equal(computed, expected)
    else:
        scale = np.abs(video.astype(float)).max()
        tight = 1e-7 if computed.dtype == np.float32 else 1e-14
        np.testing.assert_allclose(computed, expected, rtol=2 * tight, atol=tight * scale)


@pytest.mark.parametrize("dtype", ["u4", "i4", "u8", "i8"])
@pytest.mark.parametrize("bits", [32, 16])
def test_sums_of_large_integers_are_exact_however_they_are_cut(monkeypatch, dtype, bits):
    video = makers.random_video((3, 40, 50), dtype)
    video[1] = np.iinfo(dtype).max
    video[2] = np.iinfo(dtype).min
    expected = extract_traces(video, [(25, 20), (0, 0), (30.0, 11.0)], 33)
    monkeypatch.setattr(_adding, "digits_for", lambda itemsize, most: (bits, max(1, 8 * itemsize // bits)))
    lazy = da.from_array(video, chunks=(2, 7, 13))
    np.testing.assert_array_equal(extract_traces(lazy, [(25, 20), (0, 0), (30.0, 11.0)], 33).compute(), expected)


def test_digits_are_short_enough_for_a_double_to_hold_their_sums():
    for itemsize, most in [(4, 1), (4, 2**20 - 1), (4, 2**24), (8, 1), (8, 2**20 - 1), (8, 2**24)]:
        bits, parts = _adding.digits_for(itemsize, most)
        assert bits * parts == 8 * itemsize
        assert most * 2**bits < 2**53
    assert _adding.digits_for(2, 2**30) == (64, 1)


def test_bools_are_counted():
    video = VIDEO > 30_000
    traces = extract_traces(da.from_array(video, chunks=CHUNKS), WHERE[:3], 5).compute()
    np.testing.assert_array_equal(traces, extract_traces(video, WHERE[:3], 5))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4"])
@pytest.mark.parametrize("chunks", [CHUNKS, (5, 9, 11), (12, 1, 1)])
@pytest.mark.parametrize("size", [1, 4])
def test_nan_as_in_memory(dtype, chunks, size):
    video = RNG.normal(size=VIDEO.shape).astype(dtype)
    video[RNG.random(video.shape) < 0.3] = np.nan
    video[2:4, :4, :4] = np.nan
    video[7, 1, 1] = np.inf
    lazy = da.from_array(video, chunks=chunks)
    for policy in ("propagate", "omit"):
        expected = extract_traces(video, WHERE, size, nan_policy=policy)
        computed = extract_traces(lazy, WHERE, size, nan_policy=policy).compute()
        np.testing.assert_allclose(computed, expected, rtol=1e-6 if expected.dtype == np.float32 else 1e-13)
    assert np.isnan(expected).any()
    assert np.isfinite(expected).any()


@pytest.mark.parametrize("chunks", [CHUNKS, (5, 9, 11)])
def test_nan_is_an_error_where_asked_for_under_the_numbers_of_the_whole(chunks):
    video = VIDEO.astype(np.float32)
    video[8, 8, 9] = np.nan
    video[3, 0, 5] = np.nan  # in no window
    video[6, 4, 4], video[6, 4, 5] = np.inf, -np.inf  # NaN as a mean, but no pixel is
    lazy = da.from_array(video, chunks=chunks)
    traces = extract_traces(lazy, [(4, 4), (0, 8), (10, 8)], 3, nan_policy="raise")
    with pytest.raises(ValueError, match="video holds NaN in frame 8 within the window of position 2") as lazily:
        traces.compute()
    with pytest.raises(ValueError, match="NaN") as at_once:
        extract_traces(video, [(4, 4), (0, 8), (10, 8)], 3, nan_policy="raise")
    assert str(lazily.value) == str(at_once.value)


@pytest.mark.parametrize("dtype", ["u2", "i8", "f4"])
@pytest.mark.parametrize("policy", ["propagate", "omit"])
def test_masked_pixels_count_as_nan(dtype, policy):
    video = np.ma.masked_array(VIDEO.astype(dtype), RNG.random(VIDEO.shape) < 0.1)
    lazy = da.from_array(video, chunks=CHUNKS)
    expected = extract_traces(video, WHERE, 3, nan_policy=policy)
    computed = extract_traces(lazy, WHERE, 3, nan_policy=policy).compute()
    assert np.isnan(expected).any() == (policy == "propagate")
    np.testing.assert_allclose(computed, expected, rtol=1e-6 if dtype == "f4" else 1e-14)


def test_no_positions_and_no_frames():
    assert extract_traces(LAZY, []).compute().shape == (12, 0)
    assert extract_traces(LAZY, []).chunks == ((5, 5, 2), (0,))
    assert extract_traces(LAZY[:0], WHERE).compute().shape == (0, 4)


def test_blocks_that_no_window_touches_are_not_read():
    read = []

    def note(block, block_info=None):
        read.append(block_info[0]["chunk-location"])
        return block

    video = LAZY.map_blocks(note, dtype=np.uint16, meta=np.empty((0, 0, 0), np.uint16))
    extract_traces(video, [(4, 4), (5, 4)], 1).compute()
    assert sorted(read) == [(t, 1, 1) for t in range(3)]


@pytest.mark.parametrize("chunks", [CHUNKS, (5, 9, 11)])
def test_reading_and_adding_are_one_task_and_windows_are_in_the_graph_once(chunks, tmp_path):
    import cloudpickle

    with open_video(makers.npy(tmp_path / "rec.npy", VIDEO)) as recording:
        video = da.from_array(recording, chunks=chunks) + 1
        where = RNG.integers(0, 9, (500, 2))
        traces = extract_traces(video, where, 5)
        (optimized,) = dask.optimize(traces)
        graph = dict(optimized.dask)
        kinds = {dask.utils.key_split(key).replace("sums-traces", "sums") for key in graph}
        assert kinds == {"traces", "trace-sums", "trace-windows", "original-array"}
        work = {key: task for key, task in graph.items() if dask.utils.key_split(key).startswith("trace-sums")}
        assert len(work) == np.prod(video.numblocks)
        assert max(len(cloudpickle.dumps(task)) for task in work.values()) < 5000
        assert sum(len(cloudpickle.dumps(task)) > 50_000 for task in graph.values()) == 1
        np.testing.assert_array_equal(traces.compute(), extract_traces(VIDEO.astype(np.uint16) + 1, where, 5))


def test_the_same_traces_have_the_same_name():
    again = da.from_array(VIDEO.copy(), chunks=CHUNKS)
    names = [extract_traces(LAZY, WHERE, 3).name, extract_traces(again, WHERE, 3).name]
    assert names[0] == names[1]
    others = [
        extract_traces(LAZY, WHERE, 5),
        extract_traces(LAZY, WHERE[::-1], 3),
        extract_traces(LAZY, WHERE, 3, window="disc"),
        extract_traces(LAZY, WHERE, 3, nan_policy="omit"),
        extract_traces(LAZY[:11], WHERE, 3),
    ]
    assert len({names[0], *(traces.name for traces in others)}) == 6


def test_showing_computes():
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    traces = extract_traces(LAZY, WHERE, 3, ax=ax)
    assert isinstance(traces, np.ndarray)
    np.testing.assert_array_equal(ax.lines[2].get_ydata(), extract_traces(VIDEO, (10, 8), 3))
    assert isinstance(extract_traces(LAZY, (4, 2), 3, show=True), np.ndarray)
    _, ax = show_positions_and_traces(LAZY, WHERE)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), extract_traces(VIDEO, (4, 2)))
    panel = compare_traces([LAZY, VIDEO], (4, 2))
    np.testing.assert_array_equal(panel.lines[0].get_ydata(), panel.lines[1].get_ydata())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"video": LAZY[LAZY[:, 0, 0] > 9]}, r"chunks of unknown sizes: call video.compute_chunk_sizes\(\) first"),
        ({"video": LAZY[0]}, r"shape \(9, 11\), a single image"),
        ({"coords": (11, 0)}, r"coords = \(x=11, y=0\) is outside the frame \(width 11, height 9\)"),
        ({"size": -1}, "size = -1"),
        ({"window": "star"}, "window = 'star'"),
        ({"nan_policy": "maybe"}, "nan_policy = 'maybe'"),
    ],
)
def test_errors_come_at_once(arguments, message):
    with pytest.raises(ValueError, match=message):
        extract_traces(**{"video": LAZY, "coords": (1, 1), **arguments})


def test_blocks_that_are_not_what_the_array_says_are_an_error():
    video = LAZY.map_blocks(lambda block: block.astype(float), dtype=np.uint16, meta=np.empty((0, 0, 0), np.uint16))
    with pytest.raises(ValueError, match="has dtype float64, but the dask array has uint16"):
        extract_traces(video, WHERE).compute()


def test_dask_is_not_imported_for_arrays_in_memory():
    code = (
        "import sys, numpy as np; from optimap.trace import extract_traces, normalize, detrend_timeseries;"
        "v = np.arange(1200.).reshape(12, 10, 10); t = extract_traces(v, [(1, 1)]); normalize(detrend_timeseries(t));"
        "assert 'dask' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_task_keeps_to_its_thread(monkeypatch):
    monkeypatch.setenv("OPTIMAP_THREADS", "3")
    seen = []
    original = kernels.window_means
    monkeypatch.setattr(kernels, "window_means", lambda *a: seen.append(kernels.thread_count()) or original(*a))
    for chunks in (CHUNKS, (5, 9, 11)):
        extract_traces(da.from_array(VIDEO, chunks=chunks), WHERE, 3).compute()
    assert set(seen) == {1}
    assert kernels.thread_count() == 3
    extract_traces(VIDEO, WHERE, 3)
    assert seen[-1] == 3


# Recordings


@pytest.mark.parametrize("kind", makers.EVERY_FORMAT)
def test_recordings_of_every_format_travel_by_name(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = makers.EVERY_FORMAT[kind](tmp_path, VIDEO).relative_to(tmp_path)
    with open_video(path) as recording:
        recording.fps = 123.0
        sent = pickle.dumps(recording)
        assert len(sent) < 1000
        monkeypatch.chdir("/")
        with pickle.loads(sent) as copy:
            assert (copy.shape, copy.dtype, copy.fps) == (recording.shape, recording.dtype, 123.0)
            np.testing.assert_array_equal(copy[3:5], VIDEO[3:5])
            assert dask.base.tokenize(copy) == dask.base.tokenize(recording)
        monkeypatch.chdir(tmp_path)
        lazy = da.from_array(recording, chunks=(5, -1, -1))
        with dask.config.set(scheduler="threads", num_workers=4):
            traces = extract_traces(lazy, WHERE, 3).compute()
        np.testing.assert_array_equal(traces, extract_traces(VIDEO, WHERE, 3))


def test_options_travel_too_and_another_file_is_another_array(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", first=VIDEO, second=VIDEO + 1)
    with open_video(path, dataset="second") as second, open_video(path, dataset="first") as first:
        with pickle.loads(pickle.dumps(second)) as copy:
            np.testing.assert_array_equal(copy[0], VIDEO[0] + 1)
        assert dask.base.tokenize(first) != dask.base.tokenize(second)
    with open_video(makers.npy(tmp_path / "rec.npy", VIDEO)) as before:
        sent = pickle.dumps(before)
    makers.npy(tmp_path / "rec.npy", VIDEO[:5])
    with pytest.raises(ValueError, match=r"rec.npy holds another recording now, \(5, 9, 11\) .* instead of \(12, 9"):
        pickle.loads(sent)[0]
    old = dask.base.tokenize(open_video(makers.npy(tmp_path / "rec.npy", VIDEO)))
    assert old != dask.base.tokenize(open_video(makers.npy(tmp_path / "rec.npy", VIDEO[:5])))


def test_a_recording_that_was_sent_opens_when_asked_and_closes(tmp_path):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    with open_video(path) as recording:
        sent = pickle.dumps(recording)
    path.rename(tmp_path / "away.npy")
    copy = pickle.loads(sent)  # as a scheduler does that sees no recordings
    assert copy.shape == VIDEO.shape
    with pytest.raises(FileNotFoundError, match=r"rec\.npy does not exist"):
        copy[0]
    copy.close()
    with pytest.raises(ValueError, match=r"rec\.npy is closed"):
        copy[0]
    with pytest.raises(TypeError, match="only recordings from open_video"):
        pickle.dumps(Recording(VIDEO, path=path, format="test"))


# Series


@settings(max_examples=60)
@given(st.data())
def test_normalize_equals_the_array_in_memory(data):
    shape = data.draw(st.sampled_from([(9,), (9, 5), (7, 4, 5)]))
    dtype = data.draw(st.sampled_from(["u1", "i4", "u8", "f4", "f8", "?"]))
    values = makers.random_video(shape, dtype, seed=data.draw(st.integers(0, 99)))
    axis = data.draw(st.sampled_from([None, 0, -1, *range(len(shape))]))
    low = data.draw(st.sampled_from([None, 2, "each"]))
    options = {"dtype": data.draw(st.sampled_from(["f4", "f8", "u1"])), "axis": axis}
    if low is not None and dtype != "?":
        each = low == "each" and axis == 0 and len(shape) > 1
        options["vmin"] = np.arange(np.prod(shape[1:])).reshape(shape[1:]) if each else 2
        options["vmax"] = 100
    if dtype.startswith("f") and options["dtype"] != "u1":
        values.flat[::7] = np.nan
    chunks = [list(c) for c in chunks_of(data.draw, shape)]
    if axis is not None and "vmin" not in options:
        chunks[axis] = [shape[axis]]
    result = normalize(da.from_array(values, chunks=tuple(map(tuple, chunks))), ymin=1, ymax=3, **options)
    expected = normalize(values, ymin=1, ymax=3, **options)
    assert isinstance(result, da.Array)
    computed = result.compute()
    assert computed.dtype == result.dtype == expected.dtype
    np.testing.assert_array_equal(computed, expected)


def test_normalize_masked_and_constant_series():
    values = np.ma.masked_array(RNG.normal(size=(9, 4)), RNG.random((9, 4)) < 0.2)
    values[:, 3] = 7
    for axis in (0, None):
        lazy = da.from_array(values, chunks=(9, 2) if axis == 0 else (4, 2))
        np.testing.assert_array_equal(normalize(lazy, axis=axis).compute(), normalize(values, axis=axis))


SERIES = da.from_array(RNG.normal(size=(60, 4)), chunks=(20, 3))


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: normalize(SERIES), r"array is cut along time, into 3 chunks along axis 0.*array.rechunk\({0: -1}\)"),
        (lambda: normalize(SERIES, axis=-1), r"cut along time, into 2 chunks along axis 1.*array.rechunk\({1: -1}\)"),
        (lambda: normalize(SERIES, axis=2), "axis = 2: choose one of 0..1"),
        (lambda: normalize(SERIES, ymin=np.inf), "ymin = inf"),
        (lambda: normalize(SERIES, vmin=3, vmax=2), "vmin = 3 is not below vmax = 2"),
        (lambda: normalize(SERIES, vmin=np.zeros(5)), r"vmin has shape \(5,\)"),
        (lambda: normalize(SERIES[:0]), "is not empty"),
        (lambda: normalize(SERIES[SERIES[:, 0] > 0]), r"call array.compute_chunk_sizes\(\) first"),
        (lambda: detrend_timeseries(SERIES), r"data is cut along time, into 3 chunks.*data.rechunk\({0: -1}\)"),
        (lambda: detrend_timeseries(SERIES, "wavy"), "kind = 'wavy'"),
        (lambda: detrend_timeseries(SERIES, period=-1), "period = -1"),
        (lambda: detrend_timeseries(SERIES, period=50), "makes a window of 99 samples"),
        (lambda: detrend_timeseries(SERIES[:3]), "data has 3 samples"),
        (lambda: detrend_timeseries(SERIES[:, None, None]), r"shape \(60, 1, 1, 4\)"),
        (lambda: detrend_timeseries(SERIES[SERIES[:, 0] > 0]), r"call data.compute_chunk_sizes\(\) first"),
    ],
)
def test_errors_of_series_come_at_once(run, message):
    with pytest.raises(ValueError, match=message):
        run()


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: normalize(SERIES, vmin=SERIES[0]), r"vmin is a dask array: give its values, vmin.compute\(\)"),
        (lambda: normalize(SERIES, dtype=complex), "dtype = complex128"),
        (lambda: normalize(SERIES.astype(complex)), "array has dtype complex128"),
        (lambda: detrend_timeseries(SERIES.astype(complex)), "data has dtype complex128"),
    ],
)
def test_wrong_types_of_series_come_at_once(run, message):
    with pytest.raises(TypeError, match=message):
        run()


@pytest.mark.parametrize("shape", [(90,), (90, 5), (90, 2, 3)])
@pytest.mark.parametrize(
    "options",
    [{}, {"kind": "mean", "period": 15, "return_trend_data": True}, {"kind": None}, {"retain_baseline": False}],
)
def test_detrend_equals_the_array_in_memory(shape, options):
    t = np.arange(90).reshape(90, *(1,) * (len(shape) - 1))
    series = (np.sin(t / 3) + 0.02 * t + 0.1 * RNG.normal(size=shape)).astype(np.float32)
    lazy = da.from_array(series, chunks=(90, *(2,) * (len(shape) - 1)))
    result = detrend_timeseries(lazy, **options)
    assert (isinstance(result, da.Array), result.dtype, result.shape) == (True, np.float32, shape)
    np.testing.assert_allclose(result.compute(), detrend_timeseries(series, **options), rtol=1e-6, atol=1e-6)


def test_from_video_to_clean_traces_in_one_graph():
    video = np.cumsum(RNG.integers(0, 9, (100, 6, 7)), axis=0)
    traces = extract_traces(da.from_array(video, chunks=(30, 3, 4)), [(2, 2), (5, 4)], 3)
    clean = normalize(detrend_timeseries(traces.rechunk({0: -1}), "mean", 20))
    expected = normalize(detrend_timeseries(extract_traces(video, [(2, 2), (5, 4)], 3), "mean", 20))
    np.testing.assert_array_equal(clean.compute(), expected)
