"""Every kind of output: the command that writes it, without its name, and the suffix of its name."""

import numpy as np

AT = ("--at", "3,4", "--at", "10,8")
TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".mat", ".npz", ".h5", ".nc", ".nwb")
RECORDINGS = (".npy", ".tif", ".mat", ".h5", ".zarr", ".zarr.zip", ".mkv")
MAPS = (".npz", ".nc", ".h5", ".tif")
PICTURES = (".png", ".svg", ".pdf", ".jpg", ".tif", ".eps")
# Files that only Python writes: what is called, with the name of the file as `path`.
REGIONS = "trace.save_regions(path, trace.regions([[(1, 1), (8, 1), (8, 5)]], kind='polygons'), overwrite=overwrite)"
MASK = "image.save_mask(path, np.load('rec.npy')[0] > 2000, overwrite=overwrite)"
MOVIE = "video.export_video(path, np.load('rec.npy')[:60], progress_bar=False)"
CALLS = {
    **{f"regions{suffix}": (("python", REGIONS, "OUT"), suffix) for suffix in (".zip", ".roi")},
    **{f"mask{suffix}": (("python", MASK, "OUT"), suffix) for suffix in (".npy", ".png", ".tif")},
    **{f"movie{suffix}": (("python", MOVIE, "OUT"), suffix) for suffix in (".mp4", ".mov", ".mkv")},
}
# Name of the kind -> arguments, with OUT for the output, and its suffix.
OUTPUTS = {
    **{f"traces{suffix}": (("traces", "rec.npy", *AT, "--fps", "500", "-o", "OUT"), suffix) for suffix in TABLES},
    **{f"beats{suffix}": (("beats", "table.csv", "-o", "OUT"), suffix) for suffix in TABLES},
    **{f"recording{suffix}": (("convert", "rec.npy", "OUT", "--fps", "500"), suffix) for suffix in RECORDINGS},
    **{f"picture{suffix}": (("plot", "table.csv", "-o", "OUT"), suffix) for suffix in PICTURES},
    **{f"maps{suffix}": (("maps", "rec.npy", "--fps", "500", "-o", "OUT"), suffix) for suffix in MAPS},
    **CALLS,
    "picture of maps": (("maps", "rec.npy", "--fps", "500", "--plot", "OUT"), ".png"),
    "maps and picture": (("maps", "rec.npy", "--fps", "500", "-o", "OUT.npz", "--plot", "OUT"), ".png"),
    "picked positions": (("pick", "rec.npy", "-o", "OUT"), ".csv"),
    "traces and picture": (
        ("traces", "rec.npy", *AT, "--fps", "500", "-o", "OUT.csv", "--plot", "OUT"),
        ".png",
    ),
}
# Outputs next to others, which are whole when these are begun.
FURTHER = {
    "summary of maps": (("maps", "rec.npy", "--fps", "500", "--summary", "OUT"), ".csv"),
    "summary of beats": (("beats", "table.csv", "--summary", "OUT"), ".csv"),
    "traces of picked positions": (("pick", "rec.npy", "-o", "picked.csv", "--traces", "OUT"), ".npz"),
    "treated traces": (("pick", "rec.npy", "-o", "picked.csv", "--traces", "OUT", "--treated"), ".csv"),
    "demo": (("demo", "OUT"), ""),
}


def write_inputs(folder):
    """Write a recording with beats, a table of its traces, and a folder for outputs."""
    times = np.arange(500) / 500
    beats = np.exp(-((times[:, np.newaxis, np.newaxis] % 0.25 - 0.05) ** 2) / 0.0005)
    noise = np.random.default_rng(0).normal(0, 20, (500, 16, 16))
    np.save(folder / "rec.npy", (2000 + 1000 * beats + noise).astype(np.uint16))
    rows = [f"{time:.4f},{1000 * beat!r},{900 * beat!r}\n" for time, beat in zip(times, beats.ravel(), strict=True)]
    (folder / "table.csv").write_text("time_s,a,b\n" + "".join(rows).replace("np.float64(", "").replace(")", ""))
    (folder / "out").mkdir()
