"""open_video, load_video, load_metadata: what holds for every format."""

import sys

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers

VIDEO = makers.random_video((7, 5, 6))
every_format = pytest.mark.parametrize("name", makers.EVERY_FORMAT)
MAPPED = {"npy", "tiff", "multirecorder"}


@every_format
def test_values_dtype_and_shape_are_exact(tmp_path, name):
    with open_video(makers.EVERY_FORMAT[name](tmp_path, VIDEO)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.is_mapped == (name in MAPPED)


@every_format
def test_one_frame_is_a_recording(tmp_path, name):
    # Without a word from the user, one frame of a .mat file cannot be told from many.
    options = {"mat 5": {"axes": "TYX"}, "mat 7.3": {"axes": "YXT"}}.get(name, {})
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO[:1])
    np.testing.assert_array_equal(load_video(path, **options), VIDEO[:1], strict=True)


@every_format
def test_a_file_cut_off_anywhere_is_an_error_or_whole(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    data = makers.pixel_file(path)
    whole = data.read_bytes()
    for kept in range(0, len(whole), max(1, len(whole) // 40)):
        data.write_bytes(whole[:kept])
        outcome = makers.values_or_error(path, load_video)
        if isinstance(outcome, str):
            # What is damaged of a folder of numbered chunks, zarr does not say.
            assert (path if path.suffix == ".zarr" else data).name in outcome, (kept, outcome)
        else:
            np.testing.assert_array_equal(outcome, VIDEO, strict=True)


@every_format
def test_half_a_file_is_an_error(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    data = makers.pixel_file(path)
    makers.keep(data, data.stat().st_size // 2)
    with pytest.raises(ValueError, match=r"truncated|damaged|whole|incomplete|not a TIFF"):
        load_video(path)


@every_format
def test_upper_case_suffixes(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    for file in [path] if path.suffix == ".zarr" else sorted(tmp_path.rglob("*.*")):
        if file.suffix not in (".rsm", ".rsd"):  # their names stand in the header
            file.rename(file.with_suffix(file.suffix.upper()))
    path = path if path.is_dir() else path.with_suffix(path.suffix.upper())
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@every_format
def test_unknown_options_are_named(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    with pytest.raises(TypeError, match=r"'colour' is not an option of .* recordings: (use|leave it out)"):
        open_video(path, colour="red")


def test_options_that_a_format_has_are_listed(tmp_path):
    with pytest.raises(TypeError, match="'x' is not an option of MATLAB recordings: use fieldname or axes"):
        open_video(makers.mat(tmp_path / "rec.mat", video=VIDEO), x=1)
    with pytest.raises(TypeError, match="'dataset' is not an option of NumPy recordings: leave it out"):
        open_video(makers.npy(tmp_path / "rec.npy", VIDEO), dataset="video")


@pytest.mark.parametrize("function", [open_video, load_video, load_metadata])
@pytest.mark.parametrize("name", ["gone.tif", "gone", "no/such/folder/rec.npy"])
def test_a_missing_path(tmp_path, function, name):
    with pytest.raises(FileNotFoundError, match="does not exist: check the name and the folder"):
        function(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("hdf5", "h5py", "hdf5"),
        ("mat 7.3", "h5py", "hdf5"),
        ("mkv", "av", "video"),
        ("mp4", "av", "video"),
        ("tiff lzw", "imagecodecs", "tiff"),
        ("zarr 2", "zarr", "zarr"),
        ("zarr zip", "zarr", "zarr"),
    ],
)
def test_a_missing_package_has_its_pip_line(tmp_path, monkeypatch, name, package, extra):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package}: pip install 'optimap-trace\[{extra}\]'"):
        open_video(path)


@pytest.mark.parametrize("package", ["h5py", "av", "imagecodecs", "zarr"])
@pytest.mark.parametrize("name", ["npy", "tiff", "tiff folder", "png folder", "mat 5", "micam05", "multirecorder"])
def test_formats_need_no_package_but_their_own(tmp_path, monkeypatch, name, package):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    monkeypatch.setitem(sys.modules, package, None)
    np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize("name", ["npy", "tiff lzw"])
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, slice(None)),
        ({"start_frame": 2}, slice(2, None)),
        ({"start_frame": 6}, slice(6, None)),
        ({"frames": 3}, slice(3)),
        ({"start_frame": 1, "frames": 2, "step": 3}, slice(1, 5, 3)),
        ({"step": 2}, slice(None, None, 2)),
        ({"step": 100}, slice(0, 1)),
        ({"start_frame": 4, "frames": 2, "step": 2}, slice(4, 7, 2)),
        ({"start_frame": np.int64(1), "frames": 2.0}, slice(1, 3)),
    ],
)
def test_a_part_of_a_recording(tmp_path, name, arguments, expected):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    np.testing.assert_array_equal(load_video(path, **arguments), VIDEO[expected], strict=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"start_frame": 7},
            r"start_frame = 7 is beyond the end of .*rec\.npy, which has 7 frames: it must be in 0\.\.6",
        ),
        ({"frames": 8}, r"frames = 8 is more than .*rec\.npy has, 7 frames from frame 0 on in steps of 1: leave"),
        ({"start_frame": 4, "frames": 4}, r"frames = 4 is more than .* has, 3 frames from frame 4 on"),
        ({"frames": 4, "step": 3}, r"frames = 4 is more than .* has, 3 frames from frame 0 on in steps of 3"),
        ({"start_frame": -1}, "start_frame = -1: it must be a whole number, 0 or more"),
        ({"start_frame": 0.5}, r"start_frame = 0\.5: it must be a whole number"),
        ({"frames": 0}, "frames = 0: it must be a whole number, 1 or more"),
        ({"frames": True}, "frames = True: it must be a whole number"),
        ({"step": 0}, "step = 0: it must be a whole number, 1 or more"),
        ({"step": -1}, "step = -1"),
    ],
)
def test_parts_that_are_not_there(tmp_path, arguments, message):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    with pytest.raises(ValueError, match=message):
        load_video(path, **arguments)


