"""MiCAM ULTIMA recordings, written byte by byte."""

import os
import pickle
import shutil

import numpy as np
import pytest

from optimap import ArgumentError
from optimap._base import MissingFileError
from optimap.video import load_metadata, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))


@pytest.fixture
def path(tmp_path):
    return makers.micam_ultima(tmp_path, VIDEO)


@pytest.mark.parametrize("name", ["rec.rsh", "rec.rsm", "rec(0).rsd", "rec(2).rsd"])
def test_any_file_opens_it(path, name):
    with open_video(path.with_name(name)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps, recording.pixel_size) == ("MiCAM ULTIMA", 500.0, None)


def test_header_entries(path):
    expected = {"x": "9", "y": "5", "lskp": "2", "rskp": "1", "blk": "3", "page_frames": "7", "fps": 500.0}
    expected |= {"acquisition_date": "2018/02/14 15:22:04", "name": "8*rec(0)", "cmnt": ""}
    assert load_metadata(path).items() >= expected.items()


def test_intensity_is_background_and_difference_without_the_side_columns(tmp_path):
    header = makers.RSH.format(width=4, height=1, left=1, right=1, block=1, frames=1, sample_time="1.0msec")
    (tmp_path / "rec.rsh").write_text(header + "rec(0).rsd\n")
    (tmp_path / "rec.rsm").write_bytes(np.array([9, 100, 40000, 9], "<u2").tobytes())
    (tmp_path / "rec(0).rsd").write_bytes(np.array([5, -2, 30000, 5], "<i2").tobytes())
    with open_video(tmp_path / "rec.rsh") as recording:
        assert recording[:].tolist() == [[[98, 70000 - 65536]]]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 8])
@pytest.mark.parametrize(("left", "right"), [(0, 0), (2, 1), (0, 3)])
def test_blocks_and_side_columns(tmp_path, block, left, right):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, block, left, right)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_array_equal(recording[5:0:-3], VIDEO[5:0:-3])


def test_the_last_block_may_be_full(path):
    # The camera fills the last file up; frames after the recording's end do not count.
    data = path.with_name("rec(2).rsd")
    data.write_bytes(data.read_bytes() + bytes(2 * 2 * 5 * 9))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)


@pytest.mark.parametrize("block", [1, 3, 7])
@pytest.mark.parametrize("name", ["rec.rsh", "rec.rsm", "rec(0).rsd"])
def test_headers_of_ultima_acq_leave_the_layout_to_the_files(tmp_path, block, name):
    video = makers.random_video((7, 5, 100))
    options = {"sample_time": " 2.00 msec", "line_end": "\r\n", "layout": makers.ULTIMA_ACQ}
    makers.micam_ultima(tmp_path, video, block, 20, 8, **options)
    with open_video(tmp_path / name) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert (recording.fps, recording.metadata["DataXsize"]) == (500, " 256")
        assert list(recording.analog) == ["analog 0"]


def test_dual_cameras_of_ultima_acq_have_to_be_chosen(tmp_path):
    video = makers.random_video((7, 5, 100))
    path = makers.micam_ultima(tmp_path, video, 3, 20, 8, layout=makers.ULTIMA_ACQ, dual_cam=3)
    check_error(lambda: open_video(path), ArgumentError, "path", r"dual_cam = 3: choose .* 'all' if there was only one")
    with open_video(path, channel="all") as recording:
        np.testing.assert_array_equal(recording[:], video)
        assert recording.fps == 500
    with open_video(path, channel=1) as recording:
        np.testing.assert_array_equal(recording[:], video[1::2])
        assert recording.fps == 500


