"""Every engine (memory, files, slices, dask, devices) computes what regions ask for, to the same numbers."""

from dataclasses import replace

import dask
import dask.array as da
import numpy as np
import pytest

from optimap._extract import check_nan_policy, span_traces
from optimap._reading import as_source
from optimap._regions import window_spans
from optimap.trace import extract_traces, regions
from tests.arrays import library
from tests.errors import check_error
from tests.readers import Chunked, Sliceable, mapped

RNG = np.random.default_rng(0)
VIDEO = RNG.integers(0, 4000, (7, 9, 11)).astype(np.float32)
VIDEO[2, 3:6, 2:9] = np.nan
VIDEO[3, 0, 0] = np.nan
WEIGHTS = np.zeros((4, 9, 11))
WEIGHTS[0, 2:7, 1:8] = RNG.normal(size=(5, 7))  # both signs
WEIGHTS[1, 3:6, 2:9] = 0.5  # nothing but NaN in frame 2; one weight for all
WEIGHTS[2, :, ::2] = RNG.uniform(0.1, 2, (9, 6))
WEIGHTS[3, 0, :2] = (1, -1)  # sums to 0
BACKGROUND = np.zeros((9, 11), bool)
BACKGROUND[7:, 5:] = True


def expected(video, weights, background=None, factor=1.0, as_sums=True, omit=True):
    """Return the traces pixel by pixel."""
    traces = np.empty((len(video), len(weights)))
    for t, frame in enumerate(video.astype(np.float64)):
        for i, own in enumerate(weights):
            keep = (own != 0) & (~np.isnan(frame) if omit else True)
            total = (frame[keep] * own[keep]).sum() if keep.any() else np.nan
            traces[t, i] = total if as_sums else total / own[keep].sum()
        if background is not None:
            traces[t] -= factor * frame[background].mean()
    return traces


def engines():
    yield "memory", lambda v: v, np.asarray
    yield "file", None, np.asarray
    yield "slices", Sliceable, np.asarray
    yield "chunks", lambda v: Chunked(v, (2, 4, 3)), np.asarray
    yield "dask, whole frames", lambda v: da.from_array(v, chunks=(3, -1, -1)), np.asarray
    yield "dask, cut in space", lambda v: da.from_array(v, chunks=(3, 4, 5)), np.asarray
    for name in ("strict", "torch", "torch by its own functions"):
        try:
            found = library(name.split()[0])
        except pytest.skip.Exception:  # the tests of arrays report it
            continue
        yield name, found.to, found.back


ENGINES = list(engines())


@pytest.fixture(params=ENGINES, ids=[name for name, *_ in ENGINES])
def engine(request, allow, tmp_path):
    name, give, take = request.param
    allow(host_loops="own" not in name)
    allow(read_bytes=100, file_bytes=0, buffer_bytes=1)  # several blocks, and several parts of frames
    with dask.config.set(scheduler="synchronous"):
        yield give or (lambda values: mapped(tmp_path, values)), take


@pytest.mark.parametrize("omit", [False, True])
def test_weighted_sums(engine, omit):
    give, take = engine
    policy = "omit" if omit else "propagate"
    traces = take(extract_traces(give(VIDEO), WEIGHTS, weights="sum", nan_policy=policy))
    assert traces.dtype == np.float32
    np.testing.assert_allclose(traces, expected(VIDEO, WEIGHTS, omit=omit), rtol=1e-6, atol=1e-3)


def test_weighted_means(engine):
    give, take = engine
    traces = take(extract_traces(give(VIDEO), WEIGHTS[:3], nan_policy="omit"))
    np.testing.assert_allclose(traces, expected(VIDEO, WEIGHTS[:3], as_sums=False), rtol=2e-5, atol=1e-3)


def test_sums_of_integers_are_exact_in_every_engine(engine):
    give, take = engine
    video = RNG.integers(-(2**31), 2**31, (7, 9, 11), dtype=np.int32)
    masks = RNG.random((5, 9, 11)) < 0.4
    traces = take(extract_traces(give(video), masks, weights="sum"))
    np.testing.assert_array_equal(traces, [[int(frame[m].astype(object).sum()) for m in masks] for frame in video])


