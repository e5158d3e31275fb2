"""Tiny recordings of every format.

Formats that no package reads are written byte by byte, the others by libraries that are not ours. Nothing here uses
optimap: a maker that shared code with a reader would share its mistakes.
"""

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np

from tests import microscopes
from tests.nd2_maker import nd2


def random_video(shape=(7, 5, 6), dtype="u2", seed=0):
    """A video of random pixels over the whole range of its dtype; frames are not square."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return rng.normal(size=shape).astype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype.newbyteorder("="), endpoint=True).astype(dtype)


# --- files as such ------------------------------------------------------------------------------------------------


def keep(path, count):
    """Cut a file off after `count` bytes; below 0: leave out that many."""
    Path(path).write_bytes(Path(path).read_bytes()[:count])


def replace(path, old, new):
    """Replace bytes that stand somewhere in a file."""
    raw = Path(path).read_bytes()
    assert old in raw
    Path(path).write_bytes(raw.replace(old, new))


def values_or_error(path, read):
    """What comes of reading a file that may be damaged: an array, or the message of an error."""
    try:
        return read(path)
    except ValueError as error:
        return str(error)


def pixel_file(path):
    """The file that has the (last) pixels of a recording."""
    if path.suffix.lower() == ".zarr" and path.is_dir():
        image = path / "0" if (path / "0").is_dir() else path  # of the resolutions of an OME image, the first
        return max(file for file in image.rglob("*") if file.is_file() and file.name[-1].isdigit())
    if path.is_dir():
        return max(path.iterdir())
    if path.suffix.lower() in (".gsh", ".rsh"):
        return max(file for file in path.parent.iterdir() if file.suffix.lower() in (".gsd", ".rsd"))
    return path


# --- SciMedia MiCAM -----------------------------------------------------------------------------------------------

GSH = """\
Header version : 1.0
Date created : 14/02/2018 15:22:04
Number of frames : {frames}
Image width : {width}
Image height : {height}
Frame rate (Hz) : {fps}
Comment : a : b
"""


# The same entries as the camera's own program writes them; the sizes are in the binary header only.
GSH_OF_THE_CAMERA = """\
DataName = rec
acquisition_date = 2018/02/14 15:22:04
frame_number = {frames}
sample_time = {step}msec
"""


def micam05(folder, video, fps=500.0, line_end="\n", *, older=False, by_camera=False, skip=(0, 0, 0, 0), analog=None):
    """``rec.gsh`` and ``rec.gsd``: a header, a background, 16-bit differences to it, analog channels (N, T x samples).

    ``skip`` are the columns at the left, the rows at the top, the columns at the right and the rows at the bottom of
    each stored frame that are not part of the image. ``older`` files have neither these nor analog channels.
    """
    frames, height, width = video.shape
    left, top, right, bottom = skip
    stored = random_video((frames + 1, top + height + bottom, left + width + right), "<u2", seed=1)
    background, inside = stored[0], (slice(None), slice(top, top + height), slice(left, left + width))
    stored[1:][inside] = (video.astype(int) - background[inside[1:]]) % 2**16
    text = GSH_OF_THE_CAMERA if by_camera else GSH
    text = text.format(frames=frames, width=width, height=height, fps=fps, step=1000 / fps)
    (folder / "rec.gsh").write_bytes(text.replace("\n", line_end).encode())
    header = bytearray(970 if older else 972)
    signals = np.zeros((0, 0), "<i2") if analog is None else analog.astype("<i2")
    if not older:
        struct.pack_into("<6h", header, 256, *stored.shape[:0:-1], left, top, width, height)
        struct.pack_into("<2h", header, 328, len(signals), signals.shape[1] // frames)
    (folder / "rec.gsd").write_bytes(header + stored.tobytes() + signals.tobytes())
    return folder / "rec.gsh"


RSH = """\
//UltimaExp-Dual version 1111
//x={width}/y={height}/lskp={left}/rskp={right}/blk={block}
//cmp=0/bit=16/mon=14/sft=0/prc=0
acquisition_date=2018/02/14 15:22:04
page_frames={frames}
sample_time={sample_time}
cmnt=
name=8*rec(0)
Data-File-List
rec.rsm
"""
# The header of another program, UltimaAcq, in which the number of columns is that of their bytes.
ULTIMA_ACQ = """//MC05 UltimaAcq version 1505
DataXsize= 256
DataYsize= {height}
acquisition_date=2026/05/08 13:12:29
frame_number={frames}
page_number=0
sample_time={sample_time}
sample_mode=Dif
average= 1
shutter_delay=1450msec
interval=3000msec
cmnt=
stim_mode=0
Data-File-List
rec.rsm
"""


def micam_ultima(
    folder,
    video,
    block=3,
    left=2,
    right=1,
    sample_time="  2.0msec",
    line_end="\n",
    *,
    first=None,
    dual_cam=None,
    layout=RSH,
):
    """``rec.rsh``, ``rec.rsm`` and ``rec(0).rsd``, ``rec(1).rsd``...; analog inputs in columns at the sides.

    With ``first="background"``, the first frame is the background instead of a difference to it, with noise if it is
    ``"noisy background"``.
    """
    frames, height, columns = video.shape
    width = left + columns + right
    background = random_video((height, width), "<u2", seed=1)
    wide = random_video((frames, height, width), "u2", seed=2)
    wide[:, :, left : left + columns] = video
    differences = (wide.astype(int) - background) % 2**16
    if first is not None:
        noise = np.random.default_rng(3).integers(-20, 20, background.shape, endpoint=True) * ("noisy" in first)
        differences = np.concatenate([(background.astype(int) + noise)[np.newaxis] % 2**16, differences])
    differences = differences.astype("<u2").view("<i2")
    frames = len(differences)
    blocks = [differences[start : start + block] for start in range(0, frames, block)]
    names = [f"rec({i}).rsd" for i in range(len(blocks))]
    header = layout.format(**{**locals(), "sample_time": sample_time}) + "\n".join(names) + "\n"
    if dual_cam is not None:
        header = header.replace("cmnt=", f"dual_cam={dual_cam}\ncmnt=")
    (folder / "rec.rsh").write_bytes(header.replace("\n", line_end).encode())
    (folder / "rec.rsm").write_bytes(background.tobytes())
    for name, frames_of_block in zip(names, blocks, strict=True):
        (folder / name).write_bytes(frames_of_block.tobytes())
    return folder / "rec.rsh"


# --- MultiRecorder ------------------------------------------------------------------------------------------------


def multirecorder(path, video, version="e", order="<", fps=500.0, date=b"14.02.18 15:22:04", stamps=None):
    """A ``.dat`` file of version d (no rate), e or f (rate, and a time stamp after each frame, here in us)."""
    frames, rows, columns = video.shape
    if version == "d":
        header = b"d" + date + struct.pack("<3i", frames, columns, rows)
        tails = [b""] * frames
    else:
        mark = struct.pack(f"{order}I", 0x1A2B3C4D)
        numbers = struct.pack(f"{order}3i8xi", frames, columns, rows, round(fps * 100_000))
        header = version.encode() + mark + numbers + b"2018-02-14 15:22:04".ljust(24, b"\0") + b"a comment"
        tails = [struct.pack(f"{order}Q", stamp) for stamp in stamps or range(0, 2000 * frames, 2000)]
    stored = video.astype(video.dtype.newbyteorder("<" if version == "d" else order))
    body = b"".join(frame.tobytes() + stamp for frame, stamp in zip(stored, tails, strict=True))
    path.write_bytes(header.ljust(1024, b"\0") + body)
    return path


# --- Rhythm -------------------------------------------------------------------------------------------------------


def rhythm(path, video, fps=500.0):
    """A ``.bin`` file of the Rhythm program: sizes, rate, frames."""
    _, height, width = video.shape
    path.write_bytes(struct.pack("<4id", width, -1, height, -1, fps) + video.astype("<u2").tobytes())
    return path


# --- Andor Solis --------------------------------------------------------------------------------------------------


def sif(path, video, cycle=0.002, stamps=None, parts=1, tail=b"0\n"):
    """A ``.sif`` file of version 65559, in the lines that the package sif_parser reads; `stamps` are in µs."""
    frames, height, width = video.shape
    times = f"1 {cycle} {cycle} 1 \0 {cycle} 1e-07 0 1 1000 0 2e-08 1e-08"
    lines = [
        "Andor Technology Multi-Channel File", "65538 1",
        f"65559 0 0 1 1254330082 -70 \0 \0 \0 \5 \0 0 {times} {'0 ' * 16}5e-07 0 5.1",
        "DU897_BV ", f" {width} {height} 7", "rec.sif ", "65538 4", "\0" * 4, "65538 \1 \1 \3 \0 0 0",
        *["0 10"] * 8, "5 SR163", "65539 \1 \0 \1 \0 \1 \0", *["0 1 0 0"] * 3, "0", "16", "16", "12",
    ]  # fmt: skip
    total, part = video.size * parts, f"65538 1 {height} {width} 1 1 1 0"
    layout = (
        f"Pixel number6\nCounts12\nPixel number65541 1 {height} {width} 1 {frames} {parts} {total} {total // frames}"
    )
    numbers = [0] * frames if stamps is None else stamps
    header = "\n".join([*lines, layout, *[part] * parts, *map(str, numbers)]) + "\n"
    path.write_bytes(header.encode("latin-1") + tail + np.repeat(video, parts, axis=1).astype("<f4").tobytes())
    return path


# --- suite2p ------------------------------------------------------------------------------------------------------


def suite2p(path, video, **settings):
    """Frames as suite2p writes them, and ``ops.npy`` beside them; a setting that is None is left out."""
    frames, height, width = video.shape
    settings = {"Ly": height, "Lx": width, "nframes": frames, "fs": 30.0, "nplanes": 1, **settings}
    path.write_bytes(video.astype("<i2").tobytes())
    np.save(path.with_name("ops.npy"), {name: value for name, value in settings.items() if value is not None})
    return path


# --- ThorImage ----------------------------------------------------------------------------------------------------

THORIMAGE = """\
<?xml version="1.0"?>
<ThorImageExperiment>
  <Date date="07/29/2026 12:52:07" uTime="1785297127" />
  <LSM pixelX="{width}" pixelY="{height}" pixelSizeUM="{pixel_size}" frameRate="{fps}" averageMode="{average}"
       averageNum="4" />
  <Wavelengths>{wavelengths}<ChannelEnable Set="{bits}" /></Wavelengths>
  <RawData onlyEnabledChannels="{only}" />
  <ZStage steps="{steps}" enable="{z}" />
  <Timelapse timepoints="{timepoints}" intervalSec="{interval}" />
  <Streaming enable="{streamed}" frames="{frames}" zFastEnable="{z}" flybackFrames="{flyback}" />
