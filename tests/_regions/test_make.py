"""regions: every kind of input, and errors about the others."""

import numpy as np
import pytest

from optimap.trace import extract_traces, regions
from tests._regions.examples import LABELS, ROI, SQUARE, TRIANGLE, VIDEO
from tests.errors import check_error

FAR = [(20, 20), (25, 20), (25, 25)]
THIN = [(1.1, 0), (1.2, 0), (1.2, 5), (1.1, 5)]


def test_one_polygon_can_be_given_alone():
    alone = regions(SQUARE, kind="polygons")
    assert alone.single
    assert extract_traces(VIDEO, alone).shape == (12,)
    assert extract_traces(VIDEO, [SQUARE]).shape == (12, 1)
    assert extract_traces(VIDEO, [SQUARE, TRIANGLE]).shape == (12, 2)
    np.testing.assert_array_equal(extract_traces(VIDEO, alone), VIDEO[:, 1:4, 1:4].mean(axis=(1, 2)))


def test_a_mask_may_hold_numbers_if_its_kind_is_given():
    numbers = np.where(LABELS == 7, 255, 0).astype(np.uint8)
    np.testing.assert_array_equal(
        extract_traces(VIDEO, regions(numbers, kind="mask")), extract_traces(VIDEO, LABELS == 7)
    )
    np.testing.assert_array_equal(
        extract_traces(VIDEO, regions((LABELS == 7).tolist(), kind="mask")), extract_traces(VIDEO, LABELS == 7)
    )


@pytest.mark.parametrize(
    ("coords", "argument", "message"),
    [
        (np.zeros((6, 7), bool), "coords", r"coords: region 0 \('region_0'\) is empty"),
        (np.stack([LABELS == 2, LABELS == 3]), "coords", r"region 1 \('region_1'\) is empty"),
        (
            [SQUARE, FAR],
            "coords",
            r"coords: region 1 \('region_1'\) lies wholly outside the frame \(width 7, height 6\)",
        ),
        ([SQUARE, [(x - 30, y - 30) for x, y in SQUARE]], "coords", "region 1 .* lies wholly outside"),
        ([SQUARE, [(x, y - 30) for x, y in SQUARE]], "coords", "region 1 .* lies wholly outside"),
        ([SQUARE, THIN], "coords", r"region 1 \('region_1'\) is empty: enlarge it"),
        ([SQUARE, SQUARE[:2]], "coords[1]", r"coords\[1\] has 2 vertices: give at least 3"),
        ([SQUARE, [(0, 0), (np.nan, 1), (2, 2)]], "coords[1][1]", r"coords\[1\]\[1\] = \(x=nan, y=1.0\) is not finite"),
        ([SQUARE, [(0, 0), (1e12, 1), (2, 2)]], "coords[1][1]", r"coords\[1\]\[1\] .* is too far from any frame"),
        ([SQUARE, [(0, 0), (1, 1, 1), (2, 2)]], "coords[1]", r"coords\[1\] is not a polygon"),
        (
            [SQUARE, [(0, 0, 0), (1, 1, 1), (2, 2, 2)]],
            "coords[1]",
            r"coords\[1\] has shape \(3, 3\): give a polygon as \(M, 2\)",
        ),
        (
            np.where(LABELS == 7, 0.5, LABELS),
            "coords[1, 1]",
            r"coords\[1, 1\] = 0.5 \(x=1, y=1\) is not a label.*is a stack of one",
        ),
        (np.where(LABELS == 30, np.nan, LABELS), "coords[0, 5]", r"coords\[0, 5\] = nan \(x=5, y=0\) is not a label"),
        (LABELS - 1, "coords[0, 0]", r"coords\[0, 0\] = -1 \(x=0, y=0\) is not a label: .* 0 for the background"),
        (
            np.where(LABELS == 7, np.inf, 1.0)[None],
            "coords[0][1, 1]",
            r"coords\[0\]\[1, 1\] = inf .*weights must be finite",
        ),
        (np.where(LABELS == 7, 3.0, -1.0)[None] * (np.arange(7) < 0), "coords", "is empty"),
        (
            np.stack([np.ones((6, 7)), np.sign(np.arange(42) - 20.5).reshape(6, 7)]),
            "coords",
            "weights of region 1 .* sum to 0",
        ),
        (
            LABELS.T,
            "coords",
            r"coords has shape \(7, 6\): masks, labels and weights have the shape of the frame, \(6, 7\)",
        ),
        ((LABELS > 0).T, "coords", r"coords has shape \(7, 6\)"),
        (np.zeros((3, 7, 6)), "coords", r"coords has shape \(3, 7, 6\)"),
        (
            [np.ones((6, 7)), np.ones((6, 8))],
            "coords[1]",
            r"coords\[1\] has shape \(6, 8\), but coords\[0\] has shape \(6, 7\)",
        ),
        (
            regions(LABELS[:5]),
            "coords",
            r"coords belong to frames of shape \(5, 7\) \(H, W\): make regions for the shape of these frames, \(6, 7\)",
        ),
        (regions([SQUARE], (9, 9)), "coords", r"coords belong to frames of shape \(9, 9\)"),
        (np.ma.masked_equal(LABELS, 2), "coords", "coords has masked entries"),
        ("nope.zip", "coords", "nope.zip does not exist"),
    ],
)
def test_wrong_regions_are_errors_before_any_work(coords, argument, message):
    class Untouchable:
        shape, dtype = VIDEO.shape, VIDEO.dtype

        def __getitem__(self, key):
            raise AssertionError("pixels are read")

    check_error(lambda: extract_traces(Untouchable(), coords), (ValueError, FileNotFoundError), argument, message)


