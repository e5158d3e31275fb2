"""TIFF files as different programs write them, made with tifffile and Pillow."""

import struct
import sys
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap import ArgumentError
from optimap._base import Advice
from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

VIDEO = makers.random_video((7, 5, 6))
IMAGEJ = {"imagej": True}
OME = {"ome": True}
TYX = {"metadata": {"axes": "TYX"}}
STATED = "stated in the file"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.tif"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"metadata": None},
        {"bigtiff": True},
        {"byteorder": ">"},
        {"byteorder": ">", "bigtiff": True},
        {"rowsperstrip": 2},
        {"truncate": True},
        IMAGEJ | TYX,
        IMAGEJ | {"byteorder": ">"} | TYX,
        IMAGEJ | {"truncate": True} | TYX,
        OME | TYX,
        OME | {"bigtiff": True, "byteorder": ">"} | TYX,
    ],
    ids=repr,
)
def test_contiguous_pixels_are_mapped(path, options):
    with open_video(makers.tiff(path, VIDEO, **options)) as recording:
        assert recording.is_mapped
        assert recording.format == "TIFF"
        assert recording.dtype == np.dtype("u2").newbyteorder(options.get("byteorder", "<"))
        np.testing.assert_array_equal(recording[:], VIDEO)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "zlib"},
        {"compression": "lzw"},
        {"compression": "zstd"},
        {"compression": "packbits"},
        {"compression": "lzw", "predictor": True},
        {"compression": "zlib", "byteorder": ">"},
        {"compression": "zlib", "rowsperstrip": 2, "bigtiff": True},
        {"compression": "lzw", "ome": True, "metadata": {"axes": "TYX"}},
        {"tile": (16, 16)},
    ],
    ids=repr,
)
def test_other_pixels_are_read_page_by_page(path, options):
    with open_video(makers.tiff(path, VIDEO, **options)) as recording:
        assert not recording.is_mapped
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[5:0:-2, 1], VIDEO[5:0:-2, 1], strict=True)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "zstd", "packbits", "lzma"])
@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("layout", [{}, {"rowsperstrip": 7}, {"tile": (16, 32)}], ids=repr)
@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "f4", "f8"])
def test_ways_of_storing(path, byteorder, compression, predictor, layout, dtype):
    video = makers.random_video((3, 37, 45), dtype)
    options = layout | {"compression": compression, "predictor": predictor and compression is not None}
    makers.tiff(path, video, byteorder=byteorder, **options)
    with tifffile.TiffFile(path) as tif:
        np.testing.assert_array_equal(tif.asarray(), video)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video)
        np.testing.assert_array_equal(recording[2:0:-1, 3], video[2:0:-1, 3])
        if not recording.is_mapped:
            assert recording.dtype == video.dtype


def rewrite_strips(path, rows, strips):
    """Let the strips of the only page of a classic TIFF be other ones, at the end of the file."""
    raw = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tif:
        tags = tif.pages.first.tags
        places, sizes = tags["StripOffsets"].valueoffset, tags["StripByteCounts"].valueoffset
        assert len(strips) == -(-37 // rows)
        codes = [{3: "H", 4: "I"}[int(tags[name].dtype)] for name in ("StripOffsets", "StripByteCounts")]
    for i, strip in enumerate(strips):
        struct.pack_into(f"<{codes[0]}", raw, places + i * struct.calcsize(codes[0]), len(raw))
        struct.pack_into(f"<{codes[1]}", raw, sizes + i * struct.calcsize(codes[1]), len(strip))
        raw += strip + b"\0" * (i % 3)  # libtiff begins strips at even places
    path.write_bytes(raw)


@pytest.mark.parametrize("more", [0, 5])
def test_strips_with_gaps_and_a_last_one_that_is_filled_up(path, more):
    frame = makers.random_video((1, 42, 45))[0]
    makers.tiff(path, frame[:37], compression="zlib", rowsperstrip=8)
    strips = [zlib.compress(frame[i : min(i + 8, 37 + more)].tobytes()) for i in range(0, 37, 8)]
    rewrite_strips(path, 8, strips)
    np.testing.assert_array_equal(load_video(path), frame[np.newaxis, :37])


@pytest.mark.parametrize("short", [0, 2, 4])
def test_strips_that_are_too_short_are_an_error(path, short):
    frame = makers.random_video((1, 37, 45))[0]
    makers.tiff(path, frame, compression="zlib", rowsperstrip=8)
    strips = [zlib.compress(frame[i : i + (3 if i == 8 * short else 8)].tobytes()) for i in range(0, 37, 8)]
    rewrite_strips(path, 8, strips)
    text = (
        r"rec\.tif is damaged, page 0 cannot be decoded .*: copy the recording again; if it is whole, save it without"
    )
    check_error(lambda: load_video(path), ArgumentError, "path", text)


def test_pages_that_are_not_stored_alike(path):
    with tifffile.TiffWriter(path) as writer:
        for i, frame in enumerate(VIDEO):
            options = [{}, {"compression": "zlib"}, {"compression": "lzw", "rowsperstrip": 2}][i % 3]
            writer.write(frame, contiguous=False, photometric="minisblack", metadata=None, **options)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[6:0:-4], VIDEO[6:0:-4])