@every_format
def test_what_is_loaded_can_be_written_and_the_file_stays(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    load_video(path)[:] = 0
    np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize("name", sorted(MAPPED))
def test_a_memory_map_where_there_is_one(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    video = load_video(path, start_frame=1, step=2, use_mmap=True)
    np.testing.assert_array_equal(video, VIDEO[1::2], strict=True)
    assert not video.flags.writeable
    base = video
    while base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)


@pytest.mark.parametrize("name", sorted(set(makers.EVERY_FORMAT) - MAPPED))
def test_a_warning_where_there_is_no_memory_map(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    with pytest.warns(UserWarning, match=r"rec.* cannot be memory-mapped \(.+\): it is loaded"):
        video = load_video(path, use_mmap=True)
    np.testing.assert_array_equal(video, VIDEO, strict=True)


@pytest.mark.parametrize("kind", [".npy", ".tif", ".h5", ".dat"])
def test_other_byte_orders_are_loaded_in_ours(tmp_path, kind):
    make = {".npy": makers.npy, ".tif": makers.tiff, ".h5": lambda path, video: makers.hdf5(path, video=video)}
    options = {".tif": {"byteorder": ">"}, ".dat": {"order": ">"}}.get(kind, {})
    path = make.get(kind, makers.multirecorder)(tmp_path / f"rec{kind}", VIDEO.astype(">u2"), **options)
    with open_video(path) as recording:
        assert recording.dtype == ">u2"
        assert recording[0].dtype == ">u2"
        np.testing.assert_array_equal(recording[:], VIDEO)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_paths_of_any_kind(tmp_path, kind):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    with open_video(kind(path)) as recording:
        assert recording.path == path


def test_metadata_has_the_rate_and_size_where_they_are_known(tmp_path):
    resolution, scale = (2, 2), {"axes": "TYX", "finterval": 0.004, "unit": "mm"}
    known = makers.tiff(tmp_path / "known.tif", VIDEO, imagej=True, resolution=resolution, metadata=scale)
    assert load_metadata(known).items() >= {"fps": 250.0, "pixel_size": 0.5, "finterval": 0.004, "unit": "mm"}.items()
    assert load_metadata(makers.npy(tmp_path / "unknown.npy", VIDEO)) == {}
