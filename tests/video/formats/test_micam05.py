"""MiCAM05 recordings, written byte by byte."""

import struct

import numpy as np
import pytest

from optimap import ArgumentError
from optimap.video import load_metadata, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))


@pytest.fixture
def path(tmp_path):
    return makers.micam05(tmp_path, VIDEO, fps=250.5)


@pytest.mark.parametrize("suffix", [".gsh", ".gsd"])
def test_either_file_opens_it(path, suffix):
    with open_video(path.with_suffix(suffix)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps, recording.pixel_size) == ("MiCAM05", 250.5, None)
        assert recording.path == path.with_suffix(suffix)


def test_header_entries(path):
    assert load_metadata(path) == {
        "Header version": "1.0",
        "Date created": "14/02/2018 15:22:04",
        "Number of frames": "7",
        "Image width": "6",
        "Image height": "5",
        "Frame rate (Hz)": "250.5",
        "Comment": "a : b",
        "fps": 250.5,
    }


def test_intensity_is_background_and_difference_modulo_65536(tmp_path):
    header = makers.GSH.format(frames=1, width=3, height=1, fps=500)
    (tmp_path / "rec.gsh").write_text(header)
    stored = np.array([[100, 65535, 7], [65534, 2, 0]], "<u2")  # background, difference: -2, 2, 0
    header = bytearray(972)
    struct.pack_into("<6h", header, 256, 3, 1, 0, 0, 3, 1)
    (tmp_path / "rec.gsd").write_bytes(header + stored.tobytes())
    with open_video(tmp_path / "rec.gsh") as recording:
        assert recording[0].tolist() == [[98, 1, 7]]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends(tmp_path, line_end):
    with open_video(makers.micam05(tmp_path, VIDEO, line_end=line_end)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.metadata["Comment"] == "a : b"


@pytest.mark.parametrize("names", [("rec.GSH", "rec.GSD"), ("rec.Gsh", "rec.gsd"), ("rec.gsh", "rec.GSD")])
def test_suffixes_in_any_case(path, names):
    path.rename(path.with_name(names[0]))
    path.with_suffix(".gsd").rename(path.with_name(names[1]))
    with open_video(path.with_name(names[0])) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize(("given", "missing"), [(".gsh", ".gsd"), (".gsd", ".gsh")])
def test_a_missing_companion(path, given, missing):
    path.with_suffix(missing).unlink()
    with pytest.raises(
        FileNotFoundError, match=rf"rec\{missing} is missing: copy it next to rec\{given}, which needs it"
    ):
        open_video(path.with_suffix(given))


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("kept", [0, 500, 970, 972, 1000, -1, -2, -60])
def test_truncated(tmp_path, older, kept):
    path = makers.micam05(tmp_path, VIDEO, older=older)
    makers.keep(path.with_suffix(".gsd"), kept)
    check_error(
        lambda: open_video(path),
        ValueError,
        "path",
        r"rec\.gsd is truncated \(7 frames of 6 x 5 .*need 1450 bytes, but the file has",
        path.with_suffix(".gsd"),
    )


def test_a_size_that_fits_neither_layout_is_reported_with_both_sums(path):
    data = path.with_suffix(".gsd")
    data.write_bytes(data.read_bytes()[:-1])
    sums = r"7 frames of 6 x 5 from byte 972 on need 1452, or 7 frames of 6 x 5 from byte 970 on need 1450 bytes"
    with pytest.raises(ValueError, match=rf"rec\.gsd is truncated \({sums}, but the file has 1451\): copy"):
        open_video(path)


def test_longer_than_its_header_says(path):
    data = path.with_suffix(".gsd")
    data.write_bytes(data.read_bytes() + bytes(60))
    with pytest.raises(ValueError, match=r"rec\.gsd is longer than its header says \(.* the file has 1512"):
        open_video(path)


@pytest.mark.parametrize("key", ["Number of frames", "Image width", "Image height"])
def test_a_header_without_a_number(path, key):
    makers.replace(path, key.encode(), b"Something else")
    with pytest.raises(ValueError, match=rf"rec\.gsh has no entry '{key[:5]}.*', so it is not a complete header"):
        open_video(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Image width : 6", "Image width : six"), ("frames : 7", "frames : 0"), ("frames : 7", "frames : inf")],
)
def test_a_header_with_a_wrong_number(path, old, new):
    makers.replace(path, old.encode(), new.encode())
    with pytest.raises(
        ValueError, match=rf"rec\.gsh has .* = '{new.split(' : ')[-1].strip(': ')}', which is not a positive number"
    ):
        open_video(path)


@pytest.mark.parametrize("rate", ["0", "-1", "inf", "nan", "fast", "250,5", "1e999", ""])
def test_a_rate_that_cannot_be_is_unknown(path, rate):
    makers.replace(path, b": 250.5", f": {rate}".encode())
    with open_video(path) as recording:
        assert recording.fps is None
        np.testing.assert_array_equal(recording[:], VIDEO)


def test_no_rate(path):
    makers.replace(path, b"Frame rate", b"Something else")
    with open_video(path) as recording:
        assert recording.fps is None


# --- the header of the camera's own program ---------------------------------------------------------------------------


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_dialect_of_the_camera(tmp_path, line_end):
    path = makers.micam05(tmp_path, VIDEO, line_end=line_end, by_camera=True)
    with open_video(path.with_suffix(".gsd")) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.fps == 500
        assert recording.metadata == {
            "DataName": "rec",
            "acquisition_date": "2018/02/14 15:22:04",
            "frame_number": "7",
            "sample_time": "2.0msec",
        }


@pytest.mark.parametrize("step", ["0msec", "-2msec", "infmsec", "nanmsec", "msec", "2", "2,0msec", "2 frames"])
def test_a_time_between_frames_that_cannot_be_is_unknown(tmp_path, step):
    path = makers.micam05(tmp_path, VIDEO, by_camera=True)
    makers.replace(path, b"2.0msec", step.encode())
    with open_video(path) as recording:
        assert recording.fps is None


def test_without_sizes_in_either_header(tmp_path):
    path = makers.micam05(tmp_path, VIDEO, by_camera=True, older=True)
    text = (
        r"rec\.gsh states no size of the image, .*: add it to rec\.gsh as two lines, 'Image width' and 'Image height'"
    )
    check_error(lambda: open_video(path), ArgumentError, "path", text, path)
    path.write_text(f"{path.read_text()}\nImage width : 6\nImage height : 5\n")
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


# --- the binary header ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("skip", [(2, 0, 0, 0), (0, 3, 0, 0), (1, 2, 3, 4)])
@pytest.mark.parametrize("by_camera", [False, True])
def test_skipped_columns_and_rows_are_not_part_of_the_image(tmp_path, skip, by_camera):
    path = makers.micam05(tmp_path, VIDEO, skip=skip, by_camera=by_camera)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[5:0:-3, 1:], VIDEO[5:0:-3, 1:])
        assert recording.analog == {}


