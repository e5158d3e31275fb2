"""Every block of Python and every command in the guides runs, on recordings of the names that they use.

Commands that need a display or machines of a cluster run with what takes their place: a front end without a screen, and
a scheduler on this machine.
"""

import glob
import re
import shlex
import shutil
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import roifile

from optimap._cli import main
from optimap.datasets import simulated_tissue
from optimap.trace import extract_traces, save_traces
from optimap.video import save_video
from tests._pick.puppet import clicks, seat

ROOT = Path(__file__).parent.parent
# The code of tables.md runs in tests/_cli/test_jobs.py, on tables of every kind.
PAGES = [ROOT / "README.md", *sorted(page for page in ROOT.glob("docs/*.md") if page.name != "tables.md")]
SIZE = 96  # pixels, enough for the positions in the guides


def python_of(page):
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def commands_in(text):
    found = re.findall(r"^(?:    )?(?:\$ )?optimap (?!corrects)([a-z].*)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in found]


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    """A folder with the files that the guides name."""
    folder = tmp_path_factory.mktemp("guides")
    tissue = simulated_tissue(bleaching=0)
    video = tissue.video[:, 16 : 16 + SIZE, 16 : 16 + SIZE]
    save_video(folder / "recording.tif", video, fps=500)
    (folder / "day1").mkdir()
    save_video(folder / "day1" / "a.tif", video[:300], fps=500)
    save_video(folder / "day1" / "b.tif", video[300:], fps=500)
    save_video(folder / "rec.zarr", video[:40], fps=500)
    np.save(folder / "rec.npy", video)
    header, pixels = bytes(4096), np.zeros((1000, 512, 512), np.uint16)
    with open(folder / "rec.raw", "wb") as file:
        file.write(header)
        file.truncate(4096 + pixels.nbytes)
    square = np.array([[10, 10], [40, 10], [40, 40], [10, 40]])
    names = ("right", "pacing site")
    outlines = [roifile.ImagejRoi.frompoints(square + 30 * i, name=name) for i, name in enumerate(names)]
    roifile.roiwrite(folder / "RoiSet.zip", outlines)
    save_traces(folder / "traces.csv", extract_traces(video, [(20, 64), (64, 40)]), [(20, 64), (64, 40)], fps=500)
    return folder


@pytest.fixture
def here(recordings, tmp_path, monkeypatch):
    """A folder with copies of these files, in which a page is tried; large ones are linked."""
    for source in recordings.iterdir():
        if source.name == "rec.raw":
            (tmp_path / source.name).symlink_to(source)
        else:
            (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / source.name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler with a worker on this machine, and its file."""
    from distributed import LocalCluster

    file = tmp_path_factory.mktemp("cluster") / "scheduler.json"
    machine = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "protocol": "tcp"}
    with LocalCluster(**machine, dashboard_address=None) as cluster:
        file.write_text(f'{{"address": "{cluster.scheduler_address}"}}')
        yield cluster.scheduler_address, file


@pytest.mark.parametrize("page", [page for page in PAGES if python_of(page)], ids=lambda page: page.stem)
def test_the_python_of_a_page_runs(page, here, request):
    replaced = {'"cuda"': '"cpu"', "/data/rec.npy": str(here / "rec.npy")}
    if any("node7" in block for block in python_of(page)):
        replaced["tcp://node7:8786"] = request.getfixturevalue("scheduler")[0]
    if any("import torch" in block for block in python_of(page)):
        pytest.importorskip("torch")
    space = {"positions": [(12, 16), (20, 10)], "video": simulated_tissue().video}
    with ExitStack() as stack:
        seat(stack, clicks((20, 64)))
        for block in python_of(page):
            for name, instead in replaced.items():
                block = block.replace(name, instead)
            exec(block, space)
        if "client" in space:
            space["client"].close()


WITH_COMMANDS = [page for page in PAGES if commands_in(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_the_commands_of_a_page_run(page, here, request, capsys):
    text = page.read_text(encoding="utf-8")
    remove_what_is_written(text)
    for command in commands_in(text):
        if "pick" in command or "recording.rsh" in command or any("/data" in name for name in command):
            continue  # tests/_cli/test_pick.py and test_convert.py; paths of a cluster
        if "--scheduler" in command:
            address, file = request.getfixturevalue("scheduler")
            at = command.index("--scheduler") + 1
            command[at] = address if command[at].startswith("tcp") else str(file)
        run(command, capsys)


COMMANDS = ("demo", "info", "traces", "beats", "maps", "plot", "pick", "convert")


def test_every_command_is_tried(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_two_examples_which_run(command, here, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    head, _, examples = capsys.readouterr().out.rpartition("\nexamples:\n")
    assert stop.value.code == 0
    assert head.startswith(f"usage: optimap {command}")
    found = commands_in(re.sub("^  ", "", examples, flags=re.MULTILINE))
    remove_what_is_written(examples)
    assert [example[0] for example in found] == [command] * 2
    with ExitStack() as stack:
        seat(stack, clicks((20, 64)))
        for example in found:
            run(example, capsys)


def remove_what_is_written(text):
    if "-o traces.csv" in text:
        Path("traces.csv").unlink()
        Path("traces.csv.json").unlink()


def run(command, capsys):
    """Run a command of the guides, with the files that a shell would put in."""
    arguments = [name for given in command for name in (sorted(glob.glob(given)) if "*" in given else [given])]
    if "--workers" in arguments:
        arguments[arguments.index("--workers") + 1] = "1"
    assert main(arguments) == 0, (command, capsys.readouterr().err)
