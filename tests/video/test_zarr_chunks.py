"""Chunks of zarr arrays decompressed in threads: values as zarr reads them, and what is left to zarr."""

import numcodecs
import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ZstdCodec

from optimap.video import load_video, open_video
from optimap.video.formats.zarr import CheckedFolder
from optimap.video.zarr_chunks import ThreadedArray, threaded
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((23, 17, 19))
SHAPES = [(5, 17, 19), (1, 17, 19), (4, 6, 5), (40, 40, 40)]
NEW = {"zstd": ZstdCodec(), "blosc": BloscCodec(), "gzip": GzipCodec(), "none": None}
OLD = {
    "zstd": numcodecs.Zstd(),
    "blosc": numcodecs.Blosc(),
    "zlib": numcodecs.Zlib(),
    "lz4": numcodecs.LZ4(),
    "bz2": numcodecs.BZ2(),
    "lzma": numcodecs.LZMA(),
    "none": None,
}
CASES = [(3, name) for name in NEW] + [(2, name) for name in OLD]


def write(path, version=3, name="zstd", chunks=(5, 17, 19), video=VIDEO, **options):
    compressors = (NEW if version == 3 else OLD)[name]
    return zarr.create_array(path, data=video, chunks=chunks, zarr_format=version, compressors=compressors, **options)


def opened(path):
    """The array as it is read for a recording."""
    return threaded(zarr.open_array(CheckedFolder(path), mode="r"), path)


@pytest.mark.parametrize(("version", "name"), CASES)
@pytest.mark.parametrize("chunks", SHAPES)
def test_values_of_every_compression(tmp_path, version, name, chunks):
    path = tmp_path / "rec.zarr"
    write(path, version, name, chunks)
    assert isinstance(opened(path), ThreadedArray)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[20:3:-4, 2:9, 5:], VIDEO[20:3:-4, 2:9, 5:], strict=True)
        np.testing.assert_array_equal(recording[7], VIDEO[7], strict=True)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("zarr") / "rec.zarr"
    write(path, chunks=(4, 6, 5))
    return path


@settings(max_examples=30)
@given(data=st.data())
def test_any_part(path, data):
    parts = [slice(*sorted(data.draw(st.tuples(st.integers(0, n), st.integers(0, n))))) for n in VIDEO.shape]
    parts[0] = slice(parts[0].start, parts[0].stop, data.draw(st.integers(1, 7)))
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[tuple(parts)], VIDEO[tuple(parts)], strict=True)


@pytest.mark.parametrize("version", [2, 3])
def test_chunks_that_are_missing_are_fill_values(tmp_path, version):
    array = zarr.create_array(tmp_path / "rec.zarr", shape=VIDEO.shape, dtype="u2", chunks=(5, 6, 19), fill_value=7)
    array[:5] = VIDEO[:5]
    video = load_video(tmp_path / "rec.zarr")
    np.testing.assert_array_equal(video[:5], VIDEO[:5])
    assert (video[5:] == 7).all()


@pytest.mark.parametrize("name", ["zstd", "blosc", "gzip", "none"])
@pytest.mark.parametrize("keep", [0, 7, -1])
def test_a_chunk_that_was_cut_off_is_an_error(tmp_path, name, keep):
    path = tmp_path / "rec.zarr"
    write(path, name=name)
    makers.keep(path / "c/2/0/0", keep)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:10], VIDEO[:10])
        check_error(lambda: recording[:], ValueError, "path", r"rec\.zarr is damaged, / cannot be read \(", path)


def test_what_is_left_to_zarr(tmp_path):
    for number, options in enumerate(
        (
            {"shards": (10, 17, 19)},
            {"version": 2, "order": "F"},
            {"version": 2, "filters": numcodecs.Delta("u2")},
            {"version": 2, "video": VIDEO.astype(">u2")},
            {"serializer": BytesCodec(endian="big")},
            {"video": VIDEO.astype("c8")},
        )
    ):
        write(tmp_path / str(number), **options)
        assert not isinstance(opened(tmp_path / str(number)), ThreadedArray)
    zarr.create_array(tmp_path / "crc", data=VIDEO, chunks=(5, 17, 19), compressors=(ZstdCodec(), Crc32cCodec()))
    assert not isinstance(opened(tmp_path / "crc"), ThreadedArray)
    np.testing.assert_array_equal(load_video(tmp_path / "crc"), VIDEO)


def test_an_array_in_a_group(tmp_path):
    path = makers.zarr_group(tmp_path / "rec.zarr", inner__video=VIDEO)
    np.testing.assert_array_equal(load_video(path), VIDEO)
    np.testing.assert_array_equal(load_video(path / "inner" / "video"), VIDEO)
