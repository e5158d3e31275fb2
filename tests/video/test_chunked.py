"""The recording among the arrays of a file, and frames of datasets with axes in any order."""

from pathlib import Path

import numpy as np
import pytest

from optimap.video.axes import Layout
from optimap.video.chunked import DatasetFrames, choose
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))
PATH = Path("rec.h5")


class Stored:
    """A dataset in memory; with `error`, one that cannot be read."""

    name = "/video"

    def __init__(self, array, chunks=None, error=None):
        self._array, self.chunks, self._error = array, chunks, error
        self.shape, self.ndim, self.dtype = array.shape, array.ndim, array.dtype

    def __getitem__(self, key):
        if self._error:
            raise self._error
        return self._array[key]


def frames_of(dataset, letters="TYX", fixed=()):
    return DatasetFrames(PATH, dataset, lambda: None, "h5py", Layout(letters, "a test", dict(fixed)))


@pytest.mark.parametrize("letters", ["TYX", "YXT", "XTY", "XYT"])
def test_axes_in_any_order(letters):
    array = np.ascontiguousarray(np.transpose(VIDEO, ["TYX".index(letter) for letter in letters]))
    frames = frames_of(Stored(array, chunks=array.shape), letters)
    assert frames.shape == frames.chunks == VIDEO.shape
    assert frames.shards is None
    np.testing.assert_array_equal(frames.read(range(1, 6, 2)), VIDEO[1:6:2], strict=True)
    part = frames.read_part(range(2, 5), slice(1, 3), slice(2, 6))
    np.testing.assert_array_equal(part, VIDEO[2:5, 1:3, 2:6], strict=True)


def test_other_axes_are_fixed():
    array = np.stack([VIDEO, VIDEO[::-1]], axis=1)
    frames = frames_of(Stored(array), "TCYX", {1: 1})
    assert (frames.shape, frames.chunks) == (VIDEO.shape, None)
    np.testing.assert_array_equal(frames.read(range(7)), VIDEO[::-1], strict=True)


def test_closing_closes_the_file():
    closed = []
    DatasetFrames(PATH, Stored(VIDEO), lambda: closed.append(True), (), Layout("TYX", "a test")).close()
    assert closed == [True]


def test_a_damaged_dataset_is_an_error_about_the_file():
    frames = frames_of(Stored(VIDEO, error=OSError("bad bytes")))
    text = r"rec.h5 is damaged, /video cannot be read \(bad bytes\): copy the recording again"
    check_error(lambda: frames.read(range(1)), ValueError, "path", text, PATH)


@pytest.mark.parametrize(
    ("shapes", "name", "expected"),
    [
        ({"video": (7, 5, 6), "mask": (5, 6)}, None, "video"),
        ({"a/video": (7, 5, 6)}, "/a/video/", "a/video"),
        ({"a": (7, 5, 6), "b": (7, 5, 6)}, "b", "b"),
        ({"a": (7, 5, 6), "mask": (5, 6)}, "mask", "mask"),  # other checks come later
    ],
)
def test_the_recording_among_arrays(shapes, name, expected):
    assert choose(PATH, shapes, name, "dataset") == expected


def test_several_recordings_need_a_name():
    shapes = {"a": (7, 5, 6), "b": (3, 5, 6)}
    text = r"holds 2 3-D arrays \(all arrays: a \(7, 5, 6\), b \(3, 5, 6\)\): choose one with dataset="
    error = check_error(lambda: choose(PATH, shapes, None, "dataset"), ValueError, "path", text, PATH)
    assert error.keyword == "dataset"


@pytest.mark.parametrize(
    ("shapes", "name", "kind", "argument", "text"),
    [
        ({"a": (5, 6)}, None, ValueError, "path", r"holds no 3-D array \(its arrays: a \(5, 6\)\): save"),
        ({}, None, ValueError, "path", r"holds no 3-D array \(its arrays: none\): save"),
        ({"a": (7, 5, 6)}, "b", ValueError, "dataset", r"dataset = 'b' is not in rec.h5: choose one of a \(7, 5, 6\)"),
        ({}, "b", ValueError, "dataset", "dataset = 'b' is not in rec.h5: give another file"),
        ({"a": (7, 5, 6)}, 0, TypeError, "dataset", "dataset = 0: it must be text, the name of an array"),
    ],
)
def test_names_that_cannot_be_chosen(shapes, name, kind, argument, text):
    value = PATH if argument == "path" else name
    check_error(lambda: choose(PATH, shapes, name, "dataset"), kind, argument, text, value)
