"""`regions`: make `Regions` from masks, labels, weights, polygons, positions and ImageJ regions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .._base import (
    ArgumentError,
    ArgumentTypeError,
    Array,
    Cells,
    Floats,
    FrameShape,
    Names,
    PlacesLike,
    RegionKind,
    Weights,
    Window,
    check_order,
    counted,
    text_names,
    whole_number,
)
from .file_request import check_cells, naming_file
from .files import read_region_file
from .footprints import Footprints, is_sparse, matrix_footprints
from .imagej import convert, is_roi
from .kinds import OF_DICT, check_fits, check_kind, depth, find_kind
from .masks import Runs, join, label_runs, mask_runs, stack_runs
from .napari import is_shapes, outlines_in
from .polygons import Ellipse, Outlines, check_rows, ellipse_runs, parse_polygon, polygon_runs
from .positions import parse_positions
from .region_set import ANY_FRAME, Regions, check_weights
from .windows import check_size, check_window, window_spans


def regions(
    source: PlacesLike,
    frame_shape: Sequence[int] | None = None,
    *,
    kind: RegionKind | None = None,
    names: Names = None,
    weights: Weights = "mean",
    size: int = 5,
    window: Window | None = None,
    cells: Cells = "accepted",
) -> Regions:
    """Make regions from a mask, labels, weights, polygons, positions, or a file of a program that finds or draws them.

    `extract_traces` takes all of these as they are; here they can be named, selected (``regions(...)["cell 3"]``) and
    shown (`show_regions`), and `kind` resolves ambiguous input.

    Parameters
    ----------
    source : array, sequence, path or roifile object
        Without `kind`, the kind follows from the type and shape:

        - a boolean array ``(H, W)``: a mask, one region;
        - another array ``(H, W)``, or integers ``(1, H, W)``: a label image, one region for each label in order; 0 is
          the background;
        - an array ``(N, H, W)``, or a list of arrays ``(H, W)``: a stack of masks or of weights, one region for each
          image;
        - a sparse matrix ``(H * W, N)`` of SciPy: footprints, one region in each column; pixels run down the columns of
          the frame, as in CaImAn and MATLAB;
        - a list of sequences of vertices ``(M, 2)``, or an array ``(N, M, 2)``: polygons;
        - pairs ``(x, y)``: positions, with windows of `size` pixels;
        - a layer of shapes or of points of napari: its data, in pixels of the frame;
        - objects of ``roifile``, a ``.roi`` or ``.zip`` file, a folder of ``.roi`` files: regions drawn in ImageJ or
          Fiji; a ``.tif`` file with an overlay or, without one, a selection: the outlines in it;
        - a ``.png``, any other ``.tif`` or a ``.npy`` file: the array in it, as above. An image file with 1 bit per
          pixel is a mask, any other image file holds labels;
        - ``stat.npy`` of suite2p, ``_seg.npy`` of cellpose, an ``.hdf5`` file of CaImAn, a ``.csv`` file of shapes of
          napari, a ``.geojson`` file of QuPath, a ``.npz`` file of `scipy.sparse.save_npz`;
        - any other ``.csv`` or ``.tsv`` file: positions, one on each row.

        Lists of numbers are never images. An array of two columns that also has the shape of the frame, or is
        given without a frame, is ambiguous, which is an error. Labels that look like a grey picture and stacks that
        look like a recording are errors, too; give `kind` if they are what they are meant to be.
    frame_shape : (H, W), optional
        Shape of the frames. Images have their own; outlines without it can be used with frames of any size.
    kind : {'mask', 'labels', 'stack', 'polygons', 'positions', 'imagej', 'footprints'}, optional
        The kind of `source`. A ``'mask'`` may hold numbers (0 is outside); a ``'stack'`` may be a single image of
        weights, and ``'polygons'`` a single polygon: these count as one region given alone.
    names : str or sequence of N str, optional
        By default, names from the program that made the file, with its own numbers (``cell_7`` in suite2p,
        ``component_7`` in CaImAn), ``label_7`` or ``x12_y16``, otherwise ``region_0`` and so on.
    weights : {'mean', 'sum'}
        See `extract_traces`.
    size : int
        Width of the windows around positions.
    window : {'rect', 'disc', 'pixel'}, optional
        For positions, see `extract_traces`.
    cells : {'accepted', 'all'}
        For files of programs that sort what they found (suite2p, CaImAn): only what counts as a cell there, or all.

    Returns
    -------
    Regions

    Raises
    ------
    ValueError
        If `source` is ambiguous, or looks like a picture or a recording; a file is damaged, or holds anything but data;
        labels are not whole numbers; weights are not finite; polygons have fewer than 3
        vertices; an image does not have the shape of the frame; an ImageJ region is a line or text; or the number of
        names does not fit. Regions that are empty or outside the frame raise an error when they are used.
    TypeError
        If `source` is not one of these.
    FileNotFoundError
        If the file does not exist.
    ImportError
        If ``roifile`` is needed but not installed: ``pip install "optimap-trace[roi]"``.

    Notes
    -----
    Files of suite2p and cellpose are pickles. They are read by a reader of our own that builds numbers, text, lists and
    arrays, and refuses everything else, so a file cannot run code. Traces of suite2p's regions are weighted by its
    ``lam``, without the pixels that other regions overlap, as its own traces are.

    A polygon or an oval holds the pixels whose centres lie inside. A centre exactly on a left or top edge of a polygon
    is in, on a right or bottom edge out, as in slices; so polygons with a common edge share no pixel and leave none
    out. For outlines drawn in ImageJ, it is the opposite, as in ImageJ itself. Polygons that cross themselves are
    filled by the even-odd rule. Ovals hold the centres strictly inside. An ImageJ point is the pixel that contains it,
    and each point of a multi-point region is a region; for windows around points, give ``regions(path).centers()`` as
    positions.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import extract_traces, regions
    >>> video = np.arange(2 * 4 * 6).reshape(2, 4, 6)
    >>> corner = regions([(0, 0), (3, 0), (3, 2), (0, 2)], kind="polygons", names="corner")
    >>> extract_traces(video, corner)  # the mean of video[:, 0:2, 0:3]
    array([ 4., 28.])
    >>> labels = np.zeros((4, 6), int)
    >>> labels[0, 4:], labels[3, :2] = 2, 9
    >>> regions(labels).names
    ['label_2', 'label_9']
    """
    frame = _frame_shape(frame_shape)
    return make_regions(
        source, frame, kind=kind, names=names, weights=weights, size=size, window=window, cells=cells, name="source"
    )


def make_regions(
    source: object,
    frame_shape: FrameShape | None,
    *,
    kind: str | None = None,
    names: Names = None,
    weights: Weights = "mean",
    size: int = 5,
    window: Window | None = None,
    cells: str = "accepted",
    name: str,
) -> Regions:
    """Return regions; errors call `source` by `name`, and name the file that it is."""
    with naming_file(source):
        return _made(source, frame_shape, kind, names, weights, size, window, cells, name)


def _made(
    source: object,
    frame_shape: FrameShape | None,
    kind: str | None,
    names: Names,
    weights: str,
    size: int,
    window: Window | None,
    cells: str,
    name: str,
) -> Regions:
    check_weights(weights)
    check_cells(cells)
    if kind is not None:
        check_kind(kind)
    if isinstance(source, Regions):
        problem, cure = "is already a set of regions", f"use it as it is, {source!r}"
        raise ArgumentTypeError(name, source, problem, cure, subject=name)
    if isinstance(source, (str, os.PathLike)):
        source = read_region_file(Path(source), name, kind, cells)
    if kind is None:
        kind, source = find_kind(source, frame_shape, name)
    check_fits(kind, source, name)
    check_order(source, name, OF_DICT.format(name))
    if kind == "positions":
        return _of_positions(source, frame_shape, names, weights, size, window, name)
    if kind == "footprints" or isinstance(source, Footprints):
        return _of_footprints(source, frame_shape, names, weights, name)
    if kind in ("polygons", "imagej"):
        return _of_outlines(source, kind, frame_shape, names, weights, name)
    return _of_images(source, kind, frame_shape, names, weights, name)


def _frame_shape(frame_shape: Sequence[int] | None) -> FrameShape | None:
    """Return a frame's shape as two ints, or raise an error."""
    if frame_shape is None:
        return None
    if not hasattr(frame_shape, "__len__") or len(frame_shape) != 2:
        problem, cure = "is not the shape of a frame", "give (H, W), for example video.shape[1:]"
        raise ArgumentError("frame_shape", frame_shape, problem, cure, plain=True)
    height, width = (whole_number(n, "frame_shape", minimum=1) for n in frame_shape)
    return height, width


