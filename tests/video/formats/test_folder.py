"""Folders of images, written with Pillow."""

import itertools
import re
import subprocess
import sys
import warnings
from glob import glob

import numpy as np
import pytest
from PIL import Image

from optimap import ArgumentError
from optimap.video import load_video, open_video, save_video
from optimap.video.formats.folder import natural_key
from tests import makers
from tests.errors import check_error
from tests.video.tiff import writers

VIDEO = makers.random_video((12, 5, 6))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".PNG", ".TIF"])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_frames_in_natural_order(tmp_path, suffix, dtype):
    video = makers.random_video((12, 5, 6), dtype)
    with open_video(makers.images(tmp_path / "rec", video, suffix)) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        assert recording.format == f"folder of {'PNG' if 'png' in suffix.lower() else 'TIFF'} images"
        assert recording.metadata == {"first": f"frame_0{suffix}", "last": f"frame_11{suffix}"}
        assert (recording.fps, recording.pixel_size) == (None, None)


def test_a_folder_of_png_images_does_not_need_tifffile(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO)
    code = "import sys; sys.modules['tifffile'] = None; import optimap; print(optimap.load_video(sys.argv[1]).sum())"
    run = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    assert int(run.stdout) == VIDEO.sum()


@pytest.mark.parametrize("dtype", ["i4", "f4"])
def test_tiff_images_of_other_types(tmp_path, dtype):
    video = makers.random_video((3, 5, 6), dtype)
    with open_video(makers.images(tmp_path / "rec", video, ".tif")) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_png_values_are_not_stretched(tmp_path, bits):
    video = VIDEO >> (16 - bits)
    for i, frame in enumerate(video):
        makers.png(tmp_path / f"{i}.png", frame, bits)
    with open_video(tmp_path) as recording:
        np.testing.assert_array_equal(recording[:], video.astype("u1" if bits <= 8 else "u2"), strict=True)


def test_natural_order_by_hand(tmp_path):
    names = ["B2", "a10", "a2", "a2b", "a02c", "1"]
    paths = [tmp_path / f"{name}.png" for name in names]
    assert [path.stem for path in sorted(paths, key=natural_key)] == ["1", "a2", "a2b", "a02c", "a10", "B2"]


def test_other_files_and_hidden_ones_do_not_count(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO)
    (folder / "notes.txt").write_text("notes")
    (folder / "._frame_3.png").write_bytes(b"a file that some systems leave behind")
    (folder / "thumbnails.png").mkdir()
    with open_video(folder) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("names", [[], ["notes.txt"], ["frame.jpg"]])
def test_an_empty_folder(tmp_path, names):
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match=r"holds no \.tif, \.tiff or \.png image: give a folder of images"):
        open_video(tmp_path)


def test_a_mixed_folder(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO)
    Image.fromarray(VIDEO[0]).save(folder / "frame_12.tif")
    with pytest.raises(ValueError, match="rec holds TIFF and PNG images: keep one kind of image"):
        open_video(folder)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize(
    ("other", "text"),
    [(VIDEO[0, :4], r"\(4, 6\) of uint16"), (VIDEO[0].T, r"\(6, 5\)"), (VIDEO[0].astype("u1"), r"\(5, 6\) of uint8")],
)
def test_images_of_different_sizes_or_types(tmp_path, suffix, other, text):
    folder = makers.images(tmp_path / "rec", VIDEO, suffix)
    Image.fromarray(np.ascontiguousarray(other)).save(folder / f"frame_3{suffix}")
    with pytest.raises(ValueError, match=rf"frame_3\{suffix} is {text}.*frame_0\{suffix} is \(5, 6\) of uint16"):
        open_video(folder)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "LA"])
def test_colour_png_images(tmp_path, mode):
    Image.fromarray(VIDEO[0].astype("u1")).convert(mode).save(tmp_path / "1.png")
    with pytest.raises(ValueError, match=rf"1\.png is a colour image \(mode {mode}\): save the frames as grey images"):
        open_video(tmp_path)


def test_colour_tiff_images(tmp_path):
    Image.fromarray(VIDEO[0].astype("u1")).convert("RGB").save(tmp_path / "1.tif")
    with pytest.raises(ValueError, match=r"1\.tif is a colour recording"):
        open_video(tmp_path)


def test_tiff_files_of_several_pages(tmp_path):
    makers.tiff(tmp_path / "1.tif", VIDEO)
    with pytest.raises(ValueError, match=r"1\.tif holds 12 images: save each frame in a file of its own"):
        open_video(tmp_path)


