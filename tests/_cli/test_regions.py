"""Regions of other programs on the command line: what info says, and traces under their names."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap.trace import extract_traces, regions
from tests._cli.helpers import run, table
from tests._regions import programs

VIDEO = programs.VIDEO
LABELS = np.zeros(programs.SHAPE, np.uint16)
LABELS[1:4, 2:8], LABELS[6:9, 1:5] = 1, 4
BOXES = [programs.box(1, 2, 3, 4, "upper"), programs.box(8, 5, 4, 6, "lower")]
SQUARE = [(1, 2), (5, 2), (5, 6), (1, 6)]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder with a recording, and regions in its frames as each program writes them."""
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("rec.tif", VIDEO, imagej=True, metadata={"axes": "TYX", "finterval": 0.002})
    tifffile.imwrite("plain.tif", VIDEO[:, :, ::-1], photometric="minisblack")
    np.save("picture.npy", VIDEO[0])
    images = programs.footprints()[::2]
    programs.suite2p(tmp_path, images, [1, 0, 1])
    programs.caiman(tmp_path / "est.hdf5", images, [1, 2])
    programs.cellpose(tmp_path / "rec_seg.npy", LABELS)
    programs.napari(tmp_path / "shapes.csv", [("rectangle", SQUARE)])
    programs.qupath(tmp_path / "cells.geojson", [(programs.polygon(SQUARE), {"name": "box"})])
    programs.imagej_tiff(tmp_path / "overlay.tif", VIDEO, BOXES, axes="TYX", finterval=0.002)
    (tmp_path / "set").mkdir()
    for box in BOXES:
        box.tofile(tmp_path / "set" / f"{box.name}.roi")
    (tmp_path / "set" / "._upper.roi").write_bytes(b"litter")
    (tmp_path / "p.tsv").write_text("x\ty\n3,5\t4\n")
    (tmp_path / "p.csv").write_text("x;y\n3,5;4\n")
    np.save("labels.npy", LABELS[np.newaxis])
    np.save("flat.npy", LABELS)
    np.save("mask.npy", LABELS == 1)
    np.save("places.npy", np.ones((5, 2)))
    tifffile.imwrite("labels.tif", LABELS)
    tifffile.imwrite("picture.tif", VIDEO[0])
    Image.fromarray(LABELS.astype(np.uint8)).save("labels.png")
    Image.fromarray(LABELS == 1).save("mask.png")
    return tmp_path


NAMES = {
    "stat.npy": ["cell_0", "cell_2"],
    "est.hdf5": ["component_1", "component_2"],
    "rec_seg.npy": ["label_1", "label_4"],
    "shapes.csv": ["shape_0"],
    "cells.geojson": ["box"],
    "overlay.tif": ["upper", "lower"],
    "set": ["lower", "upper"],
    "p.tsv": ["x3.5_y4"],
    "p.csv": ["x3.5_y4"],
    "labels.npy": ["label_1", "label_4"],
}


@pytest.mark.parametrize("name", NAMES)
def test_traces_are_those_of_the_library_under_their_names(files, name):
    assert run("traces", "rec.tif", "--regions", name, "-o", "t.csv") == 0
    result = table("t.csv")
    assert list(result.columns) == ["time_s", *NAMES[name]]
    np.testing.assert_array_equal(result.iloc[:, 1:], np.reshape(extract_traces(VIDEO, name), (9, -1)))
    one = len(NAMES[name]) == 1  # as many backgrounds as traces, or one for all
    assert run("traces", "rec.tif", "--at", "3,4", "--background", name, "-o", "b.csv") == (0 if one else 2)


def test_positions_in_any_spelling(files, capsys):
    for name in ("p.csv", "p.tsv"):
        assert run("traces", "rec.tif", "--positions", name, "-o", f"{name}.t.csv") == 0
        assert list(table(f"{name}.t.csv").columns) == ["time_s", "x3.5_y4"]
        assert run("info", name) == 0
        assert "positions   1: (3.5, 4)" in capsys.readouterr().out
    assert run("traces", "rec.tif", "--positions", "shapes.csv", "-o", "s.csv") == 2
    message = "--positions shapes.csv is not a table of positions: give a file of regions with --regions"
    assert message in capsys.readouterr().err


def test_all_cells_on_demand(files, capsys):
    for name, every in (("stat.npy", "cell_"), ("est.hdf5", "component_")):
        assert run("traces", "rec.tif", "--regions", name, "--cells", "all", "-o", "t.csv", "--overwrite") == 0
        assert list(table("t.csv").columns) == ["time_s", *(f"{every}{i}" for i in range(3))]
        assert run("info", "t.csv") == 0
        assert "cells: all" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("stat.npy", ["regions     2 accepted of 3, found by suite2p", "names       cell_0, cell_2"]),
        ("est.hdf5", ["regions     2 accepted of 3, found by CaImAn", "names       component_1, component_2"]),
        ("rec_seg.npy", ["regions     2, found by cellpose", "names       label_1, label_4"]),
        ("shapes.csv", ["regions     1, drawn in napari", "names       shape_0"]),
        ("cells.geojson", ["regions     1, exported by QuPath", "names       box"]),
        ("set", ["regions     2, drawn in ImageJ", "names       lower, upper"]),
        ("overlay.tif", ["frames      9", "overlay     2 regions: upper, lower"]),
        ("labels.npy", ["frames      1", "as regions  2 labels"]),
        ("flat.npy", ["as regions  2 labels"]),
        ("labels.tif", ["frames      1", "as regions  2 labels"]),
        ("labels.png", ["picture     from another program; a folder of such pictures is a recording"]),
        ("labels.png", ["as regions  2 labels"]),
        ("mask.npy", ["as regions  a mask"]),
        ("mask.png", ["as regions  a mask"]),
        ("places.npy", ["as regions  5 positions"]),
        ("picture.tif", ["frames      1"]),
    ],
)
def test_info_says_what_is_in_each_file(files, capsys, name, lines):
    assert run("info", name) == 0
    out = capsys.readouterr().out
    for line in lines:
        assert f"  {line}\n" in out
    assert "b'" not in out
    if name.startswith("picture"):
        assert "as regions" not in out


