"""NDTiff: planes in several files, found by an index."""

import struct

import numpy as np
import pytest
import tifffile

from optimap import ArgumentError
from optimap._base import Advice
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

VIDEO = makers.random_video((12, 5, 6))


def channels(video=VIDEO, names=("Cy3", "DAPI")):
    return [({"time": t // 2, "channel": names[t % 2]}, image) for t, image in enumerate(video)]


def test_the_files_of_these_tests_are_what_tifffile_takes_for_ndtiff(tmp_path):
    writers.ndtiff(tmp_path, channels(), 5)
    entries = list(tifffile.read_ndtiff_index(tmp_path / "NDTiff.index"))
    assert [entry[0] for entry in entries[:2]] == [{"time": 0, "channel": "Cy3"}, {"time": 0, "channel": "DAPI"}]
    assert entries[5][1:6] == ("rec_NDTiffStack_1.tif", entries[5][2], 6, 5, 1)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("number", [None, 0, 2])
def test_one_channel(tmp_path, dtype, number):
    video = makers.random_video((12, 5, 6), dtype)
    files = writers.ndtiff(tmp_path, [({"time": t}, image) for t, image in enumerate(video)], 5)
    with open_video(tmp_path if number is None else files[number]) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        np.testing.assert_array_equal(recording[10:1:-3, 2:], video[10:1:-3, 2:])
        assert (recording.axes, recording.axes_source) == ("TYX", "stated in the file")


def test_a_folder_inside(tmp_path):
    writers.ndtiff(tmp_path / "Full resolution", [({"time": t}, image) for t, image in enumerate(VIDEO)], 99)
    np.testing.assert_array_equal(load_video(tmp_path), VIDEO)


def test_channels(tmp_path):
    writers.ndtiff(tmp_path, channels(), 5)
    text = r"has 2 channels \(Cy3, DAPI\): choose one with channel=, from 0 to 1"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)
    np.testing.assert_array_equal(load_video(tmp_path, channel="DAPI"), VIDEO[1::2])
    np.testing.assert_array_equal(load_video(tmp_path, channel=0), VIDEO[::2])


def test_planes_in_any_order(tmp_path):
    planes = [({"z": i % 3, "time": i // 3, "channel": 0}, image) for i, image in enumerate(VIDEO)]
    writers.ndtiff(tmp_path, planes[::-1], 5)
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", "has 3 planes: choose one with z=")
    np.testing.assert_array_equal(load_video(tmp_path, z=1), VIDEO[1::3])


def test_times(tmp_path):
    notes = [{"ElapsedTime-ms": 4.0 * (i // 2) + i % 2, "Camera": "x"} for i in range(12)]
    writers.ndtiff(tmp_path, channels(), 5, notes)
    with open_video(tmp_path, channel=1) as recording:
        np.testing.assert_allclose(recording.times, 0.001 + np.arange(6) * 0.004)
        assert recording.fps == pytest.approx(250)


@pytest.mark.parametrize("noted", ["x", 0, None])
def test_times_of_no_use(tmp_path, noted):
    writers.ndtiff(tmp_path, channels(), 5, [{"ElapsedTime-ms": noted}] * 12)
    with open_video(tmp_path, channel=1) as recording:
        assert (recording.times, recording.fps) == (None, None)


def test_a_missing_file_is_named(tmp_path):
    files = writers.ndtiff(tmp_path, channels(), 5)
    files[1].unlink()
    for path in (tmp_path, files[0]):
        text = r"rec_NDTiffStack_1\.tif is missing: copy it next to NDTiff\.index"
        check_error(lambda path=path: open_video(path), FileNotFoundError, "path", text)


def test_truncated_files(tmp_path):
    files = writers.ndtiff(tmp_path, channels(), 5)
    makers.keep(files[2], 200)
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", r"rec_NDTiffStack_2\.tif is truncated")
    whole = (tmp_path / "NDTiff.index").read_bytes()
    for kept in (1, 10, 60, len(whole) - 1, len(whole) - 40):
        (tmp_path / "NDTiff.index").write_bytes(whole[:kept])
        check_error(lambda: open_video(tmp_path), ArgumentError, "path", r"NDTiff\.index is truncated or damaged")
    (tmp_path / "NDTiff.index").write_bytes(b"")
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", r"NDTiff\.index is truncated")


def test_planes_that_are_not_there(tmp_path):
    writers.ndtiff(tmp_path, channels()[:-1], 5)
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", "lacks 1 of its 12 planes")


def test_several_positions(tmp_path):
    planes = [({"time": i // 2, "position": i % 2}, image) for i, image in enumerate(VIDEO)]
    writers.ndtiff(tmp_path, planes, 5)
    text = r"holds several recordings along the axis position \(0, 1\)"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


@pytest.mark.parametrize("axis", ["row", "column"])
def test_tiles_at_several_places_are_not_one_frame(tmp_path, axis):
    writers.ndtiff(tmp_path, [({"time": 0, "row": 0, "column": 0, axis: i}, image) for i, image in enumerate(VIDEO)], 5)
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", rf"is a mosaic, .* \({axis} 0, 1, 2, 3, 4, 5\)")


def test_two_axes_of_the_same_meaning(tmp_path):
    planes = [({"time": i // 2, "t": i % 2}, image) for i, image in enumerate(VIDEO)]
    writers.ndtiff(tmp_path, planes, 5)
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", r"several recordings along the axis t \(0, 1\)")


@pytest.mark.parametrize(("noted", "size"), [(6.5, 0.0065), ("0.65", 0.00065), (0, None), (-1, None), (None, None)])
def test_pixel_size(tmp_path, noted, size):
    notes = [{"Camera": "a"} if noted is None else {"PixelSizeUm": noted}] * len(VIDEO)
    writers.ndtiff(tmp_path, [({"time": i}, image) for i, image in enumerate(VIDEO)], 5, notes)
    with open_video(tmp_path) as recording:
        assert recording.pixel_size == (None if size is None else pytest.approx(size))


def test_another_file_next_to_an_index(tmp_path):
    writers.ndtiff(tmp_path, channels(), 5)
    makers.tiff(tmp_path / "other.tif", VIDEO[:7])
    np.testing.assert_array_equal(load_video(tmp_path / "other.tif"), VIDEO[:7])


def frames(folder, notes=None):
    """A recording of twelve frames in one file, and the places of their pixels."""
    writers.ndtiff(folder, [({"time": i}, image) for i, image in enumerate(VIDEO)], 12, notes)
    return [entry[2] for entry in tifffile.read_ndtiff_index(folder / "NDTiff.index")]


def test_planes_do_not_share_bytes(tmp_path):
    places = frames(tmp_path)
    for wrong in (places[1], places[1] + 2, places[1] - 58, 4):
        frames(tmp_path)
        makers.replace(tmp_path / "NDTiff.index", struct.pack("<Ii", places[2], 6), struct.pack("<Ii", wrong, 6))
        text = r"NDTiff\.index is damaged, because two pieces of rec_NDTiffStack\.tif share bytes, at byte \d+ and"
        check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


def test_pixels_do_not_share_bytes_with_notes(tmp_path):
    place = frames(tmp_path, [{"ElapsedTime-ms": i} for i in range(12)])[-1]
    wrong = (tmp_path / "rec_NDTiffStack.tif").stat().st_size - 70
    makers.replace(tmp_path / "NDTiff.index", struct.pack("<Ii", place, 6), struct.pack("<Ii", wrong, 6))
    text = "is damaged, because two pieces of rec_NDTiffStack.tif share bytes"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


def test_a_plane_that_was_recorded_again(tmp_path):
    frames(tmp_path)
    makers.replace(tmp_path / "NDTiff.index", b'{"time": 7}', b'{"time": 6}')
    text = r'names 1 plane twice, such as \{"time": 6\}, of which the later is read: if nothing was recorded again'
    with pytest.warns(Advice, match=text):
        recording = open_video(tmp_path)
    with recording:
        np.testing.assert_array_equal(recording[:], VIDEO[[*range(6), *range(7, 12)]])


@pytest.mark.parametrize(
    ("notes", "text"),
    [
        (None, "numbers its frames with gaps, and their times are not known"),
        ([{"ElapsedTime-ms": 2 * i} for i in range(12)], "notes a time of frame 11 before that of the frame before it"),
    ],
)
def test_a_frame_at_another_time(tmp_path, notes, text):
    frames(tmp_path, notes)
    makers.replace(tmp_path / "NDTiff.index", b'{"time": 3}', b'{"time":30}')
    with pytest.warns(UserWarning, match=text):
        recording = open_video(tmp_path)
    with recording:
        np.testing.assert_array_equal(recording[:], VIDEO[[0, 1, 2, *range(4, 12), 3]])
        assert recording.times is None
