"""The README's example runs, its lists are complete, and the links of all documents lead somewhere."""

import re
from pathlib import Path

import pytest

from optimap.video import FORMATS

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
