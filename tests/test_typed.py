"""Type checkers and editors understand the public functions: what is wrong is an error, and what is right is not."""

import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import optimap

TESTS = Path(__file__).parent
LONGEST_ARGUMENT, USUAL = 65, 8  # characters, and the arguments of three quarters of all functions
RIGHT, WRONG = TESTS / "typed" / "right.py", TESTS / "typed" / "wrong.py"


def wrong_lines():
    """Return the numbers of the lines that must be refused: all in functions, below the line of their name."""
    lines = WRONG.read_text(encoding="utf-8").splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("def "))
    return [number for number, line in enumerate(lines[begin:], begin + 1) if line.startswith("    ")]


def test_mypy():
    """The settings and the cache are those of `make types`, which then has less to do."""
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--output=json", "src", RIGHT, WRONG]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [(Path(error["file"]).name, error["line"]) for error in found if error["severity"] == "error"]
    assert sorted(set(errors)) == [("wrong.py", line) for line in wrong_lines()], done.stdout + done.stderr


def test_pyright():
    pytest.importorskip("pyright")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, RIGHT, WRONG]
    done = subprocess.run(command, cwd=TESTS / "typed", capture_output=True, text=True)
    found = json.loads(done.stdout)["generalDiagnostics"]
    errors = [(Path(error["file"]).name, error["range"]["start"]["line"] + 1) for error in found]
    assert sorted(set(errors)) == [("wrong.py", line) for line in wrong_lines()], found


def public_functions():
    """Yield the name and the signature of every public function and method, as `help` shows it."""
    rooms = [name for name in optimap.__all__ if inspect.ismodule(getattr(optimap, name))]
    for room in rooms:
        for name in importlib.import_module(f"optimap.{room}").__all__:
            thing = getattr(getattr(optimap, room), name)
            if inspect.isfunction(thing):
                yield f"{room}.{name}", inspect.signature(thing)
            elif inspect.isclass(thing):
                own = [method for method in vars(thing).values() if inspect.isfunction(method)]
                public = [method for method in own if not method.__name__.startswith("_")]
                yield from ((f"{room}.{name}.{method.__name__}", inspect.signature(method)) for method in public)


def test_signatures_are_short():
    """Two lines of 120 characters for a call of usual length, and no argument with an annotation longer than words.

    The functions with nine arguments or more have the long lists of the published package, or its style of figures.
    """
    long = {}
    for name, signature in public_functions():
        for parameter in signature.parameters.values():
            if len(str(parameter)) > LONGEST_ARGUMENT:
                long[f"{name}({parameter.name})"] = str(parameter)
        shown = f"{name.partition('.')[2]}{signature}".replace("'", "")  # from Python 3.14 on, without the quotes
        if len(signature.parameters) <= USUAL and len(shown) > 240:
            long[name] = str(signature)
    assert long == {}


@pytest.mark.parametrize("room", ["optimap", "optimap.trace", "optimap.video", "optimap.activation", "optimap.beats"])
def test_names_are_completed_without_running_anything(room):
    """As in Jupyter and in editors that read the source: names that are loaded lazily resolve, with what they are."""
    jedi = pytest.importorskip("jedi")
    script = jedi.Script(f"import {room}\n{room}.", project=jedi.Project(TESTS.parent, added_sys_path=["src"]))
    found = {name.name: name for name in script.complete(2, len(room) + 1)}
    listed = set(importlib.import_module(room).__all__)
    assert listed - set(found) == set()
    public = {name for name in listed if inspect.isfunction(getattr(importlib.import_module(room), name))}
    assert {name for name in public if found[name].type != "function"} == set()


def test_types_are_shipped():
    assert (Path(optimap.__file__).parent / "py.typed").is_file()
    stubs = sorted(path.parent.name for path in Path(optimap.__file__).parent.rglob("__init__.pyi"))
    assert len(stubs) > 10