@pytest.mark.parametrize("name", ["rec.png", "other.jpg"])
def test_files_that_are_not_png(tmp_path, name):
    Image.fromarray(VIDEO[0].astype("u1")).save(tmp_path / "other.jpg")
    content = b"no image" if name == "rec.png" else (tmp_path / name).read_bytes()
    (tmp_path / "rec.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"rec\.png is not a complete PNG image"):
        open_video(tmp_path)


@pytest.mark.parametrize("kept", [0, 20, 60, -30])
def test_truncated_png_images(tmp_path, kept):
    folder = makers.images(tmp_path / "rec", VIDEO)
    makers.keep(folder / "frame_7.png", kept)
    with pytest.raises(ValueError, match=r"frame_7\.png is (not a complete PNG image|truncated or damaged)"):
        open_video(folder)[:]


# --- gaps, stray files, channels and planes -------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize(
    ("lost", "named"),
    [([3], r"lacks frame_3{0}"), ([3, 7, 8, 9, 10], r"lacks frame_3{0}, frame_7{0}, frame_8{0} and 2 more")],
)
def test_gaps_in_the_numbers(tmp_path, suffix, lost, named):
    folder = makers.images(tmp_path / "rec", VIDEO, suffix)
    for number in lost:
        (folder / f"frame_{number}{suffix}").unlink()
    text = named.format(suffix.replace(".", r"\.")) + ": copy what is missing into it, or .* allow_gaps=True"
    error = check_error(lambda: open_video(folder), ArgumentError, "path", text, folder)
    assert error.keyword == "allow_gaps"
    kept = [i for i in range(12) if i not in lost]
    for yes in (True, "True", "true", 1):
        with open_video(folder, allow_gaps=yes) as recording:
            np.testing.assert_array_equal(recording[:], VIDEO[kept])
            assert recording.metadata["frame_numbers"] == kept
            assert (recording.times, recording.fps) == (None, None)
    check_error(lambda: open_video(folder, allow_gaps="maybe"), ArgumentError, "allow_gaps", "True or False", "maybe")


def test_a_gap_shows_in_the_times_if_the_rate_is_known(tmp_path):
    for i, frame in enumerate(VIDEO):
        notes = {"axes": "TYX", "finterval": 0.002, "unit": "mm"}
        makers.tiff(tmp_path / f"f{i * 5}.tif", frame[np.newaxis], imagej=True, metadata=notes, resolution=(4, 4))
    with open_video(tmp_path) as recording:
        assert (recording.fps, recording.pixel_size, recording.times) == (500, 0.25, None)
    (tmp_path / "f20.tif").unlink()
    (tmp_path / "f25.tif").unlink()
    with open_video(tmp_path, allow_gaps=True) as recording:
        assert recording.fps is None
        np.testing.assert_allclose(recording.times, np.array([0, 1, 2, 3, 6, 7, 8, 9, 10, 11]) / 500)
        np.testing.assert_array_equal(recording[4:], VIDEO[6:])


def test_a_given_rate_turns_a_gap_into_time(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO)
    with open_video(folder, fps=250) as recording:
        assert (recording.fps, recording.times) == (250, None)
    (folder / "frame_3.png").unlink()
    with open_video(folder, allow_gaps=True, fps="250") as recording:
        assert recording.fps is None
        np.testing.assert_allclose(recording.times, np.delete(np.arange(12), 3) / 250)


def test_a_gap_of_unknown_length_is_not_closed_by_saving(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO)
    for i in (4, 5):
        (folder / f"frame_{i}.png").unlink()
    with open_video(folder, allow_gaps=True) as recording:
        match = r"rec has irregular times \(2 frames missing\), but only a constant rate can be stored: give one"
        check_error(lambda: save_video(tmp_path / "rec.npy", recording), ArgumentError, "video", match)
        save_video(tmp_path / "rec.npy", recording, fps=500)
    assert load_video(tmp_path / "rec.npy").shape == (10, *VIDEO.shape[1:])


@pytest.mark.parametrize("fps", [0, -5, "fast", np.nan])
def test_rates_that_cannot_be(tmp_path, fps):
    folder = makers.images(tmp_path / "rec", VIDEO)
    check_error(lambda: open_video(folder, fps=fps), ArgumentError, "fps", "fps = ")


