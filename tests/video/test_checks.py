"""Checks of files that all formats share, and numbers stored in files."""

import numpy as np
import pytest

from optimap.video.checks import check_file_size, check_frames, counted, noted_number
from tests.errors import check_error


@pytest.mark.parametrize("dtype", ["?", "u1", ">i2", "f2", "f8"])
def test_videos_of_real_numbers_pass(tmp_path, dtype):
    check_frames(tmp_path / "rec.npy", (1, 2, 3), np.dtype(dtype))


@pytest.mark.parametrize(
    ("shape", "dtype", "text"),
    [
        ((4, 5, 6, 3), "u1", "is a colour recording of shape .*: save one channel"),
        ((5, 6), "u1", r"holds an array of shape \(5, 6\): save the recording as \(T, H, W\)"),
        ((4, 0, 6), "u1", r"holds no pixels, because its shape is \(4, 0, 6\): record"),
        ((4, 5, 6), "c8", "holds complex64 values: save the pixels as real numbers"),
    ],
)
def test_other_arrays_are_errors_about_the_file(tmp_path, shape, dtype, text):
    path = tmp_path / "rec.npy"
    check_error(lambda: check_frames(path, shape, np.dtype(dtype)), ValueError, "path", f"rec.npy {text}", path)


@pytest.mark.parametrize(("size", "state"), [(9, "truncated"), (11, "longer than its header says")])
def test_the_size_of_a_file_fits_its_header(tmp_path, size, state):
    path = tmp_path / "rec.dat"
    path.write_bytes(bytes(10))
    check_file_size(path, 10, "5 frames")
    path.write_bytes(bytes(size))
    text = rf"rec.dat is {state} \(5 frames need 10 bytes, but the file has {size}\): copy the recording again"
    check_error(lambda: check_file_size(path, 10, "5 frames"), ValueError, "path", text, path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (500, 500.0),
        (np.int8(5), 5.0),
        ([[0.5]], 0.5),
        *((value, None) for value in (0, -1, np.inf, np.nan, None, [1, 2], [1, [2]], {"a": 1}, True, 1j)),
        *((text, 500.0) for text in ("500", b"500", " 500.0 ", np.array(["5e2"]))),
        *((text, None) for text in ("", "fast", "0,002", "nan", "inf", "-5", "0", "1_000", "²")),
    ],
)
def test_numbers_noted_in_files(value, expected):
    assert noted_number(value) == expected


def test_nouns_agree_with_their_numbers():
    assert [counted(n, "frame") for n in (0, 1, 2)] == ["0 frames", "1 frame", "2 frames"]
