"""Without compiled loops, the first slow call says so once, at the user's line, with a cure; quick ones say nothing."""

import os
import subprocess
import sys
import textwrap
import warnings
from types import SimpleNamespace

import pytest

from optimap._base import budgeted
from optimap.kernels import Fallback

LOOPS = SimpleNamespace(double=lambda value, *, times=2: times * value)


def fallback():
    return Fallback(LOOPS, ImportError("no module named '_compiled'"))


def test_quick_calls_say_nothing_and_pass_everything_on():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fallback().double(4, times=3) == 12


def test_the_first_slow_call_says_it_once():
    loops = fallback()
    with budgeted(slow_ms=0):
        with pytest.warns(RuntimeWarning, match="install a C\\+\\+ compiler") as caught:
            assert loops.double(4) == 8
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert loops.double(5) == 10
    assert len(caught) == 1
    assert "no module named '_compiled'" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_an_unknown_loop_is_an_attribute_error():
    with pytest.raises(AttributeError, match="triple"):
        fallback().triple(3)


SCRIPT = """
    import sys
    sys.modules["optimap.kernels._compiled"] = None  # as where nothing was compiled
    import numpy as np
    import optimap
    from optimap._base import budgeted
    with budgeted(slow_ms=0):
        optimap.extract_traces(np.ones((9, 6, 7)), [(2, 2), (4, 4)], show=False)  # the line
        optimap.extract_traces(np.ones((9, 6, 7)), [(2, 2), (4, 4)], show=False)
"""


@pytest.mark.parametrize(("asked", "count"), [("", 1), ("numpy", 0)])
def test_users_see_it_where_nothing_was_compiled_and_none_was_asked_for(tmp_path, asked, count):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    environment = {**os.environ, "OPTIMAP_KERNELS": asked}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.count("RuntimeWarning: a step took") == count
    if count:
        assert f"{script}:8: " in done.stderr
