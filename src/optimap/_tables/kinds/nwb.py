"""``.nwb``: a RoiResponseSeries of all traces, and a PlaneSegmentation with the pixels of each.

NWB asks for much that a table of traces does not know: subject, indicator, wavelengths. The entry ``nwb`` of the
metadata tells it; what it does not tell is written as unknown, never made up. The header is in the series' comments.
"""

import datetime
import json
import math
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pynwb
from numpy.typing import NDArray
from pynwb import ophys

from ..._regions import WINDOWS, Positions, parse_positions, window_spans
from ..table import FOREIGN, OTHER, TraceTable, check_header

Array = NDArray[Any]
Pixels = tuple[Array, Array, Array]  # x, y, weight

UNKNOWN = "unknown"
# NWB demands a start. This one is as early as its inspector takes for meant; the description says that it is none.
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
    "species": "Species unknown",  # two words, as the inspector wants a name of a species
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
# What may have one form only: a pattern of it, and how it reads.
_DURATION = r"P(?=[\dT])(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
FORMS = {
    "weight": (".*", "a number of kg, or text"),
    "age": (rf"{_DURATION}(/({_DURATION})?)?", "a duration of ISO 8601, 'P90D', or a range, 'P90D/P120D'"),
    "sex": ("[MFOU]", "'M', 'F', 'O' (other) or 'U' (unknown)"),
    "device": ("[^/:]+", "a name without / and :"),
    "session_start_time": (".*", "date and time as 2024-05-17T14:30:00+02:00"),
}


def check(shape: tuple[int, int], dtype: str, tidy_form: bool, timed: bool) -> None:
    """Raise an error for what NWB cannot hold."""
    if not timed:
        raise ValueError(
            "the rate is unknown (fps = None), and times of .nwb files are in seconds: give fps (--fps), or x"
        )


def check_table(table: TraceTable, regions: Any) -> None:
    """Raise an error for what NWB cannot hold, or should not."""
    if table.positions is None and regions is None:
        raise ValueError("positions = None: .nwb files hold the pixels of each trace, so give positions or regions")
    if table.traces.size == 0:
        raise ValueError(
            f"traces has shape {table.traces.shape}: .nwb files hold one trace or more, of one frame or more"
        )
    if regions is None:
        _checked_positions(table)
    if table.x is not None and (np.diff(table.x.astype(np.float64)) <= 0).any():
        raise ValueError("x does not increase from frame to frame: times of .nwb files do")
    _experiment(table.metadata)


