"""Pictures of traces: the image in them, and what they say about how they were made."""

import numpy as np
import pytest
from PIL import Image

import optimap
from optimap import __version__
from optimap._cli import main
from tests._cli.helpers import VIDEO, run


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


def test_the_image_of_a_picture_is_a_mean(folder, monkeypatch):
    shown = []
    real = optimap.trace.show_positions_and_traces

    def spy(traces, places, image, **options):
        shown.append(image)
        return real(traces, places, image, **options)

    monkeypatch.setattr("optimap.trace.show_positions_and_traces", spy)
    monkeypatch.setattr("optimap._cli.pictures.MOST_FRAMES", 7)
    assert main(["traces", "rec.npy", "--at", "3,4", "--plot", "p.png"]) == 0
    monkeypatch.setattr("optimap._cli.pictures.MOST_BYTES", 3 * VIDEO[0].nbytes)
    assert main(["traces", "rec.npy", "--at", "3,4", "--plot", "q.png", "-o", "q.csv"]) == 0
    np.testing.assert_array_equal(shown[0], VIDEO[:7].mean(axis=0))
    np.testing.assert_array_equal(shown[1], VIDEO[:3].mean(axis=0))
