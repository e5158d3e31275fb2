"""Mutations that keep the rest of a file valid: of members of archives, objects of HDF5, entries of TIFF, cells, nodes.

Each takes bytes and returns bytes. Checksums and lengths are right afterwards, so the change is seen by whoever uses
the values, and is not stopped at the door.
"""

import ast
import io
import json
import struct
import warnings
import zipfile
import zlib

import numpy as np

from . import bytewise

ODD_VALUES = [
    None, True, False, 0, 1, -1, 2, 3, 0.5, -5, 10**9, 2**63, 10**30, 1e308, -1e308, "", "abc", "0", "1e999",
    "\0", "é" * 20, [], {}, [0], [1, 2], [[1, 2], [3]], {"a": 1}, [None], ["a", "a"], "float64", "object", "x" * 3000,
]  # fmt: skip
SHAPES = [(), (0,), (1,), (2,), (3, 0), (2, 3), (7, 5, 6), (6, 5, 7), (1, 1, 1, 1), (2,) * 6]
TIFF_TAGS = [254, 256, 257, 258, 259, 262, 266, 270, 273, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 339, 50838]
TIFF_TYPES = [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 16, 99]
TIFF_CODECS = [2, 5, 6, 7, 8, 32773, 34712, 34887, 50000, 50001]
ARRAY_TYPES = ["<f8", "|O", "<U3", "|V4", ">i2", "|b1", "<c16", "<g", "M8[s]", 3, [("a", "<i4")], "|u1", "x"]
ARRAY_SHAPES = [(), 5, None, "a", (10**6, 10**6, 10**6), (-1,), (0,), (2.5,), (True, 2), (1,) * 70]
DTYPES = ["u1", "i8", "f4", "f8", ">i2", "?", "c8", "S5", "g", "f2"]


# --- zip ----------------------------------------------------------------------------------------------------------


