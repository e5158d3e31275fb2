"""Recordings in a row, compared with the same frames in one array."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap import ArgumentError
from optimap.video.chained import ChainedFrames, chained_recording
from optimap.video.recording import Recording
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((40, 3, 4))


class Parts:
    """Parts of a video that count how many of them are open."""

    def __init__(self, lengths, videos=None, rates=None, sizes=None, times=None):
        ends = np.cumsum([0, *lengths])
        self.videos = videos or [VIDEO[a:b] for a, b in pairwise(ends)]
        self.files = [Path(f"{i}.tif") for i in range(len(self.videos))]
        self.rates = rates or [500] * len(self.videos)
        self.sizes, self.times = (given or [None] * len(self.videos) for given in (sizes, times))
        self.open = self.most = 0

    def open_part(self, file):
        self.open += 1
        self.most = max(self.most, self.open)
        number, metadata = int(file.stem), {"of": file.name}
        stated = {"fps": self.rates[number], "pixel_size": self.sizes[number], "times": self.times[number]}
        return Recording(Part(self, self.videos[number]), path=file, format="TIFF", metadata=metadata, **stated)

    def frames(self):
        return ChainedFrames(Path("rec"), self.files, self.open_part)


class Part:
    def __init__(self, parts, video):
        self.parts, self.video, self.shape, self.dtype = parts, video, video.shape, video.dtype

    def read(self, frames):
        return self.video[frames.start : frames.stop : frames.step]

    def close(self):
        self.parts.open -= 1


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    first=st.integers(0, 40),
    stop=st.integers(0, 40),
    step=st.integers(1, 12),
)
def test_any_range_of_frames(lengths, first, stop, step):
    total = sum(lengths)
    wanted = range(min(first, total), max(min(first, total), min(stop, total)), step)
    frames = Parts(lengths).frames()
    assert frames.shape == (total, 3, 4)
    np.testing.assert_array_equal(frames.read(wanted), VIDEO[wanted.start : wanted.stop : step])


def test_few_parts_are_open_and_none_after_closing():
    parts = Parts([1] * 40)
    frames = parts.frames()
    np.testing.assert_array_equal(frames.read(range(40)), VIDEO)
    assert parts.most <= 5
    frames.close()
    assert parts.open == 0


@pytest.mark.parametrize(
    ("rates", "fps"),
    [([500, 500], 500), ([None, 250], 250), ([500, None], 500), ([None, None], None), ([30, 29.9999], 30)],
)
def test_the_rate_is_that_of_the_parts_that_state_one(rates, fps):
    parts = Parts([3, 4], rates=rates, sizes=[None, 0.1])
    recording = chained_recording(Path("rec"), parts.files, parts.open_part)
    assert (recording.fps, recording.format, recording.path) == (fps, "TIFF", Path("rec"))
    assert recording.metadata == {"of": "0.tif", "files": "2"}
    assert recording.pixel_size == 0.1


@pytest.mark.parametrize(
    ("stated", "text"),
    [
        ({"rates": [500, None, 250]}, r"2\.tif states 250 frames/s, but 0\.tif states 500: "),
        ({"sizes": [None, 0.1, 0.2]}, r"2\.tif states 0\.2 mm as the size of a pixel, but 1\.tif states 0\.1: "),
    ],
)
def test_parts_that_state_different_things_are_refused_and_closed(tmp_path, stated, text):
    parts = Parts([3, 4, 5], **stated)
    for path, cure in ((Path("0.tif"), "give parts=False"), (tmp_path, r"leave the file out with ignore='2\.tif'")):
        check_error(
            lambda path=path: chained_recording(path, parts.files, parts.open_part), ArgumentError, "path", text
        )
        check_error(
            lambda path=path: chained_recording(path, parts.files, parts.open_part), ArgumentError, "path", cure
        )
    assert parts.open == 0


def test_there_is_no_rate_if_the_times_of_a_part_are_irregular():
    parts = Parts([3, 4], rates=[500, 500], times=[None, [0, 0.002, 0.004, 0.2]])
    assert chained_recording(Path("rec"), parts.files, parts.open_part).fps is None


@pytest.mark.parametrize("other", [VIDEO[:, :2], VIDEO.astype("f4")])
def test_parts_that_differ_are_closed_again(other):
    parts = Parts([], [VIDEO, other])
    text = r"1\.tif has frames of \(.*\) .*, but 0\.tif has \(3, 4\) uint16"
    check_error(parts.frames, ArgumentError, "path", text)
    assert parts.open == 0
