"""extract_traces against the oracle, on every kind of video, and its errors."""

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap.trace import (
    compare_traces,
    extract_traces,
    regions,
    set_default_trace_window,
    show_positions_and_traces,
)
from optimap.video import Recording
from tests import oracles
from tests.errors import check_error
from tests.readers import Sliceable, Untouchable
from tests.strategies import WINDOWS, positions, videos

VIDEO = np.random.default_rng(0).integers(0, 65536, (12, 6, 7), dtype=np.uint16)


def test_a_pixel_is_column_then_row():
    np.testing.assert_array_equal(extract_traces(VIDEO, (5, 3), size=1), VIDEO[:, 3, 5])


def test_a_rect_is_the_mean_of_its_pixels():
    np.testing.assert_array_equal(extract_traces(VIDEO, (3, 2), size=3), VIDEO[:, 1:4, 2:5].mean(axis=(1, 2)))
    np.testing.assert_array_equal(extract_traces(VIDEO, (3, 2), size=2), VIDEO[:, 1:3, 2:4].mean(axis=(1, 2)))
    np.testing.assert_array_equal(extract_traces(VIDEO, (0, 5), size=5), VIDEO[:, 3:, :3].mean(axis=(1, 2)))


def test_shapes():
    assert extract_traces(VIDEO, (3, 2)).shape == (12,)
    assert extract_traces(VIDEO, [(3, 2)]).shape == (12, 1)
    assert extract_traces(VIDEO, [(3, 2), (0, 0), (6, 5)]).shape == (12, 3)
    assert extract_traces(VIDEO, []).shape == (12, 0)
    assert extract_traces(VIDEO[:0], [(3, 2)]).shape == (0, 1)


@given(st.data(), st.integers(0, 8), st.sampled_from(WINDOWS))
def test_any_video_and_window_equal_the_oracle(data, size, window):
    video = data.draw(videos())
    where = data.draw(st.lists(positions(video.shape[1:]), min_size=1, max_size=3))
    before = video.tobytes()
    traces = extract_traces(video, where, size, window=window)
    assert traces.dtype == (np.float32 if video.dtype.kind == "f" and video.dtype.itemsize <= 4 else np.float64)
    plain = video.astype(np.float64) if video.dtype.kind == "f" else video
    for i, position in enumerate(where):
        expected = oracles.trace(plain, position, size, window)
        if video.dtype.kind != "f" and all(float(c).is_integer() for c in position):
            # The exact sum, rounded once, divided: at most two roundings from the exact mean.
            np.testing.assert_allclose(traces[:, i], expected, rtol=3e-16 * 2, atol=0)
        else:
            scale = np.abs(plain.astype(float)).max()
            tight = 1e-7 if traces.dtype == np.float32 else 1e-14
            np.testing.assert_allclose(traces[:, i], expected, rtol=tight, atol=tight * scale)
    assert video.tobytes() == before


@pytest.mark.parametrize("dtype", ["u8", "i8"])
def test_sums_of_64_bit_integers_are_exact(dtype):
    top = int(np.iinfo(dtype).max)
    video = np.full((1, 3, 3), top, dtype)
    video[0, 0, 0] = top - 900
    assert extract_traces(video, (1, 1), size=3)[0] == float(top - 100)
    assert extract_traces(np.full((1, 3, 3), np.iinfo("i8").min), (1, 1), size=3)[0] == -(2.0**63)


def test_floats_are_accumulated_in_double_precision():
    video = np.full((1, 100, 100), 0.1, np.float32)
    video[0, 0, 0] = 2.0**24
    exact = (2.0**24 + 9999 * float(np.float32(0.1))) / 10_000
    assert extract_traces(video, (50, 50), size=100)[0] == np.float32(exact)


@pytest.mark.parametrize("window", WINDOWS)
def test_whole_floats_equal_integers(window):
    whole = [(3, 2), (0, 0), (6, 5)]
    floats = np.array(whole, float)
    np.testing.assert_array_equal(
        extract_traces(VIDEO, whole, 4, window=window), extract_traces(VIDEO, floats, 4, window=window)
    )


def test_fractional_pixel_interpolates_as_scipy_does():
    from scipy.ndimage import map_coordinates

    x, y = 2.3, 3.6
    expected = [map_coordinates(frame.astype(float), [[y], [x]], order=1)[0] for frame in VIDEO]
    np.testing.assert_allclose(extract_traces(VIDEO, (x, y), window="pixel"), expected, rtol=1e-12)


