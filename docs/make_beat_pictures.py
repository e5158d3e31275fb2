"""Makes the picture of the guide to beats, by its example.

python docs/make_beat_pictures.py
"""

import re
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt

DOCS = Path(__file__).parent


def main() -> None:
    """Run the example without writing its table, and save what it shows."""
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS / "beats.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(re.sub(r"save_beats\(.*\n", "", example), {})
    plt.gcf().savefig(DOCS / "images" / "beats.png", dpi=110)


if __name__ == "__main__":
    main()
