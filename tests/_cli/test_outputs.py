"""Where tables and pictures go: names, folders, kinds."""

from tests._cli.helpers import run


def test_a_batch_that_finds_one_file_is_a_batch(folder, capsys):
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "tables/", "--plot", "tables") == 0
    assert sorted(p.name for p in (folder / "tables").iterdir()) == [
        "rec_traces.csv",
        "rec_traces.csv.json",
        "rec_traces.png",
    ]
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "tables/", "--plot", "tables") == 0
    assert "1 of 1 recording is done: its table exists and is kept" in capsys.readouterr().out
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "other/", "--format", "parquet") == 0
    assert (folder / "other" / "rec_traces.parquet").exists()
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "one.csv", "--workers", 1) == 2
    message = "-o one.csv is a file, and with --workers or --scheduler outputs go to a folder: name a folder"
    assert message in capsys.readouterr().err
