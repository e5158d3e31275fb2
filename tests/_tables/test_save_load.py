"""save_traces and load_traces: round trips for every kind; errors before any work; whole files or none."""

import errno
import os
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings

from optimap._base import NoRoomError
from optimap._tables import SUFFIXES, check_table, find_table_kind, is_table, load_header
from optimap.trace import load_traces, save_traces, show_traces
from tests import arrays
from tests._tables.examples import (
    CENTERS,
    POSITIONS,
    SINGLE_PRECISION,
    TRACES,
    Stop,
    assert_same,
    tables,
    two_regions,
)
from tests.errors import check_error


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix not in (".hdf5", ".nwb")])
@settings(max_examples=25)
@given(given=tables())
def test_saved_tables_are_loaded_unchanged(tmp_path_factory, suffix, given):
    path = tmp_path_factory.mktemp("tables") / f"t{suffix}"
    save_traces(path, **given)
    assert_same(load_traces(path), **given)


@settings(max_examples=10)
@given(given=tables(archive=True))
def test_an_archive_is_loaded_as_it_was_saved(tmp_path_factory, given):
    path = tmp_path_factory.mktemp("tables") / "t.nwb"
    save_traces(path, **given)
    assert_same(load_traces(path), **given)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_with_everything(tmp_path, suffix):
    path = tmp_path / f"t{suffix.upper()}"
    given = {
        "names": ["心房", "=1+1", 'a, "b"\nc'],
        "metadata": {"drug": None, "dose": {"mg": 2.5, "times": [1, 2]}, "notes": 'é "x"', "size": 5, "window": "disc"},
    }
    save_traces(path, TRACES, POSITIONS, 333.3, **given)
    assert_same(load_traces(path), TRACES, POSITIONS, 333.3, **given)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_that_are_difficult_for_files(tmp_path, suffix):
    names = [
        "\r",
        "a\r\nb",
        "\t",
        " a ",
        "'",
        '"',
        ";",
        "=SUM(A1:A3)",
        "#N/A",
        "\x00",
        "\x1b",
        "\ufffe",
        "🫀",
        "nan",
        "1",
    ]
    for tidy in {False, find_table_kind(tmp_path / f"t{suffix}").tidy}:
        traces = np.arange(3.0 * len(names)).reshape(3, -1)
        save_traces(tmp_path / f"t{suffix}", traces, [(1, 2)] * len(names), 5, names=names, tidy=tidy, overwrite=True)
        table = load_traces(tmp_path / f"t{suffix}")
        assert table.names == names
        np.testing.assert_array_equal(table.traces, traces)


@pytest.mark.parametrize("suffix", [s for s in SUFFIXES if s not in (".xlsx", ".nwb")])
def test_thousands_of_traces(tmp_path, suffix):
    """Headers of more than 64 kB, more than an attribute of HDF5 can hold."""
    path = tmp_path / f"t{suffix}"
    traces = np.random.default_rng(0).normal(size=(3, 6000)).astype(np.float32)
    positions = np.random.default_rng(1).uniform(0, 100, (6000, 2))
    save_traces(path, traces, positions, 500, names=[f"cell {i}" for i in range(6000)])
    table = load_traces(path)
    np.testing.assert_array_equal(table.traces, traces)
    np.testing.assert_array_equal(table.positions, positions)
    assert table.names[-1] == "cell 5999"


def test_strides_and_memory_maps(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(60.0).reshape(10, 6))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    for suffix in SUFFIXES[:-1]:
        for traces in (mapped[::-2, ::3], mapped.T[1]):
            save_traces(tmp_path / f"t{suffix}", traces, overwrite=True)
            np.testing.assert_array_equal(load_traces(tmp_path / f"t{suffix}").traces, traces)


