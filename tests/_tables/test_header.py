"""The header of a table is parsed once: what is missing, wrong or contradicts the arrays is an error that names it."""

import json
from pathlib import Path

import numpy as np
import pytest

from optimap._cli import main
from optimap._tables import SUFFIXES, load_columns, load_header, save_columns
from optimap.beats import load_beats
from optimap.trace import load_traces, save_traces
from tests.errors import check_error

TRACES = np.arange(12, dtype=np.int16).reshape(6, 2)
MISSING = object()
MARKER, BEATS = "optimap_trace_table", "optimap_beat_table"
# What is wrong, and the field that the error names.
WRONG = [
    ({"written_by": 3}, "written_by"),
    ({"dtype": "object"}, "dtype"),
    ({"dtype": "floaty"}, "dtype"),
    ({"dtype": ["int16"]}, "dtype"),
    ({"shape": 3}, "shape"),
    ({"shape": []}, "shape"),
    ({"shape": [6, 2, 1]}, "shape"),
    ({"shape": [-6, 2]}, "shape"),
    ({"shape": [6.0, 2]}, "shape"),
    ({"shape": [True, 2]}, "shape"),
    ({"axis": "seconds"}, "axis"),
    ({"axis": ["time_s"]}, "axis"),
    ({"axis_dtype": "M8[s]"}, "axis_dtype"),
    ({"axis_dtype": None}, "axis_dtype"),
    *(({"fps": fps}, "fps") for fps in (0, -5, float("nan"), float("inf"), True, "500", [500], 10**400)),
    ({"fps": None}, "fps"),  # the axis is in seconds
    ({"axis": "frame"}, "fps"),
    ({"names": "ab"}, "names"),
    ({"names": [1, 2]}, "names"),
    ({"names": ["a"]}, "names"),
    ({"names": ["a", "b", "c"]}, "names"),
    ({"positions": [[1, 2]]}, "positions"),
    ({"positions": [[1, 2], [3]]}, "positions"),
    ({"positions": [[1, 2], [3, "4"]]}, "positions"),
    ({"positions": [[1, 2], [3, float("nan")]]}, "positions"),
    ({"positions": {"x": 1}}, "positions"),
    ({"tidy": 0}, "tidy"),
    ({"tidy": "no"}, "tidy"),
    ({"metadata": None}, "metadata"),
    ({"metadata": "none"}, "metadata"),
    ({"metadata": []}, "metadata"),
    ({MARKER: "1"}, MARKER),
    ({MARKER: True}, MARKER),
    *(
        ({name: MISSING}, name)
        for name in (
            *("written_by", "dtype", "shape", "axis", "axis_dtype", "fps", "names", "positions", "tidy", "metadata"),
        )
    ),
]


