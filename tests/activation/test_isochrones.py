"""Figures of activations: what is drawn, where, and in which units."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap import ArgumentError, ArgumentTypeError
from optimap.activation import compute_velocity_field, show_activation_map, show_activations, show_velocity_field
from tests.errors import check_error

from .waves import elliptical

TIMES = elliptical(30, 2.0, 1.2)[0]


def lines_of(ax):
    from matplotlib.contour import ContourSet

    return [artist for artist in ax.collections if isinstance(artist, ContourSet)]


def test_lines_at_activations():
    ax = show_activations(np.zeros(100), [20, np.nan, 60], fps=500, linecolor="blue", linestyle=":", labels="a")
    assert [line.get_xdata()[0] for line in ax.lines[1:]] == [0.04, 0.12]
    assert ax.lines[1].get_color() == "blue"
    assert ax.get_xlabel() == "Time [s]"
    own = plt.figure().add_subplot()
    assert show_activations(np.zeros(100), [], ax=own) is own


def test_maps_in_frames_and_in_ms():
    ax = show_activation_map(TIMES)
    np.testing.assert_array_equal(ax.images[0].get_array(), TIMES)
    assert ax.images[0].get_clim() == (0, TIMES.max())
    assert ax.figure.axes[1].get_ylabel() == "Activation Time [frames]"
    ax = show_activation_map(TIMES, fps=500, vmin=None, title="beat 3")
    np.testing.assert_array_equal(ax.images[0].get_array(), TIMES * 2)
    assert ax.images[0].get_clim()[0] == TIMES.min() * 2
    assert ax.figure.axes[1].get_ylabel() == "Activation Time [ms]"
    assert ax.get_title() == "beat 3"
    assert len(show_activation_map(TIMES, show_colorbar=False).figure.axes) == 1


def test_isochrones_are_labelled():
    ax = show_activation_map(TIMES, fps=500, show_contours=True, contour_levels=[30, 50, 1000])
    (lines,) = lines_of(ax)
    assert lines.levels.tolist() == [30, 50]
    assert {text.get_text().strip() for text in ax.texts} == {"30 ms", "50 ms"}
    fmt = {"contour_fmt": "%.1f s", "contour_fontsize": 5, "contour_linestyles": "dotted"}
    more = {"contour_args": {"linewidths": 3, "cmap": "turbo", "colors": None}, "contour_label_args": {"colors": "k"}}
    ax = show_activation_map(TIMES, show_contours=True, show_map=False, contour_levels=4, **fmt, **more)
    assert not ax.images
    assert ax.texts[0].get_fontsize() == 5
    assert ax.texts[0].get_text().endswith(" s")


@pytest.mark.parametrize("times", [np.full((5, 5), np.nan), np.full((5, 5), 3.0), np.zeros((1, 5))])
def test_maps_without_isochrones(times):
    assert not lines_of(show_activation_map(times, show_contours=True))
    assert not lines_of(show_activation_map(times, show_contours=True, contour_levels=[100, 200]))


def test_the_anatomy_shows_where_there_is_no_time():
    times = np.where(TIMES > 20, np.nan, TIMES)
    ax = show_activation_map(times, image=np.ones(TIMES.shape))
    behind, above = ax.images
    assert behind.get_cmap().name == "gray"
    assert np.ma.getmaskarray(above.get_array())[TIMES > 20].all()
    assert above.get_cmap()(np.nan)[3] == 0


def test_arrows_over_isochrones():
    velocity = compute_velocity_field(TIMES, fps=500, space_scale=0.1)
    ax = show_velocity_field(velocity, TIMES, fps=500, space_scale=0.1, step=5, key_speed=10, title="beat", vmax=80)
    (arrows,) = [artist for artist in ax.collections if type(artist).__name__ == "Quiver"]
    at = arrows.get_offsets()
    assert at[0].tolist() == [2, 2]
    assert at[1].tolist() == [7, 2]
    np.testing.assert_allclose(arrows.U[0], velocity[2, 2, 0])
    (key,) = [artist for artist in ax.artists if type(artist).__name__ == "QuiverKey"]
    assert key.label == "10 cm/s"
    assert len(lines_of(ax)) == 1
    assert ax.images[0].get_clim() == (TIMES.min() * 2, 80)  # from the earliest time, in ms
    assert show_velocity_field(velocity, TIMES, vmin=0).images[0].get_clim()[0] == 0
    alone = show_velocity_field(velocity, image=np.ones(TIMES.shape))
    assert len(alone.images) == 1
    nothing = show_velocity_field(np.full_like(velocity, np.nan))
    assert not [artist for artist in nothing.collections if type(artist).__name__ == "Quiver"]


@pytest.mark.parametrize(
    ("call", "kind", "argument", "match"),
    [
        (lambda: show_activation_map(TIMES[0]), ArgumentError, "activation_map", "shape"),
        (lambda: show_activation_map(TIMES, fps=0), ArgumentError, "fps", "positive"),
        (lambda: show_activation_map(TIMES, show_contours=1), ArgumentTypeError, "show_contours", "True or False"),
        (lambda: show_activation_map(TIMES, image=TIMES.T), ArgumentError, "image", "size of the map"),
        (lambda: show_activation_map(TIMES, cmap=3), ArgumentError, "cmap", "colour map"),
        (lambda: show_activations([0, 1], [[0]]), ArgumentError, "activations", "shape"),
        (lambda: show_velocity_field(TIMES), ArgumentError, "velocity_field", "shape"),
        (lambda: show_velocity_field(np.ones((4, 4, 2)), TIMES), ArgumentError, "activation_map", "shape"),
        (lambda: show_velocity_field(np.ones((4, 4, 2)), step=0), ArgumentError, "step", "1 or more"),
        (lambda: show_velocity_field(np.ones((4, 4, 2)), key_speed=0), ArgumentError, "key_speed", "positive"),
        (lambda: show_velocity_field(np.ones((4, 4, 2)), levels=3), ArgumentTypeError, "levels", "contour_levels"),
    ],
)
def test_wrong_arguments(call, kind, argument, match):
    check_error(call, kind, argument, match)


def test_keywords_of_isochrones_are_checked_before_a_figure_is_made():
    with pytest.raises(AttributeError, match="nonsense"):
        show_activation_map(TIMES, show_contours=True, contour_args={"nonsense": 3})
    assert not plt.get_fignums()
