"""Which axes of TIFF files are time, rows and columns, and files that have others."""

import numpy as np
import pytest
import tifffile

from optimap import ArgumentError
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

VIDEO = makers.random_video((7, 5, 6))
IMAGEJ = {"imagej": True}
OME = {"ome": True}
STATED = "stated in the file"
TYX = {"metadata": {"axes": "TYX"}}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rec.tif"


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


@pytest.mark.parametrize("compression", [None, "lzw"])
def test_smaller_pictures_next_to_the_frames_of_lsm(path, compression):
    video = np.repeat(makers.random_video((7, 20, 6)), 8, axis=2)
    with tifffile.TiffFile(writers.lsm(path, video, compression)) as tif:
        assert tif.is_lsm
        assert len(tif.pages) == 14
    np.testing.assert_array_equal(load_video(path), video, strict=True)
