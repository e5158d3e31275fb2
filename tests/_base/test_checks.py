"""Checks of arguments: what passes, and what the errors say."""

import math
from pathlib import Path

import numpy as np
import pytest

from optimap._base import check_flag, check_order, file_path, given_fps, positive_number, text_names, whole_number
from tests.errors import check_error


@pytest.mark.parametrize("value", [5, 5.0, np.int8(5), np.float32(5), np.array(5)])
def test_whole_numbers_become_ints(value):
    number = whole_number(value, "size")
    assert (number, type(number)) == (5, int)


@pytest.mark.parametrize("value", [-1, 1.5, math.nan, math.inf, True, "3", None, [3], np.array([3, 4]), 1 + 0j])
def test_values_that_are_not_whole_numbers(value):
    error = check_error(lambda: whole_number(value, "size"), ValueError, "size", "it must be a whole number, 0 or more")
    assert error.value is value


def test_the_minimum_of_a_whole_number():
    assert whole_number(2, "count", minimum=2) == 2
    check_error(lambda: whole_number(1, "count", minimum=2), ValueError, "count", "count = 1: .*, 2 or more", value=1)


@pytest.mark.parametrize("value", [2, 2.5, np.float32(2.5), np.array(2.5), np.int64(3)])
def test_positive_numbers_become_floats(value):
    number = positive_number(value, "fps")
    assert (number, type(number)) == (float(value), float)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, True, "5", None, [5], np.array([5.0])])
def test_values_that_are_not_positive_numbers(value):
    error = check_error(
        lambda: positive_number(value, "fps", "a rate"), ValueError, "fps", "fps = .*: it must be a rate"
    )
    assert error.value is value


@pytest.mark.parametrize("value", [True, False, np.True_])
def test_flags(value):
    check_flag(value, "tidy")


@pytest.mark.parametrize("value", ["no", 1, 0, None, np.array([True])])
def test_values_that_are_not_flags(value):
    error = check_error(lambda: check_flag(value, "tidy"), TypeError, "tidy", "tidy = .*: it must be True or False")
    assert error.value is value


@pytest.mark.parametrize("path", ["a.csv", Path("a.csv")])
def test_paths(path):
    assert file_path(path) == Path("a.csv")


@pytest.mark.parametrize("path", ["", None, 5, b"a.csv", ["a.csv"]])
def test_values_that_are_not_paths(path):
    check_error(lambda: file_path(path, "target"), TypeError, "target", "give the name of a file", value=path)


@pytest.mark.parametrize("values", [[1, 2], (1, 2), np.arange(2), {"a": 1}.keys(), {1}, set(), "ab"])
def test_collections_with_an_order(values):
    check_order(values, "values", "list(values.values())")


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (
            {1, 2},
            "values is a set, which has no order, so entries cannot be assigned to traces: give a list",
        ),
        (frozenset((1, 2)), "values is a frozenset, which has no order"),
        ({"a": 1}, r"values is a dict: give its values, list\(values.values\(\)\)"),
    ],
)
def test_collections_without_an_order(values, match):
    call = lambda: check_order(values, "values", "list(values.values())")  # noqa: E731
    check_error(call, TypeError, "values", match, value=values)


def test_names():
    assert text_names(["a", "b"], "traces") == ["a", "b"]
    assert text_names("a", "traces") == ["a"]
    assert text_names(np.array(["a", "b"]), "traces") == ["a", "b"]
    assert all(type(name) is str for name in text_names(np.array(["a", "b"]), "traces"))


@pytest.mark.parametrize(
    ("names", "argument", "match"),
    [
        (5, "names", "names = 5: give text, or a sequence of text, one for each of the 3 traces"),
        (b"ab", "names", "give text"),
        ({"a": 1}, "names", "give text"),
        ({"a", "b"}, "names", "names is a set, which has no order"),
        (["a", 5], "names[1]", r"names\[1\] = 5 is not text: give text, one for each of the 3 traces"),
    ],
)
def test_values_that_are_not_names(names, argument, match):
    check_error(lambda: text_names(names, "3 traces"), TypeError, argument, match)


def test_rates_of_frames():
    assert [given_fps(fps) for fps in (500, np.float32(0.1), 1e100)] == [500, np.float32(0.1), 1e100]
    for fps, text in ((0, "frames per second$"), (10**400, "frames per second$"), (5e-324, "from 1e-100 to 1e\\+100$")):
        check_error(lambda fps=fps: given_fps(fps), ValueError, "fps", f"it must be a positive number of .*{text}", fps)
