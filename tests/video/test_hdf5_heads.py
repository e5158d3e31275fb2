"""Heads of chunks that plugins of HDF5 compressed: those of whole chunks pass, and what they trust is checked."""

import bz2
import struct

import h5py
import imagecodecs
import numpy as np
import pytest

from optimap.video.hdf5_heads import CHECKS, CheckedChunks, checked
from tests import makers

BZIP2, BLOSC, LZ4, BITSHUFFLE, ZSTD = 307, 32001, 32004, 32008, 32015
VIDEO = makers.random_video((23, 17, 19))
PARAMETERS = (0, 4, 2, 0, 2)  # of Bitshuffle: two versions, the size of a value, of a block, and LZ4


def lz4_chunk(data, block, unit=1):
    """The size of a chunk and of its blocks, then each block behind its length, and what fills no unit as it is."""
    whole = len(data) // unit * unit
    parts = [imagecodecs.lz4_encode(data[i : min(i + block, whole)]) for i in range(0, whole, block)]
    blocks = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return struct.pack(">QI", len(data), block) + blocks + data[whole:]


def chunk(number, data):
    """What the filter with a number stores."""
    if number in (LZ4, BITSHUFFLE):
        return lz4_chunk(data, 256, 16 if number == BITSHUFFLE else 1)
    return {BZIP2: bz2.compress, BLOSC: imagecodecs.blosc_encode, ZSTD: imagecodecs.zstd_encode}[number](data)


@pytest.mark.parametrize("nbytes", [2, 14, 16, 200, 256, 300, 70_000])
@pytest.mark.parametrize("number", CHECKS)
def test_whole_chunks(number, nbytes):
    for data in (bytes(nbytes), np.random.default_rng(0).bytes(nbytes)):
        CHECKS[number](chunk(number, data), nbytes, PARAMETERS)
        for other in (nbytes - 2, nbytes + 2):
            with pytest.raises((OSError, struct.error), match="states"):
                CHECKS[number](chunk(number, data), other, PARAMETERS)


@pytest.mark.parametrize("number", [LZ4, BITSHUFFLE])
def test_blocks_that_lead_out_of_the_chunk(number):
    raw = bytearray(chunk(number, bytes(600)))
    for block, length in ((0, 4), (256, 2**31), (1, 4)):
        struct.pack_into(">II", raw, 8, block, length)
        with pytest.raises((OSError, struct.error)):
            CHECKS[number](bytes(raw), 600, PARAMETERS)


@pytest.mark.parametrize(
    "key", [np.s_[:, :, :], np.s_[3, :, :], np.s_[2:20:3, 4:9, :5], np.s_[5:5, :, :], np.s_[22, 16, 18]]
)
def test_slices_are_those_of_the_dataset(tmp_path, key):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset("video", data=VIDEO, chunks=(4, 5, 6), shuffle=True)
        assert checked(dataset) is dataset
        found = CheckedChunks(dataset, BITSHUFFLE, (0, 0, 2, 0, 0))[key]  # without compression
        np.testing.assert_array_equal(found, VIDEO[key], strict=True)


def test_only_chunks_that_are_read_are_looked_at(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset("video", (8, 17, 19), "u2", chunks=(4, 17, 19), shuffle=True)
        dataset.id.write_direct_chunk((0, 0, 0), bytes(100))
        frames = CheckedChunks(dataset, BITSHUFFLE, (0, 0, 2, 0, 0))
        assert not frames[6, :, :].any()  # never written
        with pytest.raises(OSError, match="a chunk of 2584 bytes states 100"):
            frames[3:5, :, :]