# Anything that looks like a video


def kinds_of_video(folder):
    path = folder / "video.npy"
    np.save(path, VIDEO)
    with h5py.File(folder / "video.h5", "w") as file:
        file["video"] = VIDEO
    return {
        "memory map": np.load(path, mmap_mode="r"),
        "h5py": h5py.File(folder / "video.h5", "r")["video"],
        "nested lists": VIDEO.tolist(),
        "minimal": Sliceable(VIDEO),
        "array of object-like views": VIDEO[:, :, :],
    }


def test_a_single_row_may_be_upside_down():
    video = np.arange(24).reshape(4, 1, 6)
    for size in (1, 3):
        expected = extract_traces(video, [(2, 0), (4, 0)], size)
        np.testing.assert_array_equal(extract_traces(video[:, ::-1], [(2, 0), (4, 0)], size), expected)


def test_anything_with_shape_dtype_and_slicing_is_a_video(tmp_path):
    from optimap.video import open_video

    expected = extract_traces(VIDEO, [(3, 2), (1.5, 4.25)], 3)
    for name, video in kinds_of_video(tmp_path).items():
        np.testing.assert_array_equal(extract_traces(video, [(3, 2), (1.5, 4.25)], 3), expected, err_msg=name)
    for name in ("video.npy", "video.h5"):
        with open_video(tmp_path / name) as recording:
            np.testing.assert_array_equal(extract_traces(recording, [(3, 2), (1.5, 4.25)], 3), expected)


def test_an_enormous_window_is_the_whole_frame():
    for size in (10**20, 10**20 + 1):
        np.testing.assert_array_equal(extract_traces(VIDEO, (3, 2), size), VIDEO.mean(axis=(1, 2)))
        np.testing.assert_array_equal(extract_traces(VIDEO, (3, 2), size, window="disc"), VIDEO.mean(axis=(1, 2)))


# NaN


def with_nan():
    video = VIDEO.astype(np.float64)
    video[3, 2, 4] = np.nan
    video[5, :, :] = np.nan
    return video


def test_nan_propagates():
    traces = extract_traces(with_nan(), [(3, 2), (0, 5)], 3)
    np.testing.assert_array_equal(np.isnan(traces[:, 0]), np.isin(np.arange(12), [3, 5]))
    np.testing.assert_array_equal(np.isnan(traces[:, 1]), np.arange(12) == 5)


@given(st.data(), st.integers(0, 6), st.sampled_from(WINDOWS))
def test_nan_omitted_equals_the_oracle(data, size, window):
    video = data.draw(videos(dtypes=["f4", "f8", ">f8"])).copy()
    video[np.random.default_rng(1).random(video.shape) < 0.3] = np.nan
    position = data.draw(positions(video.shape[1:]))
    expected = oracles.trace(video.astype(float), position, size, window, omit_nan=True)
    traces = extract_traces(video, position, size, window=window, nan_policy="omit")
    scale = np.abs(np.nan_to_num(video.astype(float))).max()
    np.testing.assert_allclose(traces, expected, rtol=1e-6, atol=1e-7 * scale)


def test_nan_raises_and_names_frame_and_position():
    with pytest.raises(ValueError, match=r"NaN in frame 3 within the window of position 1: choose nan_policy='omit'"):
        extract_traces(with_nan(), [(0, 5), (3, 2)], 3, nan_policy="raise")
    clean = extract_traces(VIDEO.astype(float), [(3, 2)], nan_policy="raise")
    np.testing.assert_array_equal(clean, extract_traces(VIDEO, [(3, 2)]))


def test_infinities_are_not_mistaken_for_nan():
    video = np.zeros((1, 3, 3))
    video[0, 0, 0], video[0, 0, 1] = np.inf, -np.inf
    assert np.isnan(extract_traces(video, (1, 1), 3, nan_policy="raise")[0])


def test_masked_pixels_count_as_nan():
    video = np.ma.masked_array(VIDEO, mask=np.zeros(VIDEO.shape, bool))
    video.mask[:, 2, 3] = True
    assert np.isnan(extract_traces(video, (3, 2), 3)).all()
    omitted = extract_traces(video, (3, 2), 3, nan_policy="omit")
    np.testing.assert_allclose(omitted, (VIDEO[:, 1:4, 2:5].sum((1, 2)) - VIDEO[:, 2, 3].astype(float)) / 8)


