"""Scanbox recordings; their headers are written with SciPy, their pixels byte by byte."""

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.microscopes import scanbox

VIDEO = makers.random_video((6, 4, 5))
TWO = makers.random_video((6, 4, 5, 2), seed=1)


@pytest.fixture
def path(tmp_path):
    return scanbox(tmp_path / "rec.sbx", VIDEO)


def test_values_are_upright(tmp_path):
    video = np.array([[[0, 1], [65534, 65535]]], np.uint16)
    path = scanbox(tmp_path / "rec.sbx", video)
    assert np.fromfile(path, "<u2").tolist() == [65535, 65534, 1, 0]
    np.testing.assert_array_equal(load_video(path), video, strict=True)


def test_parts_of_a_recording(path):
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[1:6:2, 1:3, ::-1], VIDEO[1:6:2, 1:3, ::-1], strict=True)
        np.testing.assert_array_equal(recording[[4, 0]], VIDEO[[4, 0]], strict=True)
        assert (recording.format, recording.axes, recording.times) == ("Scanbox", "TYX", None)


def test_the_rate_is_that_of_the_mirror_and_the_lines_of_a_frame(tmp_path):
    def rate(**info):
        with open_video(scanbox(tmp_path / "rec.sbx", VIDEO, **info)) as recording:
            return recording.fps

    assert rate(resfreq=7930.0) == pytest.approx(2 * 7930 / 4)
    assert rate(resfreq=7930.0, scanmode=1) == pytest.approx(7930 / 4)
    assert rate(config={"lines": 512}) == pytest.approx(2 * 7930 / 512)
    assert rate(config=None) == pytest.approx(2 * 7930 / 4)
    assert [rate(resfreq=value) for value in (None, 0.0, np.nan, -1.0, "fast")] == [None] * 5
    assert rate(scanmode=7) is None


def test_the_pixel_size_is_in_mm(tmp_path):
    for value, expected in ((1.5, 0.0015), (None, None), (0.0, None), (np.nan, None)):
        with open_video(scanbox(tmp_path / "rec.sbx", VIDEO, dxcal=value)) as recording:
            assert recording.pixel_size == (None if expected is None else pytest.approx(expected))


def test_header_entries(path):
    found = load_metadata(path)
    assert found.items() >= {"sz": [4, 5], "channels": 2, "max_idx": 5, "config.lines": 4, "scanmode": 0}.items()


@pytest.mark.parametrize("info", [{}, {"channels": -1, "chan": {"nchan": 2}}])
def test_channels(tmp_path, info):
    path = scanbox(tmp_path / "rec.sbx", TWO, **info)
    for channel in range(2):
        np.testing.assert_array_equal(load_video(path, channel=channel), TWO[..., channel], strict=True)
    text = "has 2 channels: choose one with channel=, from 0 to 1"
    assert check_error(lambda: open_video(path), ValueError, "path", text, value=path).keyword == "channel"
    check_error(lambda: open_video(path, channel=2), ValueError, "channel", "give a number from 0 to 1", value=2)


@pytest.mark.parametrize("frames", [4, 6, 5])
@pytest.mark.parametrize("info", [{}, {"volscan": None}, {"otwave": None, "etl_table": np.ones((2, 3))}])
def test_planes_are_frames_in_turn(tmp_path, frames, info):
    path = scanbox(tmp_path / "rec.sbx", VIDEO[:frames], planes=2, **info)
    for z in range(2):
        with open_video(path, z=z) as recording:
            np.testing.assert_array_equal(recording[:], VIDEO[z:frames:2], strict=True)
            assert recording.fps == pytest.approx(2 * 7930 / 4 / 2)
    error = check_error(lambda: open_video(path), ValueError, "path", "has 2 planes: choose one with z=", value=path)
    assert error.keyword == "z"


def test_a_lens_that_was_not_used_makes_no_planes(tmp_path):
    path = scanbox(tmp_path / "rec.sbx", VIDEO, volscan=0, otwave=np.arange(3.0))
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("kept", [0, 1, 40, -1, -40])
def test_truncated(path, kept):
    makers.keep(path, kept)
    text = r"rec\.sbx is truncated \(6 frames of 5 x 4 pixels need 240 bytes, but the file has"
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


@pytest.mark.parametrize("kept", [0, 1, 39, 41, 239])
def test_truncated_within_a_frame_where_the_header_states_no_number(tmp_path, kept):
    path = scanbox(tmp_path / "rec.sbx", VIDEO, max_idx=None)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)
    makers.keep(path, kept)
    check_error(lambda: open_video(path), ValueError, "path", "is truncated", value=path)


def test_longer_than_its_header_says(path):
    path.write_bytes(path.read_bytes() + bytes(40))
    check_error(lambda: open_video(path), ValueError, "path", "is longer than its header says", value=path)


def test_a_missing_header(path):
    header = path.with_suffix(".mat")
    header.unlink()
    text = r"rec\.mat is missing: copy it next to rec\.sbx"
    check_error(lambda: open_video(path), FileNotFoundError, "path", text, value=path)


@pytest.mark.parametrize("kept", [0, 60, 128, 200, -1])
def test_a_damaged_header(path, kept):
    header = path.with_suffix(".mat")
    makers.keep(header, kept)
    text = r"rec\.mat (cannot be read as the header of a Scanbox recording|does not state)"
    check_error(lambda: open_video(path), ValueError, "path", text, value=header)


def test_another_variable_is_no_header(path):
    makers.mat(path.with_suffix(".mat"), video=VIDEO)
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.mat cannot be read as the header")


@pytest.mark.parametrize(
    "info",
    [{"sz": None}, {"sz": 4.0}, {"sz": [0.0, 5.0]}, {"sz": "4x5"}, {"channels": None}, {"channels": 9}],
)
def test_a_header_without_sizes(tmp_path, info):
    path = scanbox(tmp_path / "rec.sbx", VIDEO, **info)
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.mat does not state the number of rows")


def test_a_header_of_version_73(path):
    makers.mat73(path.with_suffix(".mat"), info=np.ones(2))
    check_error(lambda: open_video(path), ValueError, "path", r"is of version 7\.3: load it in MATLAB")


@pytest.mark.parametrize("value", [np.array([0.0, 1]), {"a": 1.0}])
def test_entries_that_are_no_numbers_are_not_known(tmp_path, value):
    path = scanbox(tmp_path / "rec.sbx", VIDEO, volscan=value, otwave=np.arange(3.0))
    header = loadmat(path.with_suffix(".mat"), simplify_cells=True)["info"]
    savemat(path.with_suffix(".mat"), {"info": {**header, "scanmode": value}})
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.fps is None


@pytest.mark.parametrize("kind", [float, np.uint8, bool])
def test_numbers_of_any_kind(tmp_path, kind):
    path = scanbox(tmp_path / "rec.sbx", VIDEO, planes=2, volscan=kind(1))
    header = loadmat(path.with_suffix(".mat"), simplify_cells=True)["info"]
    savemat(path.with_suffix(".mat"), {"info": {**header, "scanmode": kind(1)}})
    with open_video(path, z=1) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[1::2], strict=True)
        assert recording.fps == pytest.approx(7930 / 4 / 2)
