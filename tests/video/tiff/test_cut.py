"""Multi-page TIFF files that are parts of one recording, by their names and by what they hold."""

import itertools
import pickle
import warnings

import numpy as np
import pytest
import tifffile

from optimap._base import Advice, ArgumentError, MissingFileError
from optimap.video import load_video, open_video
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

VIDEO = makers.random_video((25, 8, 9))
SHORTER, EQUAL = (10, 10, 5), (10, 10)
PLAIN = [f"rec_{i:03d}" for i in (1, 2, 3)]


def cut(folder, names, lengths=SHORTER, **options):
    """Write the frames of VIDEO into files; return these."""
    folder.mkdir(exist_ok=True)
    ends = np.cumsum((0, *lengths))
    pieces = [VIDEO[a:b] for a, b in itertools.pairwise(ends)]
    return [makers.tiff(folder / f"{name}.tif", piece, **options) for name, piece in zip(names, pieces, strict=False)]


def advice(path, **options):
    """The frames that a file gives, and the advice about it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        video = load_video(path, **options)
    assert len(caught) <= 1
    return video, str(caught[0].message) if caught else None


@pytest.mark.parametrize(
    "names",
    [
        ("rec", "rec_X2", "rec_X3"),
        ("rec", "rec@0001", "rec@0002"),
        ("rec", "rec-file002", "rec-file003"),
        ("rec-file001", "rec-file002", "rec-file003"),
        ("rec_part1", "rec_part2", "rec_part3"),
        ("trial_1", "trial_1_X2", "trial_1_X3"),
    ],
)
@pytest.mark.parametrize(("lengths", "number"), [(SHORTER, 0), ((8, 8, 8), 1), ((3, 9, 13), 2)])
def test_names_that_programs_give_are_one_recording(tmp_path, names, lengths, number):
    paths = cut(tmp_path, names, lengths)
    video, said = advice(paths[number])
    np.testing.assert_array_equal(video, VIDEO[: sum(lengths)])
    assert said is None
    assert len(load_video(paths[number], parts=False)) == lengths[number]
    np.testing.assert_array_equal(load_video(tmp_path), VIDEO[: sum(lengths)])


@pytest.mark.parametrize(
    "names",
    [PLAIN, ("rec0", "rec1", "rec2"), ("rec_8_0", "rec_8_1", "rec_8_2"), ("rec", "rec-001", "rec-002")],
)
@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"imagej": True}])
@pytest.mark.parametrize("number", [0, 2])
def test_plain_numbers_with_a_shorter_last_file_are_one_recording_which_is_said(tmp_path, names, options, number):
    paths = cut(tmp_path, names, **options)
    video, said = advice(paths[number])
    np.testing.assert_array_equal(video, VIDEO)
    assert f"one recording with the others of 3 parts, {paths[0].name} to {paths[2].name}" in said
    assert said.endswith("give parts=False to read it alone")
    if not ("imagej" in options and number == 2):  # five images of ImageJ may be channels
        video, said = advice(paths[number], parts=False)
        np.testing.assert_array_equal(video, VIDEO[20:] if number else VIDEO[:10])
        assert said is None


def test_files_of_equal_length_are_read_alone_which_is_said(tmp_path):
    paths = cut(tmp_path / "day", PLAIN, EQUAL)
    video, said = advice(paths[1])
    np.testing.assert_array_equal(video, VIDEO[10:20])
    assert f"may be one of 2 parts of a recording, {paths[0].name} to {paths[1].name}: give parts=True" in said
    assert f"open the folder {tmp_path / 'day'}" in said
    np.testing.assert_array_equal(load_video(paths[1], parts=True), VIDEO[:20])
    np.testing.assert_array_equal(load_video(tmp_path / "day", parts=True), VIDEO[:20])
    assert advice(paths[1], parts=False)[1] is None


def test_a_folder_that_would_not_open_is_not_advised(tmp_path):
    paths = cut(tmp_path, PLAIN, EQUAL)
    makers.tiff(tmp_path / "background.tif", VIDEO[:1])
    assert "open the folder" not in advice(paths[0])[1]


@pytest.mark.parametrize("lengths", [(10, 5, 10), (5, 10), (10, 11), (10, 5, 5), (10,), (1, 1, 1)])
def test_other_lengths_are_recordings_of_their_own(tmp_path, lengths):
    for path, length in zip(cut(tmp_path, PLAIN, lengths), lengths, strict=True):
        video, said = advice(path)
        assert (len(video), said) == (length, None)


@pytest.mark.parametrize(
    "name",
    [
        "trial_{}",
        "run{}",
        "cam {}",
        "rec_Ch{}",
        "rec_z{}",
        "rec_{}_green",
        "heart-{}",
        "2024-05-0{}",
        "rec 2024_05_0{}",
        "scan_{:05d}",
    ],
)
def test_numbers_that_count_other_things_are_no_parts(tmp_path, name):
    paths = cut(tmp_path, [name.format(i) for i in (1, 2, 3)])
    video, said = advice(paths[0])
    assert (len(video), said) == (10, None)


def test_numbers_that_begin_later_are_not_parts_but_may_be(tmp_path):
    paths = cut(tmp_path, ("rec_9", "rec_10", "rec_11"))
    video, said = advice(paths[1])
    assert len(video) == 10
    assert "may be one of 3 parts of a recording, rec_9.tif to rec_11.tif: give parts=True" in said
    np.testing.assert_array_equal(load_video(paths[1], parts=True), VIDEO)


def test_a_file_without_a_number_and_of_another_length_is_a_recording_of_its_own(tmp_path):
    lead, *parts = cut(tmp_path, ("rec", "rec_1", "rec_2", "rec_3"), (7, 8, 8, 2))
    video, said = advice(parts[0])
    np.testing.assert_array_equal(video, VIDEO[7:])
    assert "parts=False" in said
    np.testing.assert_array_equal(load_video(lead), VIDEO[:7])


@pytest.mark.parametrize("names", [("rec", "rec_1"), ("rec", "rec-1"), ("rec", "rec_2"), ("rec", "rec 1")])
@pytest.mark.parametrize("lengths", [(15, 10), (12, 12), (24, 1), (10, 15)])
def test_a_file_and_one_with_a_number_are_read_alone_which_is_said(tmp_path, names, lengths):
    is_said, paths = lengths[0] >= lengths[1], cut(tmp_path / "day", names, lengths)
    for path, length in zip(paths, lengths, strict=True):
        video, said = advice(path)
        assert len(video) == length
        expected = f"{path} is read alone, but may be one of 2 parts of a recording, rec.tif to {paths[1].name}: give "
        assert (said or "").startswith(expected if is_said else "")
        assert (said is not None) == is_said
        np.testing.assert_array_equal(load_video(path, parts=True), VIDEO[: sum(lengths)])
        assert advice(path, parts=False)[1] is None
    video, said = advice(tmp_path / "day")
    np.testing.assert_array_equal(video, VIDEO[: sum(lengths)])
    assert (said is None) == (lengths[0] > lengths[1])  # the last part is shorter, as a rule


@pytest.mark.parametrize("other", [VIDEO[20:, :4], VIDEO[20:].astype("f4")])
@pytest.mark.parametrize("names", [PLAIN, ("rec", "rec_X2", "rec_X3")])
def test_parts_have_frames_of_one_size_and_type(tmp_path, other, names):
    paths = cut(tmp_path, names)
    makers.tiff(paths[2], other)
    video, said = advice(paths[0])
    assert len(video) == 10
    assert (said is None) == (names is PLAIN)
    assert said is None or "the frames of rec_X3.tif are not like its own" in said
    check_error(
        lambda: open_video(paths[0], parts=True), ArgumentError, "parts", "frames of .*3.tif are not like", True
    )


@pytest.mark.parametrize("names", [(*PLAIN, "rec_004"), ("rec", "rec_X2", "rec_X3", "rec_X4")])
def test_a_missing_part_in_the_middle_is_named(tmp_path, names):
    paths = cut(tmp_path, names, (7, 7, 7, 4))
    paths[2].unlink()
    error = check_error(lambda: open_video(paths[0]), MissingFileError, "path", "is missing: copy it next to", paths[0])
    assert error.subject == str(paths[2])
    assert error.keyword == "parts"
    np.testing.assert_array_equal(load_video(paths[0], parts=False), VIDEO[:7])


def test_most_numbers_missing_are_recordings_that_were_deleted(tmp_path):
    paths = cut(tmp_path, ("rec_1", "rec_3", "rec_7"))
    assert [len(advice(path)[0]) for path in paths] == list(SHORTER)
    assert advice(paths[0])[1] is None


def test_few_frames_that_look_like_colours_are_frames_if_other_parts_are(tmp_path):
    for i, (start, stop) in enumerate(((0, 10), (10, 20), (20, 23))):
        with warnings.catch_warnings(action="ignore"):  # tifffile warns that it will not do so any longer
            tifffile.imwrite(tmp_path / f"rec_{i}.tif", VIDEO[start:stop])
    for path in (tmp_path / "rec_0.tif", tmp_path / "rec_2.tif", tmp_path):
        np.testing.assert_array_equal(advice(path)[0], VIDEO[:23])


def test_colours_of_one_page_may_be_frames(tmp_path):
    for i in range(2):
        with warnings.catch_warnings(action="ignore"):
            tifffile.imwrite(tmp_path / f"rec_{i}.tif", VIDEO[4 * i : 4 * i + 4])
    one = tmp_path / "rec_0.tif"
    check_error(lambda: open_video(one), ArgumentError, "path", "4 channels, or 4 frames .* or give axes='TYX' if")
    np.testing.assert_array_equal(advice(one, axes="TYX")[0], VIDEO[:4])
    np.testing.assert_array_equal(advice(one, channel=2)[0], VIDEO[2:3])
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", "4 colours .*: give axes='TYX' if they are frames")
    np.testing.assert_array_equal(load_video(tmp_path, axes="TYX", parts=True), VIDEO[:8])


def test_files_that_say_what_they_are_have_no_parts_in_a_row(tmp_path):
    paths = cut(tmp_path, PLAIN, ome=True, metadata={"axes": "TYX"})
    assert [len(advice(path)[0]) for path in paths] == list(SHORTER)
    assert advice(paths[0])[1] is None
    check_error(
        lambda: open_video(paths[0], parts=True), ArgumentError, "parts", "says itself what it belongs to", True
    )


def test_one_file_has_no_parts(tmp_path):
    path = makers.tiff(tmp_path / "rec.tif", VIDEO)
    check_error(
        lambda: open_video(path, parts=True), ArgumentError, "parts", "differs from it in its number alone", True
    )
    check_error(lambda: open_video(path, parts="perhaps"), ArgumentError, "parts", "True or False", "perhaps")


def test_a_damaged_neighbour_costs_no_recording(tmp_path):
    paths = cut(tmp_path, PLAIN)
    paths[1].write_bytes(paths[1].read_bytes()[:200])
    assert len(advice(paths[0])[0]) == 10


def test_a_file_of_a_set_can_be_read_alone(tmp_path):
    writers.micromanager(tmp_path, VIDEO[:12, None, None], 5)
    paths = sorted(tmp_path.glob("*.tif"))
    pieces = []
    for path in paths:
        np.testing.assert_array_equal(load_video(path), VIDEO[:12])
        pieces.append(load_video(path, parts=False))
    assert sorted(map(len, pieces)) == [2, 5, 5]
    for piece in pieces:
        assert any(np.array_equal(piece, VIDEO[start : start + len(piece)]) for start in (0, 5, 10))


def test_a_file_without_a_whole_frame_cannot_be_read_alone(tmp_path):
    writers.bruker(tmp_path, np.stack([VIDEO[:3], VIDEO[3:6]], axis=1)[:, None], ("red", "green"))
    path = min(tmp_path.glob("*.tif"))
    error = check_error(lambda: open_video(path, parts=False), ArgumentError, "parts", "no whole frame", False)
    assert error.cure == "leave parts out"
    assert len(load_video(path, channel="red")) == 3


def test_parts_travel_to_another_process_and_change_their_name_there(tmp_path):
    paths = cut(tmp_path, ("rec", "rec_X2", "rec_X3"))
    with open_video(paths[1]) as recording:
        assert recording.files == paths
        assert recording.path == paths[1]
        before = recording.__dask_tokenize__()
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(recording))[:], VIDEO)
        makers.tiff(paths[2], VIDEO[:5], compression="zlib")
        assert recording.__dask_tokenize__() != before


def test_advice_can_be_an_error(tmp_path):
    paths = cut(tmp_path, PLAIN)
    with warnings.catch_warnings(action="error"), pytest.raises(Advice, match="parts=False"):
        open_video(paths[0])
