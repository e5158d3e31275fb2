"""Attacks on the page in a browser, over real sockets: other users, foreign pages, nonsense, silence, floods."""

import asyncio
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

tornado = pytest.importorskip("tornado")
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest  # noqa: E402
from tornado.websocket import websocket_connect  # noqa: E402

PATIENCE = 60  # s
PICK = [sys.executable, "-m", "optimap", "pick", "rec.npy", "--browser", "-o", "positions.csv"]
BROWSER = """#!{python}
import os, pathlib, re, sys
with open({seen!r} + ".part", "w") as file:
    path = pathlib.Path(re.sub("^file://", "", sys.argv[1]))
    print(*sys.argv[1:], oct(path.stat().st_mode), path.read_text(), sep="\\n", file=file)
os.rename({seen!r} + ".part", {seen!r})
"""


def fetch(address, **options):
    """Return the answer to one request."""

    async def run():
        return await AsyncHTTPClient().fetch(address, raise_error=False, **options)

    return asyncio.run(run())


def status(address, **options):
    return fetch(address, **options).code


class Call:
    """A call of the program that waits for Done."""

    def __init__(self, folder, **environment):
        np.save(folder / "rec.npy", np.random.default_rng(0).integers(0, 99, (20, 12, 15), dtype=np.uint16))
        known = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.program = subprocess.Popen(
            PICK, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=known | environment
        )
        line = self.program.stderr.readline()
        self.address = re.search(r"http://(127\.0\.0\.1:\d+/\S+/)", line)[1]
        self.port = int(self.address.split(":")[1].split("/")[0])

    def done(self):
        """Press Done; everything that the program wrote since it began to wait."""
        answer = fetch(f"http://{self.address}done", method="POST", body=b"")
        assert answer.body == b"done"
        _, errors = self.program.communicate(timeout=PATIENCE)
        assert self.program.returncode == 0, errors
        return errors


@pytest.fixture
def call(tmp_path):
    one = Call(tmp_path)
    yield one
    if one.program.poll() is None:
        one.program.send_signal(signal.SIGINT)
        one.program.communicate(timeout=PATIENCE)


def test_the_secret_is_not_in_the_command_line_of_the_browser(tmp_path):
    browser, seen = tmp_path / "browser", tmp_path / "seen.txt"
    browser.write_text(BROWSER.format(python=sys.executable, seen=str(seen)))
    browser.chmod(0o755)
    folder = tmp_path / "temporary"
    folder.mkdir()
    call = Call(tmp_path, BROWSER=str(browser), DISPLAY=":0", TMPDIR=str(folder))
    deadline = time.monotonic() + PATIENCE
    while not seen.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    given, mode, *page = seen.read_text().splitlines()
    secret = call.address.split("/")[1]
    assert given.startswith("file://")
    assert secret not in given
    assert stat.S_IMODE(int(mode, 8)) == 0o600
    assert f'content="0;url=http://{call.address}"' in "\n".join(page)
    assert call.done() == ""
    assert not list(folder.glob("optimap-*")), "the file that leads to the page is removed"


def test_only_the_page_is_answered(call):
    root = f"http://127.0.0.1:{call.port}"
    secret = call.address.split("/")[1]
    page = f"http://{call.address}"
    for wrong in ("", "x", secret[:-1], secret + "x", secret.swapcase(), "%00", "\u00e4".encode().hex()):
        assert status(f"{root}/{wrong}/") == 404
    for host in ("evil.example", f"evil.example:{call.port}", "127.0.0.1.evil.example", "", "[::1"):
        assert status(page, headers={"Host": host}) == 403, host
    for host in (f"localhost:{call.port}", "localhost:9999", "[::1]:80"):  # the page through a tunnel
        assert status(page, headers={"Host": host}) == 200
    for origin in ("http://evil.example", "null", "http://localhost", f"https://127.0.0.1:{call.port}", "file://"):
        assert status(page + "done", method="POST", body=b"", headers={"Origin": origin}) == 403
        assert call.program.poll() is None
    assert status(page + "done", method="POST", body=b"", headers={"Sec-Fetch-Site": "cross-site"}) == 403
    assert call.done() == ""


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}])
def test_foreign_pages_get_no_socket(call, headers):
    async def run():
        with pytest.raises(HTTPClientError, match="403"):
            await websocket_connect(HTTPRequest(f"ws://{call.address}ws", headers=headers))

    asyncio.run(run())
    assert call.done() == ""


