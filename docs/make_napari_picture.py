"""Makes the picture of the guide to napari, with a real window on a virtual screen.

make napari; xvfb-run -s "-screen 0 1500x900x24" .venv-napari/bin/python docs/make_napari_picture.py
"""

from pathlib import Path

import napari
import numpy as np
from qtpy.QtCore import QEventLoop, Qt, QTimer

IMAGE = Path(__file__).parent / "images" / "napari.png"
REGION = np.array([(88, 36), (84, 52), (94, 66), (106, 60), (108, 44), (98, 34)])  # (row, column)


def wait(seconds: float) -> None:
    """Let events happen."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def main() -> None:
    viewer = napari.Viewer(show=True)
    viewer.window.resize(1500, 860)
    dock, widget = viewer.window.add_plugin_dock_widget("optimap-napari", "Traces")
    viewer.open_sample("optimap-napari", "tissue")
    shapes = widget.add_shapes()
    shapes.add_polygons(REGION)
    shapes.edge_width = 1
    shapes.mode = "pan_zoom"
    widget.controls.relative.setChecked(True)
    viewer.canvas.overlays.scale_bar.visible = True
    viewer.dims.set_current_step(0, 110)
    viewer.window._qt_window.resizeDocks([dock], [560], Qt.Orientation.Horizontal)
    wait(1)
    viewer.reset_view()
    wait(2)
    viewer.window.screenshot(str(IMAGE), canvas_only=False, flash=False)
    viewer.close()


if __name__ == "__main__":
    main()
