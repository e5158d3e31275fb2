"""Where traces come from: --at, --positions, --grid, --random, --regions and --background."""

import zipfile

import numpy as np
import pytest
import roifile
import tifffile
from PIL import Image

from optimap._cli import main
from optimap.trace import extract_traces, load_traces
from tests._cli.helpers import LABELS, VIDEO, run, table


def test_positions_from_a_table_grid_and_random(folder):
    (folder / "p.csv").write_text("x,y\n3,4\n0,0\n")
    assert run("traces", "rec.tif", "--positions", "p.csv", "-o", "a.csv") == 0
    assert list(table("a.csv").columns) == ["time_s", "x3_y4", "x0_y0"]
    assert run("traces", "rec.tif", "--grid", 2, "-o", "b.csv") == 0
    assert list(table("b.csv").columns) == ["time_s", "x3_y3", "x11_y3", "x3_y9", "x11_y9"]
    assert run("traces", "rec.tif", "--random", 5, "-o", "c.csv") == 0
    assert run("traces", "rec.tif", "--random", 5, "-o", "d.csv") == 0
    assert run("traces", "rec.tif", "--random", 5, "--seed", 1, "-o", "e.csv") == 0
    assert (folder / "c.csv").read_text() == (folder / "d.csv").read_text() != (folder / "e.csv").read_text()


def test_positions_left_of_the_first_pixel_centre(folder):
    assert run("traces", "rec.tif", "--at", "-0.4,2", "1,-0.25", "-o", "t.csv") == 0
    np.testing.assert_array_equal(table("t.csv").iloc[:, 1:], extract_traces(VIDEO, [(-0.4, 2), (1, -0.25)]))


def test_traces_of_regions_are_named_after_them(folder):
    cells = [roifile.ImagejRoi.frompoints([(x, 1), (9, 1), (9, 6), (x, 6)]) for x in (1, 3, 5)]
    cells[0].tofile(folder / "0.roi")
    with zipfile.ZipFile("RoiSet.zip", "w") as archive:
        for name, cell in zip(('a, "b"', "Zelle µ", "frame"), cells, strict=True):
            archive.writestr(f"{name}.roi", cell.tobytes())
    assert run("traces", "rec.tif", "--regions", "RoiSet.zip", "-o", "t.csv", "--plot", "p.png") == 0
    result = table("t.csv")
    assert list(result.columns) == ["time_s", 'a, "b"', "Zelle µ", "frame"]
    np.testing.assert_array_equal(result.iloc[:, 1:], extract_traces(VIDEO, folder / "RoiSet.zip"))
    assert run("traces", "other.npy", "--regions", "RoiSet.zip", "-o", "u.csv") == 0
    assert list(table("u.csv").columns) == ["frame", 'a, "b"', "Zelle µ", "frame_2"]
    assert run("traces", "rec.tif", "--regions", "0.roi", "-o", "v.csv") == 0
    assert list(table("v.csv").columns) == ["time_s", "0"]


def test_traces_of_label_images_masks_and_stacks(folder):
    Image.fromarray(LABELS).save("labels.png")
    tifffile.imwrite("labels.tif", LABELS)
    np.save("labels.npy", LABELS.astype(int))
    np.save("mask.npy", LABELS == 4)
    np.save("stack.npy", np.stack([LABELS == 4, LABELS == 2]))
    expected = extract_traces(VIDEO, LABELS)
    for name in ("labels.png", "labels.tif", "labels.npy"):
        assert run("traces", "rec.tif", "--regions", name, "-o", "t.csv", "--overwrite") == 0
        assert list(table("t.csv").columns) == ["time_s", "label_2", "label_4"]
        np.testing.assert_array_equal(table("t.csv").iloc[:, 1:], expected)
    assert run("traces", "rec.tif", "--regions", "mask.npy", "-o", "m.csv") == 0
    np.testing.assert_array_equal(table("m.csv").iloc[:, 1:], expected[:, [1]])
    assert run("traces", "rec.tif", "--regions", "stack.npy", "-o", "s.csv") == 0
    np.testing.assert_array_equal(table("s.csv").iloc[:, 1:], expected[:, [1, 0]])


