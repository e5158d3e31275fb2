"""save_video: videos are read back exactly as saved, and a failed save leaves nothing behind."""

import sys

import av
import h5py
import numpy as np
import pytest
import tifffile
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import loadmat, whosmat

from optimap.video import load_metadata, load_video, open_video, save_video
from tests import makers
from tests.errors import check_error, check_pickles

VIDEO = makers.random_video((7, 5, 6))
INTEGERS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]
DTYPES = {
    ".npy": [*INTEGERS, "f2", "f4", "f8", "?"],
    ".tif": [*INTEGERS, "f2", "f4", "f8"],
    ".mat": [*INTEGERS, "f4", "f8"],
    ".h5": [*INTEGERS, "f2", "f4", "f8", "?"],
    ".zarr": [*INTEGERS, "f2", "f4", "f8", "?"],
    ".zarr.zip": [*INTEGERS, "f2", "f4", "f8", "?"],
    ".mkv": ["u1", "u2"],
}
WITH_RATE = [".tif", ".mat", ".h5", ".zarr", ".zarr.zip", ".mkv"]
every_suffix = pytest.mark.parametrize("suffix", DTYPES)


class Failing:
    """A video with a second block that cannot be read."""

    shape, dtype = VIDEO.shape, VIDEO.dtype

    def __getitem__(self, key):
        if key.start:
            raise OSError("the disk is gone")
        return VIDEO[key]


@pytest.fixture
def frame_by_frame(allow):
    allow(write_bytes=1, largest_write_bytes=1, chunk_bytes=1)


@every_suffix
@settings(max_examples=60)
@given(data=st.data())
def test_saved_values_are_read_again(tmp_path_factory, suffix, data):
    dtype = data.draw(st.sampled_from(DTYPES[suffix]))
    columns = st.integers(2 if suffix == ".tif" else 1, 20)
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 20), columns))
    order = data.draw(st.sampled_from("<>"))
    fps = data.draw(st.sampled_from([None, 500.0, 29.97, 1000 / 3, 0.1]) if suffix in WITH_RATE else st.none())
    video = makers.random_video(shape, np.dtype(dtype).newbyteorder(order))
    path = tmp_path_factory.mktemp("save") / f"rec{suffix}"
    save_video(path, video, fps)
    np.testing.assert_array_equal(load_video(path), video.astype(dtype), strict=True)
    assert load_metadata(path).get("fps") == (fps if fps is None else pytest.approx(fps, rel=1e-15))


@pytest.mark.parametrize("suffix", WITH_RATE)
@pytest.mark.parametrize("fps", [1 / 3600, 0.1, 1, 29.97, 333.3, 500, 1000.0, 2500, 1e5, np.float32(500)])
def test_the_rate_is_kept(tmp_path, suffix, fps):
    path = tmp_path / f"rec{suffix}"
    for video in (VIDEO, VIDEO.view("i2")) if suffix == ".tif" else (VIDEO,):  # ImageJ and OME
        save_video(path, video, fps, overwrite=True)
        with open_video(path) as recording:
            assert recording.fps == float(fps)
            np.testing.assert_array_equal(recording[:], video)


@pytest.mark.parametrize("suffix", WITH_RATE)
def test_an_unknown_rate_stays_unknown(tmp_path, suffix):
    save_video(tmp_path / f"rec{suffix}", VIDEO)
    with open_video(tmp_path / f"rec{suffix}") as recording:
        assert recording.fps is None


@every_suffix
def test_block_after_block(tmp_path, suffix, frame_by_frame):
    save_video(tmp_path / f"rec{suffix}", VIDEO)
    np.testing.assert_array_equal(load_video(tmp_path / f"rec{suffix}"), VIDEO, strict=True)


@every_suffix
@pytest.mark.parametrize("name", ["npy", "tiff lzw", "mkv", "micam ultima"])
def test_from_a_recording(tmp_path, suffix, name):
    with open_video(makers.EVERY_FORMAT[name](tmp_path, VIDEO)) as recording:
        save_video(tmp_path / f"copy{suffix}", recording)
    np.testing.assert_array_equal(load_video(tmp_path / f"copy{suffix}"), VIDEO, strict=True)


@every_suffix
@pytest.mark.parametrize(
    "view",
    [lambda a: a[::-1, ::-1, ::-1], lambda a: a[::2, 1:, ::2], np.asfortranarray, lambda a: a.transpose(0, 2, 1)],
)
def test_arrays_of_any_layout(tmp_path, suffix, view):
    save_video(tmp_path / f"rec{suffix}", view(VIDEO))
    np.testing.assert_array_equal(load_video(tmp_path / f"rec{suffix}"), view(VIDEO), strict=True)


