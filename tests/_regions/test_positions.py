"""parse_positions: valid positions, and errors about the others."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from optimap._regions import parse_positions
from optimap.trace import extract_traces, regions
from tests.errors import check_error


@pytest.mark.parametrize(
    "coords", [(5, 3), [5, 3], np.array([5, 3]), (np.int64(5), np.uint8(3)), (5.0, 3), np.array([5, 3], ">f4")]
)
def test_one_position_alone(coords):
    positions, single = parse_positions(coords, (6, 7))
    assert single
    np.testing.assert_array_equal(positions, [[5.0, 3.0]])


@pytest.mark.parametrize(
    "coords",
    [
        [(5, 3), (1, 2)],
        ((5, 3), (1, 2)),
        np.array([[5, 3], [1, 2]]),
        [np.array([5, 3]), [1, 2]],
        zip([5, 1], [3, 2], strict=True),
        iter([(5, 3), (1, 2)]),
        {(5, 3): "a", (1, 2): "b"}.keys(),
        pd.DataFrame({"x": [5, 1], "y": [3, 2]}),
    ],
)
def test_several_positions(coords):
    positions, single = parse_positions(coords, (6, 7))
    assert not single
    np.testing.assert_array_equal(positions, [[5.0, 3.0], [1.0, 2.0]])


@pytest.mark.parametrize("coords", [[], (), np.empty((0, 2)), np.empty(0), iter([]), set()])
def test_no_positions(coords):
    positions, single = parse_positions(coords, (6, 7))
    assert positions.shape == (0, 2)
    assert not single


def test_one_position_in_a_list_is_not_alone():
    assert parse_positions([(5, 3)], (6, 7))[1] is False


@pytest.mark.parametrize(
    ("coords", "argument", "message"),
    [
        (
            [(1, 1), (7, 0)],
            "coords[1]",
            r"coords\[1\] = \(x=7, y=0\) is outside the frame \(width 7, height 6\): x must be in 0\.\.6",
        ),
        ((0, 6), "coords", r"coords = \(x=0, y=6\) is outside the frame \(width 7, height 6\): y must be in 0\.\.5"),
        ([(-1, 9)], "coords[0]", r"x must be in 0\.\.6 and y must be in 0\.\.5"),
        ((6.5, 0), "coords", r"x=6.5.*outside.*x must be at least -0.5 and below 6.5"),
        (np.ma.masked_array([(1, 2)], [(0, 1)]), "coords", "masked"),
        ((1e300, 2), "coords", r"x=1e\+300"),
        ((-0.51, 0), "coords", r"x=-0.51.*outside"),
        ([(0, 0), (np.nan, 2)], "coords[1]", r"coords\[1\] = \(x=nan, y=2.0\) is not finite"),
        ((np.inf, 2), "coords", "not finite"),
        ([(1, 2, 3)], "coords[0]", r"coords\[0\] = \(1, 2, 3\) has 3 numbers: give positions as \(x, y\)"),
        ((1, 2, 3), "coords", r"coords = \(1, 2, 3\) is not a position"),
        ([(1, 2), (1, 2, 3)], "coords[1]", r"coords\[1\] = \(1, 2, 3\) is not a position"),
        (np.zeros((2, 2, 2)), "coords", r"shape \(2, 2, 2\): give positions as \(N, 2\)"),
        ([5], "coords", r"coords = \(5,\) is not a position"),
    ],
)
def test_wrong_positions_are_named(coords, argument, message):
    check_error(lambda: parse_positions(coords, (6, 7)), ValueError, argument, message)


@pytest.mark.parametrize("far", [2.0**31, 2.0**53, 2.0**63, 1e19, 1e300])
@pytest.mark.parametrize("window", ["rect", "disc", "pixel"])
def test_positions_that_no_frame_holds_are_refused_without_one(far, window):
    """Windows around them have no numbers: 2**63 is not a column."""
    for x, y in ((far, 0.0), (0.5, -far)):
        match = r"source\[1\] = \(x=.* is too far from any frame: give coordinates within 1e\+09"
        check_error(lambda x=x, y=y: regions([(0, 0), (x, y)], window=window), ValueError, "source[1]", match)
    assert regions([(1e9, 3.5)], window=window).centers().shape == (1, 2)


@pytest.mark.parametrize("shape", [(0, 7), (6, 0), (0, 0)])
def test_a_frame_without_pixels_holds_no_position(shape):
    match = r"coords = \(x=0, y=0\) cannot be in a frame without pixels .*: give no positions"
    check_error(lambda: parse_positions((0, 0), shape), ValueError, "coords", match)
    assert extract_traces(np.zeros((4, *shape)), []).shape == (4, 0)


@pytest.mark.parametrize("coords", [None, 5, "5,3", b"53", [(1j, 2)], [("a", "b")], [(True, False)], [Decimal(1), 2]])
def test_positions_of_a_wrong_type_are_refused(coords):
    check_error(lambda: parse_positions(coords, (6, 7)), TypeError, "coords", "coords")


def test_one_number_in_an_array_is_not_a_position():
    check_error(lambda: parse_positions(np.array(5.0)), TypeError, "coords", "is one number: give one position")


@pytest.mark.parametrize("position", [np.zeros(3), [[1], [1, 2]], list(range(60))])
def test_a_position_of_another_length_is_described_in_one_line(position):
    error = check_error(lambda: parse_positions([(1, 2), position]), ValueError, "coords[1]", "is not a position")
    assert len(str(error)) < 200


@pytest.mark.parametrize("coords", [(-0.5, -0.5), (6.49, 5.49), (0, 5), (6, 0)])
def test_positions_are_valid_up_to_the_outer_edge_of_the_pixels(coords):
    assert parse_positions(coords, (6, 7))[1]
