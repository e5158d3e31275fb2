"""Makes the pictures of the guide to velocity and phase, by its examples.

python docs/make_velocity_pictures.py
"""

import re
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt

DOCS = Path(__file__).parent


def main() -> None:
    """Run the examples, and save what they show."""
    examples = re.findall(r"```python\n(.*?)```", (DOCS / "velocity.md").read_text(encoding="utf-8"), re.DOTALL)
    for name, example in zip(("velocity", "phase"), examples, strict=True):
        exec(example, {})
        figure = plt.figure(plt.get_fignums()[0])
        figure.savefig(DOCS / "images" / f"{name}.png", dpi=110)
        plt.close("all")


if __name__ == "__main__":
    main()
