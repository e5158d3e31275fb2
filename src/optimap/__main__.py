"""``python -m optimap``: the command line."""

import sys

from ._cli import main

sys.exit(main())
