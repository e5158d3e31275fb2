"""The README's example runs, its lists are complete, and the links of all documents lead somewhere."""

import re
from pathlib import Path

import numpy as np
import pytest
import tifffile

from optimap.video import FORMATS, save_video

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 12
    monkeypatch.chdir(tmp_path)
    space = {}
    exec(code, space)
    assert (tmp_path / "traces.png").stat().st_size > 10_000
    assert space["clean"].shape == (600, 3)


def example_with(recording):
    """Run the example with another recording, as its comment says."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    code, replaced = re.subn(
        r"^video = .* or: (optimap\.open_video\()[^)]*", rf"video = \1{str(recording)!r}", code, flags=re.M
    )
    assert replaced == 1
    space = {}
    exec(code, space)
    space["video"].close()
    return space


def tiny():
    """Frames of 8 x 8 pixels with two dips."""
    times = np.arange(200)
    dips = sum(np.exp(-(((times - at) / 8.0) ** 2)) for at in (60, 140))
    noise = np.random.default_rng(0).normal(0, 2, (200, 8, 8))
    return (1000 - 200 * dips[:, None, None] + noise).astype("u2")


@pytest.mark.parametrize("fps", [500, None])
def test_the_example_runs_on_a_tiny_recording(tmp_path, monkeypatch, fps):
    monkeypatch.chdir(tmp_path)
    save_video(tmp_path / "tiny.tif", tiny(), fps)
    space = example_with(tmp_path / "tiny.tif")
    assert space["clean"].shape == (200, 3)
    assert len(space["beats"]) == 6
    assert ("apd80_ms" in space["beats"]) == (fps is not None)


def test_the_example_runs_on_a_folder_of_images(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "day1").mkdir()
    for i, frame in enumerate(tiny()):
        tifffile.imwrite(tmp_path / "day1" / f"frame_{i:04}.tif", frame)
    assert len(example_with(tmp_path / "day1")["beats"]) == 6


def test_the_example_refuses_colours_in_words(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite(tmp_path / "colour.tif", np.zeros((20, 8, 8, 3), np.uint8), photometric="rgb")
    with pytest.raises(ValueError, match=r"3 channels \(red, green, blue\): choose one"):
        example_with(tmp_path / "colour.tif")


DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    made = ("http", "gallery/")  # `make docs` makes the gallery, and finds links that lead nowhere
    missing = [t for t in targets if not t.startswith(made) and not (path.parent / t).exists()]
    assert not missing


def test_every_format_is_listed():
    for row in FORMATS:
        assert f"`{row.suffixes[0]}`" in README


def test_every_decision_is_listed():
    listed = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    names = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert names
    assert not [name for name in names if f"(decisions/{name})" not in listed]


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"^    make (.+?)(?: +#.*)?$", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
