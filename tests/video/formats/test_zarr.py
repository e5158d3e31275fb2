"""Zarr stores of both versions, groups, shards, zip files and OME-Zarr, written with zarr itself."""

import json
import shutil
import zipfile

import numpy as np
import pytest
import xarray
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec, GzipCodec, ZstdCodec

from optimap.trace import extract_traces
from optimap.video import load_metadata, load_video, open_video, save_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((7, 5, 6))
TCZYX = VIDEO[:, np.newaxis, np.newaxis]
versions = pytest.mark.parametrize("version", [2, 3])


@versions
@pytest.mark.parametrize("dtype", ["u1", "<i2", ">u2", "<f4", ">f8", "?", "f2"])
def test_values_dtype_and_shape(tmp_path, version, dtype):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(makers.zarr(tmp_path / "rec.zarr", video, version)) as recording:
        np.testing.assert_array_equal(recording[:], video)
        assert (recording.format, recording.dtype.newbyteorder("=")) == (
            f"Zarr {version}",
            video.dtype.newbyteorder("="),
        )
        assert recording.chunks == (4, 3, 3)


def test_shards_and_parts_of_frames(tmp_path):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO, chunks=(2, 3, 2), shards=(4, 6, 6))
    with open_video(path) as recording:
        assert (recording.chunks, recording.shards) == ((2, 3, 2), (4, 6, 6))
        for key in (np.s_[5:0:-2, 1:], np.s_[1:6:2, 2:4, 1:3], np.s_[3, 2:, -2:], np.s_[:, :0, 1:], np.s_[::3, ::2, 1]):
            np.testing.assert_array_equal(recording[key], VIDEO[key])
        np.testing.assert_array_equal(
            extract_traces(recording, [(2, 2), (5, 0)], 3), extract_traces(VIDEO, [(2, 2), (5, 0)], 3)
        )


def test_a_folder_of_any_name_is_recognised_by_its_contents(tmp_path):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO, 2)
    np.testing.assert_array_equal(load_video(path.rename(tmp_path / "rec")), VIDEO)


def test_an_array_of_an_ome_image_keeps_its_axes_and_scale(tmp_path):
    path = tmp_path / "rec.zarr"
    save_video(path, VIDEO, fps=500)
    with open_video(path / "0") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert (recording.format, recording.fps, recording.axes) == ("OME-Zarr", 500, "TYX")
    attributes = json.loads((path / "zarr.json").read_text())
    attributes["attributes"]["ome"]["multiscales"][0]["axes"][0] = {"name": "c", "type": "channel"}
    (path / "zarr.json").write_text(json.dumps(attributes))
    check_error(lambda: open_video(path / "0"), ValueError, "path", "has the axes c, y, x of shape")
    (path / "zarr.json").write_text(json.dumps({"zarr_format": 3, "node_type": "group", "attributes": {}}))
    with open_video(path / "0") as recording:
        assert (recording.format, recording.fps) == ("Zarr 3", 500)


@pytest.mark.parametrize("others", [(), ("notes.txt",)])
def test_a_zip_file_of_other_files_is_to_be_unpacked(tmp_path, others):
    """ImageJ saves a TIFF file as a zip file."""
    path = tmp_path / "rec.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("rec.tif", *others):
            file.writestr(name, b"II*")
    text = f"holds 'rec.tif'{' and others' if others else ''}, not a zarr store: unpack it, and open the recording"
    check_error(lambda: open_video(path), ValueError, "path", text)


@pytest.mark.parametrize("folder", ["rec.zarr/", "a/rec.zarr/", ""])
def test_a_folder_in_a_zip_file(tmp_path, folder):
    path = makers.zarr_group(tmp_path / "rec.zarr", inner__video=VIDEO)
    with zipfile.ZipFile(tmp_path / "rec.zip", "w") as file:
        for item in sorted(path.rglob("*")):
            file.write(item, f"{folder}{item.relative_to(path)}")
    np.testing.assert_array_equal(load_video(tmp_path / "rec.zip"), VIDEO)


def test_attributes(tmp_path):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO, attributes={"fps": 500, "pixel_size": 0.5, "who": "me"})
    assert load_metadata(path) == {"fps": 500.0, "pixel_size": 0.5, "who": "me", "dataset": "."}


