"""The guard: errors that mean "damaged" become one kind of error that names the file; all others pass."""

import errno
import logging
import pickle
import signal
import struct
import sys
import threading
import tokenize
import warnings
import zipfile
import zlib
from contextlib import nullcontext
from pathlib import Path

import h5py
import numpy as np
import pytest

from optimap._base import ArgumentError, DamagedFileError
from optimap._files import LIBRARIES, held_reports, reading
from optimap.video import load_video
from tests.errors import check_error, check_pickles
from tests.interrupted import at_every_step

PATH = Path("folder/rec.xyz")
PROBLEM = "cannot be read as XYZ"


def raised(error, library="numpy", **options):
    """Return a call that raises an error inside the guard."""

    def call():
        with reading(PATH, library, PROBLEM, **options):
            raise error

    return call


@pytest.mark.parametrize(
    ("library", "error"),
    [
        ("numpy", tokenize.TokenError("EOF in multi-line statement")),
        ("numpy", SyntaxError("invalid syntax")),
        ("numpy", MemoryError()),
        ("numpy", OverflowError("too large")),
        ("zip", zipfile.BadZipFile("no zip")),
        ("zip", RuntimeError("File is encrypted, password required")),
        ("zip", NotImplementedError("compression type 99")),
        ("zip", zlib.error("invalid block type")),
        ("h5py", KeyError("Unable to open object (bad symbol table)")),
        ("h5py", AttributeError("'Datatype' object has no attribute 'shape'")),
        ("zarr", SystemError("blosc returned NULL")),
        ("zarr", ZeroDivisionError("integer division by zero")),
        ("tifffile", struct.error("unpack requires a buffer of 4 bytes")),
        ("tifffile", IndexError("list index out of range")),
        ("json", RecursionError("maximum recursion depth exceeded")),
        ("pickle", pickle.UnpicklingError("invalid load key")),
        ("pillow", SyntaxError("broken PNG file")),
        ("text", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")),
    ],
)
def test_an_error_of_a_damaged_file_names_the_file(library, error):
    found = check_error(raised(error, library), DamagedFileError, "path", rf"^{PATH} {PROBLEM} \(.+\): copy", PATH)
    assert found.__cause__ is error
    assert isinstance(found, ValueError)
    check_pickles(found)


def test_errors_of_a_library_are_found_by_name():
    from PIL import Image
    from scipy.io.matlab import MatReadError

    check_error(raised(Image.DecompressionBombError("large"), "pillow"), DamagedFileError, "path", "large")
    check_error(raised(MatReadError("mat"), "scipy"), DamagedFileError, "path", "mat")


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_library_names_errors_that_exist(name):
    """A name that is misspelt would never be caught."""
    import importlib

    for dotted in LIBRARIES[name].own:
        module, _, kind = dotted.rpartition(".")
        assert issubclass(getattr(pytest.importorskip(module), kind), Exception)
        assert getattr(importlib.import_module(module), kind) in LIBRARIES[name].raises()


@pytest.mark.parametrize("error", [ArgumentError("coords", 3, "is wrong", "give another"), ImportError("imagecodecs")])
def test_errors_of_ours_and_missing_packages_pass_unchanged(error):
    with pytest.raises(type(error)) as caught:
        raised(error)()
    assert caught.value is error


def test_mistakes_that_a_library_never_makes_pass_unchanged():
    with pytest.raises(AttributeError, match="a mistake of ours"):
        raised(AttributeError("a mistake of ours"), "json")()


def test_files_that_were_not_closed_are_no_report_about_another(recwarn):
    with reading(PATH, "tifffile", PROBLEM):
        warnings.warn("unclosed file other.tif", ResourceWarning, stacklevel=1)
    assert not recwarn.list


def test_an_interrupt_passes():
    with pytest.raises(KeyboardInterrupt):
        raised(KeyboardInterrupt())()


def test_a_lack_of_permission_is_not_called_damage():
    with pytest.raises(PermissionError, match=r"rec\.xyz") as caught:
        raised(PermissionError(errno.EACCES, "Permission denied"))()
    assert not isinstance(caught.value, ArgumentError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (KeyError("traces"), "it has no entry 'traces'"),
        (KeyError("Unable to open object (x)"), r"\(Unable to open object \(x\)\)"),
        (MemoryError("Unable to allocate 7 TiB"), "more memory than there is"),
        (EOFError(), "EOFError"),
        (ValueError("one\n  two"), r"\(one two\)"),
    ],
)
def test_the_reason_is_one_line(error, text):
    check_error(raised(error), DamagedFileError, "path", text)


def test_a_long_reason_is_cut():
    assert len(str(check_error(raised(ValueError("x" * 10_000)), DamagedFileError, "path", "x"))) < 500


def test_the_argument_the_subject_and_the_cure_can_be_chosen():
    options = {"argument": "regions", "subject": "the list", "cure": "give cells='all'", "keyword": "cells"}
    found = check_error(raised(EOFError(), **options), DamagedFileError, "regions", "^the list cannot be read", PATH)
    assert found.keyword == "cells"


def test_what_a_library_says_about_a_damaged_file_is_part_of_one_error(capfd):
    def call():
        with reading(PATH, "tifffile", PROBLEM):
            for number in range(1000):
                logging.getLogger("tifffile").error("page %d is corrupted", number)
                warnings.warn("corrupted", stacklevel=1)
            raise IndexError("list index out of range")

    check_error(call, DamagedFileError, "path", "list index")
    assert capfd.readouterr().err == ""


