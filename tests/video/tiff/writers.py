"""OME-TIFF sets, and files of MetaMorph, LSM and ScanImage, in the layouts of the programs that write them."""

import json
import struct

import numpy as np
import tifffile

OME = "http://www.openmicroscopy.org/Schemas/OME/2016-06"


def ome_xml(video, planes, *, channels=(), order="XYCZT", extra="", uuid="urn:uuid:0", times=()):
    """The description of a recording (T, Z, C, H, W); `planes` are (t, z, c, file, its UUID, page)."""
    t, z, c, height, width = video.shape
    named = "".join(f'<Channel ID="Channel:0:{i}" Name="{name}"/>' for i, name in enumerate(channels))
    data = "".join(
        f'<TiffData FirstT="{i}" FirstZ="{j}" FirstC="{k}" IFD="{page}" PlaneCount="1">'
        f'<UUID FileName="{file}">{own}</UUID></TiffData>'
        for i, j, k, file, own, page in planes
    )
    plane = "".join(f'<Plane TheT="{i}" TheZ="0" TheC="0" {noted}/>' for i, noted in enumerate(times))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><OME xmlns="{OME}" UUID="{uuid}"><Image ID="Image:0" Name="rec">'
        f'<Pixels ID="Pixels:0" DimensionOrder="{order}" Type="{video.dtype}" SizeX="{width}" SizeY="{height}" '
        f'SizeC="{c}" SizeZ="{z}" SizeT="{t}" {extra}>{named}{data}{plane}</Pixels></Image></OME>'
    )


def binary_only(file, uuid):
    """The description in a file that leaves it to another one."""
    return f'<OME xmlns="{OME}" UUID="urn:uuid:own"><BinaryOnly MetadataFile="{file}" UUID="{uuid}"/></OME>'


def description(path):
    """The description in a file."""
    with tifffile.TiffFile(path) as tif:
        return tif.pages.first.description


def write(path, pages, description):
    """Write pages with a description and no other metadata."""
    with tifffile.TiffWriter(path) as writer:
        for i, page in enumerate(pages):
            text = description.encode() if i == 0 else None
            writer.write(page, photometric="minisblack", metadata=None, description=text, contiguous=False)
    return path


def bruker(folder, video, channels=(), **options):
    """A set of one page a file (T, Z, C, H, W): the first has the description, the others its name."""
    folder.mkdir(exist_ok=True)
    t, z, c = video.shape[:3]
    places = [(i, j, k) for i in range(t) for j in range(z) for k in range(c)]
    names = [f"TSeries-001_Cycle00001_Ch{k + 1}_{i * z + j + 1:06d}.ome.tif" for i, j, k in places]
    uuids = [f"urn:uuid:{n}" for n in range(len(names))]
    planes = [(*place, name, own, 0) for place, name, own in zip(places, names, uuids, strict=True)]
    for number, (place, name) in enumerate(zip(places, names, strict=True)):
        full = ome_xml(video, planes, channels=channels, uuid=uuids[0], **options)
        write(folder / name, [video[place]], full if number == 0 else binary_only(names[0], uuids[0]))
    return [folder / name for name in names]


def micromanager(folder, video, per_file, channels=(), **options):
    """A set in several files of `per_file` planes (T, 1, C, H, W), each with the description of all."""
    folder.mkdir(exist_ok=True)
    t, _, c = video.shape[:3]
    places = [(i, 0, k) for i in range(t) for k in range(c)]
    planes = []
    for n, place in enumerate(places):
        file = n // per_file
        name = f"img_MMStack{f'_{file}' if file else ''}.ome.tif"
        planes.append((*place, name, f"urn:uuid:{file}", n % per_file))
    names = list(dict.fromkeys(plane[3] for plane in planes))
    for file, name in enumerate(names):
        pages = [video[plane[:3]] for plane in planes if plane[3] == name]
        write(folder / name, pages, ome_xml(video, planes, channels=channels, uuid=f"urn:uuid:{file}", **options))
    return [folder / name for name in names]


