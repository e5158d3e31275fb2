"""A virtual screen (Xvfb) with a mouse and a keyboard (python-xlib)."""

import os
import shutil
import subprocess
import time

import pytest


def missing():
    """Return what is missing on this machine for a virtual screen, or None."""
    if shutil.which("Xvfb") is None:
        return "Xvfb (Debian package xvfb)"
    try:
        import Xlib  # noqa: F401
    except ImportError:
        return "python-xlib (pip install python-xlib)"
    return None


def require(reason):
    """Skip the test if something is missing; fail where nothing may be missing."""
    if reason is None:
        return
    if os.environ.get("OPTIMAP_REQUIRE_FRONTENDS"):
        pytest.fail(f"a front end cannot be tested here: {reason} is missing")
    pytest.skip(f"needs {reason}")


def wait_for(condition, what, seconds=30):
    """Return the first true value of `condition()`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


class Screen:
    """A new X display."""

    def __init__(self, size=(1800, 1100), dpi=96):
        reader, writer = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size[0]}x{size[1]}x24", "-dpi", str(dpi)],
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as pipe:
            self.name = f":{pipe.readline().strip()}"
        from Xlib import display

        self.display = display.Display(self.name)

    def close(self):
        self.display.close()
        self._server.terminate()
        self._server.wait()

    def _fake(self, *event, **where):
        from Xlib.ext import xtest

        xtest.fake_input(self.display, *event, **where)
        self.display.sync()

    def move(self, position):
        from Xlib import X

        self._fake(X.MotionNotify, x=round(position[0]), y=round(position[1]))
        time.sleep(0.05)

    def press(self, button=1):
        from Xlib import X

        self._fake(X.ButtonPress, button)

    def release(self, button=1):
        from Xlib import X

        self._fake(X.ButtonRelease, button)

    def click(self, position, button=1, times=1):
        self.move(position)
        for _ in range(times):
            self.press(button)
            self.release(button)
            time.sleep(0.05)
        time.sleep(0.15)

    def drag(self, start, end, steps=8):
        self.move(start)
        self.press()
        for i in range(1, steps + 1):
            self.move([a + (b - a) * i / steps for a, b in zip(start, end, strict=True)])
        self.release()
        time.sleep(0.3)

    def key(self, name, *modifiers):
        from Xlib import XK, X

        codes = [self.display.keysym_to_keycode(XK.string_to_keysym(k)) for k in (*modifiers, name)]
        for code in codes:
            self._fake(X.KeyPress, code)
        for code in reversed(codes):
            self._fake(X.KeyRelease, code)
        time.sleep(0.2)

    def windows(self):
        """Return the visible windows of programs."""
        found = []

        def walk(window):
            for child in window.query_tree().children:
                if child.get_wm_name() and child.get_attributes().map_state == 2:
                    found.append(child)
                walk(child)

        walk(self.display.screen().root)
        return found

    def focus(self, window):
        """Give a window the keyboard, as a window manager would."""
        from Xlib import X

        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.display.sync()
        time.sleep(0.2)

    def ask_to_close(self, window):
        """Send what a window manager sends when the close button is pressed."""
        from Xlib.protocol import event

        protocols, delete = (self.display.intern_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
        message = event.ClientMessage(window=window, client_type=protocols, data=(32, [delete, 0, 0, 0, 0]))
        window.send_event(message)
        self.display.sync()

    def picture(self, path):
        """Save what the screen shows."""
        from PIL import Image
        from Xlib import X

        root = self.display.screen().root
        size = root.get_geometry()
        raw = root.get_image(0, 0, size.width, size.height, X.ZPixmap, 0xFFFFFFFF)
        Image.frombytes("RGB", (size.width, size.height), raw.data, "raw", "BGRX").save(path)
