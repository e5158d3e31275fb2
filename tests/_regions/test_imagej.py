"""Regions drawn in ImageJ: files that roifile writes, and the example with a real recording."""

import struct
import zipfile

import numpy as np
import pytest
import roifile
import skimage.draw
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from roifile import ROI_OPTIONS, ROI_SUBTYPE, ROI_TYPE, ImagejRoi

from optimap._regions import holds_rois, named_rois
from optimap.trace import extract_traces, regions, show_regions
from tests import oracles
from tests.errors import check_error

VIDEO = np.random.default_rng(0).integers(0, 65536, (6, 20, 30), dtype=np.uint16)


def roi(kind, box=(0, 0, 0, 0), name="", **more):
    left, top, width, height = box
    made = ImagejRoi(
        roitype=ROI_TYPE[kind], left=left, top=top, right=left + width, bottom=top + height, name=name, version=227
    )
    for key, value in more.items():
        setattr(made, key, value)
    return made


def polygon(points, kind="POLYGON", name=""):
    made = ImagejRoi.frompoints(np.asarray(points), name=name or None)
    made.roitype, made.name = ROI_TYPE[kind], name
    return made


def mask(found, shape=(20, 30), i=0):
    image = np.zeros(shape, bool)
    x, y, _ = (found if hasattr(found, "pixels") else regions(found, shape)).pixels(i)
    image[y, x] = True
    return image


def filled(rows, columns, shape=(20, 30)):
    image = np.zeros(shape, bool)
    image[rows, columns] = True
    return image


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e30])
@pytest.mark.parametrize("kind", ["RECT", "OVAL", "POLYGON", "composite"])
def test_coordinates_that_are_no_places(kind, number):
    if kind == "composite":
        path = np.array([0, 1, 1, 1, 9, 1, 1, number, 9, 4], np.float32)  # move to, line to, line to, close
        made = roi("RECT", (1, 1, 9, 9), multi_coordinates=path, shape_roi_size=len(path))
    elif kind == "POLYGON":
        made = polygon([(1, 1), (2, 5), (9, 9)])
        made.subpixel_coordinates, made.options = (
            np.array([(1, 1), (number, 5), (9, 9)]),
            ROI_OPTIONS.SUB_PIXEL_RESOLUTION,
        )
    else:
        made = roi(kind, (1, 1, 5, 5), options=ROI_OPTIONS.SUB_PIXEL_RESOLUTION, xd=1, yd=1, widthd=number, heightd=5)
    check_error(lambda: regions(made, (20, 30)), ValueError, "source", "not finite")


def test_a_rectangle_holds_whole_pixels():
    np.testing.assert_array_equal(mask(roi("RECT", (3, 4, 5, 6))), filled(slice(4, 10), slice(3, 8)))


@pytest.mark.parametrize("kind", ["POLYGON", "FREEHAND", "TRACED"])
def test_whole_coordinates_are_corners_of_pixels(kind):
    corners = [(3, 4), (8, 4), (8, 10), (3, 10)]
    np.testing.assert_array_equal(mask(polygon(corners, kind)), filled(slice(4, 10), slice(3, 8)))


def test_sub_pixel_coordinates_are_used_where_the_flag_says_so(tmp_path):
    exact = polygon([(3.6, 4.2), (8.6, 4.2), (8.6, 9.4), (3.6, 9.4)], name="exact")
    expected = filled(slice(4, 9), slice(4, 9))
    exact.tofile(tmp_path / "exact.roi")
    for given_roi in (exact, tmp_path / "exact.roi"):
        np.testing.assert_array_equal(mask(given_roi), expected)
    rounded = filled(slice(4, 9), slice(4, 9))  # corners 4, 4 to 9, 9
    exact.options = ROI_OPTIONS(0)
    exact.tofile(tmp_path / "rounded.roi")
    np.testing.assert_array_equal(mask(tmp_path / "rounded.roi"), rounded)
    half = polygon([(3.6, 4.6), (7.2, 4.6), (7.2, 8.2), (3.6, 8.2)])
    half.tofile(tmp_path / "half.roi")
    np.testing.assert_array_equal(mask(tmp_path / "half.roi"), filled(slice(5, 8), slice(4, 7)))
    half.options = ROI_OPTIONS(0)
    half.tofile(tmp_path / "half.roi")
    np.testing.assert_array_equal(mask(tmp_path / "half.roi"), filled(slice(5, 8), slice(4, 7)))