def test_every_answer_has_a_policy_and_no_path_leads_out(call):
    page = f"http://{call.address}"
    for path in ("", "page.js", "mpl.js", "static/css/page.css", "download.png", "nothing"):
        answer = fetch(page + path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert (answer.headers["X-Content-Type-Options"], answer.headers["Referrer-Policy"]) == (
            "nosniff",
            "no-referrer",
        )
        here = [str(Path.cwd()), str(Path.home()), "Traceback"]
        assert not [word for word in here if word.encode() in answer.body] or path == "mpl.js"
    for path in (
        "static/../../../etc/passwd",
        "static/..%2f..%2f..%2fetc/passwd",
        "static//etc/passwd",
        "_images/%2fetc",
        "static/%00",
        "static/css/page.css%00",
        "_images/" + "a" * 5000,
    ):
        with socket.create_connection(("127.0.0.1", call.port)) as plain:
            plain.sendall(f"GET /{call.address.split('/')[1]}/{path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            assert re.match(rb"HTTP/1\.1 (403|404)", plain.recv(100)), path
    assert call.done() == ""


def test_the_figure_is_saved_in_every_format_that_the_page_offers(call):
    page = f"http://{call.address}"
    offered = re.findall(r'<option value="(\w+)">', fetch(page).body.decode())
    assert {"png", "pdf", "svg"} <= set(offered)
    for suffix in offered:
        answer = fetch(f"{page}download.{suffix}")
        assert answer.headers["Content-Disposition"] == f"attachment; filename=optimap.{suffix}"
        assert str(Path.cwd()).encode() not in answer.body
    assert status(page + "download.pgf") == 404
    assert call.done() == ""


NONSENSE = [
    b"\xff\xfe", "", "{", "[]", "null", "7", '"draw"', "{}", '{"type": 3}', '{"type": "__init__"}', '{"type": "event"}',
    '{"type": "motion_notify", "x": "a", "y": 1}', '{"type": "button_press", "x": NaN, "y": 1, "button": 0}',
    '{"type": "button_press", "x": 1, "y": 1, "button": 1e99}', '{"type": "key_press"}', '{"type": "toolbar_button"}',
    '{"type": "resize", "width": 9999, "height": 9999}', '{"type": "button_press", "x": 1, "y": 1, "button": 255}',
    '{"type": "key_press", "key": "q"}', '{"type": "key_press", "key": ""}', '{"type": "toolbar_button", "name": []}',
    '{"type": "toolbar_button", "name": "save_figure"}', '{"type": "toolbar_button", "name": "__init__"}',
    '{"type": "resize", "width": 1e9, "height": 1e9}', '{"type": "resize", "width": -1, "height": 5}',
    '{"type": "set_device_pixel_ratio", "device_pixel_ratio": 1e6}', "[" * 60000,
    '{"type": "scroll", "x": 1, "y": 1, "modifiers": {"a": 1}}', "x" * 70_000,
]  # fmt: skip


def test_tools_and_buttons_of_the_page(call):
    """Zoom, pan and home were errors, since the figure had no toolbar; a mouse has buttons that go back, too."""

    async def run():
        connected, modes = await websocket_connect(f"ws://{call.address}ws"), []
        for tool in ("zoom", "pan", "pan", "home"):
            await connected.write_message(json.dumps({"type": "toolbar_button", "name": tool}))
        for button in range(5):
            for kind in ("button_press", "button_release"):
                event = {"type": kind, "x": 1, "y": 1, "button": button, "buttons": 0}
                await connected.write_message(json.dumps(event))
        while len(modes) < 3:
            message = await asyncio.wait_for(connected.read_message(), 20)
            assert message is not None
            if isinstance(message, str) and "navigate_mode" in message:
                modes.append(json.loads(message)["mode"])
        connected.close()
        while await asyncio.wait_for(connected.read_message(), 20) is not None:
            pass
        return modes

    assert asyncio.run(run()) == ["ZOOM", "PAN", "NONE"]
    assert call.done() == ""


def test_nonsense_on_the_socket_ends_it_and_prints_nothing(call):
    async def run():
        for message in NONSENSE:
            connected = await websocket_connect(f"ws://{call.address}ws")
            await connected.write_message(message, binary=isinstance(message, bytes))
            while await asyncio.wait_for(connected.read_message(), 20) is not None:
                pass
            connected.close()
        for raw in (b"\x85\x80", b"\xff" * 300, b"\x81\x7f" + b"\xff" * 8, b"\x09\x80\0\0\0\0", b"\0" * 40):
            reader, writer = await asyncio.open_connection("127.0.0.1", call.port)
            key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
            start = f"GET /{call.address.split('/', 1)[1]}ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            writer.write(f"{start}Connection: Upgrade\r\n{key}\r\n\r\n".encode())
            assert b"101" in await reader.readline()
            writer.write(raw)
            await asyncio.sleep(0.05)
            writer.close()
        for raw in (
            b"\0\xff\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9\r\n\r\n",
            b"A" * 200_000,
            b"POST / HTTP/1.1\r\nHost: x\r\n",
        ):
            _, writer = await asyncio.open_connection("127.0.0.1", call.port)
            writer.write(raw)
            await asyncio.sleep(0.02)
            writer.close()

    asyncio.run(run())
    assert call.done() == ""


def test_two_pages_show_one_figure_and_both_are_finished(call):
    async def run():
        pages = [await websocket_connect(f"ws://{call.address}ws") for _ in range(2)]
        for page in pages:
            await page.write_message(json.dumps({"type": "supports_binary", "value": True}))
        await pages[0].write_message(json.dumps({"type": "draw"}))
        for page in pages:
            while not isinstance(await asyncio.wait_for(page.read_message(), 20), bytes):
                pass
        await AsyncHTTPClient().fetch(f"http://{call.address}done", method="POST", body=b"")
        for page in pages:
            while await asyncio.wait_for(page.read_message(), 20) is not None:
                pass
            assert page.close_code == 4000
            page.close()

    asyncio.run(run())
    _, errors = call.program.communicate(timeout=PATIENCE)
    assert (call.program.returncode, errors) == (0, "")


def test_done_is_heard_while_others_flood_and_are_silent(call):
    silent = [socket.create_connection(("127.0.0.1", call.port)) for _ in range(20)]
    silent[0].sendall(b"GET / HTTP/1.1\r\n")  # and no more

    async def run():
        deaf = await websocket_connect(f"ws://{call.address}ws", max_message_size=100)
        flood = await websocket_connect(f"ws://{call.address}ws")
        for _ in range(500):
            flood.write_message(json.dumps({"type": "draw"}))
        started = time.monotonic()
        await AsyncHTTPClient().fetch(f"http://{call.address}done", method="POST", body=b"")
        waited = time.monotonic() - started
        deaf.close()
        flood.close()
        return waited

    waited = asyncio.run(run())
    _, errors = call.program.communicate(timeout=PATIENCE)
    for one in silent:
        one.close()
    assert (call.program.returncode, errors) == (0, "")
    assert waited < 15  # 500 draws take minutes
