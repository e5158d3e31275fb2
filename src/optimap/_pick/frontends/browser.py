"""Picking in a browser: a page on 127.0.0.1 that shows one figure, with buttons that end or cancel the call.

matplotlib's WebAgg canvas draws in this process; the page (`browser_pages`) shows it and sends mouse events back
through a web socket. The address holds a secret, so that no other user of this machine can find it: the browser is
given it in a private file, since all users can see command lines. The server runs in its own thread while the caller
waits, so that it also works under a running event loop. What it answers is decided in `browser_guard`. A page that is
closed does not end the call, since the picks are in this process: the terminal shows where to go on.
"""

import asyncio
import html
import logging
import os
import secrets
import sys
import tempfile
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .base import has_display
from .browser_page import CANCELLED, FINISHED

if TYPE_CHECKING:
    from matplotlib.figure import Figure


ABSENCE = 3.0  # s without a page after which the terminal says so; a reload takes less
SILENCE = 60  # s after which a connection without a request is closed
REDIRECT = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={address}"><title>optimap</title></head>
<body><a href="{address}">Continue</a></body></html>
"""


def redirecting_file(address: str) -> Path:
    """Return a new file that leads a browser to an address, and that no other user can read."""
    number, name = tempfile.mkstemp(prefix="optimap-", suffix=".html")  # with mode 0600
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(REDIRECT.format(address=html.escape(address)))
    return Path(name)


class Browser:
    """A page in the browser, served while the call waits."""

    def __init__(self) -> None:
        try:
            import tornado  # noqa: F401
        except ImportError as error:
            raise RuntimeError("picking in a browser needs tornado: pip install 'optimap-trace[web]'") from error
        self._manager: Any = None
        self._done = threading.Event()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._address = ""
        self._is_finished = False  # by the user, who wants the picks
        self._pages = 0
        self._soon: asyncio.TimerHandle | None = None  # until the terminal says that the page is gone

    def new_figure(self, figsize: tuple[float, float], name: str) -> "Figure":
        """Return an empty figure that pyplot does not manage."""
        from matplotlib.backends.backend_webagg_core import (
            FigureCanvasWebAggCore,
            FigureManagerWebAgg,
            NavigationToolbar2WebAgg,
        )

        from .figure import WindowFigure  # imports matplotlib

        figure = WindowFigure(figsize=figsize)
        canvas: Any = FigureCanvasWebAggCore(figure)  # type: ignore[no-untyped-call]  # matplotlib has no types here
        self._manager = FigureManagerWebAgg(canvas, 1)  # type: ignore[no-untyped-call]  # nor here
        # Only the manager of pyplot has one; matplotlib has no types here, either.
        self._manager.toolbar = NavigationToolbar2WebAgg(canvas)  # type: ignore[no-untyped-call]
        self._manager.set_window_title(name)
        if hasattr(canvas, "set_capture_scroll"):  # matplotlib 3.11: the wheel does not scroll the page
            canvas.set_capture_scroll(True)
        return figure

    def present(self) -> bool:
        """Serve the page; return when Done is pressed. Cancel is an interrupt, as Ctrl-C is."""
        server = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        server.start()
        self._ready.wait()
        if self._failure is None:
            sys.stderr.write(f"Pick on the page {self._address} and press Done there; Ctrl-C cancels.\n")
        opened = None
        try:
            if self._failure is None and has_display():
                opened = redirecting_file(self._address)
                webbrowser.open(opened.as_uri())
            # Short waits, because on Windows a long one cannot be interrupted.
            while not self._done.wait(0.2):
                pass
        finally:
            self._done.set()
            if opened is not None:
                opened.unlink(missing_ok=True)
            server.join()
        if self._failure is not None:
            raise self._failure
        if not self._is_finished:
            raise KeyboardInterrupt("picking was cancelled on the page")
        return True

    def finish(self) -> None:
        """End the wait, and with it the page."""
        if not self._done.is_set():
            self._is_finished = True
            self._done.set()

    def _cancel(self) -> None:
        """End the call without a result."""
        self._done.set()

    def _count_pages(self, pages: int) -> None:
        """Note how many pages are connected; where the last one stays away, say how to go on."""
        self._pages = pages
        if self._soon is not None:
            self._soon.cancel()
        if pages == 0 and not self._done.is_set():
            self._soon = asyncio.get_running_loop().call_later(ABSENCE, self._say_where)

    def _say_where(self) -> None:
        if self._pages == 0 and not self._done.is_set():
            sys.stderr.write(f"The page is closed, the picks are kept: open {self._address} again, or press Ctrl-C.\n")

    def close(self) -> None:
        """Stop serving the page if it is still being served."""
        self._done.set()

    async def _serve(self) -> None:
        """Serve the page until the call is done."""
        try:
            server = self._start()
        except BaseException as error:
            self._failure = error
            self._done.set()
            raise
        finally:
            self._ready.set()
        while not self._done.is_set():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)  # the answer to the button is on its way
        for socket in list(self._manager.web_sockets):
            socket.close(*((FINISHED, "finished") if self._is_finished else (CANCELLED, "cancelled")))
        server.stop()
        await asyncio.sleep(0.1)  # and so is the end of the sockets
        for socket in list(self._manager.web_sockets):  # their pages do not answer
            if socket.ws_connection is not None:
                socket.ws_connection.stream.close()
        await server.close_all_connections()

    def _start(self) -> Any:
        """Return a server on a free port of this machine."""
        from tornado.httpserver import HTTPServer
        from tornado.netutil import bind_sockets

        from .browser_guard import LONGEST_MESSAGE
        from .browser_pages import Calls, application  # need tornado, as this class does

        for name in ("access", "general"):  # not a line for each request that is refused
            logging.getLogger(f"tornado.{name}").setLevel(logging.ERROR)
        secret = secrets.token_urlsafe(24)
        server = HTTPServer(
            application(secret, self._manager, Calls(self.finish, self._cancel, self._count_pages)),
            max_body_size=LONGEST_MESSAGE,
            max_header_size=LONGEST_MESSAGE,
            idle_connection_timeout=SILENCE,
            body_timeout=SILENCE,
        )
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        self._address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/{secret}/"
        return server