</ThorImageExperiment>
"""


def thorimage(path, video, names=("ChanA",), **more):
    """A ``.raw`` file of (T, Z, C, Y, X), the last of Z flown back over, or of (T, Y, X), and its header."""
    planes = video[:, np.newaxis, np.newaxis] if video.ndim == 3 else video
    volumes, depths, _, height, width = planes.shape
    flyback = more.get("flyback", 0)
    header = {
        "width": width, "height": height, "pixel_size": 0.5, "fps": 30.0, "average": 0, "only": 1, "streamed": 1,
        "wavelengths": "".join(f'<Wavelength name="{name}" exposuretimeMS="0" />' for name in names),
        "bits": sum(1 << "ABCD".index(name[-1]) for name in names), "z": int(depths > 1), "steps": depths - flyback,
        "timepoints": volumes, "interval": 2.5, "frames": volumes * depths, "flyback": flyback,
    }  # fmt: skip
    path.with_name("Experiment.xml").write_text(THORIMAGE.format(**{**header, **more}))
    path.write_bytes(planes.astype("<u2").tobytes())
    return path


# --- NumPy --------------------------------------------------------------------------------------------------------


def npy(path, video, version=1):
    """A ``.npy`` file of version 1, 2 or 3, in C order."""
    header = f"{{'descr': {video.dtype.str!r}, 'fortran_order': False, 'shape': {video.shape}, }}"
    length = struct.pack("<H" if version == 1 else "<I", len(header) + 1)
    path.write_bytes(b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + b"\n" + video.tobytes())
    return path


# --- TIFF ---------------------------------------------------------------------------------------------------------


def tiff(path, video, **options):
    """A TIFF file written with tifffile: plain, or as the options say."""
    import tifffile

    tifffile.imwrite(path, video, photometric="minisblack", **options)
    return path


def tiff_pages(path, video, **options):
    """A TIFF file to which frames were added one by one: each is a series of its own."""
    import tifffile

    with tifffile.TiffWriter(path) as writer:
        for frame in video:
            writer.write(frame, contiguous=False, photometric="minisblack", **options)
    return path


def tiff_appended(path, video, **options):
    """A TIFF file that was opened again for every frame."""
    for frame in video:
        tiff(path, frame, append=True, **options)
    return path


def link_tiff_page(path, page, target):
    """Let the page after `page` of a little-endian classic TIFF be page number `target`; None: let it be the last."""
    raw = bytearray(path.read_bytes())
    starts, links = [], []
    (offset,) = struct.unpack_from("<I", raw, 4)
    while offset:
        starts.append(offset)
        links.append(offset + 2 + 12 * struct.unpack_from("<H", raw, offset)[0])
        (offset,) = struct.unpack_from("<I", raw, links[-1])
    struct.pack_into("<I", raw, links[page], 0 if target is None else starts[target])
    path.write_bytes(raw)


# --- folders of images --------------------------------------------------------------------------------------------


def images(folder, video, suffix=".png", name="frame_{}"):
    """A folder of one image per frame, by Pillow; numbers without leading zeros."""
    from PIL import Image

    folder.mkdir()
    for i, frame in enumerate(video):
        Image.fromarray(frame).save(folder / f"{name.format(i)}{suffix}")
    return folder


def png(path, frame, bits):
    """A grey PNG image of 1, 2, 4, 8 or 16 bits."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = frame.shape
    rows = []
    for row in frame.tolist():
        digits = "".join(f"{value:0{bits}b}" for value in row)
        digits += "0" * (-len(digits) % 8)
        rows.append(b"\0" + int(digits, 2).to_bytes(len(digits) // 8, "big"))
    size = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    return path


# --- MATLAB and HDF5 ----------------------------------------------------------------------------------------------


def mat(path, **variables):
    """A ``.mat`` file of version 5, by SciPy."""
    from scipy.io import savemat

    savemat(path, variables)
    return path


def mat_double_in_bytes(path, video):
    """A ``.mat`` file as MATLAB writes it: an array of class double with values stored as uint8."""

    def element(kind, body):
        return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)

    uint32, int32, int8, uint8, matrix, double_class = 6, 5, 1, 2, 14, 6
    body = element(uint32, struct.pack("<II", double_class, 0)) + element(int32, struct.pack("<3i", *video.shape))
    body += element(int8, b"video") + element(uint8, video.astype("u1").tobytes("F"))
    header = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
    path.write_bytes(header + element(matrix, body))
    return path


def matlab_with_objects(path, variables, packed=False):
    """A ``.mat`` file of version 7 with objects of MATLAB's own, a string and a date, among other variables."""
    from scipy.io import savemat

    def element(kind, body):
        small = kind == 1 and len(body) <= 4  # short names are stored in the tag
        start = struct.pack("<HH", kind, len(body)) if small else struct.pack("<II", kind, len(body))
        return start + body + bytes(-len(start + body) % 8)

    def variable(array_class, *parts):
        return element(14, element(6, struct.pack("<II", array_class, 0)) + b"".join(parts))

    def opaque(name, of_class, number):
        place = struct.pack("<6I", 0xDD000000, 2, 1, 1, number, 1)  # where the values are in the last variable
        numbers = variable(13, element(5, struct.pack("<2i", 6, 1)), element(1, b""), element(6, place))
        whole = variable(17, element(1, name), element(1, b"MCOS"), element(1, of_class), numbers)
        return element(15, zlib.compress(whole))[: 8 + len(zlib.compress(whole))] if packed else whole

    savemat(path, variables, do_compression=packed)
    content = path.read_bytes()
    values = variable(9, element(5, struct.pack("<2i", 1, 8)), element(1, b""), element(2, b"\0\1IM\0\0\0\0"))
    last = [opaque(b"day", b"datetime", 2), values]
    path.write_bytes(content[:128] + opaque(b"note", b"string", 1) + content[128:] + b"".join(last))
    return path


def mat73(path, **variables):
    """A file like those of version 7.3: HDF5 after 512 bytes of text, axes in reverse, text as numbers."""
    import h5py

    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in variables.items():
            value = np.array([list(map(ord, value))], "u2") if isinstance(value, str) else np.atleast_2d(value)
            file[name] = value.T
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + struct.pack("<H", 0x0200) + b"IM")
    return path


