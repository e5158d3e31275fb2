"""Lazy videos of other readers: of pims, nd2 and tifffile themselves, and of the interfaces of hyperspy and bioio."""

from types import SimpleNamespace

import dask.array as da
import nd2
import numpy as np
import pims
import pytest
import tifffile
import xarray as xr
import zarr

from optimap._reading import as_source
from optimap.trace import extract_traces
from tests import makers
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


@pytest.mark.parametrize(("rate", "fps"), [(25, 25.0), (29.97, 29.97), (0, None), (np.nan, None), ("fast", None)])
def test_the_rate_of_a_video_of_pims(rate, fps):
    frames = Frames(VIDEO)
    frames.frame_rate = rate
    assert as_source(frames).fps == fps


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
    with nd2.ND2File(write_nd2(tmp_path / "two.nd2", np.stack([VIDEO] * 2, 1), channels=("a", "b"))) as file:
        match = r"^video\.to_dask\(\) has shape \(30, 2, 12, 14\): give a video \(T, H, W\)"
        check_error(lambda: extract_traces(file, PLACES), ValueError, "video.to_dask()", match)
        same_traces(file.to_dask()[:, 1])


def test_the_store_of_a_tiff(tmp_path):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO, compression="zlib")
    with tifffile.imread(path, aszarr=True) as store:
        same_traces(zarr.open(store, mode="r"))


def test_signals_of_hyperspy():
    """A lazy signal has the dask array as its `data`, and can be made an array, but not sliced as one."""
    lazy = da.from_array(VIDEO, chunks=(10, 12, 14))
    traces = extract_traces(SimpleNamespace(data=lazy), PLACES, size=3)
    assert isinstance(traces, da.Array)
    np.testing.assert_array_equal(traces.compute(), EXPECTED)


def test_images_of_bioio():
    """An image has an array of xarray with named axes, of which those of length one are dropped."""
    lazy = da.from_array(VIDEO, chunks=(10, 12, 14))[:, np.newaxis, np.newaxis]
    image = SimpleNamespace(shape=lazy.shape, dtype=lazy.dtype, xarray_dask_data=xr.DataArray(lazy, dims=list("TCZYX")))
    np.testing.assert_array_equal(np.asarray(extract_traces(image, PLACES, size=3)), EXPECTED)
    two = xr.DataArray(da.concatenate([lazy, lazy], 1), dims=list("TCZYX"))
    image = SimpleNamespace(shape=two.shape, dtype=two.dtype, xarray_dask_data=two)
    match = r"^video\.xarray_dask_data has the dimensions .*: choose one of each, video\.xarray_dask_data\.isel\(C=0\)"
    check_error(lambda: extract_traces(image, PLACES), ValueError, "video.xarray_dask_data", match)
    np.testing.assert_array_equal(np.asarray(extract_traces(two.isel(C=0), PLACES, size=3)), EXPECTED)


@pytest.mark.parametrize("video", [iter(VIDEO), "rec.tif", {"a": VIDEO}, object(), SimpleNamespace(data=VIDEO)])
def test_other_objects_are_refused(video):
    check_error(
        lambda: extract_traces(video, PLACES), TypeError, "video", "video is not an array: open a recording first"
    )
