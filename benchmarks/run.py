"""This package and others in fresh environments, alternating in one run: a table of medians and a picture.

python benchmarks/run.py [--only TEXT] [--rounds 5] [--docs]
"""

import argparse
import json
import math
import os
import statistics
import subprocess
from pathlib import Path

from environments import describe_machine, make_environments

HERE = Path(__file__).parent
RESULTS = HERE / "results"
DOCS = HERE.parent / "docs"
HEAD = """\
| case | ours, s | published, s | times faster | NumPy twins, s | reading, s | and writing, s |
|---|---|---|---|---|---|---|
"""


class Worker:
    """A process that runs cases in one environment."""

    def __init__(self, python: Path, kernels: str = "") -> None:
        environment = {**os.environ, "OPTIMAP_KERNELS": kernels, "MPLBACKEND": "agg"}
        self._process = subprocess.Popen(
            [python, HERE / "worker.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def measure(self, case: str, what: str) -> float:
        self._process.stdin.write(f"{case}\t{what}\n")
        self._process.stdin.flush()
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"the worker stopped in {case!r}")
            try:
                return float(line)
            except ValueError:  # a line that the package itself printed
                continue

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def measure(name: str, tasks: dict[str, tuple[Path, str, str]], rounds: int) -> dict[str, float]:
    """Return the median of each task over `rounds`, alternating. A task is environment, kernels, what to measure."""
    # Each case has fresh processes, so that none inherits the memory of another; each process does only one thing.
    workers = {task: Worker(python, kernels) for task, (python, kernels, _) in tasks.items()}
    values: dict[str, list[float]] = {task: [] for task in tasks}
    for _ in range(rounds):
        for task, worker in workers.items():
            values[task].append(worker.measure(name, tasks[task][2]))
    for worker in workers.values():
        worker.close()
    return {task: statistics.median(seen) for task, seen in values.items()}


def tasks_of(case, python: dict[str, Path]) -> dict[str, tuple[Path, str, str]]:
    tasks = {"ours": (python["ours"], "", "run"), "peer": (python[case.peer_in], "", "peer")}
    if case.twins:
        tasks["twins"] = (python["ours"], "numpy", "run")
    if case.limit:
        tasks |= {what: (python["ours"], "", what) for what in ("read", "write")}
    return tasks


def row_of(name: str, case, medians: dict[str, float]) -> str:
    def show(key: str) -> str:
        return f"{medians[key]:.4f}" if key in medians else ""

    about = "" if case.peer_share == 1 else "~"
    peer = medians["peer"] / case.peer_share
    cells = [name, show("ours"), f"{about}{peer:.4f}", f"{about}{peer / medians['ours']:.1f}"]
    return "| " + " | ".join([*cells, show("twins"), show("read"), show("write")]) + " |\n"


def table(cases: dict, python: dict[str, Path], rounds: int) -> str:
    text = HEAD
    for name, case in cases.items():
        text += (row := row_of(name, case, measure(name, tasks_of(case, python), rounds)))
        print(row, end="", flush=True)
    return text


def memory_table(cases: dict, python: dict[str, Path]) -> str:
    text = "| case | memory in addition to the result, ours, MB | published, MB |\n|---|---|---|\n"
    for name, case in cases.items():
        if case.memory:
            tasks = {"ours": (python["ours"], "", "memory"), "peer": (python[case.peer_in], "", "memory")}
            bytes_used = measure(name, tasks, 3)
            shown = ["?" if math.isnan(n) else f"{n / 1e6:.0f}" for n in bytes_used.values()]
            text += f"| {name} | {' | '.join(shown)} |\n"
    print(text, flush=True)
    return text


def lines(python: dict[str, Path], rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return seconds as line -> x -> what was measured -> seconds."""
    from lines import LINES

    measured: dict[str, dict[str, dict[str, float]]] = {}
    for line, points in LINES.items():
        measured[line] = {}
        for x, case in points.items():
            medians = measure(f"{line}@{x}", {k: v for k, v in tasks_of(case, python).items() if k != "write"}, rounds)
            medians["peer"] /= case.peer_share
            measured[line][str(x)] = {**medians, "peer_share": case.peer_share}
            print(f"{line} {x}: " + ", ".join(f"{k} {v:.4f}" for k, v in medians.items()), flush=True)
    return measured


def write_docs(text: str) -> None:
    """Put the tables between the marks in docs/speed.md, and the picture into docs/images."""
    page = DOCS / "speed.md"
    before, rest = page.read_text().split("<!-- table -->\n")[:2], page.read_text().split("<!-- end of table -->\n")[1]
    page.write_text(f"{before[0]}<!-- table -->\n{text}<!-- end of table -->\n{rest}")
    (DOCS / "images" / "speed.png").write_bytes((RESULTS / "speed.png").read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=Path, default=HERE / ".venv-peer", help="environment of the published package")
    parser.add_argument(
        "--ours", type=Path, default=HERE / ".venv-ours", help="environment of this package, which is installed again"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="run only cases with this text in their name, and draw no picture")
    parser.add_argument("--docs", action="store_true", help="also copy the tables and the picture to docs/")
    options = parser.parse_args()

    python = make_environments(options.ours, options.peer)
    from cases import CASES

    cases = {name: case for name, case in CASES.items() if options.only in name}
    RESULTS.mkdir(exist_ok=True)
    text = f"Medians of {options.rounds} alternating rounds. {describe_machine(python)}\n\n"
    text += table(cases, python, options.rounds) + "\n" + memory_table(cases, python)
    (RESULTS / "table.md").write_text(text)
    print(f"-> {RESULTS / 'table.md'}")
    if options.only:
        return
    (RESULTS / "lines.json").write_text(json.dumps(lines(python, options.rounds), indent=1))
    subprocess.run([python["ours"], HERE / "plot.py"], check=True)
    print(f"-> {RESULTS / 'speed.png'}")
    if options.docs:
        write_docs(text)


if __name__ == "__main__":
    main()
