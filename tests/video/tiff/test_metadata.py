"""Rates, sizes of pixels and counts in descriptions of TIFF files."""

import numpy as np
import pytest
import tifffile

from optimap.video import load_metadata, load_video, open_video
from tests import makers

VIDEO = makers.random_video((7, 5, 6))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.tif"


@pytest.mark.parametrize(
    ("notes", "fps"),
    [
        ({"finterval": 0.002}, 500),
        ({"finterval": 2, "tunit": "ms"}, 500),
        ({"finterval": 250, "tunit": "msec"}, 4),
        ({"finterval": 0.5, "tunit": "min"}, 1 / 30),
        ({"finterval": 2, "tunit": "days"}, None),
        ({"finterval": 0.002, "fps": 7}, 500),  # fps is the playback speed of ImageJ
        ({"finterval": 0.0}, None),
        ({"fps": 7}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_rate_of_imagej(path, notes, fps):
    with open_video(makers.tiff(path, VIDEO, imagej=True, metadata={"axes": "TYX"} | notes)) as recording:
        assert recording.fps == (fps if fps is None else pytest.approx(fps, rel=1e-15))
        assert recording.metadata["frames"] == 7


@pytest.mark.parametrize(
    ("unit", "per_unit", "size"),
    [
        ("mm", 2, 0.5),
        ("um", 0.01, 0.1),
        ("micron", 0.01, 0.1),
        ("\\u00B5m", 0.01, 0.1),
        ("cm", 100, 0.1),
        ("nm", (1, 100_000), 0.1),
        ("mm", 1, None),  # from writers that do not know the scale
        ("inch", 2, None),
        ("pixel", 2, None),
        ("", 2, None),
    ],
)
def test_pixel_size_of_imagej(path, unit, per_unit, size):
    makers.tiff(path, VIDEO, imagej=True, resolution=(per_unit, per_unit), metadata={"axes": "TYX", "unit": unit})
    with open_video(path) as recording:
        assert recording.pixel_size == (size if size is None else pytest.approx(size, rel=1e-6))


@pytest.mark.parametrize(
    ("notes", "fps"),
    [
        ({"TimeIncrement": 0.002}, 500),
        ({"TimeIncrement": 0.002, "TimeIncrementUnit": "s"}, 500),
        ({"TimeIncrement": 2.0, "TimeIncrementUnit": "ms"}, 500),
        ({"TimeIncrement": 200.0, "TimeIncrementUnit": "µs"}, 5000),
        ({"TimeIncrement": 2.0, "TimeIncrementUnit": "min"}, 1 / 120),
        ({}, None),
    ],
    ids=repr,
)
def test_rate_of_ome(path, notes, fps):
    with open_video(makers.tiff(path, VIDEO, ome=True, metadata={"axes": "TYX"} | notes)) as recording:
        assert recording.fps == (fps if fps is None else pytest.approx(fps, rel=1e-15))
        assert recording.metadata["SizeT"] == "7"


@pytest.mark.parametrize(
    ("notes", "size"),
    [
        ({"PhysicalSizeX": 100.0}, 0.1),
        ({"PhysicalSizeX": 100.0, "PhysicalSizeXUnit": "µm"}, 0.1),
        ({"PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "mm"}, 0.1),
        ({"PhysicalSizeX": 0.01, "PhysicalSizeXUnit": "cm"}, 0.1),
        ({"PhysicalSizeX": 7.0, "PhysicalSizeXUnit": "pixel"}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_pixel_size_of_ome(path, notes, size):
    with open_video(makers.tiff(path, VIDEO, ome=True, metadata={"axes": "TYX"} | notes)) as recording:
        assert recording.pixel_size == (size if size is None else pytest.approx(size))


def test_plain_files_have_a_rate_only_if_it_was_noted(tmp_path):
    assert load_metadata(makers.tiff(tmp_path / "plain.tif", VIDEO)) == {}
    assert load_metadata(makers.tiff(tmp_path / "none.tif", VIDEO, metadata=None)) == {}
    noted = makers.tiff(tmp_path / "noted.tif", VIDEO, metadata={"fps": 500, "lab": "ours"})
    assert load_metadata(noted) == {"fps": 500.0, "lab": "ours"}


USELESS = ["", "NaN", "nan", "inf", "-inf", "0", "0.0", "-0.002", "fast", "0,002", "1 2", "[1]"]


def with_description(path, text):
    """A file of seven pages with a description that tifffile would not write."""
    with tifffile.TiffWriter(path) as writer:
        for i, frame in enumerate(VIDEO):
            options = {"metadata": None, "contiguous": False, "photometric": "minisblack"}
            writer.write(frame, description=text if i == 0 else None, **options)
    return path


@pytest.mark.parametrize("noted", USELESS)
def test_intervals_of_imagej_of_no_use_mean_no_rate(path, noted):
    text = f"ImageJ=1.53t\nimages=7\nframes=7\nfinterval={noted}\nfps={noted}\ntunit=s\n"
    with open_video(with_description(path, text)) as recording:
        assert (recording.fps, recording.times) == (None, None)
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize(
    ("unit", "fps"),
    [("seconds", 0.5), ("milliseconds", 500), ("Milliseconds", 500), ("frame", None), ("frames", None), ("", 0.5)],
)
def test_units_of_imagej(path, unit, fps):
    text = f"ImageJ=1.53t\nimages=7\nframes=7\nfinterval=2\ntunit={unit}\n"
    with open_video(with_description(path, text)) as recording:
        assert recording.fps == fps


@pytest.mark.parametrize(
    "noted", ["0", "-5", "Infinity", "NaN", '""', '"fast"', '"0,5"', "null", "[500]", "true", "{}"]
)
def test_noted_rates_of_no_use(path, noted):
    text = f'{{"shape": [7, 5, 6], "fps": {noted}}}'
    with open_video(with_description(path, text)) as recording:
        assert recording.fps == (500 if noted == "[500]" else None)
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("text", ["ImageJ=1.53t\nimages=x\n", "ImageJ=1.53t\nimages=-7\nframes=0\n", "ImageJ=\n"])
def test_counts_of_imagej_of_no_use_leave_the_pages(path, text):
    np.testing.assert_array_equal(load_video(with_description(path, text)), VIDEO)


@pytest.mark.parametrize("text", ['{"shape": "all"}', '{"shape": [7, 0]}', '{"shape": ', '{"shape": [3.5, 2]}', "{}"])
def test_shapes_of_no_use_leave_the_pages(path, text):
    np.testing.assert_array_equal(load_video(with_description(path, text)), VIDEO)
