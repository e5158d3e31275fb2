"""How files are arranged by their names; the names are all there is."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from optimap import ArgumentError
from optimap.video.folder.names import arrange
from tests.errors import check_error

FOLDER = Path("rec")


def files(*names):
    return [FOLDER / name for name in names]


def numbered(pattern, numbers):
    return [FOLDER / pattern.format(i) for i in numbers]


def table(found):
    """The names in a table (frame, plane, channel)."""
    names = [file.name for file in found.files]
    return [[[names[i] if i >= 0 else None for i in row] for row in plane] for plane in found.table]


@pytest.mark.parametrize(
    "pattern",
    [
        "{}.png",
        "frame_{}.tif",
        "frame_{:05d}.tif",
        "2024-05-01_rec3_{}.tif",
        "cell_C001H001S{:010d}.tif",
        "Spooled {} of 20.png",
        "rec.{}.tif",
        "rec_c{:03d}.tif",
        "img_{:09d}__000.tif",
        "img_channel000_position000_time{:09d}_z000.tif",
        "rec_ch1_{:04d}.ome.tif",
    ],
)
def test_one_number_that_counts(pattern):
    given = numbered(pattern, range(20))
    found = arrange(FOLDER, given[::-1])
    assert found.table.shape == (20, 1, 1)
    assert [found.files[i] for i in found.table[:, 0, 0]] == given
    assert (found.numbers, found.missing(0, 0)) == (list(range(20)), ([], 0))


@pytest.mark.parametrize(
    ("pattern", "labels"),
    [
        ("rec_{c}_{t:03d}.tif", ["Ch1", "Ch2"]),
        ("{c}_{t}.tif", ["channel0", "channel1"]),
        ("rec-{t}-{c}.tif", ["c01", "c02"]),
        ("rec_{c}_t{t}.tif", ["w1Cy3", "w2DAPI"]),
        ("9987_B02_s1_t{t}_{c}.TIF", ["w1", "w2", "w3"]),
        ("rec_{t:03d}_{c}.tif", ["488nm", "561nm"]),
        ("img_{t:09d}_{c}_000.tif", ["Cy3", "GFP 2"]),
        ("rec_{c}_{t}.tif", ["Cy3", "DAPI"]),
        ("rec {c} {t}.png", ["calcium", "voltage"]),
        ("img_{c}_position000_time{t:09d}_z000.tif", ["channel000", "channel001"]),
        ("TSeries-001_Cycle00001_{c}_{t:06d}.ome.tif", ["Ch1", "Ch2"]),
    ],
)
def test_channels(pattern, labels):
    given = [FOLDER / pattern.format(c=c, t=t) for t in range(12) for c in labels]
    found = arrange(FOLDER, given)
    assert found.channels == labels
    expected = [[[FOLDER / pattern.format(c=c, t=t) for c in labels]] for t in range(12)]
    assert table(found) == [[[file.name for file in row] for row in plane] for plane in expected]


@pytest.mark.parametrize("pattern", ["rec_{t}_z{z:03d}.tif", "img_{t:09d}_Cy3_{z:03d}.tif", "z{z} {t}.png"])
def test_planes(pattern):
    found = arrange(FOLDER, [FOLDER / pattern.format(t=t, z=z) for t in range(3) for z in (1, 2, 10)])
    assert (found.planes, found.table.shape) == ([1, 2, 10], (3, 3, 1))
    assert table(found)[2][1] == [pattern.format(t=2, z=2)]


def test_planes_and_channels():
    given = [FOLDER / f"a_t{t}_z{z}_ch{c}.tif" for t in range(3) for z in range(2) for c in (1, 2)]
    assert table(arrange(FOLDER, given))[1] == [
        ["a_t1_z0_ch1.tif", "a_t1_z0_ch2.tif"],
        ["a_t1_z1_ch1.tif", "a_t1_z1_ch2.tif"],
    ]


@pytest.mark.parametrize(
    ("pattern", "missing"),
    [
        ("f_{}.tif", ["f_3.tif", "f_7.tif"]),
        ("f_{:04d}.tif", ["f_0003.tif", "f_0007.tif"]),
        ("{}_b2.png", ["3_b2.png", "7_b2.png"]),
    ],
)
def test_missing_files_have_names(pattern, missing):
    found = arrange(FOLDER, numbered(pattern, [1, 2, 4, 5, 6, 8, 9, 10, 11]))
    assert found.missing(0, 0) == (missing, 2)


@pytest.mark.parametrize("last", [10**9, 2**63 - 1])
def test_a_number_of_many_digits_is_counted_at_once(last):
    found = arrange(FOLDER, numbered("f_{}.tif", [1, 2, 4, last]))
    assert found.missing(0, 0) == (["f_3.tif", "f_5.tif", "f_6.tif"], last - 4)


def test_a_number_that_counts_no_frames():
    given = numbered("f_{}.tif", [1, 2, 2**63])
    match = r"f_9223372036854775808\.tif has a number of 19 digits, which cannot be .* ignore="
    check_error(lambda: arrange(FOLDER, given), ArgumentError, "path", match, FOLDER)


def test_a_regular_step_is_no_gap():
    found = arrange(FOLDER, numbered("f_{}.tif", range(0, 100, 10)))
    assert (found.step, found.missing(0, 0)) == (10, ([], 0))


def test_a_file_that_only_one_channel_lacks():
    given = [FOLDER / f"a_ch{c}_{t}.tif" for t in range(4) for c in (1, 2) if (c, t) != (2, 1)]
    found = arrange(FOLDER, given)
    assert (found.missing(0, 0), found.missing(0, 1)) == (([], 0), (["a_ch2_1.tif"], 1))


@pytest.mark.parametrize(
    "names",
    [
        ("rec.tif", "rec_X2.tif", "rec_X3.tif"),
        ("rec.tif", "rec_0001.tif", "rec_0002.tif"),
        ("rec.tif", "rec@0001.tif", "rec@0002.tif"),
        ("img_MMStack.ome.tif", "img_MMStack_1.ome.tif", "img_MMStack_2.ome.tif"),
        ("cell 3.tif", "cell 3_1.tif", "cell 3_2.tif"),
    ],
)
def test_first_parts_without_a_number(names):
    found = arrange(FOLDER, files(*names[::-1]))
    assert [found.files[i].name for i in found.table[:, 0, 0]] == list(names)
    assert found.missing(0, 0) == ([], 0)


@pytest.mark.parametrize("stray", ["background.tif", "frame_1_dark.tif", "dark_1.tif", "Frame-1.tif", "1.tif"])
def test_a_stray_file_is_named(stray):
    given = [*numbered("frame_{}.tif", range(9)), FOLDER / stray]
    error = check_error(
        lambda: arrange(FOLDER, given), ArgumentError, "path", "has another kind of name than the other"
    )
    assert error.subject == str(FOLDER / stray)
    assert error.keyword == "ignore"
    assert f"ignore={stray!r}" in error.cure


@pytest.mark.parametrize(
    "names", [("a.tif", "b.tif", "c.tif"), ("a1.tif", "b7.tif"), ("x 1.tif", "x 2.tif", "y 1.tif", "y.tif")]
)
def test_recordings_instead_of_one(names):
    error = check_error(
        lambda: arrange(FOLDER, files(*names)), ArgumentError, "path", "names differ in more than a number"
    )
    assert error.cure.endswith(str(FOLDER / "*.tif"))


@pytest.mark.parametrize("pattern", ["rec_{a}_{b:03d}.tif", "2024_{a}_{b}.tif", "{b:03d}_{a}nm.tif", "{b}rec{a}x7.tif"])
@pytest.mark.parametrize("recordings", [2, 3, 4])
def test_several_numbers_that_could_count(pattern, recordings):
    """What is to be left out can be: what remains is the first recording."""
    given = files(*(pattern.format(a=a, b=b) for a in range(recordings) for b in range(6)))
    error = check_error(lambda: arrange(FOLDER, given), ArgumentError, "path", "several numbers that differ")
    ignored = eval(error.cure.partition("ignore=")[2])
    ignored = [ignored] if isinstance(ignored, str) else ignored
    left = [file for file in given if not any(fnmatchcase(file.name, pattern) for pattern in ignored)]
    assert [file.name for file in arrange(FOLDER, left).files] == [pattern.format(a=0, b=b) for b in range(6)]


def test_many_recordings_are_not_left_out_one_by_one():
    given = files(*(f"rec_{a}_{b}.tif" for a in range(5) for b in range(6)))
    error = check_error(lambda: arrange(FOLDER, given), ArgumentError, "path", "several numbers that differ")
    assert (error.cure, error.keyword) == ("keep one recording in a folder", None)


@pytest.mark.parametrize("lead", ["", "heart_", "heart 1 "])
@pytest.mark.parametrize(
    ("pattern", "planes"), [("t{t:03d}xy1c{c}", 1), ("T{t}C{c}", 1), ("t{t:03d}xy2z{z:02d}c{c}", 3)]
)
def test_names_of_nis_elements(lead, pattern, planes):
    given = [(t, z, c) for t in range(12) for z in range(planes) for c in (1, 2)]
    found = arrange(FOLDER, files(*(f"{lead}{pattern.format(t=t, z=z, c=c)}.tif" for t, z, c in given)))
    assert (found.table.shape, [name.lower() for name in found.channels]) == ((12, planes, 2), ["c1", "c2"])
    assert found.files[found.table[7, planes - 1, 1]].stem == f"{lead}{pattern.format(t=7, z=planes - 1, c=2)}"


def test_a_counter_next_to_the_time_of_day():
    given = [FOLDER / f"{120000 + 7 * i}_{i}.tif" for i in range(12)]
    found = arrange(FOLDER, given)
    assert [found.files[i] for i in found.table[:, 0, 0]] == given


def test_the_same_number_twice():
    check_error(
        lambda: arrange(FOLDER, files("f_1.tif", "f_2.tif", "f_02.tif")),
        ArgumentError,
        "path",
        "has the same number as f_",
    )
