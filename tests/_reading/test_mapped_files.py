"""The file behind a memory map: frames read from it are those that the map shows, or it is left alone."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap._base import DamagedFileError
from optimap._reading import open_frames
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((9, 6, 8))

on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux lists which file is mapped where"
)


def mapped(path, mode="r", before=368):
    """Return a map of a file that holds the video behind a header."""
    path.write_bytes(bytes(before) + VIDEO.tobytes() + bytes(100))
    return np.memmap(path, VIDEO.dtype, mode, before, VIDEO.shape)


def read_all(view, frames_at_once=2):
    file = open_frames(view)
    assert file is not None
    try:
        buffer = np.empty(frames_at_once * view.strides[0], np.uint8)
        parts = [file.read(start, buffer).copy() for start in range(0, len(view), frames_at_once)]
    finally:
        file.close()
    return np.concatenate(parts)


@on_linux
@given(start=st.integers(0, 8), stop=st.integers(1, 9), rows=st.integers(5, 6), before=st.integers(0, 5000))
def test_frames_read_from_the_file_are_those_of_the_view(tmp_path_factory, start, stop, rows, before):
    view = mapped(tmp_path_factory.mktemp("map") / "rec.dat", before=before)[start : max(stop, start + 1), :rows]
    np.testing.assert_array_equal(read_all(view), view)


@on_linux
def test_bytes_between_frames_are_left_out(tmp_path):
    records = np.zeros(9, [("time", "<u4"), ("pixels", "<u2", (6, 8))])
    records["time"], records["pixels"] = 2**32 - 1, VIDEO
    records.tofile(tmp_path / "rec.dat")
    view = np.memmap(tmp_path / "rec.dat", records.dtype, "r")["pixels"]
    np.testing.assert_array_equal(read_all(view), VIDEO)
    with open(tmp_path / "rec.dat", "r+b") as file:  # the last frame is whole, the bytes after it are not
        file.truncate(records.nbytes)
    view = np.memmap(tmp_path / "rec.dat", np.uint8, "r")
    trailing = np.ndarray((9, 6, 8), "<u2", view, 4, (100, 16, 2))
    np.testing.assert_array_equal(read_all(trailing, 4), VIDEO)


@on_linux
def test_a_map_that_others_may_write_to_is_read_as_it_is_now(tmp_path):
    view = mapped(tmp_path / "rec.dat", "r+")
    view[4, 2] = 77
    np.testing.assert_array_equal(read_all(view), view)
    assert (read_all(view)[4, 2] == 77).all()


def test_views_that_cannot_be_read_from_their_file_are_left_alone(tmp_path):
    view = mapped(tmp_path / "rec.dat")
    others = {
        "an array in memory": VIDEO,
        "a part of rows": view[:, :, :4],
        "few rows": view[:, :3],
        "every other frame": view[::2],
        "backwards": view[::-1],
        "time last": view.transpose(1, 2, 0),
        "masked": np.ma.array(view, mask=VIDEO > 9),
        "private changes": mapped(tmp_path / "private.dat", "c"),
    }
    for name, video in others.items():
        assert open_frames(video) is None, name


@on_linux
@pytest.mark.parametrize("what", ["deleted", "called deleted", "replaced", "locked away", "no list"])
def test_another_file_is_not_mistaken_for_the_mapped_one(tmp_path, monkeypatch, what):
    view = mapped(tmp_path / "rec.dat")
    if what == "deleted":
        (tmp_path / "rec.dat").unlink()
    elif what == "called deleted":  # as the system calls files that are gone
        mapped(tmp_path / "rec.dat (deleted)")[:0]
        (tmp_path / "rec.dat").unlink()
    elif what == "replaced":  # as programs do that write whole files
        mapped(tmp_path / "new.dat")[:0]
        os.replace(tmp_path / "new.dat", tmp_path / "rec.dat")
    elif what == "locked away":
        tmp_path.joinpath("rec.dat").rename(tmp_path / "elsewhere.dat")
        view = view[:]
        monkeypatch.setattr(os, "open", refuse)
    maps = {"maps": tmp_path / "no such list"} if what == "no list" else {}
    assert open_frames(view, **maps) is None
    np.testing.assert_array_equal(view, VIDEO)


def refuse(path, flags):
    raise PermissionError(13, "Permission denied", path)


@on_linux
def test_a_file_that_has_moved_is_still_the_same(tmp_path):
    view = mapped(tmp_path / "rec.dat")
    (tmp_path / "rec.dat").rename(tmp_path / "moved (deleted).dat")
    np.testing.assert_array_equal(read_all(view), VIDEO)


@on_linux
@pytest.mark.parametrize("end", ["\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\n", "\\012", " ", "\udcff"])
def test_paths_may_hold_anything(tmp_path, end):
    view = mapped(tmp_path / f"a{end}b{end}")
    if end == "\n":  # the list shows it as another name
        assert open_frames(view) is None
    else:
        np.testing.assert_array_equal(read_all(view), VIDEO)
    np.testing.assert_array_equal(read_all(mapped(tmp_path / "after.dat")), VIDEO)


@on_linux
def test_a_pipe_under_the_listed_name_is_not_opened(tmp_path):
    view = mapped(tmp_path / "rec.dat")
    (tmp_path / "rec.dat").unlink()
    os.mkfifo(tmp_path / "rec.dat (deleted)")
    with ThreadPoolExecutor(1) as worker:
        opened = worker.submit(open_frames, view)
        try:
            assert opened.result(timeout=10) is None
        except TimeoutError:
            os.close(os.open(tmp_path / "rec.dat (deleted)", os.O_WRONLY))  # let it go
            raise


@on_linux
def test_a_file_that_shrinks_is_an_error(tmp_path):
    view = mapped(tmp_path / "rec.dat", before=0)
    file = open_frames(view)
    with open(tmp_path / "rec.dat", "r+b") as handle:
        handle.truncate(VIDEO[:5].nbytes - 1)
    buffer = np.empty(VIDEO.nbytes, np.uint8)
    path, text = tmp_path / "rec.dat", r"rec\.dat was truncated while it was open: copy it again"
    check_error(lambda: file.read(0, buffer), DamagedFileError, "path", text, path)
    file.close()


@on_linux
def test_an_address_in_none_of_the_listed_maps_has_no_file(tmp_path):
    view = mapped(tmp_path / "rec.dat")
    (tmp_path / "maps").write_text("1000-2000 r--s 00000000 00:00 0 /some/file\n")
    assert open_frames(view, tmp_path / "maps") is None