def test_a_rate_is_given_for_images_only(tmp_path):
    for i, part in enumerate((VIDEO[:6], VIDEO[6:])):
        makers.tiff(tmp_path / f"rec_{i}.tif", part)
    check_error(
        lambda: open_video(tmp_path, fps=500), ArgumentError, "fps", "does not hold an image for each frame", 500
    )


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_stray_file(tmp_path, suffix):
    folder = makers.images(tmp_path / "rec", VIDEO, suffix)
    Image.fromarray(VIDEO[0]).save(folder / f"background{suffix}")
    text = rf"background\{suffix} has another kind of name than the other frames.*ignore='background\{suffix}'"
    check_error(lambda: open_video(folder), ArgumentError, "path", text, folder)
    for pattern in (f"background{suffix}", "back*", ["back*"], ("*ground*",)):
        np.testing.assert_array_equal(load_video(folder, ignore=pattern), VIDEO)


@pytest.mark.parametrize(("ignore", "kind"), [("dark.png", ValueError), (5, TypeError), ([5], TypeError)])
def test_files_to_ignore_that_are_not_there(tmp_path, ignore, kind):
    folder = makers.images(tmp_path / "rec", VIDEO)
    check_error(lambda: open_video(folder, ignore=ignore), kind, "ignore", "ignore = ", ignore)


def test_a_file_of_another_size_can_be_left_out(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO, ".tif")
    Image.fromarray(VIDEO[0, :4]).save(folder / "frame_12.tif")
    text = r"frame_12\.tif is \(4, 6\) of uint16, but .*ignore='frame_12\.tif'"
    assert check_error(lambda: open_video(folder), ArgumentError, "path", text).keyword == "ignore"
    np.testing.assert_array_equal(load_video(folder, ignore="frame_12.tif"), VIDEO)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize(
    ("pattern", "labels"),
    [("rec_{1}_{0:04d}", ("Ch1", "Ch2")), ("img_{0:09d}_{1}_000", ("Cy3", "DAPI")), ("{1}_{0}", ("blue", "green"))],
)
def test_channels_in_the_names(tmp_path, suffix, pattern, labels):
    for t in range(6):
        for c, label in enumerate(labels):
            Image.fromarray(VIDEO[2 * t + c]).save(tmp_path / f"{pattern.format(t, label)}{suffix}")
    text = rf"has 2 channels \({labels[0]}, {labels[1]}\): choose one with channel=, from 0 to 1"
    assert check_error(lambda: open_video(tmp_path), ArgumentError, "path", text).keyword == "channel"
    for c, label in enumerate(labels):
        np.testing.assert_array_equal(load_video(tmp_path, channel=label), VIDEO[c::2])
        with open_video(tmp_path, channel=c) as recording:
            np.testing.assert_array_equal(recording[:], VIDEO[c::2])
            assert recording.axes_source == "stated in the names of the files"
    check_error(lambda: open_video(tmp_path, channel="red"), ArgumentError, "channel", labels[1], "red")


def test_a_gap_in_one_channel(tmp_path):
    for t in range(6):
        for c in (1, 2):
            Image.fromarray(VIDEO[t]).save(tmp_path / f"rec_ch{c}_{t}.png")
    (tmp_path / "rec_ch2_3.png").unlink()
    np.testing.assert_array_equal(load_video(tmp_path, channel="ch1"), VIDEO[:6])
    check_error(lambda: open_video(tmp_path, channel="ch2"), ArgumentError, "path", r"lacks rec_ch2_3\.png")


def test_planes_in_the_names(tmp_path):
    for t in range(4):
        for z in range(3):
            Image.fromarray(VIDEO[3 * t + z]).save(tmp_path / f"rec_t{t}_z{z:03d}.tif")
    error = check_error(lambda: open_video(tmp_path), ArgumentError, "path", "has 3 planes: choose one with z=, from 0")
    assert error.keyword == "z"
    np.testing.assert_array_equal(load_video(tmp_path, z=2), VIDEO[2::3])


def test_planes_alone_are_frames(tmp_path):
    for z, frame in enumerate(VIDEO):
        Image.fromarray(frame).save(tmp_path / f"rec_z{z + 5}.tif")
    np.testing.assert_array_equal(load_video(tmp_path), VIDEO)
    (tmp_path / "rec_z7.tif").unlink()
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", r"lacks rec_z7\.tif")


def test_axes_do_not_fit_single_images(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO)
    check_error(lambda: open_video(folder, axes="YXT"), ArgumentError, "axes", "an image for each frame", "YXT")


# --- parts and recordings -------------------------------------------------------------------------------------------

PARTS = (VIDEO[:5], VIDEO[5:10], VIDEO[10:])


