"""MiCAM05 recordings, written byte by byte."""

import numpy as np
import pytest

from optimap.video import load_metadata, open_video
from tests import makers

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
    (tmp_path / "rec.gsd").write_bytes(bytes(970) + stored.tobytes())
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


@pytest.mark.parametrize("kept", [0, 500, 970, 1000, -1])
def test_truncated(path, kept):
    makers.keep(path.with_suffix(".gsd"), kept)
    with pytest.raises(
        ValueError, match=r"rec\.gsd is truncated \(7 frames of 6 x 5 need 1450 bytes, but the file has"
    ):
        open_video(path)


def test_longer_than_its_header_says(path):
    data = path.with_suffix(".gsd")
    data.write_bytes(data.read_bytes() + bytes(60))
    with pytest.raises(ValueError, match=r"rec\.gsd is longer than its header says \(.* the file has 1510"):
        open_video(path)


@pytest.mark.parametrize("key", ["Number of frames", "Image width", "Image height", "Frame rate (Hz)"])
def test_a_header_without_a_number(path, key):
    makers.replace(path, key.encode(), b"Something else")
    with pytest.raises(ValueError, match=rf"rec\.gsh has no entry '{key[:5]}.*', so it is not a complete header"):
        open_video(path)


@pytest.mark.parametrize(
    ("old", "new"), [("Image width : 6", "Image width : six"), ("frames : 7", "frames : 0"), (": 250.5", ": -1")]
)
def test_a_header_with_a_wrong_number(path, old, new):
    makers.replace(path, old.encode(), new.encode())
    with pytest.raises(
        ValueError, match=rf"rec\.gsh has .* = '{new.split(' : ')[-1].strip(': ')}', which is not a positive number"
    ):
        open_video(path)
