"""A system that grants no more threads, as under a limit of the processes of a user (RLIMIT_NPROC)."""

from optimap.kernels import _workers


def refuse_threads(monkeypatch, granted):
    """Let the system grant only so many more threads."""
    left, real = [None] * granted, _workers.start_new_thread

    def start(*arguments):
        if not left:
            raise RuntimeError("can't start new thread")
        left.pop()
        return real(*arguments)

    monkeypatch.setattr(_workers, "start_new_thread", start)
