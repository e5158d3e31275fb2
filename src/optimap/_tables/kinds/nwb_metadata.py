"""The entry ``nwb`` of the metadata of a table: what an NWB file says about the experiment, and in which form.

The modules of NWB are not needed here; `nwb` writes the file.
"""

import datetime
import math
import re
from typing import Any

from ..._base import ArgumentError, ArgumentTypeError

UNKNOWN = "unknown"
# NWB requires a start. This is the earliest one that its inspector accepts; the description says that it is not known.
NO_START = "1980-01-02T00:00:00+00:00"
FILE: dict[str, Any] = {
    "session_description": "Traces of a fluorescence recording.",
    "identifier": None,
    "session_start_time": None,
    "session_id": None,
    "experiment_description": UNKNOWN,
    "experimenter": ["unknown, unknown"],
    "institution": UNKNOWN,
    "lab": None,
    "keywords": ["fluorescence", "traces"],
    "protocol": None,
    "pharmacology": None,
    "notes": None,
    "related_publications": None,
}
SUBJECT: dict[str, Any] = {
    "subject_id": UNKNOWN,
    "species": "Species unknown",  # two words, as the inspector expects of a species
    "sex": "U",
    "age": "P0D/",  # any age
    "description": UNKNOWN,
    "strain": None,
    "genotype": None,
    "weight": None,
}
IMAGING: dict[str, Any] = {
    "device": "camera",
    "device_description": UNKNOWN,
    "indicator": UNKNOWN,
    "location": UNKNOWN,
    "excitation_lambda": math.nan,
    "emission_lambda": math.nan,
    "unit": "a.u.",
}
GROUPS: dict[str, dict[str, Any]] = {"subject": SUBJECT, "imaging": IMAGING}

LISTS = ("experimenter", "keywords", "related_publications")
WAVELENGTHS = ("excitation_lambda", "emission_lambda")
# Entries that must have a certain form: a pattern for it, and the form in words.
_DURATION = r"P(?=[\dT])(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
FORMS = {
    "weight": (".*", "a number of kg, or text"),
    "age": (rf"{_DURATION}(/({_DURATION})?)?", "an ISO 8601 duration such as 'P90D', or a range such as 'P90D/P120D'"),
    "sex": ("[MFOU]", "'M', 'F', 'O' (other) or 'U' (unknown)"),
    "device": ("[^/:]+", "a name without / and :"),
    "session_start_time": (".*", "a date and time such as 2024-05-17T14:30:00+02:00"),
}


def parse_nwb_metadata(metadata: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return what is known about the file, the subject and the imaging, after checking all of it."""
    given, name = metadata.get("nwb", {}), "metadata['nwb']"
    _check_dict(given, name, [*FILE, *GROUPS])
    known = {key: value for key, value in given.items() if key not in GROUPS}
    file = _merged(FILE, known, name, more=list(GROUPS))
    subject, imaging = (_merged(GROUPS[key], given.get(key, {}), f"{name}[{key!r}]") for key in GROUPS)
    start = file["session_start_time"]
    file["session_start_time"] = _parse_start(NO_START if start is None else start, f"{name}['session_start_time']")
    if start is None:
        file["session_description"] += f" The start of the session is not known; {NO_START} stands for it."
    return file, subject, imaging


def _parse_start(start: str, name: str) -> datetime.datetime:
    try:
        when = datetime.datetime.fromisoformat(start)
        return when if when.tzinfo is not None else when.astimezone()
    except (ValueError, OverflowError):
        raise _must_be(ArgumentError, name, start, FORMS["session_start_time"][1]) from None


def _check_dict(given: object, name: str, keys: list[str]) -> None:
    if not isinstance(given, dict):
        raise _must_be(ArgumentTypeError, name, given, f"a dict with any of {', '.join(keys)}")


def _must_be(kind: type[ArgumentError], name: str, value: object, form: str) -> ArgumentError:
    """Return the error for an entry that does not have its form."""
    return kind(name, value, f"is not {form}", f"give {form}", plain=True)


def _merged(known: dict[str, Any], given: dict[str, Any], name: str, more: list[str] | None = None) -> dict[str, Any]:
    """Return the entries that are known, replaced by those that are given."""
    _check_dict(given, name, list(known))
    for key, value in given.items():
        if key not in known:
            keys = ", ".join([*known, *(more or [])])
            raise ArgumentError(
                f"{name}[{key!r}]", value, f"has the unknown key {key!r}", f"use any of {keys}", subject=name
            )
    return known | {key: _checked(key, value, f"{name}[{key!r}]") for key, value in given.items() if value is not None}


def _checked(key: str, value: object, name: str) -> Any:
    """Return a value in the form that NWB requires, or raise an error."""
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if key in LISTS:
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in values):
            raise _must_be(ArgumentTypeError, name, value, "text, or a list of text")
        return values
    if key in WAVELENGTHS:
        if number is None or not number > 0:
            raise _must_be(ArgumentError, name, value, "a wavelength in nm, a number such as 532.0")
        return float(number)
    if key == "weight" and number is not None:
        return f"{number} kg"
    pattern, form = FORMS.get(key, (".*", "text"))
    if not isinstance(value, str):
        raise _must_be(ArgumentTypeError, name, value, form)
    if not re.fullmatch(pattern, value, re.DOTALL):
        raise _must_be(ArgumentError, name, value, form)
    return value
