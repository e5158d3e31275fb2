"""What formats share when they write: blocks of frames, and the error for pixels that they cannot hold."""

import numpy as np
import pytest

from optimap.video.writing import frame_blocks, refuse_dtype
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))


@pytest.mark.parametrize(
    ("stored", "multiple", "starts"),
    [
        (1, 1, range(0, 60, 8)),  # eight frames fit
        (3, 1, range(0, 60, 6)),  # whole chunks of the source
        (1, 5, range(0, 60, 5)),  # whole chunks of the target
        (3, 2, range(0, 60, 6)),  # both
        (3, 5, range(0, 60, 15)),  # both, in more memory than usual
        (20, 1, range(0, 60, 20)),  # a chunk that is larger than a block is decoded once
        (7, 6, range(0, 60, 6)),  # not both: chunks of the target, or they would be written twice
        (50, 1, range(0, 60, 32)),  # chunks that do not fit are decoded as few times as memory allows
        (50, 5, range(0, 60, 30)),
    ],
)
def test_blocks_begin_with_chunks(allow, stored, multiple, starts):
    allow(write_bytes=8 * VIDEO[0].nbytes, largest_write_bytes=32 * VIDEO[0].nbytes)
    asked = []

    class Chunked:
        shape, dtype, chunks = (60, *VIDEO.shape[1:]), VIDEO.dtype, (stored, 5, 6)

        def __getitem__(self, key):
            asked.append(key.start)
            return np.zeros((len(range(60)[key]), 5, 6), np.uint16)

    assert sum(len(block) for block in frame_blocks(Chunked(), multiple)) == 60
    assert asked == list(starts)


@pytest.mark.parametrize("dtype", ["u1", ">u2", "f4"])
def test_blocks_are_contiguous_and_in_native_byte_order(dtype):
    video = makers.random_video((7, 5, 6), dtype)[::-1, :, ::-1]
    blocks = list(frame_blocks(video))
    assert all(block.flags.c_contiguous and block.dtype.isnative for block in blocks)
    np.testing.assert_array_equal(np.concatenate(blocks), video)


def test_pixels_that_a_format_cannot_hold_are_an_error_about_the_video():
    dtype = np.dtype("f2")
    text = r"\.mat files cannot hold float16 pixels without loss \(they hold integers\): choose \.npy or \.h5"
    check_error(lambda: refuse_dtype(dtype, ".mat", "integers"), ValueError, "video", text, dtype)
