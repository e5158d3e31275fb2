"""The arguments of save_traces, to_xarray and to_dataframe: whatever extract_traces accepts, and wrong ones."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from optimap.trace import extract_traces, load_traces, regions, save_traces, to_dataframe, to_xarray
from tests._tables.examples import CENTERS, NAMES, POSITIONS, TRACES, two_regions
from tests.errors import check_error

ITSELF = {}
ITSELF["me"] = ITSELF
LIST = []
LIST.append(LIST)
FRAME = (10, 12)
MASK = np.zeros(FRAME, bool)
MASK[1, 2:4] = True
LABELS = np.zeros(FRAME, int)
LABELS[1, 2:4], LABELS[8, 7] = 2, 5
TRIANGLES = [[(0, 0), (4, 0), (0, 4)], [(5, 5), (9, 5), (9, 9)]]
TWO = TRACES[:, :2]


def save(path, traces, **arguments):
    save_traces(path, traces, **arguments)


def as_array(path, traces, **arguments):
    to_xarray(traces, **arguments)


def as_frame(path, traces, **arguments):
    to_dataframe(traces, **arguments)


WRONG = [
    ({"traces": np.zeros((2, 3, 4))}, ValueError, "traces", r"traces has shape \(2, 3, 4\): give one trace \(T,\) or"),
    ({"traces": ["a"]}, TypeError, "traces", "traces has dtype <U1: give integers or floats"),
    ({"traces": [1j]}, TypeError, "traces", "traces has dtype complex128"),
    ({"traces": [[1, 2], [3]]}, ValueError, "traces", "traces is ragged, because its rows differ in length"),
    ({"traces": {"a": [1]}}, TypeError, "traces", r"is a dict: give numpy.column_stack\(list\(traces.values\(\)\)\)"),
    ({"names": 3}, TypeError, "names", "names = 3: give text, or a sequence of text"),
    ({"names": list("abcd")}, ValueError, "names", r"4 entries for 3 traces: .* traces.T if the shape \(4, 3\)"),
    ({"names": ["a"]}, ValueError, "names", "names has 1 entry for 3 traces: give one for each trace$"),
    ({"names": ["a", "b", 3]}, TypeError, "names[2]", r"names\[2\] = 3 is not text"),
    ({"names": ["a", "b", "\ud800"]}, ValueError, "names[2]", r"names\[2\] = '\\ud800' contains half a character"),
    ({"names": {"a", "b", "c"}}, TypeError, "names", "names is a set, which has no order"),
    ({"metadata": [1]}, TypeError, "metadata", r"metadata = \[1\]: give a dict"),
    ({"metadata": {"a": {1: 2}}}, TypeError, "metadata['a']", r"metadata\['a'\] has the key 1, which is not text"),
    (
        {"metadata": {"a": {"b": [1, {2}]}}},
        TypeError,
        "metadata['a']['b'][1]",
        r"\[1\] = \{2\} is of type set: give text",
    ),
    ({"metadata": {"a": date(2024, 5, 17)}}, TypeError, "metadata['a']", r"of type date: give str\(metadata\['a'\]\)"),
    ({"metadata": {"a": Path("a")}}, TypeError, "metadata['a']", r"type \w+Path: give str\(metadata\['a'\]\)"),
    (
        {"metadata": {"a": np.float32(np.nan)}},
        ValueError,
        "metadata['a']",
        r"metadata\['a'\] = nan is not finite: give",
    ),
    (
        {"metadata": ITSELF},
        ValueError,
        "metadata" + "['me']" * 31,
        r"\['me'\]\.\.\. is nested more than 30 levels deep",
    ),
    (
        {"metadata": {"a": LIST}},
        ValueError,
        "metadata['a']" + "[0]" * 30,
        r"\[0\].* is nested more than 30 levels deep",
    ),
    ({"fps": 500, "x": [1, 2, 3, 4]}, ValueError, "fps", "x and fps = 500 are both given: give one of them"),
    ({"fps": 0}, ValueError, "fps", "fps = 0: it must be a positive number"),
    ({"x": [1, 2]}, ValueError, "x", r"x has shape \(2,\): give one value for each of 4 frames"),
    ({"x": [[1], [2, 3]]}, ValueError, "x", "x cannot be read as an array: give one value for each of 4 frames"),
    ({"x": [1, 2, 3, np.nan]}, ValueError, "x", "x holds NaN or infinity: give each frame"),
    ({"x": np.zeros(4, "M8[s]")}, TypeError, "x", r"x has dtype datetime64\[s\]: give real numbers"),
    ({"positions": [(1, 2)]}, ValueError, "positions", "positions has 1 entry for 3 traces"),
    ({"positions": two_regions()}, ValueError, "positions", "positions has 2 entries for 3 traces"),
    ({"regions": two_regions()}, ValueError, "regions", "regions has 2 entries for 3 traces"),
    ({"regions": [(1, 2)], "traces": TWO}, ValueError, "regions", "regions has 1 entry for 2 traces"),
    ({"regions": MASK, "traces": TRACES[:, :0]}, ValueError, "regions", "regions has 1 entry for 0 traces"),
]


@pytest.mark.parametrize("function", [save, as_array, as_frame])
@pytest.mark.parametrize(("arguments", "kind", "argument", "message"), WRONG)
def test_wrong_arguments_are_named_before_any_work(tmp_path, function, arguments, kind, argument, message):
    arguments = {"traces": TRACES, **arguments}
    error = check_error(lambda: function(tmp_path / "t.csv", **arguments), kind, argument, message)
    if argument in arguments:
        assert error.value is arguments[argument]
    assert not list(tmp_path.iterdir())


# Errors that `_regions` raises for what cannot be positions or regions.
@pytest.mark.parametrize("name", ["positions", "regions"])
@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"a": (1, 2)}, TypeError, "NAME is a dict: give its values, "),
        ({(1, 2), (3, 4), (5, 6)}, TypeError, "NAME is a set, which has no order"),
        ([(1, 2, 3)] * 3, ValueError, r"NAME\[0\] = \(1, 2, 3\) has 3 numbers"),
        ([(1, 2), (3, np.nan), (5, 6)], ValueError, r"NAME\[1\] = \(x=3.0, y=nan\) is not finite"),
        (3, TypeError, "NAME = 3"),
        (np.zeros((3, 4), bool), ValueError, "NAME: region 0 .* is empty"),
        ("missing.zip", FileNotFoundError, "missing.zip does not exist"),
    ],
)
def test_wrong_places_are_named(tmp_path, name, given, kind, message):
    traces = TRACES[:, :1] if isinstance(given, np.ndarray) else TRACES
    for function in (save, as_array, as_frame):
        with pytest.raises(kind, match=message.replace("NAME", name)):
            function(tmp_path / "t.csv", traces, **{name: given})
    assert not list(tmp_path.iterdir())


def written(folder, name, array):
    np.save(folder / name, array)
    return folder / name


PLACES = {
    "regions": lambda folder: two_regions(),
    "mask": lambda folder: MASK,
    "masks": lambda folder: [MASK, MASK[::-1]],
    "labels": lambda folder: LABELS,
    "polygons": lambda folder: TRIANGLES,
    "file of labels": lambda folder: written(folder, "labels.npy", LABELS),
    "file as text": lambda folder: str(written(folder, "labels.npy", LABELS)),
}


@pytest.mark.parametrize("argument", ["positions", "regions"])
@pytest.mark.parametrize("kind", list(PLACES))
def test_places_of_any_kind_bring_names_and_centres(tmp_path, argument, kind):
    given = PLACES[kind](tmp_path)
    expected = given if kind == "regions" else regions(given)
    video = np.random.default_rng(0).normal(size=(4, *FRAME))
    traces = extract_traces(video, given)  # accepts the same
    save_traces(tmp_path / "t.npz", traces, fps=500, **{argument: given})
    table = load_traces(tmp_path / "t.npz")
    assert table.names == expected.names
    np.testing.assert_array_equal(table.positions, expected.centers())
    array = to_xarray(traces, **{argument: given})
    np.testing.assert_array_equal(np.atleast_1d(array["x"]), expected.centers()[:, 0])
    assert list(to_dataframe(traces, **{argument: given})) == expected.names


@pytest.mark.parametrize("argument", ["positions", "regions"])
def test_positions_are_places_too(tmp_path, argument):
    (tmp_path / "positions.csv").write_text("x,y\n12,16\n3.5,0\n0,2.25\n")
    for given in (POSITIONS, np.array(POSITIONS), iter(POSITIONS), tmp_path / "positions.csv"):
        save_traces(tmp_path / "t.npz", TRACES, overwrite=True, **{argument: given})
        table = load_traces(tmp_path / "t.npz")
        assert (table.names, table.positions.tolist()) == (None, [list(map(float, place)) for place in POSITIONS])


def test_names_and_positions_that_are_given_win_over_those_of_regions(tmp_path):
    path = tmp_path / "t.npz"
    save_traces(path, TWO, [(0, 0), (1, 1)], names=["a", "b"], regions=two_regions())
    assert (load_traces(path).names, load_traces(path).positions.tolist()) == (["a", "b"], [[0, 0], [1, 1]])
    save_traces(path, TWO, LABELS, regions=two_regions(), overwrite=True)
    assert load_traces(path).names == ["ring", "dot"]
    np.testing.assert_array_equal(load_traces(path).positions, regions(LABELS).centers())


def test_regions_of_a_loaded_table_replace_nothing(tmp_path):
    save_traces(tmp_path / "t.npz", TWO, POSITIONS[:2], names=NAMES[:2])
    save_traces(tmp_path / "again.npz", load_traces(tmp_path / "t.npz"), regions=two_regions())
    table = load_traces(tmp_path / "again.npz")
    assert (table.names, table.positions.tolist()) == (["a", "b"], [[12, 16], [3.5, 0]])
    save_traces(tmp_path / "moved.npz", load_traces(tmp_path / "t.npz"), positions=two_regions())
    assert load_traces(tmp_path / "moved.npz").positions.tolist() == CENTERS


def test_metadata_of_numpy_becomes_plain(tmp_path):
    save_traces(tmp_path / "t.npz", [1], metadata={"a": np.arange(3), "b": np.float32(0.5), "c": (1, np.True_)})
    assert load_traces(tmp_path / "t.npz").metadata == {"a": [0, 1, 2], "b": 0.5, "c": [1, True]}


def test_masked_values_become_nan(tmp_path):
    save_traces(tmp_path / "t.npz", np.ma.masked_greater(np.arange(6).reshape(3, 2), 4))
    np.testing.assert_array_equal(load_traces(tmp_path / "t.npz").traces, [[0, 1], [2, 3], [4, np.nan]])


def test_following_the_advice_for_a_dict_works():
    traces = {"a": [1, 2], "b": [3, 4]}
    frame = to_dataframe(np.column_stack(list(traces.values())), names=list(traces))
    assert (list(frame), frame.to_numpy().tolist()) == (["a", "b"], [[1, 3], [2, 4]])
