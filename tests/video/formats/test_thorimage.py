"""Files of ThorImage, written byte by byte with a header like the program's."""

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))
VOLUMES = makers.random_video((7, 4, 2, 5, 6))  # the last depth is flown back over


@pytest.fixture
def path(tmp_path):
    return tmp_path / "Image_0001_0001.raw"


def test_one_channel(path):
    with open_video(makers.thorimage(path, VIDEO)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps, recording.pixel_size) == ("ThorImage", 30.0, 0.0005)
        assert recording.is_mapped
    known = {"fps": 30.0, "pixel_size": 0.0005}
    assert load_metadata(path) == {"channel": "ChanA", "date": "07/29/2026 12:52:07", **known}


@pytest.mark.parametrize(("channel", "number"), [(0, 0), (1, 1), ("ChanA", 0), ("ChanC", 1)])
def test_channels(path, channel, number):
    both = VOLUMES[:, :1]
    makers.thorimage(path, both, ("ChanA", "ChanC"))
    np.testing.assert_array_equal(load_video(path, channel=channel), both[:, 0, number])
    error = check_error(
        lambda: open_video(path), ValueError, "path", r"has 2 channels \(ChanA, ChanC\): choose one", path
    )
    assert error.keyword == "channel"


@pytest.mark.parametrize("z", [0, 1, 2])
def test_depths_without_those_flown_back_over(path, z):
    makers.thorimage(path, VOLUMES, ("ChanA", "ChanB"), flyback=1)
    with open_video(path, channel=1, z=z) as recording:
        np.testing.assert_array_equal(recording[:], VOLUMES[:, z, 1])
        assert recording.fps == 30 / 4
    error = check_error(
        lambda: open_video(path, channel=1), ValueError, "path", "has 3 planes: choose one with z=", path
    )
    assert error.keyword == "z"
    check_error(
        lambda: open_video(path, channel=1, z=3), ValueError, "z", "which has 3 planes: give a number from 0 to 2", 3
    )


def test_all_channels_of_the_microscope_may_be_stored(path):
    every = makers.random_video((7, 1, 4, 5, 6))
    makers.thorimage(path, every, ("ChanB",), only=0)
    np.testing.assert_array_equal(load_video(path, channel="ChanB"), every[:, 0, 1])
    makers.thorimage(path, every, ("ChanB",), only=1)
    check_error(lambda: open_video(path), ValueError, "path", "does not fit Experiment.xml", path)


@pytest.mark.parametrize(
    ("settings", "fps"),
    [
        ({"average": 1}, 7.5),
        ({"streamed": 0}, 0.4),
        ({"streamed": 0, "interval": 0}, None),
        ({"fps": ""}, None),
        ({"fps": "fast"}, None),
        ({"fps": "0"}, None),
    ],
)
def test_rates(path, settings, fps):
    with open_video(makers.thorimage(path, VIDEO, **settings)) as recording:
        assert recording.fps == fps
        np.testing.assert_array_equal(recording[:], VIDEO)


def test_without_streaming_there_may_be_depths(path):
    stack = VOLUMES[:, :, :1]
    with open_video(makers.thorimage(path, stack, streamed=0, frames=99), z=2) as recording:
        np.testing.assert_array_equal(recording[:], stack[:, 2, 0])
        assert recording.fps == 0.4


def test_a_number_of_frames_that_is_not_stated(path):
    both = VOLUMES[:, :1]
    makers.thorimage(path, both, ("ChanA", "ChanB"), frames="")
    np.testing.assert_array_equal(load_video(path, channel=1), both[:, 0, 1])


@pytest.mark.parametrize("kept", [-1, -60, 60 * 7, 0])
def test_truncated(path, kept):
    makers.thorimage(path, VOLUMES[:, :1], ("ChanA", "ChanB"))
    makers.keep(path, kept)
    match = r"does not fit Experiment.xml, which states 7 planes of 60 bytes for each of 2 channels, 1 in a volume; the"
    error = check_error(lambda: open_video(path), ValueError, "path", match, path)
    assert error.keyword == "shape"


def test_a_recording_that_was_stopped_early_is_read_as_raw_binary(path):
    makers.thorimage(path, VIDEO, frames=100)
    check_error(lambda: open_video(path), ValueError, "path", "stopped early, give its layout with shape=", path)
    np.testing.assert_array_equal(load_video(path, shape=(7, 5, 6), dtype="uint16"), VIDEO)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", r"Experiment\.xml cannot be read as XML and may be truncated"),
        ("<ThorImageExperiment>", r"Experiment\.xml cannot be read as XML"),
        ("<html></html>", r"Experiment\.xml is not a header of ThorImage, because it describes a 'html'"),
        ("<ThorImageExperiment></ThorImageExperiment>", r"Experiment\.xml does not state the size of a frame"),
        (
            '<ThorImageExperiment><LSM pixelX="6" pixelY="5"/></ThorImageExperiment>',
            "does not fit Experiment.xml, which states an unknown number of planes of 60 bytes for each of 4 channels",
        ),
    ],
)
def test_damaged_headers(path, text, match):
    makers.thorimage(path, VIDEO)
    path.with_name("Experiment.xml").write_text(text)
    check_error(lambda: open_video(path), ValueError, "path", match)
