"""Interrupts that wait for the end of a block."""

import os
import signal
import threading

import pytest

from optimap.kernels._interrupts import deferred_interrupts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")


def test_an_interrupt_is_raised_at_the_end_of_the_block():
    done = []
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interrupted_block(done)
    assert done == ["to its end"]
    assert signal.getsignal(signal.SIGINT) is handler


def interrupted_block(done):
    with deferred_interrupts():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("to its end")


def test_without_an_interrupt_nothing_happens():
    with deferred_interrupts():
        pass


def test_other_threads_have_no_handlers_to_defer():
    errors = []

    def block():
        try:
            with deferred_interrupts():
                pass
        except ValueError as error:  # signal.signal() outside the main thread
            errors.append(error)

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert errors == []
