"""Files and folders are written whole or not at all."""

import os
import shutil

import pytest

from optimap._files import (
    check_output,
    make_folder,
    together,
    written_whole,
    written_with_sidecar,
)
from tests.errors import check_error
from tests.interrupted import at_every_step


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "a.csv"
    with written_whole(path) as partial:
        partial.write_text("half")
        assert not path.exists()
        partial.write_text("whole")
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_nothing_behind(tmp_path, error):
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


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"), written_whole(tmp_path, overwrite=True):
        pass


def test_a_file_that_appears_in_the_meantime_is_kept(tmp_path):
    path = tmp_path / "a.csv"

    def write_both():
        with written_whole(path) as partial:
            partial.write_text("mine")
            path.write_text("theirs")

    with pytest.raises(FileExistsError, match=r"a\.csv was written by another process in the meantime"):
        write_both()
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text() == "theirs"


def test_a_folder_that_appears_in_the_meantime_is_kept(tmp_path):
    path = tmp_path / "a.zarr"

    def write_both():
        with written_whole(path, is_folder=True) as partial:
            for folder, text in ((partial, "mine"), (path, "theirs")):
                folder.mkdir()
                (folder / "zarr.json").write_text(text)

    with pytest.raises(FileExistsError, match="in the meantime"):
        write_both()
    assert [p.name for p in tmp_path.iterdir()] == ["a.zarr"]
    assert (path / "zarr.json").read_text() == "theirs"


def test_a_folder_is_replaced_whole(tmp_path):
    path = tmp_path / "a.zarr"
    for text in ("old", "new"):
        with written_whole(path, overwrite=True, is_folder=True) as partial:
            partial.mkdir()
            (partial / f"{text}.txt").write_text(text)
    assert [file.name for file in path.iterdir()] == ["new.txt"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("overwrite", [False, True])
def test_disks_without_links(tmp_path, monkeypatch, overwrite):
    def link(source, target):
        raise OSError("no links here")

    monkeypatch.setattr("os.link", link)
    with written_whole(tmp_path / "a.csv", overwrite) as partial:
        partial.write_text("whole")
    assert (tmp_path / "a.csv").read_text() == "whole"


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("folder", IsADirectoryError, "folder is a folder: give the name of a file"),
        ("old.csv", FileExistsError, r"old\.csv exists: choose another name, or set overwrite=True"),
        ("none/a.csv", FileNotFoundError, "the folder .*none does not exist: create it, or choose another"),
    ],
)
def test_paths_that_cannot_be_written(tmp_path, name, kind, text):
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.csv").write_text("old")
    error = check_error(lambda: check_output(tmp_path / name, False), kind, "path", text, tmp_path / name)
    assert error.keyword == ("overwrite" if kind is FileExistsError else None)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"the folder .*a cannot be created \(.*\): choose another"):
        make_folder(tmp_path / "file" / "a")
    make_folder(tmp_path / "b" / "c")
    make_folder(tmp_path / "b" / "c")
    assert (tmp_path / "b" / "c").is_dir()


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def write(path, overwrite=True):
    with written_whole(path, overwrite) as partial:
        partial.write_text("new")


def write_folder(path, overwrite=True):
    with written_whole(path, overwrite, is_folder=True) as partial:
        make_folder(partial)
        (partial / "x").write_text("new")


def write_two(path, overwrite=True):
    with together():
        write(path, overwrite)
        write(path.with_name("b"), overwrite)


def write_described(path, overwrite=True):
    with written_with_sidecar(path, path.with_name("b"), lambda file: file.read_text(), overwrite) as partial:
        partial.write_text("new")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files that an interrupt left open
@pytest.mark.parametrize(
    ("writer", "names"),
    [(write, ["a"]), (write_folder, ["a/x"]), (write_two, ["a", "b"]), (write_described, ["a", "b"])],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_an_interrupt_at_any_step_leaves_all_that_is_new_or_all_that_is_old(tmp_path, writer, names, overwrite):
    old, new = dict.fromkeys(names, "old") if overwrite else {}, dict.fromkeys(names, "new")

    def prepare():
        for path in tmp_path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name in old:
            make_folder((tmp_path / name).parent)
            (tmp_path / name).write_text("old")

    modules = ["optimap._files.atomic", "optimap._files.leftovers", "optimap._files.sidecar", "contextlib", "pathlib"]
    for step in at_every_step(lambda: writer(tmp_path / "a", overwrite), modules, prepare):
        assert contents(tmp_path) in (old, new), step
    assert (step > 100, contents(tmp_path)) == (True, new)


def test_a_folder_that_cannot_be_put_back_is_not_lost(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.mkdir()
    (path / "x").write_text("old")
    rename, calls = os.rename, []

    def once(*names):
        calls.append(names)
        if len(calls) > 1:
            raise OSError("the disk is gone")
        rename(*names)

    monkeypatch.setattr("os.rename", once)
    with pytest.raises(OSError, match="the disk is gone"):
        write_folder(path)
    assert "old" in contents(tmp_path).values()
