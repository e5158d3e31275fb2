"""Images as regions: what is in a TIFF besides pixels, and label images with an axis too many."""

import numpy as np
import pytest
import roifile
import tifffile
from PIL import Image

from optimap._regions import overlay_of, read_region_file
from optimap.trace import extract_traces, regions
from tests import makers
from tests._regions.programs import SHAPE, VIDEO, box, imagej_tiff
from tests.errors import check_error

LABELS = np.zeros(SHAPE, np.uint16)
LABELS[1:4, 2:8], LABELS[6:9, 1:5], LABELS[5, 9] = 1, 4, 2
BOXES = [box(1, 2, 3, 4, "upper"), box(8, 5, 4, 6, "lower")]
EXPECTED = np.stack([VIDEO[:, 2:6, 1:4].mean(axis=(1, 2)), VIDEO[:, 5:11, 8:12].mean(axis=(1, 2))], axis=1)


def test_the_overlay_of_a_recording_is_used(tmp_path):
    path = imagej_tiff(tmp_path / "rec.tif", VIDEO, BOXES, axes="TYX", finterval=0.002)
    assert regions(path).names == ["upper", "lower"]
    np.testing.assert_array_equal(extract_traces(VIDEO, path), EXPECTED)
    np.testing.assert_array_equal(extract_traces(tifffile.imread(path), path), EXPECTED)
    assert overlay_of(path) == ["upper", "lower"]
    assert regions(path, kind="imagej").names == ["upper", "lower"]


def test_the_overlay_comes_before_the_selection(tmp_path):
    path = imagej_tiff(tmp_path / "one.tif", VIDEO, BOXES[:1], BOXES[1], axes="TYX")
    assert regions(path).names == ["upper"]
    path = imagej_tiff(tmp_path / "selection.tif", VIDEO, (), box(8, 5, 4, 6), axes="TYX")
    assert regions(path).names == ["region_0"]
    np.testing.assert_array_equal(extract_traces(VIDEO, path)[:, 0], EXPECTED[:, 1])


def test_regions_drawn_on_a_picture_are_used(tmp_path):
    for picture in (VIDEO[0], VIDEO.mean(axis=0).astype(np.float32)):
        path = imagej_tiff(tmp_path / "picture.tif", picture, BOXES)
        np.testing.assert_array_equal(extract_traces(VIDEO, path), EXPECTED)


def test_an_overlay_on_labels_is_ambiguous(tmp_path):
    path = imagej_tiff(tmp_path / "labels.tif", LABELS, BOXES)
    message = r"may be a mask or labels: choose one with optimap.trace.regions\(source, kind='imagej'\) or 'labels'"
    assert check_error(lambda: regions(path), ValueError, "source", message, path).keyword == "kind"
    assert regions(path, kind="imagej").names == ["upper", "lower"]
    assert regions(path, kind="labels").names == ["label_1", "label_2", "label_4"]


def test_a_line_in_an_overlay_is_named(tmp_path):
    line = roifile.ImagejRoi.frompoints([(1, 1), (9, 1)], name="ruler")
    line.roitype = roifile.ROI_TYPE.LINE
    path = imagej_tiff(tmp_path / "rec.tif", VIDEO, [BOXES[0], line], axes="TYX")
    message = r"rec.tif: region 1 \('ruler'\) is a line and has no area"
    check_error(lambda: extract_traces(VIDEO, path), ValueError, "coords", message, path)
    tifffile.imwrite(path, VIDEO, imagej=True, metadata={"axes": "TYX", "Overlays": [b"nonsense" * 20]})
    message = "rec.tif, region 0 of its overlay, cannot be read as an ImageJ region"
    check_error(lambda: regions(path), ValueError, "source", message, path)
    assert overlay_of(path) == []


def test_a_tiff_without_an_overlay_says_so(tmp_path):
    tifffile.imwrite(tmp_path / "labels.tif", LABELS)
    path = tmp_path / "labels.tif"
    assert overlay_of(path) == []
    message = "holds no overlay and no selection: add the regions to the overlay in ImageJ"
    check_error(lambda: regions(path, kind="imagej"), ValueError, "source", message, path)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64])
