"""Raw binary, written by NumPy."""

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from optimap.video.formats import raw as reader
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))
LAYOUT = {"shape": (7, 5, 6), "dtype": "uint16"}


def raw(path, video, header=b""):
    path.write_bytes(header + video.tobytes())
    return path


@pytest.fixture
def path(tmp_path):
    return raw(tmp_path / "rec.raw", VIDEO)


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">u2", "<f4", ">f8", "?", "f2", "<i4", "u8"])
@pytest.mark.parametrize("name", ["rec.raw", "rec.bin", "rec.dat", "rec.cam", "rec"])
def test_values_dtype_and_shape(tmp_path, dtype, name):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(raw(tmp_path / name, video), shape=(7, 5, 6), dtype=dtype) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert (recording.format, recording.dtype, recording.fps) == ("raw binary", np.dtype(dtype), None)
        assert recording.is_mapped


@pytest.mark.parametrize(
    "shape", [(7, 5, 6), [7, 5, 6], np.array([7, 5, 6]), "7,5,6", " 7, 5,6", (7.0, 5, 6), (5, 6), "5,6"]
)
@pytest.mark.parametrize("dtype", ["uint16", np.uint16, np.dtype("<u2"), "=u2"])
def test_shape_and_dtype_in_any_form(path, shape, dtype):
    np.testing.assert_array_equal(load_video(path, shape=shape, dtype=dtype), VIDEO, strict=True)


def test_a_header_is_skipped(tmp_path):
    path = raw(tmp_path / "rec.raw", VIDEO, header=b"x" * 513)
    for shape in ((7, 5, 6), (5, 6)):
        np.testing.assert_array_equal(load_video(path, shape=shape, dtype="u2", offset=513), VIDEO)
    assert load_metadata(path, **LAYOUT, offset=513, fps=250) == {"fps": 250.0, "offset": 513}


@pytest.mark.parametrize(
    "options", [{"dtype": ">u2"}, {"dtype": "u2", "byteorder": "big"}, {"dtype": ">u2", "byteorder": "big"}]
)
def test_byte_order(tmp_path, options):
    path = raw(tmp_path / "rec.raw", VIDEO.astype(">u2"))
    with open_video(path, shape=(7, 5, 6), **options) as recording:
        assert recording.dtype == ">u2"
        np.testing.assert_array_equal(recording[:], VIDEO)
    wrong = load_video(path, **LAYOUT)
    np.testing.assert_array_equal(wrong, VIDEO.byteswap())


@pytest.mark.parametrize(("fps", "expected"), [(500, 500.0), ("488.28", 488.28), (None, None)])
def test_the_rate_is_given(path, fps, expected):
    with open_video(path, **LAYOUT, fps=fps) as recording:
        assert recording.fps == expected


def test_time_may_be_last(tmp_path):
    path = raw(tmp_path / "rec.raw", np.ascontiguousarray(np.moveaxis(VIDEO, 0, 2)))
    with open_video(path, shape=(5, 6, 7), dtype="u2", axes="YXT") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert (recording.axes, recording.axes_source) == ("YXT", "given by axes=")


def test_channels(tmp_path):
    both = makers.random_video((7, 2, 5, 6))
    path = raw(tmp_path / "rec.raw", both)
    layout = {"shape": both.shape, "dtype": "u2", "axes": "TCYX"}
    for channel in (0, 1):
        np.testing.assert_array_equal(load_video(path, **layout, channel=channel), both[:, channel])
    error = check_error(
        lambda: open_video(path, **layout), ValueError, "path", "has 2 channels: choose one with channel="
    )
    assert error.keyword == "channel"


def test_without_a_layout_the_error_asks_for_it_step_by_step(path):
    error = check_error(lambda: open_video(path), ValueError, "path", r"rec\.raw is read as raw binary, which", path)
    assert error.keyword == "shape"
    error = check_error(lambda: open_video(path, shape="7,5,6"), ValueError, "path", "does not state the type", path)
    assert error.keyword == "dtype"
    assert "dtype=, for example 'uint16' (2 bytes a pixel fit the size of the file)" in error.cure
    error = check_error(lambda: open_video(path, shape="8,5,6"), ValueError, "path", "does not state the type", path)
    assert error.cure == "give it with dtype=, for example 'uint16'"
    np.testing.assert_array_equal(load_video(path, shape="7,5,6", dtype="uint16"), VIDEO)


# Bytes of the file beyond 7 frames of 60 bytes -> options, problem, cure, and options that follow it.
MISFITS = [
    (
        0,
        {"shape": (8, 5, 6)},
        "needs 480 bytes of uint16, but .* has 420 bytes, which are 7 frames",
        {"shape": "7,5,6"},
    ),
    (0, {"shape": (3, 5, 6)}, "needs 180 bytes", {"shape": "7,5,6"}),
    (0, {"shape": (5, 6, 8), "axes": "YXT"}, "needs 480 bytes", {"shape": "5,6,7"}),
    (10, {}, "which are 7 frames and 10 bytes over", {"offset": 10}),
    (10, {"offset": 5}, "needs 425 bytes .* 430 bytes, which are 7 frames and 5 bytes over", {"offset": 10}),
    (10, {"shape": (5, 6)}, "does not fit, because .* which are 7 frames and 10 bytes over", {"offset": 10}),
    (-1, {}, "419 bytes, which are 6 frames and 59 bytes over", {"offset": 59, "shape": "6,5,6"}),
]


