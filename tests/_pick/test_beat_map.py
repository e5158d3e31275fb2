"""The key that shows the activation map of the beat at the time of the frame."""

import numpy as np
import pytest

from .views import VIDEO, difference, key, traces_view

HEIGHT, WIDTH = VIDEO.shape[1:]
DELAY = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) / 4  # frames


@pytest.fixture(scope="module")
def beats():
    """Three beats that run from one corner to the other, pointing down as those of a voltage dye."""
    t = np.arange(360)[:, np.newaxis, np.newaxis] - 30 - DELAY
    cycle = t % 120
    signal = np.where(t < 0, 0, np.minimum(cycle / 4, 1) * np.exp(-np.maximum(cycle - 4, 0) / 15))
    noise = np.random.default_rng(0).normal(size=signal.shape)
    return (4000 - 400 * signal + 10 * noise).astype(np.uint16)


def shown(view):
    """Return the map that is drawn over the picture."""
    return view.ax_image.images[1].get_array()


def test_the_map_of_the_nearest_beat(beats):
    view = traces_view(videos=[beats], positions=[(5, 5)], frame=160, times=np.arange(360) / 500, time_label="Time [s]")
    title = view.ax_image.get_title()
    key(view, "m")
    times = np.ma.filled(shown(view).astype(float), np.nan)
    assert np.abs(times - 2 * DELAY).max() < 3  # ms
    assert "activation of the beat at 3" in view.ax_image.get_title()
    assert [text for text in view.ax_image.texts if text.get_text().endswith(" ms")]
    assert view.ax_image.get_xlim() == (-0.5, WIDTH - 0.5)
    assert difference(view) < 0.001
    key(view, "m")
    assert len(view.ax_image.images) == 1
    assert view.ax_image.get_title() == title
    assert difference(view) < 0.001


def test_a_pixel_that_is_infinite_is_left_out(beats):
    spoilt = beats.astype(float)
    spoilt[155, 2, 3] = np.inf
    view = traces_view(videos=[spoilt], frame=160)
    key(view, "m")
    times = np.ma.filled(shown(view).astype(float), np.nan)
    assert np.argwhere(np.isnan(times)).tolist() == [[2, 3]]


def test_another_frame_shows_the_picture(beats):
    view = traces_view(videos=[beats], frame=0)
    key(view, "M")
    first = view.ax_image.get_title()
    key(view, "right")
    assert len(view.ax_image.images) == 1
    view.show_frame(290)
    key(view, "m")
    assert view.ax_image.get_title() != first
    assert view.ax_image.get_title().endswith("frames")
    assert view.positions == []


def test_without_beats_a_message_says_so(beats):
    for video in (VIDEO, np.full((60, HEIGHT, WIDTH), 7, np.uint16)):
        view = traces_view(videos=[video])
        key(view, "m")
        assert view.message.get_text().startswith("no map: ")
        assert len(view.ax_image.images) == 1
    view = traces_view(videos=[beats])
    view.release()
    key(view, "m")
    assert "no map" in view.message.get_text()
