"""Pictures of traces: the image in them, and what they say about how they were made."""

import re

import matplotlib
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
    assert [text for text in ("Intensity", "ΔF/F") if f">{text}</text>" in drawn] == [label]


def svg_texts(path):
    """Return the texts of a vector picture, which are text."""
    return re.findall(r"<text[^>]*>([^<]+)</text>", path.read_text(encoding="utf-8"))


def test_text_in_vector_pictures_is_text(folder):
    before = {**matplotlib.rcParams}
    assert run("traces", "rec.tif", "--at", "3,4", "--plot", "p.svg", "--fps", 100) == 0
    assert {"Time [s]", "(3, 4)", "rec.tif"} <= set(svg_texts(folder / "p.svg"))
    assert run("traces", "rec.tif", "--at", "3,4", "--plot", "p.pdf", "-o", "2.csv") == 0
    assert b"/TrueType" in (folder / "p.pdf").read_bytes() or b"/Type0" in (folder / "p.pdf").read_bytes()
    assert b"/Type3" not in (folder / "p.pdf").read_bytes()
    assert {**matplotlib.rcParams} == before


NUMBERS = [str(i) for i in range(1, 13)]


def test_many_traces_are_stacked_and_numbered_in_both_panels(folder):
    assert run("traces", "rec.tif", "--random", 12, "--plot", "p.svg", "-o", "t.csv") == 0
    texts = svg_texts(folder / "p.svg")
    assert all(texts.count(number) >= 2 for number in NUMBERS)
    assert run("plot", "t.csv", "-o", "q.svg") == 0
    assert "Intensity" not in svg_texts(folder / "q.svg")  # a bar shows it


def test_stacked_or_not_as_told(folder):
    assert run("traces", "rec.tif", "--random", 12, "--plot", "p.svg", "-o", "t.csv", "--no-stack") == 0
    assert "Intensity" in svg_texts(folder / "p.svg")
    assert run("traces", "rec.tif", "--random", 3, "--plot", "q.svg", "-o", "u.csv", "--stack") == 0
    assert "Intensity" not in svg_texts(folder / "q.svg")
    for stack, seen in (("--stack", False), ("--no-stack", True)):
        assert run("plot", "t.csv", "-o", "r.svg", stack, "--overwrite") == 0
        assert ("Intensity" in svg_texts(folder / "r.svg")) == seen


def test_scale_bars(folder):
    assert run("traces", "rec.tif", "--at", "3,4", "--fps", 100, "--plot", "p.svg", "--scale-bar") == 0
    texts = svg_texts(folder / "p.svg")
    assert "Time [s]" not in texts
    assert any(text.endswith((" ms", " s")) for text in texts)
    assert any(text.endswith(("pixels", "pixel", " mm", " µm")) for text in texts)


def test_a_picture_of_another_look_is_not_taken_for_done(folder, capsys):
    given = ("traces", "rec.tif", "--at", "3,4", "--plot", "p", "-o", "t/")
    assert run(*given, "--stack") == 0
    capsys.readouterr()
    assert run(*given) != 0
    assert "drawn with --stack (now with the usual look): replace it with --overwrite" in capsys.readouterr().err
    assert run(*given, "--stack") == 0
