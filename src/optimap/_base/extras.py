"""Optional dependencies: imported where they are needed; if one is missing, the error says how to install it."""

import importlib
from typing import Any


def import_extra(module: str, extra: str, purpose: str) -> Any:
    """Import an optional dependency, or raise an error with the command that installs it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"{purpose} need {module}: pip install 'optimap-trace[{extra}]'") from error
