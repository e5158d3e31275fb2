"""Windows become spans: the right pixels, the right weights."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap._regions import window_spans
from optimap.trace import get_default_trace_window, regions, set_default_trace_window
from tests import oracles
from tests.errors import check_error
from tests.strategies import WINDOWS, positions


def picture(position, size, window, shape=(7, 9)):
    """Return the weights of a window as an image."""
    return paint(window_spans(np.array([position], float), size, window, shape), slice(None), shape)


def paint(spans, which, shape=(7, 9)):
    image = np.zeros(shape)
    columns = (spans.rows[which], spans.starts[which], spans.stops[which], spans.weights[which])
    for row, start, stop, weight in zip(*columns, strict=True):
        image[row, start:stop] += weight
    return image


def rows(*lines):
    return np.array([[float(c) for c in line.replace(".", "0")] for line in lines])


def test_odd_rect_is_centred():
    expected = rows(".........", "...111...", "...111...", "...111...", ".........", ".........", ".........")
    np.testing.assert_array_equal(picture((4, 2), 3, "rect"), expected)


def test_even_rect_reaches_one_pixel_further_to_the_top_left():
    expected = rows(".........", "...11....", "...11....", ".........", ".........", ".........", ".........")
    np.testing.assert_array_equal(picture((4, 2), 2, "rect"), expected)


def test_discs_are_round_and_never_wider_than_their_size():
    disc5 = rows(".........", "...111...", "..11111..", "..11111..", "..11111..", "...111...", ".........")
    np.testing.assert_array_equal(picture((4, 3), 5, "disc"), disc5)
    disc4 = rows(".........", "...11....", "..1111...", "..1111...", "...11....", ".........", ".........")
    np.testing.assert_array_equal(picture((4, 3), 4, "disc"), disc4)


def test_a_disc_at_the_very_corner_holds_the_pixel_of_its_position():
    spans = window_spans(np.array([(-0.5, -0.5), (4, 3)]), 2, "disc", (7, 9))
    expected = np.zeros((7, 9))
    expected[0, 0] = 1
    np.testing.assert_array_equal(paint(spans, slice(0, spans.first[1])), expected)


@pytest.mark.parametrize("shape", [(7, 9), (4, 40), (30, 1), (2, 2)])
@pytest.mark.parametrize("size", [13, 16, 19, 22, 23, 24, 60, 80, 81, 82, 85, 10**6, 10**9, 10**9 + 1, 2**63, 10**30])
@pytest.mark.parametrize("window", ["rect", "disc"])
def test_windows_larger_than_the_frame_cover_it_from_anywhere(shape, size, window):
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(float)
    corners = [(x, y) for x in (-0.5, 0, shape[1] - 1, shape[1] - 0.6) for y in (-0.5, 0, shape[0] - 1, shape[0] - 0.6)]
    for x, y in corners if window == "disc" else corners[5:11:5]:
        if window == "disc":
            shift = 0 if size % 2 else 0.5  # even windows reach further to the top left
            inside = (columns - x + shift) ** 2 + (rows - y + shift) ** 2 < (size / 2) ** 2
        else:
            inside = (abs(columns - x + (1 - size % 2) / 2) < size / 2) & (
                abs(rows - y + (1 - size % 2) / 2) < size / 2
            )
        np.testing.assert_array_equal(picture((x, y), size, window, shape), inside)


def test_a_window_that_nothing_limits_is_an_error():
    for window in WINDOWS[:2]:
        assert len(regions([(3, 4)], size=2000, window=window).spans().rows) > 900
        check_error(
            lambda window=window: regions([(3, 4)], size=10**9, window=window).spans(),
            ValueError, "size", "no frame is known that limits it", value=10**9,
        )  # fmt: skip
        regions([(3, 4)], (7, 9), size=10**9, window=window).spans()


def test_windows_are_clipped_at_the_edge():
    expected = np.zeros((7, 9))
    expected[:3, 7:] = 1
    np.testing.assert_array_equal(picture((8, 1), 3, "rect"), expected)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("size", [0, 1])
def test_sizes_0_and_1_are_the_one_pixel(size, window):
    expected = np.zeros((7, 9))
    expected[2, 4] = 1
    np.testing.assert_array_equal(picture((4, 2), size, window), expected)


def test_fractional_pixel_is_bilinear():
    image = picture((4.25, 2.5), 5, "pixel")
    np.testing.assert_array_equal(image[2:4, 4:6], [[0.375, 0.125], [0.375, 0.125]])
    assert image.sum() == 1


@given(st.data(), st.integers(0, 8), st.sampled_from(WINDOWS), st.integers(1, 9), st.integers(1, 9))
def test_any_window_holds_the_pixels_of_its_definition(data, size, window, height, width):
    position = data.draw(positions((height, width)))
    expected = np.zeros((height, width))
    for (r, c), weight in oracles.window_weights(position, size, window, (height, width)).items():
        expected[r, c] = float(weight)
    image = picture(position, size, window, (height, width))
    np.testing.assert_array_equal(image, expected)
    used = np.nonzero(image)
    reach = size if window == "disc" else size + 1
    assert np.ptp(used[1]) < max(reach, 2)


@given(st.data(), st.integers(0, 6), st.sampled_from(WINDOWS))
def test_each_of_many_windows_is_the_same_as_alone(data, size, window):
    where = data.draw(st.lists(positions((7, 9)), min_size=2, max_size=4))
    together = window_spans(np.array(where), size, window, (7, 9))
    for i, position in enumerate(where):
        own = slice(together.first[i], together.first[i + 1])
        np.testing.assert_array_equal(paint(together, own), picture(position, size, window))


@pytest.mark.parametrize("window", WINDOWS)
def test_windows_that_are_made_in_pieces_are_the_same_as_in_one(window):
    points = np.random.default_rng(0).uniform(-0.5, 6.4, (60_000, 2))
    whole, parts = window_spans(points, 9, window, (7, 9)), []
    for start in range(0, len(points), 5000):
        parts.append(window_spans(points[start : start + 5000], 9, window, (7, 9)))
    for name in ("rows", "starts", "stops", "weights"):
        np.testing.assert_array_equal(getattr(whole, name), np.concatenate([getattr(part, name) for part in parts]))
    np.testing.assert_array_equal(np.diff(whole.first), np.concatenate([np.diff(part.first) for part in parts]))


def test_a_window_takes_no_memory_outside_of_the_frame():
    """A line of a million pixels, and windows as wide: rows above and below are not even counted."""
    points = np.array([(123_456.5, 0.25), (900_000.25, 0.0)])
    tracemalloc.start()
    spans = window_spans(points, 10**6, "rect", (1, 10**6))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000
    covered = [(spans.weights * (spans.stops - spans.starts))[s].sum() for s in (slice(0, 2), slice(2, None))]
    np.testing.assert_allclose(covered, [123_456.5 + 500_000, 10**6 - 400_000.25])


def test_default_window_is_rect_and_can_be_set():
    assert get_default_trace_window() == "rect"
    try:
        set_default_trace_window("disc")
        assert get_default_trace_window() == "disc"
    finally:
        set_default_trace_window("rect")


@pytest.mark.parametrize("window", ["circle", None, 3, "RECT", ["rect"]])
def test_an_unknown_default_window_is_refused(window):
    if window is None:
        window = "none"
    message = r"window = .* unknown: it must be one of 'rect', 'disc', 'pixel'"
    check_error(lambda: set_default_trace_window(window), ValueError, "window", message, window)
    assert get_default_trace_window() == "rect"
