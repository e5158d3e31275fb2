"""The environments that are compared: ours as a user installs it, and the published package."""

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PUBLISHED = "optimap==0.3.1"


def make_environments(ours: Path, peer: Path) -> dict[str, Path]:
    """Return the interpreters: ours is installed anew each time, the published package where it is missing."""
    python = {"ours": interpreter(ours), "published": interpreter(peer)}
    if not python["published"].exists():
        install(peer, PUBLISHED)
    # The whole package anew, not its dependencies: sources may have changed under the same version.
    install(ours, str(ROOT))
    return python


def interpreter(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def install(folder: Path, what: str) -> None:
    print(f"installing {what} in {folder} ...", flush=True)
    if not interpreter(folder).exists():
        venv.create(folder, with_pip=True)
    subprocess.run([interpreter(folder), "-m", "pip", "install", "--quiet", what], check=True)


def describe_machine(python: dict[str, Path]) -> str:
    """Return the processor, the cores that count here, and the versions, in a sentence."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    show = "import numpy, optimap, sys; print(numpy.__version__, optimap.__version__, sys.version.split()[0])"
    versions = [subprocess.check_output([python[name], "-c", show], text=True).split() for name in python]
    (numpy, our_version, version), (their_numpy, their_version, _) = versions
    return (
        f"{model}, {cores} cores, {platform.system()}, Python {version}; ours {our_version} on NumPy {numpy}, "
        f"published {their_version} on NumPy {their_numpy}."
    )
