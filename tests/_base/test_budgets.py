"""The budget in force: in all threads, for a while, and only with fields that there are."""

import threading
from dataclasses import FrozenInstanceError, fields

import pytest

from optimap._base import Budget, budget, budgeted


def test_outside_of_any_block_the_defaults_are_in_force():
    assert budget() == Budget()


def test_budgets_nest_and_each_ends_with_its_block():
    with budgeted(read_bytes=1, host_loops=False) as outer:
        assert outer is budget()
        with budgeted(block_bytes=2):
            assert budget() == Budget(read_bytes=1, host_loops=False, block_bytes=2)
        assert budget() is outer
    assert budget() == Budget()


def test_an_error_ends_it_too():
    with pytest.raises(KeyError), budgeted(read_bytes=1):
        raise KeyError
    assert budget() == Budget()


def test_it_is_in_force_in_threads_that_are_running_already():
    changed, seen = threading.Event(), []

    def look():
        changed.wait(10)
        seen.append(budget().read_bytes)

    thread = threading.Thread(target=look)
    thread.start()
    with budgeted(read_bytes=7):
        changed.set()
        thread.join()
    assert seen == [7]


def test_unknown_sizes_and_assignments_are_errors():
    with pytest.raises(TypeError, match="bytes_to_read"), budgeted(bytes_to_read=1):
        pass
    assert budget() == Budget()
    with pytest.raises(FrozenInstanceError):
        budget().read_bytes = 1


def test_sizes_are_positive():
    sizes = {field.name: getattr(Budget(), field.name) for field in fields(Budget)}
    assert {type(size) for size in sizes.values()} == {int, bool}
    assert all(size > 0 for size in sizes.values())
    assert sizes["buffer_bytes"] <= sizes["buffers_bytes"]
    assert sizes["write_bytes"] <= sizes["largest_write_bytes"]
