"""Which front end a call gets: a desktop window, a page in a browser, or a canvas in a notebook."""

import os

from .base import NO_WAY, Frontend, has_display
from .browser import Browser
from .desktop import Desktop
from .notebook import Notebook


def choose_frontend(block: bool | None, browser: bool | None) -> Frontend:
    """Return the front end for the backend in use, or raise an error that names the ways out."""
    if browser is None:
        browser = os.environ.get("OPTIMAP_BROWSER", "") not in ("", "0")
    name, framework = _backend()
    if browser or name == "webagg":
        if block is False:
            raise ValueError("block = False: a page in the browser is served only while the call waits")
        return Browser()
    if framework is not None:
        return Desktop(blocks=block is not False, toolkit=framework)
    if "ipympl" in name or name == "widget":
        if block:
            raise ValueError("block = True: in a notebook a call cannot wait; leave block out and use what is returned")
        return Notebook()
    display = "" if has_display() else ", no display"
    raise RuntimeError(NO_WAY.format(reason=f"the matplotlib backend is {name!r}{display}"))


def _backend() -> tuple[str, str | None]:
    """Return the name of the matplotlib backend, and its desktop toolkit if it has one and it can be used."""
    import matplotlib.pyplot as plt
    from matplotlib.backends.registry import backend_registry

    name = plt.get_backend()
    framework = backend_registry.resolve_backend(name)[1]  # type: ignore[no-untyped-call]
    if framework in (None, "headless"):
        return name.lower(), None
    try:
        plt.switch_backend(name)  # the backend in use: this only finds out whether it works here
    except ImportError as error:
        raise RuntimeError(NO_WAY.format(reason=str(error))) from error
    return name.lower(), str(framework)