def test_lists_and_datasets(tmp_path):
    save_video(tmp_path / "list.npy", VIDEO.tolist())
    np.testing.assert_array_equal(load_video(tmp_path / "list.npy"), VIDEO.astype(int), strict=True)
    with h5py.File(makers.hdf5(tmp_path / "rec.h5", video=VIDEO)) as file:
        save_video(tmp_path / "dataset.tif", file["video"])
    np.testing.assert_array_equal(load_video(tmp_path / "dataset.tif"), VIDEO, strict=True)


@every_suffix
@pytest.mark.parametrize("dtype", ["u2", "i2"])
def test_a_saved_file_truncated_anywhere_is_an_error_or_whole(tmp_path, suffix, dtype):
    path, fps = tmp_path / f"rec{suffix}", 500 if suffix in WITH_RATE else None
    video = VIDEO[:4].astype("u2" if suffix == ".mkv" else dtype)  # fewer frames than columns
    save_video(path, video, fps)
    pixels = makers.pixel_file(path)
    whole = pixels.read_bytes()
    for kept in [*range(0, len(whole), len(whole) // 60), *range(len(whole) - 5, len(whole))]:
        pixels.write_bytes(whole[:kept])
        outcome = makers.values_or_error(path, load_video)
        if isinstance(outcome, str):
            assert path.name in outcome, (kept, outcome)
        else:
            np.testing.assert_array_equal(outcome, video, strict=True)
            assert load_metadata(path).get("fps") == fps


@every_suffix
def test_the_video_is_not_changed(tmp_path, suffix):
    video = VIDEO.astype(">u2")
    save_video(tmp_path / f"rec{suffix}", video)
    assert video.dtype == ">u2"
    np.testing.assert_array_equal(video, VIDEO)


@every_suffix
def test_overwriting_only_when_asked(tmp_path, suffix):
    path = tmp_path / f"rec{suffix}"
    save_video(path, VIDEO)
    with pytest.raises(FileExistsError, match=rf"rec\{suffix} exists: choose another name, or set overwrite=True"):
        save_video(path, VIDEO[:3])
    np.testing.assert_array_equal(load_video(path), VIDEO)
    save_video(path, VIDEO[:3], overwrite=True)
    np.testing.assert_array_equal(load_video(path), VIDEO[:3])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@every_suffix
def test_a_failed_save_leaves_nothing_behind(tmp_path, suffix, frame_by_frame):
    with pytest.raises(OSError, match="the disk is gone"):
        save_video(tmp_path / f"rec{suffix}", Failing())
    assert list(tmp_path.iterdir()) == []


@every_suffix
def test_a_failed_overwrite_keeps_the_old_file(tmp_path, suffix, frame_by_frame):
    path = tmp_path / f"rec{suffix}"
    save_video(path, VIDEO)
    with pytest.raises(OSError, match="the disk is gone"):
        save_video(path, Failing(), overwrite=True)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [(".tif", "?"), (".tif", "g"), (".mat", "f2"), (".mat", "?"), (".mat", "g"), (".mkv", "i2"), (".mkv", "f4")],
)
def test_dtypes_that_a_format_cannot_hold(tmp_path, suffix, dtype):
    with pytest.raises(
        ValueError, match=rf"\{suffix} files cannot hold \w+ pixels without loss .* choose \.npy or \.h5"
    ):
        save_video(tmp_path / f"rec{suffix}", np.zeros((2, 3, 4), dtype))
    assert list(tmp_path.iterdir()) == []


@every_suffix
@pytest.mark.parametrize("dtype", ["c8", "M8[s]", "O", "U3"])
def test_pixels_that_are_not_numbers(tmp_path, suffix, dtype):
    with pytest.raises(ValueError, match=r"video holds .* values: convert them to real numbers"):
        save_video(tmp_path / f"rec{suffix}", np.zeros((2, 3, 4), dtype))


@pytest.mark.parametrize("shape", [(4, 5), (), (0, 4, 5), (4, 0, 5), (4, 5, 6, 3)])
def test_shapes_that_are_not_a_video(tmp_path, shape):
    with pytest.raises(ValueError, match=r"video has shape \(.*\): give an array \(T, H, W\)"):
        save_video(tmp_path / "rec.npy", np.zeros(shape))


@pytest.mark.parametrize("fps", [0, -1, np.nan, np.inf, 1j, "500", [500], True])
def test_rates_that_are_not_positive_numbers(tmp_path, fps):
    with pytest.raises(ValueError, match=r"fps = .*: it must be a positive number"):
        save_video(tmp_path / "rec.tif", VIDEO, fps)


@pytest.mark.parametrize("name", ["rec.gsh", "rec.dat", "rec.avi", "rec.mp4", "rec.rsd"])
def test_formats_that_are_only_read(tmp_path, name):
    message = rf"{name} cannot be written: choose one of \.npy \.tif \.mat \.h5 \.zarr \.mkv"
    with pytest.raises(ValueError, match=message):
        save_video(tmp_path / name, VIDEO)


@pytest.mark.parametrize("name", ["rec.xyz", "rec"])
def test_an_unknown_suffix(tmp_path, name):
    with pytest.raises(ValueError, match=r"rec\S* cannot be written: choose one of .npy"):
        save_video(tmp_path / name, VIDEO)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_that_name(tmp_path, overwrite):
    (tmp_path / "rec.tif").mkdir()
    with pytest.raises(ValueError, match=r"rec\.tif is a folder and is not replaced: choose another name"):
        save_video(tmp_path / "rec.tif", VIDEO, overwrite=overwrite)


def test_a_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"the folder .*nowhere does not exist"):
        save_video(tmp_path / "nowhere" / "rec.tif", VIDEO)


