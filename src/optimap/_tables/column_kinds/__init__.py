"""Tables of columns (of beats): one module for each kind of file, with the names of the modules in `kinds`.

Each has ``write(path, columns, header)`` and ``read(path) -> (header, columns)``. Columns are int64, float64 or text;
the header, a JSON object, has their names and types, and is stored where the tables of traces have theirs. Files that
optimap did not write are an error.
"""
