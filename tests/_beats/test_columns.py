"""Names of columns, with and without their units."""

import pytest

from optimap._beats import in_words, with_unit, without_unit


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("apd80_ms", "APD80"),
        ("catd50_frames", "CaTD50"),
        ("di33.5_ms", "DI33.5"),
        ("cv_cm_per_s", "CV"),
        ("snr", "SNR"),
        ("dvdt_max_per_frame", "dV/dt max"),
        ("rise_10_90_ms", "rise 10 90"),
        ("activation_ms", "activation"),
    ],
)
def test_as_people_write_it(name, written):
    assert in_words(name) == written


@pytest.mark.parametrize(("kind", "fps"), [("time", 500.0), ("time", None), ("per time", 500.0), ("per time", None)])
def test_units_are_taken_off_again(kind, fps):
    assert without_unit(with_unit("tau", kind, fps)) == "tau"
