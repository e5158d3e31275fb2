"""Units of time and length, and frame rates from intervals."""

import pytest

from optimap.video.units import MM, SECONDS, known_rate, rate


@pytest.mark.parametrize(
    ("interval", "stated", "expected"),
    [
        (0.002, None, 500.0),
        (1 / 3, None, 3.0),  # without the rounding of the interval
        (0.003, None, 1 / 0.003),
        (0.002, 500, 500.0),
        (1 / 29.97, 29.97, 29.97),
        (0.002, 7, 500.0),  # a playback speed
        (0.002, "fast", 500.0),
        (0.0, 500, None),
        (-1.0, None, None),
    ],
)
def test_rates(interval, stated, expected):
    assert rate(interval, stated) == expected


@pytest.mark.parametrize("number", [29.97, 333.3, 1000 / 3, 123.456, 5000.0, 0.1])
def test_a_rate_survives_its_interval(number):
    assert rate(1 / number) == pytest.approx(number, rel=1e-15)


def test_both_letters_that_look_like_a_micro_sign_are_known():
    assert MM["\N{MICRO SIGN}m"] == MM["\N{GREEK SMALL LETTER MU}m"] == MM["um"] == MM["micrometer"]
    assert SECONDS["\N{MICRO SIGN}s"] == SECONDS["\N{GREEK SMALL LETTER MU}s"] == SECONDS["us"]


@pytest.mark.parametrize("number", [1e308, 1e-308, 5e-324, "1e200", "1e-200"])
def test_rates_whose_times_leave_the_range_of_doubles_are_unknown(number):
    assert known_rate(number) is None
