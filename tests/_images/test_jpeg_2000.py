"""Components and precincts of JPEG 2000: those of a whole image are never refused, those that bytes cannot hold are."""

import io
import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from optimap._images import check_coded, stated_sizes

WHOLE = np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype="u1")


def saved(image, **options):
    """The code stream that Pillow writes."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG2000", no_jp2=True, **options)
    return file.getvalue()


def with_precincts(code, exponents):
    """The same code stream, which states precincts of some size at all resolutions."""
    at = code.index(b"\xff\x52")
    (length,) = struct.unpack_from(">H", code, at + 2)
    coding = bytearray(code[at + 4 : at + 14])
    coding[0] |= 1
    coding += bytes([exponents]) * (coding[5] + 1)
    return code[:at] + b"\xff\x52" + struct.pack(">H", len(coding) + 2) + bytes(coding) + code[at + 2 + length :]


@pytest.mark.parametrize("image", [WHOLE, WHOLE[..., 0], np.zeros_like(WHOLE), np.zeros((33, 9), "u1")])
@pytest.mark.parametrize("precincts", [None, 16, 32, 256])
@pytest.mark.parametrize("tile", [None, 64])
def test_whole_images(image, precincts, tile):
    options = (
        {}
        if precincts is None
        else {"precinct_size": (precincts, precincts), "codeblock_size": (4, 4), "num_resolutions": 3}
    )
    code = saved(image, **options, **({} if tile is None else {"tile_size": (tile, tile)}))
    assert imagecodecs.jpeg2k_decode(code).shape == image.shape
    assert list(stated_sizes(code)) == [(image.shape[0], image[0].size)]
    check_coded(code, image.size)


@pytest.mark.parametrize("where", ["image", "tile", "after bytes that are no marker"])
def test_precincts_that_the_bytes_cannot_hold(where):
    code = imagecodecs.jpeg2k_encode(np.zeros((2048, 2048), "u1"), codecformat="j2k")
    if where == "image":
        code = with_precincts(code, 0x11)
    else:
        at = code.index(b"\xff\x52")
        (length,) = struct.unpack_from(">H", code, at + 2)
        coding = with_precincts(code, 0x11)[at : at + length + 2 + 6]
        place = code.index(b"\xff\x93") if where == "tile" else at
        code = code[:place] + (b"" if where == "tile" else b"\xff\x30\xff\x30") + coding + code[place:]
    with pytest.raises(ValueError, match=r"states \d{7} precincts in \d+ bytes"):
        list(stated_sizes(code))


def test_more_components_than_the_page_has():
    code = imagecodecs.jpeg2k_encode(np.zeros((64, 64), "u1"), codecformat="j2k")
    (length,) = struct.unpack_from(">H", code, 4)
    many = struct.pack(">H", length + 3 * 999) + code[6:40] + struct.pack(">H", 1000) + b"\7\1\1" * 1000
    code = code[:4] + many + code[4 + length :]
    with pytest.raises(ValueError, match="states 64 x 64000 pixels where 4096"):
        check_coded(code, 64 * 64)


def test_components_without_pixels():
    code = bytearray(imagecodecs.jpeg2k_encode(np.zeros((64, 64), "u1"), codecformat="j2k"))
    code[43] = 0
    with pytest.raises(ValueError, match="components without pixels"):
        list(stated_sizes(bytes(code)))