def test_from_one_kind_to_the_next(tmp_path):
    save_traces(tmp_path / "a.csv", SINGLE_PRECISION, POSITIONS, 500, names=list("abc"), metadata={"size": 3})
    table = load_traces(tmp_path / "a.csv")
    save_traces(tmp_path / "b.h5", table)
    assert_same(
        load_traces(tmp_path / "b.h5"), SINGLE_PRECISION, POSITIONS, 500, names=list("abc"), metadata={"size": 3}
    )
    save_traces(tmp_path / "c.npz", table, x=[0, 1, 2, 4], metadata={"new": 1})
    changed = load_traces(tmp_path / "c.npz")
    assert (changed.fps, changed.x.tolist(), changed.names, changed.metadata) == (
        None,
        [0, 1, 2, 4],
        list("abc"),
        {"new": 1},
    )


def test_values_are_the_data_not_the_lines_of_a_plot(tmp_path):
    traces = np.random.default_rng(0).normal(size=(20_000, 2))
    before = traces.copy()
    ax = show_traces(traces, fps=500)
    for i, line in enumerate(ax.lines):
        line.set_ydata(np.asarray(line.get_ydata()) * 0 + i)
    save_traces(tmp_path / "t.csv", traces, fps=500)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.csv").traces, before)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_regions_bring_names_and_centres(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    save_traces(path, TRACES[:, :2], fps=500, regions=two_regions())
    table = load_traces(path)
    assert table.names == ["ring", "dot"]
    assert table.positions.tolist() == CENTERS


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_made_alike_files_are_kept_unless_asked(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    save_traces(path, TRACES, POSITIONS, 500)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match=f"t{suffix} exists"):
        save_traces(path, TRACES + 1, POSITIONS, 500)
    assert path.read_bytes() == before
    save_traces(path, TRACES + 1, POSITIONS, 500, overwrite=True)
    np.testing.assert_array_equal(load_traces(path).traces, TRACES + 1)


@pytest.mark.parametrize(
    ("arguments", "kind", "argument", "message"),
    [
        ({"path": "t.xyz"}, ValueError, "path", r"t\.xyz: tables are written as \.csv, .* or \.nwb"),
        (
            {"path": "t.h5", "tidy": True},
            ValueError,
            "tidy",
            r"tidy cannot be used for \.h5 .*: save as \.csv, .* or ",
        ),
        ({"tidy": True, "traces": np.zeros((3, 0))}, ValueError, "tidy", "tidy cannot be used without traces"),
        ({"tidy": "yes"}, TypeError, "tidy", "tidy = 'yes': it must be True or False"),
        ({"overwrite": "no"}, TypeError, "overwrite", "overwrite = 'no': it must be True or False"),
    ],
)
def test_wrong_arguments_are_named_before_any_work(tmp_path, arguments, kind, argument, message):
    arguments = {"path": "t.csv", "traces": TRACES, **arguments}
    arguments["path"] = tmp_path / arguments["path"]
    check_error(lambda: save_traces(**arguments), kind, argument, message, arguments[argument])
    assert not list(tmp_path.iterdir())


def test_following_the_advice_for_the_long_form_works(tmp_path):
    error = check_error(
        lambda: save_traces(tmp_path / "t.mat", TRACES, tidy=True), ValueError, "tidy", "long form", True
    )
    for suffix in ("csv", "tsv", "parquet", "xlsx"):
        assert f".{suffix}" in error.cure
        save_traces(tmp_path / f"t.{suffix}", TRACES, tidy=True)
    save_traces(tmp_path / "t.mat", TRACES)


@pytest.mark.parametrize("path", [3, None, "", b"a.csv"])
def test_a_path_must_be_a_path(path):
    for call in (lambda: save_traces(path, TRACES), lambda: load_traces(path)):
        check_error(call, TypeError, "path", "path = .*: give the name of a file", path)


def test_wrong_paths_of_tables_to_load(tmp_path):
    path = tmp_path / "t.csv"
    check_error(lambda: load_traces(path), FileNotFoundError, "path", r"t\.csv does not exist: check the name", path)
    path.mkdir()
    message = r"t\.csv is a folder: give the name of a table"
    check_error(lambda: load_traces(path), IsADirectoryError, "path", message, path)
    picture = tmp_path / "t.tif"
    picture.touch()
    check_error(lambda: load_traces(picture), ValueError, "path", r"t\.tif: tables are written as", picture)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_cannot_replace_a_folder(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    path.mkdir()
    with pytest.raises(IsADirectoryError, match=f"t{suffix} is a folder: give the name of a file"):
        save_traces(path, TRACES, POSITIONS, 500)
    with pytest.raises(IsADirectoryError, match=f"t{suffix} is a folder: give the name of a table"):
        load_traces(path)


def test_the_folder_of_a_table_must_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match="no does not exist"):
        save_traces(tmp_path / "no" / "t.csv", TRACES)


