"""Pictures of traces: the image in them, and what they say about how they were made."""

import numpy as np
import pytest
from PIL import Image

from optimap import __version__
from tests._cli.helpers import run


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".eps", ".jpg", ".tif"])
def test_pictures_say_how_they_were_made(folder, suffix):
    assert run("traces", "rec.tif", "--at", "3,4", "--size", 3, "--plot", f"p{suffix}") == 0
    if suffix == ".png":
        with Image.open("p.png") as picture:
            text = picture.text["Description"]
    else:
        text = (folder / f"p{suffix}").read_bytes().decode("latin-1").replace("&quot;", '"').replace("\\", "")
    assert f'"made_by": "optimap traces, optimap-trace {__version__}"' in text
    assert '"size": 3' in text


def picture(video):
    """Return the pixels of the picture that is drawn of a recording."""
    np.save("rec.npy", video)
    assert run("traces", "rec.npy", "--at", "3,4", "--size", 1, "--plot", "p.png", "--overwrite") == 0
    with Image.open("p.png") as drawn:
        return np.asarray(drawn)


@pytest.mark.parametrize(("frames", "limit"), [(64, None), (3, 3)])
def test_the_image_of_a_picture_is_the_mean_of_the_first_frames(folder, allow, frames, limit):
    """The picture is the same as that of a recording whose frames are all this mean."""
    video = np.random.default_rng(1).integers(0, 65536, (70, 12, 15), dtype=np.uint16)
    video[:, 4, 3] = 1000  # where the trace comes from, which is drawn, too
    if limit:
        allow(picture_bytes=limit * video[0].nbytes)
    drawn = picture(video)
    for count in (1, frames, frames + 1, 70):
        still = np.repeat(video[:count].mean(axis=0, keepdims=True), 70, axis=0)
        assert np.array_equal(picture(still), drawn) == (count == frames)


@pytest.mark.parametrize(
    ("options", "label"),
    [
        ([], "Intensity"),
        (["--dff", "--polarity", "up"], "ΔF/F"),
        (["--dff", "--normalize", "--polarity", "up"], "Intensity"),
    ],
)
def test_the_axis_says_what_is_drawn(folder, options, label):
    assert run("traces", "rec.tif", "--at", "3,4", *options, "--plot", "p.svg") == 0
    drawn = (folder / "p.svg").read_text(encoding="utf-8")
    assert [text for text in ("Intensity", "ΔF/F") if f"<!-- {text} -->" in drawn] == [label]
