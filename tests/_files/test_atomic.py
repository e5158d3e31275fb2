"""Files are written whole or not at all."""

import itertools

import pytest

from optimap._files import atomic as _files
from optimap._files import (
    check_sidecar,
    leftovers_of,
    new_run,
    remove_leftovers,
    written_by,
    written_whole,
    written_with_sidecar,
)


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "a.csv"
    with written_whole(path) as partial:
        partial.write_text("half")
        assert not path.exists()
        partial.write_text("whole")
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_of_a_failure(tmp_path, error):
    path = tmp_path / "a.csv"

    def fail():
        with written_whole(path) as partial:
            partial.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_kept_unless_asked(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(FileExistsError, match=r"a\.csv exists"), written_whole(path):
        pass
    assert path.read_text() == "old"
    with written_whole(path, overwrite=True) as partial:
        partial.write_text("new")
    assert path.read_text() == "new"


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="none does not exist"), written_whole(tmp_path / "none" / "a.csv"):
        pass


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"), written_whole(tmp_path, overwrite=True):
        pass


def test_what_a_killed_writer_left_is_found_and_nothing_else(tmp_path):
    path = tmp_path / "a[1].csv"
    with written_whole(path) as partial:
        partial.write_text("half")
    partial.write_text("half")  # as a writer that is killed leaves it
    others = [path, tmp_path / "a[1].txt", tmp_path / ".b.12345678.partial.csv", tmp_path / "a1.csv"]
    for other in others:
        other.write_text("whole")
    assert leftovers_of(path) == [partial]


def test_what_other_runs_are_writing_is_left_alone(tmp_path):
    path, (mine, theirs) = tmp_path / "a.csv", (new_run(), new_run())
    made = {}
    for run in (mine, theirs, ""):
        with written_by(run), written_whole(path, overwrite=True) as made[run]:
            made[run].write_text("half")
    for partial in made.values():
        partial.write_text("half")  # as if written now, or left by a writer that was killed
    assert leftovers_of(path) == sorted(made.values())
    remove_leftovers(tmp_path, mine)
    assert leftovers_of(path) == sorted([made[theirs], made[""]])


@pytest.mark.parametrize("stem", ["n" * 240, "Vorhofflimmern_ä" * 14])
def test_names_may_be_as_long_as_the_system_takes(tmp_path, stem):
    path = tmp_path / f"{stem}.csv"
    with written_by(new_run()), written_whole(path) as partial:
        partial.write_text("whole")
        assert leftovers_of(path) == [partial]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_description_that_is_none_of_ours_is_kept(tmp_path, overwrite):
    path, beside = tmp_path / "a.csv", tmp_path / "a.csv.json"
    beside.write_text('{"mine": 1}')
    if overwrite:
        path.write_text("old")
    with pytest.raises(FileExistsError, match=r"a\.csv\.json exists and was not made by optimap: .* move it away"):
        check_sidecar(path, overwrite)
    for text in ("", '{"optimap_positions": 1}'):
        beside.write_text(text)
        check_sidecar(path, overwrite=True)


@pytest.mark.parametrize("before", [None, "old"])
@pytest.mark.parametrize("call", [1, 2])  # when the description is in place, when the file is
def test_file_and_description_belong_together_when_interrupted(tmp_path, monkeypatch, before, call):
    path, beside = tmp_path / "a.csv", tmp_path / "a.csv.json"
    if before:
        path.write_text(before)
        beside.write_text(before)
    counted = itertools.count(1)

    def remove(partial):
        real(partial)
        if next(counted) == call:
            raise KeyboardInterrupt

    real = _files.remove
    monkeypatch.setattr(_files, "remove", remove)
    with (
        pytest.raises(KeyboardInterrupt),
        written_with_sidecar(path, beside, lambda _: "new", overwrite=True) as partial,
    ):
        partial.write_text("new")
    found = [file.read_text() if file.exists() else None for file in (path, beside)]
    assert found in ([before, before], ["new", "new"])


@pytest.mark.parametrize("call", [1, 2])  # before the description is put in place, before the file is
def test_file_and_description_are_those_of_one_process(tmp_path, monkeypatch, call):
    path, beside = tmp_path / "a.csv", tmp_path / "a.csv.json"
    counted, real = itertools.count(1), _files._put_new

    def write(text):
        with written_with_sidecar(path, beside, lambda _: text) as partial:
            partial.write_text(text)

    def put_new(partial, path):
        if next(counted) == call:
            write("theirs")
        real(partial, path)

    monkeypatch.setattr(_files, "_put_new", put_new)
    with pytest.raises(FileExistsError, match="was made by somebody else meanwhile: it is kept"):
        write("ours")
    assert [file.read_text() for file in (path, beside)] == ["theirs", "theirs"]


def test_a_file_that_appears_meanwhile_is_kept(tmp_path):
    path = tmp_path / "a.csv"

    def write_both():
        with written_whole(path) as partial:
            partial.write_text("mine")
            path.write_text("theirs")

    with pytest.raises(FileExistsError, match=r"a\.csv was made by somebody else meanwhile"):
        write_both()
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text() == "theirs"


def test_a_folder_that_appears_meanwhile_is_kept(tmp_path):
    path = tmp_path / "a.zarr"

    def write_both():
        with written_whole(path, is_folder=True) as partial:
            for folder, text in ((partial, "mine"), (path, "theirs")):
                folder.mkdir()
                (folder / "zarr.json").write_text(text)

    with pytest.raises(FileExistsError, match="meanwhile"):
        write_both()
    assert [p.name for p in tmp_path.iterdir()] == ["a.zarr"]
    assert (path / "zarr.json").read_text() == "theirs"