@pytest.mark.parametrize(
    ("source", "kwargs", "error", "argument", "message"),
    [
        (LABELS, {"kind": "circle"}, ValueError, "kind", "kind = 'circle': it must be one of 'mask', 'labels'"),
        (LABELS, {"frame_shape": (6, 7, 3)}, ValueError, "frame_shape", r"frame_shape = \(6, 7, 3\): give \(H, W\)"),
        (LABELS, {"frame_shape": (6, 0)}, ValueError, "frame_shape", "frame_shape = 0"),
        (LABELS, {"names": ["a"]}, ValueError, "names", "names has 1 entry for 3 regions"),
        (LABELS, {"kind": "polygons"}, ValueError, "source", r"source has shape \(6, 7\): give a polygon as \(M, 2\)"),
        (VIDEO, {"kind": "labels"}, ValueError, "source", r"kind 'labels' is an array of shape \(H, W\)"),
        (LABELS.astype(complex), {"kind": "labels"}, TypeError, "source", "complex128"),
        ([[1, 2], [3]], {"kind": "labels"}, ValueError, "source", "rows differ in length"),
        (3, {"kind": "imagej"}, TypeError, "source", "source = 3 is not a region of roifile: give ImagejRoi objects"),
        (3, {"kind": "polygons"}, TypeError, "source", r"source = 3 is not a polygon: give polygons \(M, 2\)"),
        (
            [[("a", "b")] * 3],
            {"kind": "polygons"},
            TypeError,
            "source[0]",
            r"source\[0\] holds <U1 values: give vertices",
        ),
        ([3], {"kind": "imagej"}, TypeError, "source[0]", r"source\[0\] = 3 is not a region of roifile"),
        (None, {}, TypeError, "source", "source = None"),
        (
            "a.xyz",
            {},
            ValueError,
            "source",
            "a.xyz has an unknown suffix '.xyz': give a file that ends in one of .roi .zip .png",
        ),
        (regions(LABELS), {}, TypeError, "source", "is already a set of regions"),
        (
            [LABELS > 0, SQUARE],
            {},
            TypeError,
            "source[1]",
            r"source\[1\] is a polygon \(M, 2\), but source\[0\] is an image.*column_stack",
        ),
        (
            [SQUARE, LABELS > 0],
            {},
            TypeError,
            "source[1]",
            r"source\[1\] is an image \(H, W\), but source\[0\] is a polygon",
        ),
        (
            [ROI, LABELS > 0],
            {},
            TypeError,
            "source[1]",
            r"source\[1\] is an image \(H, W\), but source\[0\] is a region of roifile",
        ),
        ([SQUARE, (1, 2)], {}, TypeError, "source[1]", r"source\[1\] is neither an image \(H, W\) nor a polygon"),
        ([LABELS > 0, None], {}, TypeError, "source[1]", r"source\[1\] is neither an image \(H, W\) nor a polygon"),
        ([(1, 2), LABELS], {}, ValueError, "source[1]", r"source\[1\] = an array of shape \(6, 7\) is not a position"),
        ([[LABELS]], {}, ValueError, "source[0]", r"source\[0\] is nested 3 levels deep: give polygons as vertices"),
        (
            ["a.roi", "b.roi"],
            {},
            TypeError,
            "source[0]",
            r"source\[0\] = 'a.roi' is text in a list: give one path alone",
        ),
        (
            {"a": LABELS > 0},
            {},
            TypeError,
            "source",
            r"source is a dict: .*list\(source.values\(\)\), names=list\(source\)",
        ),
        ({"a": LABELS > 0}, {"kind": "stack"}, TypeError, "source", "source is a dict"),
        ({(1, 2), (3, 4)}, {}, TypeError, "source", "source is a set, which has no order"),
        (LABELS, {"names": ["a", None, "b"]}, TypeError, "names[1]", r"names\[1\] = None is not text"),
        (LABELS, {"names": {"a": 1}}, TypeError, "names", "names = {'a': 1}: give text"),
        (
            True,
            {},
            TypeError,
            "source",
            "source = True: give one position .*, or regions, as optimap.trace.regions takes them",
        ),
        (LABELS, {"names": 3}, TypeError, "names", "names = 3: give text, or a sequence of text"),
    ],
)
def test_sources_that_cannot_be_regions_are_errors(source, kwargs, error, argument, message):
    check_error(lambda: regions(source, **kwargs), error, argument, message)


def test_regions_of_positions_are_their_windows():
    where = [(3, 2), (1.25, 4.5), (0, 0)]
    for window in ("rect", "disc", "pixel"):
        found = regions(where, size=3, window=window)
        np.testing.assert_array_equal(extract_traces(VIDEO, found), extract_traces(VIDEO, where, 3, window=window))
    with pytest.raises(ValueError, match=r"coords\[0\] = \(x=9, y=2\) is outside"):
        extract_traces(VIDEO, [(9, 2)])
    with pytest.raises(ValueError, match=r"\(x=9, y=2\) is outside"):
        extract_traces(VIDEO, regions([(9, 2)]))