def test_label_images_with_an_axis_too_many(tmp_path, dtype):
    one = LABELS.astype(dtype)[np.newaxis]
    expected = extract_traces(VIDEO, LABELS)
    np.save(tmp_path / "labels.npy", one)
    for source in (one, tmp_path / "labels.npy"):
        np.testing.assert_array_equal(extract_traces(VIDEO, source), expected)
        assert regions(source).names == ["label_1", "label_2", "label_4"]
        assert regions(source, kind="stack").names == ["region_0"]
        assert regions(source, kind="mask").names == ["region_0"]
    if dtype in (np.uint8, np.uint16):
        tifffile.imwrite(tmp_path / "labels.tif", one, photometric="minisblack")
        np.testing.assert_array_equal(extract_traces(VIDEO, tmp_path / "labels.tif"), expected)
    weights = one.astype(float)
    assert extract_traces(VIDEO, weights).shape == (9, 1)  # floats are weights
    assert regions(weights, kind="labels").names == ["label_1", "label_2", "label_4"]


RECORDINGS = {
    "a frame rate": {"imagej": True, "metadata": {"axes": "TYX", "finterval": 0.002}},
    "image 0 holds several values above 0": {"photometric": "minisblack"},
    "has a frame rate": {"ome": True, "metadata": {"axes": "TYX", "TimeIncrement": 2.0, "TimeIncrementUnit": "ms"}},
    "holds several values above 0": {"imagej": True, "compression": "zlib"},
}


@pytest.mark.parametrize("why", RECORDINGS)
def test_a_recording_is_never_taken_for_weights(tmp_path, why):
    path = tmp_path / "rec.tif"
    tifffile.imwrite(path, VIDEO, **RECORDINGS[why])
    message = (
        rf"rec.tif looks like a recording \(9 images of uint16\).* because .*{why}: give the recording as the video"
    )
    error = check_error(lambda: extract_traces(VIDEO, path), ValueError, "coords", message, path)
    assert error.keyword == "kind"
    insisted = regions(path, kind="stack")
    expected = regions(VIDEO.astype(float))
    np.testing.assert_array_equal(extract_traces(VIDEO, insisted), extract_traces(VIDEO, expected))


def test_a_recording_of_floats_is_never_taken_for_weights(tmp_path):
    path, video = tmp_path / "rec.tif", VIDEO.astype(np.float32)
    tifffile.imwrite(path, video, imagej=True, metadata={"axes": "TYX"})
    message = r"looks like a recording \(9 images of float32\), .* because its images are frames in time"
    check_error(lambda: extract_traces(VIDEO, path), ValueError, "coords", message, path)
    assert len(regions(path, kind="stack")) == 9
    tifffile.imwrite(path, np.where(LABELS == 1, video, 0), photometric="minisblack")
    assert len(regions(path)) == 9


def test_a_recording_that_begins_and_ends_in_the_dark_is_a_recording(tmp_path):
    video = VIDEO.copy()
    video[[0, 8]] = 0
    np.save(tmp_path / "rec.npy", video)
    tifffile.imwrite(tmp_path / "rec.tif", video, photometric="minisblack")
    for name in ("rec.npy", "rec.tif"):
        check_error(lambda name=name: regions(tmp_path / name), ValueError, "source", "looks like a recording")


def test_masks_in_a_stack_are_no_recording(tmp_path):
    stack = np.stack([LABELS == 1, LABELS == 4]).astype(np.uint8) * 255
    for options in ({"photometric": "minisblack"}, {"imagej": True, "metadata": {"axes": "ZYX"}}, {"imagej": True}):
        tifffile.imwrite(tmp_path / "masks.tif", stack, **options)
        expected = extract_traces(VIDEO, stack.astype(bool))
        np.testing.assert_array_equal(extract_traces(VIDEO, tmp_path / "masks.tif"), expected)


