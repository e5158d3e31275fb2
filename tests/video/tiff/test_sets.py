"""OME-TIFF sets: several files, one recording, opened by any of them or by their folder."""

import numpy as np
import pytest
import tifffile

from optimap import ArgumentError
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

TZC = makers.random_video((4, 3, 2, 5, 6))
CHANNELS = ("voltage", "calcium")


def one_channel(frames=11):
    return makers.random_video((frames, 5, 6))[:, np.newaxis, np.newaxis]


@pytest.mark.parametrize("number", [None, 0, 1, 10])
def test_one_page_a_file(tmp_path, number):
    video = one_channel()
    files = writers.bruker(tmp_path / "rec", video)
    with open_video(tmp_path / "rec" if number is None else files[number]) as recording:
        np.testing.assert_array_equal(recording[:], video[:, 0, 0])
        np.testing.assert_array_equal(recording[9:2:-3, 1:], video[9:2:-3, 0, 0, 1:])
        assert (recording.format, recording.axes_source) == ("TIFF", "stated in the file")
        assert recording.metadata["files"] == "11"


@pytest.mark.parametrize("number", [None, 0, 5])
def test_channels_and_planes(tmp_path, number):
    files = writers.bruker(tmp_path / "rec", TZC, CHANNELS)
    path = tmp_path / "rec" if number is None else files[number]
    text = r"has 2 channels \(voltage, calcium\): choose one with channel=, from 0 to 1"
    check_error(lambda: open_video(path, z=0), ArgumentError, "path", text)
    check_error(lambda: open_video(path, channel=0), ArgumentError, "path", r"has 3 planes: choose one with z=")
    np.testing.assert_array_equal(load_video(path, channel="calcium", z=2), TZC[:, 2, 1])


@pytest.mark.parametrize("number", [None, 0, 1, 2])
@pytest.mark.parametrize("per_file", [4, 10, 12])
def test_files_of_several_pages(tmp_path, number, per_file):
    video = TZC[:, :1].repeat(3, axis=0)
    files = writers.micromanager(tmp_path / "rec", video, per_file, CHANNELS)
    path = tmp_path / "rec" if number is None else files[min(number, len(files) - 1)]
    for i, name in enumerate(CHANNELS):
        np.testing.assert_array_equal(load_video(path, channel=name), video[:, 0, i])


@pytest.mark.parametrize("order", ["XYCZT", "XYTZC", "XYZCT"])
def test_orders_of_axes(tmp_path, order):
    files = writers.bruker(tmp_path / "rec", TZC, order=order)
    np.testing.assert_array_equal(load_video(files[0], channel=1, z=1), TZC[:, 1, 1])


@pytest.mark.parametrize(("given", "lost"), [(0, 1), (1, 0), (None, 1), (None, 0)])
def test_a_missing_file_is_named(tmp_path, given, lost):
    files = writers.micromanager(tmp_path / "rec", one_channel(), 6)
    files[lost].unlink()
    path = tmp_path / "rec" if given is None else files[given]
    name = files[lost].name.replace(".", r"\.")
    check_error(lambda: open_video(path), FileNotFoundError, "path", rf"{name} is missing: copy it next to")


def test_a_missing_file_with_the_description(tmp_path):
    files = writers.bruker(tmp_path / "rec", one_channel())
    files[0].unlink()
    check_error(lambda: open_video(files[3]), FileNotFoundError, "path", r"_000001\.ome\.tif is missing")


def test_a_file_that_is_lost_or_changed_while_it_is_read(tmp_path):
    files = writers.bruker(tmp_path / "rec", one_channel())
    with open_video(files[0]) as recording:
        files[4].unlink()
        np.testing.assert_array_equal(recording[3], one_channel()[3, 0, 0])
        check_error(lambda: recording[4], FileNotFoundError, "path", r"_000005\.ome\.tif is missing")
        makers.tiff(files[4], np.zeros((4, 6), np.uint16))
        check_error(lambda: recording[4], ArgumentError, "path", r"_000005\.ome\.tif is \(4, 6\) of uint16, but ")


def test_a_truncated_file_of_a_set(tmp_path):
    video = one_channel()
    files = writers.micromanager(tmp_path / "rec", video, 6)
    pages = writers.ome_xml(video, [], uuid="urn:uuid:1")
    writers.write(files[1], video[6:8, 0, 0], pages)
    with open_video(files[0]) as recording:
        check_error(
            lambda: recording[:], ArgumentError, "path", r"_1\.ome\.tif is truncated, because page 4 is missing"
        )


def test_a_renamed_file_is_its_own_recording(tmp_path):
    video = one_channel()
    (file,) = writers.micromanager(tmp_path / "rec", video, 99)
    file.rename(tmp_path / "renamed.tif")
    np.testing.assert_array_equal(load_video(tmp_path / "renamed.tif"), video[:, 0, 0])


def test_a_description_in_a_file_of_its_own(tmp_path):
    video = one_channel(3)
    planes = [(i, 0, 0, f"rec_{i}.ome.tif", f"urn:uuid:{i}", 0) for i in range(3)]
    (tmp_path / "rec.companion.ome").write_text(writers.ome_xml(video, planes, uuid="urn:uuid:all"))
    for i in range(3):
        only = writers.binary_only("rec.companion.ome", "urn:uuid:all")
        writers.write(tmp_path / f"rec_{i}.ome.tif", video[i, 0], only)
    np.testing.assert_array_equal(load_video(tmp_path / "rec_1.ome.tif"), video[:, 0, 0])
    np.testing.assert_array_equal(load_video(tmp_path), video[:, 0, 0])


