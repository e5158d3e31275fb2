"""What OME-TIFF says about time."""

import numpy as np
import pytest
import tifffile

from optimap import ArgumentError
from optimap._base import Advice
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

VIDEO = makers.random_video((6, 1, 1, 5, 6))


def write(tmp_path, extra="", times=()):
    return writers.write(tmp_path / "rec.tif", VIDEO[:, 0, 0], writers.ome_xml(VIDEO, [], extra=extra, times=times))


@pytest.mark.parametrize("noted", ["", "NaN", "nan", "inf", "-inf", "0", "0.0", "-0.002", "fast", "0,002", "1 2"])
def test_increments_of_no_use_mean_no_rate(tmp_path, noted):
    with open_video(write(tmp_path, f'TimeIncrement="{noted}"')) as recording:
        assert (recording.fps, recording.times) == (None, None)
        np.testing.assert_array_equal(recording[:], VIDEO[:, 0, 0])


@pytest.mark.parametrize(
    ("unit", "fps"), [("seconds", 1 / 2), ("milliseconds", 500), ("ms", 500), ("frame", None), ("", None)]
)
def test_units(tmp_path, unit, fps):
    with open_video(write(tmp_path, f'TimeIncrement="2" TimeIncrementUnit="{unit}"')) as recording:
        assert recording.fps == fps


@pytest.mark.parametrize("noted", ["0", "-1", "NaN", "inf", "", "big", "1,5"])
def test_pixel_sizes_of_no_use(tmp_path, noted):
    with open_video(write(tmp_path, f'PhysicalSizeX="{noted}"')) as recording:
        assert recording.pixel_size is None


def test_regular_times_give_the_rate(tmp_path):
    times = [f'DeltaT="{0.5 + i / 500!r}"' for i in range(6)]
    with open_video(write(tmp_path, times=times)) as recording:
        assert recording.fps == pytest.approx(500)
        np.testing.assert_allclose(recording.times, 0.5 + np.arange(6) / 500)


def test_units_of_times(tmp_path):
    times = [f'DeltaT="{i * 2}" DeltaTUnit="ms"' for i in range(6)]
    with open_video(write(tmp_path, 'TimeIncrement="2" TimeIncrementUnit="ms"', times=times)) as recording:
        assert recording.fps == 500
        np.testing.assert_allclose(recording.times, np.arange(6) / 500)


@pytest.mark.parametrize("unit", ["s", "ms"])
def test_times_as_tifffile_writes_them(tmp_path, unit):
    at = np.array([0, 2, 4, 6, 8, 30]) * (1 if unit == "s" else 0.5)
    notes = {"axes": "TYX", "Plane": {"DeltaT": at.tolist(), "DeltaTUnit": [unit] * 6}}
    tifffile.imwrite(tmp_path / "rec.ome.tif", VIDEO[:, 0, 0], ome=True, photometric="minisblack", metadata=notes)
    with open_video(tmp_path / "rec.ome.tif") as recording:
        np.testing.assert_allclose(recording.times, at if unit == "s" else at / 1000)
        assert recording.fps is None


def test_a_gap_in_the_times_means_no_rate(tmp_path):
    at = np.array([0, 2, 4, 54, 56, 58])
    times = [f'DeltaT="{t}" DeltaTUnit="ms"' for t in at]
    with open_video(write(tmp_path, 'TimeIncrement="2" TimeIncrementUnit="ms"', times=times)) as recording:
        assert recording.fps is None
        np.testing.assert_allclose(recording.times, at / 1000)


@pytest.mark.parametrize(
    "times",
    [
        ['DeltaT="0"'] * 6,
        ['DeltaT="0"', 'DeltaT="2"'],
        [f'DeltaT="{t}"' for t in (5, 4, 3, 2, 1, 0)],
        [f'DeltaT="{t}"' for t in (0, 1, "NaN", 3, 4, 5)],
        [f'DeltaT="{t}"' for t in ("0,0", "0,1", "0,2", "0,3", "0,4", "0,5")],
        [f'DeltaT="{t}" DeltaTUnit="frame"' for t in range(6)],
    ],
    ids=["all alike", "some missing", "backwards", "NaN", "decimal comma", "unit frame"],
)
def test_times_of_no_use_leave_the_stated_interval(tmp_path, times):
    with open_video(write(tmp_path, 'TimeIncrement="2" TimeIncrementUnit="ms"', times=times)) as recording:
        assert (recording.fps, recording.times) == (500, None)
        is_said = times[0] not in ('DeltaT="0,0"', 'DeltaT="0" DeltaTUnit="frame"')  # these are no times
        assert ("not used" in recording.metadata.get("DeltaT", "")) == is_said