# Errors, before any work

MASK = np.zeros((6, 7), bool)
MASK[2:4, 1:5] = True
WRONG = [
    ({"coords": (7, 0)}, ValueError, "coords", ..., r"coords = \(x=7, y=0\) is outside the frame"),
    ({"coords": [(1, 1), (0, -1)]}, ValueError, "coords[1]", ..., r"coords\[1\] = \(x=0, y=-1\) is outside the frame"),
    ({"coords": (np.nan, 0)}, ValueError, "coords", ..., "not finite"),
    ({"coords": [(1, 2, 3)]}, ValueError, "coords[0]", ..., "3 numbers"),
    ({"coords": 5}, TypeError, "coords", 5, "coords = 5"),
    ({"coords": None}, TypeError, "coords", None, "coords"),
    ({"coords": MASK[:5]}, ValueError, "coords", ..., "coords"),
    ({"coords": MASK & False}, ValueError, "coords", ..., "coords"),
    ({"coords": "nowhere.roi"}, FileNotFoundError, "coords", ..., "nowhere.roi"),
    ({"size": -1}, ValueError, "size", -1, "size = -1: it must be a whole number, 0 or more"),
    ({"size": 2.5}, ValueError, "size", 2.5, "size = 2.5"),
    ({"size": "5"}, ValueError, "size", "5", "size = '5'"),
    ({"size": True}, ValueError, "size", True, "size = True"),
    ({"size": None}, ValueError, "size", None, "size = None"),
    ({"window": "circle"}, ValueError, "window", "circle", "window = 'circle' .*'rect', 'disc', 'pixel'"),
    ({"window": "circle", "size": 1}, ValueError, "window", "circle", "window = 'circle'"),
    ({"window": "circle", "coords": []}, ValueError, "window", "circle", "window = 'circle'"),
    ({"nan_policy": "ignore"}, ValueError, "nan_policy", "ignore", "nan_policy = 'ignore'.* 'raise'"),
    ({"nan_policy": None}, ValueError, "nan_policy", None, "nan_policy = None"),
    ({"weights": "median"}, ValueError, "weights", "median", "weights = 'median'"),
    ({"coords": MASK, "background": (9, 9)}, ValueError, "background", ..., r"background = \(x=9, y=9\) is outside"),
    ({"background": np.inf}, ValueError, "background", np.inf, "background = inf: it must be finite"),
    ({"background": 1, "background_factor": "a"}, ValueError, "background_factor", "a", "background_factor = 'a'"),
    ({"background": [(1, 1), (2, 2)]}, ValueError, "background", ..., "background"),
    ({"colour": "red"}, TypeError, "colour", "red", "colour = 'red' is a keyword of show_traces"),
    ({"show": True, "fps": 0}, ValueError, "fps", 0, "fps = 0"),
    ({"show": True, "fps": 5, "x": range(12)}, ValueError, "fps", ..., "x and fps"),
    ({"show": True, "labels": ["a", "b"]}, ValueError, "labels", ["a", "b"], "labels has 2 entries for 1 trace:"),
    ({"ax": 3}, TypeError, "ax", 3, "ax = 3: give matplotlib Axes"),
]


@pytest.mark.parametrize(("options", "kind", "argument", "value", "message"), WRONG)
def test_wrong_arguments_are_refused_before_any_frame_is_read(options, kind, argument, value, message):
    video = Untouchable(VIDEO)
    check_error(lambda: extract_traces(video, **{"coords": (3, 2), **options}), kind, argument, message, value)


def test_a_keyword_that_matplotlib_does_not_know_is_refused_before_any_frame_is_read():
    with pytest.raises(AttributeError, match="foo = 1 is not accepted by matplotlib"):
        extract_traces(Untouchable(VIDEO), (3, 2), show=True, foo=1)


@pytest.mark.parametrize(
    ("video", "kind", "message"),
    [
        (np.zeros((5, 6, 7, 3)), ValueError, "a colour video: make it grey first"),
        (np.zeros((6, 7)), ValueError, r"a single image: give video\[np.newaxis\]"),
        (np.zeros(6), ValueError, r"give a video \(T, H, W\)"),
        (np.zeros((5, 6, 7), complex), TypeError, "give real numbers; take np.abs"),
        (np.zeros((5, 6, 7), "U3"), TypeError, "give real numbers"),
        (np.zeros((5, 6, 7), object), TypeError, "give real numbers"),
        ([[[1, 2], [3]]], ValueError, "frames or rows differ in length"),
        (None, TypeError, "open a recording first, video = optimap.open_video"),
        ("rec.tif", TypeError, "open a recording first"),
    ],
)
def test_arguments_that_are_not_videos_are_refused(video, kind, message):
    check_error(lambda: extract_traces(video, (0, 0)), kind, "video", message)


