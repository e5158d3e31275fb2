"""Whoever asks for a name of the published package reads which package is here, and what to use instead."""

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import optimap
from optimap._base import ELSEWHERE, elsewhere, warn_if_mixed

DOCS = Path(__file__).parents[2] / "docs"
NAMES = [(package, name) for package, names in ELSEWHERE.items() for name in names]
HERE = [(package, name) for package, name in NAMES if package not in ("optimap.motion", "optimap.utils")]


def importing(name):
    """Run an import statement, which asks differently from an attribute."""
    exec(f"from {optimap.video.__name__} import {name}", {})


@pytest.mark.parametrize(("package", "name"), HERE)
def test_listed_names_are_not_here(package, name):
    room = importlib.import_module(package)
    assert name not in room.__all__
    with pytest.raises(AttributeError, match=f"{package}\\.{name} belongs to the published package 'optimap'"):
        getattr(room, name)


@pytest.mark.parametrize("name", ["motion_compensate", "motion", "utils", "play_video", "export_videos", "load_image"])
def test_names_of_the_top_level(name):
    with pytest.raises(AttributeError, match=r"this is 'optimap-trace'.* environment of its own"):
        getattr(optimap, name)
    assert not hasattr(optimap, name)


def test_import_statements_say_the_same():
    with pytest.raises(ImportError, match=re.escape("Use video[:, top:bottom, left:right].")):
        importing("crop")


def test_other_names_are_plain_errors():
    with pytest.raises(AttributeError, match=r"No optimap\.video attribute colour"):
        getattr(optimap.video, "colour")  # noqa: B009
    with pytest.raises(ImportError, match="cannot import name 'colour'"):
        importing("colour")


def test_no_name_that_exists_is_listed():
    assert set(optimap.__all__) & set(elsewhere("optimap")) == set()


def test_an_environment_with_both_is_reported(tmp_path):
    warn_if_mixed(str(tmp_path / "__init__.py"))  # no warning
    (tmp_path / "motion").mkdir()
    with pytest.warns(UserWarning, match="pip uninstall optimap optimap-trace"):
        warn_if_mixed(str(tmp_path / "__init__.py"))


def test_importing_a_mixed_package_warns_at_the_users_line(tmp_path):
    shutil.copytree(Path(optimap.__file__).parent, tmp_path / "optimap", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "optimap" / "motion").mkdir()
    script = tmp_path / "script.py"
    script.write_text("import optimap\n")
    done = subprocess.run([sys.executable, script], cwd=tmp_path, env={}, capture_output=True, text=True, check=True)
    assert "each has replaced files of the other" in done.stderr


def test_the_migration_page_lists_every_name():
    page = (DOCS / "migration.md").read_text(encoding="utf-8")
    missing = [f"{package}.{name}" for package, name in NAMES if f"`{package[8:]}.{name}`" not in page]
    assert missing == []
