"""The NumPy loops where the compiled ones are missing: a call that is slow says so once, with the cure.

Quick calls say nothing, so scripts on small recordings stay quiet. Whoever chose the NumPy loops with
``OPTIMAP_KERNELS=numpy`` knows it and is not warned either.
"""

import threading
import warnings
from collections.abc import Callable
from time import perf_counter
from types import ModuleType
from typing import Any

from .._base import budget, stack_level


class Fallback:
    """A module of loops whose first slow call ends with a warning.

    Parameters
    ----------
    loops : module
        The loops that are used.
    missing : ImportError
        Why the compiled ones cannot be used.
    """

    def __init__(self, loops: ModuleType, missing: ImportError) -> None:
        self._loops = loops
        self._missing = missing
        self._said = False
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        loop: Callable[..., Any] = getattr(self._loops, name)

        def timed(*arguments: Any, **options: Any) -> Any:
            start = perf_counter()
            result = loop(*arguments, **options)
            seconds = perf_counter() - start
            if 1000 * seconds > budget().slow_ms:
                self._say(seconds)
            return result

        return timed

    def _say(self, seconds: float) -> None:
        with self._lock:
            said, self._said = self._said, True
        if said:
            return
        warnings.warn(
            f"a step took {seconds:.2g} s in NumPy, because the compiled loops, which are many times faster, cannot be "
            f"used ({self._missing}): install a C++ compiler, then run 'pip install --force-reinstall --no-deps "
            "--no-cache-dir optimap-trace'; OPTIMAP_KERNELS=numpy accepts the NumPy loops without this warning",
            RuntimeWarning,
            stacklevel=stack_level(),
        )
