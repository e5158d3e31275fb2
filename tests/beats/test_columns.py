"""Names, units and reasons of columns, by way of the table."""

import numpy as np
import pytest

from optimap.beats import measure_beats
from tests.beats.examples import action_potentials, with_noise


@pytest.fixture
def signal():
    return with_noise(action_potentials(), 20)


def test_the_order_of_columns(signal):
    table = measure_beats(signal, fps=1000, levels=(50, 75.5), names="a", positions=(1, 2))
    assert list(table) == [
        "series", "name", "x", "y", "beat", "activation_ms", "baseline", "peak", "time_to_peak_ms", "amplitude", "snr",
        "apd50_ms", "apd75.5_ms", "rise_10_90_ms", "dvdt_max_per_s", "tau_ms", "cycle_length_ms",
        "di50_ms", "di75.5_ms", "why",
    ]  # fmt: skip


def test_without_levels(signal):
    table = measure_beats(signal, levels=())
    assert not [name for name in table if name.startswith(("apd", "di"))]
    assert np.isfinite(table["amplitude"]).all()


def test_reasons_name_their_columns_unless_it_is_all_of_them(signal):
    table = measure_beats(np.stack([signal, 0 * signal], axis=1), polarity="up")
    assert table["why"][-1] == "no beat was found"
    assert "cycle_length, di30, di50, di80" in table["why"][9]
    assert table["why"][0] == ""


def test_the_limit_is_part_of_the_reason(signal):
    assert "the amplitude is below 33.5 times the noise" in measure_beats(signal, min_snr=33.5)["why"][0]
