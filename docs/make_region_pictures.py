"""Makes the pictures of the guide to regions, from ImageJ outlines, a real call of the command line and its table.

python docs/make_region_pictures.py      # needs roifile and pandas
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import roifile
from roifile import ROI_TYPE, ImagejRoi

import optimap
from optimap.datasets import simulated_tissue
from optimap.trace import regions, show_regions

IMAGES = Path(__file__).parent / "images"


def drawn(kind: ROI_TYPE, name: str, box: tuple[int, int, int, int]) -> ImagejRoi:
    left, top, width, height = box
    return ImagejRoi(roitype=kind, name=name, left=left, top=top, right=left + width, bottom=top + height, version=227)


def outlined(points: list[tuple[int, int]], name: str) -> ImagejRoi:
    roi = ImagejRoi.frompoints(np.array(points), name=name)
    roi.roitype = ROI_TYPE.FREEHAND
    return roi


def write_rois(path: Path) -> None:
    """Write the file that the ROI Manager would write: an oval, a freehand outline, a polygon."""
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = 13 + 2.5 * np.sin(3 * angle) + 1.5 * np.cos(5 * angle)
    hand = np.stack([64 + 1.3 * radius * np.cos(angle), 40 + radius * np.sin(angle)], axis=1).round().astype(int)
    corner = [(92, 58), (112, 64), (108, 84), (96, 88), (86, 74)]
    rois = [
        drawn(ROI_TYPE.OVAL, "pacing site", (12, 54, 18, 20)),
        outlined(hand.tolist(), "top"),
        outlined(corner, "right"),
    ]
    roifile.roiwrite(path, rois, mode="w")


def command_line(folder: Path, arguments: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "optimap", *arguments], cwd=folder, check=True)


def picture_of_outlines(rois: Path, image: np.ndarray) -> None:
    fig, axs = plt.subplots(ncols=2, figsize=(9.6, 4.9), layout="constrained")
    found = regions(rois, image.shape)
    show_regions(found, image, ax=axs[0])
    axs[0].set_title("three regions over a frame")
    show_regions(found["right"], image, ax=axs[1], color="C2", names=False, linewidths=2.5)
    x, y = (found["right"].spans().starts.min(), found["right"].spans().rows.min())
    corners = roifile.roiread(rois)[2].coordinates() - 0.5
    axs[1].plot(*np.vstack([corners, corners[:1]]).T, color="white", linewidth=1.2, linestyle="--")
    columns, rows, _ = found["right"].pixels(0)
    axs[1].plot(columns, rows, ".", color="C2", markersize=3)
    axs[1].set(xlim=(x - 4, x + 30), ylim=(y + 33, y - 3))
    axs[1].set_title("the outline as drawn (dashed), and the pixels that count")
    fig.savefig(IMAGES / "regions-outlines.png", dpi=110)


def picture_of_table(table: Path) -> None:
    """Draw the first rows of the table as pandas reads them."""
    read = pd.read_csv(table)
    rows = read.head(8).map(lambda value: f"{value:.10g}").values.tolist()
    fig, ax = plt.subplots(figsize=(7.4, 2.6), layout="constrained")
    ax.set_axis_off()
    letters = [chr(ord("A") + i) for i in range(len(read.columns))]
    drawn_table = ax.table(
        [list(read.columns), *rows],
        colLabels=letters,
        rowLabels=[str(i + 1) for i in range(len(rows) + 1)],
        loc="center",
        cellLoc="right",
    )
    drawn_table.scale(1, 1.25)
    for (row, column), cell in drawn_table.get_celld().items():
        cell.set_edgecolor("0.8")
        cell.set_facecolor("0.93" if row == 0 or column < 0 else "white")
        if row == 1:
            cell.get_text().set_fontweight("bold")
    fig.savefig(IMAGES / "regions-table.png", dpi=110)


def main() -> None:
    tissue = simulated_tissue()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        optimap.video.save_video(folder / "recording.tif", tissue.video, fps=tissue.fps)
        write_rois(folder / "RoiSet.zip")
        arguments = ["traces", "recording.tif", "--regions", "RoiSet.zip", "-o", "table.csv", "--plot", "picture.png"]
        command_line(folder, arguments)
        picture_of_outlines(folder / "RoiSet.zip", tissue.video[0])
        picture_of_table(folder / "table.csv")
        os.replace(folder / "picture.png", IMAGES / "regions-plot.png")


if __name__ == "__main__":
    main()
