"""The axes of arrays in files: the option axes, names, what nothing states, channels and planes; in each format."""

import warnings

import h5py
import numpy as np
import pytest
import xarray
from hypothesis import given
from hypothesis import strategies as st

from optimap._base import Advice
from optimap.video import load_video, open_video
from optimap.video.axes import NOT_STATED, OPTION, STATED, Layout, Wanted, find_layout
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))
TWO = np.stack([VIDEO, 3 * VIDEO], axis=1)  # TCYX


def turned(array, letters, wanted):
    """An array with its axes in another order."""
    return np.ascontiguousarray(np.transpose(array, [letters.index(letter) for letter in wanted]))


MAKE = {
    "npy": lambda folder, array: makers.npy(folder / "rec.npy", array),
    "hdf5": lambda folder, array: makers.hdf5(folder / "rec.h5", video=array),
    "mat 5": lambda folder, array: makers.mat(folder / "rec.mat", video=array),
    "mat 7.3": lambda folder, array: makers.mat73(folder / "rec.mat", video=array),
    "zarr": lambda folder, array: makers.zarr(folder / "rec.zarr", array),
}
every_format = pytest.mark.parametrize("name", MAKE)


@every_format
@pytest.mark.parametrize("axes", ["TYX", "YXT", "XYT", "yxt", "YTX"])
def test_the_option_axes(tmp_path, name, axes):
    path = MAKE[name](tmp_path, turned(VIDEO, "TYX", axes.upper()))
    with open_video(path, axes=axes) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[5:1:-2, 1:3, 2:], VIDEO[5:1:-2, 1:3, 2:], strict=True)
        assert (recording.axes, recording.axes_source) == (axes.upper(), OPTION)


@every_format
@pytest.mark.parametrize("axes", ["TCYX", "YXCT", "CTYX"])
def test_a_channel_by_number(tmp_path, name, axes):
    path = MAKE[name](tmp_path, turned(TWO, "TCYX", axes))
    np.testing.assert_array_equal(load_video(path, axes=axes, channel=1), 3 * VIDEO, strict=True)
    text = "has 2 channels: choose one with channel=, from 0 to 1"
    error = check_error(lambda: open_video(path, axes=axes), ValueError, "path", text, path)
    assert error.keyword == "channel"
    text = "channel = 2 is not in .*, which has 2 channels: give a number from 0 to 1"
    check_error(lambda: open_video(path, axes=axes, channel=2), ValueError, "channel", text, 2)


@every_format
def test_planes_and_channels_at_once(tmp_path, name):
    array = np.stack([TWO, 5 * TWO, 7 * TWO], axis=2)  # TCZYX
    path = MAKE[name](tmp_path, array)
    np.testing.assert_array_equal(load_video(path, axes="TCZYX", channel=1, z=2), 21 * VIDEO, strict=True)


@every_format
def test_arrays_of_four_axes_need_the_option(tmp_path, name):
    path = MAKE[name](tmp_path, TWO)
    error = check_error(lambda: open_video(path), ValueError, "path", r"axes=, .*'TCYX'", path)
    assert error.keyword == "axes"
    text = "axes = 'TYX' has 3 letters, but the array in .* has the shape|holds no 3-D array"
    with pytest.raises(ValueError, match=text):
        open_video(path, axes="TYX")


@every_format
@pytest.mark.parametrize("options", [{"channel": 0}, {"z": 0}])
def test_options_for_axes_that_are_not_there(tmp_path, name, options):
    path = MAKE[name](tmp_path, VIDEO)
    (option,) = options
    text = f"{option} = 0 cannot be used, because .* has the axes .* and none for {option}: leave {option} out"
    check_error(lambda: open_video(path, **options), ValueError, option, text, 0)


@pytest.mark.parametrize("axes", ["", "TY", "TYXX", "TYXQ", "TYX ", 3, b"TYX", ["T", "Y", "X"]])
def test_wrong_axes(axes):
    kind = ValueError if isinstance(axes, str) else TypeError
    check_error(lambda: Wanted(axes), kind, "axes", "is not (text|an order of axes): give one letter for each", axes)


# --- names in files ---


NAMES = [("y", "x", "time"), ("row", "column", "frame"), ("Y", "X", "T"), ("height", "width", "frames")]


@pytest.mark.parametrize("names", NAMES)
def test_names_are_obeyed(tmp_path, names):
    layout = find_layout(tmp_path, (5, 6, 7), VIDEO.dtype, Wanted(), names=names)
    assert (layout.letters, layout.source) == ("YXT", STATED)


