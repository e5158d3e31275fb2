"""HDF5 files, written with h5py."""

import json
import struct

import h5py
import numpy as np
import pytest

from optimap import extract_traces
from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">u2", "<f4", ">f8", "?", "f2"])
@pytest.mark.parametrize("suffix", [".h5", ".hdf5"])
def test_values_dtype_and_shape(tmp_path, dtype, suffix):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(makers.hdf5(tmp_path / f"rec{suffix}", data=video)) as recording:
        np.testing.assert_array_equal(recording[:], video)
        assert (recording.format, recording.dtype) == ("HDF5", np.dtype(dtype))


def test_chunks_and_compression(tmp_path):
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        file.create_dataset("video", data=VIDEO, chunks=(2, 3, 4), compression="gzip", shuffle=True)
    with open_video(tmp_path / "rec.h5") as recording:
        np.testing.assert_array_equal(recording[5:0:-2, 1:], VIDEO[5:0:-2, 1:])


def test_attributes(tmp_path):
    attributes = {"fps": 500, "pixel_size": np.float32(0.5), "who": "me", "roi": [1, 2]}
    path = makers.hdf5(tmp_path / "rec.h5", attributes, video=VIDEO)
    with h5py.File(path, "r+") as file:
        file.attrs.update({"who": "the file", "lab": "ours"})
    metadata = load_metadata(path)
    assert metadata.pop("roi").tolist() == [1, 2]
    assert metadata == {"fps": 500.0, "pixel_size": 0.5, "who": "me", "lab": "ours"}


def test_very_many_attributes(tmp_path):
    """HDF5 looks for each among all others: 20,000 took 4 s, and 60,000 half a minute."""
    with h5py.File(tmp_path / "rec.h5", "w", libver="latest") as file:
        file["video"] = VIDEO
        for i in range(1500):
            file.attrs[f"a{i}"] = i
        file.attrs["fps"] = 250
    with open_video(tmp_path / "rec.h5") as recording:
        assert recording.fps == 250
        assert len(recording.metadata) == 1000


@pytest.mark.parametrize("fps", [500, [500.0], [[500]], np.int8(50)])
def test_a_rate_in_any_shape(tmp_path, fps):
    with open_video(makers.hdf5(tmp_path / "rec.h5", {"fps": fps}, video=VIDEO)) as recording:
        assert recording.fps == np.squeeze(fps)


@pytest.mark.parametrize("fps", ["fast", [1, 2], 0, -5, np.nan, np.inf])
def test_an_unusable_rate(tmp_path, fps):
    with open_video(makers.hdf5(tmp_path / "rec.h5", {"fps": fps}, video=VIDEO)) as recording:
        assert recording.fps is None


@pytest.mark.parametrize("name", [None, "raw/camera/video", "/raw/camera/video"])
def test_a_dataset_in_a_group(tmp_path, name):
    path = makers.hdf5(tmp_path / "rec.h5", raw__camera__video=VIDEO, mask=VIDEO[0])
    with open_video(path, dataset=name) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


