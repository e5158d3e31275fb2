"""``.nwb``: a RoiResponseSeries with all traces, and a PlaneSegmentation with the pixels of each.

NWB requires much that a table of traces does not know: subject, indicator, wavelengths. It is taken from the entry
``nwb`` of the metadata (`nwb_metadata`); whatever is missing there is written as unknown, never made up. The header is
in the comments of the series.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pynwb
from hdmf.backends.hdf5 import HDF5IO
from pynwb import ophys

from ..._base import ArgumentError, Array, FrameShape, deferred_interrupts
from ..._files import hdf5_output, own_hdf5
from ..._regions import WINDOWS, Positions, Regions, parse_positions, window_spans
from ..axes import OTHER
from ..copies import check_labels
from ..header import Header, check_stored, not_ours, parse_header, reading_table
from ..table import TraceTable
from .nwb_metadata import parse_nwb_metadata

Pixels = tuple[Array, Array, Array]  # x, y, weight
NAMES = "processing/ophys/ImageSegmentation/regions/roi_name"
SERIES = "processing/ophys/Fluorescence/traces"


def check_limits(shape: tuple[int, int], dtype: str, tidy: bool, timed: bool) -> None:
    """Raise an error if the times are not known."""
    if not timed:
        raise ArgumentError(
            "fps",
            None,
            "is unknown, but .nwb files contain times in seconds",
            "give the frames per second with fps=",
            subject="the rate",
            keyword="fps",
        )


def check_contents(table: TraceTable, regions: Regions | None) -> None:
    """Raise an error for a table that NWB cannot hold, or should not."""
    if table.positions is None and regions is None:
        raise ArgumentError(
            "positions",
            None,
            "leaves the pixels of the traces unknown, which .nwb files need",
            "give positions or regions",
        )
    if table.traces.size == 0:
        raise ArgumentError(
            "traces",
            table.traces,
            f"has shape {table.traces.shape}, but .nwb files need at least one trace and one frame",
            "save it as another kind, such as .h5",
            subject="traces",
        )
    if regions is None:
        _checked_positions(table)
    if table.x is not None and (np.diff(table.x.astype(np.float64)) <= 0).any():
        raise ArgumentError(
            "x",
            table.x,
            "does not increase from frame to frame, as times in .nwb files must",
            "give increasing times, or save as another kind, such as .h5",
            subject="x",
        )
    parse_nwb_metadata(table.metadata)


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Regions | None) -> None:
    """Write the table."""
    about, subject, imaging = parse_nwb_metadata(table.metadata)
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
        description="One trace for each region, each a mean over its pixels or derived from that.",
        # Light compression of shuffled bytes: most of the gain of strong compression in a fraction of the time.
        data=pynwb.H5DataIO(values, compression="gzip", compression_opts=1, shuffle=True),
        unit=imaging["unit"],
        rois=rois,
        comments=json.dumps(header),
        **_times(file, table),
    )
    fluorescence = ophys.Fluorescence()
    module.add(fluorescence)  # first, because the series looks for its regions in its parents
    fluorescence.add_roi_response_series(series)
    write_nwb(path, file)


def write_nwb(path: Path, file: pynwb.NWBFile) -> None:
    """Write a file as `pynwb.NWBHDF5IO` does, which warns where there is no path, or one that ends in .NWB."""
    manager = pynwb.get_manager()
    with deferred_interrupts(), hdf5_output(path) as (opened, _), HDF5IO(file=opened, mode="w", manager=manager) as out:
        out.write(file)


def _times(file: pynwb.NWBFile, table: TraceTable) -> dict[str, Any]:
    """Return the arguments of the series for the times of the samples."""
    if table.x is None:
        return {"rate": table.fps, "starting_time": 0.0}
    # NWB stores seconds as float64, and a rate if times are regular; the axis itself is stored separately.
    file.add_scratch(table.x, name="x", description="the axis of the traces, as it was given")
    times = table.x.astype(np.float64)
    steps = np.unique(np.diff(times).round(9))
    if len(times) > 2 and len(steps) == 1 and steps[0] > 0:
        return {"rate": (len(times) - 1) / (times[-1] - times[0]), "starting_time": float(times[0])}
    return {"timestamps": times}


def _segmentation(
    file: pynwb.NWBFile, table: TraceTable, regions: Regions | None, imaging: dict[str, Any]
) -> ophys.PlaneSegmentation:
    """Return the pixels of all traces, in an imaging plane that is added to the file."""
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


def _of_region(regions: Regions, i: int) -> Pixels:
    """Return the pixels of a region; if all have the same weight in a mean, it is 1, as in a mask."""
    x, y, weight = regions.pixels(i)
    is_plain = (weight == weight[0]).all() and np.isclose(weight.sum(), 1)
    return x, y, np.ones(len(weight)) if is_plain else weight


def _pixels(table: TraceTable, regions: Regions | None) -> Callable[[int], Pixels]:
    """Return a function that returns the pixels of a trace.

    Without regions, these are the pixels of the windows that the metadata describes, in the form in which the command
    line writes it: ``size``, ``window`` and the shape of the recording. Otherwise each trace has the pixel at its
    position.
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


def _checked_positions(table: TraceTable) -> tuple[Positions, FrameShape]:
    """Return positions and the shape of the frame, or, if that is unknown, a shape that contains all windows."""
    positions = np.zeros((0, 2)) if table.positions is None else table.positions
    recording = table.metadata.get("recording")
    shape = recording.get("shape") if isinstance(recording, dict) else None
    if isinstance(shape, list) and len(shape) == 3 and all(isinstance(n, int) and n > 0 for n in shape):
        parse_positions(positions, (shape[1], shape[2]), name="positions")
        return positions, (shape[1], shape[2])
    outside = np.flatnonzero((positions < -0.5).any(axis=1))
    if outside.size:
        x, y = positions[outside[0]].tolist()
        label = f"positions[{outside[0]}]"
        raise ArgumentError(
            label,
            (x, y),
            "is outside the frame",
            "both must be -0.5 or more",
            subject=f"{label} = (x={x:g}, y={y:g})",
        )
    side = int(positions.max()) + 2
    size = table.metadata.get("size")
    side += size if isinstance(size, int) else 0
    return positions, (side, side)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open a file that optimap wrote; yield it and its series. What is read from it in the block is guarded.

    h5py is enough for that: pynwb builds every object of a file, and takes ten times as long.
    """
    with reading_table(path, "h5py", "NWB"), own_hdf5(path) as file:
        series = file.get(SERIES) if "nwb_version" in file.attrs else None
        text = None if series is None else series.attrs.get("comments")
        if not isinstance(text, str) or not text.startswith("{"):
            raise not_ours(path)
        yield file, series


def _header(series: Any, path: Path) -> Header:
    header = parse_header(series.attrs["comments"], path)
    check_stored(header, series["data"].shape, path)
    if NAMES in series.file:
        check_labels(header, series.file[NAMES].asstr()[()].tolist(), path)
    return header


def read_header(path: Path) -> Header:
    """Return the header."""
    with _opened(path) as (_, series):
        return _header(series, path)


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    with _opened(path) as (file, series):
        header, values = _header(series, path), np.asarray(series["data"][()])
        return header, values, np.asarray(file["scratch/x"][()]) if header["axis"] == OTHER else np.empty(0)
