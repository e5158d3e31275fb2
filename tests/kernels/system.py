"""A system that notes the threads it starts, or grants no more of them, as under a limit of a user (RLIMIT_NPROC)."""

import _thread


def refuse_threads(monkeypatch, granted):
    """Let the system grant only so many more threads."""
    left, real = [None] * granted, _thread.start_new_thread

    def start(*arguments):
        if not left:
            raise RuntimeError("can't start new thread")
        left.pop()
        return real(*arguments)

    monkeypatch.setattr(_thread, "start_new_thread", start)


def note_threads(monkeypatch):
    """Return a list that grows by one with each thread that is started."""
    started, real = [], _thread.start_new_thread
    monkeypatch.setattr(_thread, "start_new_thread", lambda *arguments: (started.append(1), real(*arguments))[1])
    return started
