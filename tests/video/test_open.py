"""open_video, load_video, load_metadata: properties and errors that all formats share."""

import sys

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error, check_pickles

VIDEO = makers.random_video((7, 5, 6))
OF_ANY_TYPE = makers.EVERY_FORMAT | makers.OTHER_TYPES
every_format = pytest.mark.parametrize("name", makers.EVERY_FORMAT)


@every_format
def test_values_dtype_and_shape_are_exact(tmp_path, name):
    with open_video(makers.EVERY_FORMAT[name](tmp_path, VIDEO)) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.is_mapped == (name in makers.MAPPED)


@every_format
def test_one_frame_is_a_recording(tmp_path, name):
    # Without the option, one frame in a .mat file cannot be distinguished from many.
    options = {"mat 5": {"axes": "TYX"}, "mat 7.3": {"axes": "YXT"}}.get(name, {})
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO[:1])
    np.testing.assert_array_equal(load_video(path, **options), VIDEO[:1], strict=True)


@pytest.mark.parametrize("name", OF_ANY_TYPE)
def test_a_file_truncated_anywhere_is_an_error_or_whole(tmp_path, name):
    path = OF_ANY_TYPE[name](tmp_path, VIDEO)
    data = makers.pixel_file(path)
    whole = data.read_bytes()
    for kept in range(0, len(whole), max(1, len(whole) // 40)):
        data.write_bytes(whole[:kept])
        outcome = makers.values_or_error(path, load_video)
        if isinstance(outcome, str):
            # Zarr does not say which of its numbered chunks is damaged.
            assert (path if path.suffix == ".zarr" else data).name in outcome, (kept, outcome)
        else:
            expected = VIDEO[: len(outcome)] if name in makers.COUNTLESS else VIDEO
            expected = expected.astype(outcome.dtype if name in makers.OTHER_TYPES else VIDEO.dtype)
            np.testing.assert_array_equal(outcome, expected, strict=True)


@pytest.mark.parametrize("name", OF_ANY_TYPE)
def test_half_a_file_is_an_error(tmp_path, name):
    path = OF_ANY_TYPE[name](tmp_path, VIDEO)
    data = makers.pixel_file(path)
    makers.keep(data, data.stat().st_size // 2)
    with pytest.raises(ValueError, match=r"truncated|damaged|whole|incomplete|not a TIFF"):
        load_video(path)


@every_format
def test_upper_case_suffixes(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    for file in [path] if path.suffix == ".zarr" else sorted(tmp_path.rglob("*.*")):
        if file.suffix not in (".rsm", ".rsd"):  # their names are in the header
            file.rename(file.with_suffix(file.suffix.upper()))
    path = path if path.is_dir() else path.with_suffix(path.suffix.upper())
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@every_format
def test_unknown_options_are_named(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    with pytest.raises(TypeError, match=r"'colour' is not an option of .* recordings: (use|leave it out)"):
        open_video(path, colour="red")


def test_options_that_a_format_has_are_listed(tmp_path):
    with pytest.raises(TypeError, match="'x' is not an option of MATLAB recordings: use fieldname or axes or"):
        open_video(makers.mat(tmp_path / "rec.mat", video=VIDEO), x=1)
    with pytest.raises(TypeError, match="'dataset' is not an option of MultiRecorder recordings: leave it out"):
        open_video(makers.multirecorder(tmp_path / "rec.dat", VIDEO), dataset="video")


def test_a_pattern_is_not_a_path(tmp_path):
    for i in range(3):
        makers.npy(tmp_path / f"rec{i}.npy", VIDEO + i)
    match = r"rec\*\.npy is a pattern for 3 files: open each of them, such as .*rec0\.npy$"
    check_error(lambda: open_video(tmp_path / "rec*.npy"), ValueError, "path", match)


def test_a_link_to_a_file_that_is_missing(tmp_path):
    (tmp_path / "rec.npy").symlink_to(tmp_path / "gone.npy")
    match = r"rec\.npy is a link to .*gone\.npy, which does not exist: link it to the file again"
    check_error(lambda: open_video(tmp_path / "rec.npy"), FileNotFoundError, "path", match, tmp_path / "rec.npy")


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
        ("lif", "liffile", "lif"),
    ],
)
def test_a_missing_package_has_its_pip_line(tmp_path, monkeypatch, name, package, extra):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package}: pip install 'optimap-trace\[{extra}\]'"):
        open_video(path)


@pytest.mark.parametrize("package", ["h5py", "av", "imagecodecs", "zarr", "liffile"])
@pytest.mark.parametrize(
    "name",
    [
        *("npy", "tiff", "tiff folder", "png folder", "mat 5", "micam05", "multirecorder"),
        *("pco", "streampix", "inscopix", "czi", "scanbox"),
    ],
)
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
            r"start_frame = 7 is beyond the end of .*rec\.npy, which has 7 frames: give a frame in 0\.\.6",
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
def test_parts_beyond_the_recording(tmp_path, arguments, message):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    with pytest.raises(ValueError, match=message):
        load_video(path, **arguments)


@every_format
def test_a_loaded_video_can_be_changed_and_the_file_stays(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    load_video(path)[:] = 0
    np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize("name", sorted(makers.MAPPED))
def test_a_memory_map_where_there_is_one(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    video = load_video(path, start_frame=1, step=2, use_mmap=True)
    np.testing.assert_array_equal(video, VIDEO[1::2], strict=True)
    assert not video.flags.writeable
    base = video
    while base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)


@pytest.mark.parametrize("name", sorted(set(makers.EVERY_FORMAT) - makers.MAPPED))
def test_a_warning_where_there_is_no_memory_map(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    with pytest.warns(UserWarning, match=r"rec.* cannot be memory-mapped \(.+\); it is loaded instead"):
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


# --- wrong arguments ------------------------------------------------------------------------------------------------

FILES = {
    "rec.npy": lambda path: makers.npy(path, VIDEO),
    "rec.xyz": lambda path: path.write_bytes(b""),
    "empty": lambda path: path.mkdir(),
    "colour.npy": lambda path: makers.npy(path, np.zeros((4, 5, 6, 3))),
    "flat.npy": lambda path: makers.npy(path, VIDEO[0]),
    "none.npy": lambda path: makers.npy(path, VIDEO[:0]),
    "complex.npy": lambda path: makers.npy(path, VIDEO.astype(complex)),
    "cut.npy": lambda path: path.write_bytes(b"no array"),
    "cut.tif": lambda path: path.write_bytes(b"no image"),
    "cut.mat": lambda path: path.write_bytes(b"x" * 300),
    "cut.h5": lambda path: path.write_bytes(b"no datasets"),
    "cut.zarr": lambda path: path.mkdir(),
    "cut.mkv": lambda path: path.write_bytes(b"no video"),
    "cut.dat": lambda path: path.write_bytes(b"no frames"),
    "cut.gsh": lambda path: path.write_text("no header"),
    "cut.rsh": lambda path: path.write_text("no header"),
    "rec.mat": lambda path: makers.mat(path, video=VIDEO, other=VIDEO[0]),
    "two.mat": lambda path: makers.mat(path, calcium=VIDEO, voltage=VIDEO),
    "rec.h5": lambda path: makers.hdf5(path, video=VIDEO),
    "two.h5": lambda path: makers.hdf5(path, calcium=VIDEO, voltage=VIDEO),
    "none.h5": lambda path: makers.hdf5(path, mask=VIDEO[0]),
    "nothing.h5": lambda path: makers.hdf5(path, note=np.array([b"text"])),
    "two.zarr": lambda path: makers.zarr_group(path, calcium=VIDEO, voltage=VIDEO),
    "one.zarr": lambda path: makers.zarr(path, VIDEO),
    "channels.zarr": lambda path: makers.ome_zarr(path, np.stack([VIDEO] * 2, 1), "tcyx"),
    "planes.zarr": lambda path: makers.ome_zarr(path, np.stack([VIDEO] * 2, 1), "tzyx"),
    "still.zarr": lambda path: makers.ome_zarr(path, VIDEO, "zyx"),
    "rec.mkv": lambda path: makers.encoded(path, VIDEO.astype("u1")),
}
# file, options, type, argument, value (... for the path), other argument that the cure names, text
WRONG = [
    (3, {}, TypeError, "path", 3, None, "path = 3: give the name of a file"),
    ("", {}, TypeError, "path", "", None, "path = '': give the name of a file"),
    ("gone.npy", {}, FileNotFoundError, "path", ..., None, "does not exist: check the name"),
    ("rec.xyz", {}, ValueError, "path", ..., "shape", r"unknown suffix '\.xyz': give a file with one of \.npy"),
    ("empty", {}, ValueError, "path", ..., None, "holds no .* image: give a folder of images"),
    (
        "colour.npy",
        {},
        ValueError,
        "path",
        ...,
        "axes",
        "is a colour recording .*: choose one colour with axes=",
    ),
    ("flat.npy", {}, ValueError, "path", ..., None, "holds an array of shape .*: save the recording as"),
    ("none.npy", {}, ValueError, "path", ..., None, "holds no pixels, .*: record or convert it again"),
    ("complex.npy", {}, ValueError, "path", ..., None, "holds complex128 values: save the pixels as real"),
    ("cut.npy", {}, ValueError, "path", ..., None, "may be truncated .*: copy the recording again"),
    ("cut.tif", {}, ValueError, "path", ..., None, "is not a TIFF file, .*: give a TIFF file"),
    ("cut.mat", {}, ValueError, "path", ..., None, "cannot be read as a MATLAB file .*: copy"),
    ("cut.h5", {}, ValueError, "path", ..., None, "cannot be read as HDF5 .*: copy"),
    ("cut.zarr", {}, ValueError, "path", ..., None, r"is a folder without zarr\.json.*: copy the recording again"),
    ("cut.mkv", {}, ValueError, "path", ..., None, "cannot be read as video .*: copy"),
    ("cut.dat", {}, ValueError, "path", ..., None, "is truncated, .*: copy"),
    ("cut.gsh", {}, FileNotFoundError, "path", ..., None, r"cut\.gsd is missing: copy it next to cut\.gsh"),
    ("cut.rsh", {}, ValueError, "path", ..., None, "not a complete header: copy"),
    (
        "rec.npy",
        {"dataset": "x"},
        TypeError,
        "dataset",
        "x",
        None,
        "'dataset' is not an option .*: use axes",
    ),
    ("rec.mat", {"name": "x"}, TypeError, "name", "x", None, "'name' is not an option .*: use fieldname or axes"),
    ("rec.mat", {"axes": "TXX"}, ValueError, "axes", "TXX", None, "axes = 'TXX' is not an order .*: give one letter"),
    ("rec.mat", {"fieldname": "other"}, ValueError, "fieldname", "other", None, "has shape .*: choose an array with"),
    ("rec.mat", {"fieldname": "x"}, ValueError, "fieldname", "x", None, "is not in .*: choose one of .*video"),
    ("two.mat", {}, ValueError, "path", ..., "fieldname", "holds 2 3-D arrays .*: choose one with fieldname="),
    ("rec.h5", {"dataset": 3}, TypeError, "dataset", 3, None, "dataset = 3: it must be text"),
    ("rec.h5", {"dataset": "x"}, ValueError, "dataset", "x", None, "is not in .*: choose one of video"),
    ("nothing.h5", {"dataset": "x"}, ValueError, "dataset", "x", None, "is not in .*: give another file"),
    ("two.h5", {}, ValueError, "path", ..., "dataset", "holds 2 3-D arrays .*: choose one with dataset="),
    ("none.h5", {}, ValueError, "path", ..., None, "holds no 3-D array .*: save the recording as"),
    ("two.zarr", {}, ValueError, "path", ..., "dataset", "holds 2 3-D arrays .*: choose one with dataset="),
    ("two.zarr", {"dataset": "x"}, ValueError, "dataset", "x", None, "is not in .*: choose one of calcium"),
    ("one.zarr", {"dataset": "x"}, ValueError, "dataset", "x", None, "a single array: leave dataset out"),
    ("one.zarr", {"z": 0}, ValueError, "z", 0, None, "cannot be used, .*: leave z out"),
    ("channels.zarr", {}, ValueError, "path", ..., "channel", "has 2 channels: choose one with channel=, from 0 to 1"),
    ("channels.zarr", {"channel": 2}, ValueError, "channel", 2, None, "is not in .*: give a number from 0 to 1"),
    ("channels.zarr", {"channel": 0, "z": 0}, ValueError, "z", 0, None, "none for z: leave z out"),
    ("planes.zarr", {}, ValueError, "path", ..., "z", "has 2 planes: choose one with z=, from 0 to 1"),
    ("planes.zarr", {"z": "0"}, ValueError, "z", "0", None, "is not in .*: give a number from 0 to 1"),
    (
        "still.zarr",
        {},
        ValueError,
        "path",
        ...,
        "axes",
        "has the axes z, y, x .*: give the meaning .* axes=",
    ),
    ("rec.mkv", {"channel": "x"}, ValueError, "channel", "x", None, "channel = 'x': it must be one of 'red', 'green'"),
    ("rec.mkv", {"channel": [0]}, ValueError, "channel", [0], None, r"channel = \[0\]: it must be one of"),
]


@pytest.mark.parametrize("function", [open_video, load_video, load_metadata])
@pytest.mark.parametrize(("name", "options", "kind", "argument", "value", "keyword", "text"), WRONG)
def test_wrong_arguments(tmp_path, function, name, options, kind, argument, value, keyword, text):
    path = tmp_path / name if name and isinstance(name, str) else name
    if name in FILES:
        FILES[name](path)
    error = check_error(lambda: function(path, **options), kind, argument, text, value=path if value is ... else value)
    assert error.keyword == keyword
    check_pickles(error)


@pytest.mark.parametrize(
    ("arguments", "argument", "text"),
    [
        ({"start_frame": 7}, "start_frame", r"start_frame = 7 is beyond the end of .*: give a frame in 0\.\.6"),
        ({"start_frame": -1}, "start_frame", "start_frame = -1: it must be a whole number"),
        ({"frames": 8}, "frames", "frames = 8 is more than .* has, .*: leave frames out"),
        ({"frames": 0}, "frames", "frames = 0: it must be a whole number"),
        ({"step": 0}, "step", "step = 0: it must be a whole number"),
    ],
)
def test_wrong_parts_of_a_recording(tmp_path, arguments, argument, text):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    check_error(lambda: load_video(path, **arguments), ValueError, argument, text, value=arguments[argument])


def test_a_recording_of_one_frame_is_counted_in_the_singular(tmp_path):
    path = makers.npy(tmp_path / "rec.npy", VIDEO[:1])
    with pytest.raises(ValueError, match=r"which has 1 frame: give a frame in 0\.\.0"):
        load_video(path, start_frame=1)