@pytest.mark.parametrize("change", ["columns", "truncated", "missing", "number"])
def test_files_that_do_not_fit_a_header_of_ultima_acq(tmp_path, change):
    columns = 90 if change == "columns" else 100
    path = makers.micam_ultima(tmp_path, makers.random_video((7, 5, columns)), 3, 20, 8, layout=makers.ULTIMA_ACQ)
    if change == "truncated":
        makers.keep(tmp_path / "rec(0).rsd", -100)
    elif change == "missing":
        (tmp_path / "rec(0).rsd").unlink()
    elif change == "number":
        makers.replace(path, b"frame_number=7", b"frame_number=")
    kind, text = {
        "columns": (ArgumentError, "its frames need 1 and 4"),
        "truncated": (ArgumentError, r"rec\(0\)\.rsd is truncated"),
        "missing": (MissingFileError, r"rec\(0\)\.rsd is missing"),
        "number": (ArgumentError, "frame_number = ''"),
    }[change]
    check_error(lambda: open_video(path), kind, "path", text)


def test_windows_line_ends(tmp_path):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, line_end="\r\n")) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.metadata["name"] == "8*rec(0)"


@pytest.mark.parametrize(
    ("time", "fps"),
    [
        ("  2.0msec", 500),
        ("2.0 mSec", 500),
        ("2ms", 500),
        ("0.1msec", 10_000),
        ("2.0 milliseconds", 500),
        ("500 microseconds", 2000),
        ("500µs", 2000),
        ("1.0sec", 1),
        ("200usec", 5000),
        ("3.0msec", 1000 / 3),
    ],
)
def test_sample_time(tmp_path, time, fps):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, sample_time=time)) as recording:
        assert recording.fps == fps


@pytest.mark.parametrize(
    "time", ["", "2.0", "0.0msec", "2 hours", "msec", "-2.0msec", "infmsec", "nan msec", "2,0msec"]
)
def test_a_sample_time_that_cannot_be_is_no_rate(tmp_path, time):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, sample_time=time)) as recording:
        assert recording.fps is None
        np.testing.assert_array_equal(recording[:], VIDEO)


def test_no_sample_time(path):
    makers.replace(path, b"sample_time", b"another_time")
    with open_video(path) as recording:
        assert recording.fps is None


# --- the background as the first frame --------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["background", "noisy background"])
@pytest.mark.parametrize("block", [1, 3, 8])
def test_a_first_frame_that_is_the_background_is_left_out(tmp_path, first, block):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, block, first=first)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[6:0:-2], VIDEO[6:0:-2])
        assert recording.metadata["first frame"] == "left out, because it is the background itself"
        assert recording.metadata["page_frames"] == "8"


def test_an_ordinary_first_frame_is_kept(path):
    assert "first frame" not in load_metadata(path)


def test_a_first_frame_of_zeros_is_kept_though_the_background_is_dark(path):
    data = path.with_name("rec(0).rsd")
    data.write_bytes(bytes(2 * 9 * 5) + data.read_bytes()[2 * 9 * 5 :])
    path.with_name("rec.rsm").write_bytes(bytes(2 * 9 * 5))
    with open_video(path) as recording:
        assert len(recording) == 7
        assert not recording[0].any()


# --- two cameras ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [1, 2, 3, 7])
@pytest.mark.parametrize("camera", [0, 1])
def test_frames_of_two_cameras_alternate(tmp_path, block, camera):
    path = makers.micam_ultima(tmp_path, VIDEO, block, dual_cam=4)
    with open_video(path, channel=camera) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[camera::2], strict=True)
        np.testing.assert_array_equal(recording[2:0:-1], VIDEO[camera::2][2:0:-1])
        np.testing.assert_array_equal(recording[::2], VIDEO[camera::4])
        assert recording.fps == 250


def test_all_frames_of_one_camera_in_a_recording_marked_as_dual(tmp_path):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, dual_cam=4), channel="all") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.fps == 500


@pytest.mark.parametrize("value", ["1", "4", "-1", "yes"])
def test_two_cameras_must_be_chosen(tmp_path, value):
    path = makers.micam_ultima(tmp_path, VIDEO, dual_cam=value)
    error = check_error(
        lambda: open_video(path),
        ValueError,
        "path",
        rf"rec\.rsh may hold frames of two cameras in turn, because its header has dual_cam = {value}: "
        r"choose one of two cameras with channel=, from 0 to 1, or 'all' if there was only one",
        path,
    )
    assert error.keyword == "channel"


