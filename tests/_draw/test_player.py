"""The player: keys, button and slider, and movies of it."""

import numpy as np
import pytest
from matplotlib.animation import PillowWriter
from matplotlib.backend_bases import KeyEvent
from PIL import Image

from optimap._draw import Panel, play

VIDEO = np.arange(10.0)[:, None, None] * np.ones((4, 4))


@pytest.fixture
def player():
    return play([Panel(lambda i: VIDEO[i], "numbers", {"vmin": 0, "vmax": 9})], len(VIDEO), 2, 10, figsize=(2, 2))


def shown(player):
    return player.figure.axes[0].images[0].get_array()[0, 0]


def press(player, key):
    KeyEvent("key_press_event", player.figure.canvas, key)._process()


def test_it_plays_in_steps_and_begins_again(player):
    following = player.new_frame_seq()
    seen = []
    for _ in range(7):
        player._draw_frame(next(following))
        seen.append(shown(player))
    assert seen == [0, 2, 4, 6, 8, 0, 2]


def test_keys(player):
    press(player, "right")
    assert (player.i, shown(player)) == (1, 1)
    press(player, "left")
    press(player, "left")
    assert shown(player) == 9
    press(player, "up")
    assert player.step == 3
    for _ in range(5):
        press(player, "down")
    assert player.step == 1
    press(player, " ")
    assert not player.runs
    press(player, " ")
    assert player.runs


def test_the_slider_and_the_button(player):
    player._slider.set_val(6)
    assert shown(player) == 6
    player.toggle()
    assert player._button.label.get_text() == "▶"


def test_a_movie_holds_every_step(player, tmp_path):
    player.show(5)
    player.save(tmp_path / "movie.gif", writer=PillowWriter(fps=10), hide_framecounter=True)
    with Image.open(tmp_path / "movie.gif") as movie:
        assert movie.n_frames == 5
    assert shown(player) == 5  # as before
    assert all(ax.get_visible() for ax in player.figure.axes)


def test_it_lives_as_long_as_its_figure(player):
    assert player.figure.optimap_player is player
