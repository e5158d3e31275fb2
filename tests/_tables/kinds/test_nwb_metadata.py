"""The entry nwb of the metadata: where it goes in the file, what is unknown, and which form it must have."""

import numpy as np
import pynwb
import pytest

from optimap.trace import save_traces
from tests._tables.examples import POSITIONS, TRACES, nwb_reports
from tests.errors import check_error


def test_entries_are_written_where_nwb_expects_them(tmp_path):
    given = {
        "session_start_time": "2024-05-17T14:30:00+02:00",
        "identifier": "exp 7",
        "subject": {"subject_id": "r7", "species": "Oryctolagus cuniculus"},
        "imaging": {"indicator": "Rhod-2", "emission_lambda": 580, "location": "left ventricle", "unit": "dF/F"},
    }
    save_traces(tmp_path / "t.nwb", TRACES, POSITIONS, 500, metadata={"nwb": given})
    with pynwb.NWBHDF5IO(tmp_path / "t.nwb", "r") as io:
        file = io.read()
        plane = file.imaging_planes["plane"]
        series = file.processing["ophys"]["Fluorescence"]["traces"]
        assert file.session_start_time.isoformat() == given["session_start_time"]
        assert (file.identifier, file.subject.subject_id, file.subject.sex) == ("exp 7", "r7", "U")
        assert (plane.indicator, plane.location, plane.imaging_rate) == ("Rhod-2", "left ventricle", 500)
        assert plane.optical_channel[0].emission_lambda == 580
        assert np.isnan(plane.excitation_lambda)
        assert series.unit == "dF/F"
        assert "not known" not in file.session_description


def test_missing_entries_are_unknown(tmp_path):
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


def test_none_is_missing_and_single_entries_become_lists(tmp_path):
    given = {
        "session_description": None,
        "keywords": "fluorescence",
        "subject": {"age": "P1Y2M/P2Y", "weight": 3},
        "imaging": {"device": None, "location": None, "excitation_lambda": None},
    }
    save_traces(tmp_path / "t.nwb", TRACES, POSITIONS, 500, metadata={"nwb": given})
    assert nwb_reports(tmp_path / "t.nwb") == []
    with pynwb.NWBHDF5IO(tmp_path / "t.nwb", "r") as io:
        file = io.read()
        assert (list(file.keywords), file.subject.weight, file.subject.age) == (["fluorescence"], "3 kg", "P1Y2M/P2Y")
        assert (list(file.devices), file.imaging_planes["plane"].location) == (["camera"], "unknown")


NWB = "metadata['nwb']"


@pytest.mark.parametrize(
    ("given", "kind", "argument", "message"),
    [
        (1, TypeError, "", r"metadata\['nwb'\] = 1: give a dict with any of session_description, .*, imaging"),
        ({"imaging": "x"}, TypeError, "['imaging']", r"\['imaging'\] = 'x': give a dict with any of device"),
        (
            {"speed": 1},
            ValueError,
            "['speed']",
            r"metadata\['nwb'\] has the unknown key 'speed': use any of .*, imaging",
        ),
        (
            {"subject": {"a": 1}},
            ValueError,
            "['subject']['a']",
            r"\['subject'\] has the unknown key 'a': .* subject_id",
        ),
        ({"session_description": 3}, TypeError, "['session_description']", r"\['session_description'\] = 3: give text"),
        (
            {"session_start_time": 3},
            TypeError,
            "['session_start_time']",
            "= 3: give a date and time such as 2024-05-17T14",
        ),
        (
            {"session_start_time": "0001-01-01"},
            ValueError,
            "['session_start_time']",
            "'0001-01-01': give a date and time",
        ),
        ({"session_start_time": "today"}, ValueError, "['session_start_time']", "= 'today': give a date and time"),
        ({"experimenter": [1]}, TypeError, "['experimenter']", r"= \[1\]: give text, or a list of text"),
        ({"subject": {"age": 3}}, TypeError, "['subject']['age']", "= 3: give an ISO 8601 duration such as 'P90D'"),
        ({"subject": {"age": "90 days"}}, ValueError, "['subject']['age']", "= '90 days': give an ISO 8601 duration"),
        ({"subject": {"sex": "female"}}, ValueError, "['subject']['sex']", "= 'female': give 'M', 'F'"),
        ({"subject": {"weight": [1]}}, TypeError, "['subject']['weight']", r"= \[1\]: give a number of kg, or text"),
        (
            {"imaging": {"excitation_lambda": "blue"}},
            ValueError,
            "['imaging']['excitation_lambda']",
            "= 'blue': give a wav",
        ),
        (
            {"imaging": {"emission_lambda": -3}},
            ValueError,
            "['imaging']['emission_lambda']",
            "-3: give a wavelength in nm",
        ),
        ({"imaging": {"device": "a/b"}}, ValueError, "['imaging']['device']", "'a/b': give a name without / and :"),
    ],
)
def test_entries_of_another_form_are_named(tmp_path, given, kind, argument, message):
    def save():
        save_traces(tmp_path / "t.nwb", TRACES, POSITIONS, 500, metadata={"nwb": given})

    check_error(save, kind, NWB + argument, message)
    assert not list(tmp_path.iterdir())
