"""``python -m optimap``: the command line as a separate process. Interrupts are in _base/test_interrupts.py."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import optimap
from optimap import __version__


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "optimap", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "status", "output", "error"),
    [
        (["--version"], 0, f"optimap-trace {__version__} (kernels: ", ""),
        (["info", "nope.tif"], 2, "", "optimap: error: nope.tif does not exist: "),
        (["frobnicate"], 2, "", "optimap: error: argument COMMAND: invalid choice: 'frobnicate'"),
    ],
)
def test_the_status_and_both_streams(tmp_path, monkeypatch, arguments, status, output, error):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == status
    assert done.stdout.startswith(output)
    assert done.stderr.startswith(error)
    assert (done.stdout + done.stderr).count("\n") == 1


def test_starting_loads_neither_matplotlib_nor_scipy_nor_dask():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "optimap", "--help"], capture_output=True, text=True
    )
    loaded = {line.rsplit("|", 1)[-1].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "optimap" in loaded
    assert not loaded & {"matplotlib", "scipy", "dask", "distributed", "asyncio", "PIL", "tqdm"}


def program(folder):
    """Run the program `optimap` with the packages in a folder."""
    code = "import sys; from optimap_trace import main; sys.exit(main())"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, "-c", code, "--version"], env=environment, capture_output=True, text=True)


def test_the_program_of_another_package_of_the_same_name_is_an_error(tmp_path):
    sources = Path(optimap.__file__).parents[1]
    assert program(sources).stdout.startswith(f"optimap-trace {__version__}")
    shutil.copytree(sources / "optimap_trace", tmp_path / "optimap_trace")
    (tmp_path / "optimap").mkdir()
    (tmp_path / "optimap" / "__init__.py").write_text("raise ImportError('ERROR: Unable to import OpenCV')")
    done = program(tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("optimap: error: the package 'optimap' in this environment is not 'optimap-trace'")
    assert done.stderr.count("\n") == 1