@pytest.mark.parametrize(
    "names",
    [("rec_00001", "rec_00002", "rec_00003"), ("rec_9", "rec_10", "rec_11"), ("rec", "rec_X2", "rec_X3")],
)
@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"imagej": True, "metadata": {"axes": "TYX"}}])
def test_parts_of_a_recording(tmp_path, names, options):
    for name, part in zip(names, PARTS, strict=True):
        makers.tiff(tmp_path / f"{name}.tif", part, **options)
    with open_video(tmp_path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        np.testing.assert_array_equal(recording[11:1:-3, 2:], VIDEO[11:1:-3, 2:])
        np.testing.assert_array_equal(recording[[0, 11, 5]], VIDEO[[0, 11, 5]])
        assert (recording.format, recording.metadata["files"]) == ("TIFF", "3")
    np.testing.assert_array_equal(load_video(tmp_path / f"{names[1]}.tif", parts=False), PARTS[1])


def test_many_parts(tmp_path):
    video = makers.random_video((60, 5, 6))
    for i in range(20):
        makers.tiff(tmp_path / f"rec_{i}.tif", video[3 * i : 3 * i + 3], compression="zlib")
    with open_video(tmp_path, parts=True) as recording:
        np.testing.assert_array_equal(recording[:], video)
        np.testing.assert_array_equal(recording[50:3:-7], video[50:3:-7])


def test_rate_of_parts(tmp_path):
    for i, part in enumerate(PARTS):
        makers.tiff(tmp_path / f"rec_{i}.tif", part, imagej=True, metadata={"axes": "TYX", "finterval": 0.002})
    with open_video(tmp_path) as recording:
        assert recording.fps == 500
    makers.tiff(tmp_path / "rec_2.tif", PARTS[2], imagej=True, metadata={"axes": "TYX", "finterval": 0.004})
    text = r"rec_2\.tif states 250 frames/s, but rec_0\.tif states 500: .* ignore='rec_2\.tif'"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)
    with open_video(tmp_path, ignore="rec_2.tif", parts=True) as recording:
        assert (recording.shape[0], recording.fps) == (sum(map(len, PARTS[:2])), 500)
    makers.tiff(tmp_path / "rec_2.tif", PARTS[2])
    with open_video(tmp_path) as recording:
        assert recording.fps == 500


def test_parts_with_interleaved_channels(tmp_path):
    for i in range(3):
        settings = {"hChannels.channelSave": "[1;2]"}
        writers.scanimage(tmp_path / f"rec_00001_{i + 1:05d}.tif", VIDEO[4 * i : 4 * i + 4], settings, first=4 * i + 1)
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", r"2 channels \(channel 1, channel 2\): choose one")
    np.testing.assert_array_equal(load_video(tmp_path, channel=1), VIDEO[1::2])


def test_a_missing_part(tmp_path):
    for i, part in enumerate(PARTS):
        makers.tiff(tmp_path / f"rec_{i + 1:03d}.tif", part)
    (tmp_path / "rec_002.tif").unlink()
    makers.tiff(tmp_path / "rec_004.tif", PARTS[1])
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", r"lacks rec_002\.tif: .*allow_gaps=True")
    expected = np.concatenate([PARTS[0], PARTS[2], PARTS[1]])
    np.testing.assert_array_equal(load_video(tmp_path, allow_gaps=True), expected)


@pytest.mark.parametrize("options", [{}, {"imagej": True, "metadata": {"axes": "TYX", "finterval": 0.01}}])
def test_a_missing_part_is_a_gap_of_its_length(tmp_path, options):
    for i in (0, 1, 3, 4):
        makers.tiff(tmp_path / f"rec_{i}.tif", VIDEO[2 * i : 2 * i + (2 if i < 4 else 1)], **options)
    kept = [0, 1, 2, 3, 6, 7, 8]
    with open_video(tmp_path, allow_gaps=True) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[kept])
        assert (recording.fps, recording.metadata["frame_numbers"]) == (None, kept)
        if options:
            np.testing.assert_allclose(recording.times, np.array(kept) / 100)
        else:
            assert recording.times is None


def test_a_missing_part_of_unknown_length_leaves_no_rate(tmp_path):
    for i, part in ((0, VIDEO[:3]), (2, VIDEO[3:7]), (3, VIDEO[7:9])):
        makers.tiff(tmp_path / f"rec_{i}.tif", part, imagej=True, metadata={"axes": "TYX", "finterval": 0.01})
    with open_video(tmp_path, allow_gaps=True) as recording:
        assert (len(recording), recording.fps, recording.times) == (9, None, None)
        assert recording.metadata["gap"].startswith("of unknown length")


