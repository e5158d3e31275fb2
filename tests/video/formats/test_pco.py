"""PCO recordings, written with tifffile or byte by byte."""

import struct

import numpy as np
import pytest

from optimap.video import load_metadata, load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.microscopes import bcd_stamp, pco, pco_sparse

VIDEO = makers.random_video((6, 4, 20))
NOON = (2019, 12, 31, 23, 59, 59)


def stamped(path, micros, shift=0, numbers=None, **options):
    """A recording whose frames carry stamps, `micros` after one second before the new year."""
    video = VIDEO[: len(micros)].copy()
    for i, (frame, passed) in enumerate(zip(video, micros, strict=True)):
        date = NOON if passed < 1_000_000 else (2020, 1, 1, 0, 0, passed // 1_000_000 - 1)
        number = i + 1 if numbers is None else numbers[i]
        frame[0, :14] = np.array(bcd_stamp(number, date, passed % 1_000_000)) << shift
    pco(path, video, **options)
    return path, video


@pytest.mark.parametrize("options", [{}, {"bigtiff": False}, {"byteorder": ">"}, {"rowsperstrip": 2}])
def test_pages_of_any_layout(tmp_path, options):
    path = pco(tmp_path / "rec.pcoraw", VIDEO, **options)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
        np.testing.assert_array_equal(recording[4:0:-2, 1:3], VIDEO[4:0:-2, 1:3])
        assert (recording.format, recording.fps, recording.times) == ("PCO", None, None)


@pytest.mark.parametrize("shift", [0, 2, 4])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_stamps_give_the_times(tmp_path, shift, byteorder):
    path, video = stamped(
        tmp_path / "rec.pcoraw", [990_000, 992_000, 994_000, 996_000, 998_000, 1_000_000], shift, byteorder=byteorder
    )
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video)
        np.testing.assert_allclose(recording.times, np.arange(6) / 500, atol=1e-12)
        assert recording.fps == pytest.approx(500)


def test_dropped_frames_are_a_gap(tmp_path):
    path, _ = stamped(tmp_path / "rec.pcoraw", [0, 2000, 4000, 24_000, 26_000, 28_000], numbers=[1, 2, 3, 13, 14, 15])
    with open_video(path) as recording:
        assert recording.fps is None
        np.testing.assert_allclose(recording.times, [0, 0.002, 0.004, 0.024, 0.026, 0.028], atol=1e-12)


@pytest.mark.parametrize(
    ("frame", "pixel", "value"),
    [(0, 0, 0x1A), (3, 2, 300), (5, 4, 0x19), (2, 6, 0x13), (2, 6, 0), (1, 7, 0x32), (1, 8, 0x24), (1, 9, 0x60)],
)
def test_one_frame_without_a_stamp_that_makes_sense_leaves_no_times(tmp_path, frame, pixel, value):
    path, video = stamped(tmp_path / "rec.pcoraw", range(0, 12_000, 2000))
    video[frame, 0, pixel] = value
    with open_video(pco(path, video)) as recording:
        assert recording.times is None


@pytest.mark.parametrize(
    ("micros", "numbers"), [([0, 2000, 4000], [1, 1, 2]), ([0, 4000, 2000], None), ([0, 2000, 4000], [3, 2, 1])]
)
def test_stamps_that_go_back_are_no_times(tmp_path, micros, numbers):
    with open_video(stamped(tmp_path / "rec.pcoraw", micros, numbers=numbers)[0]) as recording:
        assert recording.times is None


def test_dark_frames_carry_no_stamps(tmp_path):
    for value in (0, 0x20, 99, 100):
        with open_video(pco(tmp_path / "rec.pcoraw", np.full_like(VIDEO, value))) as recording:
            assert recording.times is None


def test_offsets_that_wrapped_at_4_gib(tmp_path):
    frames = VIDEO[:4]
    offsets = [64, 3 * 2**30, 6 * 2**30, 9 * 2**30]
    path = pco_sparse(tmp_path / "rec.pcoraw", frames, offsets, pages_at=9 * 2**30 + 4096)
    np.testing.assert_array_equal(load_video(path), frames, strict=True)


@pytest.mark.parametrize(("offsets", "is_mapped"), [([1024, 2048, 3072], True), ([1024, 2048, 3074], False)])
def test_frames_at_regular_distances_are_mapped(tmp_path, offsets, is_mapped):
    with open_video(pco_sparse(tmp_path / "rec.pcoraw", VIDEO[:3], offsets, pages_at=4096)) as recording:
        assert recording.is_mapped == is_mapped
        np.testing.assert_array_equal(recording[:], VIDEO[:3], strict=True)
        np.testing.assert_array_equal(recording[1:, 1:3, ::2], VIDEO[1:3, 1:3, ::2], strict=True)


def test_small_files_may_have_their_pixels_in_any_order(tmp_path):
    path = pco_sparse(tmp_path / "rec.pcoraw", VIDEO[:3], [8192, 4096, 1024], pages_at=16384)
    np.testing.assert_array_equal(load_video(path), VIDEO[:3], strict=True)


@pytest.mark.parametrize("name", ["rec.rec", "rec.pcoraw.rec"])
def test_parameters_are_metadata(tmp_path, name):
    path = pco(tmp_path / "rec.pcoraw", VIDEO)
    (tmp_path / name).write_bytes("Exposure / Delay: 2 ms / 0 µs\r\nempty:\r\nno entry\r\n".encode("latin-1"))
    assert load_metadata(path) == {"Exposure / Delay": "2 ms / 0 µs"}