@pytest.mark.parametrize("value", [None, "0", ""])
@pytest.mark.parametrize("channel", [0, "all"])
def test_one_camera(tmp_path, value, channel):
    path = makers.micam_ultima(tmp_path, VIDEO, dual_cam=value)
    with open_video(path, channel=channel) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
    check_error(
        lambda: open_video(path, channel=1),
        ValueError,
        "channel",
        r"channel = 1 is not in .*rec\.rsh, which is a recording of one camera: leave channel out",
        1,
    )


@pytest.mark.parametrize("channel", [2, -1, "red", True, 0.5])
def test_a_camera_that_does_not_exist(tmp_path, channel):
    path = makers.micam_ultima(tmp_path, VIDEO, dual_cam=4)
    check_error(
        lambda: open_video(path, channel=channel),
        ValueError,
        "channel",
        r"channel = .*: it must be 0 or 1 \(one of two cameras\) or 'all' \(a single camera\)",
        channel,
    )


@pytest.mark.parametrize("first", ["background", "noisy background"])
def test_the_background_of_the_first_of_two_cameras(tmp_path, first):
    path = makers.micam_ultima(tmp_path, VIDEO, first=first, dual_cam=4)
    with open_video(path, channel=0) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[1::2], strict=True)
    with open_video(path, channel=1) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[::2], strict=True)


@pytest.mark.parametrize("block", [1, 3, 8])
def test_the_second_of_two_cameras_has_a_background_of_its_own(tmp_path, block):
    backgrounds = makers.random_video((2, 5, 9), "<u2")
    changes = np.random.default_rng(0).integers(-30, 30, (6, 5, 9), dtype="<i2")
    pages = [*backgrounds.view("<i2"), *changes]
    blocks = [np.stack(pages[i : i + block]) for i in range(0, 8, block)]
    header = makers.RSH.format(width=9, height=5, left=2, right=1, block=block, frames=8, sample_time="1.0msec")
    header = header.replace("cmnt=", "dual_cam=4\ncmnt=") + "".join(f"rec({i}).rsd\n" for i in range(len(blocks)))
    (tmp_path / "rec.rsh").write_text(header)
    (tmp_path / "rec.rsm").write_bytes(backgrounds[0].tobytes())
    for i, stored in enumerate(blocks):
        (tmp_path / f"rec({i}).rsd").write_bytes(stored.tobytes())
    for camera in (0, 1):
        expected = (backgrounds[camera].view("<i2") + changes[camera::2])[:, :, 2:8].view("<u2")
        with open_video(tmp_path / "rec.rsh", channel=camera) as recording:
            np.testing.assert_array_equal(recording[:], expected)
            assert "background itself" in recording.metadata["first frame"]


# --- files of a recording ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../rec.rsm",
        "a/../../rec.rsm",
        "/data/rec.rsm",
        "..\\rec.rsm",
        "C:\\data\\rec.rsm",
        "C:rec.rsm",
        "\\\\host\\rec.rsm",
    ],
)
def test_names_outside_the_folder_are_refused(path, name):
    makers.replace(path, b"\nrec.rsm", f"\n{name}".encode())
    error = check_error(lambda: open_video(path), ValueError, "path", "which is not a file in its own folder", path)
    assert repr(name) in error.problem


