"""Colours of traces: as different as the module says, by published models of vision, and the same everywhere.

Colour blindness: G. M. Machado et al., A physiologically-based model for simulation of color vision
deficiency, IEEE Trans. Vis. Comput. Graph. 15, 1291 (2009), whole loss of one kind of cone.
"""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from optimap._draw import default_colors
from optimap.trace import show_positions_and_traces, show_traces

VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def cielab(colors, vision="normal"):
    """Return colours in CIELAB as someone with this vision sees them."""
    rgb = np.array([to_rgb(color) for color in colors])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ np.transpose(VISION[vision]), 0, 1) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def least_distance(colors, vision="normal"):
    """Return the distance of the two colours that are hardest to tell apart."""
    lab = cielab(colors, vision)
    distances = np.linalg.norm(lab[:, None] - lab, axis=-1)
    return distances[~np.eye(len(lab), dtype=bool)].min()


def test_the_model_finds_what_is_known_of_vision():
    """Red and green of one brightness are alike without one kind of cone; matplotlib's own colours are, too."""
    np.testing.assert_allclose(cielab(["white", "red"]), [[100, 0, 0], [53.24, 80.09, 67.20]], atol=0.02)
    assert least_distance(["#b05020", "#6b7d20"]) > 50 > 25 > least_distance(["#b05020", "#6b7d20"], "deuteranopia")
    assert least_distance([f"C{i}" for i in range(8)], "protanopia") < 5


@pytest.mark.parametrize("vision", VISION)
def test_the_first_eight_differ_for_everybody(vision):
    assert least_distance(default_colors(8), vision) > 31


def test_twenty_four_differ():
    colors = default_colors(24)
    assert len(set(colors)) == 24
    assert least_distance(colors) > 24
    assert cielab(colors)[:, 0].max() < 76  # dark enough for a thin line on white
    assert default_colors(3, 23) == [colors[23], colors[0], colors[1]]


def test_a_style_of_the_user_has_its_own_colours():
    with plt.style.context("ggplot"):
        own = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        assert [line.get_color() for line in show_traces(np.zeros((5, 2))).lines] == own[:2]
    with matplotlib.rc_context({"axes.prop_cycle": matplotlib.cycler(linestyle=["-", "--"])}):
        assert default_colors(2) == default_colors(24)[:2]


def test_traces_on_the_same_axes_have_the_next_colours():
    ax = show_traces(np.zeros((5, 2)))
    show_traces(np.ones((5, 2)), ax=ax)
    ax.axhline(0, color="red")
    show_traces(np.ones(5), ax=ax)
    assert [line.get_color() for line in ax.lines] == [*default_colors(4), "red", default_colors(5)[4]]


def test_a_place_and_its_trace_have_one_colour():
    positions = [(i, i) for i in range(24)]
    image_ax, ax = show_positions_and_traces(np.zeros((4, 30, 30)), positions)
    colors = [tuple(color) for color in image_ax.collections[0].get_facecolors()[:, :3]]
    assert colors == [to_rgb(line.get_color()) for line in ax.lines] == [to_rgb(color) for color in default_colors(24)]