def change_zip(data, random, depth=0):
    """Change, drop, repeat or rename a member of an archive, or mark it as something else."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(entry, archive.read(entry)) for entry in archive.infolist()]
    if not members:
        return bytewise.flip(data, random)
    index = random.randrange(len(members))
    entry, content = members[index]
    how = random.randrange(12)
    if how == 0:
        del members[index]
    elif how == 1:
        members.insert(random.randrange(len(members)), (entry, content))
    elif how == 2:
        named = random.choice(["../" + entry.filename, "/" + entry.filename, entry.filename.upper(), "a\n", "é", ""])
        members[index] = (_renamed(entry, named), content)
    elif how == 3:
        members[index] = (entry, random.choice([b"", bytes(300_000), content * 3]))
    else:
        members[index] = (entry, mutated(content, random, depth + 1))
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for entry, content in members:
            plain = zipfile.ZipInfo(entry.filename)
            plain.compress_type = entry.compress_type
            archive.writestr(plain, content)
    packed = buffer.getvalue()
    return _marked(packed, random) if random.random() < 0.06 else packed


def _renamed(entry, name):
    return zipfile.ZipInfo(name)


def _marked(packed, random):
    """Say that a member is encrypted, or compressed in some other way."""
    start = packed.find(b"PK\1\2")
    local, central = (6, 8), (start + 8, start + 10)
    changed = bytearray(packed)
    if random.random() < 0.3:
        for offset, _ in (local, central):
            changed[offset] |= 1
    else:
        method = random.choice([0, 8, 9, 12, 14, 93, 97, 99])
        for _, offset in (local, central):
            struct.pack_into("<H", changed, offset, method)
    return bytes(changed)


# --- text ---------------------------------------------------------------------------------------------------------


def change_json(data, random):
    """Replace, drop or repeat one node of a document."""
    document = json.loads(data)
    nodes = list(_nodes(document))
    if not nodes:
        return json.dumps(random.choice(ODD_VALUES)).encode()
    _change_node(*random.choice(nodes), random)
    if random.random() < 0.03:
        return b"[" * 100_000 + data
    return json.dumps(document, indent=2 if b"\n" in data[:-1] else None).encode()


def _change_node(holder, key, random):
    how = random.randrange(8)
    value = holder[key]
    if how == 0:
        del holder[key]
    elif how == 1 and isinstance(holder, dict):
        holder[f"{key}_"] = holder.pop(key)
    elif how == 2 and isinstance(value, list):
        holder[key] = value + value
    elif how == 2 and isinstance(value, (int, float)):
        holder[key] = random.choice([-value, value + 1, value - 1, str(value), [value], float(value), value * 1000])
    elif how == 3:
        holder[key] = [value]
    else:
        holder[key] = random.choice([*ODD_VALUES, float("nan"), float("inf")])


def _nodes(document):
    """Yield (holder, key) of each node."""
    entries = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in list(entries):
        yield document, key
        if isinstance(value, (dict, list)):
            yield from _nodes(value)


def change_rows(data, random):
    """Change a cell, a row, the delimiter or the encoding of a text table."""
    lines = data.split(b"\n")
    row = random.randrange(len(lines))
    delimiter = b"\t" if b"\t" in lines[0] else b";" if b";" in lines[0] else b","
    cells = lines[row].split(delimiter)
    how, index = random.randrange(12), random.randrange(len(cells))
    if how == 0:
        del cells[index]
    elif how == 1:
        cells.insert(index, random.choice(bytewise.TEXTS))
    elif how in (2, 3, 4, 5):
        odd = [b'"', b'"a', b"=1+1", b"\xff\xfe", b"\0", b"a" * 200_000, cells[0], lines[0].split(delimiter)[-1]]
        cells[index] = random.choice(bytewise.TEXTS + odd)
    elif how == 6:
        return data.replace(delimiter, random.choice([b";", b"\t", b" ", b"|"]))
    elif how == 7:
        return data.decode("latin-1").encode(random.choice(["utf-16", "utf-16-be", "utf-8-sig", "utf-32"]))
    elif how == 8:
        return data.replace(b"\n", random.choice([b"\r", b"\r\n", b"\n\n", b"\0"]))
    elif how == 9:
        del lines[row]
        return b"\n".join(lines)
    elif how == 10:
        lines.insert(row, lines[random.randrange(len(lines))])
        return b"\n".join(lines)
    else:
        return data.replace(b".", b",")
    lines[row] = delimiter.join(cells)
    return b"\n".join(lines)


def change_xml(data, random):
    """Drop, repeat or rename an element or an attribute, as text."""
    parts = data.split(b"<")
    if len(parts) < 3:
        return bytewise.change_text_number(data, random)
    index = random.randrange(1, len(parts))
    how = random.randrange(6)
    if how == 0:
        del parts[index]
    elif how == 1:
        parts.insert(index, parts[index])
    elif how == 2:
        parts[index] = parts[index].replace(b'="', b'_="', 1)
    elif how == 3 and b'="' in parts[index]:
        before, quote, after = parts[index].partition(b'="')
        parts[index] = before + quote + random.choice(bytewise.TEXTS) + after[after.find(b'"') :]
    elif how == 4:
        parts[index] = random.choice([b"a>", b"/a>", b"!ENTITY x>", b"!--"]) + parts[index]
    else:
        return bytewise.change_text_number(data, random)
    return b"<".join(parts)


# --- images and arrays --------------------------------------------------------------------------------------------


def change_png(data, random):
    """Change the body of a chunk, or the order of chunks; checksums are right."""
    chunks, offset = [], 8
    while offset + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, offset)
        chunks.append((data[offset + 4 : offset + 8], data[offset + 8 : offset + 8 + length]))
        offset += 12 + length
    index, how = random.randrange(len(chunks)), random.randrange(8)
    kind, body = chunks[index]
    if how == 0:
        del chunks[index]
    elif how == 1:
        chunks.insert(random.randrange(len(chunks)), chunks[index])
    elif how == 2 and kind == b"IDAT":
        chunks[index] = kind, zlib.compress(random.choice([b"", bytes(2_000_000), zlib.decompress(body)[:-3]]))
    elif how == 3:
        kind = random.choice([b"PLTE", b"tRNS", b"IDAT", b"iTXt", b"zTXt", b"acTL", b"eXIf"])
        chunks.insert(1, (kind, random.randbytes(random.choice([0, 1, 13, 768]))))
    else:
        chunks[index] = kind, bytewise.change_any_number(body, random) if body else b"\0"
    made = [struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks]
    return data[:8] + b"".join(made)


def change_tiff(data, random):
    """Change the code, type, count or value of an entry of a directory, or the link to the next one."""
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    counts, step, link = ("Q", 20, "Q") if big else ("H", 12, "I")
    places, links = [], [(8 if big else 4)]
    (offset,) = struct.unpack_from(order + link, data, links[0])
    while 0 < offset < len(data) - 8 and len(links) < 50:
        (count,) = struct.unpack_from(order + counts, data, offset)
        first = offset + struct.calcsize(counts)
        places += [first + i * step for i in range(min(count, 100))]
        links.append(first + count * step)
        if links[-1] + struct.calcsize(link) > len(data):
            return bytewise.change_size(data, random)
        (offset,) = struct.unpack_from(order + link, data, links[-1])
    changed = bytearray(data)
    if random.random() < 0.1:
        struct.pack_into(order + link, changed, random.choice(links), random.choice([0, 8, len(data), places[0]]))
        return bytes(changed)
    place, wide = random.choice(places), 8 if big else 4
    field, width = random.choice([(0, 2), (2, 2), (4, wide), (4 + wide, wide), (4 + wide, 2)])
    code = order + {2: "H", 4: "I", 8: "Q"}[width]
    (old,) = struct.unpack_from(code, data, place + field)
    values = [*bytewise.SPECIAL, *TIFF_CODECS, old + 1, old - 1, old * 2, len(data)]
    choices = {0: TIFF_TAGS, 2: TIFF_TYPES}.get(field, values)
    struct.pack_into(code, changed, place + field, random.choice(choices) % 256**width)
    return bytes(changed)


def change_npy(data, random):
    """Change the header of an array; its length is right."""
    end = data.find(b"\n") + 1
    header = ast.literal_eval(data[10:end].decode("latin-1"))
    shape = list(header["shape"])
    how = random.randrange(8)
    if how == 0:
        header["descr"] = random.choice(ARRAY_TYPES)
    elif how == 1:
        header["fortran_order"] = random.choice([True, 1, None, "a"])
    elif how == 2:
        del header[random.choice(list(header))]
    elif how == 3:
        header["shape"] = random.choice(ARRAY_SHAPES)
    elif how == 4:
        text = random.choice(["{", "{" * 5000, "(" * 300, "1/0", "__import__('os')", "{'a': " * 50, "'", "[]"])
        return data[:8] + struct.pack("<H", len(text) + 1) + text.encode() + b"\n" + data[end:]
    elif shape:
        index = random.randrange(len(shape))
        shape[index] = random.choice([0, -1, shape[index] + 1, shape[index] - 1, shape[index] * 10**6, 2**62, 1])
        header["shape"] = tuple(shape) if how < 7 else (*shape, 1)
    text = repr(header).encode("latin-1", "replace")[:60_000] + b"\n"
    return data[:8] + struct.pack("<H", len(text)) + text + data[end:]


# --- HDF5 and Parquet ---------------------------------------------------------------------------------------------


def change_hdf5(data, random):
    """Drop or replace an object or an attribute by one of another type or shape, by h5py."""
    import h5py

    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        names = []
        file.visit(names.append)
        name = random.choice(names) if names else None
        if name is None or random.random() < 0.4:
            _change_attribute(file[name] if name and random.random() < 0.7 else file, random)
        else:
            _change_object(file, name, random)
    return buffer.getvalue()


def _change_attribute(thing, random):
    import h5py

    names = list(thing.attrs)
    name = random.choice(names) if names and random.random() < 0.9 else random.choice(["axes", "fps", "unit", "_ARRAY"])
    if name in thing.attrs and random.random() < 0.25:
        del thing.attrs[name]
        return
    values = [
        0,
        -1,
        2.5,
        np.nan,
        "",
        "abc",
        b"\xff",
        [],
        [1, 2],
        np.zeros((2, 3)),
        h5py.Empty("f4"),
        np.bool_(1),
        10**12,
    ]
    values += [["a", "b"], np.float32(1e38), thing.ref, [thing.ref], np.array(b"x"), 2**63]
    thing.attrs[name] = random.choice(values)


def _change_object(file, name, random):
    import h5py

    how = random.randrange(10)
    old = file[name]
    if how == 0 and isinstance(old, h5py.Dataset) and h5py.check_string_dtype(old.dtype) and old.shape == ():
        text = old[()]
        try:
            made = change_json(text, random) if text[:1] in b"{[" else random.choice(bytewise.TEXTS)
        except ValueError:
            made = b""
        del file[name]
        file[name] = made.replace(b"\0", b"")
    elif how in (0, 1):
        del file[name]
    elif how == 2:
        del file[name]
        file.create_group(name)
    elif how == 3:
        del file[name]
        file[name] = random.choice([h5py.SoftLink("/nowhere"), h5py.SoftLink("/" + name), h5py.SoftLink("/")])
    elif how == 4:
        file.move(name, name + "_")
    elif how == 5:
        del file[name]
        file[name] = random.choice([h5py.Empty("f4"), "text", b"\xff\xfe", ["a", "b"], np.zeros(3, "i4,f4"), file.ref])
    elif how == 6:
        del file[name]
        file.create_dataset(name, random.choice([(10**6,) * 3, (10**9, 5, 6), (3, 10**8)]), "u2", chunks=True)
    elif isinstance(old, h5py.Dataset) and how == 7 and old.shape:
        values = old[()]
        del file[name]
        file[name] = values[:-1] if random.random() < 0.5 else np.repeat(values, 2, axis=-1)
    elif isinstance(old, h5py.Dataset) and how == 8 and old.dtype.kind in "iuf":
        values = old[()]
        del file[name]
        file[name] = np.asarray(values).astype(random.choice(DTYPES[:7]))
    else:
        del file[name]
        file[name] = np.zeros(random.choice(SHAPES), random.choice(DTYPES))


def change_parquet(data, random):
    """Change the type, the name or the note of a column, by pyarrow."""
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(io.BytesIO(data))
    notes = dict(table.schema.metadata or {})
    how, index = random.randrange(8), random.randrange(table.num_columns)
    if how < 3 and notes:
        key = random.choice(list(notes))
        try:
            notes[key] = change_json(notes[key], random)
        except ValueError:
            notes[key] = bytewise.change_text_number(notes[key], random)
    elif how == 3 and notes:
        del notes[random.choice(list(notes))]
    elif how == 4:
        table = table.remove_column(index)
    elif how == 5:
        table = table.append_column("more" if random.random() < 0.5 else table.column_names[index], table.column(index))
    elif how == 6:
        odd = [["a"], [None], [True], [[1]], [{"a": 1}], [b"\xff"], [2**62]]
        column = pyarrow.array(random.choice(odd) * table.num_rows)
        table = table.set_column(index, table.column_names[index], column)
    else:
        table = table.slice(0, random.randint(0, table.num_rows))
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata(notes), buffer)
    return buffer.getvalue()


# --- the choice ---------------------------------------------------------------------------------------------------

# (how a file begins, how it is changed inside, how often)
LAYERS = [
    (b"PK\3\4", change_zip, 0.6),
    (b"\x89HDF", change_hdf5, 0.4),
    (b"\x89PNG", change_png, 0.5),
    (b"PAR1", change_parquet, 0.4),
    (b"II*\0", change_tiff, 0.5),
    (b"II+\0", change_tiff, 0.5),
    (b"MM\0*", change_tiff, 0.5),
    (b"\x93NUMPY", change_npy, 0.4),
    (b"<", change_xml, 0.5),
    (b"{", change_json, 0.6),
    (b"[", change_json, 0.6),
]


def mutated(data, random, depth=0):
    """Return a changed copy of the bytes of a file."""
    data = _changed_inside(data, random, depth)
    for _ in range(random.choice([0, 0, 0, 0, 0, 1, 1, 1, 2, 5])):
        data = random.choice(bytewise.MUTATIONS)(data, random)
    return data


def _changed_inside(data, random, depth):
    """Change the structure of a file that is still whole, or else its bytes."""
    begins = data[:4]
    layer, often = next(((change, often) for mark, change, often in LAYERS if begins.startswith(mark)), (None, 0.0))
    if layer is None and _is_rows(data):
        layer, often = change_rows, 0.5
    if layer is not None and random.random() < often and depth < 3:
        try:
            return layer(data, random, depth) if layer is change_zip else layer(data, random)
        except INVALID:  # not what it looked like, such as text that begins like a document
            pass
    return random.choice(bytewise.MUTATIONS)(data, random)


def _is_rows(data):
    return data.count(b"\n") > 1 and not data[:2000].translate(None, bytes(range(9, 14)) + bytes(range(32, 256)))


INVALID = (ValueError, TypeError, OSError, KeyError, IndexError, RuntimeError, zipfile.BadZipFile, zlib.error)
INVALID += (struct.error, AttributeError, SyntaxError, OverflowError, NotImplementedError, EOFError, RecursionError)
INVALID += (MemoryError,)
