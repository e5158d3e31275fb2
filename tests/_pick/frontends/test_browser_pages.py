"""The pages of a figure, asked for by a plain client: every kind of request, with and without the secret."""

import asyncio
import contextlib
import json

import pytest

tornado = pytest.importorskip("tornado")
from matplotlib.backends.backend_webagg_core import FigureCanvasWebAggCore, FigureManagerWebAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from tornado.httpclient import AsyncHTTPClient, HTTPClientError  # noqa: E402
from tornado.httpserver import HTTPServer  # noqa: E402
from tornado.testing import bind_unused_port  # noqa: E402
from tornado.websocket import websocket_connect  # noqa: E402

from optimap._pick.frontends import Calls, application  # noqa: E402

SECRET = "secret"


@contextlib.asynccontextmanager
async def served(done=lambda: None, cancel=lambda: None, pages=lambda count: None):
    """Serve a figure; the address of its page and its manager."""
    figure = Figure(figsize=(4, 3))
    manager = FigureManagerWebAgg(FigureCanvasWebAggCore(figure), 1)
    manager.set_window_title("<rec>.tif - optimap")
    server = HTTPServer(application(SECRET, manager, Calls(done, cancel, pages)))
    socket, port = bind_unused_port()
    server.add_socket(socket)
    try:
        yield f"127.0.0.1:{port}/{SECRET}/", manager
    finally:
        server.stop()
        await server.close_all_connections()


def ask(path, done=lambda: None, cancel=lambda: None, **options):
    """Return the answer to one request."""

    async def run():
        async with served(done, cancel) as (address, _):
            return await AsyncHTTPClient().fetch(f"http://{address}{path}", raise_error=False, **options)

    return asyncio.run(run())


def test_the_page_and_its_script():
    page, own, script = ask(""), ask("page.js"), ask("mpl.js")
    assert (page.code, page.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert b"<title>&lt;rec&gt;.tif - optimap</title>" in page.body
    assert b'<button id="done"' in page.body
    assert b'new mpl.figure("1", socket' in own.body
    assert (script.code, script.headers["Content-Type"]) == (200, "application/javascript; charset=UTF-8")
    assert b"mpl.figure = function" in script.body


@pytest.mark.parametrize("path", ["static/css/page.css", "_images/home.png"])
def test_files_of_matplotlib(path):
    assert ask(path).code == 200


@pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_figure_can_be_saved(suffix, start):
    answer = ask(f"download.{suffix}")
    assert answer.body.startswith(start)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=optimap.{suffix}"


def test_done_ends_the_call():
    calls = []
    assert ask("done", lambda: calls.append("done"), method="POST", body=b"").body == b"done"
    assert calls == ["done"]
    assert ask("done", lambda: calls.append("done")).code == 405  # a link to it does nothing
    assert calls == ["done"]


def test_cancel_ends_the_call():
    calls = []
    assert ask("cancel", cancel=lambda: calls.append("cancel"), method="POST", body=b"").body == b"done"
    assert calls == ["cancel"]
    assert ask("cancel", cancel=lambda: calls.append("cancel")).code == 405
    assert calls == ["cancel"]


@pytest.mark.parametrize("path", ["download.exe", "nothing", "../", "../ws", "../done", "../static/css/page.css"])
def test_unknown_addresses(path):
    assert ask(path).code == 404


def test_a_socket_carries_events_and_pictures():
    async def run():
        pages = []
        async with served(pages=pages.append) as (address, manager):
            socket = await websocket_connect(f"ws://{address}ws")
            await socket.write_message(json.dumps({"type": "supports_binary", "value": True}))
            await socket.write_message(json.dumps({"type": "send_image_mode"}))
            await socket.write_message(json.dumps({"type": "draw"}))
            texts, pictures = [], []
            await socket.write_message(json.dumps({"type": "refresh"}))
            manager.canvas.draw()
            manager.refresh_all()
            while not (texts and pictures):
                message = await asyncio.wait_for(socket.read_message(), 20)
                (pictures if isinstance(message, bytes) else texts).append(message)
            await socket.write_message(json.dumps({"type": "supports_binary", "value": False}))
            await asyncio.sleep(0.1)
            manager.canvas.draw()
            manager.refresh_all()
            while not texts[-1].startswith("data:image/png;base64,"):
                message = await asyncio.wait_for(socket.read_message(), 20)
                (pictures if isinstance(message, bytes) else texts).append(message)
            assert len(manager.web_sockets) == 1
            socket.close()
            while manager.web_sockets or await socket.read_message() is not None:
                await asyncio.sleep(0.05)
            assert pages == [1, 0]
            return texts, pictures

    texts, pictures = asyncio.run(run())
    assert pictures[0].startswith(b"\x89PNG")
    assert json.loads(texts[0])["type"] in ("image_mode", "refresh", "resize", "figure_label", "draw")


def test_done_comes_after_the_events_before_it():
    async def run():
        seen = []
        async with served(done=lambda: seen.append("done")) as (address, manager):
            manager.canvas.mpl_connect("key_press_event", lambda event: seen.append(event.key))
            socket = await websocket_connect(f"ws://{address}ws")
            for key in "abc":
                await socket.write_message(json.dumps({"type": "key_press", "key": f"k{key}"}))
            await socket.write_message(json.dumps({"type": "done"}))
            while "done" not in seen:
                await asyncio.sleep(0.02)
            socket.close()
            while manager.web_sockets or await socket.read_message() is not None:
                await asyncio.sleep(0.05)
        return seen

    assert asyncio.run(run()) == ["a", "b", "c", "done"]


def test_a_socket_needs_the_secret():
    async def run():
        async with served() as (address, _):
            with pytest.raises(HTTPClientError, match="404"):
                await websocket_connect(f"ws://{address.replace(SECRET, 'guess')}ws")

    asyncio.run(run())
