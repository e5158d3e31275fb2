"""Files of maps: read back exactly, readable by other programs, whole or not at all."""

import json

import numpy as np
import pytest
import tifffile

from optimap.activation import compute_beat_maps, load_beat_maps
from tests.activation.examples import assert_same, wave
from tests.errors import check_error

SUFFIXES = [".npz", ".nc", ".h5", ".tif"]


@pytest.fixture(scope="module")
def maps():
    mask = np.ones((9, 11), bool)
    mask[0] = False
    return compute_beat_maps(wave(), fps=500, mask=mask)


def need(suffix):
    for package in {".nc": ("xarray", "h5netcdf"), ".h5": ("h5py",)}.get(suffix, ()):
        pytest.importorskip(package)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("make", [lambda maps: maps, lambda maps: maps.mean(beats=[0, 2])])
def test_maps_come_back_exactly(maps, tmp_path, suffix, make):
    need(suffix)
    made = make(maps)
    made.save(tmp_path / f"maps{suffix}")
    back = load_beat_maps(tmp_path / f"maps{suffix}")
    if suffix == ".tif":  # float32
        for name in made:
            np.testing.assert_array_equal(back[name], made[name].astype(np.float32))
            assert back[name].dtype == np.float32
    else:
        assert_same(back, made)
        assert all(back[name].dtype == np.float64 for name in back)
    np.testing.assert_array_equal(back.mask, made.mask)
    np.testing.assert_array_equal(back.beats, made.beats)
    assert (back.fps, back.metadata, list(back), back.is_mean) == (500, made.metadata, list(made), made.is_mean)


def test_images_say_what_they_are(maps, tmp_path):
    maps.save(tmp_path / "maps.tif")
    with tifffile.TiffFile(tmp_path / "maps.tif") as file:
        assert len(file.pages) == 18 * 4 + 1 + 4  # and the mask, and the reasons
        descriptions = [json.loads(page.aspage().description) for page in file.pages]
        np.testing.assert_array_equal(file.pages[2].asarray(), maps["activation"][2].astype(np.float32))
    described = [(about["name"], about["unit"], about.get("beat")) for about in descriptions]
    assert described[2] == ("activation_ms", "ms", 2)
    assert ("dvdt_max_per_s", "1/s", 0) in described


def test_other_programs_read_netcdf_and_hdf5(maps, tmp_path):
    xarray, h5py = pytest.importorskip("xarray"), pytest.importorskip("h5py")
    pytest.importorskip("h5netcdf")
    maps.save(tmp_path / "maps.nc")
    with xarray.open_dataset(tmp_path / "maps.nc") as dataset:
        assert dataset["apd80_ms"].dims == ("beat", "y", "x")
        assert dataset["apd80_ms"].attrs["units"] == "ms"
    maps.save(tmp_path / "maps.h5")
    with h5py.File(tmp_path / "maps.h5") as file:
        np.testing.assert_array_equal(file["apd80_ms"][()], maps["apd80"])
        assert file["apd80_ms"].attrs["units"] == "ms"


def test_existing_files_are_kept(maps, tmp_path):
    path = tmp_path / "maps.npz"
    path.write_text("other")
    check_error(lambda: maps.save(path), FileExistsError, "path", "exists")
    assert path.read_text() == "other"
    maps.save(path, overwrite=True)
    assert_same(load_beat_maps(path), maps)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.97])
def test_damaged_files(maps, tmp_path, suffix, keep):
    need(suffix)
    path = tmp_path / f"maps{suffix}"
    maps.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole)) if isinstance(keep, float) else keep])
    check_error(
        lambda: load_beat_maps(path),
        ValueError,
        "path",
        "cannot be read|does not contain|is truncated|is not a TIFF file",
    )


def test_files_of_other_programs(tmp_path):
    np.savez(tmp_path / "other.npz", a=1)
    tifffile.imwrite(tmp_path / "other.tif", np.zeros((3, 4, 4), np.float32), photometric="minisblack")
    for name in ("other.npz", "other.tif"):
        check_error(lambda name=name: load_beat_maps(tmp_path / name), ValueError, "path", "does not contain maps")
    h5py = pytest.importorskip("h5py")
    for name in ("other.h5", "other.nc"):
        with h5py.File(tmp_path / name, "w") as file:
            file["a"] = 1
        if name.endswith("h5"):
            check_error(lambda name=name: load_beat_maps(tmp_path / name), ValueError, "path", "does not contain maps")


def test_names_of_files(maps, tmp_path):
    check_error(lambda: maps.save(tmp_path / "maps.csv"), ValueError, "path", r"\.npz, \.nc, \.h5 or \.tif")
    check_error(lambda: load_beat_maps(tmp_path / "none.npz"), FileNotFoundError, "path", "does not exist")
    (tmp_path / "folder.npz").mkdir()
    check_error(lambda: load_beat_maps(tmp_path / "folder.npz"), IsADirectoryError, "path", "is a folder")
    check_error(lambda: maps.save(5), TypeError, "path", "give the name of a file")
