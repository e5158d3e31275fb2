"""How pictures look, on the command line: the options of `--plot`, which change no numbers."""

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """The options of pictures."""

    stack: bool | None = None
    scale_bar: bool = False

    def described(self) -> dict[str, object]:
        """Return what differs from the usual look, for the record in a picture."""
        look = {"stack": self.stack, "scale_bar": self.scale_bar or None}
        return {name: value for name, value in look.items() if value is not None}


USUAL = Look()


def add_look(parser: argparse.ArgumentParser, has_traces: bool = True) -> None:
    """Add the arguments of pictures."""
    if has_traces:
        parser.add_argument(
            "--stack",
            action=argparse.BooleanOptionalAction,
            help="draw the traces one above the other in the picture, or not (default: more than 8 are stacked)",
        )
    bars = "time, amplitude and distance" if has_traces else "distance"
    parser.add_argument("--scale-bar", action="store_true", help=f"draw scale bars for {bars} in the picture")


def look_of(given: argparse.Namespace) -> Look:
    """Return how pictures look; commands without these options have the usual look."""
    return Look(getattr(given, "stack", None), getattr(given, "scale_bar", False))
