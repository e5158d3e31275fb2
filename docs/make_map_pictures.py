"""Makes the pictures of the guide to maps, by its example.

python docs/make_map_pictures.py
"""

import re
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt

DOCS = Path(__file__).parent
NAMES = ("maps-activation", "maps-apd")  # in the order in which the example shows them


def main() -> None:
    """Run the example without writing its file, and save what it shows."""
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS / "maps.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(re.sub(r"mean\.save\(.*\n", "", example), {})
    for number, name in zip(plt.get_fignums(), NAMES, strict=True):
        plt.figure(number).savefig(DOCS / "images" / f"{name}.png", dpi=110)


if __name__ == "__main__":
    main()
