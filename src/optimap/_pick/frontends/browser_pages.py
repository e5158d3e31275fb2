"""The pages of one figure in a browser: handlers for tornado, one for each kind of request.

This module needs tornado, which is optional, so only `browser` imports it, when a page is served.
"""

import asyncio
import base64
import io
import json
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.httputil import HTTPServerRequest
from tornado.web import Application, ErrorHandler, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from .browser_guard import LONGEST_MESSAGE, headers, is_drawable, is_from_the_page, parse_event, path_behind_secret
from .browser_page import DOWNLOADS, page_script, page_text

if TYPE_CHECKING:
    from matplotlib.backends.backend_webagg_core import FigureManagerWebAgg

MOST_UNSENT = 64  # messages; a page that takes no more has stopped reading


class Calls(NamedTuple):
    """What the pages report: a button that was pressed, and the number of pages that are connected now."""

    done: Callable[[], None]
    cancel: Callable[[], None]
    pages: Callable[[int], None]


def application(secret: str, manager: "FigureManagerWebAgg", calls: Calls) -> Application:
    """Return the pages of a figure, all under the secret path; `calls` are what they report."""
    import matplotlib

    script: str = manager.get_javascript()  # type: ignore[no-untyped-call]  # matplotlib has no types here
    static: str = manager.get_static_file_path()  # type: ignore[no-untyped-call]  # nor here
    name: str = manager.get_window_title()  # type: ignore[no-untyped-call]  # nor here
    pages = [
        ("/", Text, {"text": page_text(name), "kind": "text/html"}),
        ("/page.js", Text, {"text": page_script(), "kind": "application/javascript"}),
        ("/mpl.js", Text, {"text": script, "kind": "application/javascript"}),
        ("/static/(.*)", StaticFile, {"path": static}),
        ("/_images/(.*)", StaticFile, {"path": f"{matplotlib.get_data_path()}/images"}),
        ("/download.([a-z0-9]+)", Download, {"manager": manager}),
        ("/done", Button, {"on_press": calls.done}),
        ("/cancel", Button, {"on_press": calls.cancel}),
        ("/ws", Socket, {"manager": manager, "calls": calls}),
    ]
    return Guarded(secret, pages)


class Guarded(Application):
    """An application that answers only the page."""

    def __init__(self, secret: str, pages: list[Any]) -> None:
        # Pings find sockets whose browsers are gone, so that these do not stay open.
        super().__init__(
            pages,
            default_handler_class=NotHere,
            default_handler_args={"status_code": 404},
            websocket_max_message_size=LONGEST_MESSAGE,
            websocket_ping_interval=20,
        )
        self._secret = secret

    def find_handler(self, request: HTTPServerRequest, **options: Any) -> Any:
        """Return what answers a request; its path loses the secret."""
        behind = path_behind_secret(request.path, self._secret)
        if behind is None:
            return self.get_handler_delegate(request, NotHere, {"status_code": 404})
        if not is_from_the_page(request.headers):
            return self.get_handler_delegate(request, NotHere, {"status_code": 403})
        request.path = behind
        return super().find_handler(request, **options)


class Plain(RequestHandler):
    """The headers that every answer has."""

    def set_default_headers(self) -> None:
        """Set them."""
        for name, value in headers(self.request.host).items():
            self.set_header(name, value)


class NotHere(Plain, ErrorHandler):
    """The answer to everything that is not a request of the page."""


class StaticFile(Plain, StaticFileHandler):
    """A file of matplotlib."""


class Text(Plain):
    """The page, and its script."""

    def initialize(self, text: str, kind: str) -> None:
        """Store the text to send."""
        self._text, self._kind = text, kind

    def get(self) -> None:
        """Send it."""
        self.set_header("Content-Type", f"{self._kind}; charset=UTF-8")
        self.finish(self._text)


class Download(Plain):
    """A picture of the figure as a file."""

    def initialize(self, manager: "FigureManagerWebAgg") -> None:
        """Store the figure's manager."""
        self._figure = manager.canvas.figure

    def get(self, suffix: str) -> None:
        """Send the figure in the format that the suffix names."""
        if suffix not in DOWNLOADS:
            self.send_error(404)
            return
        buffer = io.BytesIO()
        self._figure.savefig(buffer, format=suffix)
        self.set_header("Content-Disposition", f"attachment; filename=optimap.{suffix}")
        self.finish(buffer.getvalue())


class Button(Plain):
    """A button that ends the call."""

    def initialize(self, on_press: Callable[[], None]) -> None:
        """Store the function to call."""
        self._on_press = on_press

    def post(self) -> None:
        """Answer, then end the call."""
        self.finish("done")
        self._on_press()


class Socket(Plain, WebSocketHandler):
    """The connection through which the page sends events and gets pictures."""

    def initialize(self, manager: "FigureManagerWebAgg", calls: Calls) -> None:
        """Store the figure's manager, and what to call when a page comes or goes, or is done."""
        self._manager: Any = manager
        self._calls = calls
        self._takes_binary = True
        self._unsent, self._is_closing = 0, False

    def check_origin(self, origin: str) -> bool:
        """Leave it to the application, which has checked it."""
        return True

    def open(self, *_: str, **__: str) -> None:
        """Connect the page to the figure."""
        self.set_nodelay(True)
        self._manager.add_web_socket(self)
        self._calls.pages(len(self._manager.web_sockets))

    def on_close(self) -> None:
        """Disconnect the page."""
        if self in self._manager.web_sockets:
            self._manager.remove_web_socket(self)
            self._calls.pages(len(self._manager.web_sockets))

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the connection; messages that are on their way are not heard."""
        self._is_closing = True
        super().close(code, reason)

    def on_message(self, message: str | bytes) -> Coroutine[None, None, None] | None:
        """Pass an event from the page on to the figure; anything else ends the connection."""
        if self._is_closing:
            return None
        event, canvas = parse_event(message), self._manager.canvas
        if event is None or not is_drawable(event, canvas.figure.bbox.size, canvas.device_pixel_ratio):
            self.close(1008, "not an event")
        elif event["type"] == "supports_binary":
            self._takes_binary = event["value"]
        elif event["type"] == "done":  # after the events before it, which a request would overtake
            self._calls.done()
        else:
            self._manager.handle_json(event)
        return asyncio.sleep(0)  # many messages at once would otherwise keep Done waiting

    def send_json(self, content: dict[str, Any]) -> None:
        """Send a message; matplotlib calls this."""
        self._send(json.dumps(content))

    def send_binary(self, blob: bytes) -> None:
        """Send a picture; matplotlib calls this."""
        self._send(blob if self._takes_binary else "data:image/png;base64," + base64.b64encode(blob).decode())

    def _send(self, message: str | bytes) -> None:
        try:
            sent = self.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:  # the page was closed; the next one gets a whole picture
            return
        self._unsent += 1
        sent.add_done_callback(self._was_sent)
        if self._unsent > MOST_UNSENT:
            self.close(1008, "not reading")

    def _was_sent(self, future: "asyncio.Future[None]") -> None:
        self._unsent -= 1
        future.exception()  # an error means that the page is gone, which `on_close` handles
