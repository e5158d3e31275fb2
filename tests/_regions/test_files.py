"""Regions in image files, and files that cannot be read as regions."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap._regions import content_of, region_names
from optimap.trace import extract_traces, regions, show_regions
from tests._regions import programs
from tests._regions.examples import LABELS, VIDEO
from tests.errors import check_error


@pytest.mark.parametrize("suffix", [".roi", ".zip", ".npy", ".png", ".tif"])
def test_a_folder_is_not_a_file_of_regions(tmp_path, suffix):
    (tmp_path / f"a{suffix}").mkdir()
    path = tmp_path / f"a{suffix}"
    check_error(
        lambda: regions(path), IsADirectoryError, "source", f"a{suffix} is a folder: give one file of regions", path
    )


def test_images_in_files(tmp_path):
    labels = LABELS.astype(np.uint8)
    Image.fromarray(labels).save(tmp_path / "l.png")
    palette = Image.new("P", (7, 6))
    palette.putpalette(np.random.default_rng(0).integers(0, 255, 768).tolist())
    palette.putdata(labels.ravel().tolist())
    palette.save(tmp_path / "p.png")
    Image.fromarray(LABELS.astype(np.uint16)).save(tmp_path / "l16.png")
    tifffile.imwrite(tmp_path / "l.tif", LABELS.astype(np.int32))
    np.save(tmp_path / "l.npy", LABELS)
    for name in ("l.png", "p.png", "l16.png", "l.tif", "l.npy"):
        assert regions(tmp_path / name).names == ["label_2", "label_7", "label_30"], name
        np.testing.assert_array_equal(extract_traces(VIDEO, str(tmp_path / name)), extract_traces(VIDEO, LABELS))
    Image.fromarray(LABELS == 7).save(tmp_path / "m.png")
    np.testing.assert_array_equal(extract_traces(VIDEO, tmp_path / "m.png"), extract_traces(VIDEO, LABELS == 7))
    Image.fromarray((LABELS == 7).astype(np.uint8) * 255).save(tmp_path / "m8.png")
    assert regions(tmp_path / "m8.png").names == ["label_255"]
    assert extract_traces(VIDEO, regions(tmp_path / "m8.png", kind="mask")).shape == (12,)
    stack = np.stack([LABELS == 2, LABELS == 7])
    tifffile.imwrite(tmp_path / "s.tif", stack.astype(np.uint8), photometric="minisblack")
    np.testing.assert_array_equal(extract_traces(VIDEO, tmp_path / "s.tif"), extract_traces(VIDEO, stack))


@pytest.mark.parametrize(
    ("name", "content", "argument", "message"),
    [
        ("a.png", b"nonsense", "coords", "a.png cannot be read as a PNG image"),
        ("a.tif", b"nonsense", "coords", "a.tif cannot be read as a TIFF image"),
        ("a.npy", b"nonsense", "coords", "a.npy cannot be read as a .npy file"),
        ("a.roi", b"nonsense", "coords", "a.roi cannot be read as an ImageJ region, or is damaged"),
        ("a.zip", b"nonsense", "coords", "a.zip cannot be read as a zip file of ImageJ regions"),
    ],
)
def test_damaged_files_are_named(tmp_path, name, content, argument, message):
    (tmp_path / name).write_bytes(content)
    check_error(lambda: extract_traces(VIDEO, tmp_path / name), ValueError, argument, message)


def test_colour_images_are_refused(tmp_path):
    Image.new("RGB", (7, 6)).save(tmp_path / "c.png")
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((6, 7, 3), np.uint8), photometric="rgb")
    for name in ("c.png", "c.tif"):
        path = tmp_path / name
        check_error(lambda path=path: regions(path), ValueError, "source", f"{name} is a colour image", path)


def test_arrays_of_other_shapes_are_not_regions(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((2, 3, 4, 5)))
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((2, 3, 16, 16), np.uint8), photometric="minisblack")
    for path in (tmp_path / "a.npy", tmp_path / "a.tif"):
        message = r"has shape \(2, 3, .* give masks and labels as images \(H, W\), stacks as \(N, H, W\)"
        check_error(lambda path=path: regions(path), ValueError, "source", message, path)


def test_a_file_that_does_not_exist_is_named(tmp_path):
    path = tmp_path / "nope.roi"
    check_error(lambda: regions(path), FileNotFoundError, "source", "nope.roi does not exist: check the name", path)
    check_error(lambda: extract_traces(VIDEO, str(path)), FileNotFoundError, "coords", "nope.roi does not exist", path)


EVERY_KIND = {
    "stat.npy": (lambda path: programs.suite2p(path.parent, programs.footprints(2)), "regions found by suite2p"),
    "rec_seg.npy": (lambda path: programs.cellpose(path, np.eye(14, 18, dtype="u2")), "cells found by cellpose"),
    "est.hdf5": (lambda path: programs.caiman(path, programs.footprints(2)), "components found by CaImAn"),
    "shapes.csv": (
        lambda path: programs.napari(path, [("rectangle", [(1, 2), (5, 2), (5, 6), (1, 6)])]),
        "shapes drawn in napari",
    ),
    "cells.geojson": (
        lambda path: programs.qupath(path, [(programs.polygon([(1, 1), (5, 1), (5, 5)]), {})]),
        "objects exported by QuPath",
    ),
    "cells.json": (
        lambda path: programs.qupath(path, [(programs.polygon([(1, 1), (5, 1), (5, 5)]), {})]),
        "objects exported by QuPath",
    ),
    "cell.roi": (lambda path: path.write_bytes(programs.box(1, 2, 3, 4).tobytes()), "regions drawn in ImageJ"),
}


@pytest.mark.parametrize("name", EVERY_KIND)
@pytest.mark.parametrize("upper", [False, True])
def test_every_kind_of_file_is_recognised_and_read_by_every_function(tmp_path, name, upper):
    make, holds = EVERY_KIND[name]
    path = tmp_path / name
    make(path)
    if upper:
        path = path.rename(path.with_suffix(path.suffix.upper()))
    assert content_of(path) == holds
    found = regions(path)
    assert region_names(path) == found.names
    traces = extract_traces(programs.VIDEO, str(path))
    np.testing.assert_array_equal(traces, extract_traces(programs.VIDEO, found))
    ax = show_regions(path, programs.VIDEO[0])
    assert [text.get_text() for text in ax.texts] == found.names
    behind = extract_traces(programs.VIDEO, (3, 4), background=found[0])
    np.testing.assert_array_equal(extract_traces(programs.VIDEO, (3, 4)) - traces.reshape(9, -1)[:, 0], behind)
    for length in (3, len(path.read_bytes()) // 2):
        path.write_bytes(path.read_bytes()[:length])
        check_error(lambda: regions(path), ValueError, "source", path.name, path)


def test_files_that_may_be_something_else_are_not_called_regions(tmp_path):
    np.save(tmp_path / "rec.npy", np.zeros((3, 4, 5)))
    np.savez(tmp_path / "t.npz", a=np.zeros(3))
    tifffile.imwrite(tmp_path / "rec.tif", np.zeros((4, 5), np.uint8))
    (tmp_path / "t.csv").write_text("time_s,x1_y2\n0,1\n")
    (tmp_path / "p.csv").write_text("x,y\n0,1\n")
    (tmp_path / "notes.json").write_text('{"a": 1}')
    (tmp_path / "rec.h5").write_bytes(b"\x89HDF\r\n\x1a\n cut")
    for name in (
        "rec.npy",
        "t.npz",
        "rec.tif",
        "t.csv",
        "p.csv",
        "notes.json",
        "rec.h5",
        "nope.roi",
        "nope.geojson",
        ".",
    ):
        assert content_of(tmp_path / name) is None, name


def test_texts_of_damaged_files_do_not_fill_the_screen(tmp_path):
    path = tmp_path / "at.csv"
    path.write_text(f"x,{'9' * 100_000}\n1,2\n")
    assert len(str(check_error(lambda: regions(path), ValueError, "source", "has the columns"))) < 2000