def changed(header, changes):
    """Return a header with other fields, and without those that are missing."""
    return {key: value for key, value in {**header, **changes}.items() if value is not MISSING}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes a table with a header that other programs have changed."""
    real = json.dumps

    def dumps(value, **options):
        is_header = isinstance(value, dict) and (MARKER in value or BEATS in value)
        return real(changed(value, dumps.changes) if is_header else value, **options)

    def save(suffix, changes, traces=TRACES, **options):
        path, dumps.changes = tmp_path / f"table{suffix}", changes
        with monkeypatch.context() as patched:
            patched.setattr(json, "dumps", dumps)
            if isinstance(traces, dict):
                save_columns(path, traces, 500.0, {}, False)
            else:
                save_traces(path, traces, **{"fps": 500, "positions": [(1, 2), (3, 4)], **options})
        sidecar = path.with_name(f"{path.name}.json")
        if sidecar.exists():
            sidecar.write_text(json.dumps(changed(json.loads(sidecar.read_text()), changes)))
        return path

    return save


def check(path, field, *calls):
    """Assert that calls raise an error that names the file and a field."""
    for call in calls:
        message = rf"{path.name}(\.json)? has a damaged header, in which '{field}' "
        check_error(lambda call=call: call(path), ValueError, "path", message)


@pytest.mark.parametrize(("changes", "field"), WRONG)
@pytest.mark.parametrize("suffix", [".csv", ".npz"])
def test_a_field_that_is_wrong_is_named(write, suffix, changes, field):
    path = write(suffix, changes)
    check(path, field, load_traces, load_header)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("changes", "field"), [({"fps": -5}, "fps"), ({"metadata": MISSING}, "metadata")])
def test_every_kind_of_file_checks_its_header(write, capsys, suffix, changes, field):
    path = write(suffix, changes)
    check(path, field, load_traces, load_header)
    assert main(["info", str(path)]) == 2
    _, err = capsys.readouterr()
    assert field in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_shape_that_contradicts_the_arrays(write, suffix):
    """Believed, it would scramble the values: the same numbers have the shape (2, 6), too."""
    path = write(suffix, {"shape": [2, 6], "positions": None})
    check_error(lambda: load_traces(path), ValueError, "path", rf"{path.name}")


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix not in (".csv", ".tsv", ".xlsx", ".nwb")])
def test_a_type_that_contradicts_the_arrays(write, suffix):
    check(write(suffix, {"dtype": "int8"}, TRACES + 1000), "dtype", load_traces)


def test_a_rate_that_contradicts_the_axis(write):
    check(write(".h5", {"fps": 400.0}), "fps", load_traces)


def test_digits_are_rounded_to_the_type_that_was_saved(write):
    values = np.array([[0.1, 1], [1e-30, 2]], np.float32)
    path = write(".csv", {}, values)
    assert np.array_equal(load_traces(path).traces, values)


@pytest.mark.parametrize("suffix", [".h5", ".npz", ".mat", ".parquet", ".xlsx", ".nc", ".csv"])
@pytest.mark.parametrize("text", ["", "[", "[]", "3", "null", "[" * 100_000, '"text"'])
def test_a_header_that_is_no_object(tmp_path, monkeypatch, suffix, text):
    path, real = tmp_path / f"table{suffix}", json.dumps
    with monkeypatch.context() as patched:
        is_header = lambda value: isinstance(value, dict) and MARKER in value  # noqa: E731
        patched.setattr(json, "dumps", lambda value, **rest: text if is_header(value) else real(value, **rest))
        save_traces(path, TRACES, fps=500)
    if suffix == ".csv":
        Path(f"{path}.json").write_text(text)
    for call in (load_traces, load_header):
        check_error(lambda call=call: call(path), ValueError, "path", path.name)


BEAT_COLUMNS = {"series": np.array([0, 1]), "beat": np.array([0, 0]), "apd80_ms": np.array([54.25, np.nan])}
STATED = {"series": "int64", "beat": "int64", "apd80_ms": "float64"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rows": "2"}, "rows"),
        ({"rows": -1}, "rows"),
        ({"rows": MISSING}, "rows"),
        ({"columns": []}, "columns"),
        ({"columns": {**STATED, "beat": ["int64"]}}, "columns"),
        ({"columns": {**STATED, "beat": "date"}}, "columns"),
        ({"fps": 0}, "fps"),
        ({"fps": True}, "fps"),
        ({"fps": MISSING}, "fps"),
        ({"metadata": 3}, "metadata"),
        ({"metadata": MISSING}, "metadata"),
        ({"written_by": 3}, "written_by"),
        ({BEATS: None}, BEATS),
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tables_of_beats_check_their_header_too(write, capsys, suffix, changes, field):
    path = write(suffix, changes, BEAT_COLUMNS)
    check(path, field, load_columns, load_beats)
    assert main(["info", str(path)]) == 2
    err = capsys.readouterr().err
    assert field in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_columns_that_contradict_the_header(write, suffix):
    check_error(lambda: load_beats(write(suffix, {"rows": 7}, BEAT_COLUMNS)), ValueError, "path", "was changed")


@pytest.mark.parametrize("suffix", [".h5", ".npz", ".parquet", ".nc"])
def test_a_type_of_a_column_that_contradicts_the_file(write, suffix):
    check(write(suffix, {"columns": {**STATED, "beat": "float64"}}, BEAT_COLUMNS), "columns", load_beats)
