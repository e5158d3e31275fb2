"""The controls of the widget, and where they are; what they do is in `widget`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from .plot import TracePlot

if TYPE_CHECKING:
    from napari.layers import Image
    from qtpy.QtWidgets import QLayout

SHAPES = ("rect", "disc", "pixel")
POLARITIES = ("auto", "up", "down")


class Controls:
    """The parts of the widget, from top to bottom."""

    def __init__(self, widget: QWidget) -> None:
        self.video, self.shape_box, self.size_box, self.rate = QComboBox(), QComboBox(), QSpinBox(), QDoubleSpinBox()
        self.video.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names are cut
        self.shape_box.addItems(SHAPES)
        self.size_box.setRange(0, 999)
        self.size_box.setValue(5)
        self.size_box.setToolTip("Width of the window around points, in pixels")
        self.rate.setRange(0, 1e6)
        self.rate.setDecimals(3)
        self.rate.setSpecialValueText("not known")
        self.rate.setToolTip("Frames per second")
        self.relative, self.normalized, self.polarity = QCheckBox("ΔF/F"), QCheckBox("normalize"), QComboBox()
        self.polarity.addItems(POLARITIES)
        self.polarity.setToolTip("The direction of beats, for ΔF/F")
        self.new_points, self.new_shapes = QPushButton("New points"), QPushButton("New shapes")
        self.save_table, self.save_regions = QPushButton("Save table..."), QPushButton("Save regions...")
        self.save_table.setToolTip("The traces as recorded, without ΔF/F and normalizing")
        self.save_regions.setToolTip("The shapes, as regions that ImageJ and Fiji open")
        self.plot, self.message = TracePlot(), QLabel()
        self.message.setWordWrap(True)
        form = QFormLayout()
        form.addRow("recording", self.video)
        form.addRow("frames/s", self.rate)
        form.addRow("window", _row(self.shape_box, self.size_box))
        form.addRow("show", _row(self.relative, self.polarity, self.normalized))
        column = QVBoxLayout(widget)
        column.addLayout(form)
        column.addLayout(_row(self.new_points, self.new_shapes))
        column.addWidget(self.plot, 1)
        column.addWidget(self.message)
        column.addLayout(_row(self.save_table, self.save_regions))

    def list_videos(self, videos: "list[Image]") -> None:
        """List layers by their names; the chosen one stays chosen while it is there."""
        chosen = self.video.currentData()
        with QSignalBlocker(self.video):
            self.video.clear()
            for video in videos:
                self.video.addItem(video.name, video)
            if chosen in videos:
                self.video.setCurrentIndex(videos.index(chosen))

    def show_rate(self, rate: float | None) -> None:
        """Show a rate, without setting it."""
        with QSignalBlocker(self.rate):
            self.rate.setValue(rate or 0)

    def allow_saving(self, table: bool, regions: bool) -> None:
        """Enable what can be saved."""
        self.save_table.setEnabled(table)
        self.save_regions.setEnabled(regions)

    def say(self, problems: Sequence[str]) -> None:
        """Show what has no trace, and why."""
        self.message.setText("\n".join(problems[:4]) + ("\n..." if len(problems) > 4 else ""))


def _row(*widgets: QWidget) -> "QLayout":
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row