def _names(names: Names, default: Sequence[str]) -> list[str]:
    """Return the names given, one for each region, or the default ones."""
    if names is None:
        return list(default)
    given = text_names(names, "regions")
    if len(given) != len(default):
        problem = f"has {counted(len(given), 'entry', 'entries')} for {counted(len(default), 'region')}"
        raise ArgumentError("names", names, problem, "give one for each", subject="names")
    return given


def _numbered(count: int) -> list[str]:
    return [f"region_{i}" for i in range(count)]


def _of_positions(
    source: object,
    frame_shape: FrameShape | None,
    names: Names,
    weights: str,
    size: int,
    window: Window | None,
    argument: str,
) -> Regions:
    """Return the windows around positions as regions."""
    positions, single = parse_positions(source, frame_shape, argument)
    size, chosen = check_size(size), check_window(window)

    def make(frame: FrameShape | None) -> Runs:
        if frame is not None:
            parse_positions(positions, frame, argument)
        spans = window_spans(positions, size, chosen, frame or ANY_FRAME)
        owners = np.repeat(np.arange(len(positions)), np.diff(spans.first))
        return Runs(owners, spans.rows, spans.starts, spans.stops, spans.weights)

    default = [f"x{x:.15g}_y{y:.15g}" for x, y in positions]
    return Regions(make, _names(names, default), single=single, frame_shape=frame_shape, weights=weights)


