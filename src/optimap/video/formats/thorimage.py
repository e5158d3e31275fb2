"""ThorImage's ``.raw`` with ``Experiment.xml`` beside it: uint16 planes, memory-mapped.

By several public readers and the program's own description of its settings: planes follow each other without a header,
channel by channel, depth by depth (with the planes in which a fast stage flies back), time by time. How many of each
there are is in the XML, and the size of the file must agree with it. Recordings of ThorImage in TIFF files are not read
here.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ..._base import ArgumentError
from ..._files import reading
from ..axes import channel_number, numbered
from ..checks import counted, noted_number
from ..recognise import THORIMAGE_HEADER, thorimage_header
from ..recording import Recording
from ..units import MM, interval, rate

ALL_CHANNELS = ("ChanA", "ChanB", "ChanC", "ChanD")  # those that the bits of ChannelEnable stand for


@dataclass(frozen=True)
class Header:
    """What ``Experiment.xml`` states, attribute by attribute; an attribute that is missing is empty text."""

    path: Path
    root: ElementTree.Element

    def text(self, element: str, attribute: str) -> str:
        """Return an attribute of an element."""
        found = self.root.find(element)
        return "" if found is None else found.get(attribute, "")

    def whole(self, element: str, attribute: str) -> int:
        """Return an attribute that is a positive whole number, else 0."""
        number = noted_number(self.text(element, attribute))
        return int(number) if number is not None and number.is_integer() else 0

    @property
    def is_streamed(self) -> bool:
        """Whether frames were taken without a pause, so that the time between them is that of a scan."""
        return self.text("Streaming", "enable") == "1"

    @property
    def depths(self) -> tuple[int, int]:
        """How many planes a volume has, and how many more were taken while the stage flew back."""
        if self.is_streamed:
            is_fast = self.text("Streaming", "zFastEnable") == "1"
            return (self.whole("ZStage", "steps") or 1, self.whole("Streaming", "flybackFrames")) if is_fast else (1, 0)
        is_moved = self.text("ZStage", "enable") != "0"
        return (self.whole("ZStage", "steps") or 1) if is_moved else 1, 0

    @property
    def planes(self) -> int:
        """How many planes each channel has by the header; 0 if it does not say."""
        if self.is_streamed:
            return self.whole("Streaming", "frames")
        return self.whole("Timelapse", "timepoints") * sum(self.depths)

    def channels(self) -> list[tuple[str, ...]]:
        """Return the names of the channels that the file may hold: those enabled, or all that the microscope has."""
        listed = tuple(str(each.get("name", "")) for each in self.root.iterfind("Wavelengths/Wavelength"))
        bits = self.whole("Wavelengths/ChannelEnable", "Set")
        enabled = tuple(name for bit, name in enumerate(ALL_CHANNELS) if bits >> bit & 1)
        every = () if self.text("RawData", "onlyEnabledChannels") == "1" else ALL_CHANNELS
        return [names for names in (listed, enabled, every) if names]

    def fps(self) -> float | None:
        """Return the rate of volumes, or of planes if there is one depth."""
        if not self.is_streamed:
            return rate(interval(self.text("Timelapse", "intervalSec"), "s", {"s": 1.0}))
        scans = noted_number(self.text("LSM", "frameRate"))
        averaged = (self.whole("LSM", "averageNum") or 1) if self.text("LSM", "averageMode") == "1" else 1
        return None if scans is None else scans / averaged / sum(self.depths)


def open_recording(path: Path, channel: object = None, z: object = None) -> Recording:
    """Open a file of planes that ThorImage wrote."""
    header = _read_header(thorimage_header(path) or path.with_name(THORIMAGE_HEADER))
    height, width = header.whole("LSM", "pixelY"), header.whole("LSM", "pixelX")
    if not height or not width:
        problem = f"does not state the size of a frame (pixelX, pixelY), which {path.name} needs"
        raise ArgumentError("path", path, problem, "copy both files again", subject=str(header.path))
    names, volumes = _contents(path, header, 2 * height * width)
    number = channel_number(path, channel, len(names), names)
    steps, flyback = header.depths
    depth = numbered(path, z, steps, "z", "plane")
    shape = (volumes, steps + flyback, len(names), height, width)
    pixels = np.memmap(path, "<u2", mode="r", shape=shape)[:, depth, number]
    notes = header.text("ExperimentNotes", "text")
    metadata = {"channel": names[number], "date": header.text("Date", "date"), "notes": notes}
    return Recording(
        pixels,
        path=path,
        format="ThorImage",
        fps=header.fps(),
        pixel_size=interval(header.text("LSM", "pixelSizeUM"), "um", MM) or None,
        metadata={name: value for name, value in metadata.items() if value},
    )


def _read_header(path: Path) -> Header:
    """Return the header, or raise an error if the file is damaged."""
    with reading(path, "xml", "cannot be read as XML and may be truncated", "copy the recording again"):
        root = ElementTree.parse(path).getroot()
    if root.tag != "ThorImageExperiment":
        problem = f"is not a header of ThorImage, because it describes a {root.tag!r}"
        cure = "put the header of the recording there, or give the layout of the pixels with shape="
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="shape")
    return Header(path, root)


def _contents(path: Path, header: Header, plane_bytes: int) -> tuple[tuple[str, ...], int]:
    """Return the names of the channels in a file and the number of volumes, by the size of the file."""
    size = path.stat().st_size
    total, over = divmod(size, plane_bytes)
    stated, a_volume = header.planes, sum(header.depths)
    possible = header.channels()
    if not stated:
        possible = possible[:1]
    for names in possible:
        each = stated or total // len(names)
        if not over and each and total == each * len(names) and each % a_volume == 0:
            return names, each // a_volume
    each_has = f"{stated or 'an unknown number of'} planes of {plane_bytes} bytes for each of"
    states = f"{each_has} {counted(len(possible[0]), 'channel')}, {a_volume} in a volume" if possible else "no channel"
    problem = (
        f"may be truncated, because it does not fit {header.path.name}, which states {states}; the file has {size} "
        f"bytes, {counted(total, 'plane')}"
    )
    cure = "copy the recording again or, if it was stopped early, give its layout with shape="
    raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="shape")
