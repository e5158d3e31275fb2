"""What the server of a page answers: requests that know the secret and come from the page, and events of a mouse.

Any program on this machine, and any page in the user's browser, can send requests to the server. The secret is compared
in constant time. A name other than that of this machine in `Host` means that a foreign page had its own name lead here
(DNS rebinding); an `Origin` other than the page is a foreign page itself. Events have known types, and numbers that a
figure can use: what arrives is never trusted to be what the page's script sends.
"""

import hmac
import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

LOCAL = ("127.0.0.1", "localhost", "::1")
LONGEST_MESSAGE = 2**16  # bytes of a message or a request: events have a few hundred
LARGEST_SIDE, LARGEST_RATIO = 10_000, 8.0  # of a figure in pixels, and of a screen
MOST_PIXELS = 2**26  # of a figure: twice those of the largest screens
LONGEST_TEXT = 64  # of a key; its name follows the letter k
TOOLS = ("zoom", "pan", "home")
BUTTONS = {0: 0, 1: 1, 2: 2, 3: 7, 4: 8}  # of a mouse, numbered by browsers and, less 1, by matplotlib
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
MOUSE = ("button_press", "button_release", "dblclick", "scroll", "motion_notify", "figure_enter", "figure_leave")
KEYS = ("key_press", "key_release")
PLAIN = ("ack", "draw", "refresh", "send_image_mode", "done")


def headers(host: str) -> dict[str, str]:
    """Return the headers of every answer; scripts, pictures and the socket come from the server alone."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, **HEADERS}


def path_behind_secret(path: str, secret: str) -> str | None:
    """Return what follows the secret in the path of a request; None if the secret is wrong, or nothing can follow."""
    given, slash, rest = path.removeprefix("/").partition("/")
    if "%00" in rest:  # no name of a file, and an error where one is looked for
        return None
    is_right = hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
    return f"/{rest}" if is_right and slash else None


def is_from_the_page(given: Mapping[str, str]) -> bool:
    """Return whether the headers of a request are those of the page: its host is this machine, its origin the same.

    The port may be another one, where the page is seen through a tunnel. Programs that are not browsers send no origin.
    """
    host = given.get("Host", "")
    if _name(f"//{host}") not in LOCAL:
        return False
    if given.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return False
    origin = given.get("Origin")
    return origin is None or (origin.startswith("http://") and origin.removeprefix("http://") == host)


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def parse_event(message: str | bytes) -> dict[str, Any] | None:
    """Return an event of the page; None for anything else."""
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return None
    kind = event["type"]
    known = {"type": kind}
    if kind in PLAIN:
        return known
    if kind == "supports_binary":
        return known | {"value": event.get("value") is True}
    if kind in ("set_device_pixel_ratio", "set_dpi_ratio"):
        ratio = _number(event.get("device_pixel_ratio", event.get("dpi_ratio", 1)), LARGEST_RATIO)
        is_usable = ratio is not None and ratio > 0.1
        return {"type": "set_device_pixel_ratio", "device_pixel_ratio": ratio} if is_usable else None
    if kind == "resize":
        sides = {side: _number(event.get(side, 800), LARGEST_SIDE) for side in ("width", "height")}
        return None if any(n is None or n < 1 for n in sides.values()) else known | sides
    if kind == "toolbar_button":  # matplotlib would look for any name
        return known | {"name": event["name"]} if event.get("name") in TOOLS else None
    if kind in KEYS:
        key = event.get("key")
        return known | {"key": key} if isinstance(key, str) and "k" in key and len(key) <= LONGEST_TEXT else None
    return _mouse_event(known, event) if kind in MOUSE else None


def is_drawable(event: Mapping[str, Any], size: tuple[float, float], ratio: float) -> bool:
    """Return whether a figure, which has a size in the screen's pixels now, has not too many of them after an event."""
    width, height = size
    if event["type"] == "resize":
        width, height = event["width"] * ratio, event["height"] * ratio
    elif event["type"] == "set_device_pixel_ratio":
        scale = event["device_pixel_ratio"] / ratio
        width, height = width * scale, height * scale
    return bool(width * height <= MOST_PIXELS)


def _mouse_event(known: dict[str, Any], event: dict[str, Any]) -> dict[str, Any] | None:
    """Return an event of the mouse, with the fields that matplotlib reads."""
    numbers = {name: _number(event.get(name, 0), 1e6) for name in ("x", "y", "step")}
    flags = {name: event.get(name, 0) for name in ("button", "buttons")}
    button = BUTTONS.get(flags["button"]) if type(flags["button"]) is int else None
    modifiers = event.get("modifiers", [])
    if (
        any(number is None for number in numbers.values())
        or button is None
        or any(type(flag) is not int or not 0 <= flag < 256 for flag in flags.values())
        or not isinstance(modifiers, list)
        or len(modifiers) > 8
        or not all(isinstance(one, str) and len(one) <= LONGEST_TEXT for one in modifiers)
    ):
        return None
    return known | numbers | flags | {"button": button, "modifiers": modifiers}


def _number(value: object, most: float) -> float | int | None:
    """Return a finite number up to a size, of either sign; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return value if abs(value) <= most else None