@pytest.mark.parametrize(("extra", "options", "problem", "followed"), MISFITS)
def test_a_size_that_does_not_fit(path, extra, options, problem, followed):
    whole = path.read_bytes()
    path.write_bytes(bytes(extra) + whole if extra > 0 else whole[: extra or None])
    given = {**LAYOUT, **options}
    error = check_error(lambda: open_video(path, **given), ValueError, "shape", problem, given["shape"])
    assert error.keyword == ("offset" if "offset" in followed else "shape")
    for value in followed.values():
        assert str(value) in error.cure
    with open_video(path, **{**given, **followed}) as recording:
        assert recording.shape == ((6 if extra < 0 else 7), 5, 6)


def test_less_than_a_frame(path):
    check_error(
        lambda: open_video(path, shape=(1, 50, 60), dtype="u2"),
        ValueError,
        "shape",
        "needs 6000 bytes of uint16, but .* has 420 bytes, which are 0 frames and 420 bytes over: give smaller sizes",
        (1, 50, 60),
    )


@pytest.mark.parametrize(
    ("options", "kind", "argument", "match"),
    [
        ({"shape": 512}, TypeError, "shape", "shape = 512 is not a list of sizes: give frames, rows and columns"),
        ({"shape": (7,)}, ValueError, "shape", "is not a list of two to five sizes"),
        ({"shape": "7;5;6"}, ValueError, "shape", "is not a list of two to five sizes"),
        ({"shape": "7,five,6"}, ValueError, "shape", "is not a list of two to five sizes"),
        ({"shape": (7, 0, 6)}, ValueError, r"shape[1]", "whole number, 1 or more"),
        ({"shape": (7, 5.5, 6)}, ValueError, r"shape[1]", "whole number, 1 or more"),
        (
            {"shape": (5, 6), "axes": "TYX"},
            ValueError,
            "shape",
            "leaves the number of frames open: give a size for each",
        ),
        ({"shape": (7, 1, 5, 6)}, ValueError, "path", "give the meaning of each axis with axes="),
        ({"dtype": "uint12"}, ValueError, "dtype", "a type of real numbers"),
        ({"dtype": "c8"}, ValueError, "dtype", "a type of real numbers"),
        ({"dtype": "u2,u2"}, ValueError, "dtype", "a type of real numbers"),
        ({"dtype": 16}, ValueError, "dtype", "a type of real numbers"),
        ({"offset": -1}, ValueError, "offset", "whole number, 0 or more"),
        ({"offset": "12k"}, ValueError, "offset", "whole number, 0 or more"),
        (
            {"offset": 420},
            ValueError,
            "offset",
            r"beyond the end of .*, which has 420 bytes: give a number in 0\.\.419",
        ),
        ({"byteorder": ">"}, ValueError, "byteorder", "must be 'little' or 'big'"),
        (
            {"dtype": ">u2", "byteorder": "little"},
            ValueError,
            "byteorder",
            "contradicts dtype '>u2': leave one of the two",
        ),
        ({"fps": 0}, ValueError, "fps", "positive number of frames per second"),
        ({"fps": "fast"}, ValueError, "fps", "positive number of frames per second"),
    ],
)
def test_wrong_options(path, options, kind, argument, match):
    check_error(lambda: open_video(path, **{**LAYOUT, **options}), kind, argument, match)


def test_every_option_may_be_left_out_of_the_reader(path):
    with pytest.raises(ValueError, match="with shape="):
        reader.open_recording(path)


@pytest.mark.parametrize("shape", [np.array(5), b"7,5,6"])
def test_shapes_that_are_no_lists(path, shape):
    check_error(lambda: open_video(path, shape=shape, dtype="u2"), TypeError, "shape", "is not a list of sizes", shape)


@pytest.mark.parametrize("shape", ["9" * 5000 + ",5,6", "9" * 400 + ",5,6"])
def test_a_text_of_sizes_with_too_many_digits(path, shape):
    check_error(
        lambda: open_video(path, shape=shape, dtype="u2"), ValueError, "shape", "is not a list of two to", shape
    )


@pytest.mark.parametrize("size", [2**63, 10**5000], ids=["a little", "far"])
def test_sizes_beyond_any_file(path, size):
    match = "is larger than any file: give frames"
    check_error(lambda: open_video(path, shape=(size, 5, 6), dtype="u2"), ValueError, "shape", match, (size, 5, 6))
    match = r"is beyond the end of .*rec\.raw"
    check_error(lambda: open_video(path, **LAYOUT, offset=size), ValueError, "offset", match, size)


@pytest.mark.parametrize("dtype", ["2,uint16", "),]i[", "5 ]", {"names": ["a"]}])
def test_types_that_numpy_reads_as_python(path, dtype):
    match = "it must be a type of real numbers"
    check_error(lambda: open_video(path, shape=(7, 5, 6), dtype=dtype), ValueError, "dtype", match, dtype)


def test_a_type_of_numpy_in_another_byte_order(path):
    with open_video(path, shape=(7, 5, 6), dtype=np.uint16, byteorder="big") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO.byteswap())


def test_an_empty_file(tmp_path):
    (tmp_path / "rec.raw").touch()
    match = r"rec\.raw is empty \(0 bytes\): copy it again"
    check_error(lambda: open_video(tmp_path / "rec.raw", **LAYOUT), ValueError, "path", match, tmp_path / "rec.raw")
