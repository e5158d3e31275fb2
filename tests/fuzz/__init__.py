"""Mutated files of every kind that optimap opens: each is read, or is an error that names it; see `__main__`."""
