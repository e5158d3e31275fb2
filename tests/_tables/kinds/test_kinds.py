"""The list of kinds of tables: suffixes, files, missing extras."""

import sys
from pathlib import Path

import pytest

from optimap._tables import KINDS, SUFFIXES, find_table_kind
from optimap.trace import load_traces, save_traces
from tests._tables.examples import POSITIONS, TRACES
from tests.errors import check_error


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_suffix_chooses_the_kind(suffix):
    for path in (Path(f"t{suffix}"), Path(f"a.b/t.x{suffix.upper()}")):
        assert suffix in find_table_kind(path).suffixes
    assert SUFFIXES.count(suffix) == 1


@pytest.mark.parametrize("name", ["t.xyz", "csv", ".csv", "t"])
def test_other_suffixes_are_an_error(name):
    message = rf"{name}: tables are written as \.csv, \.tsv, .* or \.nwb"
    check_error(lambda: find_table_kind(Path(name)), ValueError, "path", message, Path(name))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_all_files_of_a_table_are_known(tmp_path, kind):
    path = tmp_path / f"t{kind.suffixes[0]}"
    save_traces(path, TRACES, POSITIONS, 500)
    assert sorted(tmp_path.iterdir()) == sorted(kind.outputs(path))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.extra], ids=lambda kind: kind.name)
def test_a_missing_extra_is_named(tmp_path, monkeypatch, kind):
    path = tmp_path / f"t{kind.suffixes[0]}"
    path.touch()
    monkeypatch.setitem(sys.modules, kind.needs[-1], None)
    message = rf"\{kind.suffixes[0]} tables need {kind.needs[-1]}: pip install 'optimap-trace\[{kind.extra}\]'"
    with pytest.raises(ImportError, match=message):
        save_traces(path, TRACES, POSITIONS, 500, overwrite=True)
    with pytest.raises(ImportError, match=message):
        load_traces(path)
    assert path.read_bytes() == b""
