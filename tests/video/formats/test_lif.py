"""Leica files, written byte by byte."""

import numpy as np
import pytest

from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.microscopes import lif

VIDEO = makers.random_video((6, 4, 5))
HYPER = makers.random_video((6, 3, 2, 4, 5), seed=1)  # T, Z, C
EPOCH = 116_444_736_000_000_000  # 1970 in time stamps


def stamps(seconds, old=False):
    ticks = [EPOCH + round(1e7 * second) for second in seconds]
    if old:
        item = '<TimeStamp HighInteger="{}" LowInteger="{}"/>'
        return "".join(item.format(tick >> 32, tick & 0xFFFFFFFF) for tick in ticks)
    return " ".join(f"{tick:x}" for tick in ticks)


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_data_types(tmp_path, dtype):
    video = makers.random_video((6, 4, 5), dtype)
    with open_video(lif(tmp_path / "rec.lif", {"Series001": video})) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert (recording.format, recording.times, recording.is_mapped) == ("Leica LIF", None, True)
        assert recording.fps == pytest.approx(500)
        assert recording.pixel_size == pytest.approx(0.002)
        assert recording.metadata == {"dataset": "Series001", "channels": ["Green"]}


def test_channels_and_planes(tmp_path):
    path = lif(tmp_path / "rec.lif", {"a": HYPER}, "TZCYX")
    for c in range(2):
        for z in range(3):
            np.testing.assert_array_equal(load_video(path, channel=c, z=z), HYPER[:, z, c], strict=True)
    np.testing.assert_array_equal(load_video(path, channel="Red", z=0), HYPER[:, 0, 1])
    text = r"has 2 channels \(Green, Red\): choose one with channel=, from 0 to 1"
    assert check_error(lambda: open_video(path, z=0), ValueError, "path", text, value=path).keyword == "channel"
    text = "has 3 planes: choose one with z=, from 0 to 2"
    assert check_error(lambda: open_video(path, channel=0), ValueError, "path", text, value=path).keyword == "z"


def test_time_may_be_an_inner_axis(tmp_path):
    video = makers.random_video((2, 6, 4, 5))
    path = lif(tmp_path / "rec.lif", {"a": video}, "CTYX")
    np.testing.assert_array_equal(load_video(path, channel=1), video[1], strict=True)


def test_frames_scanned_along_x_and_z(tmp_path):
    np.testing.assert_array_equal(load_video(lif(tmp_path / "rec.lif", {"a": VIDEO}, "TZX")), VIDEO, strict=True)


def test_the_only_image_with_time_is_the_recording(tmp_path):
    images = {"overview": VIDEO[0], "heart": VIDEO, "stack": VIDEO[1:4]}
    path = lif(tmp_path / "rec.lif", images, {"overview": "YX", "heart": "TYX", "stack": "ZYX"})
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)
    np.testing.assert_array_equal(load_video(path, dataset="overview"), VIDEO[:1], strict=True)
    np.testing.assert_array_equal(load_video(path, dataset="stack", z=2), VIDEO[3:4], strict=True)
    text = r"is not in .*: choose one of overview \(Y 4, X 5\), heart \(T 6, Y 4, X 5\), stack"
    check_error(lambda: open_video(path, dataset="lungs"), ValueError, "dataset", text, value="lungs")
    check_error(lambda: open_video(path, dataset=1), TypeError, "dataset", "it must be text, the name of an image")


@pytest.mark.parametrize(("axes", "kind"), [("TYX", "recordings"), ("ZYX", "images")])
def test_several_recordings(tmp_path, axes, kind):
    path = lif(tmp_path / "rec.lif", {"a": VIDEO, "b": VIDEO[1:]}, axes)
    text = rf"holds 2 {kind} \(all images: a .*, b .*\): choose one with dataset="
    assert check_error(lambda: open_video(path), ValueError, "path", text, value=path).keyword == "dataset"


@pytest.mark.parametrize("old", [False, True])
def test_times_have_the_resolution_of_the_file(tmp_path, old):
    seconds = 1e9 + np.arange(6) * 0.0015
    with open_video(lif(tmp_path / "rec.lif", {"a": VIDEO}, stamps=stamps(seconds, old))) as recording:
        np.testing.assert_allclose(recording.times, np.arange(6) * 0.0015, atol=2e-7)
        assert recording.fps == pytest.approx(1 / 0.0015, rel=1e-3)
    seconds[3:] += 0.05
    with open_video(lif(tmp_path / "rec.lif", {"a": VIDEO}, stamps=stamps(seconds, old))) as recording:
        assert recording.fps is None


@pytest.mark.parametrize("each", [1, 3, 6])
def test_times_of_several_images_a_frame(tmp_path, each):
    seconds = np.arange(6 * each) * 0.01
    path = lif(tmp_path / "rec.lif", {"a": HYPER}, "TZCYX", stamps=stamps(seconds))
    with open_video(path, channel=0, z=0) as recording:
        np.testing.assert_allclose(recording.times, np.arange(6) * 0.01 * each, atol=2e-7)


