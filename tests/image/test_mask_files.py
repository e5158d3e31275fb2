"""Masks in files, as other programs read and write them."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap import load_mask, save_mask
from optimap._base import ArgumentError, DamagedFileError, ExistingFileError, MissingFileError
from tests.errors import check_error

MASK = np.random.default_rng(0).random((20, 30)) < 0.6


@pytest.mark.parametrize("suffix", [".npy", ".png", ".PNG", ".tif", ".tiff"])
@pytest.mark.parametrize("mask", [MASK, np.zeros((3, 3), bool), np.ones((3, 3), bool)], ids=["some", "none", "all"])
def test_round_trips(suffix, mask, tmp_path):
    save_mask(tmp_path / f"mask{suffix}", mask)
    np.testing.assert_array_equal(load_mask(tmp_path / f"mask{suffix}"), mask)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("colours", [False, True])
def test_an_image_has_the_mask_as_its_opacity(suffix, colours, tmp_path):
    path = tmp_path / f"mask{suffix}"
    picture = np.random.default_rng(1).uniform(size=(20, 30, 3) if colours else (20, 30))
    save_mask(path, MASK, image=picture)
    np.testing.assert_array_equal(load_mask(path), MASK)
    stored = np.asarray(Image.open(path)) if suffix == ".png" else tifffile.imread(path)
    assert stored.shape == (20, 30, 4)
    assert np.ptp(stored[..., 0].astype(int)) > 200


def test_what_others_write(tmp_path):
    Image.fromarray(np.where(MASK, 200, 90).astype(np.uint8)).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(load_mask(tmp_path / "grey.png"), MASK)
    Image.fromarray(np.dstack([np.where(MASK, 255, 0).astype(np.uint8)] * 3)).save(tmp_path / "colour.png")
    np.testing.assert_array_equal(load_mask(tmp_path / "colour.png"), MASK)
    tifffile.imwrite(tmp_path / "labels.tif", MASK.astype(np.uint16))
    np.testing.assert_array_equal(load_mask(tmp_path / "labels.tif"), MASK)


def test_existing_missing_and_damaged_files(tmp_path):
    path = tmp_path / "mask.png"
    check_error(lambda: load_mask(path), MissingFileError, "filename", "does not exist")
    save_mask(path, MASK)
    with pytest.raises(ExistingFileError):
        save_mask(path, ~MASK)
    np.testing.assert_array_equal(load_mask(path), MASK)
    save_mask(path, ~MASK, overwrite=True)
    np.testing.assert_array_equal(load_mask(path), ~MASK)
    path.write_bytes(path.read_bytes()[:60])
    check_error(lambda: load_mask(path), DamagedFileError, "filename", "save the mask again")
    path = tmp_path / "mask.tif"
    save_mask(path, MASK)
    path.write_bytes(path.read_bytes()[:-5])
    check_error(lambda: load_mask(path), DamagedFileError, "filename", "truncated .*: save the mask again", path)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda folder: save_mask(folder / "mask.jpg", MASK), "filename"),
        (lambda folder: save_mask(MASK, folder / "mask.png"), "filename"),
        (lambda folder: save_mask(folder / "mask.npy", MASK, image=MASK), "image"),
        (lambda folder: save_mask(folder / "mask.png", MASK, image=np.zeros((3, 3))), "image"),
        (lambda folder: save_mask(folder / "mask.png", np.zeros(3)), "mask"),
    ],
)
def test_wrong_arguments_leave_no_file(call, argument, tmp_path):
    check_error(lambda: call(tmp_path), ArgumentError, argument, "give|choose|leave")
    assert list(tmp_path.iterdir()) == []
