"""The choice between the compiled loops and those in NumPy, and the number of threads that they use."""

import os
from typing import Any

from .._base import deferred_interrupts
from . import _numpy
from ._fallback import Fallback
from ._threads import allowed_threads, is_alone


def _choose() -> tuple[str, Any]:
    """Return the name and the module of the loops in use."""
    asked = os.environ.get("OPTIMAP_KERNELS", "")
    if asked not in ("", "numpy", "compiled"):
        raise ValueError(f"OPTIMAP_KERNELS = {asked!r}: it must be 'compiled', 'numpy' or unset")
    if asked == "numpy":
        return "numpy", _numpy
    try:
        return "compiled", _compiled_loops()
    except ImportError as missing:
        if asked == "compiled":
            raise
        return "numpy", Fallback(_numpy, missing)


def _compiled_loops() -> Any:
    """Import the module of the compiled loops."""
    with deferred_interrupts():  # nanobind drops errors from Python code that it runs while it is loaded
        from . import _compiled  # type: ignore[attr-defined, unused-ignore]
    return _compiled


backend, loops = _choose()


def twins() -> dict[str, Any]:
    """Return the modules of loops by name: those in NumPy and, if they were built, the compiled ones."""
    try:
        return {"numpy": _numpy, "compiled": _compiled_loops()}
    except ImportError:
        return {"numpy": _numpy}


def thread_count() -> int:
    """Return ``OPTIMAP_THREADS``, or else as many threads as machine, container and ``OMP_NUM_THREADS`` allow."""
    return 1 if is_alone() else asked_threads() or allowed_threads()


def asked_threads() -> int:
    """Return ``OPTIMAP_THREADS``, or 0 if it is not set."""
    asked = os.environ.get("OPTIMAP_THREADS", "")
    if asked and (not asked.isdecimal() or int(asked) < 1):
        raise ValueError(f"OPTIMAP_THREADS = {asked!r}: it must be a whole number, at least 1")
    return int(asked or 0)