@pytest.mark.parametrize("kept", [0, 8, 15])
def test_truncated_at_the_start(tmp_path, kept):
    path = pco(tmp_path / "rec.pcoraw", VIDEO)
    makers.keep(path, kept)
    check_error(lambda: open_video(path), ValueError, "path", f"is truncated, because it holds only {kept} bytes")


def test_truncated_within_the_last_pixels(tmp_path):
    path = pco_sparse(tmp_path / "rec.pcoraw", VIDEO[:3], [2048, 4096, 8192], pages_at=64)
    makers.keep(path, -1)
    check_error(lambda: open_video(path), ValueError, "path", "is truncated .its pixels need 8352 bytes", value=path)


def test_truncated_after_opening(tmp_path):
    path = pco_sparse(tmp_path / "rec.pcoraw", VIDEO[:3], [2048, 4096, 8192], pages_at=64)
    with open_video(path) as recording:
        assert not recording.is_mapped
        makers.keep(path, -1)
        check_error(lambda: recording[:], ValueError, "path", "is truncated .a frame should begin at byte 8192")


def test_a_chain_that_leads_back(tmp_path):
    path = pco(tmp_path / "rec.pcoraw", VIDEO, bigtiff=False)
    makers.link_tiff_page(path, 5, 2)
    check_error(lambda: open_video(path), ValueError, "path", "the page after page 5 is an earlier one", value=path)


@pytest.mark.parametrize("at", [24, 44])
def test_counts_and_offsets_beyond_any_file(tmp_path, at):
    path = pco_sparse(tmp_path / "rec.pcoraw", VIDEO[:3], [2048, 4096, 8192], pages_at=16)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<Q", raw, at - 8, 2**64 - 1)
    path.write_bytes(raw)
    check_error(lambda: open_video(path), ValueError, "path", "is truncated|is damaged", value=path)


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda path: path.write_bytes(b"no image inside"[:15] + bytes(9)), "is not a TIFF file inside"),
        (lambda path: path.write_bytes(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0)), "holds no image"),
        (lambda path: pco(path, VIDEO.astype("u1")), "holds pixels of 8 bits instead of 16: save it as"),
        (lambda path: pco(path, VIDEO, compression="zlib"), "is compressed .*: save it uncompressed"),
        (lambda path: makers.tiff_appended(path, [VIDEO[0], VIDEO[0, :, :9]]), "pages of different sizes, 20 x 4 and"),
    ],
)
def test_files_that_are_refused(tmp_path, write, text):
    path = tmp_path / "rec.pcoraw"
    write(path)
    check_error(lambda: open_video(path), ValueError, "path", text, value=path)


def test_colours_are_refused(tmp_path):
    import tifffile

    path = tmp_path / "rec.pcoraw"
    tifffile.imwrite(path, makers.random_video((4, 5, 3)), photometric="rgb")
    check_error(lambda: open_video(path), ValueError, "path", "is a colour recording: save its grey values")


@pytest.mark.parametrize("step", [0, 20])
def test_pages_that_share_their_pixels(tmp_path, step):
    offsets = [2048 + step * i for i in range(3)]
    path = pco_sparse(tmp_path / "rec.pcoraw", VIDEO[:3], offsets, pages_at=16)
    match = r"two pieces of its pages share bytes, at byte 2048 and at byte 20[46]8: copy"
    check_error(lambda: open_video(path), ValueError, "path", match, value=path)


def test_pages_that_share_a_table_of_strips(tmp_path):
    """Each page would be read in the time of the whole table, so a small file could take any time."""
    strips, pages, start = 2000, 50, 16
    at = start + 2 * strips
    tables = struct.pack(f"<{strips}Q", *range(start, at, 2)) + struct.pack(f"<{strips}Q", *[2] * strips)
    tags = [(256, 4, 1, strips), (257, 4, 1, 1), (258, 3, 1, 16), (259, 3, 1, 1), (277, 3, 1, 1)]
    tags += [(273, 16, strips, at), (279, 16, strips, at + 8 * strips)]
    first = at + len(tables)
    raw = struct.pack("<2sHHHQ", b"II", 43, 8, 0, first) + bytes(2 * strips) + tables
    for page in range(1, pages + 1):
        after = first + page * (16 + 20 * len(tags)) if page < pages else 0
        entries = b"".join(struct.pack("<HHQQ", *tag) for tag in sorted(tags))
        raw += struct.pack("<Q", len(tags)) + entries + struct.pack("<Q", after)
    path = tmp_path / "rec.pcoraw"
    path.write_bytes(raw)
    check_error(lambda: open_video(path), ValueError, "path", r"page \d+ shares its entries with others", value=path)


@pytest.mark.parametrize("first", [0, 7, 10, 20, 200, 340])
def test_pixels_that_share_bytes_with_entries(tmp_path, first):
    path = pco_sparse(tmp_path / "rec.pcoraw", VIDEO[:3], [2048, 4096, 8192], pages_at=16)
    makers.replace(path, (2048).to_bytes(8, "little"), first.to_bytes(8, "little"))
    match = r"is damaged, because two pieces of its pages share bytes, at byte \d+ and at byte \d+: copy"
    check_error(lambda: open_video(path), ValueError, "path", match, value=path)