def _experiment(metadata: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return what is known of file, subject and imaging."""
    given = metadata.get("nwb", {})
    if not isinstance(given, dict):
        raise TypeError(f"metadata['nwb'] = {given!r}: give a dict with any of {', '.join([*FILE, *GROUPS])}")
    known = {key: value for key, value in given.items() if key not in GROUPS}
    file = _merged(FILE, known, "metadata['nwb']", more=list(GROUPS))
    subject, imaging = (_merged(GROUPS[key], given.get(key, {}), f"metadata['nwb'][{key!r}]") for key in GROUPS)
    start = file["session_start_time"]
    try:
        when = datetime.datetime.fromisoformat(NO_START if start is None else start)
        file["session_start_time"] = when if when.tzinfo is not None else when.astimezone()
    except (ValueError, OverflowError):
        form = FORMS["session_start_time"][1]
        raise ValueError(f"metadata['nwb']['session_start_time'] = {start!r}: give {form}") from None
    if start is None:
        file["session_description"] += f" The start of the session is not known; {NO_START} stands for it."
    return file, subject, imaging


def _merged(known: dict[str, Any], given: Any, name: str, more: list[str] | None = None) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise TypeError(f"{name} = {given!r}: give a dict with any of {', '.join(known)}")
    for key in given:
        if key not in known:
            raise ValueError(f"{name} has the key {key!r}: known are {', '.join([*known, *(more or [])])}")
    return known | {key: _checked(key, value, f"{name}[{key!r}]") for key, value in given.items() if value is not None}


def _checked(key: str, value: Any, name: str) -> Any:
    """Return a value in the form that NWB has for it, or raise an error."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if key in LISTS:
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in values):
            raise TypeError(f"{name} = {value!r}: give text, or a list of text")
        return values
    if key in WAVELENGTHS:
        if not (is_number and value > 0):
            raise ValueError(f"{name} = {value!r}: give a wavelength in nm, a number such as 532.0")
        return float(value)
    if key == "weight" and is_number:
        return f"{value} kg"
    pattern, form = FORMS.get(key, (".*", "text"))
    if not isinstance(value, str):
        raise TypeError(f"{name} = {value!r}: give {form}")
    if not re.fullmatch(pattern, value, re.DOTALL):
        raise ValueError(f"{name} = {value!r}: give {form}")
    return value


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Any) -> None:
    """Write the table."""
    about, subject, imaging = _experiment(table.metadata)
    about["identifier"] = about["identifier"] or str(uuid.uuid4())
    file = pynwb.NWBFile(**about, subject=pynwb.file.Subject(**subject))
    segmentation = _segmentation(file, table, regions, imaging)
    module = file.create_processing_module("ophys", "fluorescence of regions, by optimap-trace")
    module.add(ophys.ImageSegmentation(plane_segmentations=[segmentation]))
    rois = segmentation.create_roi_table_region("the region of each trace", region=list(range(len(table.labels))))
    values = table.columns
    if values.dtype in (np.float16, bool):  # unknown to NWB
        values = values.astype(np.float32 if values.dtype == np.float16 else np.uint8)
    series = ophys.RoiResponseSeries(
        name="traces",
        description="One trace for each region, each a mean over its pixels or what was made of that.",
        # Light and shuffled: most of the gain of strong compression at a fraction of the time.
        data=pynwb.H5DataIO(values, compression="gzip", compression_opts=1, shuffle=True),
        unit=imaging["unit"],
        rois=rois,
        comments=json.dumps(header),
        **_times(file, table),
    )
    fluorescence = ophys.Fluorescence()
    module.add(fluorescence)  # first: the series looks for its regions in what it is part of
    fluorescence.add_roi_response_series(series)
    # Of a path, pynwb warns where the suffix is written as .NWB.
    with h5py.File(path, "w") as opened, pynwb.NWBHDF5IO(file=opened, mode="w") as out:
        out.write(file)


def _times(file: Any, table: TraceTable) -> dict[str, Any]:
    """Return the arguments that say the times of the samples."""
    if table.x is None:
        return {"rate": table.fps, "starting_time": 0.0}
    # NWB has float64 seconds, and wants a rate where times are regular; the axis itself is kept beside.
    file.add_scratch(table.x, name="x", description="the axis of the traces, as it was given")
    times = table.x.astype(np.float64)
    steps = np.unique(np.diff(times).round(9))
    if len(times) > 2 and len(steps) == 1 and steps[0] > 0:
        return {"rate": (len(times) - 1) / (times[-1] - times[0]), "starting_time": float(times[0])}
    return {"timestamps": times}


def _segmentation(file: Any, table: TraceTable, regions: Any, imaging: dict[str, Any]) -> Any:
    device = file.create_device(imaging["device"], description=imaging["device_description"])
    channel = ophys.OpticalChannel(
        name="channel", description="the light that was recorded", emission_lambda=imaging["emission_lambda"]
    )
    plane = file.create_imaging_plane(
        name="plane",
        optical_channel=channel,
        description="the frame of the camera",
        device=device,
        excitation_lambda=imaging["excitation_lambda"],
        indicator=imaging["indicator"],
        location=imaging["location"],
        **({} if table.fps is None else {"imaging_rate": table.fps}),
    )
    segmentation = ophys.PlaneSegmentation(
        name="regions", description="the pixels of each trace, as (x, y, weight)", imaging_plane=plane
    )
    segmentation.add_column("roi_name", "the name of the trace")
    pixels = _pixels(table, regions)
    for i, label in enumerate(table.labels):
        x, y, weight = pixels(i)
        mask = list(zip(np.asarray(x).tolist(), np.asarray(y).tolist(), np.asarray(weight).tolist(), strict=True))
        segmentation.add_roi(pixel_mask=mask, roi_name=label)
    return segmentation