def test_planes_that_no_file_holds(tmp_path):
    video = one_channel(3)
    planes = [(i, 0, 0, f"rec_{i}.ome.tif", f"urn:uuid:{i}", 0) for i in range(2)]
    for i in range(2):
        writers.write(tmp_path / f"rec_{i}.ome.tif", video[i, 0], writers.ome_xml(video, planes, uuid=f"urn:uuid:{i}"))
    text = r"names the files of 2 of its 3 planes"
    check_error(lambda: open_video(tmp_path / "rec_0.ome.tif"), ArgumentError, "path", text)


def test_several_images_in_one_description(tmp_path):
    video = one_channel(8)
    whole = [
        writers.ome_xml(video[part], [(i, 0, 0, "rec.ome.tif", "urn:uuid:0", i + part.start) for i in range(4)])
        for part in (slice(0, 4), slice(4, 8))
    ]
    second = whole[1].partition("<Image")[2].partition("</OME>")[0].replace('Name="rec"', 'Name="other"')
    text = whole[0].replace("</OME>", f"<Image{second}</OME>")
    path = writers.write(tmp_path / "rec.ome.tif", video[:, 0, 0], text)
    error = check_error(
        lambda: open_video(path), ArgumentError, "path", r"has 2 scenes \(rec, other\): choose one with"
    )
    assert error.keyword == "scene"
    for scene in ("rec", 0):
        np.testing.assert_array_equal(load_video(path, scene=scene), video[:4, 0, 0])
    for scene in ("other", 1):
        np.testing.assert_array_equal(load_video(path, scene=scene), video[4:, 0, 0])
    check_error(lambda: open_video(path, scene=2), ArgumentError, "scene", "2 scenes", 2)


def test_few_files_are_open_at_once(tmp_path):
    video = one_channel(40)
    writers.bruker(tmp_path / "rec", video)
    before = len(open_files())
    with open_video(tmp_path / "rec") as recording:
        np.testing.assert_array_equal(recording[:], video[:, 0, 0])
        assert len(open_files()) - before <= 20
    assert len(open_files()) == before


def open_files():
    from pathlib import Path

    folder = Path("/proc/self/fd")
    return list(folder.iterdir()) if folder.exists() else []


def test_later_files_of_a_stack_without_a_description(tmp_path):
    video = one_channel()
    files = writers.micromanager(tmp_path / "rec", video, 6)
    writers.write(files[1], video[6:, 0, 0], "")
    np.testing.assert_array_equal(load_video(files[1]), video[:, 0, 0])
    files[0].unlink()
    check_error(lambda: open_video(files[1]), FileNotFoundError, "path", r"img_MMStack\.ome\.tif is missing: copy it")


def test_a_folder_without_the_first_file_of_a_stack(tmp_path):
    for i in (1, 2):
        with tifffile.TiffWriter(tmp_path / f"img_MMStack_{i}.ome.tif", ome=False) as writer:
            for page in one_channel(2)[:, 0, 0]:
                writer.write(page, photometric="minisblack", metadata=None, contiguous=False)
    text = r"img_MMStack\.ome\.tif is missing: copy it next to img_MMStack_1\.ome\.tif"
    check_error(lambda: open_video(tmp_path), FileNotFoundError, "path", text)


@pytest.mark.parametrize(("channel", "kept"), [(0, [0, 1, 3, 4]), (1, [0, 1, 2, 3, 4])])
def test_a_folder_is_read_without_the_frames_of_missing_files(tmp_path, channel, kept):
    """A plane of another channel costs no frame."""
    stack = makers.random_video((5, 2, 2, 5, 6))
    files = writers.bruker(tmp_path / "rec", stack, channels=("a", "b"), extra='TimeIncrement="0.1"')
    lost = next(file for file in files if file.name.endswith("Ch1_000006.ome.tif"))
    lost.unlink()
    match = rf"{lost.name} is missing: copy it .*; or read the other frames with allow_gaps=True"
    check_error(lambda: open_video(tmp_path / "rec", channel=channel, z=1), FileNotFoundError, "path", match)
    with open_video(tmp_path / "rec", channel=channel, z=1, allow_gaps=True) as recording:
        np.testing.assert_array_equal(recording[:], stack[kept, 1, channel])
        assert len(recording.files) == len(files) - 1
        if len(kept) == 5:
            assert (recording.fps, recording.irregularity) == (10, None)
        else:
            np.testing.assert_allclose(recording.times, [0, 0.1, 0.3, 0.4])
            assert recording.metadata["frame_numbers"] == kept


def test_a_stack_is_read_without_a_part(tmp_path):
    stack = makers.random_video((10, 1, 1, 5, 6))
    times = [f'DeltaT="{0.01 * i}"' for i in range(10)]
    files = writers.micromanager(tmp_path / "rec", stack, 4, times=times)
    files[1].unlink()
    with open_video(tmp_path / "rec", allow_gaps=True) as recording:
        np.testing.assert_array_equal(recording[:], stack[[0, 1, 2, 3, 8, 9], 0, 0])
        np.testing.assert_allclose(recording.times, [0, 0.01, 0.02, 0.03, 0.08, 0.09])


def test_renamed_files_of_a_set(tmp_path):
    files = writers.micromanager(tmp_path / "rec", makers.random_video((6, 1, 1, 5, 6)), 3)
    renamed = [file.rename(file.with_name(file.name.replace("img", "heart"))) for file in files]
    for path in (tmp_path / "rec", renamed[0]):
        match = rf"{files[1].name} is missing: copy it .* or give it this name again if it was renamed"
        check_error(lambda path=path: open_video(path), FileNotFoundError, "path", match)
    renamed[1].rename(files[1])
    assert load_video(renamed[0]).shape == (6, 5, 6)
