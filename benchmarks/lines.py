"""The lines of the plot, time as the work grows: a dict of line -> {x: case}."""

from dataclasses import replace

import numpy as np

from cases import extraction

POSITIONS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 65_536)
SIZES = (1, 3, 5, 9, 15, 23, 31, 63, 127)
FRAMES = (100, 300, 1000, 3000, 8000)
SHAPE = (2000, 256, 256)
# The published package's time grows with every pixel of every window; above this many it does only part of the work.
PEER_PIXELS = 100 * 31 * 31


def line_case(count, size, dtype=np.uint16, frames=SHAPE[0]):
    every = count == SHAPE[1] * SHAPE[2]
    some = max(1, PEER_PIXELS // size**2)
    case = extraction(
        None if every else count, size, "rect", dtype, (frames, *SHAPE[1:]), some if count > some else None
    )
    return replace(case, twins=False)


LINES = {
    f"{name}, {kind}": {x: line_case(*arguments(x), dtype=dtype) for x in points}
    for kind, dtype in (("uint16", np.uint16), ("float32", np.float32))
    for name, points, arguments in (
        ("positions", POSITIONS, lambda x: (x, 5)),
        ("size", SIZES, lambda x: (100, x)),
    )
}
LINES |= {"frames, uint16": {x: line_case(100, 5, frames=x) for x in FRAMES}}
