"""Ours and the published package side by side: in turns, in one run, medians."""

import argparse
import platform
import statistics
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PEER = "optimap==0.3.1"

sys.path.insert(0, str(HERE))
from cases import CASES  # noqa: E402


def peer_python(folder: Path) -> Path:
    """Return the interpreter of an environment with the published package, made where it is missing."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        print(f"making an environment with {PEER} in {folder} ...", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True)
    return python


class Worker:
    """A process that runs cases in one environment."""

    def __init__(self, python: Path) -> None:
        self._process = subprocess.Popen(
            [python, HERE / "worker.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def seconds(self, case: str) -> float:
        self._process.stdin.write(case + "\n")
        self._process.stdin.flush()
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"the worker stopped in {case!r}")
            try:
                return float(line)
            except ValueError:  # what the package itself printed
                continue

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def measure(case: str, workers: dict[str, Worker], rounds: int) -> dict[str, float]:
    """Return each environment's median over `rounds`, taken in turns."""
    times: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            times[name].append(worker.seconds(case))
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, default=HERE / ".venv-peer", help="environment of the published package")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases whose name holds this text")
    options = parser.parse_args()

    rows = []
    for case in (name for name in CASES if options.only in name):
        # Fresh processes for each case: no case inherits another's memory.
        workers = {"ours": Worker(Path(sys.executable)), "peer": Worker(peer_python(options.peer))}
        medians = measure(case, workers, options.rounds)
        for worker in workers.values():
            worker.close()
        rows.append(
            f"| {case} | {medians['ours']:.4f} | {medians['peer']:.4f} | {medians['peer'] / medians['ours']:.1f} |"
        )
        print(rows[-1], flush=True)
    RESULTS.mkdir(exist_ok=True)
    head = f"Median seconds of {options.rounds} rounds in turns; {platform.machine()}, {platform.python_version()}.\n\n"
    head += f"| case | ours | {PEER} | ratio |\n|---|---|---|---|\n"
    (RESULTS / "table.md").write_text(head + "\n".join(rows) + "\n")
    print(f"-> {RESULTS / 'table.md'}")


if __name__ == "__main__":
    main()
