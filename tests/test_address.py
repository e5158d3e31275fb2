"""What is published states where it comes from: `.ci/address` fills the address of the repository in."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_addresses_are_filled_in(tmp_path):
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    command = [sys.executable, ROOT / ".ci" / "address", "https://github.com", "Lab/Optimap-trace", "v1.2.3"]
    subprocess.run(command, cwd=tmp_path, check=True)
    before = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    after = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))
    urls = after["project"].pop("urls")
    assert after == before
    assert urls == {
        "Documentation": "https://lab.github.io/Optimap-trace/",
        "Source": "https://github.com/Lab/Optimap-trace",
        "Changes": "https://github.com/Lab/Optimap-trace/blob/v1.2.3/CHANGELOG.md",
        "Issues": "https://github.com/Lab/Optimap-trace/issues",
    }
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) > 10
    assert [target for target in targets if not target.startswith("https://")] == []
    assert "](https://github.com/Lab/Optimap-trace/raw/v1.2.3/docs/images/demo.png)" in text
    names = [target.partition("v1.2.3/")[2].partition("#")[0] for target in targets if "/v1.2.3/" in target]
    assert [name for name in names if not (ROOT / name).is_file()] == []
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 1