def test_nan_under_raise_is_an_error_about_the_video():
    def call():
        extract_traces(with_nan(), [(0, 5), (3, 2)], 3, nan_policy="raise")

    error = check_error(call, ValueError, "video", "NaN in frame 3 within the window of position 1")
    assert error.keyword == "nan_policy"
    assert np.isfinite(extract_traces(with_nan(), [(0, 5), (3, 2)], 3, nan_policy="omit")[3]).all()


def test_size_may_be_a_numpy_integer_or_a_whole_float():
    expected = extract_traces(VIDEO, (3, 2), 3)
    for size in (np.int64(3), np.uint8(3), 3.0):
        np.testing.assert_array_equal(extract_traces(VIDEO, (3, 2), size), expected)


def test_the_default_window_is_used_when_none_is_given():
    try:
        set_default_trace_window("disc")
        np.testing.assert_array_equal(extract_traces(VIDEO, (3, 2)), extract_traces(VIDEO, (3, 2), window="disc"))
    finally:
        set_default_trace_window("rect")
    assert (extract_traces(VIDEO, (3, 2)) != extract_traces(VIDEO, (3, 2), window="disc")).any()


# Drawing


def test_show_and_ax_draw():
    import matplotlib.pyplot as plt

    extract_traces(VIDEO, [(3, 2), (1, 1)], show=True, fps=500, labels=["a", "b"])
    assert [line.get_label() for line in plt.gca().lines] == ["a", "b"]
    _, ax = plt.subplots()
    traces = extract_traces(VIDEO, (3, 2), 5, ax=ax, color="red")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), traces)
    assert ax.lines[0].get_color() == "red"
    figures = plt.get_fignums()
    extract_traces(VIDEO, (3, 2), ax=None, fps=500)  # as in the published package: ax= draws
    assert len(plt.get_fignums()) == len(figures) + 1


def test_names_of_regions_go_into_the_legend_where_they_are_few():
    import matplotlib.pyplot as plt

    named = regions([MASK, ~MASK], names=["cell", "around"])
    _, ax = plt.subplots()
    extract_traces(VIDEO, named, ax=ax)
    assert [line.get_label() for line in ax.lines] == ["cell", "around"]
    _, ax = plt.subplots()
    extract_traces(VIDEO, named, ax=ax, labels=["a", "b"])
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    _, ax = plt.subplots()
    extract_traces(VIDEO, regions([MASK] * 11, names=[f"cell {i}" for i in range(11)]), ax=ax)
    assert ax.get_legend() is None


def test_figures_of_recordings_are_in_seconds():
    recording = Recording.from_array(np.random.default_rng(0).normal(size=(11, 6, 7)), fps=50)
    _, axs = plt.subplots(4)
    extract_traces(recording, [(3, 2), (1, 1)], ax=axs[0])
    show_positions_and_traces(recording, [(3, 2)], axs=axs[1:3])
    compare_traces([recording, recording[:5]], [(3, 2)], fps=50, axs=axs[3:])
    for ax in axs[[0, 2, 3]]:
        np.testing.assert_allclose(ax.lines[0].get_xdata(), np.arange(11) / 50)
        assert ax.get_xlabel() == "Time [s]"
    _, axs = plt.subplots(3)
    extract_traces(recording, (3, 2), ax=axs[0], fps=100)
    extract_traces(recording, (3, 2), ax=axs[1], x=np.arange(11) * 2)
    compare_traces([recording, recording], (3, 2), axs=axs[2:])
    assert [ax.lines[0].get_xdata()[-1] for ax in axs] == [0.1, 20, 0.2]


def test_irregular_times_are_the_axis():
    xarray = pytest.importorskip("xarray")
    times = [0.0, 0.1, 0.5]
    video = xarray.DataArray(np.zeros((3, 4, 5)), dims=("time", "y", "x"), coords={"time": times})
    _, ax = plt.subplots()
    extract_traces(video, (3, 2), ax=ax)
    assert ax.lines[0].get_xdata().tolist() == times
    assert ax.get_xlabel() == "Time [s]"
