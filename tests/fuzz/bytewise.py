"""Mutations of bytes: of sizes, offsets and counts, of numbers in text, of bits; pieces moved, cut off and appended.

Which bytes are sizes is found, not known: numbers of 2, 4 or 8 bytes that could be the length of the file, a place in
it, or a side of the small seed videos. `layers` adds what only the structure of a file allows.
"""

import re
import struct
from functools import lru_cache

import numpy as np

NUMBERS = re.compile(rb"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
TEXTS = [
    b"0", b"-1", b"1", b"2", b"-9", b"3.5", b"255", b"65536", b"1000000", b"999999999", b"2147483648", b"4294967295",
    b"9223372036854775807", b"18446744073709551616", b"1e308", b"1e999", b"-1e9", b"nan", b"inf", b"-inf", b"", b"abc",
    b"0x10", b"1_000", b"\xc2\xb2", b"1,5", b"00007", b"7 7", b"9" * 5000,
]  # fmt: skip
SPECIAL = [0, 1, 2, 3, 4, 7, 8, 16, 32, 255, 256, 65535, 65536, 10**6, 10**9, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1]
FORMATS = [order + code for code in "HIQ" for order in "<>"]


@lru_cache(maxsize=64)
def sizes_in(data):
    """Return (offset, format) of numbers that may be sizes, offsets or counts."""
    head, found = data[:20_000], []
    for code in FORMATS:
        width = struct.calcsize(code)
        values = np.ndarray(max(0, len(head) - width + 1), code, head or bytes(1), 0, strides=1)  # at every offset
        offsets = np.flatnonzero((values > 4) & (values <= len(data) + 64))
        found += [(int(offset), code) for offset in offsets if width > 2 or offset % 2 == 0]
    return found


@lru_cache(maxsize=64)
def numbers_in(data):
    """Return the (start, stop) of numbers in text that stands in the bytes."""
    return [found.span() for found in NUMBERS.finditer(data[:200_000])]


def change_size(data, random):
    """Replace a number that may be a size by another one, near it or far away."""
    found = sizes_in(data)
    if not found:
        return flip(data, random)
    offset, code = random.choice(found)
    return data[:offset] + _other(data, offset, code, random) + data[offset + struct.calcsize(code) :]


def change_any_number(data, random):
    """Replace the 1, 2, 4 or 8 bytes at any place by a special number."""
    code = random.choice([*FORMATS, "<B"])
    width = struct.calcsize(code)
    if len(data) < width:
        return append(data, random)
    offset = _place(data, random, width)
    return data[:offset] + _other(data, offset, code, random) + data[offset + width :]


def _other(data, offset, code, random):
    (value,) = struct.unpack_from(code, data, offset)
    near = [value + 1, value - 1, value * 2, value // 2, -value, value + 4, value - 4]
    places = [len(data), len(data) + 1, len(data) - 1, offset]
    chosen = random.choice(random.choice([near, places, SPECIAL, [random.getrandbits(64)]]))
    width = struct.calcsize(code)
    return (chosen % 256**width).to_bytes(width, "little" if code[0] == "<" else "big")


def change_text_number(data, random):
    """Replace a number that is written as text."""
    found = numbers_in(data)
    if not found:
        return change_size(data, random)
    start, stop = random.choice(found)
    return data[:start] + random.choice(TEXTS) + data[stop:]


def flip(data, random):
    """Flip a few bits."""
    changed = bytearray(data)
    for _ in range(random.choice([1, 1, 1, 2, 8])):
        if changed:
            changed[_place(data, random, 1)] ^= 1 << random.randrange(8)
    return bytes(changed)


def overwrite(data, random):
    """Overwrite a few bytes with zeros, ones, noise or text."""
    width = random.choice([1, 2, 4, 8, 16, 64])
    offset = _place(data, random, width)
    filling = random.choice([b"\0" * width, b"\xff" * width, random.randbytes(width), b"\x7f" * width, b"a" * width])
    return data[:offset] + filling + data[offset + width :]


def truncate(data, random):
    """Cut the end off: anywhere, near the end, or near the beginning."""
    where = random.randrange(4)
    if where == 0:
        return data[: -random.randint(1, 64)]
    if where == 1:
        return data[: random.randint(0, 64)]
    return data[: random.randint(0, len(data))]


def append(data, random):
    """Append zeros, noise, or the file once more."""
    return data + random.choice([b"\0", b"\0" * 512, random.randbytes(16), b"\n", data, data[: len(data) // 2]])


def move(data, random):
    """Delete a piece, repeat it, or copy it to another place."""
    start = _place(data, random, 1)
    length = random.choice([1, 2, 4, 8, 32, 256, max(1, len(data) // 4)])
    piece = data[start : start + length]
    to = _place(data, random, 1)
    return random.choice(
        [
            data[:start] + data[start + length :],
            data[:start] + piece + data[start:],
            data[:to] + piece + data[to + len(piece) :],
            data[:to] + piece + data[to:],
        ]
    )


def _place(data, random, width):
    """Return an offset; beginnings and ends of files, where headers are, more often."""
    last = max(0, len(data) - width)
    near = random.randrange(4)
    if near == 0:
        return random.randint(0, min(last, 128))
    if near == 1:
        return random.randint(0, min(last, 1200))
    if near == 2:
        return random.randint(max(0, last - 256), last)
    return random.randint(0, last)


MUTATIONS = [
    *[change_size] * 5, *[change_any_number] * 3, *[change_text_number] * 4, *[flip] * 4, overwrite, overwrite,
    truncate, append, move, move,
]  # fmt: skip