def test_sub_pixel_rectangles_and_ovals():
    flag = ROI_OPTIONS.SUB_PIXEL_RESOLUTION
    box = {"options": flag, "xd": 3.6, "yd": 4.2, "widthd": 5.0, "heightd": 5.2}
    np.testing.assert_array_equal(mask(roi("RECT", (3, 4, 6, 6), **box)), filled(slice(4, 9), slice(4, 9)))
    y, x = np.mgrid[:20, :30] + 0.5
    inside = ((x - 6.1) / 2.5) ** 2 + ((y - 6.8) / 2.6) ** 2 < 1
    np.testing.assert_array_equal(mask(roi("OVAL", (3, 4, 6, 6), **box)), inside)


@given(st.integers(-3, 9), st.integers(-3, 9), st.integers(1, 16), st.integers(1, 16))
def test_ovals_equal_those_of_scikit_image(left, top, width, height):
    oval = roi("OVAL", (left, top, width, height))
    centre = top + height / 2 - 0.5, left + width / 2 - 0.5
    theirs = np.zeros((20, 30), bool)
    theirs[skimage.draw.ellipse(*centre, height / 2, width / 2, theirs.shape)] = True
    if theirs.any():
        np.testing.assert_array_equal(mask(oval), theirs)
    else:
        with pytest.raises(ValueError, match=r"outside|empty"):
            mask(oval)


def test_an_oval_of_whole_pixels_is_what_imagej_measures():
    # ImageJ counts centres inside an ellipse or on it, optimap only those inside; no centre lies on it.
    for width in range(1, 40):
        for height in range(1, 40):
            y, x = np.mgrid[:height, :width] * 2 + 1  # in half pixels, exact
            area = (x - width) ** 2 * height**2 + (y - height) ** 2 * width**2
            assert not (area == width**2 * height**2).any()
    y, x = np.mgrid[:7, :10] + 0.5
    inside = ((x - 5) / 5) ** 2 + ((y - 3.5) / 3.5) ** 2 <= 1
    np.testing.assert_array_equal(mask(roi("OVAL", (2, 3, 10, 7)))[3:10, 2:12], inside)


def test_rounded_corners_are_cut():
    drawn = mask(roi("RECT", (2, 3, 20, 12), rounded_rect_arc_size=8))
    y, x = np.mgrid[:20, :30] + 0.5
    dx, dy = np.maximum(np.abs(x - 12) - 6, 0), np.maximum(np.abs(y - 9) - 2, 0)
    expected = (dx**2 + dy**2 < 16) & (abs(x - 12) < 10) & (abs(y - 9) < 6)
    np.testing.assert_array_equal(drawn, expected)


@given(st.lists(st.tuples(st.integers(0, 24), st.integers(0, 16)), min_size=3, max_size=8))
def test_centres_on_edges_are_as_in_imagej(points):
    # Its rule: a centre on the left edge is out, on the right edge in; edges at 45 degrees meet centres.
    expected = oracles.polygon_mask([np.array(points) - 0.5], (20, 30), "right")
    if expected.any():
        np.testing.assert_array_equal(mask(polygon(points)), expected)
    else:
        with pytest.raises(ValueError, match="is empty"):
            mask(polygon(points))


def test_points_are_pixels_one_region_each():
    one = polygon([(5, 3)], "POINT", "here")
    alone = extract_traces(VIDEO, one)
    np.testing.assert_array_equal(alone, VIDEO[:, 3, 5])
    several = polygon([(5, 3), (29, 19), (0, 0)], "POINT", "spots")
    found = regions(several)
    assert found.names == ["spots_1", "spots_2", "spots_3"]
    np.testing.assert_array_equal(extract_traces(VIDEO, several), VIDEO[:, [3, 19, 0], [5, 29, 0]])
    np.testing.assert_array_equal(found.centers(), [(5, 3), (29, 19), (0, 0)])
    np.testing.assert_array_equal(extract_traces(VIDEO, polygon([(4.6, 3.4)], "POINT")), VIDEO[:, 3, 5])


