"""Andor's SIF files, written line by line."""

import numpy as np
import pytest
import sif_parser

from optimap.trace import extract_traces
from optimap.video import load_metadata, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6), "f4")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.sif"


@pytest.mark.parametrize("tail", [b"0\n", b""])
def test_values_and_rate(path, tail):
    makers.sif(path, VIDEO, tail=tail)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps, recording.times) == ("Andor SIF", 500.0, None)
        assert recording.is_mapped
    metadata = load_metadata(path)
    assert (metadata["DetectorType"], metadata["ExposureTime"], metadata["CycleTime"]) == ("DU897_BV", 1.0, 0.002)


def test_the_same_values_as_the_package(path):
    expected, _ = sif_parser.np_open(str(makers.sif(path, VIDEO)))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], expected, strict=True)


@pytest.mark.parametrize("name", ["r.sif", "re.sif", "rec.sif", "rec1.sif"])
def test_frames_at_any_byte(tmp_path, name):
    video = makers.random_video((50, 8, 9), "f4")
    path = makers.sif(tmp_path / name, video, tail=b"0" * len(name) + b"\n")
    with open_video(path) as recording:
        traces = extract_traces(recording, [(3, 4), (5, 2)], size=3)
    np.testing.assert_array_equal(traces, extract_traces(video, [(3, 4), (5, 2)], size=3))


@pytest.mark.parametrize("cycle", [0.0, -1.0, float("nan")])
def test_a_cycle_time_of_no_use(path, cycle):
    with open_video(makers.sif(path, VIDEO, cycle=cycle)) as recording:
        assert recording.fps is None


def test_regular_time_stamps(path):
    with open_video(makers.sif(path, VIDEO, stamps=[4000 * i for i in range(7)])) as recording:
        assert recording.fps == pytest.approx(250)
        np.testing.assert_allclose(recording.times, 0.004 * np.arange(7))


def test_irregular_time_stamps(path):
    stamps = [0, 2000, 4000, 54000, 56000, 58000, 60000]
    with open_video(makers.sif(path, VIDEO, stamps=stamps)) as recording:
        assert recording.fps is None
        np.testing.assert_allclose(recording.times, np.array(stamps) * 1e-6)


def test_time_stamps_that_start_from_zero_again(path):
    stamps = [(2**32 - 5000 + 2000 * i) % 2**32 for i in range(7)]
    with open_video(makers.sif(path, VIDEO, stamps=stamps)) as recording:
        assert recording.fps == 500.0
        np.testing.assert_allclose(np.diff(recording.times), 0.002, rtol=1e-6)


def test_time_stamps_of_no_use(path):
    with open_video(makers.sif(path, VIDEO, stamps=[5, 3, 9, 1, 7, 2, 8])) as recording:
        assert (recording.fps, recording.times) == (500.0, None)


def test_tracks_are_not_an_image(path):
    makers.sif(path, VIDEO, parts=2)
    match = (
        "holds 2 tracks or sub-images in each frame, which are not one image: export the recording as TIFF from Solis"
    )
    check_error(lambda: open_video(path), ValueError, "path", match, path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b" 1 7 1 210 30\n", b" 1 6 1 210 30\n"),  # frames: the last time stamp is taken for pixels
        (b"\n65538 1 5 6 1 1 1 0\n", b"\n65538 1 5 5 1 1 1 0\n"),  # columns
        (b"\n65538 1 5 6 1 1 1 0\n", b"\n65538 1 5 6 1 1 2 0\n"),  # columns together
    ],
)
def test_sizes_that_contradict_the_number_of_pixels(path, old, new):
    makers.sif(path, VIDEO)
    makers.replace(path, old, new)
    match = r"has a damaged header, which states . frames of . x 5 pixels, but 30 pixels a frame and 210 in all: copy"
    check_error(lambda: open_video(path), ValueError, "path", match, path)


def test_a_number_of_pixels_counted_in_32_bits(path):
    makers.sif(path, VIDEO)
    makers.replace(path, b" 210 30\n", b" %d 30\n" % (210 - 2**32))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("kept", [1, 35, 60, 150, 300, 400, 434, -1, -120])
def test_truncated(path, kept):
    makers.sif(path, VIDEO)
    makers.keep(path, kept)
    check_error(
        lambda: open_video(path), ValueError, "path", r"rec\.sif cannot be read as SIF and may be truncated", path
    )


def test_another_kind_of_file(path):
    path.write_bytes(b"II*\0" * 100)
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.sif cannot be read as SIF .*not a SIF file", path)