def test_a_background_is_subtracted(folder):
    np.save("behind.npy", LABELS == 2)
    behind = VIDEO[:, LABELS == 2].mean(axis=1)[:, None]
    raw = extract_traces(VIDEO, [(3, 4), (1, 1)])
    arguments = ["traces", "rec.tif", "--at", "3,4", "1,1", "--background"]
    assert run(*arguments, "behind.npy", "--background-factor", 0.7, "-o", "a.csv") == 0
    np.testing.assert_array_equal(table("a.csv").iloc[:, 1:], raw - 0.7 * behind)
    assert run(*arguments, "-12.5", "-o", "b.csv") == 0
    np.testing.assert_array_equal(table("b.csv").iloc[:, 1:], raw + 12.5)
    assert run(*arguments, "7,7", "-o", "c.csv") == 0
    np.testing.assert_array_equal(table("c.csv").iloc[:, 1:], raw - extract_traces(VIDEO, [(7, 7)]))


@pytest.mark.parametrize("option", ["--regions", "--background"])
def test_a_bad_region_file_is_reported_once_and_before_any_work(folder, capsys, option):
    (folder / "r.txt").write_text("x,y\n1,2\n")
    where = [] if option == "--regions" else ["--at", "1,1"]
    assert main(["traces", "rec.npy", "rec2.npy", *where, option, "r.txt", "-o", "out"]) == 2
    assert capsys.readouterr().err.count("r.txt has an unknown suffix") == 1
    assert not (folder / "out").exists()


@pytest.mark.parametrize("name", ["p.csv", "p.npy"])
def test_files_of_positions_are_taken_wherever_regions_are(folder, name):
    (folder / "p.csv").write_text("x,y\n3,4\n7.5,2\n")
    np.save("p.npy", [[3, 4], [7.5, 2]])
    arguments = ["traces", "rec.tif", "--size", 3, "--window", "disc"]
    assert run(*arguments, "--regions", name, "-o", "regions.csv") == 0
    assert run(*arguments, "--at", "3,4", "7.5,2", "-o", "at.csv") == 0
    assert (folder / "regions.csv").read_text() == (folder / "at.csv").read_text()
    made = load_traces("regions.csv").metadata
    assert made["positions"] == {"from": "--regions", "file": name}
    assert (made["size"], made["window"]) == (3, "disc")

    assert run(*arguments, "--at", "1,1", "5,5", "--background", name, "-o", "each.csv") == 0
    raw = extract_traces(VIDEO, [(1, 1), (5, 5)], 3, window="disc")
    behind = extract_traces(VIDEO, [(3, 4), (7.5, 2)], 3, window="disc")
    np.testing.assert_array_equal(table("each.csv").iloc[:, 1:], raw - behind)
    made = load_traces("each.csv").metadata
    assert made["background"] == {"file": name, "positions": [[3, 4], [7.5, 2]]}


def test_another_file_of_positions_as_background_is_another_background(folder, capsys):
    arguments = ["traces", "rec.tif", "other.npy", "--at", "1,1", "--background", "b.csv", "-o", "out"]
    (folder / "b.csv").write_text("x,y\n3,4\n")
    assert run(*arguments) == 0
    assert run(*arguments) == 0
    (folder / "b.csv").write_text("x,y\n3,5\n")
    assert run(*arguments) == 2
    assert capsys.readouterr().err.count("already exists, made with a different background: replace it") == 2
    (folder / "b.csv").write_text("x,y\n3,4\n")
    assert run(*arguments, "--size", 3) == 2
    assert capsys.readouterr().err.count("already exists, made with --size 5 (now 3)") == 2


def test_positions_outside_the_frame_name_the_option_and_the_file(folder, capsys):
    (folder / "far.csv").write_text("x,y\n1,2\n30,4\n")
    for where in (["--regions", "far.csv"], ["--at", "1,1", "--background", "far.csv"]):
        assert run("traces", "rec.tif", *where) == 2
        assert f"{where[-2]} far.csv: (x=30, y=4) is outside the frame" in capsys.readouterr().err
