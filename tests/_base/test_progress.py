"""Progress: no output in scripts and pipes; a bar on a terminal, for work that takes more than a second."""

import io
import os
import re
import select
import subprocess
import sys
import threading

import numpy as np
import pytest

from optimap._base import progress_bar, say
from optimap.trace import extract_traces
from optimap.video import save_video

pytestmark = pytest.mark.usefixtures("no_tqdm_settings")


@pytest.fixture
def no_tqdm_settings(monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """Time that passes only when a test says so: by itself, or by a step whenever it is looked at."""

    def __init__(self):
        self.now, self.step = 1000.0, 0.0

    def monotonic(self):
        self.now += self.step
        return self.now

    time = monotonic


@pytest.fixture
def watch(monkeypatch):
    """A function that puts a terminal in the place of standard error; pytest sets its own after the fixtures."""

    def watch():
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return watch


@pytest.fixture
def clock(monkeypatch):
    import tqdm.std

    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock.monotonic)
    monkeypatch.setattr(tqdm.std, "time", clock.time)
    return clock


def test_a_bar_after_a_second_with_the_seconds_left(watch, clock):
    terminal = watch()
    with progress_bar(10_000_000) as advance:
        clock.now += 0.75
        advance(1_000_000)
        assert terminal.getvalue() == ""
        clock.now += 0.25
        advance(1_000_000)
        assert " 20%" in terminal.getvalue()
        assert re.search(r"2\.00M/10\.0M \[00:01<00:0[34], 2\.00MB/s\]", terminal.getvalue())
        clock.now += 1
        advance(2_000_000)
        assert re.search(r"4\.00M/10\.0M \[00:02<00:0[23]", terminal.getvalue())
    assert terminal.getvalue().endswith("\r")  # wiped out


def test_files_are_counted_one_by_one(watch, clock):
    terminal = watch()
    with progress_bar(3, "file") as advance:
        clock.now += 5
        advance(1)
        assert "1/3 [00:05<00:10,  5.00s/file]" in terminal.getvalue()


def test_detrending_and_writing_show_a_bar_too(watch, clock, tmp_path, allow):
    from optimap.trace import detrend_timeseries, save_traces

    terminal, clock.step = watch(), 2
    traces = np.random.default_rng(0).normal(size=(400, 100))
    allow(series_values=400 * 20)  # series in five blocks
    detrend_timeseries(traces, "mean", 50)
    assert re.search(r"/100 \[0\d:\d\d<.*series", terminal.getvalue())
    for name, tidy, rows in (("t.csv", False, 9), ("t.csv", True, 18), ("t.xlsx", False, 9), ("t.xlsx", True, 18)):
        save_traces(tmp_path / name, traces[:9, :2], tidy=tidy, overwrite=True)
        assert re.search(rf"/{rows} \[0\d:\d\d<.*row", terminal.getvalue()), name


def test_a_terminal_that_reports_no_width(clock, monkeypatch):
    openpty = pytest.importorskip("pty").openpty  # it opens terminals of 0 columns
    for variable in ("COLUMNS", "LINES"):
        monkeypatch.delenv(variable, raising=False)
    reading, writing = openpty()
    with open(writing, "w", encoding="utf-8") as terminal, open(reading, "rb", buffering=0) as screen:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress_bar(10) as advance:
            clock.now += 2
            advance(4)
            terminal.flush()
            shown = b""
            while b"40%" not in shown:  # the terminal passes on in pieces what was written
                assert select.select([screen], [], [], 10)[0], shown
                shown += screen.read(1000)


def test_nothing_is_shown_for_short_work_or_after_the_end(watch, clock):
    terminal = watch()
    with progress_bar(10) as advance:
        advance(9)
        clock.now += 2
        advance(1)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("stream", [io.StringIO(), None])
def test_nothing_is_shown_if_no_user_would_see_it(monkeypatch, clock, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar(10) as advance:
        clock.now += 2
        advance(1)
    assert stream is None or stream.getvalue() == ""


def test_nothing_is_shown_in_threads_or_when_turned_off(monkeypatch, watch, clock):
    terminal = watch()

    def work():
        with progress_bar(10) as advance:
            clock.now += 2
            advance(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert terminal.getvalue() == ""
    code = """
import io, sys, time
class Terminal(io.StringIO):
    def isatty(self): return True
sys.stderr = Terminal()
import itertools
from optimap._base import progress_bar
time.monotonic = itertools.count(0, 2).__next__
with progress_bar(10) as advance: advance(5)
print(repr(sys.stderr.getvalue()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "TQDM_DISABLE": "1"}
    )
    assert done.stdout == "''\n"


class Slow:
    """A video that takes half a second for each block."""

    shape, dtype = (12, 6, 7), np.dtype(np.uint16)

    def __init__(self, clock):
        self._clock = clock

    def __getitem__(self, key):
        self._clock.now += 0.5
        return np.zeros((key.stop - key.start, *self.shape[1:]), self.dtype)


@pytest.mark.parametrize("what", ["extract", "save"])
def test_long_work_shows_it(tmp_path, allow, watch, clock, what):
    terminal = watch()
    allow(read_bytes=1, write_bytes=1, largest_write_bytes=1)
    if what == "extract":
        extract_traces(Slow(clock), (3, 3))
    else:
        save_video(tmp_path / "rec.npy", Slow(clock))
    assert "504/1.01k [00:03<00:03" in terminal.getvalue()


def test_lines_do_not_break_the_bar(capsys):
    say("a line")
    assert capsys.readouterr().out == "a line\n"


def test_short_work_does_not_import_tqdm(tmp_path):
    code = """
import sys, numpy, optimap
sys.stderr.isatty = lambda: True
optimap.extract_traces(numpy.zeros((2, 3, 4)), (1, 1))
optimap.video.save_video(sys.argv[1], numpy.zeros((2, 3, 4)))
from optimap._cli import main
main(["traces", sys.argv[1], "--at", "1,1", "-o", sys.argv[1] + ".csv"])
print("tqdm" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "rec.npy")], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False", done.stderr


class Shell:
    """What IPython returns in the kernel of a notebook."""

    kernel = object()


def test_a_notebook_shows_the_bar_of_jupyter(monkeypatch, clock):
    IPython = pytest.importorskip("IPython")
    pytest.importorskip("ipywidgets")
    shown = []
    monkeypatch.setattr(IPython, "get_ipython", Shell)
    monkeypatch.setattr("tqdm.auto.tqdm", lambda **options: shown.append(options) or Bar())
    clock.step = 2.0
    with progress_bar(10, "frame") as advance:
        advance(1)
        advance(2)
    assert [options["total"] for options in shown] == [10]
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)  # Python itself, or a terminal of IPython
    with progress_bar(10) as advance:
        advance(1)
    assert len(shown) == 1


class Bar:
    """A bar of tqdm."""

    disable = True

    def update(self, done):
        pass

    def close(self):
        pass
