"""Traces of dask arrays: lazily what arrays in memory give at once, one task for each block."""

import pickle

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import kernels
from optimap.trace import (
    compare_traces,
    extract_traces,
    load_traces,
    save_traces,
    show_positions_and_traces,
)
from optimap.video import Recording, open_video
from tests import makers
from tests.strategies import WINDOWS, chunks_of, positions, videos

RNG = np.random.default_rng(0)
VIDEO = RNG.integers(0, 65536, (12, 9, 11), dtype=np.uint16)
CHUNKS = (5, 4, 3)
LAZY = da.from_array(VIDEO, chunks=CHUNKS)
WHERE = [(4, 2), (0, 0), (10, 8), (5.25, 3.5)]


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def test_traces_are_lazy_with_known_shape_and_type():
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


def test_bools_are_counted():
    video = VIDEO > 30_000
    traces = extract_traces(da.from_array(video, chunks=CHUNKS), WHERE[:3], 5).compute()
    np.testing.assert_array_equal(traces, extract_traces(video, WHERE[:3], 5))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4"])
@pytest.mark.parametrize("chunks", [CHUNKS, (5, 9, 11), (12, 1, 1)])
@pytest.mark.parametrize("size", [1, 4])
def test_nan_is_treated_as_in_memory(dtype, chunks, size):
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
def test_errors_about_nan_give_the_frame_and_position_in_the_whole_array(chunks):
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
def test_errors_come_before_anything_is_computed(arguments, message):
    with pytest.raises(ValueError, match=message):
        extract_traces(**{"video": LAZY, "coords": (1, 1), **arguments})


def test_blocks_that_are_not_what_the_array_says_are_an_error():
    video = LAZY.map_blocks(lambda block: block.astype(float), dtype=np.uint16, meta=np.empty((0, 0, 0), np.uint16))
    with pytest.raises(ValueError, match=r"has dtype float64, .*the dask array .* uint16"):
        extract_traces(video, WHERE).compute()


SEEN = []


class Noting(np.ndarray):
    """A block that notes how many threads whoever takes frames of it may use."""

    def __getitem__(self, key):
        SEEN.append(kernels.thread_count())
        return super().__getitem__(key)


def noting(block):
    return block.view(Noting)


def test_a_task_uses_one_thread(monkeypatch):
    monkeypatch.setenv("OPTIMAP_THREADS", "3")
    for chunks in (CHUNKS, (5, 9, 11)):
        video = da.from_array(VIDEO, chunks=chunks)
        video = video.map_blocks(noting, dtype=VIDEO.dtype, meta=np.empty((0, 0, 0), VIDEO.dtype))
        SEEN.clear()
        np.testing.assert_array_equal(extract_traces(video, WHERE, 3).compute(), extract_traces(VIDEO, WHERE, 3))
        assert set(SEEN) == {1}
    assert kernels.thread_count() == 3


# Recordings


@pytest.mark.parametrize("kind", makers.EVERY_FORMAT)
def test_recordings_of_every_format_are_pickled_as_their_path(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = makers.EVERY_FORMAT[kind](tmp_path, VIDEO).relative_to(tmp_path)
    with open_video(path) as recording:
        recording.fps = 123.0
        sent = pickle.dumps(recording)
        assert len(sent) < 2000  # the pixels alone have 2376 bytes
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


def test_options_are_pickled_and_another_file_has_another_token(tmp_path):
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


def test_a_pickled_recording_opens_when_frames_are_read_and_closes(tmp_path):
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