@pytest.mark.parametrize("name", ["Versuch Ä1", "cellule é"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_names_in_the_encodings_of_other_countries(path, name, encoding):
    makers.replace(path, b"\nrec", f"\n{name}".encode(encoding))
    for file in path.parent.glob("rec*.rs[md]"):
        file.rename(file.with_name(file.name.replace("rec", name)))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("missing", ["rec.rsm", "rec(0).rsd", "rec(2).rsd"])
def test_a_missing_file_is_named(path, missing):
    path.with_name(missing).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{missing}".replace("(", r"\(").replace(")", r"\)") + " is missing"):
        open_video(path)


@pytest.mark.parametrize("given", ["rec.rsm", "rec(1).rsd"])
def test_a_missing_header(path, given):
    path.unlink()
    with pytest.raises(
        FileNotFoundError, match=r"rec\.rsh is missing|rec\(1\)\.rsd is not listed in any \.rsh header next to it: copy"
    ):
        open_video(path.with_name(given))


@pytest.mark.parametrize("other", ["another.rsh", "zzz.rsh"])
def test_a_damaged_header_of_another_recording_does_no_harm(path, other):
    path.with_name(other).write_text("//x=3")
    with open_video(path.with_name("rec(1).rsd")) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("name", ["rec.rsm", "rec(0).rsd", "rec(2).rsd"])
@pytest.mark.parametrize("kept", [0, 20, -1])
def test_truncated(path, name, kept):
    makers.keep(path.with_name(name), kept)
    with pytest.raises(ValueError, match=r"rec.* is truncated \(.* of 9 x 5 need \d+ bytes, but the file has"):
        open_video(path)


@pytest.mark.parametrize("name", ["rec.rsm", "rec(0).rsd", "rec(2).rsd"])
def test_longer_than_its_header_says(path, name):
    data = path.with_name(name)
    data.write_bytes(data.read_bytes() + bytes(2 * 5 * 9 * 5))
    with pytest.raises(ValueError, match="is longer than its header says"):
        open_video(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rec(2).rsd\n", "", r"lists 1 \.rsm and 2 \.rsd files, but its frames need 1 and 3"),
        ("rec.rsm\n", "", r"lists 0 \.rsm and 3 \.rsd files"),
        ("Data-File-List", "Files", "has no line 'Data-File-List', so it is not a complete header"),
        ("page_frames=7\n", "", "has no entry 'page_frames'"),
        ("/blk=3", "", "has no entry 'blk'"),
        ("/blk=3", "/blk=0", "blk = '0', which is not a positive number"),
        ("lskp=2", "lskp=8", "lskp = 8 and rskp = 1, which leave none of the 9 columns"),
        ("lskp=2", "lskp=-2", "lskp = '-2', which is not a number of columns: repair the header"),
        ("rskp=1", "rskp=-1", "rskp = '-1', which is not a number of columns"),
        ("lskp=2", "lskp=two", "lskp = 'two', which is not a number of columns"),
        ("lskp=2", "lskp=1e9", "lskp = '1e9', which is not a number of columns"),
        ("lskp=2", "lskp=" + 50 * "9", "which leave none of the 9 columns"),
        ("lskp=2", "lskp=" + 5000 * "9", "lskp = '99999999999999999999', which is not a number of columns"),
    ],
)
def test_damaged_headers(path, old, new, message):
    makers.replace(path, old.encode(), new.encode())
    with pytest.raises(ValueError, match=rf"rec\.rsh.*{message}"):
        open_video(path)


def test_real_header_and_background(real_data, tmp_path):
    for suffix in (".rsh", ".rsm"):
        shutil.copy(real_data / "micam" / f"rhrd0214-013{suffix}", tmp_path)
    background = np.fromfile(tmp_path / "rhrd0214-013.rsm", "<u2").reshape(100, 128)
    differences = np.random.default_rng(0).integers(-300, 300, (256, 100, 128)).astype("<i2")
    for i in range(8):
        (differences + i).tofile(tmp_path / f"rhrd0214-013({i}).rsd")
    with open_video(tmp_path / "rhrd0214-013.rsh", channel="all") as recording:
        assert (recording.shape, recording.fps) == ((2048, 100, 100), 500.0)
        assert recording.metadata["acquisition_date"] == "2018/02/14 15:22:04"
        assert recording.metadata["sample_mode"] == "SDIF"
        for frame in (0, 255, 256, 2047):
            expected = background.astype(int) + differences[frame % 256] + frame // 256
            np.testing.assert_array_equal(recording[frame], expected[:, 20:120].astype(np.uint16), strict=True)
        np.testing.assert_array_equal(recording[254:258], np.stack([recording[i] for i in range(254, 258)]))


def test_real_recording_without_its_blocks(real_data):
    with pytest.raises(FileNotFoundError, match=r"rhrd0214-013\(0\)\.rsd is missing"):
        open_video(real_data / "micam" / "rhrd0214-013.rsh", channel="all")


def test_real_header_of_two_cameras(real_data):
    with pytest.raises(ValueError, match=r"rhrd0214-013\.rsh may hold frames of two cameras .* dual_cam = 4: choose"):
        open_video(real_data / "micam" / "rhrd0214-013.rsh")


@pytest.mark.parametrize(("left", "columns"), [(20, [0, 4, 8, 12, 16]), (5, [0, 4]), (1, [0])])
@pytest.mark.parametrize("first", [None, "background"])
def test_the_analog_input_in_the_columns_at_the_left(tmp_path, left, columns, first):
    path = makers.micam_ultima(tmp_path, VIDEO, left=left, first=first)
    height, width = VIDEO.shape[1], left + VIDEO.shape[2] + 1
    stored = [np.fromfile(file, "<i2") for file in sorted(tmp_path.glob("*.rsd"))]
    frames = np.concatenate(stored).reshape(-1, height, width)[first is not None :]
    with open_video(path) as recording:
        assert list(recording.analog) == ["analog 0"]
        analog = pickle.loads(pickle.dumps(recording)).analog["analog 0"]
        expected = frames[:, :4, columns].ravel()
        assert (analog.count, analog.fps) == (len(expected), 500 * 4 * len(columns))
        np.testing.assert_array_equal(analog.samples, expected)
        assert "not verified" in recording.metadata["analog"]


def test_the_analog_input_of_each_of_two_cameras(tmp_path):
    path = makers.micam_ultima(tmp_path, VIDEO, left=20, dual_cam=4)
    stored = [np.fromfile(file, "<i2") for file in sorted(tmp_path.glob("*.rsd"))]
    frames = np.concatenate(stored).reshape(len(VIDEO), VIDEO.shape[1], -1)
    for camera in (0, 1):
        with open_video(path, channel=camera) as recording:
            analog = recording.analog["analog 0"]
            np.testing.assert_array_equal(analog.samples, frames[camera::2, :4, :20:4].ravel())
            assert analog.fps == 20 * recording.fps == 5000


def test_without_skipped_columns_there_is_no_analog_input(tmp_path):
    with open_video(makers.micam_ultima(tmp_path, VIDEO, left=0)) as recording:
        assert recording.analog == {}
        assert "analog" not in recording.metadata


def test_an_analog_input_whose_file_was_cut_off(tmp_path):
    with open_video(makers.micam_ultima(tmp_path, VIDEO)) as recording:
        makers.keep(tmp_path / "rec(1).rsd", -2)
        check_error(lambda: recording.analog["analog 0"].samples, ArgumentError, "path", r"rec\(1\)\.rsd is truncated")


@pytest.mark.parametrize("name", ["rec.rsh", "Rec(1).RSD", "REC.RSM"])
def test_names_in_another_case(path, name):
    for old, new in (("rec(1).rsd", "Rec(1).RSD"), ("rec.rsm", "REC.RSM")):
        path.with_name(old).rename(path.with_name(new))
    with open_video(path.with_name(name)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)


@pytest.mark.parametrize("name", ["rec(0).rsd", "REC(0).RSD"])
def test_a_block_that_is_listed_twice(path, name):
    makers.replace(path, b"rec(1).rsd", name.encode())
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.rsh lists a \.rsd file twice: copy", path)


def test_very_many_blocks_that_are_not_there(path):
    makers.replace(path, b"rec(1).rsd", b"\n".join(b"%d.rsd" % i for i in range(20_000)))
    check_error(lambda: open_video(path), ValueError, "path", r"lists 1 \.rsm and 20002 \.rsd files", path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_is_no_header(path):
    os.mkfifo(path.with_name("aaa.rsh"))
    path.rename(path.with_name("zzz.rsh"))
    with open_video(path.with_name("rec(1).rsd")) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
