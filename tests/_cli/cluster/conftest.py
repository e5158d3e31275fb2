"""A scheduler with three workers, a client of it, and a folder of recordings."""

import os

import numpy as np
import pytest
from distributed import Client

from tests._cli.cluster.helpers import VIDEO, behave, until, workers


@pytest.fixture(scope="module")
def cluster():
    with workers(3) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    with Client(cluster, set_as_default=False) as client:
        # A worker that was killed is replaced.
        until(lambda: len(client.run(os.getpid, on_error="ignore")) == 3)
        yield client
        client.run(behave)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for i in range(6):
        np.save(f"r{i}.npy", VIDEO + i)
    return tmp_path
