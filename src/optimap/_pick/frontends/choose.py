"""Which front end a call uses: a desktop window, a page in a browser, or a canvas in a notebook."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..._base import ArgumentError
from .base import Frontend, NoWindowError, has_display
from .browser import Browser
from .desktop import Desktop
from .notebook import Notebook

# GUI frameworks of matplotlib backends that do not open a window on the screen of this machine.
WITHOUT_WINDOWS = (None, "headless", "nbagg", "webagg")

# What calls asked for, `block` and `browser`, to the front end that they use.
Choice = Callable[[bool | None, bool | None], Frontend]


def choose_frontend(block: bool | None, browser: bool | None) -> Frontend:
    """Return the front end for the backend in use, or raise an error that lists the alternatives."""
    in_browser = os.environ.get("OPTIMAP_BROWSER", "") not in ("", "0") if browser is None else browser
    name, framework = _backend()
    if in_browser or name == "webagg":
        if block is False:
            problem = "cannot be used with a page in the browser, which is served only while the call waits"
            raise ArgumentError("block", block, problem, "leave block out")
        return Browser()
    if framework is not None:
        return Desktop(waits=block is not False, toolkit=framework)
    if "ipympl" in name or name == "widget":
        if block:
            problem = "cannot be used in a notebook, where a call cannot wait"
            raise ArgumentError("block", block, problem, "leave block out and use the selection that is returned")
        return Notebook()
    display = "" if has_display() else ", no display"
    raise NoWindowError(f"the matplotlib backend is {name!r}{display}", browser)


_choices: list[Choice] = [choose_frontend]


def frontend_in_use(block: bool | None, browser: bool | None) -> Frontend:
    """Return the front end of a call: the one for the backend in use, unless `chosen_by` is in force."""
    return _choices[-1](block, browser)


@contextmanager
def chosen_by(choice: Choice) -> Iterator[None]:
    """Let another function choose the front end of all calls until the end of the block.

    It is given what a call asks for, and may wrap what `choose_frontend` returns.
    """
    _choices.append(choice)
    try:
        yield
    finally:
        _choices.pop()


def _backend() -> tuple[str, str | None]:
    """Return the name of the matplotlib backend, and its desktop toolkit if it has one that works here."""
    import matplotlib.pyplot as plt
    from matplotlib.backends.registry import backend_registry

    name = plt.get_backend()
    framework = backend_registry.resolve_backend(name)[1]  # type: ignore[no-untyped-call]  # matplotlib has no type here
    if framework in WITHOUT_WINDOWS:
        return name.lower(), None
    try:
        plt.switch_backend(name)  # the backend already in use: this only finds out whether it works here
    except ImportError as error:
        raise NoWindowError(str(error)) from error
    return name.lower(), str(framework)
