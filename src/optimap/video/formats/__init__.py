"""One module per format, nothing else; the table of formats is ``video/format_table.py``."""
