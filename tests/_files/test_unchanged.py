"""Recordings that are read by their names, after others have taken these: an error, never frames of the others."""

import os
import shutil

import numpy as np
import pytest

from optimap._files import OpenedFile, OpenedFolder
from optimap.video import open_video, save_video
from tests import makers
from tests.errors import check_error

VIDEO, OTHER = (makers.random_video((40, 16, 24), "u1", seed) for seed in (0, 1))
GONE = "was removed, replaced or written again while it was open: open it again"


def test_a_file_that_grows_is_the_same(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"123")
    opened = OpenedFile(path)
    with path.open("ab") as file:
        file.write(b"4")
    opened.check()
    os.truncate(path, 2)
    check_error(opened.check, ValueError, "path", GONE, path)


def test_a_file_of_the_same_content_in_its_place_is_another(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"123")
    opened = OpenedFile(path)
    (tmp_path / "b").write_bytes(b"123")
    os.replace(tmp_path / "b", path)
    check_error(opened.check, ValueError, "path", GONE, path)


@pytest.mark.parametrize("change", ["removed", "emptied", "replaced", "described"])
def test_folders(tmp_path, change):
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "zarr.json").write_text("{}")
    opened = OpenedFolder(folder, folder / "zarr.json")
    opened.check()
    if change == "replaced":
        shutil.copytree(folder, tmp_path / "b")
    if change == "described":
        (folder / "zarr.json").write_text("{ }")
    elif change == "emptied":
        (folder / "zarr.json").unlink()
    else:
        shutil.rmtree(folder)
    if change == "replaced":
        (tmp_path / "b").rename(folder)
    check_error(opened.check, ValueError, "path", GONE, folder)


@pytest.mark.parametrize("frames", [np.s_[:], np.s_[:20], np.s_[:, :8, :8]])
@pytest.mark.parametrize("suffix", [".mkv", ".zarr"])
def test_another_recording_with_the_name(tmp_path, suffix, frames):
    """It was read in part, or was an error without a name."""
    path, other = tmp_path / f"rec{suffix}", tmp_path / f"other{suffix}"
    save_video(path, VIDEO, 100)
    save_video(other, OTHER[frames], 100)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[3], VIDEO[3])
        if path.is_dir():
            shutil.rmtree(path)
        other.rename(path)
        check_error(lambda: recording[:], ValueError, "path", rf"rec\{suffix} .*", path)


@pytest.mark.parametrize("marked", [True, False])
def test_a_zarr_folder_that_is_removed(tmp_path, marked):
    """Chunks that are missing are fill values, so that all frames were black."""
    path = tmp_path / "rec.zarr"
    if marked:
        save_video(path, VIDEO, 100)
    else:
        makers.zarr(path, VIDEO)
    with open_video(path) as recording:
        shutil.rmtree(path)
        check_error(lambda: recording[:], ValueError, "path", r"rec\.zarr .*(was removed)", path)


def test_a_chunk_of_a_recording_that_is_removed(tmp_path):
    path = tmp_path / "rec.zarr"
    save_video(path, VIDEO, 100)
    with open_video(path) as recording:
        makers.pixel_file(path).unlink()
        check_error(lambda: recording[:], ValueError, "path", r"rec\.zarr is damaged, .* was removed\)", path)
