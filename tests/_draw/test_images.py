"""The contrast of images below positions, regions and maps: what a hot pixel does, and what the user says."""

import numpy as np
import pytest
from matplotlib.colors import LogNorm

from optimap.activation import show_apd_map
from optimap.image import show_image
from optimap.trace import show_positions, show_positions_and_traces, show_regions

HEART = np.random.default_rng(0).uniform(100, 200, (40, 50))
HOT = HEART.copy()
HOT[3, 4] = 60000
MASK = np.zeros((40, 50), bool)
MASK[3, 4] = True

DRAWN = {
    "image": lambda image, **limits: show_image(image, **limits),
    "positions": lambda image, **limits: show_positions([(1, 2)], image, **limits),
    "regions": lambda image, **limits: show_regions(MASK, image, **limits),
    "positions and traces": lambda image, **limits: show_positions_and_traces(np.zeros(5), (1, 2), image, **limits)[0],
    "map": lambda image: show_apd_map(np.full((40, 50), np.nan), image, histogram=False),
}


def limits(ax):
    """Return the values at the ends of the colours."""
    ax.figure.draw_without_rendering()
    return ax.images[0].get_clim()


@pytest.mark.parametrize("draw", DRAWN.values(), ids=list(DRAWN))
def test_a_hot_pixel_does_not_turn_the_heart_black(draw):
    low, high = limits(draw(HOT))
    assert 100 <= low < 105
    assert 195 < high <= 200
    np.testing.assert_array_equal(draw(HOT).images[0].get_array(), HOT)


@pytest.mark.parametrize("draw", list(DRAWN.values())[:-1], ids=list(DRAWN)[:-1])
def test_explicit_limits_win(draw):
    assert limits(draw(HOT, vmin=0, vmax=60000)) == (0, 60000)
    low, high = limits(draw(HOT, vmin=0))
    assert low == 0
    assert high < 201
    assert limits(draw(HOT, vmin=300)) == (300, 300)
    assert limits(draw(HOT, vmax=50)) == (50, 50)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=list(DRAWN))
@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf, "masked"])
def test_missing_values_do_not_matter(draw, hole):
    image = np.ma.masked_array(HOT, mask=HOT > 150) if hole == "masked" else np.where(HOT > 150, hole, HOT)
    low, high = limits(draw(image))
    assert 100 <= low < high <= 150


@pytest.mark.parametrize("draw", DRAWN.values(), ids=list(DRAWN))
def test_images_without_contrast_are_drawn(draw):
    for image in (
        np.full((40, 50), 7),
        np.full((40, 50), np.nan),
        np.ma.masked_array(np.zeros((40, 50)), True),
        MASK,
        np.zeros((40, 50, 3)),
    ):
        draw(image).figure.canvas.draw()


def test_masks_few_pixels_and_norms():
    assert limits(show_image(MASK)) == (0, 1)
    assert limits(show_image(MASK.astype(np.uint16) * 9)) == (0, 9)
    assert limits(show_image(HOT, norm=LogNorm(50, 70000))) == (50, 70000)


@pytest.mark.parametrize(
    ("kwargs", "ends"),
    [({}, "both"), ({"vmin": 0}, "max"), ({"vmax": 1e5}, "min"), ({"vmin": 0, "vmax": 1e5}, "neither")],
)
def test_the_colour_bar_shows_that_there_are_values_beyond(kwargs, ends):
    ax = show_image(HOT, show_colorbar=True, **kwargs)
    assert ax.images[0].colorbar.extend == ends
