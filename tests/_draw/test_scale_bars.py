"""Scale bars for time, amplitude and distance, in place of axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap.image import show_image
from optimap.trace import compare_traces, show_positions, show_positions_and_traces, show_regions, show_traces
from tests.errors import check_error

TRACES = np.linspace(0, 100, 1000)[:, None] * np.ones(3)


def bars(ax):
    """Return the length of each bar in data coordinates, by its text."""
    ax.figure.canvas.draw()
    found = {}
    for text, bar in zip((text for text in ax.texts if text.get_text()), ax.patches, strict=True):
        found[text.get_text()] = bar.get_width() or bar.get_height()
    return found


@pytest.mark.parametrize(
    ("kwargs", "wanted"),
    [
        ({"fps": 1000}, {"200 ms": 0.2, "20 a.u.": 20}),
        ({"fps": 100}, {"2 s": 2, "20 a.u.": 20}),
        ({}, {"200 frames": 200, "20 a.u.": 20}),
        ({"x": np.arange(1000) * 1e-3}, {"0.2": 0.2, "20 a.u.": 20}),
    ],
)
def test_bars_have_round_lengths_with_units(kwargs, wanted):
    ax = show_traces(TRACES, scale_bar=True, **kwargs)
    assert bars(ax) == pytest.approx(wanted)
    assert not any(spine.get_visible() for spine in ax.spines.values())
    assert not ax.xaxis.get_visible()


def test_the_unit_of_the_axis_is_that_of_the_bar():
    ax = show_traces(TRACES / 1000, fps=1000, scale_bar=True)
    ax.set_ylabel("ΔF/F")
    ax.set_xlabel("Time [min]")
    assert bars(ax) == pytest.approx({"0.2 min": 0.2, "0.02 ΔF/F": 0.02})


def test_bars_follow_the_view():
    ax = show_traces(TRACES, fps=1000, scale_bar=True)
    ax.set_xlim(0, 0.1)
    assert bars(ax)["20 ms"] == pytest.approx(0.02)


def test_the_amplitude_of_stacked_traces():
    ax = show_traces(np.sin(np.arange(100))[:, None] * np.ones(20), fps=100)
    ax.figure.canvas.draw()
    assert ax.texts[-1].get_text() == "2 a.u."
    assert ax.patches[0].get_height() == 2
    assert ax.get_xlabel() == "Time [s]"


@pytest.mark.parametrize(
    ("pixel_size", "wanted"), [(0.2, {"2 mm": 10}), (0.01, {"100 µm": 10}), (None, {"10 pixels": 10})]
)
def test_lengths_of_images(pixel_size, wanted):
    image = np.zeros((20, 50))
    for ax in (
        show_image(image, scale_bar=True, pixel_size=pixel_size),
        show_positions([(1, 2)], image, scale_bar=True, pixel_size=pixel_size),
        show_regions(image == 0, image, names=False, scale_bar=True, pixel_size=pixel_size),
        show_positions_and_traces(np.zeros((5, 20, 50)), [(3, 4)], scale_bar=True, pixel_size=pixel_size)[0],
    ):
        assert bars(ax) == pytest.approx(wanted)
        assert ax.patches[0].get_x() + ax.patches[0].get_width() == 49.5  # ends at the right edge


def test_a_recording_states_its_pixel_size():
    class Video:
        shape, dtype, ndim, pixel_size = (4, 20, 50), np.dtype(float), 3, 0.2

        def __getitem__(self, key):
            return np.zeros(self.shape)[key]

    ax, _ = show_positions_and_traces(Video(), [(3, 4)], scale_bar=True)
    assert bars(ax) == {"2 mm": 10}


def test_panels_share_the_bar_of_time():
    axs = compare_traces([np.ones((100, 5, 5))] * 2, [(1, 1), (2, 2)], fps=100, scale_bar=True)
    assert [len(ax.patches) for ax in axs] == [1, 2]


@pytest.mark.parametrize(
    ("kwargs", "error", "argument"),
    [
        ({"scale_bar": 1}, TypeError, "scale_bar"),
        ({"pixel_size": 0}, ValueError, "pixel_size"),
        ({"pixel_size": "wide"}, ValueError, "pixel_size"),
    ],
)
def test_wrong_lengths_are_refused(kwargs, error, argument):
    image = np.zeros((5, 5))
    for call in (
        lambda: show_image(image, **kwargs),
        lambda: show_positions([(1, 1)], image, **kwargs),
        lambda: show_regions(image == 0, image, **kwargs),
        lambda: show_positions_and_traces(np.zeros((5, 5, 5)), [(1, 1)], **kwargs),
    ):
        check_error(call, error, argument, argument)
    assert not plt.get_fignums()