def _of_region(regions: Any, i: int) -> Pixels:
    """Return the pixels of a region; those of a mean in which all count the same count 1, as a mask's do."""
    x, y, weight = (np.asarray(part) for part in regions.pixels(i))
    is_plain = (weight == weight[0]).all() and np.isclose(weight.sum(), 1)
    return x, y, np.ones(len(weight)) if is_plain else weight


def _pixels(table: TraceTable, regions: Any) -> Callable[[int], Pixels]:
    """Return a function that returns the pixels of a trace.

    Where no regions are given, they are those of the windows that the metadata tells of, as the command line writes
    it: ``size``, ``window`` and the shape of the recording. Else each trace has the pixel at its position.
    """
    if regions is not None:
        return lambda i: _of_region(regions, i)
    positions, frame_shape = _checked_positions(table)
    size, window = table.metadata.get("size"), table.metadata.get("window")
    if isinstance(size, int) and not isinstance(size, bool) and size >= 0 and window in WINDOWS:
        spans = window_spans(positions, size, window, frame_shape)
    else:
        spans = window_spans(np.floor(positions + 0.5), 1, "pixel", frame_shape)

    def pixels_of(i: int) -> Pixels:
        mine = range(spans.first[i], spans.first[i + 1])
        x = np.concatenate([np.arange(spans.starts[k], spans.stops[k]) for k in mine])
        lengths = [spans.stops[k] - spans.starts[k] for k in mine]
        return x, np.repeat(spans.rows[mine], lengths), np.repeat(spans.weights[mine], lengths)

    return pixels_of


def _checked_positions(table: TraceTable) -> tuple[Positions, tuple[int, int]]:
    """Return positions and the shape of the frame; where that is not known, one that reaches beyond all windows."""
    positions = np.zeros((0, 2)) if table.positions is None else table.positions
    recording = table.metadata.get("recording")
    shape = recording.get("shape") if isinstance(recording, dict) else None
    if isinstance(shape, list) and len(shape) == 3 and all(isinstance(n, int) and n > 0 for n in shape):
        parse_positions(positions, (shape[1], shape[2]), name="positions")
        return positions, (shape[1], shape[2])
    outside = np.flatnonzero((positions < -0.5).any(axis=1))
    if outside.size:
        x, y = positions[outside[0]].tolist()
        raise ValueError(
            f"positions[{outside[0]}] = (x={x:g}, y={y:g}) is outside the frame: both must be -0.5 or more"
        )
    side = int(positions.max()) + 2
    size = table.metadata.get("size")
    side += size if isinstance(size, int) else 0
    return positions, (side, side)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        opened = h5py.File(path, "r")
    except OSError as error:
        raise ValueError(f"{path} cannot be read as NWB, it may be cut off: {error}") from error
    if "nwb_version" not in opened.attrs:
        opened.close()
        raise ValueError(f"{path} {FOREIGN}")
    with opened, pynwb.NWBHDF5IO(file=opened, mode="r") as io:
        file = io.read()
        module = file.processing.get("ophys")
        fluorescence = module and module.data_interfaces.get("Fluorescence")
        series = fluorescence and fluorescence.roi_response_series.get("traces")
        if series is None or not series.comments.startswith("{"):
            raise ValueError(f"{path} {FOREIGN}")
        yield file, series


def read_header(path: Path) -> dict[str, Any]:
    """Return the header."""
    with _opened(path) as (_, series):
        return check_header(json.loads(series.comments), path)


def read_values(path: Path, header: dict[str, Any]) -> tuple[Array, Array]:
    """Return (T, N) values and the axis."""
    with _opened(path) as (file, series):
        values = series.data[()]
        return values, file.get_scratch("x") if header["axis"] == OTHER else np.empty(0)