def test_composite_regions_have_holes():
    path = []
    for corners in ([(2, 2), (12, 2), (12, 12), (2, 12)], [(5, 5), (9, 5), (9, 9), (5, 9)]):
        for k, (x, y) in enumerate(corners):
            path += [float(k > 0), x, y]
        path.append(4.0)
    made = roi("RECT", (2, 2, 10, 10), "ring", multi_coordinates=np.array(path, np.float32), shape_roi_size=len(path))
    expected = filled(slice(2, 12), slice(2, 12))
    expected[5:9, 5:9] = False
    np.testing.assert_array_equal(mask(ImagejRoi.frombytes(made.tobytes())), expected)
    made.multi_coordinates = np.array([0, 1, 1, 3, 1, 2, 3, 4, 5, 6, 4], np.float32)
    made.shape_roi_size = 11
    with pytest.raises(ValueError, match=r"region 0 \('ring'\) is composed of curves.*Create Mask"):
        regions(made)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (roi("LINE", name="l"), r"region 0 \('l'\) is a line and has no area"),
        (polygon([(1, 1), (5, 5)], "POLYLINE", "p"), r"region 0 \('p'\) is a segmented line"),
        (polygon([(1, 1), (5, 5)], "FREELINE"), r"region 0 \('region_0'\) is a freehand line"),
        (polygon([(1, 1), (5, 5), (7, 2)], "ANGLE"), "is an angle"),
        (roi("RECT", (1, 1, 5, 5), subtype=ROI_SUBTYPE.TEXT), "is text and has no area"),
        (roi("NOROI"), "is of a type that cannot be read"),
        (polygon([(1, 1), (5, 5)]), "has 2 vertices"),
    ],
)
def test_regions_without_an_area_are_errors(made, message):
    check_error(lambda: extract_traces(VIDEO, made), ValueError, "coords", message, made)
    two = [roi("RECT", (1, 1, 5, 5)), made]
    message = message.replace("region 0", "region 1").replace("region_0", "region_1")
    check_error(lambda: extract_traces(VIDEO, two), ValueError, "coords[1]", message, made)


def test_a_polygon_with_a_spline_is_refused():
    curved = polygon([(1, 1), (9, 1), (5, 9)], name="c")
    curved.options |= ROI_OPTIONS.SPLINE_FIT
    with pytest.raises(ValueError, match=r"region 0 \('c'\) is fitted with a spline"):
        regions(curved)


def test_regions_outside_are_errors_and_those_partly_outside_are_clipped():
    np.testing.assert_array_equal(
        extract_traces(VIDEO, roi("RECT", (-4, 15, 10, 10))), VIDEO[:, 15:, :6].mean(axis=(1, 2))
    )
    with pytest.raises(ValueError, match=r"coords: region 0 \('far'\) lies wholly outside the frame \(width 30"):
        extract_traces(VIDEO, roi("OVAL", (40, 15, 10, 10), "far"))
    with pytest.raises(ValueError, match=r"region 0 \('thin'\) is empty"):
        extract_traces(VIDEO, roi("OVAL", (4, 15, 0, 10), "thin"))


def test_one_file_alone_a_zip_and_names(tmp_path):
    first, second = roi("RECT", (1, 2, 3, 4), "inside"), roi("OVAL", (10, 5, 8, 8), "Zelle µ, 2")
    first.tofile(tmp_path / "cell.roi")
    assert regions(tmp_path / "cell.roi").names == ["cell"]
    assert extract_traces(VIDEO, tmp_path / "cell.roi").shape == (6,)
    roifile.roiwrite(tmp_path / "RoiSet.zip", [first, second])
    found = regions(tmp_path / "RoiSet.zip")
    assert found.names == ["inside", "Zelle µ, 2"]
    traces = extract_traces(VIDEO, str(tmp_path / "RoiSet.zip"))
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, [first, second]))
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("cell.roi", first.tobytes())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("cell.roi", second.tobytes())
    assert regions(tmp_path / "twice.zip").names == ["cell", "cell"]
    np.testing.assert_array_equal(extract_traces(VIDEO, tmp_path / "twice.zip"), traces)
    roifile.roiwrite(tmp_path / "one.zip", [first])
    assert extract_traces(VIDEO, tmp_path / "one.zip").shape == (6, 1)
    with zipfile.ZipFile(tmp_path / "RoiSet.zip", "a") as archive:
        archive.writestr("__MACOSX/._inside.roi", b"resource fork")
        archive.writestr("notes.txt", b"hello")
    assert regions(tmp_path / "RoiSet.zip").names == found.names
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("notes.txt", b"hello")
    with pytest.raises(ValueError, match=r"none.zip holds no ImageJ regions"):
        regions(tmp_path / "none.zip")
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("cut.roi", polygon([(1, 1), (5, 5), (1, 9)]).tobytes()[:70])
    message = r"bad.zip, cut.roi cannot be read as an ImageJ region, or is damaged"
    check_error(lambda: regions(tmp_path / "bad.zip"), ValueError, "source", message, tmp_path / "bad.zip")
    message = "kind = 'mask' does not fit source, a file of outlines"
    check_error(lambda: regions(tmp_path / "RoiSet.zip", kind="mask"), ValueError, "kind", message, "mask")
    roi("LINE").tofile(tmp_path / "line.roi")
    message = r"line.roi: region 0 \('line'\) is a line and has no area"
    check_error(lambda: regions(tmp_path / "line.roi"), ValueError, "source", message, tmp_path / "line.roi")


