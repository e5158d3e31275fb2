"""Small files that ask for gigabytes: each is an error that names the file, and takes no memory."""

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib

import h5py
import numpy as np
import pytest
import tifffile

from optimap._files import bytes_on_disk, check_justified, check_zip
from optimap._tables import load_columns
from optimap.trace import extract_traces, load_traces, regions, save_traces
from optimap.video import load_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((4, 6, 8))
MUCH = 10**6


def tiff(path, compression, tiled=False, pages=1):
    """A TIFF of 10^6 x 10^6 pixels in a strip or tile of a few bytes."""
    data = zlib.compress(bytes(100))
    tags = {256: MUCH, 257: MUCH, 258: 16, 259: compression, 262: 1, 277: 1}
    tags |= {322: MUCH, 323: MUCH, 324: 8, 325: len(data)} if tiled else {273: 8, 278: MUCH, 279: len(data)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    place, raw = 8 + len(data), b""
    for i in range(pages):
        after = place + len(entries) + 6 if i + 1 < pages else 0
        raw += struct.pack("<H", len(tags)) + entries + struct.pack("<I", after)
        place = after
    path.write_bytes(struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data + raw)
    return path


def described_tiff(path, text):
    tifffile.imwrite(path, VIDEO, description=text, metadata=None, photometric="minisblack")
    return path


def ome(path):
    sizes = 'SizeT="999999999" SizeZ="1" SizeC="1" SizeX="8" SizeY="6"'
    pixels = f'<Pixels ID="P" DimensionOrder="XYZCT" Type="uint16" {sizes}><TiffData/></Pixels>'
    return described_tiff(
        path, f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="I">{pixels}</Image></OME>'
    )


def imagej(path):
    return described_tiff(path, "ImageJ=1.53\nimages=9999999999\nframes=9999999999\nhyperstack=true\n")


def npy(path, shape=(400_000, 300_000)):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    path.write_bytes(header.getvalue() + bytes(100))
    return path


def hdf5(path, **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("video", (MUCH, 1000, 1000), "u2", **options)
    return path


def hdf5_note(path):
    makers.mat73(path, video=VIDEO)
    with h5py.File(path, "r+") as file:
        file.create_dataset("axes", (MUCH, MUCH), "u2", chunks=(1000, 1000))
    return path


def hdf5_scale(path):
    with h5py.File(path, "w") as file:
        video = file.create_dataset("video", data=VIDEO)
        video.dims[2].attach_scale(file.create_dataset("x", (10**12,), "f8", chunks=(1000,)))
        file["x"].make_scale("c")
    return path


def zarr(path, shape=(10**9, 1000, 1000), chunks=(1, 1000, 1000)):
    import zarr as library

    group = library.open_group(path, mode="w", zarr_format=2)
    group.create_array("video", shape=shape, chunks=chunks, dtype="u2", fill_value=0)
    return path


def png(path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 9000, 9000, 8, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
    return path


RECORDINGS = {
    "deflate.tif": lambda path: tiff(path, 8),
    "tiles.tif": lambda path: tiff(path, 8, tiled=True),
    "plain.tif": lambda path: tiff(path, 1),
    "packbits.tif": lambda path: tiff(path, 32773),
    "lzw.tif": lambda path: tiff(path, 5),
    "pages.tif": lambda path: tiff(path, 8, pages=3000),
    "imagej.tif": imagej,
    "mask.npy": lambda path: npy(path, (4, 40_000, 300_000)),
    "contiguous.h5": hdf5,
    "chunks.h5": lambda path: hdf5(path, chunks=(1, 1000, 1000), compression="gzip"),
    "chunk.h5": lambda path: hdf5(path, chunks=(1000, 1000, 1000), compression="gzip"),
    "rec.mat": hdf5_note,
    "sparse.zarr": zarr,
    "chunk.zarr": lambda path: zarr(path, (1000, 10**5, 10**5), (1000, 10**5, 10**5)),
}
REGIONS = {
    "deflate.tif": lambda path: tiff(path, 8),
    "plain.tif": lambda path: tiff(path, 1),
    "mask.npy": npy,
    "bomb.png": png,
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings(tmp_path, memory, name):
    path = RECORDINGS[name](tmp_path / name)
    assert bytes_on_disk(path, 10**9) < 400_000
    assert memory(load_video, path, match=name.partition(".")[0]) < 30 * 2**20


def test_frames_that_only_a_header_states_are_left_out(tmp_path):
    with pytest.warns(UserWarning, match="holds 4 frames, although its header states 999999999"):
        assert len(load_video(ome(tmp_path / "ome.ome.tif"))) == 4


@pytest.mark.parametrize("name", REGIONS)
def test_regions(tmp_path, memory, name):
    path = REGIONS[name](tmp_path / name)
    assert memory(extract_traces, VIDEO, path, match=name) < 30 * 2**20


def test_regions_in_zip_files(tmp_path, memory):
    pytest.importorskip("roifile")
    path = tmp_path / "rois.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.roi", bytes(200 * 2**20))
    assert memory(regions, path, match=r"rois\.zip states 209715200 bytes for a\.roi") < 30 * 2**20
    raw = bytearray(path.read_bytes())
    place = raw.rindex(b"PK\x01\x02") + 24
    raw[place : place + 4] = struct.pack("<I", 2**32 - 2)  # more than its bytes could hold
    path.write_bytes(raw)
    assert (
        memory(regions, path, match=r"rois\.zip states 4294967294 bytes for a\.roi, whose \d+ bytes cannot")
        < 30 * 2**20
    )


def test_members_that_share_their_bytes(tmp_path):
    path = tmp_path / "overlap.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(10**6))
    with zipfile.ZipFile(path) as archive:
        archive.filelist += archive.filelist * 9
        check_error(lambda: check_zip(archive, path), ValueError, "path", "so that its members share them", path)


def test_sparse_matrices_and_tables_in_npz(tmp_path, memory):
    huge = npy(tmp_path / "huge.npy", (10**11,)).read_bytes()
    sparse = tmp_path / "sparse.npz"
    with zipfile.ZipFile(sparse, "w") as archive:
        for name in ("data", "indices", "indptr", "shape", "format"):
            archive.writestr(f"{name}.npy", huge)
    assert memory(regions, sparse, match=r"sparse\.npz") < 30 * 2**20
    table = tmp_path / "table.npz"
    save_traces(table, np.zeros((4, 2)))
    with zipfile.ZipFile(table) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(table, "w") as archive:
        for name, data in (kept | {"traces.npy": huge}).items():
            archive.writestr(name, data)
    for load in (load_traces, load_columns):
        assert memory(load, table, match=r"table\.npz states 100000000000 bytes of values") < 30 * 2**20


@pytest.mark.parametrize("many", ["regions", "pixels"])
def test_a_sparse_matrix_of_very_many(tmp_path, memory, many):
    path, count = tmp_path / "sparse.npz", 10**6
    places = {"indptr": np.append(np.zeros(count, np.int8), np.int8(1)), "shape": np.array([48, count])}
    values = {"data": np.ones(1, np.int8), "indices": np.ones(1, np.int8)}
    if many == "pixels":
        places = {"indptr": np.array([0, count]), "shape": np.array([48, 1])}
        values = {"data": np.ones(count, np.int8), "indices": np.ones(count, np.int8)}
    np.savez_compressed(path, format=np.array("csc"), **places, **values)
    assert path.stat().st_size < 5000
    assert memory(lambda given: regions(given, (6, 8)), path, match=r"sparse\.npz states .* of regions") < 30 * 2**20


def test_arrays_of_one_name_in_npz(tmp_path):
    path = tmp_path / "table.npz"
    save_traces(path, np.zeros((4, 2)))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("traces", npy(tmp_path / "other.npy", (4, 2)).read_bytes())
    check_error(lambda: load_traces(path), ValueError, "path", "holds 2 arrays called 'traces'", path)


def test_arrays_without_a_suffix_in_npz(tmp_path, memory):
    path = tmp_path / "sparse.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("data", "indices", "indptr", "shape", "format"):
            archive.writestr(name, npy(tmp_path / "huge.npy", (10**11,)).read_bytes())
    assert memory(regions, path, match=r"sparse\.npz states 100000000000 bytes of values") < 30 * 2**20


def test_a_workbook_that_grows(tmp_path, memory):
    path = tmp_path / "table.xlsx"
    save_traces(path, np.zeros((4, 2)))
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    kept[name] = kept[name].replace(b"<sheetData>", b"<sheetData>" + b" " * (200 * 2**20), 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in kept.items():
            archive.writestr(name, data)
    del kept, data
    assert memory(load_traces, path, match=r"table\.xlsx states \d+ bytes for xl/worksheets/sheet1\.xml") < 30 * 2**20


@pytest.mark.parametrize("suffix", [".h5", ".nc", ".nwb"])
def test_datasets_of_tables(tmp_path, memory, suffix):
    path = tmp_path / f"t{suffix}"
    save_traces(path, np.zeros((4, 2)), [(1, 2), (3, 4)], 500)
    with h5py.File(path, "r+") as file:
        file.create_dataset("more", (10**12,), "f8", chunks=(1000,))
    assert memory(load_traces, path, match=rf"t\{suffix} states 8000000000000 bytes of values of /more") < 30 * 2**20


@pytest.mark.parametrize("shape", [[10**6, 10**6], [10**13], [0, 10**13], [2, 10**12]])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".npz", ".h5", ".mat"])
def test_the_shape_in_the_header_of_a_table(tmp_path, memory, suffix, shape):
    path = tmp_path / f"t{suffix}"
    traces = np.zeros((2, 3))
    save_traces(path, traces)
    header = json.dumps([2, 3]), json.dumps(shape)
    if suffix == ".csv":
        sidecar = tmp_path / "t.csv.json"
        sidecar.write_text(sidecar.read_text().replace(*header))
    else:
        changed(path, suffix, *header)
    assert memory(load_traces, path, match=rf"t\{suffix}") < 30 * 2**20


def changed(path, suffix, old, new):
    """Change the header in a table."""
    if suffix == ".h5":
        with h5py.File(path, "r+") as file:
            text = file["header"].asstr()[()]
            del file["header"]
            file["header"] = text.replace(old, new)
    elif suffix == ".mat":
        import scipy.io

        content = {key: value for key, value in scipy.io.loadmat(path).items() if not key.startswith("__")}
        content["header"] = str(content["header"].item()).replace(old, new)
        scipy.io.savemat(path, content)
    elif suffix == ".npz":
        with np.load(path) as file:
            content = dict(file)
        marker = next(key for key in content if key.startswith("optimap"))
        content[marker] = np.array(str(content[marker]).replace(old, new))
        np.savez(path, **content)
    elif suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        notes = {key: value.replace(old.encode(), new.encode()) for key, value in table.schema.metadata.items()}
        pq.write_table(table.replace_schema_metadata(notes), path)
    else:
        import openpyxl

        book = openpyxl.load_workbook(path)
        for row in book["metadata"].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and old in cell.value:
                    cell.value = cell.value.replace(old, new)
        book.save(path)


def test_an_outline_of_many_vertices_is_cut_off_at_the_frame(memory):
    zigzag = np.column_stack([np.arange(20_000) % 97, np.tile([-10, 1e6], 10_000)])
    drawn = regions([zigzag], kind="polygons")
    video = np.ones((2, 40, 50))
    assert extract_traces(video, drawn).tolist() == [[1.0], [1.0]]
    assert memory(drawn.centers, match="the outlines cross 5243080000 rows in all") < 30 * 2**20


def test_small_amounts_are_never_refused(tmp_path, allow):
    path = tmp_path / "file"
    path.write_bytes(bytes(10))
    check_justified(path, 16 * 2**20)
    allow(free_bytes=100)
    check_justified(path, 100, 1)
    check_justified(path, 1000, 100)
    check_error(
        lambda: check_justified(path, 101, 10), ValueError, "path", "states 101 bytes of values, but its 10 by", path
    )


def test_folders_have_the_size_of_their_files(tmp_path):
    (tmp_path / "a").mkdir()
    for i in range(5):
        (tmp_path / "a" / f"{i}").write_bytes(bytes(10))
    assert bytes_on_disk(tmp_path, 10**6) == 50
    assert bytes_on_disk(tmp_path, 15) == 20


def test_constant_recordings_are_read(tmp_path):
    video = np.full((40, 1200, 1300), 7, np.uint16)  # 125 MB in a few kB
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        file.create_dataset("video", data=video, chunks=(1, 1200, 1300), compression="gzip", shuffle=True)
    assert bytes_on_disk(tmp_path / "rec.h5", 10**9) < 10**6
    np.testing.assert_array_equal(load_video(tmp_path / "rec.h5", frames=2), video[:2])


def test_the_command_line_takes_no_memory_either(tmp_path):
    files = [make(tmp_path / name) for name, make in {**RECORDINGS, "bomb.png": png}.items()]
    script = "\n".join(
        [
            "import re, resource, sys",
            "from optimap._cli import main",
            "import zarr, h5py, tifffile, scipy.io",
            "read = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])",
            "main(['info', sys.argv[1]])",
            "before = read()",
            "print([main(['info', file]) for file in sys.argv[1:]], read() - before)",
        ]
    )
    command = [sys.executable, "-c", script, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == len(files) + 1, done.stderr
    *_, last = done.stdout.splitlines()
    assert last.startswith(str([2] * len(files)))
    assert int(last.rpartition(" ")[2]) < 50_000