@pytest.mark.parametrize("other", [PARTS[1][:, :4], PARTS[1].astype("f4")])
def test_parts_that_differ(tmp_path, other):
    for i, part in enumerate([PARTS[0], other, PARTS[2]]):
        makers.tiff(tmp_path / f"rec_{i}.tif", part)
    text = r"rec_1\.tif has frames of .*, but rec_0\.tif has \(5, 6\) uint16.*ignore='rec_1\.tif'"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


def test_a_folder_of_recordings(tmp_path):
    for name, part in zip(("sinus", "pacing", "fibrillation"), PARTS, strict=True):
        makers.tiff(tmp_path / f"{name}.tif", part)
    text = r"names differ in more than a number .*: give one of its files, such as .*\.tif, or .*\*\.tif"
    error = check_error(lambda: open_video(tmp_path), ArgumentError, "path", text, tmp_path)
    assert str(tmp_path / "*.tif") in error.cure


def test_a_background_among_parts(tmp_path):
    for i, part in enumerate(PARTS):
        makers.tiff(tmp_path / f"rec_{i}.tif", part)
    makers.tiff(tmp_path / "dark.tif", VIDEO[0])
    text = r"dark\.tif has another kind of name than the other parts, such as rec_0\.tif: .*ignore='dark\.tif'"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)
    np.testing.assert_array_equal(load_video(tmp_path, ignore="dark.tif"), VIDEO)


def test_the_last_part_may_hold_one_frame(tmp_path):
    for i, part in enumerate((VIDEO[:5], VIDEO[5:10], VIDEO[10:11])):
        makers.tiff(tmp_path / f"rec_{i}.tif", part)
    np.testing.assert_array_equal(load_video(tmp_path), VIDEO[:11])


@pytest.mark.parametrize("lengths", [(3, 5, 4), (4, 4, 4), (3, 4), (5, 5, 2), (4, 3, 4)])
@pytest.mark.parametrize("name", ["rec_{}.tif", "rec_part{}.tif"])
def test_parts_of_a_folder_whose_lengths_do_not_fit_are_one_which_is_said(tmp_path, lengths, name):
    for i, end in enumerate(np.cumsum(lengths)):
        makers.tiff(tmp_path / name.format(i), VIDEO[end - lengths[i] : end])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        np.testing.assert_array_equal(load_video(tmp_path), VIDEO[: sum(lengths)])
    is_said = "part" not in name and lengths != (5, 5, 2)
    assert len(said) == is_said
    check_error(
        lambda: open_video(tmp_path, parts=False), ArgumentError, "parts", r"give \S+\*\.tif to read each alone"
    )
    if is_said:
        text = str(said[0].message)
        np.testing.assert_array_equal(load_video(tmp_path, parts=True), VIDEO[: sum(lengths)])
        assert f"is read as one recording in {len(lengths)} parts, rec_0.tif to rec_{len(lengths) - 1}.tif" in text
        pattern = re.search(r"give (\S+\*\.tif) if each of them is a recording of its own", text)[1]
        for path, length in zip(sorted(glob(pattern)), lengths, strict=True):
            assert len(load_video(path, parts=False)) == length


def test_files_to_leave_out_are_named_with_those_that_are_left_out_already(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO, ".tif", name="frame_{:02d}")
    for name in ("background", "dark", "flat"):
        makers.tiff(folder / f"{name}.tif", VIDEO[0])
    ignore = None
    for _ in range(3):
        error = check_error(
            lambda ignore=ignore: open_video(folder, **({} if ignore is None else {"ignore": ignore})),
            ArgumentError,
            "path",
            "has another kind of name",
        )
        ignore = eval(error.cure.partition("ignore=")[2])
    assert ignore == ["background.tif", "dark.tif", "flat.tif"]
    np.testing.assert_array_equal(load_video(folder, ignore=ignore), VIDEO)


@pytest.mark.parametrize(("counts", "stray"), [((4, 1, 4, 3), "rec_1.tif"), ((1, 1, 4, 1), "rec_2.tif")])
def test_frames_among_parts_and_parts_among_frames(tmp_path, counts, stray):
    for i, count in enumerate(counts):
        makers.tiff(tmp_path / f"rec_{i}.tif", VIDEO[:count])
    text = rf"holds rec_\d\.tif with one image, and rec_\d\.tif with 4: .*ignore='{stray}'"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


