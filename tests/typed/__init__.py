"""Programs for type checkers: what is right and what is wrong; never run."""
