"""The environments that are compared: this package as a user installs it, and the published package."""

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PUBLISHED = "optimap==0.3.1"


def make_environments(ours: Path, peer: Path) -> dict[str, Path]:
    """Return the interpreters: this package is installed again each time, the published one only if it is missing."""
    python = {"ours": interpreter(ours), "published": interpreter(peer)}
    if not python["published"].exists():
        install(peer, PUBLISHED)
    # The package itself is installed again, not its dependencies: sources may have changed under the same version.
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
    """Return a sentence with the processor, the cores that this process may use, and the versions."""
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
