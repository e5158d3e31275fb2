"""Errors about an argument: their fields, their message, and pickling to another process."""

import numpy as np
import pytest

import optimap
from optimap._base import (
    ArgumentError,
    ArgumentTypeError,
    ExistingFileError,
    Explained,
    FolderError,
    MissingFileError,
)
from tests.errors import check_pickles

KINDS = {
    ArgumentError: ValueError,
    ArgumentTypeError: TypeError,
    MissingFileError: FileNotFoundError,
    ExistingFileError: FileExistsError,
    FolderError: IsADirectoryError,
}


def test_the_fields():
    error = ArgumentError("size", -1, "is negative", "give 0 or more")
    assert (error.argument, error.value, error.problem, error.cure) == ("size", -1, "is negative", "give 0 or more")
    assert error.keyword is None
    assert str(error) == "size = -1 is negative: give 0 or more"
    assert error.args == (str(error),)


def test_users_find_the_public_one():
    assert optimap.ArgumentError is ArgumentError


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_caught_as_the_builtin(kind):
    with pytest.raises(KINDS[kind], match="path = 'a' is wrong: change it") as caught:
        raise kind("path", "a", "is wrong", "change it")
    assert isinstance(caught.value, Explained)
    assert caught.value.value == "a"
    assert issubclass(ArgumentTypeError, ValueError)  # as before, when types were checked with values


@pytest.mark.parametrize("value", [np.zeros((3, 3)), list(range(10_000)), "a" * 10_000, b"\n\r" * 5000])
def test_a_message_stays_on_one_line_and_short(value):
    error = ArgumentError("size", value, "is wrong", "change it")
    assert error.value is value
    assert str(error).startswith(f"size = {repr(value)[:8]}")
    assert str(error).endswith(" is wrong: change it")
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 300


def test_a_subject_of_its_own():
    error = ArgumentError("labels", ["a"] * 1000, "has 1000 entries", "give one for each", subject="labels")
    assert str(error) == "labels has 1000 entries: give one for each"
    assert len(error.value) == 1000


def test_a_plain_sentence_leaves_out_the_problem():
    error = ArgumentError("path", 5, "is not the name of a file", "give the name of a file", plain=True)
    assert str(error) == "path = 5: give the name of a file"
    assert error.problem == "is not the name of a file"


def test_must_be():
    error = ArgumentTypeError.must_be("tidy", "no", "True or False")
    assert str(error) == "tidy = 'no': it must be True or False"
    assert (error.problem, error.cure) == ("is not True or False", "it must be True or False")
    assert type(error) is ArgumentTypeError
    assert str(ArgumentError.must_be("a", 1, "2", subject="the first")) == "the first: it must be 2"


def test_the_sentence_in_other_words():
    error = ArgumentError("channel", None, "holds 3 channels", "choose one with channel=", keyword="channel")
    assert error.sentence("rec.tif", "choose one with --option channel=0") == (
        "rec.tif holds 3 channels: choose one with --option channel=0"
    )
    assert error.sentence() == str(error)
    assert error.keyword == "channel"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"subject": "s"}, {"plain": True}, {"keyword": "c"}])
def test_errors_arrive_whole_in_another_process(kind, options):
    check_pickles(kind("coords[1]", (7, 0), "is outside the frame", "x must be in 0..6, or give c=", **options))


def test_text_from_damaged_files_shows_no_control_characters():
    error = ArgumentError("path", "at.csv", "has the columns a\x00\x1b[2J\x9b\u00e9", "copy it", subject="at.csv")
    assert str(error) == "at.csv has the columns a\\x00\\x1b[2J\\x9b\u00e9: copy it"
    long = ArgumentError("path", "at.csv", "\0" * 10**6, "copy it", subject="at.csv")
    assert len(str(long)) < 700
    named = ArgumentError("path", "s.csv", "is a line", "use areas", subject="s.csv: shape_" + "9" * 5000)
    assert str(named).startswith("s.csv: shape_99")
    assert len(str(named)) < 1100