def test_several_recordings_need_a_name(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", calcium=VIDEO[:3], voltage=VIDEO)
    message = r"holds 2 3-D arrays \(all arrays: calcium \(3, 5, 6\), voltage \(7, 5, 6\)\): choose one with dataset="
    with pytest.raises(ValueError, match=message):
        open_video(path)
    with open_video(path, dataset="voltage") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("name", ["camera", "raw", "", "raw/video/x"])
def test_an_unknown_name(tmp_path, name):
    path = makers.hdf5(tmp_path / "rec.h5", raw__video=VIDEO)
    with pytest.raises(
        ValueError, match=rf"dataset = '{name}' is not in .*rec\.h5: choose one of raw/video \(7, 5, 6\)"
    ):
        open_video(path, dataset=name)


@pytest.mark.parametrize("array", [VIDEO[0], VIDEO * 1j, np.array([b"text"]), np.stack([VIDEO] * 3, -1)])
def test_a_file_without_a_recording(tmp_path, array):
    with pytest.raises(ValueError, match=r"rec\.h5 holds no 3-D array \(its arrays: "):
        open_video(makers.hdf5(tmp_path / "rec.h5", data=array))


@pytest.mark.parametrize(
    ("array", "message"),
    [(VIDEO[0], r"shape \(5, 6\): save the recording as"), (np.stack([VIDEO] * 3, -1), "is a colour recording")],
)
def test_the_name_of_another_array(tmp_path, array, message):
    path = makers.hdf5(tmp_path / "rec.h5", other=array, video=VIDEO)
    with pytest.raises(ValueError, match=message):
        open_video(path, dataset="other")


def axistags(keys):
    """The axes of an array as ilastik notes them."""
    axes = [{"key": key, "typeFlags": 2, "resolution": 0, "description": ""} for key in keys]
    return {"axistags": json.dumps({"axes": axes}, indent=2), "display_mode": "default"}


def test_axes_of_ilastik_are_obeyed(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", axistags("yxt"), exported_data=np.moveaxis(VIDEO, 0, 2))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert (recording.axes, recording.axes_source) == ("YXT", "stated in the file")
    with h5py.File(path) as file:
        assert extract_traces(file["exported_data"], [(2, 2)], show=False).shape == (7, 1)
    path = makers.hdf5(tmp_path / "tyxc.h5", axistags("tyxc"), exported_data=VIDEO[..., np.newaxis])
    np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize("keys", ["yxc", "zyx"])
def test_an_image_of_ilastik_is_not_a_recording(tmp_path, keys):
    path = makers.hdf5(tmp_path / "rec.h5", axistags(keys), exported_data=VIDEO)
    text = rf"has the axes {', '.join(keys)} of shape \(7, 5, 6\).*axes="
    check_error(lambda: open_video(path), ValueError, "path", text)


@pytest.mark.parametrize(
    ("program", "name"),
    [("BigDataViewer", "t00000/s00/0/cells"), ("Imaris", "DataSet/ResolutionLevel 0/TimePoint 0/Channel 0/Data")],
)
def test_volumes_of_one_time_point_each_are_not_recordings(tmp_path, program, name):
    path = makers.hdf5(tmp_path / "rec.h5", **{name.replace("/", "__"): VIDEO})
    check_error(lambda: open_video(path), ValueError, "path", f"is a file of {program}, .*: open it in Fiji")
    np.testing.assert_array_equal(load_video(path, dataset=name), VIDEO)


@pytest.mark.parametrize("links", [False, True])
def test_a_filter_that_is_not_installed_is_named(tmp_path, links):
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("video", data=VIDEO, chunks=(2, 3, 4), compression="gzip")
    # The number of the filter and its name; 400 is the number of no filter.
    makers.replace(path, struct.pack("<H", 1) + b"\x08\0\x01\0\x01\0deflate\0", b"\x90\1\x08\0\x01\0\x01\0rare lz\0")
    text = r"is compressed with the HDF5 filter 400 \(rare lz\), which is not installed: .*save it with gzip"
    check_error(lambda: open_video(path, external_links=links), ValueError, "path", text)


@pytest.mark.parametrize(("number", "name"), [(32017, "SZ"), (32024, "SZ3"), (32028, "SPERR")])
def test_filters_whose_decoders_end_the_process_are_refused(tmp_path, number, name):
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("video", data=VIDEO, chunks=(2, 3, 4), compression="gzip")
    deflate = b"\x08\0\x01\0\x01\0deflate\0"
    makers.replace(path, struct.pack("<H", 1) + deflate, struct.pack("<H", number) + deflate)
    text = rf"is compressed with {name}, whose decoder ends the process where a chunk is damaged: save it with gzip"
    check_error(lambda: open_video(path), ValueError, "path", text)


def test_strange_neighbours(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", video=VIDEO)
    with h5py.File(path, "r+") as file:
        file["type"] = np.dtype("u2")
        file["nothing"] = h5py.Empty("f4")
        file["text"] = "text"
        file["broken"] = h5py.SoftLink("/gone")
        file["elsewhere"] = h5py.ExternalLink("gone.h5", "/video")
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("kept", [0, 7, 100, 2000, -1])
def test_truncated(tmp_path, kept):
    path = makers.hdf5(tmp_path / "rec.h5", video=VIDEO)
    makers.keep(path, kept)
    with pytest.raises(ValueError, match=r"rec\.h5 cannot be read as HDF5 and may be truncated"):
        open_video(path)


def test_a_damaged_chunk(tmp_path):
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("video", data=VIDEO, chunks=(2, 5, 6), compression="gzip")
        offset = dataset.id.get_chunk_info(1).byte_offset
    raw = bytearray(path.read_bytes())
    raw[offset : offset + 4] = b"\xff" * 4
    path.write_bytes(raw)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:2], VIDEO[:2])
        with pytest.raises(ValueError, match=r"rec\.h5 is damaged, /video cannot be read \("):
            recording[2]


def test_a_file_that_failed_to_open_is_closed(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", data=VIDEO[0])
    with pytest.raises(ValueError, match="holds no 3-D array"):
        open_video(path)
    with h5py.File(path, "w"):  # h5py refuses to write a file that is still open
        pass


@pytest.mark.parametrize("name", ["hdf5", "mat 7.3", "nwb"])
@pytest.mark.parametrize("signature", [b"TREE", b"SNOD", b"HEAP"])
def test_damaged_lists_of_contents(tmp_path, name, signature):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    makers.replace(path, signature, b"XXXX")
    match = rf"{path.name} (is damaged, its contents cannot be listed|cannot be read as HDF5 and may be truncated) \("
    check_error(lambda: open_video(path), ValueError, "path", match, path)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_order_that_is_advised_agrees_with_the_only_name(tmp_path, place):
    video = makers.random_video((7, 5, 6))
    path = makers.hdf5(tmp_path / "rec.h5", video=np.moveaxis(video, 0, place))
    with h5py.File(path, "r+") as file:
        file["video"].dims[place].label = "time"
    if place:
        error = check_error(lambda: load_video(path), ValueError, "path", r"has the axes .*time.* of shape")
        axes = eval(error.cure.partition("for example ")[2])
        np.testing.assert_array_equal(load_video(path, axes=axes), video)
    else:
        np.testing.assert_array_equal(load_video(path), video)
