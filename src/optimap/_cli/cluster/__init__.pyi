from .connect import connected
from .errors import SchedulerError
from .work import outcomes, say_where

__all__ = ["SchedulerError", "connected", "outcomes", "say_where"]
