"""Importing is cheap, and every public name is where it should be."""

import inspect
import json
import subprocess
import sys

import pytest

import optimap

TRACE = [
    "collage_positions",
    "compare_traces",
    "detrend_timeseries",
    "estimate_period",
    "extract_traces",
    "get_default_trace_window",
    "normalize",
    "positions_from_A_to_B",
    "select_positions",
    "select_traces",
    "random_positions",
    "set_default_trace_window",
    "show_positions",
    "show_positions_and_traces",
    "show_trace",
    "show_traces",
]
TOP = [
    "compare_traces",
    "extract_traces",
    "load_metadata",
    "load_video",
    "open_video",
    "select_positions",
    "select_traces",
    "show_image",
    "show_positions",
    "show_traces",
    "beats",
    "datasets",
    "image",
    "trace",
    "video",
]


def modules_after(code):
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


def test_import_loads_neither_matplotlib_nor_scipy_nor_numpy():
    loaded = modules_after(
        "import optimap, optimap.trace, optimap.video, optimap.image, optimap.datasets, optimap.beats"
    )
    assert not loaded & {"matplotlib", "scipy", "numpy", "tifffile", "PIL", "h5py", "av", "tqdm"}


def test_extracting_loads_neither_matplotlib_nor_scipy():
    code = "import numpy, optimap; optimap.extract_traces(numpy.zeros((2, 3, 4)), (1, 1))"
    assert not modules_after(code) & {"matplotlib", "scipy", "array_api_compat", "torch", "jax"}


@pytest.mark.parametrize("name", TRACE)
def test_documented_names_are_in_optimap_trace(name):
    assert callable(getattr(optimap.trace, name))


@pytest.mark.parametrize("name", TOP)
def test_names_of_the_top(name):
    assert getattr(optimap, name) is not None


@pytest.mark.parametrize("package", ["", ".trace", ".video", ".image", ".datasets", ".beats"])
def test_star_import_gives_every_public_name(package):
    space = {}
    exec(f"from optimap{package} import *", space)
    module = sys.modules[f"optimap{package}"]
    assert set(module.__all__) <= set(space)
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("room", [optimap.trace, optimap.video, optimap.image, optimap.datasets, optimap.beats])
def test_help_shows_the_names_of_types_not_what_they_stand_for(room):
    public = [getattr(room, name) for name in room.__all__]
    shown = [str(inspect.signature(value)) for value in public if callable(value)]
    assert shown
    assert not [text for text in shown if "Union[" in text or "numpy.ndarray" in text]


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="nothing"):
        _ = optimap.trace.nothing
