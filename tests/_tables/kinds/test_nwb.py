"""NWB files: the inspector and the validator find nothing to report; masks, times, positions."""

import numpy as np
import pynwb
import pytest

from optimap.trace import load_traces, save_traces
from optimap.trace import regions as make_regions
from tests._tables.examples import POSITIONS, TRACES, nwb_reports, two_regions
from tests.errors import check_error

RNG = np.random.default_rng(0)


def read_nwb(path, read):
    """Return what `read` returns for the file and its series."""
    with pynwb.NWBHDF5IO(path, "r") as io:
        file = io.read()
        return read(file, file.processing["ophys"]["Fluorescence"]["traces"])


@pytest.mark.parametrize(
    "given",
    [
        {"fps": 29.97, "names": ["yes", "no", "{'a"], "metadata": {"size": 5, "window": "disc"}},
        {
            "fps": 500,
            "positions": None,
            "regions": two_regions(),
            "traces": np.zeros((2**18, 2), np.uint64),
        },  # not small
        {"x": np.float32([0.5, 1, 1.25, 4]), "traces": np.float16(RNG.normal(size=(4, 3)))},
        {"x": np.arange(4) * 0.002, "traces": RNG.normal(size=(4, 3)) > 0},
        {
            "fps": 500,
            "metadata": {
                "nwb": {
                    "session_start_time": "2024-05-17T14:30:00+02:00",
                    "session_description": "Pacing at 150 ms.",
                    "experimenter": ["Doe, Jane"],
                    "institution": "a university",
                    "experiment_description": "restitution",
                    "keywords": ["optical mapping"],
                    "subject": {"subject_id": "r7", "species": "Oryctolagus cuniculus", "sex": "F", "age": "P90D"},
                    "imaging": {"indicator": "di-4-ANEPPS", "excitation_lambda": 532, "emission_lambda": 640.0},
                }
            },
        },
    ],
)
def test_nothing_is_nwb_reports(tmp_path, given):
    path = tmp_path / "t.nwb"
    save_traces(path, **{"traces": TRACES, "positions": POSITIONS, **given})
    assert nwb_reports(path) == []
    assert pynwb.validate(path=str(path)) == []
    np.testing.assert_array_equal(load_traces(path).traces, given.get("traces", TRACES))


def masks(path):
    """Return the pixels (x, y, weight) of each trace."""
    table = read_nwb(path, lambda file, series: [m.tolist() for m in series.rois.table["pixel_mask"][:]])
    return [[(int(x), int(y), float(w)) for x, y, w in mask] for mask in table]


def test_pixels_of_equal_weight_have_weight_one(tmp_path):
    weights = np.zeros((3, 4, 5))
    weights[0, 1, 1:4], weights[1, 2, :2], weights[2, 3, 3:] = 1, (1, 3), 7
    for kind, expected in (("mean", ([1, 1, 1], [0.25, 0.75], [1, 1])), ("sum", ([1, 1, 1], [1, 3], [7, 7]))):
        path = tmp_path / f"{kind}.nwb"
        save_traces(path, np.zeros((4, 3)), fps=500, regions=make_regions(weights, weights=kind))
        assert [[w for _, _, w in mask] for mask in masks(path)] == list(expected)


def test_masks_are_regions_windows_or_pixels(tmp_path):
    path = tmp_path / "t.nwb"
    save_traces(path, TRACES[:, :2], fps=500, regions=two_regions())
    assert masks(path) == [[(2, 1, 0.25), (3, 1, 0.75)], [(7, 8, 1)]]
    save_traces(path, TRACES, [(3, 1), (0, 0), (2.5, 0)], 500, overwrite=True)
    assert masks(path) == [[(3, 1, 1)], [(0, 0, 1)], [(3, 0, 1)]]
    about = {"size": 3, "window": "rect", "recording": {"shape": [4, 2, 5]}}
    save_traces(path, TRACES, [(4, 1), (0, 0), (1.25, 0)], 500, metadata=about, overwrite=True)
    corner = [(3, 0, 1), (4, 0, 1), (3, 1, 1), (4, 1, 1)]
    edge = [(0, 0, 0.75), (1, 0, 1), (2, 0, 1), (3, 0, 0.25), (0, 1, 0.75), (1, 1, 1), (2, 1, 1), (3, 1, 0.25)]
    assert masks(path) == [corner, [(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1)], edge]


