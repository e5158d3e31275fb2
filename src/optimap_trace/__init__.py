"""The program `optimap`, which looks first whether the package of that name is the one that it belongs to.

The published package `optimap` has the same import name. Where it was installed later into the same environment, it has
replaced files, so that nothing of `optimap` can be imported to say so. This is not a place for anything else.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

OURS = "import published"  # in the first file of the package
MIXED = (
    "optimap: error: the package 'optimap' in this environment is not 'optimap-trace', to which this program belongs, "
    "but probably the published package of that name, installed later: install each into an environment of its own "
    "(python -m venv NAME), or run 'pip uninstall optimap optimap-trace' and install one of them again\n"
)


def main() -> int:
    """Run the command line; return the exit status."""
    package = find_spec("optimap")
    if package is None or package.origin is None or OURS not in Path(package.origin).read_text(encoding="utf-8"):
        sys.stderr.write(MIXED)
        return 2
    from optimap.__main__ import main as run  # here, because it is only known now that there is one

    return run()
