"""Text tables of any country: shared by positions and shapes."""

from hypothesis import given
from hypothesis import strategies as st

from optimap._regions import read_positions

PLACES = st.lists(st.tuples(st.floats(-9999, 9999), st.floats(-9999, 9999)), min_size=1, max_size=5)


@given(PLACES, st.sampled_from([";", "\t"]), st.booleans(), st.sampled_from(["", "sep=", "\ufeff"]))
def test_any_number_is_read_exactly_in_european_spelling(tmp_path_factory, places, delimiter, header, before):
    path = tmp_path_factory.mktemp("d") / "p.csv"
    rows = [delimiter.join(repr(value).replace(".", ",") for value in place) for place in places]
    start = before + delimiter + "\n" if before == "sep=" else before
    path.write_text(start + (f"x{delimiter}y\n" if header else "") + "\n".join(rows), encoding="utf-8")
    assert read_positions(path) == places


@given(PLACES, st.sampled_from([",", ";", "\t"]))
def test_any_number_is_read_exactly_with_decimal_points(tmp_path_factory, places, delimiter):
    path = tmp_path_factory.mktemp("d") / "p.csv"
    path.write_text(f"y{delimiter}x\n" + "\n".join(f"{y!r}{delimiter}{x!r}" for x, y in places))
    assert read_positions(path) == places