def hdf5(path, attributes=None, **datasets):
    """An HDF5 file by h5py; ``__`` in names stands for a group's slash, the attributes go to the first dataset."""
    import h5py

    with h5py.File(path, "w") as file:
        made = [file.create_dataset(name.replace("__", "/"), data=value) for name, value in datasets.items()]
        made[0].attrs.update(attributes or {})
    return path


def netcdf(path, video, dims=("time", "y", "x"), **coordinates):
    """A NetCDF 4 file by xarray."""
    import xarray

    xarray.DataArray(video, dims=dims, coords=coordinates, name="video").to_netcdf(path, engine="h5netcdf")
    return path


def upright(video):
    """Frames as NWB stores them: (frame, width, height)."""
    return np.ascontiguousarray(np.swapaxes(video, 1, 2))


def nwb(path, kind="TwoPhotonSeries", *, spacing=(0.5, 0.5), spacing_unit="micrometers", more=None, **series):
    """An NWB file by pynwb with a series of frames, or several: name -> arguments, in `more`."""
    import datetime

    import pynwb

    start = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    file = pynwb.NWBFile(session_description="test", identifier="id", session_start_time=start)
    channel = pynwb.ophys.OpticalChannel(name="channel", description="light", emission_lambda=500.0)
    plane = file.create_imaging_plane(
        name="plane", optical_channel=channel, description="plane", device=file.create_device("camera"),
        excitation_lambda=488.0, indicator="GCaMP6f", location="heart", grid_spacing=spacing,
        grid_spacing_unit=spacing_unit,
    )  # fmt: skip
    for name, arguments in {"movie": series, **(more or {})}.items():
        made = getattr(pynwb.ophys, kind)(name=name, imaging_plane=plane, **arguments)
        file.add_acquisition(made)
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)
    return path


