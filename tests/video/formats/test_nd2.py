"""Nikon ND2 files, written byte by byte."""

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.nd2_maker import nd2

VIDEO = makers.random_video((7, 5, 6))
REGULAR = 2.0 * np.arange(7)  # ms


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.nd2"


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
@pytest.mark.parametrize("lossless", [False, True])
def test_values_rate_and_pixel_size(path, dtype, lossless):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(nd2(path, video, times=REGULAR, lossless=lossless)) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        np.testing.assert_array_equal(recording[5:1:-2, 2, 1:], video[5:1:-2, 2, 1:])
        assert (recording.format, recording.fps, recording.pixel_size) == ("Nikon ND2", 500.0, 0.0005)
        assert (recording.axes, recording.axes_source) == ("TYX", "stated in the file")
        np.testing.assert_allclose(recording.times, REGULAR / 1000)
        assert recording.is_mapped == (not lossless)


def test_planes_at_irregular_distances_are_read_one_by_one(path):
    nd2(path, VIDEO, gap_before=4)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert not recording.is_mapped


def test_the_same_values_as_the_package(path):
    import nd2 as package

    with package.ND2File(nd2(path, VIDEO)) as file:
        np.testing.assert_array_equal(load_video(path), file.asarray())


def test_jitter_of_times_gives_the_stated_rate(path):
    times = REGULAR + np.array([0.2, -0.3, 0.1, 0, -0.2, 0.3, 0.1])
    with open_video(nd2(path, VIDEO, times=times)) as recording:
        assert recording.fps == 500.0


def test_dropped_frames_leave_no_rate(path):
    times = np.r_[0, 2, 4, 56, 58, 60, 62]
    with open_video(nd2(path, VIDEO, times=times)) as recording:
        assert recording.fps is None
        np.testing.assert_allclose(recording.times, times / 1000)


@pytest.mark.parametrize(("period", "fps"), [(4.0, 250.0), (0.0, None), (-1.0, None)])
def test_without_times_the_period_gives_the_rate(path, period, fps):
    with open_video(nd2(path, VIDEO, period=period)) as recording:
        assert (recording.fps, recording.times) == (fps, None)


def test_times_of_some_frames_are_not_used(path):
    with open_video(nd2(path, VIDEO, times=REGULAR[:4])) as recording:
        assert (recording.fps, recording.times) == (500.0, None)


def test_without_calibration_the_pixel_size_is_not_known(path):
    with open_video(nd2(path, VIDEO, calibration=0.0)) as recording:
        assert recording.pixel_size is None


def test_channels(path):
    both = makers.random_video((7, 2, 5, 6))
    nd2(path, both, channels=("GCaMP", "di-4-ANEPPS"))
    for channel, number in [(0, 0), (1, 1), ("GCaMP", 0), ("di-4-ANEPPS", 1)]:
        with open_video(path, channel=channel) as recording:
            np.testing.assert_array_equal(recording[:], both[:, number])
            assert recording.axes == "TCYX"
    assert load_metadata(path, channel=1)["channel"] == "di-4-ANEPPS"
    match = r"has 2 channels \(GCaMP, di-4-ANEPPS\): choose one with channel=, from 0 to 1"
    assert check_error(lambda: open_video(path), ValueError, "path", match, path).keyword == "channel"
    check_error(lambda: open_video(path, channel=2), ValueError, "channel", "give a number from 0 to 1", 2)


def test_depths_and_positions(path):
    video = makers.random_video((7, 2, 3, 5, 6))
    times = np.arange(42.0)
    nd2(path, video[:, :, :, np.newaxis], "TPZ", times=times)
    for position, number in [(0, 0), (1, 1), ("pos 1", 1)]:
        with open_video(path, position=position, z=2) as recording:
            np.testing.assert_array_equal(recording[:], video[:, number, 2])
            np.testing.assert_allclose(recording.times, times.reshape(7, 2, 3)[:, number, 2] / 1000)
    match = r"has 2 positions \(pos 0, pos 1\): choose one with position=, from 0 to 1"
    assert check_error(lambda: open_video(path, z=0), ValueError, "path", match, path).keyword == "position"
    match = r"has 3 planes: choose one with z=, from 0 to 2"
    assert check_error(lambda: open_video(path, position=0), ValueError, "path", match, path).keyword == "z"
    check_error(lambda: open_video(path, position="pos 2", z=0), ValueError, "position", "give a number from 0 to 1")


def test_time_may_be_the_inner_loop(path):
    video = makers.random_video((2, 7, 1, 5, 6))
    nd2(path, video, "PT")
    np.testing.assert_array_equal(load_video(path, position=1), video[1, :, 0])


def test_a_single_image(path):
    nd2(path, VIDEO[0][np.newaxis], "")
    np.testing.assert_array_equal(load_video(path), VIDEO[:1])


def test_a_recording_that_was_stopped_ends_with_its_last_frame(path):
    nd2(path, VIDEO, planned=100, times=REGULAR)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.metadata == {"stopped": "after 7 of 100 frames"}
        assert recording.fps == 500.0


def test_a_gap_is_an_error(path):
    nd2(path, VIDEO, recorded=[0, 1, 2, 4, 5, 6])
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.nd2 lacks frame 3 of 7 frames", path)
    nd2(path, VIDEO, recorded=[])
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.nd2 lacks frame 0 of 7 frames", path)


def test_colour_is_an_error(path):
    nd2(path, makers.random_video((7, 3, 5, 6)), components=3)
    check_error(lambda: open_video(path), ValueError, "path", r"is a colour recording of shape \(7, 5, 6, 3\)", path)


def test_other_loops_are_an_error(path):
    nd2(path, VIDEO, "U")
    match = "has loops of another kind than time, position and depth .*: export the recording as TIFF"
    check_error(lambda: open_video(path), ValueError, "path", match, path)


