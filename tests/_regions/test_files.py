"""Regions in image files, and files that are none."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap.trace import extract_traces, regions
from tests._regions.test_region_set import LABELS, VIDEO


@pytest.mark.parametrize("suffix", [".roi", ".zip", ".npy", ".png", ".tif"])
def test_a_folder_is_no_file_of_regions(tmp_path, suffix):
    (tmp_path / f"a{suffix}").mkdir()
    with pytest.raises(IsADirectoryError, match=f"a{suffix} is a folder: give one file of regions"):
        regions(tmp_path / f"a{suffix}")


def test_images_in_files(tmp_path):
    labels = LABELS.astype(np.uint8)
    Image.fromarray(labels).save(tmp_path / "l.png")
    palette = Image.new("P", (7, 6))
    palette.putpalette(np.random.default_rng(0).integers(0, 255, 768).tolist())
    palette.putdata(labels.ravel().tolist())
    palette.save(tmp_path / "p.png")
    Image.fromarray(LABELS.astype(np.uint16)).save(tmp_path / "l16.png")
    tifffile.imwrite(tmp_path / "l.tif", LABELS.astype(np.int32))
    np.save(tmp_path / "l.npy", LABELS)
    for name in ("l.png", "p.png", "l16.png", "l.tif", "l.npy"):
        assert regions(tmp_path / name).names == ["label_2", "label_7", "label_30"], name
        np.testing.assert_array_equal(extract_traces(VIDEO, str(tmp_path / name)), extract_traces(VIDEO, LABELS))
    Image.fromarray(LABELS == 7).save(tmp_path / "m.png")
    np.testing.assert_array_equal(extract_traces(VIDEO, tmp_path / "m.png"), extract_traces(VIDEO, LABELS == 7))
    Image.fromarray((LABELS == 7).astype(np.uint8) * 255).save(tmp_path / "m8.png")
    assert regions(tmp_path / "m8.png").names == ["label_255"]
    assert extract_traces(VIDEO, regions(tmp_path / "m8.png", kind="mask")).shape == (12,)
    stack = np.stack([LABELS == 2, LABELS == 7])
    tifffile.imwrite(tmp_path / "s.tif", stack.astype(np.uint8), photometric="minisblack")
    np.testing.assert_array_equal(extract_traces(VIDEO, tmp_path / "s.tif"), extract_traces(VIDEO, stack))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.png", b"nonsense", "a.png cannot be read as a PNG image"),
        ("a.tif", b"nonsense", "a.tif cannot be read as a TIFF image"),
        ("a.npy", b"nonsense", "a.npy cannot be read as a .npy file"),
        ("a.roi", b"nonsense", "a.roi cannot be read as an ImageJ region, or is damaged"),
        ("a.zip", b"nonsense", "a.zip cannot be read as a zip file of ImageJ regions"),
    ],
)
def test_damaged_files_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        extract_traces(VIDEO, tmp_path / name)


def test_colour_images_are_refused(tmp_path):
    Image.new("RGB", (7, 6)).save(tmp_path / "c.png")
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((6, 7, 3), np.uint8), photometric="rgb")
    for name in ("c.png", "c.tif"):
        with pytest.raises(ValueError, match=f"{name} is a colour image"):
            regions(tmp_path / name)
