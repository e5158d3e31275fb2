"""HDF5 files: what is in them, what leads to other files, and that all of them are opened in one place."""

import ast
from pathlib import Path

import h5py
import numpy as np
import pytest

import optimap
from optimap._files import hdf5_contents, hdf5_item, own_hdf5
from tests.errors import check_error

VALUES = np.arange(12.0).reshape(3, 4)


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["group/values"] = VALUES
    with h5py.File(tmp_path / "own.h5", "w") as file:
        file["a/values"] = VALUES
        file["a/again"] = file["a"]  # a circle
        file["near"] = h5py.SoftLink("/a/values")
        file["circle"] = h5py.SoftLink("/circle")
    return tmp_path / "own.h5"


def external_link(file):
    file["far"] = h5py.ExternalLink("other.h5", "/group")


def external_storage(file):
    file.create_dataset("far", (4,), "u1", external=[("other.h5", 0, 4)])


def virtual(file):
    layout = h5py.VirtualLayout((3, 4), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "group/values", (3, 4))
    file.create_virtual_dataset("far", layout)


ELSEWHERE = [external_link, external_storage, virtual]


def test_a_file_that_holds_all_of_its_data(path):
    with own_hdf5(path) as file:
        np.testing.assert_array_equal(file["near"], VALUES)
        contents = hdf5_contents(file, path)
        assert list(contents.datasets) == ["a/values"]
        assert list(contents.groups) == ["a"]
        assert contents.elsewhere == {}


def test_values_that_a_dataset_takes_from_the_same_file(path):
    with h5py.File(path, "r+") as file:
        layout = h5py.VirtualLayout((3, 4), "f8")
        layout[:] = h5py.VirtualSource(file["a/values"])
        file.create_virtual_dataset("view", layout)
    with own_hdf5(path) as file:
        np.testing.assert_array_equal(file["view"], VALUES)


@pytest.mark.parametrize("lead", ELSEWHERE)
def test_whatever_leads_to_another_file_is_an_error_that_names_it(path, lead):
    with h5py.File(path, "r+") as file:
        lead(file)

    def open_it():
        with own_hdf5(path, "regions"):
            pytest.fail("it was opened")

    check_error(open_it, ValueError, "regions", r"own\.h5 keeps far in another file, other\.h5, which is not opened")
    with h5py.File(path, "r") as file:
        contents = hdf5_contents(file, path)
        assert contents.elsewhere == {"far": "other.h5"}
        behind = {"far/values"} if lead is external_link else {"far"}
        assert set(hdf5_contents(file, path, external_links=True).datasets) == {"a/values"} | behind


def test_dangling_links_are_left_out_where_links_are_followed(path):
    with h5py.File(path, "r+") as file:
        file["gone"] = h5py.ExternalLink("gone.h5", "/x")
    with h5py.File(path, "r") as file:
        assert list(hdf5_contents(file, path, external_links=True).datasets) == ["a/values"]


def test_names_are_looked_up_within_the_file(path):
    with h5py.File(path, "r+") as file:
        external_link(file)
        file["a/far"] = h5py.SoftLink("/far/values")
        file["back"] = h5py.SoftLink("a/../a/values")  # HDF5 knows no "..": it is a name
    with h5py.File(path, "r") as file:
        assert hdf5_item(file, "near", path) == file["a/values"]
        assert hdf5_item(file["a"], "/near", path) == file["a/values"]
        assert hdf5_item(file["a"], "again/again/values", path) == file["a/values"]
        for name in ("missing", "circle", "back", "near/x"):
            assert hdf5_item(file, name, path) is None
        match = r"own\.h5 keeps far in another file, other\.h5, .* give external_links=True"
        for name in ("a/far", "far/values"):
            check_error(lambda name=name: hdf5_item(file, name, path), ValueError, "path", match)
        np.testing.assert_array_equal(hdf5_item(file, "a/far", path, external_links=True), VALUES)


def test_groups_that_are_nested_too_deep(tmp_path):
    for depth, fits in ((100, True), (5000, False)):
        with h5py.File(tmp_path / f"{depth}.h5", "w") as file:
            group = file
            for _ in range(depth):
                group = group.create_group("g")

        def listed(path=tmp_path / f"{depth}.h5"):
            with h5py.File(path, "r") as file:
                return hdf5_contents(file, path)

        if fits:
            assert len(listed().groups) == depth
        else:
            check_error(listed, ValueError, "path", "nests groups more than 100 deep")


def test_files_are_opened_for_reading_in_one_place():
    package = Path(optimap.__file__).parent
    found = []
    for module in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "File":
                continue
            writes = [arg.value for arg in node.args if isinstance(arg, ast.Constant)] == ["w"]
            if not writes:
                found.append(module.relative_to(package).as_posix())
    # With links, and by ourselves.
    assert found == ["_files/hdf5.py", "_files/hdf5_io.py"]
