"""Files of regions in the layouts of the programs that write them, made without optimap; and the masks they mean."""

import csv
import json

import h5py
import numpy as np
import roifile
import scipy.sparse
import tifffile

SHAPE = (14, 18)  # height and width of the frames; no multiple of each other
VIDEO = np.random.default_rng(0).integers(0, 65536, (9, *SHAPE), dtype=np.uint16)


def footprints(count=5, seed=1):
    """Return weights (N, H, W): blobs that overlap here and there, each with weights of its own."""
    rng = np.random.default_rng(seed)
    images = np.zeros((count, *SHAPE), np.float32)
    for i, image in enumerate(images):
        top, left = 2 * i, int(rng.integers(0, 11))
        image[top : top + 4, left : left + 6] = rng.uniform(0.1, 2, (4, 6))
    return images


def weighted(images, video=VIDEO):
    """Return the weighted mean of each image, as (T, N)."""
    flat = images.reshape(len(images), -1).astype(float)
    return video.reshape(len(video), -1).astype(float) @ flat.T / flat.sum(axis=1)


def own_pixels(images):
    """Return weights without the pixels that several images share, as suite2p uses them."""
    return np.where((images != 0).sum(axis=0) > 1, 0, images)


def suite2p(folder, images, is_cell=None):
    """The ``stat.npy`` of suite2p, and ``iscell.npy`` with the probabilities in its second column."""
    shared = (images != 0).sum(axis=0) > 1
    stat = []
    for image in images:
        y, x = np.nonzero(image)
        one = {"ypix": y.astype(np.int32), "xpix": x.astype(np.int32), "lam": image[y, x], "overlap": shared[y, x]}
        one |= {"med": [int(np.median(y)), int(np.median(x))], "npix": len(y), "radius": np.float32(2.5)}
        one |= {"aspect_ratio": np.float64(1.1), "footprint": 0.0, "skew": np.float32(1), "neuropil_mask": y * 18 + x}
        stat.append(one)
    np.save(folder / "stat.npy", np.array(stat))
    if is_cell is not None:
        np.save(folder / "iscell.npy", np.column_stack([is_cell, np.linspace(0, 1, len(is_cell))]))
    return folder / "stat.npy"


def cellpose(path, labels):
    """The ``_seg.npy`` of cellpose."""
    seg = {
        "outlines": np.zeros_like(labels),
        "masks": labels,
        "chan_choose": [0, 0],
        "ismanual": np.zeros(int(labels.max()), bool),
        "filename": "rec.tif",
        "flows": [np.zeros((*SHAPE, 3), np.uint8), [], None],
        "colors": np.arange(6, dtype=np.uint8).reshape(2, 3),
        "diameter": np.float64(12.5),
        "normalize_params": {"lowhigh": None, "percentile": [1.0, 99.0]},
    }
    np.save(path, seg)
    return path


def caiman(path, images, accepted=None, dims="estimates/dims"):
    """The file of estimates of CaImAn: pixels down the columns; what is None is the text ``NoneType``."""
    matrix = scipy.sparse.csc_matrix(np.stack([image.ravel(order="F") for image in images], axis=1))
    with h5py.File(path, "w") as file:
        for part in ("data", "indices", "indptr"):
            file[f"estimates/A/{part}"] = getattr(matrix, part)
        file["estimates/A/shape"] = np.array(matrix.shape)
        file["estimates/C"] = np.zeros((len(images), 9))
        file["estimates/idx_components"] = "NoneType" if accepted is None else np.array(accepted)
        file[dims] = np.array(images.shape[1:])
        if dims != "estimates/dims":
            file["estimates/dims"] = "NoneType"
    return path


def napari(path, shapes, axes=2):
    """The CSV of a layer of shapes of napari, from (type, vertices (x, y)); with more axes, drawn on frame 3."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["index", "shape-type", "vertex-index", *(f"axis-{i}" for i in range(axes))])
        for index, (kind, vertices) in enumerate(shapes):
            for number, (x, y) in enumerate(vertices):
                writer.writerow([float(index), kind, float(number), *[3.0] * (axes - 2), y, x])
    return path


def qupath(path, objects, collection=True):
    """The GeoJSON that QuPath exports, from (geometry, properties)."""
    features = [
        {"type": "Feature", "id": f"{i:08x}", "geometry": geometry, "properties": {"objectType": "annotation", **more}}
        for i, (geometry, more) in enumerate(objects)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} if collection else features))
    return path


def polygon(*rings):
    """A polygon of GeoJSON with its holes; rings are closed."""
    return {"type": "Polygon", "coordinates": [[*map(list, ring), list(ring[0])] for ring in rings]}


def box(left, top, width, height, name=""):
    """A rectangle drawn in ImageJ."""
    kind = roifile.ROI_TYPE.RECT
    return roifile.ImagejRoi(
        roitype=kind, left=left, top=top, right=left + width, bottom=top + height, name=name, version=227
    )


def imagej_tiff(path, video, overlay=(), selection=None, **metadata):
    """A TIFF of ImageJ with an overlay and a selection in its header."""
    stored = {"Overlays": [roi.tobytes() for roi in overlay]} if overlay else {}
    if selection is not None:
        stored["ROI"] = selection.tobytes()
    tifffile.imwrite(path, video, imagej=True, metadata={**metadata, **stored})
    return path
