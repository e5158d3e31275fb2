"""The description of a video: what it is and how its frames are reached, found without looking at a pixel."""

import array_api_strict
import dask.array as da
import h5py
import numpy as np
import pytest

from optimap._reading import Source, as_source, check_sizes
from optimap.video import open_video
from tests import arrays, makers
from tests.errors import check_error
from tests.readers import Chunked, Sliceable, Untouchable, mapped

VIDEO = makers.random_video((12, 6, 7))


def read_only(video):
    """Return a copy that cannot be written to."""
    video = video.copy()
    video.flags.writeable = False
    return video


def test_an_array_in_memory():
    source = as_source(VIDEO)
    assert source == Source(VIDEO, (12, 6, 7), np.dtype("u2"), "memory", frames=source.frames, is_ready=True)
    assert source.video is source.frames is VIDEO
    assert source.frame_shape == (6, 7)
    assert source.frame_bytes == 84


def test_a_memory_map(tmp_path):
    video = mapped(tmp_path, VIDEO)
    source = as_source(video)
    assert (source.reach, source.shape, source.dtype) == ("map", VIDEO.shape, VIDEO.dtype)
    assert source.frames is video
    assert source.mapping is video._mmap
    assert source.is_ready
    assert as_source(np.asarray(video)[2:5, :, ::2]).mapping is video._mmap


@pytest.mark.parametrize("suffix", [".npy", ".tif"])
def test_a_recording_of_a_mapped_file_gives_its_frames_as_a_view(tmp_path, suffix):
    path = makers.npy(tmp_path / "rec.npy", VIDEO) if suffix == ".npy" else makers.tiff(tmp_path / "rec.tif", VIDEO)
    with open_video(path) as recording:
        recording.fps = 250.0
        source = as_source(recording)
        assert source.video is recording
        assert (source.reach, source.fps) == ("map", 250.0)
        assert source.mapping is not None
        np.testing.assert_array_equal(source.frames, VIDEO)


@pytest.mark.parametrize("suffix", [".dat", ".mkv"])
def test_the_times_of_a_recording(tmp_path, suffix):
    milliseconds = np.arange(12) * 2 + (np.arange(12) > 4) * 48
    if suffix == ".dat":
        path = makers.multirecorder(tmp_path / "rec.dat", VIDEO, stamps=(milliseconds * 1000).tolist())
    else:
        path = makers.encoded_at(tmp_path / "rec.mkv", VIDEO.astype("u1"), milliseconds)
    with open_video(path) as recording:
        source = as_source(recording)
        np.testing.assert_array_equal(source.times, recording.times)
        np.testing.assert_allclose(source.axis_times, milliseconds / 1000, rtol=0, atol=1e-12)
        recording.fps = 500.0
        np.testing.assert_array_equal(as_source(recording).axis_times, np.arange(12) / 500)
        recording.fps = None
        recording.times[3] = np.nan
        assert as_source(recording).axis_times is None


def test_a_recording_that_must_be_read(tmp_path):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO, chunks=(3, 2, 7), shards=(6, 4, 7))
    with open_video(path) as recording:
        recording.fps = 250.0
        source = as_source(recording)
        assert (source.reach, source.frames, source.mapping, source.is_ready) == ("reader", None, None, False)
        assert (source.chunk, source.shard, source.fps) == ((3, 2, 7), 6, 250.0)


