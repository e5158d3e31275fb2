"""`optimap beats`: what it measures, from recordings and from tables, what it prints, and what it refuses."""

import json

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap._tables import SUFFIXES, load_columns
from optimap.beats import alternans, ensemble_average, load_beats, measure_beats
from optimap.trace import baseline, extract_traces, load_traces, save_traces
from tests import makers
from tests._cli.helpers import run, succeed

PLACES = [(3, 4), (9, 7)]
AT = ["--at", "3,4", "9,7"]
CYCLE = 60  # frames


def tissue(cycle=CYCLE, seed=0, frames=420):
    """A recording of beats that point down, later from column to column, with noise."""
    t = np.arange(frames)[:, None, None] - 20 - np.arange(15)
    phase = np.mod(t, cycle)
    upstroke, decay = 1 / (1 + np.exp(-(phase - 8) / 1.2)), 1 / (1 + np.exp((phase - 32) / 2.5))
    beats = np.broadcast_to(upstroke * decay, (frames, 12, 15))
    noise = np.random.default_rng(seed).normal(0, 8, (frames, 12, 15))
    return np.rint(20_000 - 1000 * beats + noise).astype(np.uint16)


VIDEO = tissue()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with recordings of beats: at 500 frames/s, the same without a rate, and a slower one."""
    monkeypatch.chdir(tmp_path)
    for name, video in (("rec.tif", VIDEO), ("slow.tif", tissue(80, 1))):
        tifffile.imwrite(name, video, imagej=True, metadata={"axes": "TYX", "finterval": 0.002})
    np.save("rec.npy", VIDEO)
    return tmp_path


def same(table, expected):
    """Check that two tables have the same columns and values."""
    assert list(table) == list(expected)
    for name in expected:
        np.testing.assert_array_equal(table[name], expected[name])


def measured(**options):
    return measure_beats(extract_traces(VIDEO, PLACES, 3), positions=PLACES, **options)


def test_beats_at_positions(folder, capsys):
    assert run("beats", "rec.tif", *AT, "--size", 3) == 0
    expected = measured(fps=500)
    assert (expected["beat"] >= 0).sum() == 14
    np.testing.assert_allclose(np.diff(expected["activation_ms"][:7]), 120, atol=3)
    same(load_beats("rec_beats.csv"), expected)
    line = f"14 beats in 2 traces, median APD80 {np.nanmedian(expected['apd80']):.3g} ms, cycle length 120 ms, SNR"
    assert f"rec.tif: {line}" in capsys.readouterr().out


def test_levels_polarity_and_baseline(folder):
    succeed("beats", "rec.npy", *AT, "--size", 3, "--levels", "75", "--polarity", "down", "-o", "b.npz")
    same(load_beats("b.npz"), measured(levels=[75], polarity="down"))
    succeed("beats", "rec.tif", *AT, "--size", 3, "--baseline", "asls", "-o", "c.csv")
    traces = extract_traces(VIDEO, PLACES, 3)
    same(load_beats("c.csv"), measure_beats(traces - baseline(traces, "asls"), fps=500, positions=PLACES))


def test_a_part_of_the_recording(folder):
    succeed("beats", "rec.tif", *AT, "--size", 3, "--time", "0.2,0.7", "-o", "b.csv")
    traces = extract_traces(VIDEO[100:350], PLACES, 3)
    same(load_beats("b.csv"), measure_beats(traces, fps=500, positions=PLACES))


@pytest.mark.parametrize("first", [0, 50])
def test_stimuli_are_times_of_the_recording(folder, first):
    traces = extract_traces(VIDEO[first:], PLACES, 3)
    every = np.arange(0, 840, 240.0) - 2 * first
    expected = measure_beats(traces, fps=500, positions=PLACES, stimuli=every)
    part = ["--frames", f"{first}:", "--size", 3]
    succeed("beats", "rec.tif", *AT, *part, "--stimuli", 240, "-o", "b.csv")
    same(load_beats("b.csv"), expected)
    (folder / "times.txt").write_text("stimulus\n0\n240\n\n480\n720\n")
    succeed("beats", "rec.tif", *AT, *part, "--stimuli", "times.txt", "-o", "c.csv")
    same(load_beats("c.csv"), expected)
    assert (expected["beat"] >= 0).sum() < 14


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_of_traces_in_place_of_a_recording(folder, suffix):
    succeed("traces", "rec.tif", *AT, "--size", 3, "-o", f"t{suffix}")
    succeed("beats", f"t{suffix}", "-o", f"b{suffix}")
    table = load_beats(f"b{suffix}")
    same(table, measured(fps=500))
    assert table.metadata["recording"]["format"] == "table of traces"
    assert table.metadata["table"]["recording"]["name"] == "rec.tif"


def test_a_table_of_another_program_with_steps(folder):
    traces = extract_traces(VIDEO, PLACES, 3)
    lines = [f"{i},{a!r},{b!r}" for i, (a, b) in enumerate(traces.tolist())]
    (folder / "other.csv").write_text("\n".join(["frame,left,right", *lines]))
    succeed("beats", "other.csv", "--fps", 500, "--frames", "100:350", "--baseline", "asls", "-o", "b.csv")
    part = np.float64(traces[100:350])
    expected = measure_beats(part - baseline(part, "asls"), fps=500, names=["left", "right"])
    same(load_beats("b.csv"), expected)


def test_the_table_says_how_it_was_made(folder):
    succeed("beats", "rec.tif", *AT, "--smooth", 2, "--stimuli", 120, "-o", "b.csv")
    made = load_beats("b.csv").metadata
    assert made["made_by"].startswith("optimap beats, optimap-trace ")
    assert made["recording"]["name"] == "rec.tif"
    assert (made["levels"], made["stimuli"], made["polarity"]) == ([30, 50, 80, 90], 120, "auto")
    assert made["steps"] == ["smoothed in time (sigma 2 ms)"]
    assert made["traces"] == {"fps": 500, "positions": [[3, 4], [9, 7]], "names": None, "tidy": False}
    assert (made["beats"]["polarity"], made["beats"]["min_snr"]) == ("down", 3)


def test_ensemble_and_picture(folder, capsys):
    succeed("beats", "rec.tif", *AT, "--size", 3, "-o", "b.csv", "--ensemble", "e.csv", "--plot", "p.png")
    beats, cycle = measured(fps=500), 120
    table = load_traces("e.csv")
    average = ensemble_average(extract_traces(VIDEO, PLACES, 3), beats, 0.2 * cycle, 0.8 * cycle, fps=500)
    np.testing.assert_allclose(table.x, average.time)
    np.testing.assert_allclose(table.traces[:, ::2], average.mean)
    np.testing.assert_allclose(table.traces[:, 1::2], average.sd)
    assert table.names == ["x3_y4 mean", "x3_y4 SD", "x9_y7 mean", "x9_y7 SD"]
    assert table.metadata["x"] == "time from activation in ms"
    assert table.metadata["count"] == average.count.tolist()
    out = capsys.readouterr().out
    assert f"rec.tif: mean of {average.count.sum()} complete beats -> e.csv" in out
    with Image.open("p.png") as picture:
        assert np.ptp(np.asarray(picture.convert("L")).astype(int)) > 200
        assert json.loads(picture.info["Description"])["levels"] == [30, 50, 80, 90]


def test_a_picture_of_many_traces_shows_the_first(folder, capsys):
    succeed("beats", "rec.tif", "--grid", 3, "--plot", "p.png")
    assert "rec.tif: picture of the first 8 of 9 traces -> p.png" in capsys.readouterr().out


def test_noise_has_no_beats_and_no_ensemble(folder, capsys):
    save_traces("noise.csv", np.random.default_rng(0).normal(size=(400, 2)), names=["a", "b"], fps=500)
    assert run("beats", "noise.csv", "--ensemble", "e.csv", "--summary", "s.csv") == 0
    out = capsys.readouterr().out
    assert "noise.csv: 2 of 2 traces (a, b) have no beats: the steepest upstroke of all has an SNR of" in out
    assert "and more than 5 is needed, with a recovery\n" in out
    assert "noise.csv: e.csv is not written, because no trace has two beats" in out
    assert "noise.csv: 0 beats in 2 traces -> noise_beats.csv" in out
    assert load_beats("noise_beats.csv")["why"].tolist() == ["no beat was found"] * 2
    assert load_columns(folder / "s.csv")[1]["beats"].tolist() == [0, 0]
    assert not (folder / "e.csv").exists()


def test_traces_with_gaps_are_reported(folder, capsys):
    traces = extract_traces(VIDEO, PLACES, 3).astype(float)
    traces[50, 1] = np.nan
    save_traces("t.csv", traces, names=["whole", "gap"], fps=500)
    assert run("beats", "t.csv") == 0
    out = capsys.readouterr().out
    assert "t.csv: 1 of 2 traces (gap) has no beats, as the series contains NaN" in out
    assert "t.csv: 7 beats in 2 traces" in out


@pytest.mark.filterwarnings("default")
def test_drift_is_reported_with_the_option_that_removes_it(folder, capsys):
    traces = extract_traces(VIDEO, PLACES, 3) - 4 * np.arange(len(VIDEO))[:, np.newaxis]
    save_traces("t.csv", traces, PLACES, 500)
    assert run("beats", "t.csv") == 0
    error = capsys.readouterr().err
    assert "warning: t.csv: the baseline drifts by " in error
    assert "biases durations: remove the drift with --baseline asls\n" in error
    assert run("beats", "t.csv", "--baseline", "asls", "-o", "b.csv") == 0
    assert capsys.readouterr().err == ""


def test_several_files_and_a_summary(folder, capsys):
    arguments = ["beats", "rec.tif", "slow.tif", *AT, "--size", 3, "-o", "out", "--ensemble", "e", "--summary", "s.csv"]
    assert run(*arguments) == 0
    assert sorted(path.name for path in (folder / "out").glob("*.csv")) == ["rec_beats.csv", "slow_beats.csv"]
    assert sorted(path.name for path in (folder / "e").glob("*.csv")) == ["rec_ensemble.csv", "slow_ensemble.csv"]
    header, rows = load_columns(folder / "s.csv")
    assert header["metadata"]["summary"]["tables"] == ["out/rec_beats.csv", "out/slow_beats.csv"]
    assert rows["recording"].tolist() == ["rec.tif"] * 2 + ["slow.tif"] * 2
    assert (rows["x"].tolist(), rows["y"].tolist()) == ([3, 9] * 2, [4, 7] * 2)
    for i, (name, series) in enumerate((name, series) for name in ("rec", "slow") for series in (0, 1)):
        table = load_beats(f"out/{name}_beats.csv")
        own = table.select(table["series"] == series)
        assert rows["beats"][i] == len(own)
        assert rows["median_apd80_ms"][i] == np.nanmedian(own["apd80"])
        np.testing.assert_allclose(rows["sd_amplitude"][i], np.nanstd(own["amplitude"], ddof=1))
        assert rows["alternans_apd80"][i] == alternans(table).magnitude[series]
    np.testing.assert_allclose(rows["median_cycle_length_ms"], [120, 120, 160, 160], atol=2)
    # A second run does only what is missing, and the summary has everything again.
    before = (folder / "s.csv").read_bytes()
    (folder / "out" / "slow_beats.csv").unlink()
    capsys.readouterr()
    assert run(*arguments) == 0
    out = capsys.readouterr().out
    assert "1 of 2 recordings is done" in out
    assert "slow.tif: 10 beats" in out
    assert (folder / "s.csv").read_bytes() == before


def test_the_summary_leaves_out_what_failed(folder, capsys):
    arguments = ["beats", "rec.tif", "slow.tif", "nope.tif", *AT, "-o", "out"]
    assert run(*arguments) == 2
    assert run(*arguments, "--summary", "s.csv", "--levels", "50") == 2
    captured = capsys.readouterr()
    assert "out/rec_beats.csv already exists, made with --levels [30.0, 50.0, 80.0, 90.0] (now [50.0])" in captured.err
    assert "s.csv is not written, because there are no tables of beats" in captured.out
    assert run(*arguments, "--summary", "s.csv") == 2
    assert set(load_columns(folder / "s.csv")[1]["recording"]) == {"rec.tif", "slow.tif"}


@pytest.mark.parametrize(
    ("again", "reported"),
    [
        (["--stimuli", "240"], "--stimuli none (now 240.0)"),
        (["--polarity", "down"], "--polarity auto (now down)"),
        (["--baseline", "asls"], "--baseline none (now asls)"),
        (["--at", "1,1"], "different positions"),
        (["--fps", "250"], "--fps 500.0 (now 250.0)"),
    ],
)
def test_tables_made_otherwise_are_kept_and_reported(folder, capsys, again, reported):
    arguments = ["beats", "rec.tif", *AT, "-o", "out/"]
    assert run(*arguments) == 0
    before = (folder / "out" / "rec_beats.csv").read_bytes()
    assert run(*arguments) == 0
    capsys.readouterr()
    assert run(*arguments, *again) == 2
    error = capsys.readouterr().err
    assert f"out/rec_beats.csv already exists, made with {reported}: replace it with --overwrite" in error
    assert (folder / "out" / "rec_beats.csv").read_bytes() == before
    assert run(*arguments, *again, "--overwrite") == 0


def test_a_summary_of_an_earlier_run_is_replaced_and_nothing_else(folder, capsys):
    assert run("beats", "rec.tif", *AT, "--summary", "s.csv") == 0
    assert run("beats", "slow.tif", *AT, "--summary", "s.csv") == 0
    assert set(load_columns(folder / "s.csv")[1]["recording"]) == {"slow.tif"}
    with open("s.csv", "a") as file:
        file.write("edited\n")
    for existing in ("s.csv", "rec_beats.csv"):
        assert run("beats", "slow.tif", *AT, "-o", "n.csv", "--summary", existing) == 2
        assert f"{existing} exists" in capsys.readouterr().err
    assert not (folder / "n.csv").exists()


def test_the_same_on_workers(folder):
    arguments = ["rec.tif", "slow.tif", *AT, "--stimuli", 120]
    succeed("beats", *arguments, "-o", "here", "--summary", "here.csv")
    succeed("beats", *arguments, "-o", "there", "--summary", "there.csv", "--workers", 2)
    for name in ("rec_beats.csv", "slow_beats.csv", "rec_beats.csv.json"):
        assert (folder / "here" / name).read_bytes() == (folder / "there" / name).read_bytes()
    assert (folder / "here.csv").read_bytes() == (folder / "there.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rec.tif"], "rec.tif is not a table of traces: say where its traces come from, with --at, --grid or --reg"),
        (["t.csv", "--at", "1,1"], "--at is given with t.csv, a table of traces, which has its own positions: leave"),
        (["t.csv", "--spatial", "1"], "--spatial needs a recording, but a table of traces is given: leave it out"),
        (["t.csv", "--background", "5"], "--background needs a recording"),
        (["b.csv"], "b.csv is a table of beats: give the recording or the table of traces that it was made from"),
        (["x.csv"], "x.csv has times of its own in place of a frame rate"),
        (["nope.csv"], "nope.csv does not exist"),
        (["nope.tif", *AT], "nope.tif does not exist"),
        (["rec.npy", *AT, "--stimuli", "120"], "--stimuli are in ms, and the rate of the recording is unknown"),
        (["rec.tif", *AT, "--stimuli", "nope.txt"], "'nope.txt' is not a positive number or a FILE that exists"),
        (["rec.tif", *AT, "--stimuli", "down.txt"], "down.txt does not hold increasing times in ms: write one a line"),
        (["rec.tif", *AT, "--stimuli", "words.txt"], "words.txt does not hold increasing times"),
        (["rec.tif", *AT, "--levels", "30,100"], "'30,100' are not levels above 0 and below 100"),
        (["rec.tif", *AT, "--levels", "all"], "'all' are not levels"),
        (["rec.tif", *AT, "--levels", "30,30"], "'30,30' has a level twice"),
        (["rec.tif", *AT, "--summary", "rec.tif", "--overwrite"], "--summary rec.tif is an input"),
        (["t.csv", "--ensemble", "t.csv", "--overwrite"], "--ensemble t.csv is an input"),
        (["rec.tif", *AT, "--stimuli", "up.txt", "-o", "up.txt", "--overwrite"], "-o up.txt is an input"),
        (["rec.tif", "slow.tif", *AT, "--ensemble", "e.csv"], "--ensemble e.csv is one file for 2 recordings"),
        (["rec.tif", *AT, "--summary", "s.xyz"], "--summary s.xyz: tables are written as .csv"),
        (["rec.tif", *AT, "--plot", "p.xyz"], "--plot p.xyz has the unknown suffix '.xyz'"),
        (["rec.tif", *AT, "-o", "n.csv", "--summary", "n.csv"], "--summary n.csv is the file of -o, too: name another"),
        (["rec.tif", *AT, "-o", "n.csv", "--ensemble", "./n.csv"], "--ensemble n.csv is the file of -o, too"),
        (["flat.csv"], "give --polarity up or down"),
    ],
)
def test_errors_are_in_the_words_of_the_command(folder, capsys, arguments, message):
    traces = extract_traces(VIDEO, PLACES, 3)
    save_traces("t.csv", traces, PLACES, 500)
    save_traces("x.csv", traces, x=np.arange(len(traces)) ** 1.5)
    both = (traces - traces.mean(axis=0))[:, :1] * [1, -1]
    save_traces("flat.csv", both, fps=500)
    succeed("beats", "t.csv", "-o", "b.csv")
    for name, text in (("down", "5\n3\n"), ("words", "none\n"), ("up", "0\n240\n")):
        (folder / f"{name}.txt").write_text(text)
    capsys.readouterr()
    before = sorted(path.name for path in folder.iterdir())
    assert run("beats", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == before


def test_irregular_times_need_a_rate(folder, capsys):
    makers.encoded_at("pause.mkv", VIDEO.astype("u1"), np.arange(420) * 2 + (np.arange(420) > 20) * 48)
    assert run("beats", "pause.mkv", *AT) == 2
    assert "pause.mkv has times of its own in place of a frame rate" in capsys.readouterr().err


def test_frames_without_a_gap_have_a_rate(folder, capsys):
    times = np.arange(420) * 2 + (np.arange(420) > 20) * 48
    video = np.rint((VIDEO - 18_900.0) / 5).astype("u1")
    makers.encoded_at("pause.mkv", video, times)
    makers.encoded_at("whole.mkv", video[21:], np.arange(399) * 2)
    stimuli = ["--stimuli", "120", "--smooth", "1"]
    succeed("beats", "pause.mkv", *AT, "--frames", "21:", *stimuli, "-o", "part.csv")
    succeed("beats", "pause.mkv", *AT, "--time", "0.09,2", *stimuli, "-o", "time.csv")
    part = load_beats("part.csv")
    assert part.fps == 500
    same(load_beats("time.csv"), part)
    (folder / "after.txt").write_text("\n".join(str(120 * i - 90) for i in range(8)))  # the part begins at 90 ms
    succeed("beats", "whole.mkv", *AT, "--stimuli", "after.txt", "--smooth", "1", "-o", "whole.csv")
    same(load_beats("whole.csv"), part)


def test_calcium_transients_and_the_window_of_the_ensemble(folder, capsys):
    succeed("beats", "rec.tif", *AT, "--prefix", "catd", "--ensemble", "e.csv", "--ensemble-window", "20,70")
    assert "median CaTD80" in capsys.readouterr().out
    found = load_beats("rec_beats.csv")
    assert "catd80_ms" in found
    assert "apd80_ms" not in found
    average = load_traces("e.csv")
    np.testing.assert_array_equal(average.x, np.arange(-20, 71, 2))
    for wrong in ("20", "0,5", "a,b", "1,2,3"):
        assert run("beats", "rec.tif", *AT, "--ensemble-window", wrong) == 2
        assert "is not BEFORE,AFTER: give two positive times, as 50,150" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_summaries_and_ensembles_of_each_kind(folder, suffix):
    succeed("beats", "rec.tif", *AT, "--summary", "s.csv", "--ensemble", "e.csv")
    outputs = ["-o", f"b{suffix}", "--summary", f"s{suffix}", "--ensemble", f"e{suffix}"]
    succeed("beats", "rec.tif", *AT, *outputs, "--overwrite")
    expected, found = (load_columns(folder / name)[1] for name in ("s.csv", f"s{suffix}"))
    same(found, expected)
    np.testing.assert_array_equal(load_traces(f"e{suffix}").traces, load_traces("e.csv").traces)
    assert run("plot", f"e{suffix}") == 0