def test_a_masked_recording_with_a_rate_is_a_recording_all_the_same(tmp_path):
    video = (VIDEO > 30000).astype(np.uint8)
    tifffile.imwrite(tmp_path / "rec.tif", video, imagej=True, metadata={"axes": "TYX", "finterval": 0.1})
    check_error(lambda: regions(tmp_path / "rec.tif"), ValueError, "source", "because it has a frame rate")


@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy"])
def test_a_grey_picture_is_never_taken_for_labels(tmp_path, suffix):
    path = tmp_path / f"picture{suffix}"
    picture = VIDEO[0] // 256
    if suffix == ".npy":
        np.save(path, picture)
    else:
        Image.fromarray(picture.astype(np.uint8)).save(path)
    message = r"looks like a grey picture, not like labels, .* optimap.trace.regions\(source, kind='labels'\)"
    assert check_error(lambda: regions(path), ValueError, "source", message).keyword == "kind"
    assert len(regions(path, kind="labels")) == len(np.unique(picture[picture > 0]))


def test_damaged_images_are_errors(tmp_path):
    Image.fromarray(LABELS).save(tmp_path / "a.png")
    tifffile.imwrite(tmp_path / "a.tif", LABELS)
    for path in (tmp_path / "a.png", tmp_path / "a.tif"):
        whole = path.read_bytes()
        for length in (1, 9, 40, len(whole) // 2):
            path.write_bytes(whole[:length])
            message = rf"{path.name} (cannot be read as a|is not a TIFF|is truncated)"
            check_error(lambda path=path: regions(path), ValueError, "source", message, path)


def test_three_planes_may_be_a_stack_if_it_is_said_so(tmp_path):
    images = np.zeros((3, 6, 8), np.uint8)
    images[0, 1:3, 1:3] = images[1, 4, 4:7] = images[2, 2, 5] = 255
    path = tmp_path / "three.tif"
    tifffile.imwrite(path, images, photometric="rgb")  # what it guesses for three images
    message = r"is a colour image: .*; if its 3 planes are masks or weights, give .*regions\(source, kind='stack'\)"
    assert check_error(lambda: regions(path), ValueError, "source", message, path).keyword == "kind"
    made = regions(path, kind="stack")
    assert [len(made.pixels(i)[0]) for i in range(3)] == [4, 3, 1]
    tifffile.imwrite(path, np.moveaxis(images, 0, 2), photometric="rgb")
    error = check_error(lambda: regions(path, kind="stack"), ValueError, "source", "is a colour image", path)
    assert error.keyword is None


@pytest.mark.parametrize("bits", [2, 4])
def test_grey_values_of_a_few_bits_are_read_as_recordings_have_them(tmp_path, bits):
    """Pillow would stretch them to 0..255, so labels would have other numbers than in the file."""
    labels = np.array([[0, 1, 2, 3], [3, 3, 2, 1]], np.uint8)
    makers.png(tmp_path / "a.png", labels, bits)
    assert np.array_equal(read_region_file(tmp_path / "a.png"), labels)


def test_masks_that_were_appended_page_by_page_are_all_read(tmp_path):
    """Each of them is a series of its own for tifffile, which returns the first one."""
    masks = np.zeros((4, 6, 8), np.uint8)
    for i, mask in enumerate(masks):
        mask[i, 1 : 3 + i] = 1
        tifffile.imwrite(tmp_path / "a.tif", mask, append=True)
    assert np.array_equal(read_region_file(tmp_path / "a.tif"), masks)


def test_a_chain_of_pages_that_ends_early_is_an_error_as_for_recordings(tmp_path):
    """tifffile stops without a word where the chain of pages goes back."""
    makers.tiff_pages(tmp_path / "a.tif", np.eye(6, 8, dtype=np.uint8)[np.newaxis].repeat(5, axis=0))
    makers.link_tiff_page(tmp_path / "a.tif", 2, 0)
    check_error(lambda: regions(tmp_path / "a.tif"), ValueError, "source", "is damaged", tmp_path / "a.tif")


def test_another_image_with_the_suffix_of_a_png_is_refused(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(LABELS.astype(np.uint8)).save(path, format="JPEG")
    check_error(lambda: regions(path), ValueError, "source", "cannot be read as a PNG", path)
