"""What the arguments of `optimap traces` mean together."""

import pytest

from optimap.trace import load_traces
from tests._cli.helpers import run, succeed


def test_a_folder_written_as_one_is_a_folder(folder):
    succeed("traces", "rec.tif", "--at", "1,1", "-o", "new/")
    assert (folder / "new" / "rec_traces.csv").exists()
    succeed("traces", "rec.tif", "--at", "1,1", "-o", "new/one.csv")
    assert (folder / "new" / "one.csv").exists()


def test_positions_may_come_in_several_groups(folder):
    succeed("traces", "rec.tif", "--at", "1,1", "2,2", "--at", "3,3", "-o", "t.csv")
    assert load_traces("t.csv").positions.tolist() == [[1, 1], [2, 2], [3, 3]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "one of the arguments --at --positions --grid --random --regions is required"),
        (["--at", "1,1", "--grid", "2"], "argument --grid: not allowed with argument --at"),
        (["--at", "1,1", "--workers", "1", "--scheduler", "s"], "argument --scheduler: not allowed with argument"),
        (["--at", "1,1", "--detrend", "mean", "--dff"], "--dff is given with --detrend: give one of them"),
        (["--at", "1,1", "--detrend", "mean", "--baseline", "asls"], "--baseline is given with --detrend: give one"),
        (["--at", "1,1", "--frames", "3:", "--time", "0,1"], "argument --time: not allowed with argument --frames"),
        (["--at", "1,1", "--baseline", "cubic"], "argument --baseline: invalid choice: 'cubic' (choose from"),
        (["--at", "1,1", "--detrend", "cubic"], "argument --detrend: invalid choice: 'cubic' (choose from"),
    ],
)
def test_arguments_that_do_not_go_together(folder, capsys, arguments, message):
    assert run("traces", "rec.tif", *arguments) == 2
    assert message in capsys.readouterr().err


def test_all_that_a_recipe_holds_arrives_at_workers(folder):
    """The same table, by this process and by a worker elsewhere, which gets a pickled recipe and absolute paths."""
    (folder / "p.csv").write_text("x,y\n3,4\n7,7\n")
    (folder / "b.csv").write_text("x,y\n1,1\n")
    arguments = ["--positions", "p.csv", "--background", "b.csv", "--background-factor", 0.5, "--size", 3]
    arguments += ["--window", "disc", "--fps", 100, "--detrend", "mean", "--normalize", "--invert", "--tidy"]
    succeed("traces", "rec.tif", *arguments, "-o", "here/")
    succeed("traces", "rec.tif", *arguments, "-o", "there/", "--workers", 1)
    here, there = [path.read_bytes() for path in sorted(folder.glob("*/rec_traces.csv"))]
    assert here == there
    here, there = [path.read_bytes() for path in sorted(folder.glob("*/rec_traces.csv.json"))]
    assert here == there


def test_all_steps_arrive_at_workers(folder):
    arguments = [
        "--at",
        "3,4",
        "7,7",
        "--time",
        "0.01,0.07",
        "--spatial",
        1,
        "--smooth",
        4,
        "--dff",
        "--polarity",
        "up",
    ]
    succeed("traces", "rec.tif", *arguments, "--invert", "-o", "here/")
    succeed("traces", "rec.tif", *arguments, "--invert", "-o", "there/", "--workers", 1)
    for name in ("rec_traces.csv", "rec_traces.csv.json"):
        here, there = [path.read_bytes() for path in sorted(folder.glob(f"*/{name}"))]
        assert here == there
