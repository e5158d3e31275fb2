"""THE table of kinds: what makes a small file of each kind, and what reads it.

A row is a maker, which gets an empty folder and returns the path to open, and the reader of its family. A new format,
kind of region or kind of table gets its file here from `EVERY_FORMAT`, `FILES` or `SUFFIXES`, or by one more line.
"""

import io
import os
import random as python_random
import re
import zipfile
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import roifile
import scipy.io
import scipy.sparse
import tifffile

from optimap.activation import BeatMaps, load_beat_maps
from optimap.beats import BeatTable, load_beats, save_beats
from optimap.image import load_mask, save_mask
from optimap.trace import extract_traces, load_traces, save_traces
from optimap.video import open_video
from tests import makers, microscopes
from tests._regions import programs
from tests.video.tiff import writers

VIDEO = makers.random_video()
FRAMES = makers.random_video((4, *programs.SHAPE))
SUFFIXES = (".csv", ".tsv", ".parquet", ".xlsx", ".mat", ".npz", ".h5", ".nc", ".nwb")
UUID = re.compile(rb"urn:uuid:[0-9a-f-]{36}")
DATE = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?")
READ_WHOLE = 16 * 2**20  # bytes of a recording; of a larger one, a few frames are read


# --- readers ------------------------------------------------------------------------------------------------------


