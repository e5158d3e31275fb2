"""``python -m optimap`` and the program ``optimap``: the command line as a process of its own."""

import signal
import sys

from ._base import held_back


def main() -> int:
    """Run the command line; return the exit status."""
    try:
        with held_back():  # NumPy may be imported by it, and must not be interrupted (see _cli.program)
            from ._cli import main

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("optimap: interrupted\n")
        return 130
    finally:
        if not hasattr(sys, "ps1"):  # an interpreter that continues, such as IPython's %run -m, needs Ctrl-C again
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the work is done: there is nothing left for Ctrl-C to stop


if __name__ == "__main__":
    sys.exit(main())
