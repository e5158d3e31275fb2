from .base import Frontend, NoWindowError, has_display
from .browser import Browser
from .browser_pages import Calls, application
from .choose import choose_frontend, chosen_by, frontend_in_use
from .desktop import Desktop
from .notebook import Notebook

__all__ = [
    "Browser",
    "Calls",
    "Desktop",
    "Frontend",
    "NoWindowError",
    "Notebook",
    "application",
    "choose_frontend",
    "chosen_by",
    "frontend_in_use",
    "has_display",
]