def metamorph(path, video, milliseconds=None, calibration=None, description="", day=2_459_810):
    """A stack of MetaMorph: one page, whose tags describe all planes, which follow each other.

    Without times and calibration, the tags are as empty as those that Prairie View writes.
    """
    planes, height, width = video.shape
    days, noted = ([0] * planes, [0] * planes) if milliseconds is None else ([day] * planes, milliseconds)
    text = description.encode() + b"\0"
    size, unit = calibration or (0, "")
    # Their own tags, as pairs of a number and a value, or the place of a longer one: fractions, texts and dates.
    pixels = video.astype("<u2").tobytes()
    places, blob = {}, struct.pack("<2sHI", b"II", 42, 0) + pixels
    length = len(unit.encode()) + 1
    places["unit"], blob = len(blob), blob + struct.pack("<I", length) + unit.encode() + b"\0"
    places["size"], blob = len(blob), blob + struct.pack("<2I", round(size * 1000), 1000)
    places["dates"], blob = len(blob), blob + struct.pack("<4I", 0, 0, 0, 0)
    own = struct.pack("<4I", 16, places["dates"], 17, places["dates"])  # when it was made and saved: never
    if calibration:
        own += struct.pack("<6I", 3, 1, 4, places["size"], 6, places["unit"])
    places["own"], blob = len(blob), blob + own
    each = [struct.pack("<6I", 0, 1 if milliseconds else 0, *when, *when) for when in zip(days, noted, strict=True)]
    places["each"], blob = len(blob), blob + b"".join(each)
    places["waves"], blob = len(blob), blob + struct.pack("<2I", 77, 43) * planes
    places["text"], blob = len(blob), blob + text + b" " * (len(text) % 2)
    entries = [
        *((256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 16), (259, 3, 1, 1), (262, 3, 1, 1)),
        *((270, 2, len(text), places["text"]), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height)),
        *((279, 4, 1, height * width * 2), (33628, 4, len(own) // 8, places["own"])),
        *((33629, 5, planes, places["each"]), (33630, 5, planes, places["waves"])),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    path.write_bytes(blob[:4] + struct.pack("<I", len(blob)) + blob[8:] + directory + struct.pack("<I", 0))
    return path


def lsm(path, video, compression=None):
    """A recording of Zeiss LSM: a smaller picture follows each frame, and lengths are those before compression."""
    frames, height, width = video.shape
    notes = {"DimensionX": width, "DimensionY": height, "DimensionZ": 1, "DimensionChannels": 1}
    notes |= {"MagicNumber": 67127628, "DimensionTime": frames, "ScanType": 3}  # along X, Y and time
    header = np.zeros(1, tifffile.TIFF.CZ_LSMINFO)
    header["StructureSize"] = header.itemsize
    for name, value in notes.items():
        header[name] = value
    tag = (34412, "B", header.nbytes, header.tobytes(), True)
    options = {"metadata": None, "contiguous": False, "photometric": "minisblack"}
    with tifffile.TiffWriter(path) as writer:
        for i, frame in enumerate(video):
            writer.write(frame, compression=compression, extratags=[] if i else [tag], **options)
            writer.write(frame[::2, ::2], subfiletype=1, **options)
    with tifffile.TiffFile(path) as tif:
        places = [tag.valueoffset for page in list(tif.pages)[::2] if (tag := page.aspage().tags[279])]
    data = bytearray(path.read_bytes())
    for at in places:
        struct.pack_into("<I", data, at, video[0].nbytes)
    path.write_bytes(data)
    return path


def scanimage(path, pages, settings, first=1, bigtiff=True):
    """A file of ScanImage: settings in the Software tag, counters and times in the description of each page."""
    text = "\n".join(f"SI.{name} = {value}" for name, value in settings.items())
    with tifffile.TiffWriter(path, bigtiff=bigtiff) as writer:
        for i, page in enumerate(np.asarray(pages)):
            counters = f"frameNumbers = {first + i}\nacquisitionNumbers = 1\nframeNumberAcquisition = {first + i}\n"
            note = f"{counters}frameTimestamps_sec = {(first + i - 1) / 30:.9f}\n"
            writer.write(
                page, photometric="minisblack", metadata=None, description=note, software=text, contiguous=False
            )
    return path


def ndtiff(folder, planes, per_file, notes=None):
    """A recording of Micro-Manager: (axes, image) of each plane, an index of them, and a note for each."""
    folder.mkdir(exist_ok=True)
    index, names = b"", []
    for start in range(0, len(planes), per_file):
        file = start // per_file
        name = f"rec_NDTiffStack{f'_{file}' if file else ''}.tif"
        names.append(name)
        part = planes[start : start + per_file]
        write(folder / name, [image for _, image in part], "")
        with tifffile.TiffFile(folder / name) as tif:
            offsets = [page.dataoffsets[0] for page in tif.pages]
        with open(folder / name, "r+b") as opened:
            for i, ((axes, image), offset) in enumerate(zip(part, offsets, strict=True)):
                note = json.dumps((notes or [{}] * len(planes))[start + i]).encode()
                place = opened.seek(0, 2)
                opened.write(note)
                named = json.dumps(axes).encode()
                index += struct.pack("<I", len(named)) + named + struct.pack("<I", len(name)) + name.encode()
                kind = {1: 0, 2: 1}[image.itemsize]
                index += struct.pack("<IiiiiIii", offset, image.shape[1], image.shape[0], kind, 0, place, len(note), 0)
    (folder / "NDTiff.index").write_bytes(index)
    return [folder / name for name in names]
