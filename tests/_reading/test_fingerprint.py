"""The fingerprint of a recording is computed from a few pixels."""

import numpy as np
import pytest

from optimap._reading import patch_checksum
from optimap.video import open_video
from tests import makers


def test_only_a_few_pixels_are_decoded():
    class Decoded:
        shape = (10_000, 50, 60)

        def __getitem__(self, index):
            asked.append(index)
            return np.zeros((1, 32, 32), np.uint8)

    asked = []
    patch_checksum(Decoded())
    assert asked == [(slice(16, 17), slice(9, 41), slice(14, 46))]


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 6), (40, 50, 60)])
def test_other_pixels_have_another_checksum(shape):
    video = makers.random_video(shape)
    checksum = patch_checksum(video)
    assert patch_checksum(video.copy()) == checksum
    changed = video.copy()
    changed[min(shape[0] // 2, 16), shape[1] // 2, shape[2] // 2] ^= 1
    assert patch_checksum(changed) != checksum


def test_the_checksum_is_that_of_the_pixels_however_they_are_stored(tmp_path):
    video = makers.random_video((40, 50, 60))
    for path in (makers.npy(tmp_path / "a.npy", video), makers.zarr(tmp_path / "a.zarr", video)):
        with open_video(path) as recording:
            assert patch_checksum(recording) == patch_checksum(video)
