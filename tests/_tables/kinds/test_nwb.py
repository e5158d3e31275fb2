"""NWB files: nothing for the inspector and the validator to report, masks, what is told and what is unknown."""

import numpy as np
import pynwb
import pytest
from nwbinspector import inspect_nwbfile

from optimap.trace import load_traces, save_traces
from optimap.trace import regions as make_regions
from tests._tables.test_save_load import POSITIONS, TRACES, Shapes

RNG = np.random.default_rng(0)


def reported(path):
    """All that nwbinspector says, down to its suggestions; it asks the validator, too."""
    return [f"{m.check_function_name}: {m.message}" for m in inspect_nwbfile(nwbfile_path=path)]


def regions(path, read):
    with pynwb.NWBHDF5IO(path, "r") as io:
        file = io.read()
        return read(file, file.processing["ophys"]["Fluorescence"]["traces"])


@pytest.mark.parametrize(
    "given",
    [
        {"fps": 29.97, "names": ["yes", "no", "{'a"], "metadata": {"size": 5, "window": "disc"}},
        {"fps": 500, "positions": None, "regions": Shapes(), "traces": np.zeros((2**18, 2), np.uint64)},  # not small
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
def test_nothing_is_reported(tmp_path, given):
    path = tmp_path / "t.nwb"
    save_traces(path, **{"traces": TRACES, "positions": POSITIONS, **given})
    assert reported(path) == []
    assert pynwb.validate(path=str(path)) == []
    np.testing.assert_array_equal(load_traces(path).traces, given.get("traces", TRACES))


def test_what_is_told_stands_where_it_belongs(tmp_path):
    told = {
        "session_start_time": "2024-05-17T14:30:00+02:00",
        "identifier": "exp 7",
        "subject": {"subject_id": "r7", "species": "Oryctolagus cuniculus"},
        "imaging": {"indicator": "Rhod-2", "emission_lambda": 580, "location": "left ventricle", "unit": "dF/F"},
    }
    save_traces(tmp_path / "t.nwb", TRACES, POSITIONS, 500, metadata={"nwb": told})
    with pynwb.NWBHDF5IO(tmp_path / "t.nwb", "r") as io:
        file = io.read()
        plane = file.imaging_planes["plane"]
        series = file.processing["ophys"]["Fluorescence"]["traces"]
        assert file.session_start_time.isoformat() == told["session_start_time"]
        assert (file.identifier, file.subject.subject_id, file.subject.sex) == ("exp 7", "r7", "U")
        assert (plane.indicator, plane.location, plane.imaging_rate) == ("Rhod-2", "left ventricle", 500)
        assert plane.optical_channel[0].emission_lambda == 580
        assert np.isnan(plane.excitation_lambda)
        assert series.unit == "dF/F"
        assert "not known" not in file.session_description


def test_what_is_not_told_is_unknown(tmp_path):
    save_traces(tmp_path / "t.nwb", TRACES, POSITIONS, 500)
    with pynwb.NWBHDF5IO(tmp_path / "t.nwb", "r") as io:
        file = io.read()
        assert "The start of the session is not known; 1980-01-02" in file.session_description
        assert (file.subject.subject_id, file.subject.species, file.institution) == (
            "unknown",
            "Species unknown",
            "unknown",
        )
        assert file.imaging_planes["plane"].indicator == "unknown"


def test_pixels_that_count_the_same_count_one(tmp_path):
    weights = np.zeros((3, 4, 5))
    weights[0, 1, 1:4], weights[1, 2, :2], weights[2, 3, 3:] = 1, (1, 3), 7
    for kind, expected in (("mean", ([1, 1, 1], [0.25, 0.75], [1, 1])), ("sum", ([1, 1, 1], [1, 3], [7, 7]))):
        path = tmp_path / f"{kind}.nwb"
        save_traces(path, np.zeros((4, 3)), fps=500, regions=make_regions(weights, weights=kind))
        assert [[w for _, _, w in mask] for mask in masks(path)] == list(expected)


def masks(path):
    table = regions(path, lambda file, series: [m.tolist() for m in series.rois.table["pixel_mask"][:]])
    return [[(int(x), int(y), float(w)) for x, y, w in mask] for mask in table]


def test_masks_are_regions_windows_or_pixels(tmp_path):
    path = tmp_path / "t.nwb"
    save_traces(path, TRACES[:, :2], fps=500, regions=Shapes())
    assert masks(path) == [[(2, 1, 0.25), (3, 1, 0.75)], [(7, 8, 1)]]
    save_traces(path, TRACES, [(3, 1), (0, 0), (2.5, 0)], 500, overwrite=True)
    assert masks(path) == [[(3, 1, 1)], [(0, 0, 1)], [(3, 0, 1)]]
    about = {"size": 3, "window": "rect", "recording": {"shape": [4, 2, 5]}}
    save_traces(path, TRACES, [(4, 1), (0, 0), (1.25, 0)], 500, metadata=about, overwrite=True)
    corner = [(3, 0, 1), (4, 0, 1), (3, 1, 1), (4, 1, 1)]
    edge = [(0, 0, 0.75), (1, 0, 1), (2, 0, 1), (3, 0, 0.25), (0, 1, 0.75), (1, 1, 1), (2, 1, 1), (3, 1, 0.25)]
    assert masks(path) == [corner, [(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1)], edge]


def times(file, series):
    return series.rate, series.starting_time, series.timestamps and series.timestamps[:].tolist()


def test_times_are_a_rate_where_they_are_regular(tmp_path):
    path = tmp_path / "t.nwb"
    for given, expected in (
        ({"fps": 333.3}, (333.3, 0, None)),
        ({"x": [2, 2.5, 3, 3.5]}, (2, 2, None)),
        ({"x": np.float32([0, 1, 3, 7])}, (None, None, [0, 1, 3, 7])),
    ):
        save_traces(path, TRACES, POSITIONS, **given, overwrite=True)
        assert regions(path, times) == expected


@pytest.mark.parametrize(
    ("told", "error", "message"),
    [
        (1, TypeError, r"metadata\['nwb'\] = 1: give a dict with any of session_description"),
        (
            {"speed": 1},
            ValueError,
            r"metadata\['nwb'\] has the key 'speed': known are session_description, .*, imaging",
        ),
        (
            {"subject": {"name": "x"}},
            ValueError,
            r"metadata\['nwb'\]\['subject'\] has the key 'name': known are subject_id",
        ),
        ({"session_description": 3}, TypeError, r"metadata\['nwb'\]\['session_description'\] = 3: give text"),
        ({"session_start_time": 3}, TypeError, r"\['session_start_time'\] = 3: give date and time as 2024-05-17T14:30"),
        (
            {"session_start_time": "0001-01-01"},
            ValueError,
            r"\['session_start_time'\] = '0001-01-01': give date and time",
        ),
        ({"experimenter": [1]}, TypeError, r"\['experimenter'\] = \[1\]: give text, or a list of text"),
        ({"subject": {"age": 3}}, TypeError, r"\['subject'\]\['age'\] = 3: give a duration of ISO 8601, 'P90D'"),
        ({"subject": {"age": "90 days"}}, ValueError, r"\['subject'\]\['age'\] = '90 days': give a duration"),
        ({"subject": {"sex": "female"}}, ValueError, r"\['subject'\]\['sex'\] = 'female': give 'M', 'F'"),
        ({"subject": {"weight": [1]}}, TypeError, r"\['subject'\]\['weight'\] = \[1\]: give a number of kg, or text"),
        (
            {"imaging": {"excitation_lambda": "blue"}},
            ValueError,
            r"\['excitation_lambda'\] = 'blue': give a wavelength",
        ),
        ({"imaging": {"emission_lambda": -3}}, ValueError, r"\['emission_lambda'\] = -3: give a wavelength in nm"),
        ({"imaging": {"device": "a/b"}}, ValueError, r"\['imaging'\]\['device'\] = 'a/b': give a name without / and :"),
        ({"imaging": "x"}, TypeError, r"metadata\['nwb'\]\['imaging'\] = 'x': give a dict"),
        (
            {"session_start_time": "today"},
            ValueError,
            r"\['session_start_time'\] = 'today': give date and time as 2024",
        ),
    ],
)
def test_what_nwb_does_not_know_is_named(tmp_path, told, error, message):
    with pytest.raises(error, match=message):
        save_traces(tmp_path / "t.nwb", TRACES, POSITIONS, 500, metadata={"nwb": told})
    assert not list(tmp_path.iterdir())


def test_positions_outside_of_the_recording(tmp_path):
    with pytest.raises(ValueError, match=r"positions\[0\] = \(x=12, y=16\) is outside the frame \(width 9, height 8\)"):
        save_traces(tmp_path / "t.nwb", TRACES, POSITIONS, 500, metadata={"recording": {"shape": [4, 8, 9]}})


def test_what_the_inspector_says_of_one_trace_and_of_few_frames(tmp_path):
    """Two remarks that no file can avoid: NWB asks for a table of regions, and for time along the first axis."""
    save_traces(tmp_path / "one.nwb", TRACES[:, 0], (3, 4), 500)
    assert [text.split(":")[0] for text in reported(tmp_path / "one.nwb")] == ["check_single_row"]
    save_traces(tmp_path / "wide.nwb", TRACES[:2], POSITIONS, 500)
    assert [text.split(":")[0] for text in reported(tmp_path / "wide.nwb")] == ["check_data_orientation"]


def test_none_is_not_told_and_single_things_become_lists(tmp_path):
    told = {
        "session_description": None,
        "keywords": "fluorescence",
        "subject": {"age": "P1Y2M/P2Y", "weight": 3},
        "imaging": {"device": None, "location": None, "excitation_lambda": None},
    }
    save_traces(tmp_path / "t.nwb", TRACES, POSITIONS, 500, metadata={"nwb": told})
    assert reported(tmp_path / "t.nwb") == []
    with pynwb.NWBHDF5IO(tmp_path / "t.nwb", "r") as io:
        file = io.read()
        assert (list(file.keywords), file.subject.weight, file.subject.age) == (["fluorescence"], "3 kg", "P1Y2M/P2Y")
        assert (list(file.devices), file.imaging_planes["plane"].location) == (["camera"], "unknown")
