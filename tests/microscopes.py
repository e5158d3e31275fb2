"""Tiny recordings in the formats of cameras and microscopes, written byte by byte or by libraries that are not ours."""

import json
import struct

import numpy as np


def scanbox(path, video, planes=1, scanmode=0, **info):
    """``rec.sbx`` and its header ``rec.mat``; `video` is (T, H, W), or (T, H, W, C) for several channels."""
    from scipy.io import savemat

    channels = video.shape[3] if video.ndim == 4 else 1
    header = {
        "sz": np.array(video.shape[1:3], float),
        "channels": {1: 2, 2: 1}.get(channels, -1),
        "resfreq": 7930.0,
        "scanmode": scanmode,
        "scanbox_version": 2,
        "recordsPerBuffer": video.shape[1] // (2 - scanmode),
        "max_idx": len(video) - 1,
        "config": {"lines": video.shape[1], "magnification": 1},
        "volscan": int(planes > 1),
        "otwave": np.arange(planes if planes > 1 else 0, dtype=float),
        **info,
    }
    savemat(path.with_suffix(".mat"), {"info": {key: value for key, value in header.items() if value is not None}})
    path.write_bytes((65535 - video.astype(int)).astype("<u2").tobytes())
    return path


def bcd_stamp(number, date, micros=0):
    """The 14 values of a PCO camera's stamp: number of the frame, then year, month, day, hour, minute, second."""
    year, month, day, hour, minute, second = date
    text = f"{number:08d}{year:04d}{month:02d}{day:02d}{hour:02d}{minute:02d}{second:02d}{micros:06d}"
    return [int(text[i : i + 2], 16) for i in range(0, 28, 2)]


def pco(path, video, bigtiff=True, byteorder="<", **options):
    """A BigTIFF to which frames were added one by one, by tifffile."""
    import tifffile

    with tifffile.TiffWriter(path, bigtiff=bigtiff, byteorder=byteorder) as writer:
        for frame in video:
            writer.write(frame, contiguous=False, photometric="minisblack", **options)
    return path


def pco_sparse(path, frames, offsets, pages_at):
    """A BigTIFF with pixels at `offsets`, which are stored in 32 bits as they wrap, and pages from `pages_at` on."""
    height, width = frames.shape[1:]
    size = 2 * height * width
    tags = [(256, 4, width), (257, 4, height), (258, 3, 16), (259, 3, 1), (273, 16, None), (277, 3, 1), (279, 4, size)]
    page_bytes = 8 + 20 * len(tags) + 8
    with open(path, "wb") as file:
        file.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, pages_at))
        for i, (frame, offset) in enumerate(zip(frames, offsets, strict=True)):
            file.seek(offset)
            file.write(frame.astype("<u2").tobytes())
            file.seek(pages_at + i * page_bytes)
            file.write(struct.pack("<Q", len(tags)))
            for tag, kind, value in tags:
                file.write(struct.pack("<HHQQ", tag, kind, 1, offset % 2**32 if value is None else value))
            file.write(struct.pack("<Q", pages_at + (i + 1) * page_bytes if i + 1 < len(frames) else 0))
    return path


