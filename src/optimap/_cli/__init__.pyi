from .errors import (
    Words,
    error_text,
)
from .program import (
    main,
)

__all__ = [
    "Words",
    "error_text",
    "main",
]
