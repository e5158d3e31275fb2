"""show_positions_and_traces and compare_traces: figures of videos and traces together."""

import numpy as np
import pytest
import roifile

from optimap._regions import write_positions
from optimap.trace import compare_traces, extract_traces, regions, show_positions, show_positions_and_traces

FRAME = (6, 8)
VIDEO = np.random.default_rng(0).integers(0, 4096, (20, *FRAME), np.uint16)
MASK = np.zeros(FRAME, bool)
MASK[1:3, 2:5] = True
SQUARE = [(1.5, 0.5), (4.5, 0.5), (4.5, 2.5), (1.5, 2.5)]


@pytest.fixture(params=["mask", "labels", "stack", "polygon", "imagej", "regions", "file"])
def pointed_at(request, tmp_path):
    """One region, the same pixels each time, as each kind of thing that `extract_traces` takes."""
    roi = roifile.ImagejRoi.frompoints(np.array(SQUARE) + 0.5, name="square")
    roi.tofile(tmp_path / "square.roi")
    return {
        "mask": MASK,
        "labels": MASK.astype(int),
        "stack": MASK.astype(float)[None],
        "polygon": [SQUARE],
        "imagej": roi,
        "regions": regions(MASK),
        "file": tmp_path / "square.roi",
    }[request.param]


def test_show_positions_draws_any_region_as_an_outline(pointed_at):
    ax = show_positions(pointed_at, VIDEO[0], color="red")
    (outline,) = ax.collections[0].get_paths()
    assert outline.get_extents().bounds == (1.5, 0.5, 3, 2)


def test_a_video_beside_any_region(pointed_at):
    image_ax, traces_ax = show_positions_and_traces(VIDEO, pointed_at)
    assert len(image_ax.collections[0].get_paths()) == 1
    np.testing.assert_allclose(traces_ax.lines[0].get_ydata(), VIDEO[:, MASK].mean(axis=1))


def test_traces_beside_any_region(pointed_at):
    traces = np.arange(20.0)
    image_ax, traces_ax = show_positions_and_traces(traces, pointed_at, image=VIDEO[0])
    assert len(image_ax.collections[0].get_paths()) == 1
    np.testing.assert_array_equal(traces_ax.lines[0].get_ydata(), traces)


def test_videos_compared_at_any_region(pointed_at):
    axs = np.atleast_1d(compare_traces([VIDEO, VIDEO[:10]], pointed_at))
    assert len(axs) == 1
    assert axs[0].get_title() in ("region_0", "label_1", "square")
    for line, frames in zip(axs[0].lines, (20, 10), strict=True):
        np.testing.assert_allclose(line.get_ydata(), VIDEO[:frames, MASK].mean(axis=1))


def test_a_table_of_positions(tmp_path):
    path = tmp_path / "points.csv"
    write_positions(path, [(1, 2), (3, 4)])
    np.testing.assert_array_equal(show_positions(path).collections[0].get_offsets(), [(1, 2), (3, 4)])
    image_ax, traces_ax = show_positions_and_traces(VIDEO, path)
    np.testing.assert_array_equal(image_ax.collections[0].get_offsets(), [(1, 2), (3, 4)])
    wanted = extract_traces(VIDEO, [(1, 2), (3, 4)])
    np.testing.assert_array_equal([line.get_ydata() for line in traces_ax.lines], wanted.T)
    axs = compare_traces([VIDEO], str(path))
    np.testing.assert_array_equal([ax.lines[0].get_ydata() for ax in axs], wanted.T)
    assert [ax.get_title() for ax in axs] == ["(1, 2)", "(3, 4)"]


def test_positions_from_an_iterator_are_read_once():
    axs = compare_traces([VIDEO, VIDEO + 1], (position for position in [(1, 2), (3, 4)]))
    assert [ax.get_title() for ax in axs] == ["(1, 2)", "(3, 4)"]