def streampix(path, video, version=5, micros=None, fps=500.0, frames=None, description="a dish", padded=True, **fields):
    """A ``.seq`` file: frames of 8 or 16 bits, aligned to 512 bytes, each with its time in us (2 ms apart)."""
    stored = {"magic": 0xFEED, "kind": 100, "bits": 8 * video.dtype.itemsize, "compression": 0, **fields}
    count, height, width = video.shape
    micros = range(1_600_000_000_000_000, 1_600_000_000_000_000 + 2000 * count, 2000) if micros is None else micros
    pixel_bytes = video[0].nbytes
    stamp_bytes = 8 if version >= 5 else 6
    step = stored.get("step", -(-(pixel_bytes + stamp_bytes) // 512) * 512)
    header = struct.pack("<I24sii", stored["magic"], "Norpix seq".encode("utf-16-le"), version, 1024)
    header += description.encode("utf-16-le").ljust(512, b"\0")
    header += struct.pack("<5I", width, height, stored["bits"], stored["bits"], stored.get("pixel_bytes", pixel_bytes))
    header += struct.pack("<4Id", stored["kind"], count if frames is None else frames, 0, step, fps)
    header = header.ljust(620, b"\0") + struct.pack("<I", stored["compression"])
    body = b""
    for frame, passed in zip(video, micros, strict=True):
        stamp = struct.pack("<iHH", passed // 1_000_000, passed // 1000 % 1000, passed % 1000)[:stamp_bytes]
        body += (frame.astype(frame.dtype.newbyteorder("<")).tobytes() + stamp).ljust(step, b"\xff")
    missing = 0 if padded else step - pixel_bytes - stamp_bytes
    path.write_bytes(header.ljust(8192 if version >= 5 else 1024, b"\0") + body[: len(body) - missing])
    return path


def inscopix(path, video, lines=False, micros=None, missing=0, version="1.4.0", timing=None, **entries):
    """An ``.isxd`` file; `lines`: two lines of 1280 values around each frame, which hold its time in us."""
    count, height, width = video.shape
    described = {
        "type": 0,
        "dataType": {"u2": 0, "f4": 1, "u1": 2}[video.dtype.str[1:]],
        "fileVersion": 1,
        "hasFrameHeaderFooter": lines,
        "extraProperties": {"producer": {"version": version}} if lines else None,
        "timingInfo": {
            "numTimes": count + missing,
            "period": {"num": 50, "den": 1000},
            "dropped": [],
            **(timing or {}),
        },
        "spacingInfo": {
            "numPixels": {"x": width, "y": height},
            "pixelSize": {"x": {"num": 3, "den": 1}, "y": {"num": 3, "den": 1}},
        },
        **entries,
    }
    body = b""
    for i, frame in enumerate(video):
        before = np.zeros(2560, "<u2")
        words = [(0 if micros is None else micros[i]) >> shift & 0xFFFF for shift in (0, 16, 32, 48)]
        # 8 bits a value, in the upper bits of 12.
        before[1272:1280] = np.ravel([((word & 0xFF) << 4, word >> 8 << 4) for word in words])
        edges = (before.tobytes(), bytes(5120)) if lines else (b"", b"")
        body += edges[0] + frame.astype(frame.dtype.newbyteorder("<")).tobytes() + edges[1]
    text = json.dumps({key: value for key, value in described.items() if value is not ...}, indent=4).encode()
    path.write_bytes(body + text + b"\0" + struct.pack("<Q", len(text)))
    return path


CZI_XML = """\
<ImageDocument><Metadata>
<Information><Image><SizeX>6</SizeX><Dimensions>
<Channels>{channels}</Channels>
<T><Positions><Interval><StartTime>0</StartTime><Increment>{increment}</Increment></Interval></Positions></T>
</Dimensions></Image></Information>
<Scaling><Items><Distance Id="X"><Value>{width}</Value></Distance></Items></Scaling>
</Metadata></ImageDocument>"""


def czi_segment(name, body):
    """A segment of a ``.czi`` file, whose length is a multiple of 32 bytes."""
    reserved = -(-len(body) // 32) * 32
    return struct.pack("<16sqq", name.encode(), reserved, len(body)) + body.ljust(reserved, b"\0")


def czi_entry(place, frame, position, kind=None, compression=0, part=0, stored=None):
    """An entry of the directory: a frame at a place, such as ``{"T": 3, "C": 0}``."""
    height, width = frame.shape
    kind = {"u1": 0, "u2": 1, "f4": 2, "i4": 12, "f8": 13}[frame.dtype.str[1:]] if kind is None else kind
    extent = {"X": (0, width, stored or width), "Y": (0, height, stored or height)}
    extent |= {letter: (start, 1, 1) for letter, start in place.items()}
    dimensions = [struct.pack("<4siifi", k.encode(), a, n, 0.0, m) for k, (a, n, m) in extent.items()]
    header = struct.pack("<2siqiiB5xi", b"DV", kind, position, part, compression, 0, len(dimensions))
    return header + b"".join(dimensions)


def czi_of_blocks(path, blocks, xml=None, times=None, encode=None, **entry):
    """A ``.czi`` file of (place, frame) pairs; `encode` compresses the bytes of a frame."""
    xml = CZI_XML.format(channels="", increment="0.002", width="2e-6") if xml is None else xml
    file = bytearray(32 + 512)
    entries, positions = [], []
    for place, frame in blocks:
        positions.append(len(file))
        entries.append(czi_entry(place, frame, len(file), **entry))
        note, pixels = b"<METADATA/>", frame.astype(frame.dtype.newbyteorder("<")).tobytes()
        pixels = encode(pixels) if encode else pixels
        start = struct.pack("<iiq", len(note), 0, len(pixels)) + entries[-1]
        file += czi_segment("ZISRAWSUBBLOCK", start.ljust(256, b"\0") + note + pixels)
    metadata, text = len(file), xml.encode()
    file += czi_segment("ZISRAWMETADATA", struct.pack("<ii", len(text), 0).ljust(256, b"\0") + text)
    attached = []
    for kind, name, body in [("CZEVL", "EventList", bytes(8))] + (
        [] if times is None else [("CZTIMS", "TimeStamps", struct.pack(f"<ii{len(times)}d", 0, len(times), *times))]
    ):
        entry_a1 = struct.pack("<2s10xqi16s8s80s", b"A1", len(file), 0, b"", kind.encode(), name.encode())
        attached.append(entry_a1)
        start = struct.pack("<i12x", len(body)) + entry_a1
        file += czi_segment("ZISRAWATTACH", start.ljust(256, b"\0") + body)
    directory = len(file)
    file += czi_segment("ZISRAWDIRECTORY", struct.pack("<i124x", len(entries)) + b"".join(entries))
    attachments = len(file)
    file += czi_segment("ZISRAWATTDIR", struct.pack("<i252x", len(attached)) + b"".join(attached))
    guid = bytes(16)
    start = struct.pack("<iiii16s16siqqiq", 1, 0, 0, 0, guid, guid, 0, directory, metadata, 0, attachments)
    file[: 32 + 512] = czi_segment("ZISRAWFILE", start.ljust(512, b"\0"))
    path.write_bytes(file)
    return path


def czi(path, video, axes="T", **options):
    """A ``.czi`` file; `video` has the given axes before its rows and columns, such as ``"TCZ"``."""
    places = np.ndindex(video.shape[: len(axes)])
    blocks = [(dict(zip(axes, place, strict=True)), video[place]) for place in places]
    return czi_of_blocks(path, blocks, **options)


LIF_IMAGE = """\
<Element Name="{name}"><Data><Image><ImageDescription><Channels>{channels}</Channels>
<Dimensions>{axes}</Dimensions></ImageDescription>{stamps}</Image></Data>
<Memory Size="{size}" MemoryBlockID="MemBlock_{number}"/></Element>"""
LIF_CHANNEL = """\
<ChannelDescription DataType="{kind}" ChannelTag="0" Resolution="{bits}" NameOfMeasuredQuantity="" Min="0" Max="1"
 Unit="" LUTName="{name}" IsLUTInverted="0" BytesInc="{step}" BitInc="0"/>"""
LIF_AXIS = """\
<DimensionDescription DimID="{number}" NumberOfElements="{n}" Origin="0" Length="{length}" Unit="{unit}"
 BytesInc="{step}" BitInc="0"/>"""


def lif(path, images, axes="TYX", lengths=None, stamps="", names=("Green", "Red"), stored=None, time=(None, None)):
    """A ``.lif`` file of images by name; lengths of axes in s and m, from the first to the last element.

    `stored` is what the file holds of an image that is a part of it; `time` are the elements of the axis of time
    that are stated instead, and the bytes from one to the next.
    """
    elements, blocks = [], []
    for number, (name, image) in enumerate(images.items()):
        of_image = axes[name] if isinstance(axes, dict) else axes
        of_axes = zip(of_image, image.shape, image.strides, strict=True)
        steps = {axis: (n, step) for axis, n, step in of_axes}
        count, step = steps.pop("C", (1, 0))
        steps |= {"T": (time[0] or steps["T"][0], time[1] or steps["T"][1])} if any(time) else {}
        bits = 8 * image.dtype.itemsize
        block = np.ascontiguousarray(image if stored is None else stored)
        kind = int(image.dtype.kind == "f")
        known = {"T": 0.002 * (len(image) - 1), "X": 2e-6 * (image.shape[-1] - 1), **(lengths or {})}
        described = [
            LIF_AXIS.format(
                number={"X": 1, "Y": 2, "Z": 3, "T": 4, "M": 10}[axis],
                n=n,
                length=known.get(axis, 1e-3),
                unit="s" if axis == "T" else "m",
                step=stride,
            )
            for axis, (n, stride) in reversed(steps.items())
        ]
        channels = [LIF_CHANNEL.format(kind=kind, bits=bits, name=names[i], step=i * step) for i in range(count)]
        elements.append(
            LIF_IMAGE.format(
                name=name,
                channels="".join(channels),
                axes="".join(described),
                stamps=f"<TimeStampList>{stamps}</TimeStampList>" if stamps else "",
                size=block.nbytes,
                number=number,
            )
        )
        label = f"MemBlock_{number}"
        header = struct.pack("<IIBQBI", 0x70, 0, 0x2A, block.nbytes, 0x2A, len(label)) + label.encode("utf-16-le")
        blocks.append(header + block.tobytes())
    xml = f'<LMSDataContainerHeader Version="2"><Element Name="rec"><Children>{"".join(elements)}</Children></Element>'
    text = (xml + "</LMSDataContainerHeader>").encode("utf-16-le")
    header = struct.pack("<IIBI", 0x70, len(text) + 5, 0x2A, len(text) // 2)
    path.write_bytes(header + text + b"".join(blocks))
    return path
