"""What runs and is read elsewhere: workflows call what is here, and gallery, citation and paper are complete."""

import ast
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
AUTOMATIC = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), ROOT / ".readthedocs.yaml"]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("plot_*.py"))


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*AUTOMATIC, ROOT / ".ci" / "run"], ids=lambda path: path.stem)
def test_what_runs_elsewhere_calls_what_is_here(path):
    text = re.sub(r"^\s*#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    called = [name for line in re.findall(r"\bmake ([a-z][a-z -]*)", text) for name in line.split()]
    scripts = re.findall(r"(?<![\w/])\.ci/[a-z]+", text)
    assert called or scripts or path.stem == "release"
    if path.name.endswith(("yml", "yaml")):
        assert set(called) <= targets
    assert all(os.access(ROOT / name, os.X_OK) for name in scripts)


def test_the_gallery_holds_claims():
    """At least 15 examples, each with a caption and an assertion that holds it; `make docs` runs them."""
    assert len(EXAMPLES) >= 15
    for path in EXAMPLES:
        text = path.read_text(encoding="utf-8")
        caption = ast.get_docstring(ast.parse(text)) or ""
        assert len(caption.splitlines()) > 2, path.name
        assert re.search(r"^(assert |np\.testing\.assert_)", text, re.MULTILINE), path.name


def test_the_paper_cites_what_is_in_its_bibliography():
    cited = set(re.findall(r"@([a-z]+\d{4}\w+)", text_of("docs/paper.md")))
    assert cited
    assert cited == set(re.findall(r"^@\w+\{(\w+),", text_of("docs/paper.bib"), re.MULTILINE))


def test_the_software_can_be_cited_and_faults_reported():
    fields = re.findall(r"^([a-z-]+):", text_of("CITATION.cff"), re.MULTILINE)
    assert {"cff-version", "message", "title", "authors"} <= set(fields)
    assert {path.stem for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")} >= {"bug", "recording"}
    assert all((ROOT / name).is_file() for name in ("SECURITY.md", "docs/releasing.md", "docs/paper.md", "LICENSE"))
