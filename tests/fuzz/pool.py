"""Children that read inputs: forked when everything is imported, watched, and replaced when they die.

One child reads many inputs of one kind. It says which one begins and what was found; if it dies, or computes for longer
than `SECONDS` on one input, or does nothing for much longer, that is a finding of this input, and the next child goes
on behind it.
"""

import os
import pickle
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from .judge import judge
from .kinds import KINDS, Seed
from .mutator import files_of

SECONDS = 5.0  # of computing
PATIENCE = 40.0  # seconds of any kind
MEMORY = 2**30
RESTART = 2000  # inputs of one child


class Job:
    """One kind: its seed, the numbers that are to be read, what was found."""

    def __init__(self, kind, numbers, folder, stop_at=0.0, kinds=KINDS):
        self.kind, self.folder, self.stop_at = kind, Path(folder), stop_at
        original = self.folder / "seed"
        original.mkdir(parents=True)
        self.seed = Seed(kind, *kinds[kind], original)
        shutil.rmtree(original)
        self.numbers, self.next, self.found, self.read, self.cpu = list(numbers), 0, {}, 0, 0.0


class Child:
    """A process that reads the inputs of a job, from where the job stands."""

    def __init__(self, job):
        self.job, self.waited, self.current = job, 0.0, None
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            status = 1
            try:
                _run(job, writing)
                status = 0
            except KeyboardInterrupt:
                pass
            finally:
                os._exit(status)
        os.close(writing)
        self.pipe, self.rest = reading, b""
        self.cpu = 0.0

    def hear(self):
        """Take note of what the child says; return whether it has ended."""
        data = os.read(self.pipe, 2**20)
        self.rest += data
        while b"\n" in self.rest:
            line, self.rest = self.rest.split(b"\n", 1)
            word, number, found = pickle.loads(bytes.fromhex(line.decode()))  # from our own child
            if word == "begin":
                self.current, self.waited, self.cpu = number, 0.0, _cpu(self.pid)
            else:
                self.job.next += 1
                self.job.read += 1
                self.current = None
                if found:
                    self.job.found[number] = found
        return not data

    def hangs(self):
        """Return in which way the input takes too long, or None."""
        if _cpu(self.pid) - self.cpu > SECONDS:
            return f"more than {SECONDS:g} s"
        return f"not done after {PATIENCE:g} s, of any kind" if self.waited > PATIENCE else None

    def end(self, reason=None):
        """Wait for the end; a death is a finding of the input that was being read."""
        if reason:
            os.kill(self.pid, signal.SIGKILL)
        _, status, used = os.wait4(self.pid, 0)
        os.close(self.pipe)
        self.job.cpu += used.ru_utime + used.ru_stime
        if status == 0 and not reason:
            return
        if self.current is None:  # between two inputs: the one before has broken something
            self.current = self.job.numbers[min(self.job.next, len(self.job.numbers) - 1)]
        name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {status >> 8}"
        self.job.found[self.current] = [f"hang: {reason}" if reason else f"death: {name}"]
        self.job.next += 1
        self.job.read += 1


def run(jobs, workers=None, report=lambda job: None):
    """Read all inputs of all jobs."""
    waiting, children, last = list(jobs), [], time.monotonic()
    try:
        while waiting or children:
            now = time.monotonic()
            passed, last = min(now - last, 1.0), now  # if the whole machine pauses, nobody is late
            while waiting and len(children) < (workers or os.cpu_count() or 1):
                children.append(Child(waiting.pop(0)))
            ready, _, _ = select.select([child.pipe for child in children], [], [], 0.2)
            for child in list(children):
                ended = child.pipe in ready and child.hear()
                child.waited += passed
                late = None if ended else child.hangs()
                if not ended and late is None:
                    continue
                children.remove(child)
                child.end(late)
                job = child.job
                if job.next < len(job.numbers) and not 0 < job.stop_at < time.monotonic():
                    waiting.insert(0, job)
                else:
                    report(job)
    finally:
        for child in children:
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)


def _cpu(pid):
    """Return how long a process has computed, in seconds."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _run(job, writing):
    """Read inputs until the job is done, or it is time for a fresh process."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    errors = tempfile.TemporaryFile()  # noqa: SIM115  # for the life of the process
    os.dup2(errors.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ["LANGUAGE"] = "C"  # or argparse looks for translations on the disk: a twentieth of the time
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    folder = Path(tempfile.mkdtemp(dir=job.folder))
    for name, data in job.seed.files.items():
        _write(folder / name, data)
    judge(job.seed, folder / job.seed.opened, errors)  # what is loaded by the first file is not a finding of the second
    _limit_memory()

    def say(*words):
        os.write(writing, pickle.dumps(words).hex().encode() + b"\n")

    for number in job.numbers[job.next : job.next + RESTART]:
        if 0 < job.stop_at < time.monotonic():
            break
        changed = files_of(job.seed, number)
        say("begin", number, None)
        for name, data in changed.items():
            _write(folder / name, data)
        say("end", number, judge(job.seed, folder / job.seed.opened, errors))
        for name in changed:
            _write(folder / name, job.seed.files[name])


def _limit_memory():
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, now + MEMORY))


def _write(path, data):
    """Write a file, as a new one: an open map of the old one is not changed."""
    path.unlink(missing_ok=True)
    if data is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
