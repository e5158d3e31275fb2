"""Lazy videos of other readers: of pims, nd2, tifffile and others, and objects like those of hyperspy and bioio.

The two were tried themselves (hyperspy 2.5, bioio 3.6); they would bring some forty packages to the tests.
"""

import re
from fractions import Fraction
from types import SimpleNamespace

import dask.array as da
import h5py
import liffile
import nd2
import numpy as np
import pims
import pytest
import tifffile
import xarray as xr
import zarr
from PIL import Image

from optimap._reading import as_source
from optimap.trace import extract_traces
from optimap.video import Recording, open_video, save_video
from tests import makers, microscopes
from tests.errors import check_error
from tests.nd2_maker import nd2 as write_nd2

VIDEO = makers.random_video((30, 12, 14))
PLACES = [(3, 4), (5, 2), (7, 7)]
EXPECTED = extract_traces(VIDEO, PLACES, size=3)


class Frames(pims.FramesSequence):
    """A reader of pims, which counts how many frames are asked for."""

    def __init__(self, video):
        self.video, self.reads = video, 0

    def __len__(self):
        return len(self.video)

    def get_frame(self, i):
        self.reads += 1
        return pims.Frame(self.video[i], frame_no=i)

    @property
    def frame_shape(self):
        return self.video.shape[1:]

    @property
    def pixel_type(self):
        return self.video.dtype


@pims.pipeline
def doubled(frame):
    return frame * 2


def same_traces(video):
    traces = extract_traces(video, PLACES, size=3)
    np.testing.assert_array_equal(np.asarray(traces), EXPECTED)


def test_pims(tmp_path):
    same_traces(Frames(VIDEO))
    with pims.TiffStack_tifffile(makers.tiff(tmp_path / "rec.tif", VIDEO)) as video:
        same_traces(video)