def test_the_option_overrules_names(tmp_path):
    layout = find_layout(tmp_path, (5, 6, 7), VIDEO.dtype, Wanted("TYX"), names=("y", "x", "time"))
    assert (layout.letters, layout.source) == ("TYX", OPTION)


@pytest.mark.parametrize("names", [("dim_0", "dim_1", "dim_2"), ("", "", ""), ("a", "b"), ()])
def test_names_that_say_nothing(tmp_path, names):
    layout = find_layout(tmp_path, (5, 6, 7), VIDEO.dtype, Wanted(), names=names)
    assert (layout.letters, layout.source) == ("TYX", NOT_STATED)


def test_unknown_axes_of_length_one_are_dropped(tmp_path):
    layout = find_layout(tmp_path, (1, 7, 5, 6), VIDEO.dtype, Wanted(), names=("trial", "t", "y", "x"))
    np.testing.assert_array_equal(layout.view(VIDEO[np.newaxis]), VIDEO, strict=True)


@pytest.mark.parametrize("names", [("trial", "y", "x"), ("t", "y", "y"), ("z", "y", "x"), ("trial", "t", "y", "x")])
def test_names_that_are_not_those_of_a_recording(tmp_path, names):
    shape = (2, 7, 5, 6)[-len(names) :]
    text = r"has the axes .* of shape .*, but a recording has time, rows and columns: give the meaning .* axes="
    error = check_error(
        lambda: find_layout(tmp_path, shape, VIDEO.dtype, Wanted(), names=names), ValueError, "path", text, tmp_path
    )
    assert error.keyword == "axes"


def test_channels_are_listed_by_name_and_chosen_by_name(tmp_path):
    options = {"names": "TCYX", "labels": ("voltage", "calcium")}
    text = r"has 2 channels \(voltage, calcium\): choose one with channel=, from 0 to 1"
    check_error(
        lambda: find_layout(tmp_path, TWO.shape, TWO.dtype, Wanted(), **options), ValueError, "path", text, tmp_path
    )
    layout = find_layout(tmp_path, TWO.shape, TWO.dtype, Wanted(channel="calcium"), **options)
    np.testing.assert_array_equal(layout.view(TWO), 3 * VIDEO, strict=True)


@pytest.mark.parametrize(
    ("labels", "channel", "place"),
    [
        (("488", "561"), 561, 1),
        (("488", "561"), "488", 0),
        (("1", "2"), 1, 1),
        (("1", "2"), "1", 0),
        (("1", "2"), 2, 1),
    ],
)
def test_names_of_channels_may_be_numbers(tmp_path, labels, channel, place):
    """A number is that of a channel first, and else its name, which the command line writes alike."""
    layout = find_layout(tmp_path, TWO.shape, TWO.dtype, Wanted(channel=channel), names="TCYX", labels=labels)
    assert layout.fixed == {1: place}


@given(st.permutations("TYXCZ"), st.integers(3, 5))
def test_views_have_time_rows_and_columns_in_any_order(letters, count):
    letters = [letter for letter in letters if letter in "TYXCZ"[:count]]
    sizes = {"T": 4, "Y": 3, "X": 5, "C": 2, "Z": 2}
    array = np.arange(np.prod([sizes[letter] for letter in letters])).reshape([sizes[letter] for letter in letters])
    fixed = {letters.index(letter): 1 for letter in letters if letter in "CZ"}
    view = Layout("".join(letters), STATED, fixed).view(array)
    expected = array
    for letter in "CZ":
        if letter in letters:
            expected = np.take(expected, [1], axis=letters.index(letter))
    others = [letters.index(letter) for letter in letters if letter in "CZ"]
    expected = np.transpose(expected, [*(letters.index(letter) for letter in "TYX"), *others]).reshape(4, 3, 5)
    np.testing.assert_array_equal(view, expected)
    assert np.shares_memory(view, array)
    back = Layout("".join(letters), STATED, fixed).reversed()
    np.testing.assert_array_equal(back.view(array.T), expected)


# --- files that name their axes ---


