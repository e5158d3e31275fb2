"""The pages of one figure in a browser: handlers for tornado, one for each kind of request.

This module needs tornado, which is optional, so only `browser` imports it, when a page is served.
"""

import base64
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tornado.web import Application, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

if TYPE_CHECKING:
    from matplotlib.backends.backend_webagg_core import FigureManagerWebAgg

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><title>optimap: pick</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="static/css/page.css"><link rel="stylesheet" href="static/css/boilerplate.css">
<link rel="stylesheet" href="static/css/fbm.css"><link rel="stylesheet" href="static/css/mpl.css">
<script src="mpl.js"></script>
<style>
body { font-family: system-ui, sans-serif; margin: 0 1rem; }
#bar { display: flex; align-items: center; gap: 1rem; padding: .5rem 0; }
#done { font-size: 1rem; padding: .4rem 1.6rem; border: 0; border-radius: 4px; background: #1f6feb; color: white;
  cursor: pointer; }
#figure div { box-sizing: content-box; }
</style>
</head>
<body>
<div id="bar"><button id="done">Done</button><span id="state">Pick in the figure, then press Done.</span></div>
<div id="figure"></div>
<script>
const state = document.getElementById("state"), done = document.getElementById("done");
const address = location.href.replace(/^http/, "ws").replace(/[^/]*$/, "") + "ws";
const socket = new (mpl.get_websocket_type())(address);
let finished = false;
const figure = new mpl.figure("1", socket, (f, format) => window.open("download." + format, "_blank"),
  document.getElementById("figure"));
function finish() {
  finished = true; done.disabled = true; document.getElementById("figure").style.opacity = .4;
  state.textContent = "Finished. You can close this page.";
}
socket.addEventListener("close", (event) => {
  if (event.code === 4000) finish();
  else if (!finished) state.textContent = "Connection lost: reload this page to continue.";
});
done.addEventListener("click", () => fetch("done", { method: "POST" }).then(finish, finish));
</script>
</body>
</html>
"""


def application(secret: str, manager: "FigureManagerWebAgg", on_done: Callable[[], None]) -> Application:
    """Return the pages of a figure, all under the secret path; `on_done` is called when Done is pressed."""
    import matplotlib

    script: str = manager.get_javascript()  # type: ignore[no-untyped-call]  # matplotlib has no types here
    static: str = manager.get_static_file_path()  # type: ignore[no-untyped-call]  # nor here
    return Application(
        [
            (f"/{secret}/", Text, {"text": PAGE, "kind": "text/html"}),
            (f"/{secret}/mpl.js", Text, {"text": script, "kind": "application/javascript"}),
            (f"/{secret}/static/(.*)", StaticFileHandler, {"path": static}),
            (f"/{secret}/_images/(.*)", StaticFileHandler, {"path": f"{matplotlib.get_data_path()}/images"}),
            (f"/{secret}/download.([a-z0-9]+)", Download, {"manager": manager}),
            (f"/{secret}/done", Done, {"on_done": on_done}),
            (f"/{secret}/ws", Socket, {"manager": manager}),
        ]
    )


class Text(RequestHandler):
    """The page, and its script."""

    def initialize(self, text: str, kind: str) -> None:
        """Store the text to send."""
        self._text, self._kind = text, kind

    def get(self) -> None:
        """Send it."""
        self.set_header("Content-Type", f"{self._kind}; charset=UTF-8")
        self.finish(self._text)


class Download(RequestHandler):
    """The figure as a file, for the toolbar's save button."""

    def initialize(self, manager: "FigureManagerWebAgg") -> None:
        """Store the figure's manager."""
        self._figure = manager.canvas.figure

    def get(self, suffix: str) -> None:
        """Send the figure in the format that the suffix names."""
        if suffix not in self._figure.canvas.get_supported_filetypes():
            self.send_error(404)
            return
        buffer = io.BytesIO()
        self._figure.savefig(buffer, format=suffix)
        self.set_header("Content-Disposition", f"attachment; filename=optimap.{suffix}")
        self.finish(buffer.getvalue())


class Done(RequestHandler):
    """The button that ends the call."""

    def initialize(self, on_done: Callable[[], None]) -> None:
        """Store the function to call."""
        self._on_done = on_done

    def post(self) -> None:
        """Answer, then end the call."""
        self.finish("done")
        self._on_done()


class Socket(WebSocketHandler):
    """The connection through which the page sends events and gets pictures."""

    def initialize(self, manager: "FigureManagerWebAgg") -> None:
        """Store the figure's manager."""
        self._manager: Any = manager
        self._takes_binary = True

    def open(self, *_: str, **__: str) -> None:
        """Connect the page to the figure."""
        self.set_nodelay(True)
        # A page reports its pixel ratio only if it is not 1, and a previous page may have had another one.
        self._manager.handle_json({"type": "set_device_pixel_ratio", "device_pixel_ratio": 1})
        self._manager.add_web_socket(self)

    def on_close(self) -> None:
        """Disconnect the page."""
        self._manager.remove_web_socket(self)

    def on_message(self, message: str | bytes) -> None:
        """Pass an event from the page on to the figure."""
        event = json.loads(message)
        if event["type"] == "supports_binary":
            self._takes_binary = event["value"]
        else:
            self._manager.handle_json(event)

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
        sent.add_done_callback(lambda future: future.exception())
