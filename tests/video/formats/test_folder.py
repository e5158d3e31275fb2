"""Folders of images, written with Pillow."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from optimap.video import open_video
from optimap.video.formats.folder import natural_key
from tests import makers

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
