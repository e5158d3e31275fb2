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

    def __init__(self, lengths, videos=None, rates=None):
        ends = np.cumsum([0, *lengths])
        self.videos = videos or [VIDEO[a:b] for a, b in pairwise(ends)]
        self.files = [Path(f"{i}.tif") for i in range(len(self.videos))]
        self.rates = rates or [500] * len(self.videos)
        self.open = self.most = 0

    def open_part(self, file):
        self.open += 1
        self.most = max(self.most, self.open)
        part = Part(self, self.videos[int(file.stem)])
        return Recording(part, path=file, format="TIFF", fps=self.rates[int(file.stem)], metadata={"of": file.name})

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


@pytest.mark.parametrize(("rates", "fps"), [([500, 500], 500), ([500, 250], None), ([None, None], None)])
def test_the_rate_is_that_of_all_parts(rates, fps):
    parts = Parts([3, 4], rates=rates)
    recording = chained_recording(Path("rec"), parts.files, parts.open_part)
    assert (recording.fps, recording.format, recording.path) == (fps, "TIFF", Path("rec"))
    assert recording.metadata == {"of": "0.tif", "files": "2"}


@pytest.mark.parametrize("other", [VIDEO[:, :2], VIDEO.astype("f4")])
def test_parts_that_differ_are_closed_again(other):
    parts = Parts([], [VIDEO, other])
    text = r"1\.tif has frames of \(.*\) .*, but 0\.tif has \(3, 4\) uint16"
    check_error(parts.frames, ArgumentError, "path", text)
    assert parts.open == 0