@pytest.mark.parametrize("name", ["stat.npy", "est.hdf5", "rec_seg.npy", "shapes.csv", "cells.geojson", "set"])
def test_regions_are_no_recordings(files, capsys, name):
    assert run("traces", name, "--at", "1,1", "-o", "t.csv") == 2
    message = f"{name} is not a recording, because it holds"
    captured = capsys.readouterr().err
    assert message in captured
    assert "give a recording, and this file with --regions" in captured


@pytest.mark.parametrize(
    ("option", "name", "insist"),
    [
        ("--regions", "plain.tif", ["--regions-kind", "stack"]),
        ("--regions", "rec.tif", ["--regions-kind", "stack"]),
        ("--regions", "picture.npy", ["--regions-kind", "labels"]),
    ],
)
def test_recordings_and_pictures_are_refused_with_an_option_that_works(files, capsys, option, name, insist):
    assert run("traces", "rec.tif", option, name, "-o", "t.csv") == 2
    captured = capsys.readouterr().err
    assert f"{option} {name} looks like a " in captured
    assert " ".join(insist) in captured
    assert "optimap.trace" not in captured
    assert run("traces", "rec.tif", option, name, *insist, "-o", "t.csv") == 0
    expected = extract_traces(VIDEO, regions(name, kind=insist[1]))
    np.testing.assert_array_equal(table("t.csv").iloc[:, 1:], expected)


def test_a_background_of_another_kind(files, capsys):
    np.save("weights.npy", VIDEO[0])
    arguments = ["traces", "rec.tif", "--at", "3,4", "--background", "weights.npy", "-o", "t.csv"]
    assert run(*arguments) == 2
    captured = capsys.readouterr().err
    assert "--background weights.npy looks like a grey picture" in captured
    assert "if these are labels, --background-kind labels\n" in captured
    assert run(*arguments, "--background-kind", "stack") == 0
    expected = extract_traces(VIDEO, [(3, 4)], background=regions("weights.npy", kind="stack"))
    np.testing.assert_array_equal(table("t.csv").iloc[:, 1:], expected)


@pytest.mark.filterwarnings("always:1 region of")
def test_regions_that_are_left_out_are_reported_once(files, capsys):
    images = np.zeros((3, *programs.SHAPE), np.float32)
    images[0, 1:5, 1:5], images[1, 2:4, 2:4], images[2, 8:, 8:] = 1, 2, 3
    programs.suite2p(files, images)
    (files / "iscell.npy").unlink()
    np.save("other.npy", VIDEO)
    for arguments in (["traces", "rec.tif", "other.npy", "--regions", "stat.npy", "-o", "t/"], ["info", "stat.npy"]):
        assert run(*arguments) == 0
        assert capsys.readouterr().err.count("warning: 1 region of stat.npy is left out, because") == 1
    assert list(table("t/rec_traces.csv").columns)[1:] == ["cell_0", "cell_2"]


def test_what_to_do_without_cells_is_an_option(files, capsys):
    programs.suite2p(files, programs.footprints()[::2], [0, 0, 0])
    assert run("traces", "rec.tif", "--regions", "stat.npy", "-o", "t.csv") == 2
    assert "accept some in suite2p, or give --cells all\n" in capsys.readouterr().err
    assert run("traces", "rec.tif", "--regions", "stat.npy", "--cells", "all", "-o", "t.csv") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--at", "1,1", "--regions-kind", "mask"], "--regions-kind mask is given without a file for --regions: give"),
        (["--grid", "2", "--cells", "all"], "--cells all is given without a file for --regions"),
        (
            ["--at", "1,1", "--background-kind", "mask"],
            "--background-kind mask is given without a file for --background",
        ),
        (
            ["--at", "1,1", "--background", "3", "--background-kind", "mask"],
            "--background-kind mask is given without a file for --background",
        ),
        (
            ["--regions", "shapes.csv", "--regions-kind", "mask"],
            "--regions-kind mask does not fit --regions shapes.csv: leave it out, or give 'polygons'",
        ),
        (
            ["--at", "1,1", "--background", "shapes.csv", "--background-kind", "positions"],
            "--background-kind positions does not fit --background shapes.csv: leave it out, or give 'polygons'",
        ),
    ],
)
def test_options_about_files_that_do_not_fit(files, capsys, arguments, message):
    assert run("traces", "rec.tif", *arguments, "-o", "t.csv") == 2
    assert f"optimap: error: {message}" in capsys.readouterr().err
    assert not (files / "t.csv").exists()


def test_an_overlay_on_labels_asks_which(files, capsys):
    programs.imagej_tiff(files / "both.tif", LABELS, BOXES)
    assert run("traces", "rec.tif", "--regions", "both.tif", "-o", "t.csv") == 2
    assert "choose one with --regions-kind imagej or labels\n" in capsys.readouterr().err
    for kind, names in (("imagej", ["upper", "lower"]), ("labels", ["label_1", "label_4"])):
        succeeded = run("traces", "rec.tif", "--regions", "both.tif", "--regions-kind", kind, "-o", f"{kind}.csv")
        assert succeeded == 0
        assert list(table(f"{kind}.csv").columns) == ["time_s", *names]
