"""Files that are cut off while they are mapped: an error, in a process that goes on."""

import os
import signal
import subprocess
import sys
import threading
import time
import traceback

import numpy as np
import pytest

from optimap import extract_traces, load_video, open_video
from optimap._reading import check_whole, map_watcher, watch
from optimap.video import save_video
from tests.errors import check_error

VIDEO = np.random.default_rng(0).integers(0, 4000, (300, 64, 64)).astype(np.uint16)
PLACES = [(3, 3), (40, 50)]
pytestmark = [
    pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning"),  # of JAX, where other tests have imported it
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not let mapped files be cut off"),
    pytest.mark.skipif(map_watcher() is None, reason="installed without a C++ compiler"),
]


def survives(work):
    """Run in a process of its own, and return the text of the error it raised; a signal fails the test."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writing, (work() or "no error").encode())
            status = 0
        except BaseException:  # noqa: BLE001 - the child ends here, and the test shows why
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said
    return said


def error_of(call):
    """Return a function that returns the text of the error of a call."""

    def work():
        try:
            call()
        except (ValueError, OSError) as error:
            return str(error)
        return None

    return work


def until_it_fails(path, call):
    """Call again and again while a thread cuts the file off; return when the call raises."""

    def work():
        begun = threading.Event()

        def cut():
            begun.wait()
            os.truncate(path, 100_000)

        cutter = threading.Thread(target=cut)
        cutter.start()
        for _ in range(1_000_000):
            call()
            begun.set()

    return work


MAPPED = [".npy", ".tif"]


@pytest.mark.parametrize("suffix", [*MAPPED, ".h5"])
@pytest.mark.parametrize("before", [True, False])
def test_extraction_reports_it(tmp_path, suffix, before):
    path = tmp_path / f"a{suffix}"
    save_video(path, VIDEO)
    recording = open_video(path)
    if before:
        os.truncate(path, 100_000)
        work = error_of(lambda: extract_traces(recording, PLACES))
    else:
        work = error_of(until_it_fails(path, lambda: extract_traces(recording, PLACES, 9)))
    assert "was truncated while it was open: copy" in survives(work)


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("a slice that NumPy reads", lambda recording, view, _: view.mean()),
        ("an array", lambda recording, view, _: np.array(recording)),
        ("another recording", lambda recording, view, out: save_video(out / "b.npy", recording, overwrite=True)),
        ("a compressed one", lambda recording, view, out: save_video(out / "b.h5", recording, overwrite=True)),
    ],
)
def test_everything_that_reads_a_map_survives(tmp_path, name, use):
    path = tmp_path / "a.npy"
    np.save(path, VIDEO)
    recording = open_video(path)
    view = recording[:]
    work = error_of(until_it_fails(path, lambda: use(recording, view, tmp_path)))
    assert "a.npy was truncated while it was open" in survives(work), name


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_maps_of_users(tmp_path, mode):
    path = tmp_path / "a.npy"
    np.save(path, VIDEO)
    mapped = np.load(path, mmap_mode=mode)
    work = error_of(until_it_fails(path, lambda: extract_traces(mapped[::-1], PLACES, 9)))
    assert "a.npy was truncated while it was open" in survives(work)


def test_threads_other_than_the_main_one(tmp_path):
    """Python runs handlers of signals in the main thread only: the thread that reads raises the error by itself."""
    path = tmp_path / "a.npy"
    np.save(path, VIDEO)
    recording = open_video(path)
    said = []

    def work():
        thread = threading.Thread(
            target=lambda: said.append(error_of(until_it_fails(path, lambda: extract_traces(recording, PLACES)))())
        )
        # The handler may raise the error in the main thread, too, wherever that is: at the latest while it sleeps.
        error_of(lambda: (thread.start(), thread.join(), time.sleep(0.01)))()
        while not said:
            time.sleep(0.01)
        return said[0]

    assert "was truncated while it was open" in survives(work)


@pytest.mark.parametrize("harm", ["os.kill(os.getpid(), signal.SIGBUS)", "os.truncate('b.npy', 1000); mapped.sum()"])
def test_other_signals_end_the_process_as_before(tmp_path, harm):
    for name in ("a.npy", "b.npy"):
        np.save(tmp_path / name, VIDEO)
    program = f"""
import os, signal
import numpy as np
import optimap
with optimap.open_video("a.npy") as recording:
    mapped = np.load("b.npy", mmap_mode="r")
    {harm}
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGBUS, ended.stderr.decode()


def test_a_map_is_forgotten_with_its_array(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, VIDEO)
    for _ in range(300):
        with open_video(path) as recording:
            assert recording[0, 0, 0] == VIDEO[0, 0, 0]
    np.testing.assert_array_equal(load_video(path), VIDEO)


def test_what_is_not_mapped_is_not_watched(tmp_path):
    assert watch(VIDEO) is None
    check_whole(None)
    np.save(tmp_path / "a.npy", VIDEO)
    mapping = watch(np.load(tmp_path / "a.npy", mmap_mode="r"))
    check_whole(mapping)


def test_maps_of_no_frames_are_arrays_of_no_frames(tmp_path):
    VIDEO.tofile(tmp_path / "rec.raw")
    mapped = np.memmap(tmp_path / "rec.raw", np.uint16, "r", shape=VIDEO.shape)
    for part in (np.s_[:0], np.s_[300:], np.s_[5:5]):
        np.testing.assert_array_equal(extract_traces(mapped[part], PLACES), extract_traces(VIDEO[part], PLACES))


def test_the_size_is_compared_before_anything_is_touched(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, VIDEO)
    with open_video(path) as recording:
        os.truncate(path, 1000)
        check_error(lambda: recording[0], ValueError, "path", "a.npy was truncated while it was open: copy it", path)