def read_recording(path):
    """Open a recording, look at everything that its header says, and read it to the end."""
    with open_video(path) as recording:
        _ = recording.fps, recording.times, recording.pixel_size, recording.irregularity, repr(recording)
        _ = [(analog.fps, analog.samples.sum()) for analog in recording.analog.values()]
        if recording.nbytes <= READ_WHOLE:
            extract_traces(recording, (0, 0), size=3)
            return recording[:]
        return [recording[i] for i in (0, len(recording) // 2, len(recording) - 1)]


def read_regions(path):
    """Extract the traces of a file of regions or positions."""
    return extract_traces(FRAMES, path)


def read_table(path):
    """Load traces."""
    return load_traces(path)


def read_beats(path):
    """Load beats."""
    return load_beats(path)


def read_maps(path):
    """Load maps of beats."""
    return load_beat_maps(path)


def read_mask(path):
    """Load a mask."""
    return load_mask(path)


def read_nothing(path):
    """Leave the file to ``optimap info``, which alone reads it."""


# --- recordings ---------------------------------------------------------------------------------------------------


def _tiff_of(**options):
    return lambda folder: makers.tiff(folder / "rec.tif", VIDEO, **options)


def _ome(folder):
    planes = VIDEO[:, None, None]
    return writers.micromanager(folder / "set", planes, 4)[0]


def _scanimage(folder):
    settings = {"VERSION_MAJOR": "'2020'", "hRoiManager.scanFrameRate": 30.0, "hChannels.channelSave": 1}
    return writers.scanimage(folder / "rec_00001.tif", VIDEO.astype("i2"), settings)


def _metamorph(folder):
    return writers.metamorph(folder / "rec.stk", VIDEO, [2 * i for i in range(len(VIDEO))], (6.45, "um"), "notes")


def _ultima_acq(folder):
    return makers.micam_ultima(folder, makers.random_video((7, 5, 100)), 3, 20, 8, layout=makers.ULTIMA_ACQ)


def _ndtiff(folder):
    planes = [({"time": i}, frame) for i, frame in enumerate(VIDEO)]
    return writers.ndtiff(folder / "set", planes, 4)[0].parent


def _miniscope(folder):
    for i in range(2):
        makers.encoded(folder / f"{i}.avi", makers.random_video((4, 16, 16), "u1", i))
    rows = "".join(f"{i},{20 * i},{i % 3}\n" for i in range(8))
    (folder / "timeStamps.csv").write_text(f"Frame Number,Time Stamp (ms),Buffer Index\n{rows}")
    return folder


def _hdf5_chunked(folder):
    import h5py

    with h5py.File(folder / "rec.h5", "w") as file:
        file.create_dataset("video", data=VIDEO, chunks=(2, 5, 6), compression="gzip", shuffle=True, fletcher32=True)
        file["video"].attrs.update(axes="TYX", fps=500.0)
    return folder / "rec.h5"


def _jpeg_xr(raw):
    import imagecodecs

    return imagecodecs.jpegxr_encode(np.frombuffer(raw, np.uint16).reshape(32, 48), level=1.0)


def _netcdf_3(folder):
    with scipy.io.netcdf_file(folder / "rec.nc", "w") as file:
        for name, length in zip(("time", "y", "x"), VIDEO.shape, strict=True):
            file.createDimension(name, length)
        file.createVariable("video", "i2", ("time", "y", "x"))[:] = VIDEO.astype("i2")
        file.createVariable("time", "f8", ("time",))[:] = np.arange(7) / 500
    return folder / "rec.nc"


def _analog(folder):
    signals = np.arange(28).reshape(2, 14)
    return makers.micam05(folder, VIDEO, skip=(1, 0, 2, 1), analog=signals)


def _zarr(suffix, **options):
    return lambda folder: makers.zarr(folder / f"rec{suffix}", VIDEO, **options)


RECORDINGS = {name: (lambda folder, make=make: make(folder, VIDEO)) for name, make in makers.EVERY_FORMAT.items()}
RECORDINGS |= {
    "mkv": lambda folder: makers.encoded(  # without an identifier of its own
        folder / "rec.mkv", VIDEO, pixel_format="gray16le", container={"fflags": "+bitexact"}
    ),
    "npy 2": lambda folder: makers.npy(folder / "rec.npy", VIDEO, version=2),
    "tiff deflate tiles": _tiff_of(compression="deflate", tile=(16, 16), predictor=2),
    "tiff zstd": _tiff_of(compression="zstd"),
    "tiff jpeg": lambda folder: makers.tiff(folder / "rec.tif", VIDEO.astype("u1"), compression="jpeg"),
    "tiff jpeg 2000": _tiff_of(compression="jpeg2000"),
    "tiff lerc": _tiff_of(compression="lerc"),
    "tiff strips": _tiff_of(rowsperstrip=2, metadata={"fps": 500.0}),
    "tiff imagej": _tiff_of(imagej=True, resolution=(2, 2), metadata={"axes": "TYX", "finterval": 0.002, "unit": "um"}),
    "tiff ome": lambda folder: makers.tiff(folder / "rec.ome.tif", VIDEO, metadata={"axes": "TYX", "TimeIncrement": 2}),
    "tiff big": _tiff_of(bigtiff=True, byteorder=">"),
    "tiff pages": lambda folder: makers.tiff_pages(folder / "rec.tif", VIDEO, compression="packbits"),
    "tiff ome set": _ome,
    "tiff scanimage": _scanimage,
    "tiff ndtiff": _ndtiff,
    "miniscope": _miniscope,
    "hdf5 chunked": _hdf5_chunked,
    "netcdf 3": _netcdf_3,
    "mat of doubles": lambda folder: makers.mat_double_in_bytes(folder / "rec.mat", VIDEO.astype("u1")),
    "micam05 analog": _analog,
    "mat of objects": lambda folder: makers.matlab_with_objects(folder / "rec.mat", {"video": VIDEO}, packed=True),
    "micam ultima acq": _ultima_acq,
    "tiff metamorph": _metamorph,
    "micam ultima background": lambda folder: makers.micam_ultima(folder, VIDEO, first="background"),
    "multirecorder d": lambda folder: makers.multirecorder(folder / "rec.dat", VIDEO, "d"),
    "multirecorder big-endian": lambda folder: makers.multirecorder(folder / "rec.dat", VIDEO, "f", ">"),
    "sif": lambda folder: makers.sif(folder / "rec.sif", VIDEO),
    "suite2p": lambda folder: makers.suite2p(folder / "data.bin", VIDEO),
    "zarr blosc": _zarr(".zarr", version=2, attributes={"fps": 500}),
    "zarr sharded": _zarr(".zarr", chunks=(2, 3, 3), shards=(4, 6, 6)),
    "streampix 4": lambda folder: microscopes.streampix(folder / "rec.seq", VIDEO.astype("u1"), version=4),
    "inscopix lines": lambda folder: microscopes.inscopix(folder / "rec.isxd", VIDEO, lines=True),
    "czi jpeg xr": lambda folder: microscopes.czi(
        folder / "rec.czi", makers.random_video((3, 32, 48)), compression=4, encode=_jpeg_xr
    ),
    "czi times": lambda folder: microscopes.czi(folder / "rec.czi", VIDEO[:, None], "TC", times=np.arange(7.0)),
    "avi of imagej": lambda folder: makers.avi_of_imagej(folder / "rec.avi", VIDEO.astype("u1")),
    "mp4 h264": lambda folder: makers.encoded(
        folder / "rec.mp4", makers.random_video((6, 16, 16), "u1"), "libx264", "yuv420p"
    ),
}


# --- regions and positions ----------------------------------------------------------------------------------------


def _labels():
    labels = np.zeros(programs.SHAPE, np.uint8)
    labels[1:5, 2:6], labels[8:12, 9:15] = 1, 2
    return labels


def _rois():
    polygon = roifile.ImagejRoi.frompoints([(1, 1), (9, 1), (9, 7)], name="tip")
    return [programs.box(1, 2, 3, 4, "box"), polygon]


def _roi_zip(folder):
    roifile.roiwrite(folder / "rois.zip", _rois())
    return folder / "rois.zip"


def _roi_folder(folder):
    (folder / "rois").mkdir()
    for i, roi in enumerate(_rois()):
        (folder / "rois" / f"cell_{i}.roi").write_bytes(roi.tobytes())
    return folder / "rois"


def _written(folder, name, content):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / name


def _array(folder, name, values):
    np.save(folder / name, values)
    return folder / name


def _sparse(folder, layout="csc_array"):
    columns = programs.footprints(3).transpose(2, 1, 0).reshape(-1, 3)  # pixels run down the columns of the frame
    scipy.sparse.save_npz(folder / "weights.npz", getattr(scipy.sparse, layout)(columns))
    return folder / "weights.npz"


def _image(folder, **options):
    tifffile.imwrite(folder / "mask.tif", _labels(), **options)
    return folder / "mask.tif"


def _shapes(folder):
    drawn = [("rectangle", [(1, 2), (5, 2), (5, 6), (1, 6)]), ("ellipse", [(7, 2), (12, 2), (12, 6), (7, 6)])]
    return programs.napari(folder / "shapes.csv", drawn)


def _cells(folder):
    outline = programs.polygon([(1, 1), (9, 1), (9, 9)], [(3, 2), (5, 2), (5, 4)])
    return programs.qupath(folder / "cells.geojson", [(outline, {"name": "a", "classification": {"name": "b"}})])


def _picked(folder):
    from optimap._regions import write_positions

    write_positions(folder / "at.csv", [(2.0, 3.0), (5.5, 7.0)], made={"recording": "rec.tif"})
    return folder / "at.csv"


REGIONS = {
    "roi": lambda folder: _written(folder, "cell.roi", _rois()[1].tobytes()),
    "roi rectangle": lambda folder: _written(folder, "cell.roi", _rois()[0].tobytes()),
    "roi zip": _roi_zip,
    "roi folder": _roi_folder,
    "labels png": lambda folder: makers.png(folder / "labels.png", _labels(), 8),
    "labels tiff": _image,
    "labels tiff deflate": lambda folder: _image(folder, compression="deflate"),
    "overlay": lambda folder: programs.imagej_tiff(folder / "rec.tif", FRAMES, overlay=_rois()),
    "mask npy": lambda folder: _array(folder, "mask.npy", _labels() > 0),
    "weights npy": lambda folder: _array(folder, "weights.npy", programs.footprints(3)),
    "suite2p stat": lambda folder: programs.suite2p(folder, programs.footprints(3), is_cell=[1, 0, 1]),
    "cellpose": lambda folder: programs.cellpose(folder / "rec_seg.npy", _labels()),
    "caiman": lambda folder: programs.caiman(folder / "est.hdf5", programs.footprints(3), accepted=[0, 2]),
    "napari": _shapes,
    "qupath": _cells,
    "sparse": _sparse,
    "sparse rows": lambda folder: _sparse(folder, "csr_array"),
    "sparse coordinates": lambda folder: _sparse(folder, "coo_array"),
    "positions": lambda folder: _written(folder, "at.csv", "x,y\n2,3\n5.5,7\n"),
    "positions semicolons": lambda folder: _written(folder, "at.csv", "name;x;y\na;2,5;3\nb;5;7,25\n"),
    "positions picked": _picked,
}


# --- tables -------------------------------------------------------------------------------------------------------


def _table(suffix, tidy=False):
    def make(folder):
        traces = np.random.default_rng(0).normal(size=(9, 3)).astype("f4")
        traces[2, 1] = np.nan
        made = {"recording": "rec.tif", "size": 5, "list": [1, 2.5, None, "a"]}
        save_traces(
            folder / f"t{suffix}", traces, [(1, 2), (3, 4), (5.5, 6)], fps=500, names=["a", "b", "a"], metadata=made,
            tidy=tidy,
        )  # fmt: skip
        return folder / f"t{suffix}"

    return make


def _foreign(folder):
    return _written(folder, "t.csv", "time_s,a,x3_y4\n0,1.5,2\n0.002,,3\n0.004,2,1e3\n")


def _beats(suffix):
    def make(folder):
        columns = {
            "series": np.array([0, 0, 1]),
            "beat": np.array([0, 1, 0]),
            "apd80_ms": np.array([54.25, np.nan, 60]),
        }
        columns["reason"] = np.array(["", "no end", ""])
        save_beats(folder / f"b{suffix}", BeatTable(columns, 500.0, {"recording": "rec.tif"}))
        return folder / f"b{suffix}"

    return make


TABLES = {f"table {suffix}": _table(suffix) for suffix in SUFFIXES}
TABLES |= {f"table tidy {suffix}": _table(suffix, True) for suffix in (".csv", ".parquet", ".xlsx")}
TABLES["table of others"] = _foreign
BEATS = {f"beats {suffix}": _beats(suffix) for suffix in SUFFIXES}

# --- maps, masks and pictures -------------------------------------------------------------------------------------


def _maps(suffix):
    def make(folder):
        values = np.random.default_rng(0).normal(size=(2, 5, 6))
        values[0, 1, 2] = np.nan
        columns, units = {"activation_ms": values, "apd80_ms": values + 80}, {"activation_ms": "ms", "apd80_ms": "ms"}
        codes, made = np.isnan(values).astype(int), {"recording": "rec.tif"}
        beats, reasons = np.array([20.0, 220.0]), ["", "no upstroke"]
        maps = BeatMaps(columns, units, beats, np.ones((5, 6), bool), codes, reasons, 500.0, made)
        maps.save(folder / f"m{suffix}")
        return folder / f"m{suffix}"

    return make


def _mask(suffix, has_image=False):
    def make(folder):
        save_mask(folder / f"mask{suffix}", _labels() > 0, FRAMES[0] if has_image else None)
        return folder / f"mask{suffix}"

    return make


def _picture(folder):
    from PIL import Image, PngImagePlugin

    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("Description", '{"made_by": "optimap", "recording": {"shape": [7, 5, 6]}, "size": 5}')
    Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 30)).save(folder / "p.png", pnginfo=notes)
    return folder / "p.png"


