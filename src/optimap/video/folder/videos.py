"""Folders of encoded video that was cut into files, as miniscopes write it: their parts, and their cameras."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..._base import ArgumentError, import_extra
from ..axes import Wanted, channel_number
from ..recording import Recording
from .joined import joined_videos
from .names import arrange


def open_videos(path: Path, videos: Sequence[Path], files: Sequence[Path], wanted: Wanted, gaps: bool) -> Recording:
    """Open the parts of a video in the order of their numbers."""
    for name, value in (("axes", wanted.axes), ("z", wanted.z)):
        if value is not None:
            raise ArgumentError(name, value, f"cannot be used for video, as in {path}", f"leave {name} out")
    import_extra("av", "video", f"{videos[0].suffix} files")
    from ..formats.encoded import open_alone  # an optional package

    found = arrange(path, videos, "videos")
    several = len(found.channels) > 1
    number = channel_number(path, wanted.channel, len(found.channels), found.channels) if several else 0
    parts, places = found.chosen(path, 0, number, gaps)
    colour: Any = None if several else wanted.channel  # checked there
    return joined_videos(path, parts, files, lambda file: open_alone(file, colour), places)