def test_times_of_the_channel_that_is_read(tmp_path):
    stack = makers.random_video((3, 1, 2, 5, 6))
    text = writers.ome_xml(stack, [])
    plane = "".join(
        f'<Plane TheT="{t}" TheZ="0" TheC="{c}" DeltaT="{t * 0.01 + c * 0.004}"/>' for t in range(3) for c in range(2)
    )
    path = writers.write(tmp_path / "rec.tif", stack.reshape(6, 5, 6), text.replace("</Pixels>", plane + "</Pixels>"))
    with open_video(path, channel=1) as recording:
        np.testing.assert_allclose(recording.times, [0.004, 0.014, 0.024])
        assert recording.fps == pytest.approx(100)
        np.testing.assert_array_equal(recording[:], stack[:, 0, 1])


@pytest.mark.parametrize(
    ("stated", "said"),
    [("", "''"), ("x", "'x'"), ("NaN", "'NaN'"), ("-1", "'-1'"), ("0", "'0'"), ("60", "60"), ("9" * 15, "9" * 15)],
)
def test_a_number_of_frames_that_cannot_be_is_that_of_the_pages(tmp_path, stated, said):
    text = writers.ome_xml(VIDEO, []).replace('SizeT="6"', f'SizeT="{stated}"')
    path = writers.write(tmp_path / "rec.tif", VIDEO[:, 0, 0], text)
    with pytest.warns(Advice, match=f"holds 6 frames, although its header states {said}"):
        np.testing.assert_array_equal(load_video(path), VIDEO[:, 0, 0])


@pytest.mark.parametrize(
    "change",
    [
        ('SizeT="6"', 'SizeT="6.0"'),
        ('SizeC="1"', 'SizeC="x"'),
        ('SizeZ="1"', 'SizeZ=""'),
        ('SizeZ="1"', 'SizeZ="50"'),
        ("<Channel", '<Channel SamplesPerPixel="?"'),
    ],
)
def test_other_numbers_that_cannot_be_are_unknown(tmp_path, change):
    text = writers.ome_xml(VIDEO, [], channels=("green",)).replace(' SamplesPerPixel="1"', "")
    assert change[0] in text
    path = writers.write(tmp_path / "rec.tif", VIDEO[:, 0, 0], text.replace(*change))
    np.testing.assert_array_equal(load_video(path), VIDEO[:, 0, 0])


def test_pages_that_no_number_explains_can_be_read_as_they_are(tmp_path):
    text = writers.ome_xml(VIDEO, []).replace('SizeZ="1"', 'SizeZ="4"').replace('SizeT="6"', 'SizeT="9"')
    path = writers.write(tmp_path / "rec.tif", VIDEO[:, 0, 0], text)
    error = check_error(
        lambda: open_video(path), ArgumentError, "path", "its header says 36 frames, but it has 6 pages"
    )
    assert error.keyword == "axes"
    np.testing.assert_array_equal(load_video(path, axes="TYX"), VIDEO[:, 0, 0])


@pytest.mark.parametrize("damage", [("DimensionOrder", "Order"), ("<Pixels", "<Pixel")])
def test_damaged_descriptions(tmp_path, damage):
    text = writers.ome_xml(VIDEO, []).replace(*damage)
    path = writers.write(tmp_path / "rec.tif", VIDEO[:, 0, 0], text)
    with pytest.raises(ValueError, match=r"rec\.tif is damaged, because its OME description cannot be read"):
        open_video(path)


def write_stopped(tmp_path, places, pages):
    planes = [(i, 0, 0, "rec.tif", "urn:uuid:0", page) for page, i in enumerate(places)]
    return writers.write(tmp_path / "rec.tif", VIDEO[:pages, 0, 0], writers.ome_xml(VIDEO, planes))


def test_a_recording_that_was_stopped_ends_with_its_last_frame(tmp_path):
    path = write_stopped(tmp_path, range(4), 4)
    with pytest.warns(Advice, match="holds 4 frames, although its header states 6: all that its header") as caught:
        recording = open_video(path)
    assert (len(caught), caught[0].filename) == (1, __file__)
    with recording:
        np.testing.assert_array_equal(recording[:], VIDEO[:4, 0, 0])


@pytest.mark.parametrize(("places", "pages"), [((0, 1, 2, 5), 4), ((1, 2, 3, 4), 4), (range(4), 3), (range(6), 4)])
def test_planes_that_are_lost_are_an_error(tmp_path, places, pages):
    path = write_stopped(tmp_path, places, pages)
    check_error(lambda: open_video(path), ArgumentError, "path", "is truncated or damaged, because its header says")
