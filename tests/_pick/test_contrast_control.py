"""The contrast of windows: one hot pixel does not turn the tissue black, and keys and a slider change it."""

import numpy as np
import pytest

from optimap._draw import contrast_limits
from tests._pick.views import VIDEO, difference, key, pixels, positions_view, traces_view

HOT = VIDEO[0].copy()
HOT[3, 4] = 60_000


def test_the_tissue_is_visible_despite_a_hot_pixel():
    view = positions_view(image=HOT)
    assert view.drawn_image.get_clim() == contrast_limits(HOT)
    assert view.drawn_image.get_clim()[1] < 1000


@pytest.mark.parametrize("make", [positions_view, traces_view])
def test_keys_change_the_contrast_around_its_middle_and_back(make):
    view = make()
    first = view.drawn_image.get_clim()
    key(view, "+")
    low, high = view.drawn_image.get_clim()
    assert high - low == pytest.approx(0.8 * (first[1] - first[0]))
    assert low + high == pytest.approx(sum(first))
    assert view.contrast.slider.val == pytest.approx((low, high))
    key(view, "-")
    assert view.drawn_image.get_clim() == pytest.approx(first)
    key(view, "-")
    assert view.drawn_image.get_clim()[0] < first[0]
    key(view, "0")
    assert view.drawn_image.get_clim() == first
    assert difference(view) == 0


def test_the_slider_sets_black_and_white():
    view = positions_view()
    before = pixels(view)
    view.contrast.slider.set_val((300, 400))
    assert view.drawn_image.get_clim() == (300, 400)
    assert (pixels(view) != before).any()
    assert difference(view) == 0
    view.contrast.slider.set_val((350, 350))
    low, high = view.drawn_image.get_clim()
    assert low < high


def test_limits_that_were_given_are_kept():
    view = positions_view(display={"vmin": 5, "vmax": 700})
    assert view.drawn_image.get_clim() == (5, 700)
    key(view, "+")
    key(view, "0")
    assert view.drawn_image.get_clim() == (5, 700)
    assert positions_view(display={"vmin": 5}).drawn_image.get_clim() == (5, contrast_limits(VIDEO[0])[1])


@pytest.mark.parametrize("image", [np.zeros((20, 30, 3)), np.full((20, 30), 4.0), np.full((20, 30), np.nan)])
def test_pictures_without_a_range_have_no_slider(image):
    view = positions_view(image=image)
    assert not view.contrast.ax.get_visible()
    key(view, "+")  # without an effect


def test_a_frame_that_replaces_a_blank_one_gets_a_slider():
    video = VIDEO.copy()
    view = traces_view(videos=(video,), frame=None)
    view.show_frame(5)
    assert view.contrast.ax.get_visible()
    assert view.contrast.limits == contrast_limits(video[5])
