"""Errors about a scheduler and its workers carry their fields."""

import pytest

from optimap import ArgumentError
from optimap._base import MissingFileError
from optimap._cli.cluster import SchedulerError, connected


@pytest.mark.parametrize(
    ("scheduler", "kind", "problem"),
    [
        ("tcp://127.0.0.1:1", SchedulerError, "does not answer"),
        ("localhost8786", ArgumentError, "is not an address"),
        ("nope.json", MissingFileError, "does not exist"),
        ("empty.json", ArgumentError, "is not a scheduler file, because it holds no address"),
    ],
)
def test_the_option_its_value_the_problem_and_the_cure(tmp_path, monkeypatch, scheduler, kind, problem):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.json").write_text("{}")
    with pytest.raises(kind, match=problem) as caught, connected(scheduler, None):
        pass
    error = caught.value
    assert (error.argument, error.value, error.problem[: len(problem)]) == ("--scheduler", scheduler, problem)
    assert error.cure
    assert str(error).startswith(f"--scheduler {scheduler} {problem}")
