"""Makes the pictures of the guide to figures, by its examples.

python docs/make_figure_pictures.py
"""

import os
import re
import tempfile
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt

DOCS = Path(__file__).parent.resolve()


def main() -> None:
    """Run the examples one after the other, and save what they show."""
    examples = re.findall(r"```python\n(.*?)```", (DOCS / "figures.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, example in zip(("many", "twin", "bars", None), examples, strict=True):
            exec(example, names)
            if name is not None:
                plt.figure(plt.get_fignums()[-1]).savefig(DOCS / "images" / f"figures-{name}.png", dpi=110)
        os.chdir(DOCS)


if __name__ == "__main__":
    main()
