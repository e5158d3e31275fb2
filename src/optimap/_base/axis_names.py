"""The names that files and labelled arrays give to axes, and the letter of each: T, Y, X, C, Z.

Only names are known here; which axis of a file is read how, is found in `video.axes` and `_reading.labelled`.
"""

LETTERS = "TYXCZ"
NAMES = {
    "T": ("t", "time", "times", "frame", "frames", "frame_number"),
    "Y": ("y", "row", "rows", "height"),
    "X": ("x", "column", "columns", "col", "cols", "width"),
    "C": ("c", "channel", "channels", "wavelength", "camera"),
    "Z": ("z", "plane", "planes", "slice", "slices", "depth"),
}
_LETTER = {name: letter for letter, names in NAMES.items() for name in names}


def axis_letter(name: object) -> str:
    """Return the letter of a named axis; nothing for a name that is not known.

    Examples
    --------
    >>> axis_letter("time"), axis_letter("Rows"), axis_letter("dim_0")
    ('T', 'Y', '')
    """
    return _LETTER.get(str(name).strip().lower(), "")