def _of_outlines(
    source: object,
    kind: str,
    frame_shape: FrameShape | None,
    names: Names,
    weights: str,
    argument: str,
) -> Regions:
    """Return polygons or ImageJ regions as regions."""
    if is_shapes(source):
        drawn = outlines_in(source, argument)
    elif kind == "polygons" and not isinstance(source, Outlines):
        polygons, alone = _polygons(source, argument)
        drawn = Outlines([*polygons], _numbered(len(polygons)), alone, kind="polygons")
    else:
        drawn = source if isinstance(source, Outlines) else _drawn(source, argument)
    shapes, default, single, side, _ = drawn

    def make(frame: FrameShape | None) -> Runs:
        height, width = (None, None) if frame is None else frame
        outlines = [[] if isinstance(shape, Ellipse) else shape for shape in shapes]
        parts = [polygon_runs(outlines, height, side, width)]
        for i, shape in enumerate(shapes):
            if isinstance(shape, Ellipse):
                rows, starts, stops = ellipse_runs(shape, height)
                parts.append(Runs(np.full(len(rows), i), rows, starts, stops, np.ones(len(rows))))
                if height is None:
                    check_rows(sum(len(part.rows) for part in parts))
        return join(parts)

    return Regions(
        make, _names(names, default), single=single, frame_shape=frame_shape, weights=weights, outlines=drawn
    )


def _of_footprints(
    source: object,
    frame_shape: FrameShape | None,
    names: Names,
    weights: str,
    argument: str,
) -> Regions:
    """Return lists of pixels, or the columns of a sparse matrix, as regions."""
    if not isinstance(source, Footprints):
        if not is_sparse(source):
            cure = "give a sparse matrix of SciPy with one row for each pixel, or the file of estimates of CaImAn"
            raise ArgumentTypeError(argument, source, "is not a sparse matrix", cure, subject=argument)
        source = matrix_footprints(source, argument)
    found = source
    frame = found.frame_shape or frame_shape
    if found.columns is None:
        found.runs(frame, argument)  # the shape of the frame decides where the pixels are
    return Regions(
        lambda of: found.runs(of or frame, argument), _names(names, found.names), frame_shape=frame, weights=weights
    )


