from .errors import (
    Words,
    error_text,
)
from .program import (
    COMMANDS,
    main,
)

__all__ = [
    "COMMANDS",
    "Words",
    "error_text",
    "main",
]