@pytest.mark.parametrize("samples", [1, 4])
def test_analog_channels_after_the_frames(tmp_path, samples):
    signals = makers.random_video((3, 7 * samples), "i2")
    path = makers.micam05(tmp_path, VIDEO, skip=(2, 0, 0, 0), analog=signals)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert list(recording.analog) == ["analog 0", "analog 1", "analog 2"]
        for signal, expected in zip(recording.analog.values(), signals, strict=True):
            np.testing.assert_array_equal(signal.samples, expected)
            assert (signal.count, signal.fps) == (7 * samples, 500 * samples)


def test_an_analog_channel_whose_file_was_cut_off(tmp_path):
    path = makers.micam05(tmp_path, VIDEO, analog=makers.random_video((2, 14), "i2"))
    with open_video(path) as recording:
        makers.keep(path.with_suffix(".gsd"), -2)
        assert len(recording.analog["analog 0"].samples) == 14
        check_error(lambda: recording.analog["analog 1"].samples, ArgumentError, "path", r"rec\.gsd was truncated")


def test_analog_channels_of_a_recording_without_a_rate(tmp_path):
    path = makers.micam05(tmp_path, VIDEO, analog=makers.random_video((1, 7), "i2"))
    makers.replace(path, b"500.0", b"unknown")
    with open_video(path) as recording:
        assert recording.analog["analog 0"].fps is None


def test_truncated_in_the_analog_channels(tmp_path):
    path = makers.micam05(tmp_path, VIDEO, analog=makers.random_video((2, 14), "i2"))
    makers.keep(path.with_suffix(".gsd"), -2)
    with pytest.raises(ValueError, match=r"truncated \(.* and 2 analog channels x 2 samples a frame from byte 972"):
        open_video(path)


def test_the_older_layout(tmp_path):
    path = makers.micam05(tmp_path, VIDEO, older=True)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.analog == {}


def test_the_size_decides_where_the_older_header_looks_plausible(tmp_path):
    path = makers.micam05(tmp_path, VIDEO, older=True)
    data = path.with_suffix(".gsd")
    raw = bytearray(data.read_bytes())
    struct.pack_into("<6h", raw, 256, 6, 5, 0, 0, 6, 5)
    data.write_bytes(raw)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)


@pytest.mark.parametrize(
    "sizes",
    [(0, 0, 0, 0, 0, 0), (6, 5, -1, 0, 6, 5), (6, 5, 1, 0, 6, 5), (6, 5, 0, 0, 6, 6), (-6, 5, 0, 0, -6, 5)],
)
def test_an_impossible_binary_header(path, sizes):
    data = path.with_suffix(".gsd")
    raw = bytearray(data.read_bytes())
    struct.pack_into("<6h", raw, 256, *sizes)
    data.write_bytes(raw)
    with pytest.raises(ValueError, match=r"rec\.gsd is longer .* need 1450 .* 1452; its binary header states no"):
        open_video(path)


def test_headers_that_contradict_each_other(tmp_path):
    path = makers.micam05(tmp_path, VIDEO, skip=(2, 0, 0, 0))
    makers.replace(path, b"Image width : 6", b"Image width : 7")
    with pytest.raises(ValueError, match=r"rec\.gsh states 7 x 5 pixels, but rec\.gsd 6 x 5: copy both files"):
        open_video(path)


def test_a_text_header_may_state_the_stored_size(tmp_path):
    path = makers.micam05(tmp_path, VIDEO, skip=(2, 0, 0, 0))
    makers.replace(path, b"Image width : 6", b"Image width : 8")
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