@versions
def test_one_array_of_a_group(tmp_path, version):
    path = makers.zarr_group(tmp_path / "rec.zarr", version, {"lab": "ours"}, raw__video=VIDEO, mask=VIDEO[0])
    assert load_metadata(path) == {"lab": "ours", "dataset": "raw/video"}
    for options in ({}, {"dataset": "raw/video"}, {"dataset": "/raw/video/"}, {"dataset": "raw"}):
        np.testing.assert_array_equal(load_video(path, **options), VIDEO)


def test_several_arrays_need_a_name(tmp_path):
    path = makers.zarr_group(tmp_path / "rec.zarr", calcium=VIDEO[:3], voltage=VIDEO)
    message = r"holds 2 3-D arrays \(all arrays: calcium \(3, 5, 6\), voltage \(7, 5, 6\)\): choose one with dataset="
    with pytest.raises(ValueError, match=message):
        open_video(path)
    np.testing.assert_array_equal(load_video(path, dataset="voltage"), VIDEO)
    assert load_metadata(path, dataset="calcium") == {"dataset": "calcium"}
    with pytest.raises(ValueError, match=r"dataset = 'camera' is not in .*rec\.zarr: choose one of calcium"):
        open_video(path, dataset="camera")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (VIDEO[0], r"rec\.zarr holds no 3-D array \(its arrays: data \(5, 6\)\): save"),
        (VIDEO * 1j, r"rec\.zarr holds no 3-D array \(its arrays: none\)"),
    ],
)
def test_groups_without_a_recording(tmp_path, array, message):
    with pytest.raises(ValueError, match=message):
        open_video(makers.zarr_group(tmp_path / "rec.zarr", data=array))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (VIDEO[0], r"rec\.zarr holds an array of shape \(5, 6\): save the recording as"),
        (np.stack([VIDEO] * 3, -1), "is a colour recording"),
        (VIDEO * 1j, "holds complex128 values: save the pixels as real numbers"),
    ],
)
def test_arrays_that_are_not_a_recording(tmp_path, array, message):
    with pytest.raises(ValueError, match=message):
        open_video(makers.zarr(tmp_path / "rec.zarr", array))


def test_options_that_do_not_apply(tmp_path):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO)
    with pytest.raises(
        ValueError, match=r"dataset = 'x' is not in .*rec\.zarr, which is a single array: leave dataset out"
    ):
        open_video(path, dataset="x")
    with pytest.raises(
        ValueError,
        match=r"channel = 0 cannot be used, because .*rec\.zarr has the axes T 7, Y 5, X 6 and none for channel: leave",
    ):
        open_video(path, channel=0)
    image = makers.ome_zarr(tmp_path / "image.zarr", VIDEO, "tyx")
    with pytest.raises(ValueError, match=r"z = 0 cannot be used, .* has the axes .* and none for z: leave z out"):
        open_video(image, z=0)


def test_named_axes(tmp_path):
    time_last = np.moveaxis(VIDEO, 0, 2)
    named = makers.zarr(tmp_path / "a.zarr", time_last, dimension_names=("y", "x", "time"), chunks=(3, 6, 2))
    xarrays = makers.zarr(tmp_path / "b.zarr", time_last, 2, {"_ARRAY_DIMENSIONS": ["y", "x", "t"]}, chunks=(3, 6, 2))
    unknown = makers.zarr(tmp_path / "c.zarr", VIDEO, dimension_names=("u", "v", "w"))
    for path in (named, xarrays, unknown):
        np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)
    with open_video(named) as recording:
        assert recording.chunks == (2, 3, 6)
        np.testing.assert_array_equal(recording[1:5, 1:4, 2:5], VIDEO[1:5, 1:4, 2:5])


# --- OME-Zarr -------------------------------------------------------------------------------------------------------


@versions
def test_an_ome_image_is_its_full_resolution(tmp_path, version):
    units, scale = {"t": "millisecond", "x": "micrometer"}, {"t": 2.0, "x": 12.5, "y": 12.5}
    path = makers.ome_zarr(tmp_path / "rec.ome.zarr", TCZYX, "tczyx", version, units, scale, ["voltage"])
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert (recording.format, recording.fps, recording.pixel_size) == ("OME-Zarr", 500.0, 0.0125)
        assert recording.metadata == {"axes": "tczyx", "dataset": "0"}
    np.testing.assert_array_equal(load_video(path, dataset="1"), VIDEO[:, ::2, ::2])
    assert load_metadata(path, dataset="1")["pixel_size"] == 0.025