def test_a_dataset_of_h5py(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        source = as_source(file.create_dataset("video", data=VIDEO, chunks=(5, 3, 7)))
        assert (source.reach, source.chunk, source.shard, source.fps) == ("reader", (5, 3, 7), None, None)
        assert as_source(file.create_dataset("whole", data=VIDEO)).chunk is None


def test_anything_else_that_can_be_sliced_is_a_reader():
    source = as_source(Sliceable(VIDEO))
    assert (source.reach, source.shape, source.dtype, source.chunk) == ("reader", (12, 6, 7), np.dtype("u2"), None)
    assert as_source(Chunked(VIDEO, (50, 5, 7))).chunk == (12, 5, 7)  # no more than the video has


@pytest.mark.parametrize("chunks", [None, ((5, 7), (6,), (7,)), (5, 6), "auto", (5.0, 6, 7)])
def test_an_attribute_that_does_not_give_three_sizes_is_not_a_chunk(chunks):
    assert as_source(Chunked(VIDEO, chunks)).chunk is None


def test_a_dask_array_is_not_computed():
    def fail(block):
        raise AssertionError("computed")

    video = da.from_array(VIDEO, chunks=(5, 6, 7)).map_blocks(fail, dtype="u2", meta=np.empty((0, 0, 0), "u2"))
    source = as_source(video)
    assert (source.reach, source.shape, source.dtype, source.frames) == ("dask", (12, 6, 7), np.dtype("u2"), None)


@pytest.mark.parametrize("name", arrays.ALL)
def test_an_array_on_a_device(name):
    library = arrays.library(name)
    source = as_source(library.to(VIDEO))
    assert (source.reach, source.shape, source.dtype, source.frames) == ("device", (12, 6, 7), np.dtype("u2"), None)


def test_a_type_that_numpy_lacks_is_described_by_the_type_of_its_results(torch):
    # NumPy knows bfloat16 once a package such as ml_dtypes, which JAX needs, has added it.
    assert as_source(torch.zeros(2, 3, 4, dtype=torch.bfloat16)).dtype.name in ("float32", "bfloat16")


def test_nested_lists_become_an_array():
    source = as_source(VIDEO.tolist())
    assert (source.reach, source.shape) == ("memory", (12, 6, 7))
    np.testing.assert_array_equal(source.frames, VIDEO)


def test_no_pixel_is_looked_at():
    assert as_source(Untouchable(VIDEO)).reach == "reader"
    assert as_source(np.lib.stride_tricks.as_strided(np.zeros(1), (10**6, 10**6, 10**6), (0, 0, 0))).reach == "memory"


@pytest.mark.parametrize(
    "change", [read_only, lambda v: v[::2], lambda v: v[::-1], lambda v: v[:, 2:5], lambda v: v > 9]
)
def test_frames_that_the_loops_take_as_they_are(change):
    assert as_source(change(VIDEO)).is_ready


@pytest.mark.parametrize(
    "change",
    [
        np.ma.asarray,
        lambda v: v.astype(">u2"),
        lambda v: v.astype("f2"),
        lambda v: v.astype(np.longdouble),
        lambda v: v[:, :, ::2],
        lambda v: v[:, ::-1],
        np.asfortranarray,
    ],
)
def test_frames_that_are_converted_first(change):
    source = as_source(change(VIDEO))
    assert not source.is_ready
    assert source.reach == "memory"


def test_a_masked_array_keeps_its_mask():
    video = np.ma.masked_array(VIDEO, VIDEO > 9)
    assert as_source(video).frames is video


@pytest.mark.parametrize(
    ("order", "chunk"),
    [((2, 1, 0), (12, 6, 1)), ((1, 2, 0), (12, 1, 7)), ((1, 0, 2), (12, 1, 7)), ((0, 1, 2), None), ((0, 2, 1), None)],
)
def test_maps_with_scattered_frames_are_read_along_their_slowest_axis(tmp_path, order, chunk):
    video = mapped(tmp_path, np.ascontiguousarray(VIDEO.transpose(order))).transpose(np.argsort(order))
    np.testing.assert_array_equal(video, VIDEO)
    assert as_source(video).chunk == chunk
    assert as_source(np.array(video, order="K")).chunk is None  # in memory nothing is read


def test_subclasses_of_arrays_are_arrays_in_memory():
    class Own(np.ndarray):
        pass

    source = as_source(VIDEO.view(Own))
    assert (source.reach, source.is_ready) == ("memory", True)


@pytest.mark.parametrize(
    ("video", "kind", "message"),
    [
        (None, TypeError, r"film is not an array: open a recording first, film = optimap.open_video\(path\)"),
        ("rec.tif", TypeError, "film is not an array"),
        (5, TypeError, "film is not an array"),
        (VIDEO[0], ValueError, r"film has shape \(6, 7\), a single image: give film\[np.newaxis\] as a video"),
        (VIDEO[0, 0], ValueError, r"film has shape \(7,\)"),
        (np.zeros((2, 3, 4, 3)), ValueError, r"a colour video: make it grey first, for example film\[\.\.\., 1\]"),
        (np.zeros((2, 3, 4, 4)), ValueError, "a colour video"),
        (np.zeros((2, 3, 4, 5)), ValueError, r"film has shape \(2, 3, 4, 5\): give a video \(T, H, W\)"),
        ([[[1, 2], [3]]], ValueError, "frames or rows differ in length"),
        (np.zeros((2, 3, 4), complex), TypeError, r"film has dtype complex128.*np\.abs\(film\)"),
        (np.zeros((2, 3, 4), "M8[s]"), TypeError, r"film has dtype .*film\.astype\(float\)"),
        (np.zeros((2, 3, 4), object), TypeError, "film has dtype object"),
        (array_api_strict.zeros((2, 3)), ValueError, "a single image"),
        (da.zeros((2, 3)), ValueError, "a single image"),
        (Untouchable(VIDEO[0]), ValueError, "a single image"),
    ],
)
def test_arguments_that_cannot_be_a_video_are_refused_by_name(video, kind, message):
    check_error(lambda: as_source(video, "film"), kind, "film", message)


def test_chunks_of_unknown_sizes_are_refused():
    lazy = da.from_array(VIDEO, chunks=(5, 6, 7))
    check_sizes(lazy, "film")
    unknown = lazy[lazy[:, 0, 0] > 9]
    for check in (check_sizes, as_source):
        error = check_error(lambda check=check: check(unknown, "film"), ValueError, "film", "chunks of unknown sizes")
        assert error.value is unknown
    assert eval(error.cure.removeprefix("call ").removesuffix(" first"), {"film": unknown}).shape[1:] == (6, 7)
