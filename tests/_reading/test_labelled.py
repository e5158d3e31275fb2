"""Arrays of xarray as videos: named dimensions in any order, times, on disk and in dask; in every function."""

import numpy as np
import pytest
import xarray

import optimap
from optimap._reading import as_source, unlabelled
from optimap.video import load_video, open_video, save_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((40, 6, 9))
TIMES = np.arange(40) / 500
AT = [(2, 3), (8, 0), (4, 5)]
EXPECTED = optimap.extract_traces(VIDEO, AT, 3)


def labelled(dims=("time", "y", "x"), video=VIDEO, times=TIMES, usual=("time", "y", "x")):
    array = xarray.DataArray(video, dims=usual, coords=None if times is None else {usual[0]: times})
    return array.transpose(*dims).copy()


ORDERS = [("time", "y", "x"), ("y", "x", "time"), ("x", "time", "y")]


@pytest.mark.parametrize("dims", ORDERS)
def test_dimensions_are_obeyed(dims):
    source = as_source(labelled(dims))
    assert (source.shape, source.reach) == (VIDEO.shape, "memory")
    np.testing.assert_array_equal(source.frames, VIDEO, strict=True)
    np.testing.assert_allclose(source.times, TIMES)


@pytest.mark.parametrize("names", [("frame", "row", "column"), ("t", "Y", "X"), ("frames", "height", "width")])
def test_other_usual_names(names):
    video = labelled(usual=names, dims=names[1:] + names[:1], times=None)
    np.testing.assert_array_equal(as_source(video).frames, VIDEO)


@pytest.mark.parametrize("dims", [("dim_0", "dim_1", "dim_2"), ("time", "lat", "lon")])
def test_names_that_say_nothing_leave_the_usual_order(dims):
    np.testing.assert_array_equal(as_source(labelled(usual=dims, dims=dims)).frames, VIDEO)


@pytest.mark.parametrize("dims", ORDERS)
@pytest.mark.parametrize("chunked", [False, True])
def test_traces_carry_the_times_of_the_video(dims, chunked):
    video = labelled(dims)
    traces = optimap.extract_traces(video.chunk({"time": 10}) if chunked else video, AT, 3)
    assert isinstance(traces, xarray.DataArray)
    assert traces.dims == ("time", "name")
    np.testing.assert_array_equal(traces.values, EXPECTED)
    np.testing.assert_allclose(traces["time"], TIMES)
    np.testing.assert_array_equal(traces["x"], [x for x, _ in AT])
    again = optimap.trace.to_xarray(traces)
    np.testing.assert_allclose(again["time"], TIMES)


def test_one_trace_and_regions():
    one = optimap.extract_traces(labelled(), AT[0], 3)
    assert one.dims == ("time",)
    np.testing.assert_array_equal(one, EXPECTED[:, 0])
    mask = np.zeros(VIDEO.shape[1:], bool)
    mask[2, 3] = True
    named = optimap.trace.regions([mask], names=["cell"])
    assert optimap.extract_traces(labelled(times=None), named)["name"].values.tolist() == ["cell"]


@pytest.mark.parametrize("dims", ORDERS)
def test_an_array_on_disk_is_read_in_parts(tmp_path, dims):
    labelled(dims).to_netcdf(tmp_path / "rec.nc", engine="h5netcdf")
    with xarray.open_dataarray(tmp_path / "rec.nc", engine="h5netcdf") as video:
        source = as_source(video)
        assert (source.reach, source.frames) == ("reader", None)
        np.testing.assert_array_equal(source.video[3], VIDEO[3])
        np.testing.assert_array_equal(source.video[5:20:3, 1:4], VIDEO[5:20:3, 1:4])
        np.testing.assert_array_equal(source.video[:, 2, 7], VIDEO[:, 2, 7])
        np.testing.assert_array_equal(optimap.extract_traces(video, AT, 3), EXPECTED)
        assert not video.variable._in_memory


@pytest.mark.parametrize("kind", ["f8", "M8[ns]"])
def test_a_time_that_is_missing_costs_no_traces(kind):
    times = (np.array(TIMES) * 1e9).astype("i8").view("M8[ns]") if kind == "M8[ns]" else np.array(TIMES)
    times[4] = np.datetime64("NaT") if kind == "M8[ns]" else np.nan
    traces = optimap.extract_traces(labelled(times=times), AT, 3)
    np.testing.assert_array_equal(traces, optimap.extract_traces(VIDEO, AT, 3))
    assert "time" not in traces.coords