@pytest.mark.parametrize(
    ("unit", "fps"), [("second", 0.25), ("minute", 1 / 240), ("s", 0.25), (None, None), ("foot", None)]
)
def test_units_of_time(tmp_path, unit, fps):
    path = makers.ome_zarr(tmp_path / "rec.zarr", VIDEO, "tyx", units=unit and {"t": unit}, scale={"t": 4.0})
    with open_video(path) as recording:
        assert recording.fps == fps
        assert recording.pixel_size is None


@pytest.mark.parametrize("scale", [[2.0], [[2.0, 1.0, 1.0]], [2.0, 1.0], 2.0, [], [2.0] * 4])
def test_scales_that_do_not_fit_the_axes_are_errors(tmp_path, scale):
    path = makers.ome_zarr(tmp_path / "rec.zarr", VIDEO, "tyx", units={"t": "second"}, scale={"t": 4.0})
    group = zarr.open_group(path, mode="r+")
    attributes = dict(group.attrs)
    level = attributes.get("ome", attributes)["multiscales"][0]["datasets"][0]
    level["coordinateTransformations"] = [{"type": "scale", "scale": scale}]
    group.attrs.put(attributes)
    check_error(lambda: open_video(path), ValueError, "path", r"rec\.zarr .* 3 axes and a scale of", path)


def test_scales_of_all_levels_count(tmp_path):
    all_levels = [{"type": "scale", "scale": [0.1, 1.0, 1.0]}, {"type": "translation", "translation": [5, 5, 5]}]
    path = makers.ome_zarr(
        tmp_path / "rec.zarr",
        VIDEO,
        "tyx",
        units={"t": "second"},
        scale={"t": 0.5},
        coordinateTransformations=all_levels,
    )
    assert load_metadata(path)["fps"] == 20


@pytest.mark.parametrize("axes", ["xyt", "ytx", "yxtc"])
def test_axes_in_any_order(tmp_path, axes):
    array = np.transpose(TCZYX[:, :, 0], ["tcyx".index(axis) for axis in axes] + [1] * ("c" not in axes))
    array = array[..., 0] if "c" not in axes else array
    np.testing.assert_array_equal(load_video(makers.ome_zarr(tmp_path / "rec.zarr", array, axes)), VIDEO, strict=True)


def test_several_channels_and_planes(tmp_path):
    array = makers.random_video((4, 2, 3, 5, 6))
    path = makers.ome_zarr(tmp_path / "rec.zarr", array, channels=["voltage", "calcium"])
    with pytest.raises(ValueError, match=r"has 2 channels \(voltage, calcium\): choose one with channel=, from 0 to 1"):
        open_video(path)
    with pytest.raises(ValueError, match=r"has 3 planes: choose one with z=, from 0 to 2"):
        open_video(path, channel="calcium")
    for channel in (1, "calcium"):
        with open_video(path, channel=channel, z=2) as recording:
            np.testing.assert_array_equal(recording[:], array[:, 1, 2], strict=True)
            np.testing.assert_array_equal(recording[1:3, 2:4, 1:5], array[1:3, 1, 2, 2:4, 1:5], strict=True)
    for options, message in (
        (
            {"channel": 2},
            r"channel = 2 is not in .*, which has 2 channels \(voltage, calcium\): give a number from 0 to 1",
        ),
        ({"channel": "red"}, "channel = 'red'"),
        ({"channel": True}, "channel = True"),
        ({"channel": 0, "z": -1}, "z = -1 is not in .*, which has 3 planes: give a number from 0 to 2"),
    ):
        with pytest.raises(ValueError, match=message):
            open_video(path, **options)


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (
            "zyx",
            r"has the axes z, y, x of shape \(7, 5, 6\), but a recording has time, .* with axes=, .*'TYX'",
        ),
        ("cyx", "but a recording has time, rows and columns: give the meaning of each axis with axes="),
    ],
)
def test_images_without_time(tmp_path, axes, message):
    with pytest.raises(ValueError, match=message):
        open_video(makers.ome_zarr(tmp_path / "rec.zarr", VIDEO, axes))


