"""A file and its sidecar appear together or not at all, and files of the user are kept."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from optimap._files import array_checksum, check_sidecar, checksum, is_sidecar, sidecar_path, written_with_sidecar
from tests.errors import check_error


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_of_the_user_with_the_name_of_a_sidecar_is_kept(tmp_path, overwrite):
    path, beside = tmp_path / "a.csv", tmp_path / "a.csv.json"
    beside.write_text('{"mine": 1}')
    if overwrite:
        path.write_text("old")
    with pytest.raises(FileExistsError, match=r"a\.csv\.json exists and was not written by optimap, .*: move it away"):
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

    def unlink(partial, **options):
        real(partial, **options)
        if next(counted) == call:
            raise KeyboardInterrupt

    real = Path.unlink
    monkeypatch.setattr(Path, "unlink", unlink)
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
    counted, real = itertools.count(1), os.link

    def write(text):
        with written_with_sidecar(path, beside, lambda _: text) as partial:
            partial.write_text(text)

    def link(partial, path):
        if next(counted) == call:
            write("theirs")
        real(partial, path)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(FileExistsError, match="was written by another process in the meantime and is kept: choose"):
        write("ours")
    assert [file.read_text() for file in (path, beside)] == ["theirs", "theirs"]


def test_the_name_of_a_sidecar_keeps_the_suffix_of_its_file():
    assert sidecar_path(Path("folder/traces.csv")) == Path("folder/traces.csv.json")


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b'{"optimap_positions": 1}', True), (b'{"mine": 1}', False), (b"", False), (b" " * 200 + b'"optimap_x"', False)],
)
def test_a_sidecar_is_recognised_by_its_first_entry(tmp_path, content, expected):
    (tmp_path / "a.json").write_bytes(content)
    assert is_sidecar(tmp_path / "a.json") is expected
    assert not is_sidecar(tmp_path)
    assert not is_sidecar(tmp_path / "gone.json")


def test_the_checksum_of_text_does_not_depend_on_line_ends(tmp_path):
    for name, content in (("unix", b"a\nb\n"), ("windows", b"a\r\nb\r\n"), ("other", b"a\nc\n")):
        (tmp_path / name).write_bytes(content)
    assert checksum(tmp_path / "unix") == checksum(tmp_path / "windows") != checksum(tmp_path / "other")


def test_the_checksum_of_arrays_does_not_depend_on_byte_order():
    array = np.arange(6.0).reshape(2, 3)
    assert array_checksum(array) == array_checksum(array.astype(">f8")) != array_checksum(array + 1)


def test_a_sidecar_without_its_file_may_be_replaced(tmp_path):
    path = tmp_path / "a.csv"
    sidecar_path(path).write_text('{"optimap_positions": 1}')
    check_sidecar(path, overwrite=False)
    path.write_text("table")
    error = check_error(lambda: check_sidecar(path, False), FileExistsError, "path", r"a\.csv\.json exists: choose")
    assert error.keyword == "overwrite"


def test_errors_about_a_file_of_the_user_carry_their_fields(tmp_path):
    path = tmp_path / "a.csv"
    sidecar_path(path).write_text("mine")
    check_error(lambda: check_sidecar(path, True), FileExistsError, "path", "was not written by optimap", path)