def test_litter_of_the_operating_system_is_ignored(tmp_path):
    first = roi("RECT", (1, 2, 3, 4))
    with zipfile.ZipFile(tmp_path / "RoiSet.zip", "w") as archive:
        for name in (
            "cells/a.roi",
            "cells/._a.roi",
            "__MACOSX/cells/._a.roi",
            "._a.roi",
            "cells/.DS_Store",
            "Thumbs.db",
        ):
            archive.writestr(name, first.tobytes() if name == "cells/a.roi" else b"\0\5\x16\7 resource fork")
    assert regions(tmp_path / "RoiSet.zip").names == ["a"]
    folder = tmp_path / "cells"
    folder.mkdir()
    for name in ("a.roi", "B.ROI"):
        (folder / name).write_bytes(first.tobytes())
    for name in ("._a.roi", ".DS_Store", "Thumbs.db", "notes.txt"):
        (folder / name).write_bytes(b"\0\5\x16\7 resource fork")
    assert regions(folder).names == ["a", "B"]
    assert extract_traces(VIDEO, folder).shape == (6, 2)
    for name in ("cell 10.roi", "cell 2.roi"):
        (folder / name).write_bytes(first.tobytes())
    assert regions(folder).names == ["a", "B", "cell 2", "cell 10"]
    message = r"\._a.roi is not a region, but a file that macOS puts next to one .*: leave it out, and give a.roi"
    check_error(lambda: regions(folder / "._a.roi"), ValueError, "source", message, folder / "._a.roi")
    assert len(regions(folder / "a.roi")) == 1


def test_one_bad_file_in_a_set_is_named(tmp_path):
    folder = tmp_path / "cells"
    folder.mkdir()
    roi("RECT", (1, 2, 3, 4)).tofile(folder / "a.roi")
    roi("OVAL", (1, 2, 3, 4)).tofile(folder / "c.roi")
    roi("LINE").tofile(folder / "b.roi")
    message = r"b.roi: region 0 \('b'\) is a line and has no area: use rectangles"
    check_error(lambda: regions(folder), ValueError, "source", message, folder / "b.roi")
    (folder / "b.roi").write_bytes(b"nonsense")
    message = "b.roi cannot be read as an ImageJ region, or is damaged"
    check_error(lambda: extract_traces(VIDEO, folder), ValueError, "coords", message, folder / "b.roi")
    (folder / "b.roi").unlink()
    assert regions(folder).names == ["a", "c"]
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name, made in (("a", roi("RECT", (1, 2, 3, 4))), ("b", roi("LINE"))):
            archive.writestr(f"{name}.roi", made.tobytes())
    message = r"set.zip: region 1 \('b'\) is a line"
    check_error(lambda: regions(tmp_path / "set.zip"), ValueError, "source", message, tmp_path / "set.zip")


def test_files_of_regions_are_recognised_by_suffix_and_content(tmp_path):
    first = roi("RECT", (1, 2, 3, 4), "inside")
    first.tofile(tmp_path / "cell.roi")
    roifile.roiwrite(tmp_path / "RoiSet.zip", [first])
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("notes.txt", b"hello")
    (tmp_path / "broken.zip").write_bytes(b"nonsense")
    names = ("cell.roi", "RoiSet.zip", "other.zip", "broken.zip", "nope.roi")
    assert [holds_rois(tmp_path / name) for name in names] == [True, True, False, False, False]
    assert [name for name, _ in named_rois(tmp_path / "RoiSet.zip")] == ["inside"]


def test_without_roifile_the_error_says_what_to_install(tmp_path, monkeypatch):
    roi("RECT", (1, 2, 3, 4)).tofile(tmp_path / "a.roi")
    monkeypatch.setitem(__import__("sys").modules, "roifile", None)
    with pytest.raises(ImportError, match=r"pip install 'optimap-trace\[roi\]'"):
        regions(tmp_path / "a.roi")


