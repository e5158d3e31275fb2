"""Regions written for ImageJ: what the package roifile reads from the files, and what comes back."""

import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap.trace import regions, save_regions
from tests.errors import check_error

roifile = pytest.importorskip("roifile")
from optimap._regions import Ellipse, Outlines, make_regions  # noqa: E402

SQUARE = [(-0.5, -0.5), (3.5, -0.5), (3.5, 7.5), (-0.5, 7.5)]
KITE = [(1.25, 2), (8, 3.5), (5, 9.75), (2, 6)]


def outlined(*shapes, names=None):
    named = names or [f"region_{i}" for i in range(len(shapes))]
    return make_regions(Outlines([*shapes], named, single=False, side="right"), (20, 30), kind="imagej", name="regions")


def test_roifile_reads_what_was_drawn(tmp_path):
    path = tmp_path / "regions.zip"
    shapes = [[np.array(SQUARE)], [np.array(KITE)], Ellipse(1.5, 2.5, 6, 4), Ellipse(1.25, 2.5, 6, 4)]
    save_regions(path, outlined(*shapes, names=["left atrium", "Spitze \u00e4\u4e2d", "oval", "fine oval"]))
    square, kite, oval, fine = roifile.roiread(path)
    assert (square.name, square.roitype.name) == ("left atrium", "RECT")
    assert (square.left, square.top, square.right, square.bottom) == (0, 0, 4, 8)
    assert (kite.name, kite.roitype.name, kite.n_coordinates) == ("Spitze \u00e4\u4e2d", "POLYGON", 4)
    np.testing.assert_array_equal(kite.coordinates(), np.array(KITE) + 0.5)
    np.testing.assert_array_equal(kite.integer_coordinates, np.floor(np.array(KITE) + 0.5) - (kite.left, kite.top))
    assert (kite.left, kite.top, kite.right, kite.bottom) == (1, 2, 9, 11)
    assert (oval.roitype.name, oval.left, oval.top, oval.right, oval.bottom) == ("OVAL", 2, 3, 8, 7)
    assert (fine.xd, fine.yd, fine.widthd, fine.heightd) == (1.75, 3, 6, 4)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] == "left atrium.roi"


def test_read_roi_reads_the_same_coordinates(tmp_path):
    read_roi = pytest.importorskip("read_roi")
    shapes = [[np.array(SQUARE)], [np.array(KITE)], Ellipse(1.5, 2.5, 6, 4)]
    save_regions(tmp_path / "regions.zip", outlined(*shapes, names=["square", "kite", "oval"]))
    found = read_roi.read_roi_zip(str(tmp_path / "regions.zip"))
    assert list(found) == ["square", "kite", "oval"]
    for name, kind, box in (("square", "rectangle", (0, 0, 4, 8)), ("oval", "oval", (2, 3, 6, 4))):
        assert found[name]["type"] == kind
        assert tuple(found[name][side] for side in ("left", "top", "width", "height")) == box
    kite = found["kite"]
    assert (kite["type"], kite["n"]) == ("polygon", 4)
    np.testing.assert_array_equal(np.stack([kite["x"], kite["y"]], axis=1), np.array(KITE) + 0.5)
    save_regions(tmp_path / "kite.roi", outlined([np.array(KITE)], names=["kite"]))
    assert read_roi.read_roi_file(str(tmp_path / "kite.roi"))["kite"]["x"] == kite["x"]


def test_every_byte_of_a_rectangle(tmp_path):
    save_regions(tmp_path / "one.roi", outlined([np.array(SQUARE)], names=["ab"]))
    data = (tmp_path / "one.roi").read_bytes()
    head = b"Iout" + bytes([0, 228, 1, 0]) + bytes([0, 0, 0, 0, 0, 8, 0, 4])
    assert (
        data
        == head.ljust(60, b"\0")
        + bytes([0, 0, 0, 64])
        + bytes(16)
        + bytes([0, 0, 0, 128, 0, 0, 0, 2])
        + bytes(40)
        + b"\0a\0b"
    )


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 29 * 64), st.integers(0, 19 * 64)), min_size=3, max_size=9),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_read_again_is_the_same(tmp_path_factory, drawn):
    shapes = [[np.array(vertices) / 64] for vertices in drawn]
    path = tmp_path_factory.mktemp("regions") / "regions.zip"
    before = outlined(*shapes)
    save_regions(path, before)
    after = regions(path, (20, 30))
    assert after.names == before.names
    for one, other in zip(after.outlines.shapes, before.outlines.shapes, strict=True):
        assert set(map(tuple, one[0])) == set(map(tuple, other[0]))


def test_the_same_regions_make_the_same_file_and_a_selection_of_them(tmp_path):
    drawn = outlined([np.array(SQUARE)], [np.array(KITE)], names=["a", "b"])
    save_regions(tmp_path / "one.zip", drawn)
    save_regions(tmp_path / "two.zip", drawn)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    save_regions(tmp_path / "b.roi", drawn["b"])
    assert regions(tmp_path / "b.roi").names == ["b"]
    np.testing.assert_array_equal(regions(tmp_path / "b.roi", (20, 30)).pixels(0)[0], drawn.pixels("b")[0])


def test_names_in_the_archive_are_different_and_have_no_slashes(tmp_path):
    shapes = [[np.array(KITE)]] * 4
    save_regions(tmp_path / "r.zip", outlined(*shapes, names=["a", "a", "b/c\\d", "a-2"]))
    assert regions(tmp_path / "r.zip").names == ["a", "a-2", "b_c_d", "a-2-2"]


def test_polygons_of_python_can_be_saved(tmp_path):
    save_regions(tmp_path / "r.zip", regions([KITE], kind="polygons", names=["kite"]))
    assert regions(tmp_path / "r.zip").names == ["kite"]


@pytest.mark.parametrize(
    ("made", "name", "argument", "match"),
    [
        (lambda: regions(np.eye(5, dtype=bool)), "r.zip", "regions", "have no outlines"),
        (lambda: regions([(1, 2)], kind="positions"), "r.zip", "regions", "have no outlines"),
        (lambda: outlined([np.array(KITE)])[[]], "r.zip", "regions", "holds none"),
        (lambda: outlined([np.array(KITE)] * 2), "r.zip", "regions", "several outlines"),
        (lambda: outlined([np.array(KITE)], [np.array(KITE)]), "r.roi", "path", "there are 2"),
        (lambda: outlined([np.array(KITE)]), "r.csv", "path", "give a name that ends in .zip"),
        (lambda: outlined([np.array(KITE) + 40_000]), "r.zip", "regions", "ImageJ's limit"),
    ],
)
def test_what_cannot_be_saved(tmp_path, made, name, argument, match):
    check_error(lambda: save_regions(tmp_path / name, made()), ValueError, argument, match)
    assert list(tmp_path.iterdir()) == []


def test_outlines_that_are_no_regions_cannot_be_saved(tmp_path):
    check_error(lambda: save_regions(tmp_path / "r.zip", [KITE]), TypeError, "regions", "optimap.trace.regions")


def test_an_existing_file_is_replaced_only_if_asked(tmp_path):
    path = tmp_path / "r.zip"
    path.write_bytes(b"mine")
    drawn = outlined([np.array(KITE)])
    check_error(lambda: save_regions(path, drawn), FileExistsError, "path", "exists")
    assert path.read_bytes() == b"mine"
    save_regions(path, drawn, overwrite=True)
    assert regions(path).names == ["region_0"]