def test_recordings_of_another_format(tmp_path):
    for name in "ab":
        makers.npy(tmp_path / f"{name}.npy", VIDEO)
    error = check_error(lambda: open_video(tmp_path), ArgumentError, "path", "holds recordings instead of images")
    assert str(tmp_path / "*.npy") in error.cure


def test_images_in_a_folder_inside(tmp_path):
    makers.images(tmp_path / "Pos0", VIDEO)
    text = r"holds no \.tif, \.tiff or \.png image: give a folder inside it, such as .*Pos0"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


def test_one_kind_of_image_can_be_left_out(tmp_path):
    folder = makers.images(tmp_path / "rec", VIDEO, ".tif")
    Image.fromarray(VIDEO[0].astype("u1")).save(folder / "preview.png")
    error = check_error(lambda: open_video(folder), ArgumentError, "path", r"TIFF and PNG images: .*ignore='\*\.png'")
    assert error.keyword == "ignore"
    np.testing.assert_array_equal(load_video(folder, ignore="*.png"), VIDEO)


def test_two_sets_in_a_folder(tmp_path):
    stack = VIDEO[:, np.newaxis, np.newaxis]
    writers.bruker(tmp_path, stack)
    makers.tiff(tmp_path / "z.tif", VIDEO)
    text = r"a recording in 12 files, and z\.tif: give one of its files"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)
    np.testing.assert_array_equal(load_video(tmp_path, ignore="z.tif"), VIDEO)


def test_spooled_files_are_refused_in_words(tmp_path):
    (tmp_path / "0000000000spool.dat").write_bytes(bytes(100))
    (tmp_path / "acquisitionmetadata.ini").write_text("[data]")
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", "spooled by Andor Solis.*save .* as TIFF in Solis")


def test_the_cure_for_several_recordings_leaves_out_all_of_their_channels(tmp_path):
    for well, t, channel in itertools.product(("B02", "B03"), (1, 2, 3), (1, 2)):
        makers.tiff(tmp_path / f"9987_{well}_t{t}_w{channel}.TIF", np.full((5, 6), 10 * t + channel, "u2"))
    text = r"several numbers that differ .*ignore='9987_B03_t\*_\*\.TIF'"
    error = check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)
    ignore = error.cure.partition("ignore=")[2].strip("'")
    text = r"has 2 channels \(w1, w2\): choose one"
    check_error(lambda: open_video(tmp_path, ignore=ignore), ArgumentError, "path", text)
    assert load_video(tmp_path, ignore=ignore, channel="w2")[:, 0, 0].tolist() == [12, 22, 32]


def test_names_of_missing_frames_are_padded_like_the_others(tmp_path):
    for i in (0, 1, 3, 9999, 10000):
        makers.tiff(tmp_path / f"frame_{i:04d}.tif", VIDEO[0])
    text = r"lacks frame_0002\.tif, frame_0004\.tif, frame_0005\.tif and"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


@pytest.mark.parametrize("pattern", ["rec_MMStack_Pos{}.ome.tif", "trial {}.tif", "Heart{}.tif", "x_run-{}.tif"])
def test_numbers_that_count_recordings(tmp_path, pattern):
    for i, part in enumerate(PARTS):
        makers.tiff(tmp_path / pattern.format(i), part, metadata={"axes": "TYX"})
    text = r"differ in the number after '\w+', which are recordings of their own: give one of its files, .*\*\.tif"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)
    np.testing.assert_array_equal(load_video(tmp_path / pattern.format(2)), PARTS[2])


@pytest.mark.parametrize("pattern", ["2024-01-0{}_rec.tif", "2024010{}_rec_1.tif", "dish{}-stim.tif"])
def test_numbers_that_do_not_end_the_name_count_recordings(tmp_path, pattern):
    for i, part in enumerate(PARTS):
        makers.tiff(tmp_path / pattern.format(i), part)
    text = r"differ in a number that does not end their names: give one of its files, .*\*\.tif"
    check_error(lambda: open_video(tmp_path), ArgumentError, "path", text)


@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_a_link_to_a_frame_that_is_missing(tmp_path, suffix):
    folder = makers.images(tmp_path / "rec", VIDEO, suffix)
    link = folder / f"frame_11{suffix}"
    link.unlink()
    link.symlink_to("gone")
    error = check_error(lambda: open_video(folder), ArgumentError, "path", "is a link to gone, which does not", folder)
    assert (error.keyword, error.subject) == ("ignore", str(link))
    with open_video(folder, ignore=link.name) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[:11])
