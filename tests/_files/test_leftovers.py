"""Hidden files of interrupted runs are found and removed, and no others."""

import pytest

from optimap._files import (
    hidden_path,
    leftovers_in,
    leftovers_of,
    new_run,
    remove_leftovers,
    written_by,
    written_whole,
)


def test_only_the_file_of_a_killed_writer_is_found(tmp_path):
    path = tmp_path / "a[1].csv"
    with written_whole(path) as partial:
        partial.write_text("half")
    partial.write_text("half")  # as a writer that is killed leaves it
    others = [path, tmp_path / "a[1].txt", tmp_path / ".b.12345678.partial.csv", tmp_path / "a1.csv"]
    for other in others:
        other.write_text("whole")
    assert leftovers_of(path) == [partial]


def test_files_that_other_runs_are_writing_are_left_alone(tmp_path):
    path, (mine, theirs) = tmp_path / "a.csv", (new_run(), new_run())
    made = {}
    for run in (mine, theirs, ""):
        with written_by(run), written_whole(path, overwrite=True) as made[run]:
            made[run].write_text("half")
    for partial in made.values():
        partial.write_text("half")  # as if written now, or left by a writer that was killed
    assert leftovers_of(path) == sorted(made.values())
    remove_leftovers(tmp_path, mine)
    assert leftovers_of(path) == sorted([made[theirs], made[""]])


@pytest.mark.parametrize("stem", ["n" * 240, "Flimmern_ä" * 22])
def test_names_may_be_as_long_as_the_system_allows(tmp_path, stem):
    path = tmp_path / f"{stem}.csv"
    with written_by(new_run()), written_whole(path) as partial:
        partial.write_text("whole")
        assert leftovers_of(path) == [partial]
    assert list(tmp_path.iterdir()) == [path]


def test_a_hidden_name_is_new_each_time_and_keeps_the_suffix(tmp_path):
    first, second = (hidden_path(tmp_path / "a.csv", "partial") for _ in range(2))
    assert first != second
    assert first.name.startswith(".a.")
    assert first.name.endswith(".partial.csv")


def test_leftovers_of_all_files_in_a_folder(tmp_path):
    made = [hidden_path(tmp_path / name, "partial") for name in ("a.csv", "b.npy")]
    for partial in made:
        partial.write_text("half")
    (tmp_path / "a.csv").write_text("whole")
    assert leftovers_in(tmp_path) == sorted(made)
    assert leftovers_of(tmp_path / "a.csv") == made[:1]


def test_an_old_folder_that_was_being_replaced_is_found(tmp_path):
    old = hidden_path(tmp_path / "a.zarr", "old")
    old.mkdir()
    assert leftovers_of(tmp_path / "a.zarr", "old") == [old]
    assert leftovers_of(tmp_path / "a.zarr") == []


def test_a_folder_of_a_killed_run_is_removed_with_its_files(tmp_path):
    run = new_run()
    with written_by(run):
        partial = hidden_path(tmp_path / "a.zarr", "partial")
    partial.mkdir()
    (partial / "zarr.json").write_text("{}")
    remove_leftovers(tmp_path, run)
    assert list(tmp_path.iterdir()) == []