@pytest.mark.parametrize(("suffix", "package"), [(".h5", "h5py"), (".zarr", "zarr"), (".mkv", "av")])
def test_a_missing_package_has_its_pip_line(tmp_path, monkeypatch, suffix, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package}: pip install 'optimap-trace\["):
        save_video(tmp_path / f"rec{suffix}", VIDEO)
    assert list(tmp_path.iterdir()) == []


def test_tiff_cannot_hold_frames_of_one_column(tmp_path):
    with pytest.raises(
        ValueError, match=r"shape \(7, 5, 1\), but \.tif files cannot hold frames of one column: choose"
    ):
        save_video(tmp_path / "rec.tif", VIDEO[:, :, :1])
    assert list(tmp_path.iterdir()) == []


# --- saved files in other programs ----------------------------------------------------------------------------------


def test_tifffile_reads_saved_files(tmp_path):
    save_video(tmp_path / "rec.tif", VIDEO, 500)
    with tifffile.TiffFile(tmp_path / "rec.tif") as tif:
        np.testing.assert_array_equal(tif.asarray(), VIDEO, strict=True)
        assert tif.is_imagej
        assert tif.series[0].axes == "TYX"
        assert tif.imagej_metadata["finterval"] == 0.002
    save_video(tmp_path / "signed.tif", VIDEO.view("i2"), 500)
    with tifffile.TiffFile(tmp_path / "signed.tif") as tif:
        np.testing.assert_array_equal(tif.asarray(), VIDEO.view("i2"), strict=True)
        assert 'TimeIncrement="0.002"' in tif.ome_metadata


@pytest.mark.parametrize(("frames", "is_big"), [(1000, False), (3000, True)])
def test_large_tiff_files_are_bigtiff(tmp_path, monkeypatch, frames, is_big):
    options = {}

    def write(path, frames, **given):
        options.update(given)
        path.touch()

    monkeypatch.setattr(tifffile, "imwrite", write)
    save_video(tmp_path / "rec.tif", np.broadcast_to(np.uint16(1), (frames, 1024, 1024)))
    assert options["bigtiff"] == is_big
    assert options.get("imagej", False) == (not is_big)  # ImageJ cannot read BigTIFF
    assert options.get("ome", False) == is_big


def test_scipy_reads_saved_files(tmp_path):
    save_video(tmp_path / "rec.mat", VIDEO, 500)
    variables = loadmat(tmp_path / "rec.mat")
    np.testing.assert_array_equal(variables["video"], VIDEO, strict=True)
    assert (variables["fps"].item(), variables["axes"].item()) == (500, "TYX")
    # A file truncated between two variables looks whole: the pixels come last, so that the notes are never lost.
    assert [name for name, *_ in whosmat(tmp_path / "rec.mat")][-1] == "video"


def test_mat_files_end_at_two_gigabytes(tmp_path):
    video = np.broadcast_to(np.uint8(1), (2**11, 2**10, 2**10))
    with pytest.raises(
        ValueError, match=r"2147483648 bytes, but a \.mat file of version 5 holds at most 2 GB: save it as \.h5"
    ):
        save_video(tmp_path / "rec.mat", video)
    assert list(tmp_path.iterdir()) == []


def test_h5py_reads_saved_files(tmp_path):
    save_video(tmp_path / "rec.h5", VIDEO, 500)
    with h5py.File(tmp_path / "rec.h5") as file:
        np.testing.assert_array_equal(file["video"][()], VIDEO, strict=True)
        assert dict(file["video"].attrs) == {"axes": "TYX", "fps": 500.0}


