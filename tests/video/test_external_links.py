"""HDF5 recordings that lead to other files: refused, or read if the user allows it, also from the command line."""

import h5py
import numpy as np
import pytest

from optimap import load_video
from optimap._cli import main
from optimap.video import open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))
FORMATS = ("rec.h5", "rec.mat", "rec.nc", "rec.nwb")


def recording(folder, name, lead):
    """A recording whose pixels are in another file, the only array of that."""
    stored = VIDEO
    if name == "rec.nwb":
        path, parent = makers.nwb(folder / name, data=makers.upright(VIDEO), unit="au", rate=500.0), "acquisition/movie"
        stored = makers.upright(VIDEO)
    elif name == "rec.mat":
        path, parent, stored = makers.mat73(folder / name, video=VIDEO), "/", VIDEO.T
    elif name == "rec.nc":
        path, parent = makers.netcdf(folder / name, VIDEO), "/"
    else:
        path, parent = makers.hdf5(folder / name, video=VIDEO), "/"
    place = "data" if name == "rec.nwb" else "video"
    with h5py.File(folder / "secret.h5", "w") as file:
        file["pixels"] = stored
    (folder / "secret.raw").write_bytes(stored.tobytes())
    with h5py.File(path, "r+") as file:
        group = file[parent]
        attributes = {key: value for key, value in group[place].attrs.items() if key in ("unit", "MATLAB_class")}
        del group[place]
        if lead == "link":
            group[place] = h5py.ExternalLink("secret.h5", "/pixels")
        elif lead == "storage":
            group.create_dataset(place, stored.shape, stored.dtype, external=[("secret.raw", 0, stored.nbytes)])
        else:
            layout = h5py.VirtualLayout(stored.shape, stored.dtype)
            layout[:] = h5py.VirtualSource("secret.h5", "pixels", stored.shape)
            group.create_virtual_dataset(place, layout)
        if lead != "link":
            group[place].attrs.update(attributes)
    return path


@pytest.mark.parametrize("lead", ["link", "storage", "virtual"])
@pytest.mark.parametrize("name", FORMATS)
def test_refused_unless_it_is_allowed(tmp_path, monkeypatch, capsys, name, lead):
    monkeypatch.chdir(tmp_path)  # h5py looks for external storage beside the program, not beside the file
    path = recording(tmp_path, name, lead)
    other = "secret.raw" if lead == "storage" else "secret.h5"
    match = rf"{name} keeps \S+ in another file, {other}, .*external_links=True, which reads whatever files it names"
    check_error(lambda: open_video(path), ValueError, "path", match, path)
    with open_video(path, external_links=True) as allowed:
        np.testing.assert_array_equal(allowed[:], VIDEO)
    np.testing.assert_array_equal(load_video(path, external_links="true"), VIDEO)
    assert main(["info", str(path)]) == 2
    assert "--option external_links=True" in capsys.readouterr().err
    assert main(["info", str(path), "--option", "external_links=true"]) == 0
    assert "size        6 x 5 pixels" in capsys.readouterr().out


def test_an_array_behind_a_link_is_refused_by_its_name(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", video=VIDEO)
    makers.hdf5(tmp_path / "other.h5", video=VIDEO[::-1])
    with h5py.File(path, "r+") as file:
        file["far"] = h5py.ExternalLink("other.h5", "/")
    np.testing.assert_array_equal(load_video(path), VIDEO)
    for name in ("far", "/far/video", "far/missing"):
        match = r"keeps far in another file, other\.h5"
        check_error(lambda name=name: open_video(path, dataset=name), ValueError, "path", match, path)
    with h5py.File(path, "r+") as file:
        file["soft"] = h5py.SoftLink("/far/video")
    check_error(lambda: open_video(path, dataset="soft"), ValueError, "path", r"keeps far in another file", path)
    np.testing.assert_array_equal(load_video(path, dataset="far/video", external_links=True), VIDEO[::-1])


@pytest.mark.parametrize("name", ["imaging_plane", "starting_time"])
def test_notes_of_an_nwb_file_do_not_lead_elsewhere(tmp_path, name):
    path = makers.nwb(tmp_path / "rec.nwb", data=makers.upright(VIDEO), unit="au", rate=500.0)
    makers.nwb(tmp_path / "other.nwb", data=makers.upright(VIDEO), unit="au", rate=9.0)
    with h5py.File(path, "r+") as file:
        del file[f"acquisition/movie/{name}"]
        file[f"acquisition/movie/{name}"] = h5py.ExternalLink("other.nwb", f"/acquisition/movie/{name}")
    match = rf"keeps acquisition/movie/{name} in another file, other\.nwb"
    check_error(lambda: open_video(path), ValueError, "path", match, path)


@pytest.mark.parametrize("value", [None, 2, "perhaps"])
def test_the_option_is_yes_or_no(tmp_path, value):
    path = makers.hdf5(tmp_path / "rec.h5", video=VIDEO)
    check_error(lambda: open_video(path, external_links=value), ValueError, "external_links", "True or False", value)
