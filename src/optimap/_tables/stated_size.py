"""Whether a table can hold as many values as its header states, before memory is taken for them."""

import math
from collections.abc import Sequence
from pathlib import Path

from .._files import AS_TEXT, MOST, check_justified

TEXT = (".csv", ".tsv")
WIDEST = 8  # bytes of a value; labels are made for traces without values, too


def check_stated_size(shape: Sequence[int], path: Path) -> None:
    """Raise an error for a shape of more values than a file can hold; `path` may be that of its description."""
    table = path.with_suffix("") if path.suffix.lower() == ".json" else path
    if table.is_file() and all(isinstance(n, int) for n in shape):
        asked = math.prod(max(n, 1) for n in shape) * WIDEST
        check_justified(table, asked, AS_TEXT if table.suffix.lower() in TEXT else MOST, "traces")
