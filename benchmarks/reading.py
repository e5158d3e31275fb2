"""Reading whole recordings with optimap and with the library of the format, alternating in one process.

python benchmarks/reading.py              # needs the packages of the group `test`
python benchmarks/reading.py --rounds 3 --frames 200

Frames are 256 x 256 pixels of 16 bits with camera noise (12 counts; `--noise 2` is a camera with little). All values
are read into memory. Times are medians, of the wall clock and of all processors together, and files are in the cache of
the system. On a machine that others use, the second is the more reliable one. TIFF has a script of its own, `tiff.py`.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import h5py
import numpy as np
import tifffile
import zarr

import optimap
from optimap import kernels


def recording(frames: int, noise: float) -> np.ndarray:
    """Return frames with camera noise on a bright background."""
    rng = np.random.default_rng(0)
    return (2000 + np.arange(256) + rng.normal(0, noise, (frames, 256, 256))).astype(np.uint16)


def write_hdf5(path: Path, video: np.ndarray, **options: object) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("video", data=video, **options)


def read_hdf5(path: Path) -> np.ndarray:
    with h5py.File(path) as file:
        return file["video"][:]


def write_zarr(path: Path, video: np.ndarray) -> None:
    zarr.create_array(path, data=video, chunks=(32, 256, 256))


def write_ffv1(path: Path, video: np.ndarray) -> None:
    optimap.video.save_video(path, video, fps=500)


def read_ffv1(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return np.stack([frame.to_ndarray() for frame in container.decode(stream)])


def write_nwb(path: Path, video: np.ndarray) -> None:
    import pynwb

    nwb = pynwb.NWBFile(session_description="benchmark", identifier="benchmark", session_start_time=datetime.now(UTC))
    data = pynwb.H5DataIO(video.transpose(0, 2, 1), compression="gzip", chunks=(8, 256, 256))
    plane = nwb.create_imaging_plane(
        name="plane",
        optical_channel=pynwb.ophys.OpticalChannel(name="green", description="green", emission_lambda=520.0),
        description="plane",
        device=nwb.create_device("camera"),
        excitation_lambda=480.0,
        indicator="di-4-ANEPPS",
        location="heart",
    )
    nwb.add_acquisition(
        pynwb.ophys.OnePhotonSeries(name="video", data=data, imaging_plane=plane, unit="counts", rate=500.0)
    )
    with pynwb.NWBHDF5IO(str(path), "w") as io:
        io.write(nwb)


def read_nwb(path: Path) -> np.ndarray:
    with h5py.File(path) as file:
        return file["acquisition/video/data"][:].transpose(0, 2, 1)


def write_microscope(path: Path, video: np.ndarray) -> None:
    """Write a file of a format that no library writes, as the tests do."""
    sys.path.append(str(Path(__file__).parents[1]))
    from tests.microscopes import lif
    from tests.nd2_maker import nd2

    if path.suffix == ".nd2":
        nd2(path, video)
    else:
        lif(path, {"Series001": video})


def read_nd2(path: Path) -> np.ndarray:
    import nd2

    return nd2.imread(path)


def read_lif(path: Path) -> np.ndarray:
    import liffile

    return liffile.imread(path)


Write, Read = Callable[[Path, np.ndarray], None], Callable[[Path], np.ndarray]
# name, suffix, how the file is written, the library, how it reads
CASES: list[tuple[str, str, Write, str, Read]] = [
    ("HDF5", ".h5", write_hdf5, "h5py", read_hdf5),
    ("HDF5, gzip", ".h5", lambda p, v: write_hdf5(p, v, chunks=(8, 256, 256), compression="gzip"), "h5py", read_hdf5),
    ("HDF5, chunks", ".h5", lambda p, v: write_hdf5(p, v, chunks=(8, 256, 256)), "h5py", read_hdf5),
    (
        "HDF5, gzip and shuffle",
        ".h5",
        lambda p, v: write_hdf5(p, v, chunks=(8, 256, 256), compression="gzip", shuffle=True),
        "h5py",
        read_hdf5,
    ),
    (
        "HDF5, gzip, one frame a chunk",
        ".h5",
        lambda p, v: write_hdf5(p, v, chunks=(1, 256, 256), compression="gzip"),
        "h5py",
        read_hdf5,
    ),
    ("HDF5, LZF", ".h5", lambda p, v: write_hdf5(p, v, chunks=(8, 256, 256), compression="lzf"), "h5py", read_hdf5),
    ("HDF5, gzip, h5py's chunks", ".h5", lambda p, v: write_hdf5(p, v, compression="gzip"), "h5py", read_hdf5),
    ("NWB, gzip", ".nwb", write_nwb, "h5py", read_nwb),
    ("Zarr", ".zarr", write_zarr, "zarr", lambda path: zarr.open_array(path, mode="r")[:]),
    ("FFV1", ".mkv", write_ffv1, "PyAV", read_ffv1),
    ("TIFF", ".tif", lambda p, v: tifffile.imwrite(p, v, photometric="minisblack"), "tifffile", tifffile.imread),
    ("NumPy", ".npy", np.save, "NumPy", np.load),
    ("Nikon ND2", ".nd2", write_microscope, "nd2", read_nd2),
    ("Leica LIF", ".lif", write_microscope, "liffile", read_lif),
]


def seconds(function: Callable[[Path], np.ndarray], path: Path) -> tuple[float, float]:
    """Return how long reading takes, by the wall clock and by all processors together."""
    start, used = time.perf_counter(), time.process_time()
    function(path)
    return time.perf_counter() - start, time.process_time() - used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--noise", type=float, default=12, help="counts")
    parser.add_argument("--only", default="", help="names that contain this text")
    options = parser.parse_args()
    video = recording(options.frames, options.noise)
    print(f"{options.frames} x 256 x 256 uint16, {kernels.thread_count()} threads; ratio: library / optimap")
    print(f"{'format':<30}{'optimap s':>10}{'library s':>10}{'ratio':>7}{'ratio of processor time':>25}  library")
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, suffix, write, library, read) in enumerate(CASES):
            if options.only not in name:
                continue
            path = Path(folder) / f"{number}{suffix}"
            write(path, video)
            np.testing.assert_array_equal(optimap.load_video(path), read(path))
            times = [(seconds(optimap.load_video, path), seconds(read, path)) for _ in range(options.rounds)]
            (ours, own), (theirs, their) = (
                [statistics.median(column) for column in zip(*each, strict=True)] for each in zip(*times, strict=True)
            )
            ratios = f"{theirs / ours:>7.2f}{their / own:>25.2f}"
            print(f"{name:<30}{ours:>10.3f}{theirs:>10.3f}{ratios}  {library}", flush=True)


if __name__ == "__main__":
    main()
