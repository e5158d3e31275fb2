"""Numbers drawn from bitmaps look as matplotlib draws them, and stay texts in vector files."""

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from optimap._pick import Stamp


def canvas(dpi=100):
    figure = Figure(figsize=(3, 2), dpi=dpi)
    FigureCanvasAgg(figure)
    figure.add_axes((0.1, 0.1, 0.7, 0.8)).set(xlim=(0, 10), ylim=(0, 10), xticks=[], yticks=[])
    return figure.canvas


def pixels(drawn):
    drawn.draw()
    return np.asarray(drawn.buffer_rgba()).astype(int)


def stamps(ax, bitmaps):
    """Return a number at the end of a line, and one on an image."""
    return [
        Stamp(ax, bitmaps, away=(4, 2), at_edge=True, va="center", color="red", fontsize=8),
        Stamp.on_image(ax, bitmaps, away=(6, 5), color="blue"),
    ]


@pytest.mark.parametrize("dpi", [72, 100, 200])
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("place", [(1, 3.3), (1, 7.77)])
def test_a_bitmap_looks_as_matplotlib_draws_the_text(which, place, dpi):
    drawn = canvas(dpi)
    bare = pixels(drawn)
    text = stamps(drawn.figure.axes[0], {})[which]
    text.set_text("27")
    text.xy = place
    ours = pixels(drawn)
    text.set_visible(False)
    drawn.draw()
    text.set_visible(True)
    Annotation.draw(text, drawn.get_renderer())
    theirs = np.asarray(drawn.buffer_rgba()).astype(int)
    inks = [np.abs(each - bare).sum(axis=2) for each in (ours, theirs)]
    assert 0.9 < inks[0].sum() / inks[1].sum() < 1.1
    centres = [[(np.indices(ink.shape)[i] * ink).sum() / ink.sum() for i in (0, 1)] for ink in inks]
    np.testing.assert_allclose(centres[0], centres[1], atol=1)  # a bitmap lies on whole pixels


def test_texts_outside_the_axes_are_not_drawn_but_those_at_the_edge_are():
    drawn = canvas()
    bare = pixels(drawn)
    edge, inside = stamps(drawn.figure.axes[0], {})
    inside.set_text("3")
    inside.xy = (20, 5)
    assert np.array_equal(pixels(drawn), bare)
    edge.set_text("4")
    edge.xy = (1, 10.5)
    assert (pixels(drawn) != bare).any()
    edge.xy = (1, np.nan)
    assert np.array_equal(pixels(drawn), bare)


def test_equal_texts_share_a_bitmap():
    drawn, bitmaps = canvas(), {}
    for place in (1, 2, 3):
        text = stamps(drawn.figure.axes[0], bitmaps)[1]
        text.set_text("7")
        text.xy = (place, place)
    drawn.draw()
    assert len(bitmaps) == 1
    text.set_color("green")
    drawn.draw()
    assert len(bitmaps) == 2


@pytest.mark.parametrize("which", [0, 1])
def test_vector_files_hold_the_text(which):
    drawn = canvas()
    text = stamps(drawn.figure.axes[0], {})[which]
    text.set_text("27")
    effects = text.get_path_effects()
    written = io.BytesIO()
    import matplotlib as mpl

    with mpl.rc_context({"svg.fonttype": "none"}):
        drawn.figure.savefig(written, format="svg")
    assert written.getvalue().count(b">27</text>") == 1
    assert (b"stroke: #ffffff" in written.getvalue()) == (which == 1)  # the outline
    assert text.get_path_effects() == effects