def test_an_unknown_axis(tmp_path):
    path = makers.ome_zarr(tmp_path / "rec.zarr", np.stack([VIDEO] * 2), "ptyx")
    with pytest.raises(
        ValueError, match=r"has the axes p, t, y, x of shape \(2, 7, 5, 6\), but a recording has time, rows and columns"
    ):
        open_video(path)
    np.testing.assert_array_equal(load_video(makers.ome_zarr(tmp_path / "one.zarr", VIDEO[np.newaxis], "ptyx")), VIDEO)


def test_several_images_and_plates(tmp_path):
    path = tmp_path / "rec.zarr"
    zarr.create_group(path)
    makers.ome_zarr(path / "0", VIDEO, "tyx")
    np.testing.assert_array_equal(load_video(path), VIDEO)
    makers.ome_zarr(path / "1", VIDEO[:3], "tyx")
    with pytest.raises(ValueError, match=r"holds 2 3-D arrays \(all arrays: 0/0 .* 1/0 .*\): choose one with dataset="):
        open_video(path)
    for options, expected in (
        ({"dataset": "1"}, VIDEO[:3]),
        ({"dataset": "0/0"}, VIDEO),
        ({"dataset": "0/1"}, VIDEO[:, ::2, ::2]),
    ):
        np.testing.assert_array_equal(load_video(path, **options), expected)
    np.testing.assert_array_equal(load_video(path / "1"), VIDEO[:3])
    zarr.create_group(tmp_path / "plate.zarr", attributes={"ome": {"plate": {}}})
    with pytest.raises(ValueError, match=r"plate\.zarr is a plate of many images: open one of them, for example"):
        open_video(tmp_path / "plate.zarr")


# --- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rec.zarr", "rec.zarr.zip"])
def test_an_array_of_which_nearly_nothing_is_stored(tmp_path, name):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO)
    described = path / "zarr.json"
    shape = [len(VIDEO), 10**6, VIDEO.shape[2]]
    described.write_text(json.dumps({**json.loads(described.read_text()), "shape": shape}))
    if name.endswith(".zip"):
        path = shutil.make_archive(path, "zip", path)
    check_error(lambda: open_video(path), ValueError, "path", r"should have \d{6,} chunks, but holds \d+ files: copy")


def test_missing_chunks_in_stores_of_other_programs_are_fill_values(tmp_path):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO, fill_value=7, chunks=(7, 5, 3))
    (path / "c" / "0" / "0" / "1").unlink()
    assert (load_video(path)[:, :, 3:] == 7).all()


@pytest.mark.parametrize(
    "compressor", [None, BloscCodec(), BloscCodec(cname="zstd"), ZstdCodec(), GzipCodec(), Crc32cCodec()]
)
def test_a_chunk_truncated_anywhere(tmp_path, compressor):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO, compressors=compressor, chunks=(4, 5, 6))
    chunk = makers.pixel_file(path)
    whole = chunk.read_bytes()
    for kept in [*range(0, len(whole), 11), *range(len(whole) - 4, len(whole))]:
        chunk.write_bytes(whole[:kept])
        with open_video(path) as recording:
            np.testing.assert_array_equal(recording[:4], VIDEO[:4])
            with pytest.raises(ValueError, match=r"rec\.zarr is damaged"):
                recording[4]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"zarr_format": 3, "node_type": "array"}', '{"zarr_format": 9}'])
def test_damaged_descriptions(tmp_path, text):
    path = makers.zarr(tmp_path / "rec.zarr", VIDEO)
    (path / "zarr.json").write_text(text)
    with pytest.raises(ValueError, match=r"rec\.zarr cannot be read as zarr and may be incomplete"):
        open_video(path)


