"""Zarr stores from anywhere: codecs that run code or are not known, chunks that grow, names that lead out."""

import bz2
import gzip
import json
import lzma
import os
import pickle
import shutil
import zipfile
import zlib

import numcodecs
import numpy as np
import pytest

zarr = pytest.importorskip("zarr")

from optimap._cli import main  # noqa: E402
from optimap.video import load_video, open_video  # noqa: E402
from tests import makers  # noqa: E402
from tests.errors import check_error  # noqa: E402

VIDEO = makers.random_video((6, 8, 10))
BOMB = bytes(100 * 2**20)


class Harm:
    """Would make a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def described(path, version, change):
    """Change the description of the array ``video`` in a group."""
    file = path / "video" / (".zarray" if version == 2 else "zarr.json")
    description = json.loads(file.read_text())
    change(description)
    file.write_text(json.dumps(description))


def store(path, version, **options):
    group = zarr.open_group(path, mode="w", zarr_format=version)
    array = group.create_array("video", shape=VIDEO.shape, dtype="u2", chunks=(2, 8, 10), **options)
    array[:] = VIDEO
    return path


def chunk(path, version, number=0):
    return path / "video" / (f"{number}.0.0" if version == 2 else f"c/{number}/0/0")


@pytest.mark.parametrize("where", ["compressor", "filters"])
@pytest.mark.parametrize("codec", ["pickle", "msgpack2", "unknown"])
def test_codecs_of_objects_are_refused_before_a_chunk_is_read(tmp_path, capsys, codec, where):
    path = store(tmp_path / "rec.zarr", 2)
    one = {"id": codec}
    described(path, 2, lambda array: array.update({where: one if where == "compressor" else [one]}))
    chunk(path, 2).write_bytes(pickle.dumps(Harm(tmp_path / "harm")))
    match = rf"rec\.zarr is not opened: its array video uses the codec '{codec}', which is not in the list of codecs"
    check_error(lambda: load_video(path), ValueError, "path", match, path)
    assert main(["info", str(path)]) == 2
    assert "because others might run code" in capsys.readouterr().err
    assert not (tmp_path / "harm").exists()


def of_version_3(array):
    """Say what arrays of version 3 say, too."""
    grid = {"name": "regular", "configuration": {"chunk_shape": array["chunks"]}}
    array.update(node_type="array", chunk_grid=grid, data_type="uint16", codecs=[{"name": "bytes"}])


def test_a_description_that_looks_like_the_other_version_is_checked(tmp_path):
    path = store(tmp_path / "rec.zarr", 2)
    described(path, 2, of_version_3)
    np.testing.assert_array_equal(load_video(path), VIDEO)
    described(path, 2, lambda array: array.update(compressor={"id": "pickle"}))
    check_error(lambda: open_video(path), ValueError, "path", "uses the codec 'pickle'", path)
    path = store(tmp_path / "new.zarr", 3)
    described(path, 3, lambda array: array.update(chunks=[1, 1, 1], dtype="<u2"))
    described(path, 3, lambda array: array["codecs"].append({"name": "numcodecs.pickle"}))
    check_error(lambda: open_video(path), ValueError, "path", "uses the codec 'pickle'", path)


@pytest.mark.parametrize("version", [2, 3])
def test_both_versions_of_an_array_may_lie_in_a_store(tmp_path, version):
    """Programs that convert a store leave the old descriptions; the Rust library zarrs writes a node type into them."""
    path = store(tmp_path / "rec.zarr", version)
    other = store(tmp_path / "other.zarr", 5 - version)
    for name in ("", "video/"):
        for file in (other / name).glob("*z*"):
            if file.is_file():
                (path / name / file.name).write_bytes(file.read_bytes())
    if version == 2:
        (path / "video" / "c").mkdir()
        for number in range(3):
            (path / "video" / "c" / str(number) / "0").mkdir(parents=True)
            chunk(path, 3, number).write_bytes(chunk(other, 3, number).read_bytes())
    else:
        described(path, 2, lambda array: array.update(node_type="array"))
    np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize("name", ["numcodecs.pickle", "pickle", "numcodecs.unknown"])
@pytest.mark.parametrize("part", ["codecs", "inner", "index"])
def test_codecs_of_shards_are_checked_too(tmp_path, name, part):
    path = store(tmp_path / "rec.zarr", 3, shards=None if part == "codecs" else (4, 8, 10))

    def change(array):
        if part == "codecs":
            array["codecs"].append({"name": name, "configuration": {}})
        else:
            inner = array["codecs"][0]["configuration"]
            inner["codecs" if part == "inner" else "index_codecs"].append({"name": name, "configuration": {}})

    described(path, 3, change)
    check_error(
        lambda: open_video(path), ValueError, "path", f"uses the codec '{name.removeprefix('numcodecs.')}'", path
    )


@pytest.mark.filterwarnings("ignore:Consolidated metadata")
def test_codecs_in_a_description_of_the_whole_group_are_checked(tmp_path):
    path = store(tmp_path / "rec.zarr", 2)
    array = json.loads((path / "video" / ".zarray").read_text()) | {"filters": [{"id": "pickle"}]}
    together = {"zarr_consolidated_format": 1, "metadata": {".zgroup": {"zarr_format": 2}, "video/.zarray": array}}
    (path / ".zmetadata").write_text(json.dumps(together))
    check_error(lambda: open_video(path), ValueError, "path", "uses the codec 'pickle'", path)
    path = store(tmp_path / "new.zarr", 3)
    zarr.consolidate_metadata(path)
    group = json.loads((path / "zarr.json").read_text())
    group["consolidated_metadata"]["metadata"]["video"]["codecs"].append({"name": "numcodecs.pickle"})
    (path / "zarr.json").write_text(json.dumps(group))
    check_error(lambda: open_video(path), ValueError, "path", "uses the codec 'pickle'", path)


@pytest.mark.parametrize("codec", ["zlib", "gzip", "bz2", "lzma", "zstd", "blosc", "lz4"])
def test_every_compression_of_version_2_is_read(tmp_path, codec):
    compressor = numcodecs.get_codec({"id": codec})
    path = store(tmp_path / "rec.zarr", 2, compressors=compressor, filters=numcodecs.Delta("u2"))
    np.testing.assert_array_equal(load_video(path), VIDEO)
    zarr.consolidate_metadata(path)
    np.testing.assert_array_equal(load_video(path), VIDEO)


@pytest.mark.parametrize("codec", ["Zlib", "GZip", "BZ2", "LZMA", "Zstd", "Blosc", "LZ4"])
@pytest.mark.parametrize("shards", [None, (4, 8, 10)])
@pytest.mark.filterwarnings("ignore::zarr.errors.ZarrUserWarning")
def test_every_compression_of_version_3_is_read(tmp_path, codec, shards):
    from zarr.codecs import numcodecs as codecs

    compressor = getattr(codecs, codec)()
    path = store(tmp_path / "rec.zarr", 3, compressors=compressor, shards=shards)
    np.testing.assert_array_equal(load_video(path), VIDEO)


BOMBS = {
    "zlib": lambda: zlib.compress(BOMB, 9),
    "gzip": lambda: gzip.compress(BOMB, 9),
    "bz2": lambda: bz2.compress(BOMB),
    "lzma": lambda: lzma.compress(BOMB, preset=0),
    "zstd": lambda: numcodecs.Zstd().encode(BOMB),
    "blosc": lambda: numcodecs.Blosc("zlib").encode(BOMB),
    "lz4": lambda: numcodecs.LZ4().encode(BOMB),
    "zstd in blocks": lambda: b"\x28\xb5\x2f\xfd\0\x58" + b"\2\0\x10\0" * 799 + b"\3\0\x10\0",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_chunk_gives_no_more_than_it_can_hold(tmp_path, kind, memory):
    name = kind.split()[0]
    path = store(tmp_path / "rec.zarr", 2, compressors=numcodecs.get_codec({"id": name}))
    data = BOMBS[kind]()
    assert len(data) < 3 * 2**20
    chunk(path, 2, 1).write_bytes(data)
    match = r"rec\.zarr is damaged, /video cannot be read \(a chunk"
    assert memory(load_video, path, match=match) < 40 * 2**20


def test_names_in_descriptions_do_not_leave_the_store(tmp_path):
    store(tmp_path / "secret.zarr", 3)
    path = makers.ome_zarr(tmp_path / "rec.zarr", VIDEO[:, np.newaxis], "tzyx")
    for name in ("../secret.zarr/video", str(tmp_path / "secret.zarr" / "video"), "..\\secret.zarr\\video"):
        group = zarr.open_group(path, mode="r+")
        attributes = dict(group.attrs)
        inner = attributes.get("ome", attributes)
        inner["multiscales"][0]["datasets"][0]["path"] = name
        group.attrs.put(attributes)
        check_error(lambda: load_video(path), ValueError, "path", "cannot be read as zarr", path)


@pytest.mark.parametrize("dtype", ["(2,f4", "9" * 50 + "f4", "2_f4", "f4(", "", "O", ["<f4"], 7])
def test_types_that_cannot_be_parsed(tmp_path, dtype):
    path = store(tmp_path / "rec.zarr", 2)
    described(path, 2, lambda array: array.update(dtype=dtype))
    check_error(lambda: load_video(path), ValueError, "path", r"rec\.zarr", path)


@pytest.mark.parametrize("version", [2, 3])
def test_a_chain_of_very_many_codecs(tmp_path, version):
    """zarr takes minutes for it, for 2 MB."""
    path = store(tmp_path / "rec.zarr", version)
    if version == 2:
        described(path, 2, lambda array: array.update(filters=[{"id": "shuffle"}] * 100_000))
    else:
        described(path, 3, lambda array: array.update(codecs=array["codecs"] + [{"name": "crc32c"}] * 100_000))
    check_error(lambda: load_video(path), ValueError, "path", r"rec\.zarr .* uses 10000\d (codecs|filters), one", path)


@pytest.mark.parametrize("noted", [[500, [1]], {"rate": 500}, [], "fast"])
def test_a_rate_that_is_not_a_number_is_unknown(tmp_path, noted):
    path = store(tmp_path / "rec.zarr", 2)
    (path / "video" / ".zattrs").write_text(json.dumps({"fps": noted}))
    with open_video(path) as recording:
        assert recording.fps is None


def test_a_description_of_a_gigabyte_is_not_read(tmp_path, memory):
    path = store(tmp_path / "rec.zarr", 3)
    with zipfile.ZipFile(tmp_path / "rec.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in path.rglob("*"):
            archive.write(file, file.relative_to(path).as_posix())
        archive.writestr("other/zarr.json", b" " * len(BOMB))
    shutil.rmtree(path)
    match = r"rec\.zip cannot be read as zarr .*more than the \d+ that it can use"
    assert memory(load_video, tmp_path / "rec.zip", match=match) < 40 * 2**20