@pytest.mark.parametrize("text", ["none", stamps([0, 1]), "<TimeStamp/>"])
def test_stamps_of_no_use(tmp_path, text):
    with open_video(lif(tmp_path / "rec.lif", {"a": VIDEO}, stamps=text)) as recording:
        assert recording.times is None
        assert recording.fps == pytest.approx(500)


@pytest.mark.parametrize("length", [0, -1, "nan", "inf"])
def test_lengths_of_no_use(tmp_path, length):
    with open_video(lif(tmp_path / "rec.lif", {"a": VIDEO}, lengths={"T": length, "X": length})) as recording:
        assert (recording.fps, recording.pixel_size) == (None, None)


def test_one_frame_has_no_rate(tmp_path):
    with open_video(lif(tmp_path / "rec.lif", {"a": VIDEO[:1]})) as recording:
        assert (recording.shape, recording.fps) == ((1, 4, 5), None)


@pytest.mark.parametrize("kept", [0, 5, 12, 100, -1, -240, -241, -260])
def test_truncated(tmp_path, kept):
    path = lif(tmp_path / "rec.lif", {"a": VIDEO})
    makers.keep(path, kept)
    text = r"rec\.lif (is truncated \(a needs 240 bytes|cannot be read as a Leica file and may be truncated)"
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


def test_the_pixels_of_another_image_are_not_missed(tmp_path):
    path = lif(tmp_path / "rec.lif", {"a": VIDEO, "b": VIDEO})
    makers.keep(path, -1)
    np.testing.assert_array_equal(load_video(path, dataset="a"), VIDEO)
    check_error(lambda: open_video(path, dataset="b"), ValueError, "path", "is truncated", value=path)


@pytest.mark.parametrize(
    ("images", "axes", "text"),
    [
        ({}, "TYX", "holds no images: give another file"),
        ({"a": VIDEO}, "MYX", "has the axes M 6, Y 4, X 5 in a, but a recording has time, rows and columns: export"),
        ({"a": VIDEO[0]}, "TX", "has the axes T 4, X 5 in a"),
    ],
)
def test_images_that_are_no_recordings(tmp_path, images, axes, text):
    path = lif(tmp_path / "rec.lif", images, axes)
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


def test_colours_are_refused(tmp_path):
    colours = makers.random_video((4, 5, 3), "u1")
    path = lif(tmp_path / "rec.lif", {"a": colours}, "YXC", names="RGB")
    check_error(lambda: open_video(path), ValueError, "path", "holds colours in a: split its channels", value=path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("DataType", "Datatype"),
        ("<LMSData", "<LMSDat!"),
        ("MemBlock", "MemBl0ck"),
        ('Resolution="16"', 'Resolution="99"'),
    ],
)
def test_damaged_descriptions(tmp_path, old, new):
    path = lif(tmp_path / "rec.lif", {"a": VIDEO})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(old.encode("utf-16-le"), new.encode("utf-16-le"), 1))
    check_error(lambda: open_video(path), ValueError, "path", "cannot be read as a Leica file", value=path)


@pytest.mark.parametrize("count", [1, 6])
def test_stamps_of_more_than_64_bits(tmp_path, count):
    text = " ".join(f"{2**64 + i * 10**7:x}" if i < count else f"{i * 10**7:x}" for i in range(6))
    with open_video(lif(tmp_path / "rec.lif", {"a": VIDEO}, stamps=text)) as recording:
        assert recording.times is None


@pytest.mark.parametrize(
    ("time", "match"),
    [
        (
            (None, "0"),
            "is damaged, because a has 0 bytes for each step along T, which need 2: copy the recording again",
        ),
        ((None, -40), "is damaged, because a has -40 bytes for each step along T, which need 2"),
        ((None, 38), "is damaged, because a has 38 bytes for each step along T, which need 40"),
        ((None, 42), r"is truncated \(a needs 250 bytes, but the file has 240\)"),
        (("0", None), "is damaged, because it states 0 elements of the axis 4 of a"),
        ((-6, None), "is damaged, because it states -6 elements of the axis 4 of a"),
    ],
)
def test_axes_that_do_not_fit(tmp_path, time, match):
    path = lif(tmp_path / "rec.lif", {"a": VIDEO}, time=time)
    check_error(lambda: load_video(path), ValueError, "path", match, value=path)


def test_fewer_frames_than_the_file_holds(tmp_path):
    path = lif(tmp_path / "rec.lif", {"a": VIDEO}, time=(4, None))
    match = r"rec\.lif holds 240 bytes of a, of which its description uses 160: check that no frames are missing"
    with pytest.warns(UserWarning, match=match):
        np.testing.assert_array_equal(load_video(path), VIDEO[:4])


@pytest.mark.parametrize("axes", ["TYX", "CTYX"])
def test_room_after_rows_and_frames(tmp_path, axes):
    whole = makers.random_video((2, 6, 5, 7) if "C" in axes else (6, 5, 7))
    part = whole[..., :4, :5]
    path = lif(tmp_path / "rec.lif", {"a": part}, axes, stored=whole)
    if "C" in axes:  # liffile does not know where the channels are
        check_error(lambda: load_video(path, channel=0), ValueError, "path", "cannot be read as a Leica file", path)
    else:
        np.testing.assert_array_equal(load_video(path), part)