def test_what_a_library_says_about_a_file_that_it_reads_is_one_warning(tmp_path, capfd):
    def call():
        with reading(tmp_path / "rec.tif", "tifffile", PROBLEM):
            for number in range(1000):
                logging.getLogger("tifffile").error("page %d\nis corrupted", number)

    with pytest.warns(UserWarning, match="page 0 is corrupted") as caught:
        call()
    assert len(caught) == 1
    assert str(caught[0].message).count("\n") == 0
    assert "999 more" in str(caught[0].message)
    assert caught[0].filename == __file__
    assert capfd.readouterr().err == ""


def test_a_file_that_is_read_several_times_is_one_warning(tmp_path):
    path = tmp_path / "rec.tif"
    path.write_bytes(b"1")

    def read():
        for number in range(3):
            with reading(path, "tifffile", PROBLEM):
                logging.getLogger("tifffile").error("tag %d is corrupted", number)

    with pytest.warns(UserWarning, match="tag 0") as caught:
        read()
    assert len(caught) == 1
    path.write_bytes(b"another file")
    with pytest.warns(UserWarning, match="tag 0"):
        read()


def test_libraries_that_warn_of_much_are_quiet():
    with reading(PATH, "zarr", PROBLEM):
        warnings.warn("Object at .DS_Store is not recognized as a component of a Zarr hierarchy", stacklevel=1)


def test_reports_about_notes_that_are_not_read_are_not_shown(tmp_path):
    path = tmp_path / "rec.tif"
    path.touch()
    said = "<tifffile.read_uic_tag> reading CreateTime raised ValueError()"
    with reading(path, "tifffile", PROBLEM):
        logging.getLogger("tifffile").warning(said)

    def call():
        with reading(path, "tifffile", PROBLEM):
            logging.getLogger("tifffile").warning(said)
            logging.getLogger("tifffile").warning("corrupted tag")

    with pytest.warns(UserWarning, match=r"reports: corrupted tag: check"):
        call()


def test_one_guard_inside_another_says_its_part_to_the_outer_one(tmp_path):
    def call():
        with reading(tmp_path, "tifffile", PROBLEM), reading(tmp_path, "pillow", PROBLEM):
            warnings.warn("inner", stacklevel=1)

    with pytest.warns(UserWarning, match="inner") as caught:
        call()
    assert len(caught) == 1


def test_guards_in_many_threads_leave_the_filters_of_warnings_as_they_were(recwarn):
    before, show, failed = list(warnings.filters), warnings.showwarning, []

    def work(number):
        try:
            for _ in range(100):
                with reading(PATH, "zarr", PROBLEM):
                    warnings.warn(str(number), stacklevel=1)
        except Warning as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, list(warnings.filters), warnings.showwarning) == ([], before, show)
    assert not recwarn.list


def test_log_lines_outside_the_guard_are_not_lost(caplog):
    with reading(PATH, "tifffile", PROBLEM):
        pass
    logging.getLogger("tifffile").error("afterwards")
    assert "afterwards" in caplog.text


def opens(path, nested, error=None):
    """Look into a file that its library warns of, while reports are held; then fail, or not."""
    with held_reports(), held_reports() if nested else nullcontext():
        with reading(path, "json", "cannot be read"):
            warnings.warn("odd", UserWarning, stacklevel=1)
        if error is not None:
            raise error


@pytest.mark.parametrize("nested", [False, True])
def test_reports_are_held_until_a_file_was_opened(tmp_path, nested):
    with pytest.raises(ZeroDivisionError):  # and no warning, which would be an error
        opens(tmp_path / "notes.json", nested, ZeroDivisionError())
    with pytest.warns(UserWarning, match=r"notes\.json is read, but json reports: odd") as caught:
        opens(tmp_path / "notes.json", nested)
    assert len(caught) == 1


def test_the_files_of_a_recording_are_one_warning(tmp_path):
    def call():
        for number in (0, 1, 2, 3, 4, 5):
            with held_reports(), held_reports(tmp_path), reading(tmp_path / f"{number}.tif", "tifffile", PROBLEM):
                logging.getLogger("tifffile").error("a tag is corrupted")

    with pytest.warns(UserWarning, match=r"0\.tif is read, but") as caught:
        call()
    assert len(caught) == 1


def test_interrupts_wait_for_libraries_that_would_lose_them():
    """HDF5 calls Python from C: there, one interrupt of twelve was lost or became a SystemError."""
    reached = []

    def read():
        with reading(PATH, "h5py", PROBLEM):
            signal.raise_signal(signal.SIGINT)
            reached.append(True)

    with pytest.raises(KeyboardInterrupt):
        read()
    assert reached == [True]


def test_no_interrupt_is_lost_while_an_hdf5_file_is_read(tmp_path):
    """It comes in each of the calls of Python that reading a file makes, one after the other."""
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        file.create_dataset("video", data=np.zeros((4, 5, 6)), chunks=(2, 5, 6)).attrs.update(axes="TYX", note="a")
    load_video(tmp_path / "rec.h5")  # what is loaded once is not part of it
    place = wanted = 0

    def interrupt(frame, event, argument):
        nonlocal place
        place += event == "call"
        if place == wanted:
            place += 1
            sys.setprofile(None)
            signal.raise_signal(signal.SIGINT)

    for wanted in range(5, 2000, 61):
        place = 0
        try:
            sys.setprofile(interrupt)
            load_video(tmp_path / "rec.h5")
        except KeyboardInterrupt:
            continue
        finally:
            sys.setprofile(None)
        assert place < wanted  # it was through before
        break
    assert wanted > 300


def test_an_interrupt_at_any_step_leaves_warnings_as_they_were():
    def call():
        with held_reports(), reading(PATH, "tifffile", PROBLEM):
            warnings.warn("odd", stacklevel=1)

    before = list(warnings.filters), warnings.showwarning
    for step in at_every_step(call, ["optimap._files.guard", "contextlib", "warnings"]):
        assert (warnings.filters, warnings.showwarning) == before, step
    assert step > 30