def test_an_existing_json_is_kept(tmp_path):
    (tmp_path / "t.csv.json").write_text("precious")
    with pytest.raises(FileExistsError, match=r"t\.csv\.json exists"):
        save_traces(tmp_path / "t.csv", TRACES)
    assert os.listdir(tmp_path) == ["t.csv.json"]


def test_a_description_without_its_table_is_replaced(tmp_path):
    path, header = tmp_path / "a.csv", tmp_path / "a.csv.json"
    save_traces(path, [[1.0]], names=["first"])
    path.unlink()
    save_traces(path, [[2.0]], names=["second"])
    assert load_traces(path).names == ["second"]
    path.unlink()
    header.write_text('{"mine": 1}')
    with pytest.raises(FileExistsError, match=r"a\.csv\.json exists"):
        save_traces(path, [[3.0]])
    assert (header.read_text(), path.exists()) == ('{"mine": 1}', False)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("old", [False, True])
def test_a_failure_at_the_end_changes_nothing(tmp_path, monkeypatch, suffix, old):
    """Renaming is the last step: it fails here after everything has been written."""
    path = tmp_path / f"t{suffix}"
    if old:
        save_traces(path, TRACES, POSITIONS, 500, names=list("abc"))
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    replace = os.replace

    def fail(source, target):
        if str(target) == str(path):
            raise Stop
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(Stop):
        save_traces(path, TRACES + 1, POSITIONS, 250, overwrite=True)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_failure_in_the_middle_leaves_nothing(tmp_path, suffix):
    """Files may have no more than 100 bytes here, as if the disk were full."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        match = r"cannot be written, because it would be larger than the 100 bytes .*: raise that limit, or choose"
        call = partial(save_traces, tmp_path / f"t{suffix}", TRACES, POSITIONS, 500)
        assert check_error(call, NoRoomError, "path", match).errno == errno.EFBIG
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_is_recognised_by_its_suffix_and_content(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    assert not is_table(path)
    save_traces(path, TRACES, POSITIONS, 500, names=list("abc"))
    assert is_table(path)
    header = load_header(path)
    assert (header["fps"], header["names"], header["shape"]) == (500, list("abc"), [4, 3])
    assert not is_table(path.with_suffix(".tif"))


def test_a_table_can_be_checked_before_its_traces_exist(tmp_path):
    check_table(tmp_path / "t.csv", overwrite=False, tidy=True, shape=(1000, 5))
    with pytest.raises(ValueError, match="2000000 rows"):
        check_table(tmp_path / "t.xlsx", overwrite=False, shape=(2_000_000, 5))
    with pytest.raises(ValueError, match="the rate is unknown"):
        check_table(tmp_path / "t.nwb", overwrite=False, shape=(1000, 5), timed=False)
    save_traces(tmp_path / "t.csv", TRACES)
    with pytest.raises(FileExistsError, match=r"t\.csv exists"):
        check_table(tmp_path / "t.csv", overwrite=False)


def test_tensors_are_saved_as_their_numbers(tmp_path):
    torch = arrays.library("torch").torch
    values = torch.rand(5, 2)
    for i, traces in enumerate((values.requires_grad_(), values.detach().bfloat16())):
        save_traces(tmp_path / f"{i}.npz", traces, x=torch.arange(5.0).requires_grad_(), metadata={"a": torch.ones(2)})
        table = load_traces(tmp_path / f"{i}.npz")
        np.testing.assert_array_equal(table.traces, traces.detach().float().numpy(), strict=True)
        assert (table.x.tolist(), table.metadata) == ([0, 1, 2, 3, 4], {"a": [1, 1]})