def test_damaged_pixels_of_a_compressed_frame(path):
    nd2(path, VIDEO, lossless=True)
    whole = path.read_bytes()
    place = whole.index(b"ImageDataSeq|3!") + 4072 + 8
    path.write_bytes(whole[:place] + bytes(20) + whole[place + 20 :])
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[2], VIDEO[2])
        check_error(lambda: recording[3], ValueError, "path", "cannot be read as ND2 at frame 3", path)


@pytest.mark.parametrize("kept", [0, 3, 111, 5000, 20000, -1, -40])
def test_truncated(path, kept):
    nd2(path, VIDEO)
    makers.keep(path, kept)
    check_error(
        lambda: open_video(path), ValueError, "path", r"rec\.nd2 cannot be read as ND2 and may be truncated", path
    )


@pytest.mark.parametrize("name", [b"ImageAttributes!", b"ImageMetadataSeq|0!"])
def test_missing_headers(path, name):
    nd2(path, VIDEO)
    makers.replace(path, name, b"X" + name[1:])
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.nd2 cannot be read as ND2", path)


def exchange(path, first, second):
    """Exchange the places of two chunks in the map of a file."""
    raw = bytearray(path.read_bytes())
    ends = [
        raw.rindex(f"ImageDataSeq|{number}!".encode()) + len(f"ImageDataSeq|{number}!") for number in (first, second)
    ]
    a, b = (bytes(raw[end : end + 8]) for end in ends)
    raw[ends[0] : ends[0] + 8], raw[ends[1] : ends[1] + 8] = b, a
    path.write_bytes(raw)


@pytest.mark.parametrize("lossless", [False, True])
def test_exchanged_places_of_frames_are_an_error(path, lossless):
    nd2(path, VIDEO, lossless=lossless)
    exchange(path, 2, 4)
    match = r"rec\.nd2 is damaged, because ImageDataSeq\|2! should begin at byte \d+, but does not: copy the recording"
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[3], VIDEO[3])
        check_error(lambda: recording[:], ValueError, "path", match, path)
    exchange(path, 0, 6)
    check_error(lambda: open_video(path), ValueError, "path", r"ImageDataSeq\|0! should begin at byte", path)


def test_frames_in_another_order_are_read_one_by_one(path):
    nd2(path, VIDEO[[6, 5, 4, 3, 2, 1, 0]])
    whole = path.read_bytes()
    for number in range(7):  # the chunk of plane 0 is the last one
        whole = whole.replace(f"ImageDataSeq|{number}!".encode(), f"ImageDataSeq|{6 - number}?".encode())
    for number in range(7):
        whole = whole.replace(f"ImageDataSeq|{number}?".encode(), f"ImageDataSeq|{number}!".encode())
    path.write_bytes(whole)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert not recording.is_mapped


@pytest.mark.parametrize(("axes", "planned"), [("T", 10**8), ("T", 2**32 - 1), ("ZT", 10**9)])
def test_only_what_was_recorded_takes_time_and_memory(path, axes, planned):
    nd2(path, VIDEO if axes == "T" else VIDEO[np.newaxis, :, np.newaxis], axes, planned=planned, times=REGULAR)
    with open_video(path, **({} if axes == "T" else {"z": 0})) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.metadata == ({"stopped": f"after 7 of {planned} frames"} if axes == "T" else {})
        np.testing.assert_allclose(recording.times, REGULAR / 1000)


def test_loops_without_end_are_an_error(path):
    nd2(path, VIDEO, planned=2**32)
    check_error(
        lambda: open_video(path), ValueError, "path", "is damaged, because it states loops of T 4294967296 st", path
    )


@pytest.mark.parametrize(
    ("stated", "changed", "match"),
    [
        ('uiWidthBytes runtype="lx_uint32" value="12"', 'value="11"', "states 11 bytes of a row of 6 pixels"),
        ('uiHeight runtype="lx_uint32" value="5"', 'value="6"', "plane 0 has 60 bytes of pixels instead of 72"),
        ('uiComp runtype="lx_uint32" value="1"', 'value="2"', "states 2 values of 1 channel in a pixel"),
        ('eCompression runtype="lx_uint32" value="2"', 'value="1"', "is compressed with losses: save it without"),
    ],
)  # fmt: skip
def test_headers_that_do_not_fit(path, stated, changed, match):
    nd2(path, VIDEO)
    makers.replace(path, stated.encode(), (stated.partition("value")[0] + changed).encode())
    check_error(lambda: open_video(path), ValueError, "path", match, path)


def test_a_compressed_frame_that_is_too_short(path):
    nd2(path, VIDEO, lossless=True)
    makers.replace(path, b'uiHeight runtype="lx_uint32" value="5"', b'uiHeight runtype="lx_uint32" value="6"')
    with open_video(path) as recording:
        check_error(lambda: recording[1], ValueError, "path", "frame 1 has 60 bytes of pixels instead of 72", path)


def test_rows_with_room_after_them(path):
    video = np.pad(VIDEO, [(0, 0), (0, 0), (0, 3)])
    for lossless in (False, True):
        nd2(path, video, lossless=lossless)
        makers.replace(path, b'uiWidth runtype="lx_uint32" value="9"', b'uiWidth runtype="lx_uint32" value="6"')
        np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize("count", [0, 7, 8])
def test_chunks_without_pixels(path, count):
    nd2(path, VIDEO, lossless=True)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"ImageDataSeq|0!") - 8
    raw[at : at + 8] = count.to_bytes(8, "little")
    path.write_bytes(raw)
    check_error(lambda: open_video(path), ValueError, "path", "plane 0 has 0 bytes of pixels instead of 1: copy", path)
