"""Images in a table, seen as frames: any order of the axes, compared with the same array in memory."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimap.video.axes import Layout
from optimap.video.paged import PagedFrames


class InMemory:
    """Images that are read by their numbers, and how many were read at once."""

    def __init__(self, images):
        self.images, self.shape, self.dtype = images, images.shape[1:], images.dtype
        self.most, self.is_closed = 0, False

    def read(self, numbers):
        self.most = max(self.most, len(numbers))
        return self.images[numbers]

    def close(self):
        self.is_closed = True


def frames_of(stack, lead, letters, fixed):
    images = InMemory(stack.reshape(-1, *stack.shape[lead:]))
    table = np.arange(len(images.images)).reshape(stack.shape[:lead])
    return images, PagedFrames(images, table, Layout(letters, "", fixed))


def test_by_hand():
    stack = np.arange(2 * 3 * 2 * 2).reshape(2, 3, 2, 2)
    images, frames = frames_of(stack, 2, "CTYX", {0: 1})
    assert frames.shape == (3, 2, 2)
    assert frames.read(range(1, 3)).tolist() == [[[16, 17], [18, 19]], [[20, 21], [22, 23]]]
    frames.close()
    assert images.is_closed


@given(
    letters=st.permutations("TYXCZ").map("".join),
    lead=st.integers(1, 4),
    first=st.integers(0, 5),
    stop=st.integers(0, 5),
    step=st.integers(1, 3),
    channel=st.integers(0, 1),
    plane=st.integers(0, 2),
)
def test_any_order_of_axes(letters, lead, first, stop, step, channel, plane):
    sizes = {"T": 5, "Y": 4, "X": 6, "C": 2, "Z": 3}
    shape = [sizes[letter] for letter in letters]
    stack = np.random.default_rng(0).integers(0, 1000, shape)
    fixed = {letters.index("C"): channel, letters.index("Z"): plane}
    _, frames = frames_of(stack, lead, letters, fixed)
    video = Layout(letters, "", fixed).view(stack)
    wanted = range(first, max(first, stop), step)
    np.testing.assert_array_equal(frames.read(wanted), video[first : max(first, stop) : step])


def test_few_images_are_in_memory_if_a_part_of_each_is_used():
    stack = np.random.default_rng(0).integers(0, 1000, (500, 4, 6))
    images, frames = frames_of(stack, 1, "YXT", {})
    np.testing.assert_array_equal(frames.read(range(2, 4)), np.moveaxis(stack, 2, 0)[2:4])
    assert images.most <= 32
