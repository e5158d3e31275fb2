"""The mean of frames that are spread over a recording."""

import numpy as np
import pytest

from optimap._reading import as_source, mean_image, read_spread, spread_frames
from tests import arrays

VIDEO = np.random.default_rng(0).integers(0, 4000, (250, 7, 9), dtype=np.uint16)


def test_up_to_a_hundred_frames_from_the_first_to_the_last():
    numbers = spread_frames(as_source(VIDEO))
    assert len(set(numbers.tolist())) == 100
    assert (numbers[0], numbers[-1]) == (0, 249)
    assert set(np.diff(numbers)) == {2, 3}
    np.testing.assert_allclose(mean_image(as_source(VIDEO)), VIDEO[numbers].mean(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(np.stack(list(read_spread(as_source(VIDEO), 3))), VIDEO[[0, 124, 249]])


@pytest.mark.parametrize("frames", [1, 2, 99])
def test_all_frames_of_short_recordings(frames):
    np.testing.assert_allclose(mean_image(as_source(VIDEO[:frames])), VIDEO[:frames].mean(axis=0), rtol=1e-6)


def test_pixels_that_are_not_known_do_not_count():
    video = VIDEO[:40].astype(float)
    video[::2, 2, 3], video[7, 1, 1], video[:, 0, 0] = np.nan, np.inf, np.nan
    expected = np.where(np.isfinite(video), video, 0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        expected = expected / np.isfinite(video).sum(axis=0)
    np.testing.assert_allclose(mean_image(as_source(video)), expected, rtol=1e-6)


def test_memory_stays_flat_and_arrays_of_other_libraries_are_read():
    expected = mean_image(as_source(VIDEO))
    np.testing.assert_array_equal(mean_image(as_source(arrays.library("torch").to(VIDEO))), expected)
