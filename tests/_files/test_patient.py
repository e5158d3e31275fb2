"""A file that keeps the error of the disk until a library is through."""

import errno
import io
import os
import zipfile

import numpy as np
import pytest

from optimap._base import NoRoomError
from optimap._files import refuse_special, together, written_patiently, written_whole
from tests.errors import check_error, check_pickles

resource = pytest.importorskip("resource")


@pytest.fixture
def limit():
    """Return a function that limits the size of files, for the rest of a test."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_is_written_at_any_place(tmp_path):
    path = tmp_path / "a"
    with written_patiently(path) as file:
        file.write(b"0123456789")
        file.seek(4)
        file.write(np.frombuffer(b"ab", np.uint8))
        file.seek(-2, os.SEEK_END)
        assert file.tell() == 8
        file.seek(0)
        assert file.read(6) == b"0123ab"
        file.truncate(7)
        file.check()
    assert path.read_bytes() == b"0123ab6"


def test_what_did_not_fit_can_be_read_again(tmp_path, limit):
    limit(10)
    buffer = bytearray(16)

    def write():
        with written_patiently(tmp_path / "a") as file:
            file.write(b"x" * 8)
            file.check()
            assert file.write(b"y" * 8) == 8
            file.write(b"z" * 4)
            assert file.seek(0, os.SEEK_END) == 20
            file.seek(4)
            file.readinto(buffer)
            with pytest.raises(OSError, match="File too large"):
                file.check()

    with pytest.raises(OSError, match="File too large"):
        write()
    assert bytes(buffer) == b"x" * 4 + b"y" * 8 + b"z" * 4


def test_the_error_of_the_disk_counts_more_than_that_of_a_library(tmp_path, limit):
    limit(10)

    def write():
        with written_patiently(tmp_path / "a") as file:
            file.write(b"x" * 20)
            raise KeyError("of the library")

    with pytest.raises(OSError, match="File too large"):
        write()


def test_zip_files_end_without_a_word(tmp_path, limit, recwarn):
    limit(100)

    def write():
        with (
            written_whole(tmp_path / "a.zip") as partial,
            written_patiently(partial) as file,
            zipfile.ZipFile(file, "w") as archive,
        ):
            archive.writestr("b", bytes(1000))

    error = check_error(write, NoRoomError, "path", "a.zip cannot be written, because it would be larger than the 100")
    assert error.errno == errno.EFBIG
    check_pickles(error)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "because the disk is full: make room on it, or choose another folder"),
        (errno.EDQUOT, "because your quota on this disk is used up: delete files that you no longer need"),
        (errno.EFBIG, "because it would be larger than files may be on this disk: raise that limit"),
    ],
)
@pytest.mark.parametrize("hidden", [False, True])
def test_the_reason_is_found_among_the_causes(tmp_path, number, words, hidden):
    def fail():
        with written_whole(tmp_path / "a") as partial:
            partial.write_text("half")
            try:
                raise OSError(number, os.strerror(number))
            except OSError as error:
                if hidden:
                    raise ValueError("4096 requested and 1528 written") from error
                raise

    error = check_error(fail, NoRoomError, "path", words, tmp_path / "a")
    assert error.errno == number
    assert not list(tmp_path.iterdir())


def test_an_error_without_a_number_is_looked_into(tmp_path, limit):
    """As NumPy's, which cannot write all of an array."""

    def fail(size, known):
        with written_whole(tmp_path / "a") as partial:
            partial.write_bytes(bytes(size))
            raise OSError("4096 requested and 1528 written")

    with pytest.raises(OSError, match="4096 requested") as caught:
        fail(10, False)
    assert not isinstance(caught.value, NoRoomError)
    limit(1000)
    check_error(lambda: fail(1000, True), NoRoomError, "path", "would be larger than the 1000 bytes")


def test_errors_of_other_kinds_are_left_alone(tmp_path):
    def fail():
        with written_whole(tmp_path / "a"):
            raise ValueError("of the caller")

    with pytest.raises(ValueError, match="of the caller"):
        fail()


def test_the_folder_is_named_that_was_removed(tmp_path):
    (tmp_path / "b").mkdir()

    def write():
        with written_whole(tmp_path / "b" / "a"):
            (tmp_path / "b").rmdir()

    match = "the folder .*b was removed while a was being written to it: create it again"
    check_error(write, FileNotFoundError, "path", match)


@pytest.mark.parametrize("fails", [False, True])
def test_files_that_belong_together_appear_together(tmp_path, fails):
    (tmp_path / "a").write_text("old")

    def write():
        with together():
            for name in ("a", "b"):
                with written_whole(tmp_path / name, overwrite=True) as partial:
                    partial.write_text("new")
            assert (tmp_path / "a").read_text() == "old"
            if fails:
                raise io.UnsupportedOperation("the third cannot be written")

    if fails:
        with pytest.raises(io.UnsupportedOperation):
            write()
        assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
    else:
        write()
        assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "new", "b": "new"}


def test_a_name_that_is_taken_meanwhile_takes_back_the_others(tmp_path):
    (tmp_path / "a").write_text("old")

    def write():
        with together():
            for name in ("a", "b"):
                with written_whole(tmp_path / name, overwrite=name == "a") as partial:
                    partial.write_text("new")
            (tmp_path / "b").write_text("theirs")

    check_error(write, FileExistsError, "path", "b was written by another process in the meantime")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "b": "theirs"}


@pytest.mark.parametrize("name", ["pipe", "/dev/null"])
def test_what_is_no_file_is_refused(tmp_path, name):
    path = tmp_path / name
    if name == "pipe":
        os.mkfifo(path)
    match = r"is a (pipe|device), not a file: save its content as a file"
    check_error(lambda: refuse_special(path, "regions"), OSError, "regions", match, path)


def test_files_folders_and_missing_files_pass(tmp_path):
    (tmp_path / "a").write_text("")
    for path in (tmp_path, tmp_path / "a", tmp_path / "none", tmp_path / "a" / "b", tmp_path / ("x" * 5000)):
        refuse_special(path)
