"""Makes the pictures of the guide to picking, with real windows, a real browser and a real notebook.

python docs/make_pictures.py [SCALE]      # 1 or 2; needs the same packages as the tests of the front ends
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT))
from tests._pick.frontends import browser  # noqa: E402
from tests._pick.frontends import screen as screens  # noqa: E402

POSITIONS = [(20, 64), (64, 40), (104, 70)]
CALL = f"optimap.select_traces(tissue.video, fps=tissue.fps, positions={POSITIONS}"
DESKTOP = """
import matplotlib; matplotlib.use({backend!r})
import optimap; from optimap.datasets import simulated_tissue
tissue = simulated_tissue(); {call})
"""
BROWSER = (
    "import optimap; from optimap.datasets import simulated_tissue\ntissue = simulated_tissue(); {call}, browser=True)"
)
CELLS = [
    "%matplotlib widget\nimport optimap\nfrom optimap.datasets import simulated_tissue\n\ntissue = simulated_tissue()",
    f"selection = {CALL})",
    "traces, positions = selection\nselection",
]


def desktop(backend: str, name: str, scale: int) -> None:
    """Take a picture of a window on a virtual screen."""
    shown = screens.Screen((1480 * scale, 820 * scale), dpi=96 * scale)
    environment = {**os.environ, "DISPLAY": shown.name, "QT_SCALE_FACTOR": str(scale)}
    program = subprocess.Popen([sys.executable, "-c", DESKTOP.format(backend=backend, call=CALL)], env=environment)
    (window,) = screens.wait_for(shown.windows, "the window", 60)[:1]
    time.sleep(3)
    path = IMAGES / f"{name}.png"
    shown.picture(path)
    shape = window.get_geometry()
    from PIL import Image

    Image.open(path).crop((0, 0, shape.width, shape.height)).save(path)
    shown.ask_to_close(window)
    program.wait(20)
    shown.close()


def page(scale: int) -> None:
    """Take a picture of the page served by a script without a screen."""
    from playwright.sync_api import sync_playwright

    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    program = subprocess.Popen(
        [sys.executable, "-c", BROWSER.format(call=CALL)], stderr=subprocess.PIPE, text=True, env=environment
    )
    address = re.search(r"http://\S+", program.stderr.readline())[0]
    with sync_playwright() as playwright:
        window = browser.launch(playwright, scale)
        tab = window.new_page(no_viewport=True)
        tab.goto(address)
        tab.wait_for_timeout(2500)
        tab.screenshot(path=IMAGES / "pick-browser.png")
        tab.click("#done")
        tab.wait_for_timeout(500)
        window.close()
    program.communicate(timeout=20)


def notebook(scale: int) -> None:
    """Take a picture of a notebook."""
    from playwright.sync_api import sync_playwright

    folder = Path(tempfile.mkdtemp())
    cells = [
        {"cell_type": "code", "execution_count": None, "id": f"c{i}", "metadata": {}, "outputs": [], "source": source}
        for i, source in enumerate(CELLS)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "picking.ipynb").write_text(json.dumps(content))
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--ServerApp.port=0", "--ServerApp.token=secret"]
    quiet = [f"--ServerApp.root_dir={folder}"]
    # Separate settings, so that the user's stay as they are.
    own = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options, *quiet],
        env={**os.environ, **own, "IPYTHONDIR": str(folder / "ipython")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    found = None
    while not found:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token", server.stdout.readline())
    with sync_playwright() as playwright:
        window = browser.launch(playwright, scale)
        tab = window.new_page(viewport={"width": 1250, "height": 920})
        tab.goto(f"{found[1]}/doc/tree/picking.ipynb?token=secret")
        tab.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=90_000)
        tab.locator(".jp-Notebook .jp-Cell").nth(0).click()
        for _ in CELLS:
            tab.keyboard.press("Shift+Enter")
        tab.wait_for_selector("text=<Selection of 3 traces", timeout=60_000)
        tab.get_by_role("button", name="No", exact=True).click()  # decline the question about news
        tab.wait_for_timeout(2500)
        tab.locator(".jp-Notebook").screenshot(path=IMAGES / "pick-notebook.png")
        window.close()
    server.terminate()


def main() -> None:
    scale = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    desktop("QtAgg", "pick-qt", scale)
    desktop("TkAgg", "pick-tk", scale)
    page(scale)
    notebook(scale)


if __name__ == "__main__":
    main()
