"""Scale bars for time, amplitude and distance, in place of axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap import activation, beats
from optimap.image import show_image
from optimap.phase import detect_phase_singularities, show_phase, show_phase_singularities
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


@pytest.mark.parametrize(
    ("step", "text", "days"),
    [("ms", "200 ms", 0.2 / 86_400), ("s", "2 min", 120 / 86_400), ("m", "4 h", 4 / 24), ("D", "200 d", 200)],
)
def test_axes_of_dates_have_units_of_time(step, text, days):
    ax = show_traces(
        TRACES, x=np.datetime64("2026-11-26T12:00") + np.arange(1000).astype(f"m8[{step}]"), scale_bar=True
    )
    assert bars(ax)[text] == pytest.approx(days)


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


def test_maps_and_beats_have_bars_too():
    y, x = np.mgrid[:20, :50]
    times, phase = x / 2 + y / 9, np.arctan2(y - 4.4, x - 7.3)[np.newaxis]
    known = {"scale_bar": True, "pixel_size": 0.2}
    for show, given in [
        (activation.show_apd_map, {"apd_map": times, "histogram": False}),
        (activation.show_repolarization_map, {"repolarization_map": times}),
        (activation.show_snr_map, {"snr_map": times}),
        (activation.show_dominant_frequency_map, {"frequency_map": times}),
        (activation.show_alternans_map, {"alternans_map": times}),
        (activation.show_activation_map, {"activation_map": times}),
        (show_phase, {"phase": phase}),
        (show_phase_singularities, {"singularities": detect_phase_singularities(phase), "image": times}),
    ]:
        assert "2 mm" in [text.get_text() for text in show(**given, **known).texts], show
        assert "2 mm" not in [text.get_text() for text in show(**given).texts]
        check_error(lambda show=show, given=given: show(**given, scale_bar=2), TypeError, "scale_bar", "scale_bar = 2")
        plt.close("all")
    velocity = activation.compute_velocity_field(times, space_scale=0.2)
    for behind in (times, None):  # the scale of velocities is that of the map
        ax = activation.show_velocity_field(velocity, behind, space_scale=0.2, scale_bar=True)
        assert "2 mm" in [text.get_text() for text in ax.texts]
    ax = activation.show_activations(np.sin(np.arange(50)), [3], fps=100, scale_bar=True)
    assert "100 ms" in bars(ax)
    t = np.arange(600) % 100
    signal = 100 * np.exp(-((t - 40) ** 2) / np.where(t < 40, 20, 200)) + np.random.default_rng(0).normal(size=600)
    found = beats.measure_beats(signal, fps=500)
    assert not beats.show_beats(signal, found, scale_bar=True).xaxis.get_visible()
    ensemble = beats.ensemble_average(signal, found, before=50, after=50)
    assert "20 ms" in [text.get_text() for text in beats.show_ensemble(ensemble, scale_bar=True).texts]


def test_bars_and_names_are_seen_on_dark_figures():
    with plt.style.context("dark_background"):
        ax = show_traces(TRACES, scale_bar=True)
        panel = compare_traces([np.ones((9, 5, 5))] * 2, [(i, 1) for i in range(4)], stack=True)[0]
    assert {text.get_color() for text in (*ax.texts, *panel.texts)} == {"white"}
    assert all(patch.get_edgecolor() == (1, 1, 1, 1) for patch in (*ax.patches, *panel.patches))