# --- zarr ---------------------------------------------------------------------------------------------------------


def zarr(path, video, version=3, attributes=None, **options):
    """A zarr array in a folder, or in a zip file if the suffix says so; eight chunks by default."""
    import zarr
    from zarr.storage import LocalStore, ZipStore

    options = {"chunks": tuple(-(-n // 2) for n in video.shape), **options}
    store = ZipStore(path, mode="w") if path.suffix == ".zip" else LocalStore(path)
    array = zarr.create_array(
        store, shape=video.shape, dtype=video.dtype, zarr_format=version, attributes=attributes, **options
    )
    array[...] = video
    store.close()
    return path


def zarr_group(path, version=3, attributes=None, **arrays):
    """A zarr group of arrays; ``__`` in names stands for a group's slash."""
    import zarr

    root = zarr.create_group(path, zarr_format=version, attributes=attributes)
    for name, values in arrays.items():
        array = root.create_array(name.replace("__", "/"), shape=values.shape, dtype=values.dtype)
        array[...] = values
    return path


def ome_zarr(path, video, axes="tczyx", version=3, units=None, scale=None, channels=None, levels=2, **more):
    """An OME-Zarr image, versions 0.4 (zarr 2) and 0.5 (zarr 3), with levels of lower resolution."""
    import zarr

    kinds = {"t": "time", "c": "channel"}
    listed = [
        {"name": a, "type": kinds.get(a, "space"), **({"unit": units[a]} if a in (units or {}) else {})} for a in axes
    ]
    steps = [(scale or {}).get(a, 1.0) for a in axes]
    datasets = [
        {
            "path": str(level),
            "coordinateTransformations": [
                {
                    "type": "scale",
                    "scale": [s * (2**level if a in "yx" else 1) for a, s in zip(axes, steps, strict=True)],
                }
            ],
        }
        for level in range(levels)
    ]
    image = {"multiscales": [{"axes": listed, "datasets": datasets, **more}]}
    if channels:
        image["omero"] = {"channels": [{"label": name} for name in channels]}
    root = zarr.open_group(path, mode="a", zarr_format=version)
    root.attrs.update({"ome": {"version": "0.5", **image}} if version == 3 else image)
    for level in range(levels):
        thin = video[tuple(slice(None, None, 2**level if a in "yx" else 1) for a in axes)]
        array = root.create_array(str(level), shape=thin.shape, dtype=thin.dtype)
        array[...] = thin
    return path


# --- encoded video ------------------------------------------------------------------------------------------------


def encoded(path, video, codec="ffv1", pixel_format="gray", fps=25, options=None, source=None, container=None):
    """A video written with FFmpeg's libraries; ``source`` is the layout of `video` if it differs from the file's."""
    import av

    with av.open(str(path), "w", options=container or {}) as output:
        stream = output.add_stream(codec, rate=Fraction(fps), options=options or {})
        stream.height, stream.width = video.shape[1:3]
        stream.pix_fmt = pixel_format
        for pixels in video:
            if source is None and pixel_format.startswith("yuv"):
                frame = yuv_frame(pixels, pixel_format)
            else:
                frame = av.VideoFrame.from_ndarray(pixels, format=source or pixel_format)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def encoded_at(path, video, stamps, tick=Fraction(1, 1000), codec="ffv1", pixel_format="gray", fps=None, options=None):
    """A video whose frames have the given time stamps, whole numbers of ticks."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, options=options or {})
        stream.height, stream.width = video.shape[1:3]
        stream.pix_fmt, stream.codec_context.time_base = pixel_format, tick
        for pixels, stamp in zip(video, stamps, strict=True):
            is_yuv = pixel_format.startswith("yuv")
            frame = (
                yuv_frame(pixels, pixel_format) if is_yuv else av.VideoFrame.from_ndarray(pixels, format=pixel_format)
            )
            frame.pts, frame.time_base = int(stamp), tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def yuv_frame(luma, pixel_format, chroma=128):
    """A frame whose luma plane holds the given values as they are, for a limited-range format too."""
    import av

    height, width = luma.shape
    frame = av.VideoFrame(width, height, pixel_format)
    for number, plane in enumerate(frame.planes):
        lines = np.full((plane.height, plane.line_size), chroma, np.uint8)
        if number == 0:
            lines[:, :width] = luma
        plane.update(lines.tobytes())
    return frame


def avi_of_imagej(path, video, fps=10, *, stated=None, indexed=None, dropped=()):
    """An uncompressed 8-bit AVI as ImageJ writes it: a grey palette, rows from the bottom up, padded to 4 bytes.

    The header states ``stated`` frames, the index lists the first ``indexed``; a chunk without content stands before
    each frame that is ``dropped`` by some recorders.
    """
    frames, height, width = video.shape
    padding = bytes(-width % 4)
    size = height * (width + len(padding))

    def chunk(kind, body):
        return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)

    def listing(kind, body):
        return chunk(b"LIST", kind + body)

    stated = frames if stated is None else stated
    main = struct.pack("<14I", 1_000_000 // fps, size * fps, 0, 0x10, stated, 0, 1, size, width, height, 0, 0, 0, 0)
    stream = b"vidsDIB " + struct.pack("<IHH8I4H", 0, 0, 0, 0, 1, fps, 0, stated, size, 0, 0, 0, 0, width, height)
    bitmap = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, size, 0, 0, 256, 0)
    palette = b"".join(bytes([i, i, i, 0]) for i in range(256))
    stored = [b"".join(row.tobytes() + padding for row in frame[::-1]) for frame in video]
    for i in sorted(dropped, reverse=True):
        stored.insert(i, b"")
    movie = b"".join(chunk(b"00db", frame) for frame in stored)
    starts = np.cumsum([4, *(8 + len(frame) for frame in stored)])
    entries = [struct.pack("<3I", 0x10, start, len(frame)) for start, frame in zip(starts, stored, strict=False)]
    index = b"".join(b"00db" + entry for entry in entries[:indexed])
    header = chunk(b"avih", main) + listing(b"strl", chunk(b"strh", stream) + chunk(b"strf", bitmap + palette))
    body = b"AVI " + listing(b"hdrl", header) + listing(b"movi", movie) + chunk(b"idx1", index)
    path.write_bytes(chunk(b"RIFF", body))
    return path


# One uint16 recording of each kind: name -> function of a folder and a video, which returns the path to open.
EVERY_FORMAT = {
    "npy": lambda folder, video: npy(folder / "rec.npy", video),
    "tiff": lambda folder, video: tiff(folder / "rec.tif", video),
    "tiff lzw": lambda folder, video: tiff(folder / "rec.tif", video, compression="lzw"),
    "tiff appended": lambda folder, video: tiff_appended(folder / "rec.tif", video),
    "png folder": lambda folder, video: images(folder / "rec", video),
    "tiff folder": lambda folder, video: images(folder / "rec", video, ".tif"),
    "mat 5": lambda folder, video: mat(folder / "rec.mat", video=video),
    "mat 7.3": lambda folder, video: mat73(folder / "rec.mat", video=np.moveaxis(video, 0, 2)),
    "hdf5": lambda folder, video: hdf5(folder / "rec.h5", video=video),
    "nwb": lambda folder, video: nwb(folder / "rec.nwb", data=upright(video), rate=500.0, unit="au"),
    "netcdf": lambda folder, video: netcdf(folder / "rec.nc", video),
    "zarr 2": lambda folder, video: zarr(folder / "rec.zarr", video, version=2),
    "zarr 3": lambda folder, video: zarr(folder / "rec.zarr", video),
    "zarr zip": lambda folder, video: zarr(folder / "rec.zarr.zip", video),
    "ome-zarr": lambda folder, video: ome_zarr(folder / "rec.ome.zarr", video[:, np.newaxis], "tzyx"),
    "micam05": micam05,
    "micam05 older": lambda folder, video: micam05(folder, video, older=True),
    "micam ultima": micam_ultima,
    "multirecorder": lambda folder, video: multirecorder(folder / "rec.dat", video),
    "rhythm": lambda folder, video: rhythm(folder / "rec.bin", video),
    "thorimage": lambda folder, video: thorimage(folder / "Image_001_001.raw", video),
    "pco": lambda folder, video: microscopes.pco(folder / "rec.pcoraw", video),
    "scanbox": lambda folder, video: microscopes.scanbox(folder / "rec.sbx", video),
    "streampix": lambda folder, video: microscopes.streampix(folder / "rec.seq", video),
    "inscopix": lambda folder, video: microscopes.inscopix(folder / "rec.isxd", video),
    "czi": lambda folder, video: microscopes.czi(folder / "rec.czi", video),
    "lif": lambda folder, video: microscopes.lif(folder / "rec.lif", {"Series001": video}),
    "nd2": lambda folder, video: nd2(folder / "rec.nd2", video),
    "nd2 lossless": lambda folder, video: nd2(folder / "rec.nd2", video, lossless=True),
    "mkv": lambda folder, video: encoded(folder / "rec.mkv", video, pixel_format="gray16le"),
    "avi": lambda folder, video: encoded(folder / "rec.avi", video, pixel_format="gray16le"),
    "mp4": lambda folder, video: encoded(folder / "rec.mp4", video, pixel_format="gray16le"),
}
# The same of other types.
OTHER_TYPES = {
    "sif": lambda folder, video: sif(folder / "rec.sif", video),
    "suite2p": lambda folder, video: suite2p(folder / "data.bin", video),
}
# Those whose pixels are contiguous in one file: a memory map, not read.
MAPPED = {"npy", "tiff", "multirecorder", "rhythm", "thorimage", "nd2", "streampix", "inscopix", "lif", "pco"}
# Those that do not state how many frames there are: a copy that ends after a whole frame is a recording.
COUNTLESS = {"rhythm"}
