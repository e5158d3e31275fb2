"""The table of formats agrees with the modules of the formats."""

import importlib.metadata
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import optimap.video
from optimap._base import import_extra
from optimap.video import load_video, open_video
from optimap.video.format_table import FOLDER, FORMATS, RAW, REFUSED, Format, find_format
from tests import makers
from tests.errors import check_error

ROWS = [*FORMATS, FOLDER]
SUFFIXES = [(row, suffix) for row in FORMATS for suffix in row.suffixes]


def name_of(value):
    return getattr(value, "name", value)


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_options_are_the_keywords_of_the_reader(row):
    parameters = list(inspect.signature(row.load().open_recording).parameters)
    assert parameters == ["path", *row.options]


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_formats_that_are_written_have_a_writer(row):
    module = row.load()
    assert bool(row.saves) == hasattr(module, "save") == hasattr(module, "check_video")


def test_every_module_has_a_row_and_every_row_a_module():
    modules = {path.stem for path in (Path(optimap.video.__file__).parent / "formats").glob("[!_]*.py")}
    assert modules == {row.module for row in ROWS}


def test_names_and_suffixes_are_there_once():
    names = [row.name for row in ROWS]
    # Raw binary shares its suffixes with formats that come before it.
    suffixes = [
        suffix for row in (*FORMATS, *REFUSED) if row.fits is None and row is not RAW for suffix in row.suffixes
    ]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes)


def test_extras_can_be_installed():
    provided = importlib.metadata.metadata("optimap-trace").get_all("Provides-Extra")
    for row in ROWS:
        assert (row.extra is None) == (row.needs is None)
        assert row.extra is None or row.extra in provided


OWN_SUFFIXES = [(row, suffix) for row, suffix in SUFFIXES if row.fits is None and row is not RAW]


@pytest.mark.parametrize(("row", "suffix"), OWN_SUFFIXES, ids=name_of)
def test_the_suffix_finds_the_row_in_any_case(row, suffix):
    assert find_format(Path(f"a.b/rec.old{suffix}")) is row
    assert find_format(Path(f"rec{suffix.upper()}")) is row


@pytest.mark.parametrize("name", ["rec.raw", "rec.BIN", "rec.dat", "rec.cam", "rec"])
def test_a_shape_makes_it_raw_binary(name):
    assert find_format(Path(name), ["shape", "dtype"]) is RAW


@pytest.mark.parametrize("name", ["rec.tif", "rec.npy"])
def test_a_shape_does_not_make_another_format_raw_binary(name):
    assert find_format(Path(name), ["shape"]) is find_format(Path(name))


def test_a_folder_is_a_folder_whatever_its_name(tmp_path):
    folder = tmp_path / "rec.tif"
    folder.mkdir()
    assert find_format(folder) is FOLDER


@pytest.mark.parametrize("name", ["rec.xyz", "rec", ".tif", "rec.tif.gz"])
def test_an_unknown_suffix_lists_the_known_ones(tmp_path, name):
    path = tmp_path / name
    path.touch()
    with pytest.raises(
        ValueError,
        match=r"has an unknown suffix .*: give a file with one of \.npy \.tif .*\.wmv, or a folder of images; for raw",
    ):
        open_video(path)


def test_a_missing_extra_has_its_pip_line():
    with pytest.raises(ImportError, match=r"rec\.h5 need no_such_package: pip install 'optimap-trace\[hdf5\]'"):
        import_extra("no_such_package", "hdf5", "rec.h5")


def test_a_refused_row_raises_its_sentence():
    row = Format("Polaroid", (".film",), refused="is a photograph", cure="scan it")
    path = Path("rec.film")
    check_error(lambda: row.refuse(path), ValueError, "path", r"^rec\.film is a photograph: scan it$", value=path)


@pytest.mark.parametrize(("row", "suffix"), [(row, suffix) for row in REFUSED for suffix in row.suffixes], ids=name_of)
def test_formats_that_are_not_read_say_why_and_what_to_do(tmp_path, row, suffix):
    assert row.refused
    path = tmp_path / f"rec{suffix.upper()}"
    path.touch()
    error = check_error(lambda: open_video(path), ValueError, "path", re.escape(row.cure), value=path)
    assert (error.problem, error.cure) == (row.refused, row.cure)


def test_a_format_that_is_not_read_may_be_read_as_raw_binary(tmp_path):
    video = makers.random_video()
    (tmp_path / "rec.spe").write_bytes(bytes(4100) + video.tobytes())
    with open_video(tmp_path / "rec.spe", shape=video.shape, dtype="uint16", offset=4100) as recording:
        np.testing.assert_array_equal(recording[:], video)


def test_the_cure_for_archives_of_numpy_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    video = makers.random_video()
    np.savez("rec.npz", NAME=video)
    error = check_error(lambda: open_video("rec.npz"), ValueError, "path", "is an archive of arrays")
    exec(error.cure.partition(", with ")[2].replace("numpy.", "np."), {"np": np})
    np.testing.assert_array_equal(load_video("rec.npy"), video)


@pytest.mark.parametrize("row", REFUSED, ids=name_of)
def test_the_guide_lists_what_is_not_read(row):
    guide = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    section = guide.split("## Formats that are not read")[1].split("\n## ")[0]
    assert all(f"`{suffix}`" in section for suffix in row.suffixes)