@pytest.mark.parametrize("argument", ["positions", "regions"])
def test_masks_of_places_of_any_kind(tmp_path, argument):
    labels = np.zeros((4, 5), int)
    labels[1, 1:3], labels[3, 4] = 1, 2
    np.save(tmp_path / "labels.npy", labels)
    for i, given in enumerate((labels, [labels == 1, labels == 2], tmp_path / "labels.npy", make_regions(labels))):
        save_traces(tmp_path / f"{i}.nwb", TRACES[:, :2], fps=500, **{argument: given})
        assert masks(tmp_path / f"{i}.nwb") == [[(1, 1, 1), (2, 1, 1)], [(4, 3, 1)]]
    save_traces(tmp_path / "t.nwb", TRACES[:, :2], fps=500, **{argument: [(3, 1), (0, 0)]})
    assert masks(tmp_path / "t.nwb") == [[(3, 1, 1)], [(0, 0, 1)]]


def times(file, series):
    return series.rate, series.starting_time, series.timestamps and series.timestamps[:].tolist()


def test_regular_times_are_a_rate(tmp_path):
    path = tmp_path / "t.nwb"
    for given, expected in (
        ({"fps": 333.3}, (333.3, 0, None)),
        ({"x": [2, 2.5, 3, 3.5]}, (2, 2, None)),
        ({"x": np.float32([0, 1, 3, 7])}, (None, None, [0, 1, 3, 7])),
    ):
        save_traces(path, TRACES, POSITIONS, **given, overwrite=True)
        assert read_nwb(path, times) == expected


@pytest.mark.parametrize(
    ("given", "argument", "message"),
    [
        (
            {},
            "fps",
            "the rate is unknown, but .nwb files contain times in seconds: give the frames per second with fps=",
        ),
        ({"fps": 5, "positions": None}, "positions", "positions = None leaves the pixels of the traces unknown"),
        ({"x": [0, 1, 1, 2]}, "x", "x does not increase from frame to frame"),
        ({"traces": np.zeros((4, 0)), "positions": [], "fps": 5}, "traces", r"traces has shape \(4, 0\), but"),
        (
            {"positions": [(0, 0), (1, -1), (0, 0)], "fps": 1},
            "positions[1]",
            r"positions\[1\] = \(x=1, y=-1\) is outside the frame: both must be -0.5 or more",
        ),
        (
            {"fps": 5, "metadata": {"recording": {"shape": [4, 8, 9]}}},
            "positions[0]",
            r"positions\[0\] = \(x=12, y=16\) is outside the frame \(width 9, height 8\)",
        ),
    ],
)
def test_tables_that_nwb_cannot_hold_are_errors_before_any_work(tmp_path, given, argument, message):
    arguments = {"traces": TRACES, "positions": POSITIONS, **given}
    check_error(lambda: save_traces(tmp_path / "t.nwb", **arguments), ValueError, argument, message)
    assert not list(tmp_path.iterdir())


def test_hdf5_that_is_not_nwb_is_an_error(tmp_path):
    path = tmp_path / "t.nwb"
    save_traces(tmp_path / "t.h5", TRACES)
    (tmp_path / "t.h5").rename(path)
    message = r"t\.nwb does not contain a table of traces written by optimap"
    check_error(lambda: load_traces(path), ValueError, "path", message, path)


def test_what_the_inspector_reports_for_one_trace_and_for_few_frames(tmp_path):
    """Two reports that no file can avoid: NWB requires a table of regions, and time along the first axis."""
    save_traces(tmp_path / "one.nwb", TRACES[:, 0], (3, 4), 500)
    assert [text.split(":")[0] for text in nwb_reports(tmp_path / "one.nwb")] == ["check_single_row"]
    save_traces(tmp_path / "wide.nwb", TRACES[:2], POSITIONS, 500)
    assert [text.split(":")[0] for text in nwb_reports(tmp_path / "wide.nwb")] == ["check_data_orientation"]