def _polygons(source: object, argument: str) -> tuple[list[list[Floats]], bool]:
    """Return polygons, each a list of its one path, and whether one was given alone."""
    if not isinstance(source, Iterable) or isinstance(source, (str, bytes)):
        raise ArgumentTypeError(
            argument, source, "is not a polygon", "give polygons (M, 2), one vertex (x, y) on each row"
        )
    polygons: Any = source if hasattr(source, "__len__") else list(source)
    if len(polygons) and depth(polygons[0]) == 1:
        return [[parse_polygon(polygons, argument)]], True
    return [[parse_polygon(polygon, f"{argument}[{i}]")] for i, polygon in enumerate(polygons)], False


def _drawn(source: object, argument: str) -> Outlines:
    """Return roifile objects as outlines."""
    cure = "give ImagejRoi objects, or a path"
    if is_roi(source):
        return convert([source], single=True, argument=argument)
    if not isinstance(source, Iterable):
        raise ArgumentTypeError(argument, source, "is not a region of roifile", cure)
    rois = list(source)
    for i, roi in enumerate(rois):
        if not is_roi(roi):
            raise ArgumentTypeError(f"{argument}[{i}]", roi, "is not a region of roifile", cure)
    return convert(rois, single=False, argument=argument)


def _as_images(source: Any, argument: str) -> Array:
    """Return one image or a stack as an array of real numbers, or raise an error."""
    if isinstance(source, np.ma.MaskedArray) and np.ma.is_masked(source):
        cure = f"fill them, for example {argument}.filled(0)"
        raise ArgumentError(argument, source, "has masked entries", cure, subject=argument)
    try:
        images = np.asarray(source)
    except ValueError as error:
        for i, image in enumerate(source):
            if np.ndim(image) == 2 and np.shape(image) != np.shape(source[0]):
                one = f"{argument}[{i}]"
                problem = f"has shape {np.shape(image)}, but {argument}[0] has shape {np.shape(source[0])}"
                cure = "give images that all have the shape of the frame"
                raise ArgumentError(one, image, problem, cure, subject=one) from None
        problem, cure = (
            "is not an array",
            "its images or rows differ in length; give all of them the shape of the frame",
        )
        raise ArgumentError(argument, source, problem, cure, subject=argument) from error
    if images.dtype.kind not in "biuf":
        problem, cure = f"holds {images.dtype} values", "give masks, labels and weights as real numbers"
        raise ArgumentTypeError(argument, source, problem, cure, subject=argument)
    return images


def _of_images(
    source: object,
    kind: str,
    frame_shape: FrameShape | None,
    names: Names,
    weights: str,
    argument: str,
) -> Regions:
    """Return a mask, a label image or a stack as regions."""
    images = _as_images(source, argument)
    if kind in ("mask", "labels") and images.ndim == 3 and len(images) == 1:
        images = images[0]
    _check_frame(images, kind, frame_shape, argument)
    alone = images.ndim == 2
    if kind == "labels":
        runs, labels = label_runs(images, argument)
        named, alone = _names(names, [f"label_{label}" for label in labels]), False
    else:
        named = _names(names, _numbered(1 if alone else len(images)))
        stack = images[np.newaxis] if alone else images
        runs = mask_runs(images, argument) if kind == "mask" else stack_runs(stack, argument, named)
    shape = int(images.shape[-2]), int(images.shape[-1])
    return Regions(lambda _: runs, named, single=alone, frame_shape=shape, weights=weights)


def _check_frame(images: Array, kind: str, frame_shape: FrameShape | None, argument: str) -> None:
    """Raise an error for images that do not have the shape of the frame."""
    dimensions = (2, 3) if kind == "stack" else (2,)
    if images.ndim not in dimensions:
        shape = "(N, H, W), or (H, W) for one" if kind == "stack" else "(H, W)"
        cure = f"kind {kind!r} is an array of shape {shape}"
        raise ArgumentError(argument, images, f"has shape {images.shape}", cure, subject=argument)
    if frame_shape is not None and images.shape[-2:] != frame_shape:
        cure = (
            f"masks, labels and weights have the shape of the frame, {frame_shape} (H, W); positions are (N, 2), "
            "polygons are a list of (M, 2)"
        )
        raise ArgumentError(argument, images, f"has shape {images.shape}", cure, subject=argument)
