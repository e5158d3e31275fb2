"""One module per format; the table is in ``video/_formats.py``."""