@pytest.mark.parametrize(
    ("coordinate", "attributes", "expected"),
    [
        (TIMES * 1000, {"units": "ms"}, TIMES),
        (TIMES, {"units": "seconds"}, TIMES),
        (np.array(TIMES * 1e9, "m8[ns]"), {}, TIMES),
        (np.datetime64("2026-01-01") + np.array(TIMES * 1e9, "m8[ns]"), {}, TIMES),
        (np.arange(40), {"units": "frame"}, None),
        ([f"{i}" for i in range(40)], {}, None),
    ],
)
def test_times(coordinate, attributes, expected):
    video = labelled(times=coordinate)
    video["time"].attrs.update(attributes)
    times = as_source(video).times
    if expected is None:
        assert times is None
    else:
        np.testing.assert_allclose(times, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("video", "text"),
    [
        (VIDEO[:, np.newaxis], r"video has the dimensions .*: choose one of each, video\.isel\(channel=0\)"),
        (
            VIDEO,
            r"video has the dimensions 'z' \(40\), 'y' \(6\), 'x' \(9\): name the .* video\.rename\(\{'z': 'time'\}\)",
        ),
    ],
)
def test_dimensions_that_are_not_those_of_a_video(video, text):
    dims = ("z", "y", "x") if video.ndim == 3 else ("time", "channel", "y", "x")
    array = xarray.DataArray(np.concatenate([video, video], axis=1) if video.ndim == 4 else video, dims=dims)
    check_error(lambda: as_source(array), ValueError, "video", text)


@pytest.mark.parametrize(
    "dims",
    [
        *(("z", "y", "x"), ("channel", "time", "y", "x"), ("time", "a b", "y", "x"), ("time", "frame", "y", "x")),
        *(("a", "b", "time"), ("time", "y", "c"), ("y", "row", "x"), ("a", "b", "time", "x"), ("p", "q", "r", "s")),
        ("trial", "channel", "time", "y", "x"),
    ],
)
def test_the_cures_work(dims):
    video = xarray.DataArray(makers.random_video(tuple(range(4, 4 + len(dims)))), dims=dims)
    error = check_error(lambda: as_source(video), ValueError, "video", "has the dimensions")
    video = eval(error.cure[error.cure.index("video.") :], {"video": video})
    if video.ndim > 3:  # dimensions are named first, then one of the others is chosen
        error = check_error(lambda: as_source(video), ValueError, "video", "choose one of each")
        video = eval(error.cure[error.cure.index("video.") :], {"video": video})
    assert as_source(video).shape == tuple(video.sizes[name] for name in ("time", "y", "x"))


def test_a_variable_has_dimensions_too():
    np.testing.assert_array_equal(as_source(labelled(("y", "x", "time")).variable).frames, VIDEO)


def test_a_dataset_is_an_error_that_names_its_arrays():
    dataset = labelled(("y", "x", "time")).to_dataset(name="signal").assign(mask=(("y", "x"), VIDEO[0]))
    text = (
        r"is a dataset of xarray, whose arrays of three axes or more are 'signal': give one of them, video\['signal'\]"
    )
    check_error(lambda: optimap.extract_traces(dataset, AT), TypeError, "video", text)
    with pytest.raises(TypeError, match="are none: give a video"):
        as_source(dataset[["mask"]])


def test_other_dimensions_of_length_one_go():
    array = xarray.DataArray(VIDEO[:, np.newaxis], dims=("time", "trial", "y", "x"))
    np.testing.assert_array_equal(as_source(array).frames, VIDEO)


def test_other_arrays_are_unchanged():
    video, times = unlabelled(VIDEO)
    assert video is VIDEO
    assert times is None


@pytest.mark.parametrize("dims", ORDERS)
def test_every_function_that_takes_a_video(tmp_path, dims):
    video = labelled(dims)
    save_video(tmp_path / "rec.h5", video)
    np.testing.assert_array_equal(load_video(tmp_path / "rec.h5"), VIDEO)
    with open_video(tmp_path / "rec.h5") as recording:
        assert recording.fps == 500
    np.testing.assert_array_equal(optimap.trace.normalize(video), optimap.trace.normalize(VIDEO))
    expected = optimap.trace.detrend_timeseries(VIDEO.astype(float), "mean", period=5)
    np.testing.assert_array_equal(optimap.trace.detrend_timeseries(video.astype(float), "mean", period=5), expected)
    _, axes = optimap.trace.show_positions_and_traces(video, AT, size=3)
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), EXPECTED[:, 1])
    axes = optimap.trace.compare_traces([video, VIDEO], AT[0], size=3)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), EXPECTED[:, 0])
