"""Shared by the tests of errors: an error about an argument names it, its value, the problem and the cure."""

import pickle
import re

import pytest

from optimap._base import Explained


def check_error(call, kind, argument, match, value=...):
    """Assert that `call()` raises an error of a kind about an argument, with all fields and a text that matches."""
    with pytest.raises(kind, match=match) as caught:
        call()
    error = caught.value
    assert isinstance(error, Explained), f"{type(error).__name__} carries no fields: {error}"
    assert error.argument == argument
    if value is not ...:
        assert error.value == value
    assert error.problem.strip(), error
    assert error.cure.strip(), error
    assert not re.search(r"(^|\s)--?[a-z]", str(error)), f"names a command-line option: {error}"
    if error.keyword is not None:
        assert error.cure.count(f"{error.keyword}=") == 1
    return error


def check_pickles(error):
    """Assert that an error arrives whole in another process."""
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.argument) == (type(error), str(error), error.argument)