@pytest.mark.parametrize("options", [{}, {"rowsperstrip": 2}, {"tile": (16, 16)}])
def test_frames_in_many_threads(path, options):
    from concurrent.futures import ThreadPoolExecutor

    video = makers.random_video((40, 37, 45))
    makers.tiff(path, video, compression="zlib", **options)
    with open_video(path) as recording, ThreadPoolExecutor(4) as pool:
        for i, block in enumerate(pool.map(lambda i: recording[i : i + 9], range(31))):
            np.testing.assert_array_equal(block, video[i : i + 9])


@pytest.mark.parametrize("make", [makers.tiff_pages, makers.tiff_appended])
@pytest.mark.parametrize("options", [{}, {"compression": "lzw"}, {"metadata": None}])
def test_frames_added_one_by_one(path, make, options):
    make(path, VIDEO, **options)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[[6, 0]], VIDEO[[6, 0]])


def test_frames_added_in_two_parts(path):
    with tifffile.TiffWriter(path) as writer:
        for part in (VIDEO[:3], VIDEO[3:]):
            writer.write(part, photometric="minisblack")
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_written_by_pillow(path, compression):
    first, *others = [Image.fromarray(frame) for frame in VIDEO]
    first.save(path, save_all=True, append_images=others, compression=compression)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "?"])
def test_values_and_dtype(path, dtype):
    video = makers.random_video((7, 5, 6), dtype)
    with open_video(makers.tiff(path, video)) as recording:
        assert recording.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(recording[:], video, strict=True)


@pytest.mark.parametrize("options", [{}, IMAGEJ, OME, {"compression": "lzw"}], ids=repr)
def test_one_frame(path, options):
    np.testing.assert_array_equal(load_video(makers.tiff(path, VIDEO[0], **options)), VIDEO[:1], strict=True)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_values_are_as_stored_for_either_meaning_of_white(path, photometric):
    tifffile.imwrite(path, VIDEO, photometric=photometric)
    np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("suffix", [".tif", ".tiff", ".btf", ".tf8", ".ome.tif", ".TIFF"])
def test_suffixes(tmp_path, suffix):
    np.testing.assert_array_equal(load_video(makers.tiff(tmp_path / f"rec{suffix}", VIDEO, **TYX)), VIDEO)


