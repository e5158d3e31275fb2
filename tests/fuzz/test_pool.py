"""The fuzzer finds each kind of fault, goes on after it, and does not blame what is right."""

import json
import subprocess
import sys

import pytest

# A process of its own: the pool forks, which a process with threads may not.
RUN = """
import json, sys
from pathlib import Path
from tests.fuzz import pool
from tests.fuzz.faulty import FAULTY
pool.SECONDS, pool.PATIENCE = 0.5, 5.0
folder, wanted = Path(sys.argv[1]), json.loads(sys.argv[2])
jobs = [pool.Job(kind, range(count), folder / kind, kinds=FAULTY) for kind, count in wanted]
pool.run(jobs, 2)
print(json.dumps({job.kind: [job.read, sorted(sum(job.found.values(), []))] for job in jobs}))
"""
EXPECTED = {
    "killed": "death: SIGSEGV",
    "endless": "hang: more than 0.5 s",
    "asleep": "hang: not done after 5 s",
    "large": "memory: 1",
    "too_large": "MemoryError in ",
    "loud": "warnings: 2: 'one'",
    "printing": "reading says 2 lines",
    "wrong": "KeyError in faulty.py:_wrong: 'video'",
    "nameless": "no name: ValueError in faulty.py:_nameless: it is damaged",
    "right": None,
    "slow": None,
}
COUNTS = {"killed": 2, "endless": 2, "asleep": 1}  # inputs of a kind that takes long


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    wanted = json.dumps([(kind, COUNTS.get(kind, 4)) for kind in EXPECTED])
    command = [sys.executable, "-c", RUN, str(tmp_path_factory.mktemp("fuzz")), wanted]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_fault_is_found_and_the_next_input_is_read(results, kind):
    read, found = results[kind]
    assert read == COUNTS.get(kind, 4)
    if EXPECTED[kind] is None:
        assert found == []
    else:
        assert any(text.startswith(EXPECTED[kind]) for text in found), found