MAPS = {f"maps {suffix}": _maps(suffix) for suffix in (".npz", ".nc", ".h5", ".tif")}
MASKS = {f"mask {suffix}": _mask(suffix) for suffix in (".npy", ".png", ".tif")}
MASKS |= {f"mask and image {suffix}": _mask(suffix, True) for suffix in (".png", ".tif")}
PICTURES = {"picture": _picture}

KINDS = {
    name: (make, read)
    for family, read in (
        (RECORDINGS, read_recording),
        (REGIONS, read_regions),
        (TABLES, read_table),
        (BEATS, read_beats),
        (MAPS, read_maps),
        (MASKS, read_mask),
        (PICTURES, read_nothing),
    )
    for name, make in family.items()
}


# --- seeds --------------------------------------------------------------------------------------------------------


class Seed:
    """The files of one kind, unchanged: names with slashes -> bytes, and the name of what is opened."""

    def __init__(self, kind, make, read, folder):
        self.kind, self.read = kind, read
        with _repeatable():
            path = make(folder)
        self.opened = path.relative_to(folder).as_posix()
        found = sorted(file for file in folder.rglob("*") if file.is_file())
        self.files = {file.relative_to(folder).as_posix(): _plain(file.read_bytes()) for file in found}

    @property
    def names(self):
        """Everything by which an error may name the file."""
        return {Path(self.opened).name, *(Path(name).name for name in self.files)} - {"."}


@contextmanager
def _repeatable():
    """Let identifiers be the same in each run."""
    with mock.patch.object(os, "urandom", python_random.Random(0).randbytes):
        yield


def _plain(data):
    """Return the bytes of a file without what differs from run to run: dates, an identifier."""
    if data[:10] == b"MATLAB 5.0":
        data = b"MATLAB 5.0 MAT-file".ljust(116) + data[116:]
    if data[:4] == b"PK\3\4":
        return _plain_archive(data)
    data = UUID.sub(b"urn:uuid:12345678-1234-1234-1234-123456789012", data)
    return DATE.sub(lambda found: b"2026-01-02T03:04:05.000000"[: len(found[0])], data)


def _plain_archive(data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(buffer, "w") as plain:
        for entry in sorted(archive.infolist(), key=lambda one: one.filename):
            made = zipfile.ZipInfo(entry.filename)
            made.compress_type = entry.compress_type
            plain.writestr(made, _plain(archive.read(entry)))
    return buffer.getvalue()
