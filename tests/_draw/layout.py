"""What overlaps in a figure, and what is cut off, read from its artists as they are drawn."""

import itertools

from matplotlib.text import Text


def drawn_texts(figure):
    """Return the texts that are seen, with their boxes in pixels, smaller by half a pixel."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    hidden = {child for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for child in _unseen(ax, axis)}
    found = []
    for text in figure.findobj(Text):
        if text.get_text() and text.get_visible() and text not in hidden:
            found.append((text.get_text(), text.get_window_extent(renderer).padded(-0.5)))
    return found


def _unseen(ax, axis):
    """Return the texts of an axis that is not drawn, and the labels of ticks outside of its view."""
    texts = axis.findobj(Text)
    if not axis.get_visible() or not ax.axison:
        return texts
    low, high = sorted(axis.get_view_interval())
    shown = {axis.label, axis.get_offset_text()}
    for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
        margin = 1e-9 * (high - low)
        if low - margin <= tick.get_loc() <= high + margin:
            shown |= {tick.label1, tick.label2}
    return [text for text in texts if text not in shown]


def faults(figure):
    """Return pairs of texts that overlap, and texts that are not wholly in the figure."""
    texts = drawn_texts(figure)
    found = [(a, b) for (a, one), (b, other) in itertools.combinations(texts, 2) if one.overlaps(other)]
    outer = figure.bbox.padded(0.5)
    return found + [
        text for text, box in texts
        if box.x0 < outer.x0 or box.y0 < outer.y0 or box.x1 > outer.x1 or box.y1 > outer.y1
    ]  # fmt: skip


def covered(legend):
    """Return the lines that a legend covers."""
    ax = legend.axes
    box = legend.get_window_extent()
    same = [other for other in ax.figure.axes if other.bbox.bounds == ax.bbox.bounds]
    lines = [line for other in same for line in other.lines]
    return [line for line in lines if line.get_transform().transform_path(line.get_path()).intersects_bbox(box, False)]