@pytest.mark.parametrize(
    "name_axes",
    [
        lambda dataset: dataset.attrs.update(axes="YXT"),
        lambda dataset: dataset.attrs.update(axes="y x time"),
        lambda dataset: dataset.attrs.update(axes=["y", "x", "t"]),
        lambda dataset: dataset.attrs.update(_ARRAY_DIMENSIONS=["y", "x", "time"]),
        lambda dataset: [setattr(dataset.dims[i], "label", label) for i, label in enumerate(("y", "x", "time"))],
    ],
)
def test_hdf5_attributes_and_labels(tmp_path, name_axes):
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        name_axes(file.create_dataset("video", data=turned(VIDEO, "TYX", "YXT")))
    with open_video(tmp_path / "rec.h5") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.axes, recording.axes_source) == ("YXT", STATED)


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1000), ("seconds", 1), (b"milliseconds", 1000)])
def test_hdf5_scales_give_axes_and_times(tmp_path, unit, factor):
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        video = file.create_dataset("video", data=turned(VIDEO, "TYX", "YXT"))
        for axis, (name, n) in enumerate((("y", 5), ("x", 6), ("time", 7))):
            scale = file.create_dataset(name, data=np.arange(n) / 500 * factor)
            scale.attrs["units"] = unit if name == "time" else "px"
            scale.make_scale(name)
            video.dims[axis].attach_scale(scale)
    with open_video(tmp_path / "rec.h5") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.fps == 500
        np.testing.assert_allclose(recording.times, np.arange(7) / 500)


def test_hdf5_scales_without_a_unit_of_time_give_no_rate(tmp_path):
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        video = file.create_dataset("video", data=VIDEO)
        file.create_dataset("frame", data=np.arange(5.0)).make_scale("frame")
        video.dims[1].attach_scale(file["frame"])
    # Time in the middle contradicts the usual order, and the others have no names.
    with pytest.raises(ValueError, match=r"has the axes \?, frame, \? of shape"):
        open_video(tmp_path / "rec.h5")
    with open_video(tmp_path / "rec.h5", axes="YTX") as recording:
        assert (recording.shape, recording.fps, recording.times) == ((5, 7, 6), None, None)


def test_channels_of_hdf5_with_labels_are_listed(tmp_path):
    four = np.stack([VIDEO, VIDEO[::-1]], axis=1)
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        dataset = file.create_dataset("video", data=four)
        for i, label in enumerate(("t", "c", "y", "x")):
            dataset.dims[i].label = label
    path = tmp_path / "rec.h5"
    text = "has 2 channels: choose one with channel=, from 0 to 1"
    check_error(lambda: open_video(path), ValueError, "path", text, path)
    for options in ({}, {"axes": "TCYX"}):
        with open_video(path, channel=1, **options) as recording:
            np.testing.assert_array_equal(recording[:], VIDEO[::-1])
    with h5py.File(path, "a") as file:
        file["other"] = VIDEO
    check_error(lambda: open_video(path), ValueError, "path", "holds 2 recordings .*: choose one with dataset=", path)


def test_netcdf_of_xarray(tmp_path):
    array = xarray.DataArray(VIDEO, dims=("time", "y", "x"), coords={"time": np.arange(7) / 250}, name="video")
    array["time"].attrs["units"] = "s"
    array.transpose("y", "x", "time").to_netcdf(tmp_path / "rec.h5", engine="h5netcdf")
    with open_video(tmp_path / "rec.h5") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.fps, recording.axes) == (250, "YXT")


# --- shapes that look unlikely ---


@every_format
@pytest.mark.parametrize("shape", [(60, 64, 20), (6, 8, 50)])
def test_a_shape_that_looks_unlikely_is_reported_once(tmp_path, name, shape):
    path = MAKE[name](tmp_path, makers.random_video(shape))
    if name.startswith("mat") and shape[2] == 50:  # the longest axis is time in MATLAB
        assert load_video(path).shape == (50, 6, 8)
        return
    with pytest.warns(Advice, match=r"does not state its axes .* looks unlikely: open it with axes='YXT'") as caught:
        assert load_video(path).shape == shape
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert (caught[0].message.argument, caught[0].message.keyword) == ("path", "axes")
    with warnings.catch_warnings(action="error"):  # the advice works
        assert load_video(path, axes="YXT").shape == (shape[2], *shape[:2])
        assert load_video(path, axes="TYX").shape == shape


@pytest.mark.parametrize("shape", [(60, 20, 20), (60, 64, 22), (20, 8, 40), (3, 5, 6)])
def test_other_shapes_are_not(tmp_path, shape):
    assert load_video(makers.npy(tmp_path / "rec.npy", makers.random_video(shape))).shape == shape


@pytest.mark.parametrize("suffix", [".npy", ".h5", ".mat", ".zarr", ".tif"])
def test_our_own_files_state_their_axes(tmp_path, suffix):
    from optimap.video import save_video

    video = makers.random_video((60, 64, 20))
    save_video(tmp_path / f"rec{suffix}", video, fps=500)
    with open_video(tmp_path / f"rec{suffix}") as recording:
        np.testing.assert_array_equal(recording[:], video)
        assert recording.axes_source != NOT_STATED
