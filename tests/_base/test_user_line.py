"""Warnings from inside the package point at the first line that is not in it."""

import types

from optimap._base import user_level


def test_a_caller_outside_the_package_is_the_next_one():
    assert user_level() == 1


def test_frames_of_the_package_are_passed_over():
    inside = types.FunctionType(compile("ask()", "inside.py", "eval"), {"__name__": "optimap.room", "ask": user_level})
    outer = types.FunctionType(compile("inside()", "outer.py", "eval"), {"__name__": "optimap", "inside": inside})
    assert outer() == 3
    stranger = types.FunctionType(compile("ask()", "x.py", "eval"), {"__name__": "optimap_other", "ask": user_level})
    assert stranger() == 1