# --- rate and pixel size --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notes", "fps"),
    [
        ({"finterval": 0.002}, 500),
        ({"finterval": 2, "tunit": "ms"}, 500),
        ({"finterval": 250, "tunit": "msec"}, 4),
        ({"finterval": 0.5, "tunit": "min"}, 1 / 30),
        ({"finterval": 2, "tunit": "days"}, None),
        ({"finterval": 0.002, "fps": 7}, 500),  # fps is the playback speed of ImageJ
        ({"finterval": 0.0}, None),
        ({"fps": 7}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_rate_of_imagej(path, notes, fps):
    with open_video(makers.tiff(path, VIDEO, imagej=True, metadata={"axes": "TYX"} | notes)) as recording:
        assert recording.fps == (fps if fps is None else pytest.approx(fps, rel=1e-15))
        assert recording.metadata["frames"] == 7


@pytest.mark.parametrize(
    ("unit", "per_unit", "size"),
    [
        ("mm", 2, 0.5),
        ("um", 0.01, 0.1),
        ("micron", 0.01, 0.1),
        ("\\u00B5m", 0.01, 0.1),
        ("cm", 100, 0.1),
        ("nm", (1, 100_000), 0.1),
        ("mm", 1, None),  # from writers that do not know the scale
        ("inch", 2, None),
        ("pixel", 2, None),
        ("", 2, None),
    ],
)
def test_pixel_size_of_imagej(path, unit, per_unit, size):
    makers.tiff(path, VIDEO, imagej=True, resolution=(per_unit, per_unit), metadata={"axes": "TYX", "unit": unit})
    with open_video(path) as recording:
        assert recording.pixel_size == (size if size is None else pytest.approx(size, rel=1e-6))


@pytest.mark.parametrize(
    ("notes", "fps"),
    [
        ({"TimeIncrement": 0.002}, 500),
        ({"TimeIncrement": 0.002, "TimeIncrementUnit": "s"}, 500),
        ({"TimeIncrement": 2.0, "TimeIncrementUnit": "ms"}, 500),
        ({"TimeIncrement": 200.0, "TimeIncrementUnit": "µs"}, 5000),
        ({"TimeIncrement": 2.0, "TimeIncrementUnit": "min"}, 1 / 120),
        ({}, None),
    ],
    ids=repr,
)
def test_rate_of_ome(path, notes, fps):
    with open_video(makers.tiff(path, VIDEO, ome=True, metadata={"axes": "TYX"} | notes)) as recording:
        assert recording.fps == (fps if fps is None else pytest.approx(fps, rel=1e-15))
        assert recording.metadata["SizeT"] == "7"


@pytest.mark.parametrize(
    ("notes", "size"),
    [
        ({"PhysicalSizeX": 100.0}, 0.1),
        ({"PhysicalSizeX": 100.0, "PhysicalSizeXUnit": "µm"}, 0.1),
        ({"PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "mm"}, 0.1),
        ({"PhysicalSizeX": 0.01, "PhysicalSizeXUnit": "cm"}, 0.1),
        ({"PhysicalSizeX": 7.0, "PhysicalSizeXUnit": "pixel"}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_pixel_size_of_ome(path, notes, size):
    with open_video(makers.tiff(path, VIDEO, ome=True, metadata={"axes": "TYX"} | notes)) as recording:
        assert recording.pixel_size == (size if size is None else pytest.approx(size))


def test_plain_files_have_a_rate_only_if_it_was_noted(tmp_path):
    assert load_metadata(makers.tiff(tmp_path / "plain.tif", VIDEO)) == {}
    assert load_metadata(makers.tiff(tmp_path / "none.tif", VIDEO, metadata=None)) == {}
    noted = makers.tiff(tmp_path / "noted.tif", VIDEO, metadata={"fps": 500, "lab": "ours"})
    assert load_metadata(noted) == {"fps": 500.0, "lab": "ours"}


USELESS = ["", "NaN", "nan", "inf", "-inf", "0", "0.0", "-0.002", "fast", "0,002", "1 2", "[1]"]


def with_description(path, text):
    """A file of seven pages with a description that tifffile would not write."""
    with tifffile.TiffWriter(path) as writer:
        for i, frame in enumerate(VIDEO):
            options = {"metadata": None, "contiguous": False, "photometric": "minisblack"}
            writer.write(frame, description=text if i == 0 else None, **options)
    return path


@pytest.mark.parametrize("noted", USELESS)
def test_intervals_of_imagej_of_no_use_mean_no_rate(path, noted):
    text = f"ImageJ=1.53t\nimages=7\nframes=7\nfinterval={noted}\nfps={noted}\ntunit=s\n"
    with open_video(with_description(path, text)) as recording:
        assert (recording.fps, recording.times) == (None, None)
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize(
    ("unit", "fps"),
    [("seconds", 0.5), ("milliseconds", 500), ("Milliseconds", 500), ("frame", None), ("frames", None), ("", 0.5)],
)
def test_units_of_imagej(path, unit, fps):
    text = f"ImageJ=1.53t\nimages=7\nframes=7\nfinterval=2\ntunit={unit}\n"
    with open_video(with_description(path, text)) as recording:
        assert recording.fps == fps


@pytest.mark.parametrize(
    "noted", ["0", "-5", "Infinity", "NaN", '""', '"fast"', '"0,5"', "null", "[500]", "true", "{}"]
)
def test_noted_rates_of_no_use(path, noted):
    text = f'{{"shape": [7, 5, 6], "fps": {noted}}}'
    with open_video(with_description(path, text)) as recording:
        assert recording.fps == (500 if noted == "[500]" else None)
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("text", ["ImageJ=1.53t\nimages=x\n", "ImageJ=1.53t\nimages=-7\nframes=0\n", "ImageJ=\n"])
def test_counts_of_imagej_of_no_use_leave_the_pages(path, text):
    np.testing.assert_array_equal(load_video(with_description(path, text)), VIDEO)


@pytest.mark.parametrize("text", ['{"shape": "all"}', '{"shape": [7, 0]}', '{"shape": ', '{"shape": [3.5, 2]}', "{}"])
def test_shapes_of_no_use_leave_the_pages(path, text):
    np.testing.assert_array_equal(load_video(with_description(path, text)), VIDEO)


# --- files without a recording --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axes", "options", "cure"),
    [
        ("TZYX", IMAGEJ, "2 planes: choose one with z=, from 0 to 1"),
        ("TCYX", IMAGEJ, "2 channels: choose one with channel=, from 0 to 1"),
        ("ZCYX", IMAGEJ, "2 channels: choose one with channel=, from 0 to 1"),
        ("TZYX", OME, "2 planes: choose one with z=, from 0 to 1"),
        ("TCYX", OME, "2 channels: choose one with channel=, from 0 to 1"),
        ("TZYX", {}, "2 planes: choose one with z=, from 0 to 1"),
        ("TCYX", {}, "2 channels: choose one with channel=, from 0 to 1"),
    ],
)
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_channels_and_planes(path, axes, options, cure, compression):
    stack = makers.random_video((3, 2, 5, 6))
    makers.tiff(path, stack, **options, metadata={"axes": axes}, compression=compression)
    keyword = "z" if "Z" in axes and "C" not in axes else "channel"
    error = check_error(lambda: open_video(path), ArgumentError, "path", rf"rec\.tif has {cure}", path)
    assert error.keyword == keyword
    for index in range(2):
        with open_video(path, **{keyword: index}) as recording:
            np.testing.assert_array_equal(recording[:], stack[:, index])
            np.testing.assert_array_equal(recording[2:0:-1], stack[2:0:-1, index])
            assert recording.axes == ("TCYX" if axes == "ZCYX" else axes)
            assert recording.axes_source == ("not stated in the file: time is first" if axes == "ZCYX" else STATED)
    check_error(lambda: open_video(path, **{keyword: 2}), ArgumentError, keyword, r"rec\.tif, which has 2 ", 2)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_channels_and_planes_together(path, compression):
    stack = makers.random_video((4, 3, 2, 5, 6))
    makers.tiff(path, stack, imagej=True, metadata={"axes": "TZCYX"}, compression=compression)
    for chosen in ({}, {"z": 1}):
        check_error(
            lambda chosen=chosen: open_video(path, **chosen), ArgumentError, "path", r"2 channels: choose one with"
        )
    check_error(
        lambda: open_video(path, channel=1), ArgumentError, "path", r"3 planes: choose one with z=, from 0 to 2"
    )
    np.testing.assert_array_equal(load_video(path, channel=1, z=2), stack[:, 2, 1])
    np.testing.assert_array_equal(load_video(path, axes="TZCYX", channel=1, z=0), stack[:, 0, 1])


def test_planes_are_frames_unless_one_of_them_is_asked_for(path):
    stack = makers.random_video((4, 2, 5, 6))
    makers.tiff(path, stack, imagej=True, metadata={"axes": "ZCYX"})
    np.testing.assert_array_equal(load_video(path, channel=1), stack[:, 1])
    np.testing.assert_array_equal(load_video(path, channel=1, z=3), stack[3:, 1])


def test_names_of_channels_in_ome(path):
    stack = makers.random_video((3, 2, 5, 6))
    notes = {"axes": "TCYX", "Channel": {"Name": ["voltage", "calcium"]}}
    tifffile.imwrite(path, stack, photometric="minisblack", ome=True, metadata=notes)
    check_error(lambda: open_video(path), ArgumentError, "path", r"2 channels \(voltage, calcium\): choose one")
    np.testing.assert_array_equal(load_video(path, channel="calcium"), stack[:, 1])
    check_error(lambda: open_video(path, channel="dye"), ArgumentError, "channel", r"\(voltage, calcium\)", "dye")


@pytest.mark.parametrize(("options", "count"), [(IMAGEJ, 2), (IMAGEJ, 7), (OME, 2)])
def test_channels_and_no_other_axis(path, options, count):
    stack = makers.random_video((count, 5, 6))
    makers.tiff(path, stack, **options, metadata={"axes": "CYX"})
    text = rf"{count} channels and no other axis: choose one with channel=.*axes='TYX' if they are frames"
    check_error(lambda: open_video(path), ArgumentError, "path", text)
    np.testing.assert_array_equal(load_video(path, channel=1), stack[1:2])
    np.testing.assert_array_equal(load_video(path, axes="TYX"), stack)


def test_more_channels_than_possible_are_frames(path):
    video = makers.random_video((8, 5, 6))
    makers.tiff(path, video, imagej=True)  # tifffile gives it the axes CYX
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("axes", ["YXT", "YTX", "TXY", "XTY"])
def test_other_orders_of_axes(path, axes, named, compression):
    video = makers.random_video((7, 5, 6))
    stored = np.ascontiguousarray(np.transpose(video, ["TYX".index(axis) for axis in axes]))
    makers.tiff(path, stored, metadata={"axes": axes if named else "QYX"}, compression=compression)
    with open_video(path) if named else open_video(path, axes=axes) as recording:
        np.testing.assert_array_equal(recording[:], video)
        np.testing.assert_array_equal(recording[5:1:-2, 1:3], video[5:1:-2, 1:3])
        assert recording[3:3].shape == (0, 5, 6)
        assert (recording.axes, recording.axes_source) == (axes, STATED if named else "given by axes=")


@pytest.mark.parametrize("axes", ["QQYX", None])
def test_a_stack_without_a_name_for_its_axes(path, axes):
    stack = makers.random_video((3, 2, 5, 6))
    makers.tiff(path, stack, metadata={"axes": axes} if axes else {})
    text = r"has the axes Q, Q, Y, X of shape \(3, 2, 5, 6\).*axes=, for example 'TCYX'"
    assert check_error(lambda: open_video(path), ArgumentError, "path", text).keyword == "axes"
    np.testing.assert_array_equal(load_video(path, axes="TCYX", channel=1), stack[:, 1])
    np.testing.assert_array_equal(load_video(path, axes="ZTYX", z=1), stack[1])


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}], ids=repr)
def test_an_unlikely_reading_is_reported(path, options):
    video = makers.random_video((16, 60, 72))
    makers.tiff(path, np.ascontiguousarray(np.moveaxis(video, 0, 2)), **options)
    with pytest.warns(UserWarning, match=r"rec\.tif does not state its axes .* open it with axes='YXT'") as caught:
        assert load_video(path).shape == (60, 72, 16)
    assert len(caught) == 1
    np.testing.assert_array_equal(load_video(path, axes="YXT"), video)
    assert load_video(path, axes="TYX").shape == (60, 72, 16)


def test_a_scene_of_a_file_with_one_recording(path):
    makers.tiff(path, VIDEO)
    np.testing.assert_array_equal(load_video(path, scene=0), VIDEO)
    check_error(lambda: open_video(path, scene=1), ArgumentError, "scene", "has 1 scene: leave scene out", 1)


@pytest.mark.parametrize("axes", [5, "TYY", "TY", "TCYX"])
def test_axes_that_do_not_fit(path, axes):
    makers.tiff(path, VIDEO)
    check_error(lambda: open_video(path, axes=axes), ArgumentError, "axes", r"axes = ", axes)


@pytest.mark.parametrize("axes", ["ZYX", "TYX"])
@pytest.mark.parametrize("options", [IMAGEJ, OME])
def test_a_stack_of_planes_is_taken_for_time(path, axes, options):
    # ImageJ calls the frames of a plain stack slices.
    with open_video(makers.tiff(path, VIDEO, **options, metadata={"axes": axes})) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize(("shape", "layout"), [((7, 5, 6, 3), "contig"), ((7, 3, 5, 6), "separate")])
@pytest.mark.parametrize("photometric", ["rgb", "minisblack"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_colour(path, shape, layout, photometric, compression):
    video = makers.random_video(shape, "u1")
    tifffile.imwrite(path, video, photometric=photometric, planarconfig=layout, compression=compression)
    text = r"rec\.tif has 3 channels \(red, green, blue\): choose one with channel=, from 0 to 2"
    check_error(lambda: open_video(path), ArgumentError, "path", text)
    green = video[..., 1] if layout == "contig" else video[:, 1]
    np.testing.assert_array_equal(load_video(path, channel="green"), green)
    np.testing.assert_array_equal(load_video(path, channel=1), green)


@pytest.mark.parametrize("other", [VIDEO[:, :4], VIDEO[:, :, :4], VIDEO.astype("u1")])
def test_images_of_different_sizes_or_types(path, other):
    with tifffile.TiffWriter(path) as writer:
        writer.write(VIDEO, photometric="minisblack")
        writer.write(other, photometric="minisblack")
    with pytest.raises(ValueError, match=r"rec\.tif holds images of different sizes or types, 5 x 6 uint16 and"):
        open_video(path)


def test_complex_numbers(path):
    with pytest.raises(ValueError, match="save the pixels as real numbers"):
        open_video(makers.tiff(path, VIDEO.astype("c8")))


@pytest.mark.parametrize("content", [b"", b"II", b"no TIFF file at all", b"IJ*\0\x08\0\0\0"])
def test_not_a_tiff_file(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"rec\.tif is not a TIFF file, because its first bytes are b'"):
        open_video(path)


@pytest.mark.parametrize("content", [b"II*\0", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II\x2b\0" + bytes(3)])
def test_the_first_bytes_of_a_tiff_file_alone(path, content):
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=rf"rec\.tif is truncated, because its {len(content)} bytes hold no image: copy"
    ):
        open_video(path)


def test_no_page(path):
    path.write_bytes(b"II*\0" + bytes(40))
    with pytest.raises(ValueError, match=r"rec\.tif"):
        open_video(path)


# --- truncated and damaged ------------------------------------------------------------------------------------------

WRITERS = {
    "plain": lambda path: makers.tiff(path, VIDEO),
    "no metadata": lambda path: makers.tiff(path, VIDEO, metadata=None),
    "bigtiff": lambda path: makers.tiff(path, VIDEO, bigtiff=True),
    "big-endian": lambda path: makers.tiff(path, VIDEO, byteorder=">"),
    "imagej": lambda path: makers.tiff(path, VIDEO, imagej=True, metadata={"axes": "TYX"}),
    "imagej in one page": lambda path: makers.tiff(path, VIDEO, imagej=True, truncate=True, metadata={"axes": "TYX"}),
    "in one page": lambda path: makers.tiff(path, VIDEO, truncate=True),
    "ome": lambda path: makers.tiff(path, VIDEO, ome=True, metadata={"axes": "TYX"}),
    "lzw": lambda path: makers.tiff(path, VIDEO, compression="lzw"),
    "zlib ome": lambda path: makers.tiff(path, VIDEO, compression="zlib", ome=True, metadata={"axes": "TYX"}),
    "pages": lambda path: makers.tiff_pages(path, VIDEO),
    "pages lzw": lambda path: makers.tiff_pages(path, VIDEO, compression="lzw"),
    "appended": lambda path: makers.tiff_appended(path, VIDEO),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_truncated_anywhere_it_is_an_error_or_whole(path, writer):
    whole = WRITERS[writer](path).read_bytes()
    for kept in [*range(0, len(whole), 37), *range(len(whole) - 12, len(whole))]:
        path.write_bytes(whole[:kept])
        outcome = makers.values_or_error(path, load_video)
        if isinstance(outcome, str):
            assert "rec.tif" in outcome, (kept, outcome)
        else:
            np.testing.assert_array_equal(outcome, VIDEO, strict=True)


@pytest.mark.parametrize(
    "writer", sorted(set(WRITERS) - {"in one page", "imagej in one page", "bigtiff", "big-endian"})
)
@pytest.mark.parametrize("target", [0, 2, 3])
def test_a_chain_of_pages_that_loops(path, writer, target):
    makers.link_tiff_page(WRITERS[writer](path), 3, target)
    with pytest.raises(ValueError, match=r"rec\.tif is damaged, because the page after page 3 is an earlier one"):
        open_video(path)


@pytest.mark.parametrize("writer", ["plain", "imagej", "ome", "lzw", "zlib ome"])
def test_a_chain_of_pages_that_ends_early(path, writer):
    makers.link_tiff_page(WRITERS[writer](path), 3, None)
    with pytest.raises(
        ValueError, match=r"rec\.tif is truncated or damaged, because its header says 7 frames, but it has 4 pages"
    ):
        open_video(path)


def with_count(path, writer, count):
    WRITERS[writer](path)
    for key in [b"images=", b"frames="] if writer == "imagej" else [b'SizeT="']:
        makers.replace(path, key + b"7", key + str(count).encode())
    return path


def test_a_header_with_more_frames_than_there_are(path):
    with_count(path, "imagej", 9)
    with pytest.raises(ValueError, match=r"its header says 9 frames, but it has 7 pages"):
        open_video(path)


@pytest.mark.parametrize("writer", ["ome", "zlib ome"])
def test_a_complete_file_whose_description_has_more_frames(path, writer):
    with_count(path, writer, 9)
    with pytest.warns(Advice, match=r"holds 7 frames, although its header states 9: all that its header describes"):
        np.testing.assert_array_equal(load_video(path), VIDEO, strict=True)


@pytest.mark.parametrize("writer", ["imagej", "ome", "zlib ome"])
def test_a_header_with_fewer_frames_than_there_are(path, writer):
    with_count(path, writer, 4)
    with pytest.warns(Advice, match=r"holds 7 frames, although its header states 4: all of them are read") as caught:
        video = load_video(path)
    assert (len(caught), caught[0].filename) == (1, __file__)
    np.testing.assert_array_equal(video, VIDEO, strict=True)


@pytest.mark.parametrize(("frames", "expected"), [(2, 3), (5, None)])
def test_more_frames_of_several_channels_are_whole(path, frames, expected):
    stack = makers.random_video((6, 5, 6))
    text = f"ImageJ=1.53\nimages={2 * frames}\nchannels=2\nframes={frames}\nhyperstack=true\n"
    writers.write(path, stack, text)
    if expected is None:
        check_error(lambda: open_video(path, channel=1), ArgumentError, "path", "its header says 10 frames")
        return
    with pytest.warns(Advice, match="holds 3 frames, although its header states 2"):
        np.testing.assert_array_equal(load_video(path, channel=1), stack[1::2])


@pytest.mark.parametrize("compression", ["lzw", "zstd"])
def test_a_missing_imagecodecs_is_an_error_with_its_pip_line(path, monkeypatch, compression):
    makers.tiff(path, VIDEO, compression=compression)
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    message = rf"rec\.tif is compressed \({compression.upper()}\), which needs imagecodecs: pip install "
    with pytest.raises(ImportError, match=message + r"'optimap-trace\[tiff\]'"):
        open_video(path)


@pytest.mark.parametrize("options", [{"compression": "zlib"}, {"compression": "packbits"}, {"tile": (16, 16)}])
def test_compressions_that_do_not_need_imagecodecs(path, monkeypatch, options):
    makers.tiff(path, VIDEO, **options)
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with open_video(path) as recording:
        assert recording.shape == VIDEO.shape


# --- real recordings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["controlV.tif", "caRestitution_p130.tif"])
def test_real_optical_mapping(real_data, name):
    path = real_data / "optical-mapping" / name
    with open_video(path) as recording:
        assert (recording.shape, recording.dtype, recording.fps) == ((1000, 32, 32), np.uint16, 1000.0)
        assert recording.metadata["finterval"] == 0.001
    np.testing.assert_array_equal(load_video(path), tifffile.imread(path), strict=True)


def test_real_two_photon(real_data):
    path = real_data / "two-photon" / "example.tif"
    assert load_metadata(path)["ImageJ"] == "1.48v"
    np.testing.assert_array_equal(load_video(path), tifffile.imread(path), strict=True)
    np.testing.assert_array_equal(load_video(path, 3, 5, 2), tifffile.imread(path)[3:12:2], strict=True)


def set_entry(path, page, tag, *, kind=None, value=None):
    """Change the type or the value of a tag of a page, in a little-endian classic file."""
    with tifffile.TiffFile(path) as tif:
        at = tif.pages[page].tags[tag].offset
    data = bytearray(path.read_bytes())
    if kind is not None:
        struct.pack_into("<H", data, at + 2, kind)
    if value is not None:
        struct.pack_into("<I", data, at + 8, value)
    path.write_bytes(data)


@pytest.mark.parametrize("compression", [None, "lzw"])
@pytest.mark.parametrize("moved", [-70, 8, "to the one before", "to the directory", "to the header"])
def test_pages_that_share_bytes(tmp_path, compression, moved):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO, compression=compression)
    with tifffile.TiffFile(path) as tif:
        before, place = (tif.pages[i].dataoffsets[0] for i in (2, 3))
        places = {"to the one before": before + bool(compression), "to the directory": tif.pages[1].offset - 4}
    places["to the header"] = 4
    set_entry(path, 3, 273, value=places[moved] if moved in places else place + moved)
    message = r"rec\.tif is damaged, because two pieces of its pages share bytes, at byte \d+ and at byte \d+: copy the"
    check_error(lambda: open_video(path), ValueError, "path", message, path)


def test_equal_pages_that_are_compressed_may_be_stored_once(tmp_path):
    video = VIDEO[[0, 1, 1, 2]]
    path = makers.tiff(tmp_path / "rec.tif", video, compression="lzw")
    with tifffile.TiffFile(path) as tif:
        place = tif.pages[1].dataoffsets[0]
    set_entry(path, 2, 273, value=place)
    np.testing.assert_array_equal(load_video(path), video)


def test_strips_that_share_bytes(tmp_path):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO, rowsperstrip=1)
    with tifffile.TiffFile(path) as tif:
        at, first = tif.pages[0].tags[273].valueoffset, tif.pages[0].dataoffsets[0]
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, at + 4, first)
    path.write_bytes(data)
    with open_video(path) as recording:
        check_error(
            lambda: recording[:], ValueError, "path", r"page 0 cannot be decoded \(its strips share bytes\)", path
        )


@pytest.mark.parametrize("kind", [1, 2, 7, 11, 12])
def test_places_of_another_type(tmp_path, kind):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO)
    set_entry(path, 3, 273, kind=kind)
    message = rf"is damaged, because page 3 states the places of its pixels as values of type {kind}: copy"
    check_error(lambda: open_video(path), ValueError, "path", message, path)


@pytest.mark.parametrize(("tag", "value", "what"), [(259, 2, "faxes"), (259, 3, "faxes"), (317, 3, "real numbers")])
@pytest.mark.parametrize("page", [0, 3])
def test_a_compression_of_other_pixels(tmp_path, page, tag, value, what):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO, compression="deflate", predictor=2)
    set_entry(path, page, tag, value=value)
    message = f"is damaged, because it states a compression of {what} for uint16 pixels: copy the recording again"
    check_error(lambda: load_video(path), ValueError, "path", message, path)
