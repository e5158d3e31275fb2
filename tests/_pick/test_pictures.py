"""What the image shows: the still picture, frames, the signal of a frame, the map of a beat; and playing."""

import numpy as np
import pytest

from optimap._draw import contrast_limits
from tests._pick.views import CLOCK, VIDEO, difference, key, traces_view


def wave(sign=1, frames=160, shape=(24, 30), fades=0.0):
    """Return a video of a wave that runs from left to right every 40 frames, with noise, and the wave itself."""
    rng = np.random.default_rng(0)
    t = (np.arange(frames)[:, None, None] - np.arange(shape[1]) / 3) % 40
    beat = np.broadcast_to((1 - np.exp(-t / 1.5)) * np.exp(-t / 10), (frames, *shape))
    light = 1000 * (1 - fades * np.arange(frames) / frames)[:, None, None]
    return (light * (1 + sign * 0.1 * beat) + rng.normal(size=beat.shape)).astype(np.float32), beat


def shown(view):
    """Return the signal that lies over the picture."""
    (overlay,) = (image for image in view.ax_image.images if image is not view.drawn_image and image.get_visible())
    return overlay


def test_a_key_goes_from_the_picture_to_the_frame_to_the_signal_and_back():
    video, _ = wave()
    view = traces_view(videos=(video,), frame=None, times=np.arange(len(video)))
    still = view.drawn_image.get_array().copy()
    modes = []
    for _ in range(3):
        key(view, "w")
        modes.append(view.pictures.mode)
        assert difference(view) == 0
    assert modes == ["frame", "signal", "picture"]
    np.testing.assert_array_equal(view.drawn_image.get_array(), still)
    key(view, "w")
    np.testing.assert_array_equal(view.drawn_image.get_array(), video[0])
    assert view.drawn_image.get_clim() == contrast_limits(video[0])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("fades", [0.0, 0.3])
def test_the_signal_is_upright_and_in_percent_of_the_baseline(sign, fades):
    video, beat = wave(sign, fades=fades)
    view = traces_view(videos=(video,), frame=50, times=np.arange(len(video)))
    view.show_picture("signal")
    signal = np.asarray(shown(view).get_array())
    expected = 10 * beat[50]
    inner = signal[3:-3, 3:-3]
    assert np.corrcoef(inner.ravel(), expected[3:-3, 3:-3].ravel())[0, 1] > 0.95
    assert inner.max() == pytest.approx(expected.max(), rel=0.35)
    low, high = shown(view).get_clim()
    assert low == -high
    assert 3 < high < 12
    assert "ΔF/F" in view.ax_image.get_title()


def test_scrubbing_follows_in_the_signal_and_the_anatomy_stays_below():
    video, _ = wave()
    view = traces_view(videos=(video,), frame=None, times=np.arange(len(video)))
    still = view.drawn_image.get_array().copy()
    view.show_picture("signal")
    first = np.asarray(shown(view).get_array()).copy()
    key(view, "shift+right")
    assert view.pictures.mode == "signal"
    assert (np.asarray(shown(view).get_array()) != first).any()
    np.testing.assert_array_equal(view.drawn_image.get_array(), still)
    assert difference(view) == 0
    key(view, "+")
    assert shown(view).get_clim()[1] < view.pictures._wave.limit


def test_pixels_without_tissue_have_no_signal():
    video, _ = wave()
    video[:, :8] *= 0.01
    view = traces_view(videos=(video,), frame=0, times=np.arange(len(video)))
    view.show_picture("signal")
    signal = np.asarray(shown(view).get_array())
    assert np.isnan(signal[:8]).all()
    assert np.isfinite(signal[10:]).all()


def test_noise_a_blank_recording_and_one_frame_have_pictures():
    for video in (VIDEO, np.zeros((60, 20, 30)), VIDEO[:1], np.full((60, 20, 30), np.nan)):
        view = traces_view(videos=(video,), frame=None, times=np.arange(len(video)))
        view.show_picture("signal")
        view.show_picture("frame")
        view.show_picture("picture")
        assert view.message.get_text() == view.hint


def test_the_still_picture_is_found_later_if_a_frame_was_asked_for():
    view = traces_view(frame=7)
    view.show_picture("picture")
    np.testing.assert_allclose(view.drawn_image.get_array(), VIDEO.mean(axis=0), rtol=1e-6)


def test_limits_that_were_given_hold_for_frames_and_pictures():
    view = traces_view(frame=None, display={"vmin": 100, "vmax": 300})
    for mode in ("frame", "picture", "frame"):
        view.show_picture(mode)
        assert view.drawn_image.get_clim() == (100, 300)


def test_space_plays_the_signal_by_the_clock_and_stops():
    video, _ = wave()
    view = traces_view(videos=(video,), frame=None, times=np.arange(len(video)))
    key(view, " ")
    assert view.pictures.mode == "signal"
    assert view.playing.is_on
    CLOCK.sleep(1)
    view.playing.tick()
    assert view.frame == 30
    key(view, ">")
    CLOCK.sleep(0.5)
    view.playing.tick()
    assert view.frame == 60
    assert "60 frames per second" in view.message.get_text()
    CLOCK.sleep(2)
    view.playing.tick()
    assert view.frame == (60 + 150 - 30) % 160
    key(view, " ")
    CLOCK.sleep(1)
    view.playing.tick()
    assert view.frame == 20
    assert not view.playing.is_on


def test_a_finished_window_does_not_play_on():
    view = traces_view()
    key(view, " ")
    view.finish()
    CLOCK.sleep(1)
    view.playing.tick()
    assert not view.playing.is_on
