"""The Tab key of bash completes commands, options and their values."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import optimap

ASKING = """
eval "$("$PYTHON" -m argcomplete.scripts.register_python_argcomplete optimap)"
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_WORDS=($1)
_python_argcomplete optimap
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def completed(tmp_path):
    """A function that returns what bash offers after a line; `optimap` is the program of these sources."""
    pytest.importorskip("argcomplete")
    bash = shutil.which("bash")
    if bash is None or sys.platform == "win32":
        pytest.skip("there is no bash")
    program = tmp_path / "optimap"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m optimap "$@"\n')
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHON": sys.executable}
    environment["PYTHONPATH"] = str(Path(optimap.__file__).parents[1])

    def ask(line):
        done = subprocess.run([bash, "-c", ASKING, "bash", line], env=environment, capture_output=True, text=True)
        return {word.strip() for word in done.stdout.split("\n")} - {""}

    return ask


def test_commands_options_and_values_are_completed(completed):
    assert completed("optimap tra") == {"traces"}
    assert {"--baseline", "--background"} <= completed("optimap traces rec.tif --ba")
    assert {"asls", "exponential", "percentile"} <= completed("optimap traces rec.tif --baseline ")
    assert completed("optimap traces rec.tif --baseline asls --inv") == {"--invert"}