@pytest.mark.parametrize(("dtype", "pixel_format"), [("u1", "gray"), ("u2", "gray16le")])
@pytest.mark.parametrize("shape", [(3, 1, 1), (3, 5, 6), (3, 40, 33)])
def test_ffmpeg_reads_saved_files(tmp_path, dtype, pixel_format, shape):
    video = makers.random_video(shape, dtype)
    save_video(tmp_path / "rec.mkv", video, 25)
    with av.open(str(tmp_path / "rec.mkv")) as container:
        frames = list(container.decode(video=0))
        assert container.streams.video[0].codec_context.name == "ffv1"
        assert container.streams.video[0].average_rate == 25
    assert all(frame.key_frame and frame.format.name == pixel_format for frame in frames)
    decoded = [frame.to_ndarray(format=pixel_format) for frame in frames]
    np.testing.assert_array_equal(np.stack(decoded), video, strict=True)


# --- wrong arguments ------------------------------------------------------------------------------------------------

RAGGED = [[[1, 2], [3]]]


@pytest.mark.parametrize(
    ("name", "video", "options", "kind", "argument", "value", "text"),
    [
        (3, VIDEO, {}, TypeError, "path", 3, "path = 3: give the name of a file"),
        ("rec.avi", VIDEO, {}, ValueError, "path", ..., r"cannot be written: choose one of \.npy"),
        ("folder.tif", VIDEO, {}, ValueError, "path", ..., "is a folder and is not replaced: choose another name"),
        ("none/rec.tif", VIDEO, {}, FileNotFoundError, "path", ..., "the folder .* does not exist: create it"),
        ("old.tif", VIDEO, {}, FileExistsError, "path", ..., "exists: choose another name, or set overwrite=True"),
        ("rec.npy", VIDEO[0], {}, ValueError, "video", None, r"video has shape \(5, 6\): give an array \(T, H, W\)"),
        ("rec.npy", RAGGED, {}, ValueError, "video", None, "video has frames or rows of different lengths: give"),
        ("rec.npy", VIDEO * 1j, {}, ValueError, "video", None, "video holds complex128 values: convert them"),
        ("rec.mkv", VIDEO / 2, {}, ValueError, "video", np.dtype("f8"), r"\.mkv files cannot hold float64 .*: choose"),
        ("rec.tif", VIDEO[..., :1], {}, ValueError, "video", (7, 5, 1), "cannot hold frames of one column: choose"),
        ("rec.tif", VIDEO, {"fps": 0}, ValueError, "fps", 0, "fps = 0: it must be a positive number"),
        ("rec.tif", VIDEO, {"made": 3}, TypeError, "made", 3, "made = 3: it must be a dict"),
        ("rec.tif", VIDEO, {"made": {"x": {1}}}, TypeError, "made", {"x": {1}}, "made = .* cannot be stored .*: use"),
    ],
)
def test_wrong_arguments(tmp_path, name, video, options, kind, argument, value, text):
    (tmp_path / "folder.tif").mkdir()
    (tmp_path / "old.tif").write_text("old")
    path = tmp_path / name if isinstance(name, str) else name
    error = check_error(lambda: save_video(path, video, **options), kind, argument, text)
    assert error.value is video or error.value == (path if value is ... else value)
    assert error.keyword == ("overwrite" if kind is FileExistsError else None)
    check_pickles(error)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["folder.tif", "old.tif"]


@every_suffix
def test_a_recording_with_irregular_times_needs_a_rate(tmp_path, suffix):
    video = makers.random_video((8, 5, 6), "u1")
    made = makers.encoded_at(tmp_path / "made.mkv", video, [0, 2, 4, 6, 56, 58, 60, 62])
    path = tmp_path / f"rec{suffix}"
    with open_video(made) as recording:
        error = check_error(
            lambda: save_video(path, recording),
            ValueError,
            "video",
            r"made\.mkv has irregular times \(1 gap, after frame 3: 50 ms instead of 2 ms\), but only a constant rate "
            r"can be stored: give one with fps=, by which all frames are spaced evenly",
            recording,
        )
        assert error.keyword == "fps"
        assert not path.exists()
        save_video(path, recording, fps=500)
    with open_video(path) as saved:
        np.testing.assert_array_equal(saved[:], video)
        assert saved.fps == 500


def test_an_array_with_irregular_times_needs_a_rate(tmp_path):
    times = np.r_[0:4, 20:23] / 500
    array = xr.DataArray(VIDEO, dims=("time", "y", "x"), coords={"time": times})
    with pytest.raises(ValueError, match=r"^video has irregular times \(1 gap, after frame 3: 34 ms instead of 2 ms\)"):
        save_video(tmp_path / "rec.tif", array)
    save_video(tmp_path / "rec.tif", array, 500)
    assert load_metadata(tmp_path / "rec.tif")["fps"] == 500