@pytest.mark.parametrize("dtype", ["u2", "f4", "f8"])
def test_background_is_subtracted_before_rounding(engine, dtype):
    give, take = engine
    video = RNG.integers(30_000, 30_100, (7, 9, 11)).astype(dtype)
    labels = RNG.integers(0, 6, (9, 11))
    masks = [labels == i for i in range(1, 6)]
    traces = take(extract_traces(give(video), labels, background=BACKGROUND, background_factor=0.97))
    assert traces.dtype == (np.float32 if dtype == "f4" else np.float64)
    reference = expected(video, masks, BACKGROUND, 0.97, as_sums=False)
    np.testing.assert_allclose(traces, reference, rtol=1e-7 if dtype == "f4" else 1e-12)
    number = take(extract_traces(give(video), labels, background=100, background_factor=2))
    np.testing.assert_allclose(
        number, expected(video, masks, as_sums=False) - 200, rtol=1e-6 if dtype == "f4" else 1e-13
    )


def test_a_single_region_gives_one_series(engine):
    give, take = engine
    one = take(extract_traces(give(VIDEO), BACKGROUND))
    assert one.shape == (7,)
    np.testing.assert_allclose(one, expected(VIDEO, [BACKGROUND], as_sums=False, omit=False)[:, 0], rtol=1e-6)


def test_the_region_of_an_unwanted_nan_is_reported(engine):
    give, take = engine
    cells = regions(WEIGHTS[:3], names=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"frame [23] within region \d \('[abc]'\)"):
        take(extract_traces(give(VIDEO), cells, nan_policy="raise"))


def test_a_background_may_be_an_array_of_one_number(engine):
    give, take = engine
    expected = take(extract_traces(give(VIDEO), [(3, 7)], background=12))
    for number in (np.float32(12), np.array(12), np.array(12.0)):
        np.testing.assert_array_equal(take(extract_traces(give(VIDEO), [(3, 7)], background=number)), expected)
    with pytest.raises(TypeError, match=r"coords = array\(3\) is one number"):
        extract_traces(give(VIDEO), np.array(3))
    with pytest.raises(ValueError, match=r"background = 10+ \.\.\.: it must be finite"):
        extract_traces(give(VIDEO), [(3, 7)], background=10**400)


def test_each_kind_of_video_goes_to_its_engine(tmp_path):
    spans = window_spans(np.array([(3.0, 2.0), (5.0, 5.0)]), 3, "rect", VIDEO.shape[1:])
    expected = span_traces(as_source(VIDEO), spans)
    for video in (VIDEO, mapped(tmp_path, VIDEO), Sliceable(VIDEO)):
        traces = span_traces(as_source(video), spans)
        assert type(traces) is np.ndarray
        np.testing.assert_array_equal(traces, expected)
    lazy = span_traces(as_source(da.from_array(VIDEO)), spans)
    assert isinstance(lazy, da.Array)
    np.testing.assert_array_equal(lazy.compute(), expected)
    strict = library("strict")
    there = strict.to(VIDEO)
    assert strict.place(span_traces(as_source(there), spans)) == strict.place(there)


def test_gradients_and_compiling_are_left_to_the_library():
    torch = library("torch").torch
    video = torch.rand(4, 6, 7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: extract_traces(v, (2.5, 3), 3), (video,))
    jax = library("jax").jax
    compiled = jax.jit(lambda v: extract_traces(v, (2, 3), 1))(jax.numpy.asarray(VIDEO))
    np.testing.assert_array_equal(compiled, VIDEO[:, 3, 2])


def test_the_engine_follows_the_description_and_does_not_ask_the_video_again():
    """A description made once is enough: the array may be of any class."""
    source = as_source(VIDEO)
    spans = window_spans(np.array([(3.0, 2.0)]), 3, "rect", VIDEO.shape[1:])
    unknown = replace(source, video=object())
    np.testing.assert_array_equal(span_traces(unknown, spans), span_traces(source, spans))


@pytest.mark.parametrize("policy", ["propagate", "omit", "raise"])
def test_known_policies_for_nan(policy):
    check_nan_policy(policy)


@pytest.mark.parametrize("policy", ["ignore", None, 3, "OMIT", ["omit"]])
def test_unknown_policies_for_nan_are_refused(policy):
    message = "nan_policy = .*: it must be one of 'propagate', 'omit', 'raise'"
    check_error(lambda: check_nan_policy(policy), ValueError, "nan_policy", message, policy)
