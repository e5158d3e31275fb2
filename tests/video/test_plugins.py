"""Formats of other packages: a package that is really installed is found, and one that is broken is named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "plugin"
VIDEO = "2 3 250 0.1\n1 2 3 4 5 6\n7 8 9 10 11 12\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install the example package into a folder of its own, and return that."""
    folder = tmp_path_factory.mktemp("site")
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / "plugin")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", folder, source]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def run(code, *paths, cwd):
    """Run a program with packages in these folders, and return what it prints as JSON."""
    own = os.environ.get("PYTHONPATH", "")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, paths), own])}
    command = [sys.executable, "-c", f"import json, optimap\n{code}"]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_installed_package_brings_a_format(installed, tmp_path):
    (tmp_path / "a.textvideo").write_text(VIDEO)
    code = """
import pickle
with optimap.open_video("a.textvideo", invert=True) as recording:
    again = pickle.loads(pickle.dumps(recording))
    about = [recording.shape, recording.fps, recording.pixel_size, recording.format, str(recording.path)]
    pixels = [float(recording[1, 1, 2]), float(again[0, 0, 0])]
    print(json.dumps([*about, *pixels, optimap.load_metadata("a.textvideo")["fps"]]))
"""
    found = run(code, installed, cwd=tmp_path)
    assert found == [[2, 2, 3], 250, 0.1, "text video", "a.textvideo", -12, -1, 250]


def test_the_command_line_knows_it(installed, tmp_path):
    (tmp_path / "a.textvideo").write_text(VIDEO)
    environment = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    said = [
        subprocess.run([sys.executable, "-m", "optimap", "info", *files], cwd=tmp_path, env=environment, **TEXT).stdout
        for files in ([], ["a.textvideo"])
    ]
    assert "text video       .textvideo" in said[0]
    assert "250 frames/s" in said[1]


TEXT = {"capture_output": True, "text": True, "check": True}


def error_of(name, *paths, options="", cwd):
    code = f"""
try:
    optimap.open_video({name!r}{options})
except (ValueError, TypeError) as error:
    print(json.dumps([error.argument, str(error)]))
"""
    return run(code, *paths, cwd=cwd)


def test_what_is_not_there(installed, tmp_path):
    (tmp_path / "a.textvideo").write_text(VIDEO)
    (tmp_path / "a.unknown").write_text(VIDEO)
    assert "has an unknown suffix '.textvideo'" in error_of("a.textvideo", cwd=tmp_path)[1]
    assert ".textvideo, or a folder" in error_of("a.unknown", installed, cwd=tmp_path)[1]
    wrong = error_of("a.textvideo", installed, options=", axes='TYX'", cwd=tmp_path)
    assert wrong == ["axes", "'axes' is not an option of text video recordings: use invert, or leave it out"]


@pytest.mark.parametrize(
    ("module", "match"),
    [
        ("import nothing_like_this", "'broken' of the package 'broken', which fails (No module named"),
        ("SUFFIXES = ('.textvideo',)", "which fails (module 'broken' has no attribute 'open_recording')"),
        ("SUFFIXES = ('.textvideo',)\ndef open_recording(path): return 5", "by 'broken' as int, not as a Recording"),
    ],
)
def test_a_broken_package_is_named_and_other_files_are_read(module, match, tmp_path):
    about = tmp_path / "broken-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[optimap.formats]\nbroken = broken\n")
    (tmp_path / "broken.py").write_text(module)
    (tmp_path / "a.textvideo").write_text(VIDEO)
    argument, text = error_of("a.textvideo", tmp_path, cwd=tmp_path)
    assert argument == "path"
    assert match in text
    code = (
        "import numpy as np\nnp.save('a.npy', np.ones((2, 3, 4)))\nprint(json.dumps(optimap.open_video('a.npy').shape))"
    )
    assert run(code, tmp_path, cwd=tmp_path) == [2, 3, 4]