# The example: outlines drawn by hand in ImageJ on a two-photon recording


@pytest.fixture(scope="module")
def example(real_data):
    folder = real_data / "two-photon"
    return tifffile.imread(folder / "example.tif"), folder / "imageJ_ROIs.zip"


def outlines(path):
    return [made.coordinates() for made in roifile.roiread(path)]


def test_the_example_equals_masks_of_scikit_image(example):
    video, path = example
    found, traces = regions(path), extract_traces(video, path)
    assert found.names == ["0001-0087-0085", "0001-0049-0041"]
    assert traces.shape == (20, 2)
    for i, points in enumerate(outlines(path)):
        # From corners to centres, then slightly to the right and less so down, so that no centre is on an edge: left
        # and top edges are out, right and bottom edges in, as in ImageJ.
        columns, rows = points.T - 0.5 + [[2e-6], [1e-6]]
        theirs = np.zeros(video.shape[1:], bool)
        theirs[skimage.draw.polygon(rows, columns, theirs.shape)] = True
        np.testing.assert_array_equal(mask(found, theirs.shape, i), theirs)
        np.testing.assert_array_equal(traces[:, i], video[:, theirs].mean(axis=1))


def test_the_example_equals_masks_of_pillow_but_for_the_border(example):
    video, path = example
    traces = extract_traces(video, path)
    for i, points in enumerate(outlines(path)):
        ours = mask(regions(path), video.shape[1:], i)
        height, width = ours.shape
        image = Image.new("1", (width * 10, height * 10))
        ImageDraw.Draw(image).polygon([tuple(point) for point in (points * 10).tolist()], fill=1)
        theirs = np.asarray(image)[5::10, 5::10]  # at the centres
        on_edge = np.argwhere(ours != theirs)
        for row, column in on_edge:  # where they differ, the centre lies on an edge, exactly
            edges = zip(points * 2, np.roll(points, -1, axis=0) * 2, strict=True)
            centre = np.array([2 * column + 1, 2 * row + 1])
            assert any(
                np.linalg.det(np.array([b - a, centre - a], float)) == 0
                and (np.minimum(a, b) <= centre).all()
                and (centre <= np.maximum(a, b)).all()
                for a, b in edges
            )
        agreed = theirs.copy()
        agreed[tuple(on_edge.T)] = ours[tuple(on_edge.T)]
        np.testing.assert_array_equal(traces[:, i], video[:, agreed].mean(axis=1))
        assert len(on_edge) < 0.2 * ours.sum()


def test_the_example_is_drawn_over_its_image(example):
    video, path = example
    ax = show_regions(path, video.mean(axis=0))
    assert [text.get_text() for text in ax.texts] == ["0001-0087-0085", "0001-0049-0041"]


@pytest.mark.parametrize("kind", ["POLYGON", "FREEHAND", "TRACED", "POINT"])
@pytest.mark.parametrize(("points", "count"), [([(1, 1), (9, 1), (9, 7), (2, 8)], 3), ([(1, 1), (9, 1), (9, 7)], 5)])
@pytest.mark.parametrize("moved", [0, 0.25])
def test_another_number_of_vertices_than_are_there(tmp_path, kind, points, count, moved):
    path = tmp_path / "cell.roi"
    data = bytearray(polygon(np.array(points) + moved, kind, "tip").tobytes())
    struct.pack_into(">H", data, 16, count)
    path.write_bytes(data)
    message = r"cell.roi cannot be read as an ImageJ region, or is damaged \(its vertices need \d+ bytes, but have"
    check_error(lambda: regions(path), ValueError, "source", message, path)


@pytest.mark.parametrize("count", [0, -18, 9])
def test_a_hole_is_not_lost(tmp_path, count):
    path = tmp_path / "cell.roi"
    corners = [0, 1, 1, 1, 9, 1, 1, 9, 8, 0, 3, 2, 1, 5, 2, 1, 5, 5]
    made = roi("RECT", (1, 1, 8, 7), shape_roi_size=len(corners), multi_coordinates=np.array(corners, np.float32))
    data = bytearray(made.tobytes())
    struct.pack_into(">i", data, 36, count)
    path.write_bytes(data)
    message = r"cell.roi cannot be read as an ImageJ region, or is damaged \(its vertices need \d+ bytes, but have 72\)"
    check_error(lambda: regions(path), ValueError, "source", message, path)
