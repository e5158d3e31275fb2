"""Types shared by all rooms. Input from users is an ``object`` until it is checked."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
AnyArray = Any  # an array of any library, computed with the functions of that library
Namespace = Any  # the functions of an array library
FrameShape = tuple[int, int]  # rows and columns of a frame


class VideoLike(Protocol):
    """Anything that looks like a video (T, H, W): an array, a recording, a dataset, a dask array, a tensor."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(T, H, W)."""

    @property
    def dtype(self) -> Any:
        """Type of the pixels."""

    def __getitem__(self, key: Any, /) -> Any:
        """Return frames, or parts of them."""
