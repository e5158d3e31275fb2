"""Picking in a browser: a page on 127.0.0.1 that shows one figure, with a button that ends the call.

matplotlib's WebAgg canvas draws in this process; the page shows it and sends the mouse back through a web socket. The
address holds a secret, so that no one else on this machine finds the page. The server runs in a thread of its own while
the caller waits, so that it works under a running event loop too.
"""

import asyncio
import base64
import io
import json
import logging
import secrets
import sys
import threading
import webbrowser
from typing import Any

from .base import has_display

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
const figure = new mpl.figure(FIGURE_ID, socket, (f, format) => window.open("download." + format, "_blank"),
  document.getElementById("figure"));
function finish() {
  finished = true; done.disabled = true; document.getElementById("figure").style.opacity = .4;
  state.textContent = "Finished. You can close this page.";
}
socket.addEventListener("close", (event) => {
  if (event.code === 4000) finish();
  else if (!finished) state.textContent = "The connection is lost: reload this page to go on.";
});
done.addEventListener("click", () => fetch("done", { method: "POST" }).then(finish, finish));
</script>
</body>
</html>
"""


class Browser:
    """A page in the browser."""

    blocks = True

    def __init__(self) -> None:
        try:
            import tornado  # noqa: F401
        except ImportError as error:
            raise RuntimeError("picking in a browser needs tornado: pip install 'optimap-trace[web]'") from error
        self._figure: Any = None
        self._manager: Any = None
        self._done = threading.Event()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self.address = ""

    def new_figure(self, figsize: tuple[float, float]) -> Any:
        """Return an empty figure that no other backend knows of."""
        from matplotlib.backends.backend_webagg_core import FigureCanvasWebAggCore, FigureManagerWebAgg
        from matplotlib.figure import Figure

        self._figure = Figure(figsize=figsize)
        canvas = FigureCanvasWebAggCore(self._figure)  # type: ignore[no-untyped-call]
        self._manager = FigureManagerWebAgg(canvas, 1)  # type: ignore[no-untyped-call]
        self._manager.set_window_title("optimap")
        if hasattr(canvas, "set_capture_scroll"):  # matplotlib 3.11: the wheel does not move the page
            canvas.set_capture_scroll(True)  # type: ignore[no-untyped-call]
        return self._figure

    def show(self) -> None:
        """A page is served only while the call waits."""
        raise NotImplementedError

    def wait(self) -> None:
        """Serve the page; return when Done was pressed."""
        server = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        server.start()
        self._ready.wait()
        if self._failure is None:
            sys.stderr.write(f"Pick on the page {self.address} and press Done there.\n")
            if has_display():
                webbrowser.open(self.address)
        try:
            # Short waits, because on Windows a long one cannot be interrupted.
            while not self._done.wait(0.2):
                pass
        finally:
            self._done.set()
            server.join()
        if self._failure is not None:
            raise self._failure

    def finish(self) -> None:
        """End the wait."""
        self._done.set()

    def close(self) -> None:
        """Nothing stays open."""

    async def _serve(self) -> None:
        from tornado.httpserver import HTTPServer
        from tornado.netutil import bind_sockets

        logging.getLogger("tornado.access").setLevel(logging.ERROR)
        try:
            secret = secrets.token_urlsafe(12)
            server = HTTPServer(self._application(secret))
            sockets = bind_sockets(0, "127.0.0.1")
            server.add_sockets(sockets)
            self.address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/{secret}/"
        except BaseException as error:
            self._failure = error
            self._done.set()
            raise
        finally:
            self._ready.set()
        while not self._done.is_set():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)  # the answer to Done is on its way
        for socket in list(self._manager.web_sockets):
            socket.close(4000, "finished")
        server.stop()
        await server.close_all_connections()

    def _application(self, secret: str) -> Any:
        """Return the pages; all lie behind the secret."""
        import matplotlib
        from matplotlib.backends.backend_webagg_core import FigureManagerWebAgg
        from tornado.web import Application, RequestHandler, StaticFileHandler
        from tornado.websocket import WebSocketClosedError, WebSocketHandler

        manager, figure, finish = self._manager, self._figure, self.finish

        class Page(RequestHandler):
            def get(self) -> None:
                self.finish(PAGE.replace("FIGURE_ID", json.dumps("1")))

        class Script(RequestHandler):
            def get(self) -> None:
                self.set_header("Content-Type", "application/javascript")
                self.finish(FigureManagerWebAgg.get_javascript())  # type: ignore[no-untyped-call]

        class Download(RequestHandler):
            def get(self, suffix: str) -> None:
                if suffix not in figure.canvas.get_supported_filetypes():
                    self.send_error(404)
                    return
                buffer = io.BytesIO()
                figure.savefig(buffer, format=suffix)
                self.set_header("Content-Disposition", f"attachment; filename=optimap.{suffix}")
                self.finish(buffer.getvalue())

        class Done(RequestHandler):
            def post(self) -> None:
                self.finish("done")
                finish()

        class Socket(WebSocketHandler):
            _binary = True

            def open(self, *_: str, **__: str) -> None:
                self.set_nodelay(True)
                # A page tells its pixel ratio only where it is not 1: a page before this one may have had another.
                manager.handle_json({"type": "set_device_pixel_ratio", "device_pixel_ratio": 1})
                manager.add_web_socket(self)

            def on_close(self) -> None:
                manager.remove_web_socket(self)

            def on_message(self, message: str | bytes) -> None:
                event = json.loads(message)
                if event["type"] == "supports_binary":
                    self._binary = event["value"]
                else:
                    manager.handle_json(event)

            def send_json(self, content: Any) -> None:
                self._send(json.dumps(content))

            def send_binary(self, blob: bytes) -> None:
                if self._binary:
                    self._send(blob)
                else:
                    self._send("data:image/png;base64," + base64.b64encode(blob).decode())

            def _send(self, message: str | bytes) -> None:
                try:
                    sent = self.write_message(message, binary=isinstance(message, bytes))
                except WebSocketClosedError:  # the page was closed; the next one gets a whole picture
                    return
                sent.add_done_callback(lambda future: future.exception())

        icons = f"{matplotlib.get_data_path()}/images"
        static = {"path": FigureManagerWebAgg.get_static_file_path()}  # type: ignore[no-untyped-call]
        return Application(
            [
                (f"/{secret}/", Page),
                (f"/{secret}/mpl.js", Script),
                (f"/{secret}/static/(.*)", StaticFileHandler, static),
                (f"/{secret}/_images/(.*)", StaticFileHandler, {"path": icons}),
                (f"/{secret}/download.([a-z0-9]+)", Download),
                (f"/{secret}/done", Done),
                (f"/{secret}/ws", Socket),
            ]
        )
