"""Recordings as layers: opened without reading, at their scale, frame by frame."""

import subprocess
import sys
import time

import numpy as np
import pytest
from npe2 import PluginManifest

from optimap import ArgumentError
from optimap.video import FORMATS, Recording, save_video
from optimap_napari import add_recording
from optimap_napari.recordings import get_reader


@pytest.fixture
def saved(tmp_path, video):
    path = tmp_path / "day 1.tif"
    save_video(path, video, fps=250)
    return path


def test_the_manifest_is_valid():
    subprocess.run([sys.executable, "-m", "npe2", "validate", "optimap-napari"], check=True)


def test_the_manifest_names_every_format():
    manifest = PluginManifest.from_distribution("optimap-napari")
    (reader,) = manifest.contributions.readers
    assert reader.filename_patterns == list(dict.fromkeys(f"*{suffix}" for row in FORMATS for suffix in row.suffixes))
    assert reader.accepts_directories


def test_napari_opens_a_recording_and_shows_its_frames(viewer, saved, video):
    (layer,) = viewer.open(saved, plugin="optimap-napari")
    assert isinstance(layer.data, Recording)
    assert (layer.name, layer.metadata["fps"], layer.metadata["path"]) == ("day 1", 250, str(saved))
    np.testing.assert_array_equal(layer.scale, (1, 1, 1))
    for frame in (0, 17, 39):
        viewer.dims.set_current_step(0, frame)
        np.testing.assert_array_equal(layer._data_view, video[frame])


def test_opening_reads_no_frame(viewer, tmp_path):
    path = tmp_path / "long.npy"
    np.lib.format.open_memmap(path, "w+", np.uint16, (20_000, 512, 512))  # 10 GB, of which nothing is on the disk
    start = time.process_time()
    (layer,) = viewer.open(path, plugin="optimap-napari")
    viewer.dims.set_current_step(0, 19_999)
    assert time.process_time() - start < 5  # reading it all takes longer
    assert layer.data.shape == (20_000, 512, 512)
    path.unlink()


def test_pixels_have_the_size_that_the_file_states(viewer, tmp_path, video):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "scaled.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("video", data=video).attrs["pixel_size"] = 0.125
    (layer,) = viewer.open(path, plugin="optimap-napari")
    np.testing.assert_array_equal(layer.scale, (1, 0.125, 0.125))
    assert [str(unit) for unit in layer.units] == ["pixel", "millimeter", "millimeter"]
    assert "fps" not in layer.metadata


def test_folders_of_images_are_recordings(viewer, tmp_path, video):
    for i, frame in enumerate(video[:12]):
        save_video(tmp_path / f"frame_{i}.tif", frame[np.newaxis])
    (layer,) = viewer.open(tmp_path, plugin="optimap-napari")
    np.testing.assert_array_equal(layer.data[11], video[11])


@pytest.mark.parametrize("name", ["a.TIF", "b.zarr.zip", "c.rsh", "d.npy"])
def test_files_of_known_formats_have_a_reader(name):
    assert get_reader(name) is not None
    assert get_reader([name]) is not None
    assert get_reader([name, name]) is None


def test_other_files_have_none():
    assert get_reader("notes.txt") is None


def test_frames_of_three_columns_are_not_colours(viewer, tmp_path):
    path = tmp_path / "narrow.npy"
    np.save(path, np.zeros((50, 60, 3), np.uint8))
    layer = add_recording(viewer, path, axes="TYX")
    assert (layer.ndim, layer.rgb) == (3, False)


def test_an_error_says_what_to_do_in_napari(viewer, tmp_path, video):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "two.h5"
    with h5py.File(path, "w") as file:
        file["a"], file["b"] = video, video[::-1]
    with pytest.raises(ArgumentError, match="in napari's console") as raised:
        viewer.open(path, plugin="optimap-napari")
    code = raised.value.cure.partition("console: ")[2].replace("...", "'b'")
    exec(code, {"viewer": viewer})
    np.testing.assert_array_equal(viewer.layers[-1].data[0], video[-1])


def test_options_are_those_of_optimap(viewer, tmp_path, video):
    path = tmp_path / "last.npy"
    np.save(path, np.moveaxis(video, 0, 2))
    layer = add_recording(viewer, path, axes="YXT")
    np.testing.assert_array_equal(layer.data[3], video[3])
    assert layer in viewer.layers


def test_a_damaged_file_is_an_error(viewer, saved):
    saved.write_bytes(saved.read_bytes()[:300])
    with pytest.raises(ArgumentError, match=r"day 1\.tif"):
        viewer.open(saved, plugin="optimap-napari")


@pytest.mark.parametrize(("key", "shape"), [("tissue", (600, 128, 128)), ("spiral", (400, 96, 96))])
def test_sample_data_open(viewer, key, shape):
    layers = viewer.open_sample("optimap-napari", key)
    assert layers[0].data.shape == shape
    assert layers[0].metadata["fps"] == 500
