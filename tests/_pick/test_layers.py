"""Artists as bitmaps over each other: they look as matplotlib draws them, and only what changed is drawn again."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from optimap._pick import Layers


class Counted(Line2D):
    """A line that counts how often it is drawn."""

    drawn = 0

    def draw(self, renderer):
        self.drawn += 1
        super().draw(renderer)


@pytest.fixture
def canvas():
    figure = Figure(figsize=(3, 2), facecolor="lightgray")
    drawn = FigureCanvasAgg(figure)
    figure.add_axes((0, 0, 1, 1)).set_axis_off()
    drawn.draw()
    return drawn


def lines(canvas, count):
    """Return lines that cross, in colours, as animated artists."""
    (ax,) = canvas.figure.axes
    rng = np.random.default_rng(0)
    made = [
        Counted([0, 0.5, 1], rng.random(3), color=f"C{i}", linewidth=5, animated=True, zorder=2 + i % 2)
        for i in range(count)
    ]
    for line in made:
        ax.add_line(line)
    return made


def pixels(canvas, draw):
    """Return what the canvas shows after a function has drawn on it."""
    bare = canvas.copy_from_bbox(canvas.figure.bbox)
    draw()
    shown = np.asarray(canvas.buffer_rgba()).astype(int)
    canvas.restore_region(bare)
    return shown


def in_order(canvas, artists):
    """Draw artists as matplotlib does."""
    for artist in sorted(artists, key=lambda artist: artist.get_zorder()):
        artist.draw(canvas.get_renderer())


@pytest.mark.parametrize("size", [1, 3, 50])
def test_layers_look_as_drawn_by_matplotlib(canvas, size):
    made = lines(canvas, 40)
    layers = Layers(canvas, size)
    for line in made:
        layers.add(line)
    expected = pixels(canvas, lambda: in_order(canvas, made))
    for _ in range(2):
        assert np.abs(pixels(canvas, layers.draw) - expected).max() <= 4  # antialiased edges are rounded once more
    assert {line.drawn for line in made} == {2}


def test_only_what_changed_is_drawn_again(canvas):
    made = lines(canvas, 12)
    layers = Layers(canvas, 2)
    for line in made:
        layers.add(line)
    layers.draw()
    made[0].set_ydata([1, 0, 1])
    layers.draw()
    assert [i for i, line in enumerate(made) if line.drawn > 1] == [0, 2]  # those of the same height and layer
    layers.draw(without=made[4:5])
    assert made[4].drawn == 1
    layers.remove(made[1])
    expected = pixels(canvas, lambda: in_order(canvas, [line for line in made if line is not made[1]]))
    assert np.abs(pixels(canvas, layers.draw) - expected).max() <= 4
    layers.add(extra := lines(canvas, 1)[0])
    layers.draw()
    before = [line.drawn for line in made]
    layers.draw()
    assert before == [line.drawn for line in made]
    assert extra.drawn == 1


def test_other_limits_draw_all_again(canvas):
    made = lines(canvas, 4)
    layers = Layers(canvas, 2)
    for line in made:
        layers.add(line)
    layers.draw()
    canvas.figure.axes[0].set_xlim(0, 2)
    expected = pixels(canvas, lambda: in_order(canvas, made))
    assert np.abs(pixels(canvas, layers.draw) - expected).max() <= 4
