"""Errors of the library in the words of the command line: the option and the file, where Python names an argument."""

import argparse
import re
from pathlib import Path

# Arguments where a message names what is wrong: at its start.
_ARGUMENT = re.compile(r"(coords|background_factor|background|size|N|tidy = True)(?=[\[:]| [=a-z])")
# Of recordings' options, in the cure.
_READING = re.compile(r"(?<![\w-])(dataset|fieldname|axes|channel|z)=")
FILES = ("positions", "regions", "background")


def in_options(text: str, options: argparse.Namespace) -> str:
    """Return a message of the library with options for arguments."""
    given = vars(options)
    for name in FILES if "input" in given else (*FILES, "output", "traces"):  # OUT of convert is no option
        path = given.get(name)
        if isinstance(path, Path) and text.startswith((f"{path} ", f"{path}:", f"{path},")):
            text = f"{'-o' if name == 'output' else f'--{name}'} {text}"
            break
    argument = _ARGUMENT.match(text)
    if argument:
        text = _option(argument[1], options) + text[argument.end() :]
    # A place says more than its number in a list.
    text = re.sub(r"^(--[^:(]+?)(\[\d+\])? = (?=\(x=)", r"\1: ", text)
    text = text.replace("(overwrite=True, --overwrite)", "(--overwrite)")
    return _READING.sub(r"--option \1=", text) if "option" in given else text


def _option(argument: str, options: argparse.Namespace) -> str:
    given = vars(options)
    if argument == "coords":
        argument = next((name for name in ("at", *FILES) if given.get(name)), "at")
    elif argument == "N":
        argument = "grid" if given.get("grid") else "random"
    option = f"--{argument.partition(' ')[0].replace('_', '-')}"
    value = given.get(argument)
    return f"{option} {value}" if isinstance(value, Path) else option