def test_slices_and_pipelines_of_pims():
    traces = extract_traces(Frames(VIDEO)[5:25:2], PLACES, size=3)
    np.testing.assert_array_equal(traces, EXPECTED[5:25:2])
    np.testing.assert_array_equal(extract_traces(doubled(Frames(VIDEO // 4)), (3, 4), size=1), VIDEO[:, 4, 3] // 4 * 2)


def test_frames_of_pims_are_read_when_they_are_needed():
    frames = Frames(VIDEO)
    source = as_source(frames)
    assert (source.shape, source.dtype, source.reach, source.fps) == (VIDEO.shape, VIDEO.dtype, "reader", None)
    assert frames.reads == 1
    extract_traces(frames, PLACES, size=3)
    assert frames.reads <= 1 + 1 + len(VIDEO)


@pytest.mark.parametrize(
    ("rate", "fps"), [(25, 25.0), (29.97, 29.97), (Fraction(50, 2), 25.0), (0, None), (np.nan, None), ("fast", None)]
)
def test_the_rate_of_a_video_of_pims(rate, fps):
    frames = Frames(VIDEO)
    frames.frame_rate = rate
    assert as_source(frames).fps == fps


def test_a_rate_that_the_reader_cannot_compute():
    class Rateless(Frames):
        @property
        def frame_rate(self):
            return None * Fraction(1, 2)  # as some readers of pims do without a number of frames

    assert as_source(Rateless(VIDEO)).fps is None


class Axes(pims.FramesSequenceND):
    """A reader of pims with axes of its own, of which y and x are the last."""

    def __init__(self, video, axes):
        super().__init__()
        self.video, self.order = video, axes
        for axis, size in zip(axes, video.shape, strict=True):
            self._init_axis(axis, size)
        self._register_get_frame(self.frame_at, "yx")

    def frame_at(self, **place):
        return self.video[tuple(place[axis] for axis in self.order[:-2])]

    @property
    def pixel_type(self):
        return self.video.dtype


@pytest.mark.parametrize("axes", ["tyx", "zyx"])
def test_axes_of_pims(axes):
    frames = Axes(VIDEO, axes)
    frames.iter_axes = axes[0]
    same_traces(frames)


@pytest.mark.parametrize(
    ("axes", "over", "inside"),
    [("tyx", "", "yx"), ("tyx", "", "tyx"), ("tyx", "t", "xy"), ("tcyx", "tc", "yx"), ("ctyx", "c", "yx")],
)
def test_axes_of_pims_that_are_not_those_of_frames(axes, over, inside):
    video = {"tyx": VIDEO, "tcyx": np.stack([VIDEO] * 2, 1), "ctyx": np.stack([VIDEO] * 2)}[axes]
    frames = Axes(video, axes)
    frames.bundle_axes, frames.iter_axes = inside, over
    match = r"^video has the axes .*t 30.*: set video\.bundle_axes = 'yx' and video\.iter_axes = 't'$"
    check_error(lambda: extract_traces(frames, PLACES), ValueError, "video", match)
    frames.bundle_axes, frames.iter_axes = "yx", "t"
    same_traces(frames)


@pytest.mark.parametrize(
    "key", [3, -1, slice(2, 9), slice(20, 3, -4), slice(5, 5), (4, 3, 2), (slice(1, 7), slice(2, 5), slice(1, None, 2))]
)
def test_frames_are_sliced_as_arrays_are(key):
    np.testing.assert_array_equal(as_source(Frames(VIDEO)).video[key], VIDEO[key], strict=True)


def test_colour_frames_of_pims():
    colour = makers.random_video((5, 12, 14, 3), "u1")
    match = (
        r"^np\.stack\(video\) has shape \(5, 12, 14, 3\), a colour video: .* np\.stack\(video\)\[\.\.\., 1\] for green"
    )
    check_error(lambda: extract_traces(Frames(colour), PLACES), ValueError, "np.stack(video)", match)
    extract_traces(np.stack(Frames(colour))[..., 1], PLACES)


def test_files_of_nd2(tmp_path):
    with nd2.ND2File(write_nd2(tmp_path / "rec.nd2", VIDEO)) as file:
        same_traces(file)
        same_traces(file.to_dask())
        same_traces(file.to_xarray())
        np.testing.assert_allclose(as_source(file.to_xarray()).times, np.arange(30) / 500)  # it counts in ms
    with nd2.ND2File(write_nd2(tmp_path / "two.nd2", np.stack([VIDEO] * 2, 1), channels=("a", "b"))) as file:
        match = r"^video\.to_dask\(\) has shape \(30, 2, 12, 14\): .* for example video\.to_dask\(\)\[:, 0\]$"
        check_error(lambda: extract_traces(file, PLACES), ValueError, "video.to_dask()", match)
        same_traces(file.to_dask()[:, 1])


def test_the_store_of_a_tiff(tmp_path):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO, compression="zlib")
    with tifffile.imread(path, aszarr=True) as store:
        same_traces(zarr.open(store, mode="r"))


def hold(path, kind):
    """An object that holds a recording, or makes one; it is kept open."""
    if kind == "group":
        file = h5py.File(makers.hdf5(path / "rec.h5", other=np.arange(3), video=VIDEO))
        return file, file.close
    if kind == "lif":
        file = liffile.LifFile(microscopes.lif(path / "rec.lif", {"S": VIDEO}))
        return file.images[0], file.close
    tif = tifffile.TiffFile(makers.tiff(path / "rec.tif", VIDEO, compression="zlib"))
    return {"file": tif, "series": tif.series[0], "store": tif.aszarr()}[kind], tif.close


@pytest.mark.parametrize(
    ("kind", "problem", "cure"),
    [
        ("file", "is not an array, but makes one", "video.asarray()"),
        ("series", "is not an array, but makes one", "video.asarray()"),
        ("lif", "is not an array, but makes one", "video.asarray()"),
        ("store", "is a store of zarr", "zarr.open(video, mode='r')"),
        ("group", "is a collection of 'other', 'video'", "video['video']"),
    ],
)
def test_objects_that_hold_arrays_without_being_one(tmp_path, kind, problem, cure):
    video, close = hold(tmp_path, kind)
    match = rf"^video {problem}: .*{re.escape(cure)}"
    check_error(lambda: extract_traces(video, PLACES), TypeError, "video", match)
    same_traces(eval(cure, {"video": video, "zarr": zarr}))
    close()


def signal(video, names=(None, None, None), navigate=(True, False, False), time=("ms", 2.0)):
    """An object like a signal of hyperspy: an array, and what its axes are in the same order."""
    axes = [
        {"name": name, "navigate": moves, "size": size, "units": None, "offset": 0.0, "scale": 1.0}
        for name, moves, size in zip(names, navigate, video.shape, strict=True)
    ]
    for axis in axes:
        if axis["name"] == "time":
            axis["units"], axis["scale"] = time
    notes = {f"axis-{i}": axis for i, axis in enumerate(axes)}
    return SimpleNamespace(data=video, axes_manager=SimpleNamespace(as_dictionary=lambda: notes))


LAST = np.moveaxis(VIDEO, 0, -1)


def test_signals_of_hyperspy():
    lazy = da.from_array(VIDEO, chunks=(10, 12, 14))
    traces = extract_traces(signal(lazy), PLACES, size=3)
    assert isinstance(traces, da.Array)
    np.testing.assert_array_equal(traces.compute(), EXPECTED)
    same_traces(signal(VIDEO))
    same_traces(SimpleNamespace(data=lazy))


@pytest.mark.parametrize("make", [np.asarray, lambda video: da.from_array(video, chunks=(6, 7, 30))])
def test_signals_of_hyperspy_with_named_axes(make):
    video = signal(make(LAST), ("y", "x", "time"), (True, True, False))
    same_traces(video)
    np.testing.assert_allclose(as_source(video).times, np.arange(30) / 500)
    assert as_source(signal(VIDEO, ("time", "y", "x"), time=(None, 1.0))).times is None


@pytest.mark.parametrize("names", [(None, None, None), ("y", "x", None), ("y", "x", "energy")])
def test_samples_of_hyperspy_are_not_frames(names):
    video = signal(LAST, names, (True, True, False))
    match = r"are not frames, rows and columns in this order: .*: .*video\.data\.transpose\(2, 0, 1\) if its"
    check_error(lambda: extract_traces(video, PLACES), ValueError, "video", match)
    same_traces(video.data.transpose(2, 0, 1))


def bioio_image(video, dims, **coordinates):
    """An object like an image of bioio, whose coordinate of time has no unit."""
    array = xr.DataArray(video, dims=dims, coords=coordinates, attrs={"unprocessed": {}, "processed": None})
    return SimpleNamespace(shape=video.shape, dtype=video.dtype, xarray_dask_data=array)


def test_images_of_bioio():
    """An image has an array of xarray with named axes, of which those of length one are dropped."""
    lazy = da.from_array(VIDEO, chunks=(10, 12, 14))[:, np.newaxis, np.newaxis]
    image = bioio_image(lazy, list("TCZYX"), T=2.0 * np.arange(30))
    np.testing.assert_array_equal(np.asarray(extract_traces(image, PLACES, size=3)), EXPECTED)
    assert as_source(image).times is None
    match = r"^video has shape \(30, 1, 1, 12, 14\): .* for example video\[:, 0, 0\]$"
    check_error(lambda: extract_traces(lazy, PLACES), ValueError, "video", match)
    two = bioio_image(da.concatenate([lazy, lazy], 1), list("TCZYX"))
    match = r"^video\.xarray_dask_data has the dimensions .*: choose one of each, video\.xarray_dask_data\.isel\(C=0\)$"
    check_error(lambda: extract_traces(two, PLACES), ValueError, "video.xarray_dask_data", match)
    one = two.xarray_dask_data.isel(C=0)
    np.testing.assert_array_equal(np.asarray(extract_traces(one, PLACES, size=3)), EXPECTED)


def test_slices_of_imagej_in_bioio():
    """Frames that ImageJ stored without saying that they are frames."""
    video = bioio_image(VIDEO[np.newaxis, np.newaxis], list("TCZYX")).xarray_dask_data
    match = r"choose one of each, video\.isel\(Z=0\), or video\.isel\(T=0\)\.rename\({'Z': 'time'}\) if these"
    check_error(lambda: extract_traces(video, PLACES), ValueError, "video", match)
    same_traces(video.isel(T=0).rename({"Z": "time"}))


def test_other_readers_are_saved_and_made_recordings(tmp_path):
    path = tmp_path / "rec.npy"
    video = signal(LAST, ("y", "x", "time"), (True, True, False))
    save_video(path, video)
    with open_video(path) as saved:
        np.testing.assert_array_equal(saved[:], VIDEO)
        assert saved.fps == 500.0
    assert Recording.from_array(video).fps == 500.0


@pytest.mark.parametrize("video", [VIDEO[0].tolist(), Image.fromarray(VIDEO[0])])
def test_what_is_advised_for_images_works_for_lists_and_pictures(video):
    match = r"^video has shape \(12, 14\), a single image: give np\.asarray\(video\)\[np\.newaxis\] as a video of one"
    check_error(lambda: extract_traces(video, PLACES), ValueError, "video", match)
    np.testing.assert_array_equal(extract_traces(np.asarray(video)[np.newaxis], PLACES, size=3), EXPECTED[:1])


class Methods:
    """A reader whose shape and type are asked for by calls."""

    def shape(self):
        return VIDEO.shape

    def dtype(self):
        return VIDEO.dtype

    def __getitem__(self, key):
        raise TypeError("not sliced")


@pytest.mark.parametrize(
    "video", [iter(VIDEO), "rec.tif", object(), SimpleNamespace(data=VIDEO), Methods(), np.ndarray, [object()] * 3]
)
def test_other_objects_are_refused(video):
    check_error(
        lambda: extract_traces(video, PLACES), TypeError, "video", "video is not an array: open a recording first"
    )


@pytest.mark.parametrize("video", [{}, {"a": VIDEO, "b": VIDEO}])
def test_collections_are_refused(video):
    match = (
        "is a collection of 'a', 'b': give one of them, video\\['a'\\]" if video else "is a collection of nothing: give"
    )
    check_error(lambda: extract_traces(video, PLACES), TypeError, "video", match)
