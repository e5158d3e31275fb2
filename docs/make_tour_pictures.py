"""Makes the pictures of the first tour, by its code.

python docs/make_tour_pictures.py
"""

import re
import tempfile
from contextlib import chdir
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt

DOCS = Path(__file__).parent
NAMES = ("tour-frame", "tour-traces", "tour-clean", "tour-beats", "tour-map")  # in the order in which they are shown


def main() -> None:
    """Run the tour in a folder of its own, and save what it shows."""
    code = "".join(re.findall(r"```python\n(.*?)```", (DOCS / "tour.md").read_text(encoding="utf-8"), re.DOTALL))
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        exec(code, {})
    for number, name in zip(plt.get_fignums(), NAMES, strict=True):
        plt.figure(number).savefig(DOCS / "images" / f"{name}.png", dpi=80, bbox_inches="tight")


if __name__ == "__main__":
    main()