def test_files_that_are_not_zarr(tmp_path):
    (tmp_path / "rec.zarr").mkdir()
    with pytest.raises(ValueError, match=r"rec\.zarr is a folder without zarr\.json"):
        open_video(tmp_path / "rec.zarr")
    (tmp_path / "a.zip").write_bytes(b"no zip file at all")
    with pytest.raises(ValueError, match=r"a\.zip cannot be read as zarr and may be incomplete"):
        open_video(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w"):
        pass
    check_error(lambda: open_video(tmp_path / "b.zip"), ValueError, "path", "holds no file: copy the recording again")


def test_recordings_of_optimap_are_whole_or_an_error(tmp_path, allow):
    allow(chunk_bytes=VIDEO[:2].nbytes)
    path = tmp_path / "rec.zarr"
    save_video(path, VIDEO, 500)
    with open_video(path) as recording:
        assert recording.chunks == (2, 5, 6)
    shutil.copytree(path, tmp_path / "copy.zarr")
    makers.pixel_file(tmp_path / "copy.zarr").unlink()
    with pytest.raises(ValueError, match=r"copy\.zarr is incomplete \(1 of its 4 chunks missing\): copy or convert it"):
        open_video(tmp_path / "copy.zarr")
    description = json.loads((path / "0" / "zarr.json").read_text())
    description["attributes"]["optimap"] = {"complete": False}
    (path / "0" / "zarr.json").write_text(json.dumps(description))
    with pytest.raises(ValueError, match=r"rec\.zarr is incomplete \(0 of its 4 chunks missing\)"):
        open_video(path)


# --- saved files in other programs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rec.zarr", "rec.zarr.zip"])
def test_zarr_reads_saved_files_and_finds_an_ome_image(tmp_path, name):
    class Measured(np.ndarray):
        pixel_size = 0.1

    save_video(tmp_path / name, VIDEO.view(Measured), 250)
    root = zarr.open_group(
        zarr.storage.ZipStore(tmp_path / name) if name.endswith("zip") else tmp_path / name, mode="r"
    )
    np.testing.assert_array_equal(root["0"][:], VIDEO, strict=True)
    image = root.attrs["ome"]["multiscales"][0]
    assert [axis["name"] for axis in image["axes"]] == ["t", "y", "x"]
    assert [axis["unit"] for axis in image["axes"]] == ["second", "millimeter", "millimeter"]
    assert image["datasets"][0]["coordinateTransformations"] == [{"type": "scale", "scale": [0.004, 0.1, 0.1]}]
    assert root["0"].metadata.dimension_names == ("t", "y", "x")
    with open_video(tmp_path / name) as recording:
        assert (recording.fps, recording.pixel_size) == (250.0, 0.1)


def test_a_folder_is_replaced_only_when_asked_and_only_if_it_is_zarr(tmp_path):
    path = tmp_path / "rec.zarr"
    path.mkdir()
    (path / "precious.txt").write_text("precious")
    with pytest.raises(ValueError, match=r"rec\.zarr is a folder and is not replaced: choose another name"):
        save_video(path, VIDEO, overwrite=True)
    assert (path / "precious.txt").read_text() == "precious"


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    ("step", "attributes"),
    [(0.002, {"units": "s"}), (2, {"units": "milliseconds"}), (2, {"units": "ms since 2026-01-02"}), (0.002, {})],
)
def test_the_coordinate_of_time_that_xarray_writes_gives_the_rate(tmp_path, version, step, attributes):
    coordinate = xarray.Variable("time", np.arange(len(VIDEO)) * step, attributes)
    array = xarray.DataArray(VIDEO.transpose(1, 2, 0), dims=("y", "x", "time"), coords={"time": coordinate})
    group = array.to_dataset(name="signal").to_zarr
    group(tmp_path / "rec.zarr", zarr_format=version, consolidated=False)
    with open_video(tmp_path / "rec.zarr") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        assert recording.fps == 500
        np.testing.assert_allclose(recording.times, np.arange(len(VIDEO)) / 500)


def test_irregular_times_and_frame_numbers_of_xarray(tmp_path):
    times = np.arange(len(VIDEO)) / 500.0
    times[3:] += 0.05
    for name, dim in (("late", "time"), ("numbers", "frame")):
        array = xarray.DataArray(VIDEO, dims=(dim, "y", "x"), coords={dim: times}, name="signal")
        array.to_dataset().to_zarr(tmp_path / f"{name}.zarr", zarr_format=2)
    with open_video(tmp_path / "late.zarr") as recording:
        assert recording.fps is None
        np.testing.assert_array_equal(recording.times, times)
    with open_video(tmp_path / "numbers.zarr") as recording:
        assert (recording.fps, recording.times) == (None, None)


def test_axes_can_be_given_for_arrays_that_name_them(tmp_path):
    four = np.stack([VIDEO, VIDEO[::-1]], axis=1)
    xarray.DataArray(four, dims=("t", "c", "y", "x"), name="signal").to_zarr(tmp_path / "rec.zarr", zarr_format=2)
    for options in ({}, {"axes": "TCYX"}):
        with open_video(tmp_path / "rec.zarr", channel=1, **options) as recording:
            np.testing.assert_array_equal(recording[:], VIDEO[::-1])
