"""Stacks of MetaMorph: all planes in one page, their times and the pixel size; Prairie View writes the same tags."""

import struct

import numpy as np
import pytest

from optimap.video import open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

VIDEO = makers.random_video((7, 5, 6), np.uint16)
MIDNIGHT = 86_400_000


@pytest.mark.parametrize("suffix", [".stk", ".STK", ".tif"])
def test_planes_of_one_page_are_frames(tmp_path, suffix):
    path = writers.metamorph(tmp_path / f"rec{suffix}", VIDEO, [1000 + 2 * i for i in range(7)], (6.45, "um"))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.fps, recording.axes) == (500, "TYX")
        assert recording.pixel_size == pytest.approx(0.00645)


def test_recordings_go_on_after_midnight(tmp_path):
    path = writers.metamorph(tmp_path / "rec.stk", VIDEO[:3], [MIDNIGHT - 100, 0, 100])
    content = bytearray(path.read_bytes())
    day = (2_459_810).to_bytes(4, "little")
    for _ in range(2):  # the date of the second and third plane, each written twice
        for _ in range(2):
            place = content.rindex(day)
            content[place : place + 4] = (2_459_811).to_bytes(4, "little")
    path.write_bytes(content)
    with open_video(path) as recording:
        np.testing.assert_allclose(recording.times, [0, 0.1, 0.2])
        assert recording.fps == 10


@pytest.mark.parametrize("times", [None, [5] * 7])
def test_times_that_do_not_go_on_are_no_times(tmp_path, times):
    with open_video(writers.metamorph(tmp_path / "rec.stk", VIDEO, times)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert (recording.fps, recording.times, recording.pixel_size) == (None, None, None)


@pytest.mark.parametrize("calibration", [(0, "um"), (6.45, ""), (6.45, "pixel")])
def test_sizes_of_no_use_are_no_pixel_sizes(tmp_path, calibration):
    with open_video(writers.metamorph(tmp_path / "rec.stk", VIDEO, None, calibration)) as recording:
        assert recording.pixel_size is None


def test_empty_tags_of_prairie_view_are_not_worth_a_warning(tmp_path):
    files = writers.bruker(tmp_path / "rec", VIDEO[:, np.newaxis, np.newaxis])
    for file, page in zip(files, VIDEO, strict=True):
        writers.metamorph(file, page[np.newaxis], description=writers.description(file))
    with open_video(files[0]) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("planes", [3, 6, 8])
def test_another_number_of_planes_than_of_wavelengths(tmp_path, planes):
    path = writers.metamorph(tmp_path / "rec.stk", VIDEO)
    makers.replace(path, struct.pack("<HHI", 33629, 5, 7), struct.pack("<HHI", 33629, 5, planes))
    message = (
        rf"rec\.stk is damaged, because it notes times of {planes} planes, but wavelengths of 7: copy the recording"
    )
    check_error(lambda: open_video(path), ValueError, "path", message, path)


@pytest.mark.parametrize(("place", "message"), [(4, "in the header of the file"), (300, "with a directory")])
def test_planes_at_another_place(tmp_path, place, message):
    path = writers.metamorph(tmp_path / "rec.stk", VIDEO)
    makers.replace(path, struct.pack("<HHII", 273, 4, 1, 8), struct.pack("<HHII", 273, 4, 1, place))
    path.write_bytes(path.read_bytes() + bytes(100))
    check_error(lambda: open_video(path), ValueError, "path", f"is damaged, because its .* {message}", path)
