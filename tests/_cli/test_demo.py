"""`optimap demo`: the files that it makes."""

import re

import numpy as np

from optimap import __version__
from optimap._cli import main
from optimap.beats import load_beats
from optimap.datasets import simulated_tissue
from optimap.trace import load_traces
from tests._cli.helpers import run, table


def test_demo(folder, capsys):
    assert run("demo", "d") == 0
    assert sorted(p.name for p in (folder / "d").iterdir()) == [
        "activation.png",
        "beats.csv",
        "beats.csv.json",
        "tissue.tif",
        "traces.csv",
        "traces.csv.json",
        "traces.png",
    ]
    out = capsys.readouterr().out
    assert "d/traces.csv" in out
    assert "d/traces.png" in out
    assert "18 beats in 3 traces, median APD80 5" in out
    measured, true = (float(number) for number in re.findall(r"([\d.]+) cm/s", out))
    assert abs(measured - true) < 0.05 * true
    assert 5 < true < 50
    beats, truth = load_beats("d/beats.csv"), simulated_tissue().true_beats()
    assert beats.metadata["recording"]["name"] == "tissue.tif"
    for series, (x, y) in enumerate([(20, 64), (64, 40), (104, 70)]):
        own = beats.select(beats["series"] == series)
        np.testing.assert_allclose(own["activation"], 1000 * truth.activation[:, y, x], atol=2)
        np.testing.assert_allclose(np.median(own["apd80"]), 1000 * np.median(truth.durations[80][:, y, x]), atol=2)
    traces = load_traces("d/traces.csv").traces
    rest = [np.median(traces[start : start + 15], axis=0) for start in range(5, 600, 100)]
    assert np.ptp(rest, axis=0).max() < 0.05  # a flat diastole
    result = table("d/traces.csv")
    assert result.shape == (600, 4)
    assert (result.iloc[:, 1:].min() == 0).all()
    assert (result.iloc[:, 1:].max() == 1).all()
    assert run("demo", "d") == 2
    assert "exists" in capsys.readouterr().err


def test_the_demo(folder, capsys):
    assert main(["demo", "d"]) == 0
    capsys.readouterr()
    assert main(["info", "d/tissue.tif", "d/traces.csv", "d/traces.csv.json", "d/traces.png"]) == 0
    assert capsys.readouterr().out.count(f"made_by: optimap demo, optimap-trace {__version__}\n") == 3
