from .arranger import (
    keep_arranged,
)
from .beats import (
    Marks,
    draw_beats,
    draw_ensemble,
    draw_restitution,
)
from .colors import (
    color_table,
    default_colors,
)
from .comparison import (
    check_comparison,
    color_axis,
    comparison_panels,
    draw_panels,
    draw_rows,
)
from .contrast import (
    contrast_limits,
)
from .decimate import (
    pixel_columns,
    visible_samples,
)
from .figures import (
    EDITABLE,
    Colors,
    as_image,
    check_axes,
    check_keywords,
    check_scale,
    hidden_axes,
    new_axes,
    parse_colors,
    show_figures,
    thin_frame,
)
from .images import (
    add_length_bar,
    beyond,
    check_length_bar,
    draw_image,
)
from .legends import (
    add_legend,
    add_legend_below,
)
from .line_ends import (
    LineEnds,
)
from .long_traces import (
    LONG,
)
from .maps import (
    MapStyle,
    draw_maps,
)
from .player import (
    InteractivePlayer,
    Panel,
    play,
)
from .positions import (
    name_positions,
)
from .positions import (
    show_positions as show_positions,
)
from .regions import (
    outlines,
)
from .regions import (
    show_regions as show_regions,
)
from .scale_bars import (
    nice,
)
from .stacked import (
    MOST_LABELS,
    MOST_OVERLAID,
    Stack,
    check_stack,
    is_stacked,
    ranges_of,
    row_centers,
    stack_traces,
    stacked_height,
)
from .strokes import (
    ColumnStrokes,
)
from .traces import (
    add_trace_bars,
    as_traces,
    check_traces_arguments,
    draw_traces,
    line_arguments,
)

__all__ = [
    "EDITABLE",
    "LONG",
    "MOST_LABELS",
    "MOST_OVERLAID",
    "Colors",
    "ColumnStrokes",
    "InteractivePlayer",
    "LineEnds",
    "MapStyle",
    "Marks",
    "Panel",
    "Stack",
    "add_legend",
    "add_legend_below",
    "add_length_bar",
    "add_trace_bars",
    "as_image",
    "as_traces",
    "beyond",
    "check_axes",
    "check_comparison",
    "check_keywords",
    "check_length_bar",
    "check_scale",
    "check_stack",
    "check_traces_arguments",
    "color_axis",
    "color_table",
    "comparison_panels",
    "contrast_limits",
    "default_colors",
    "draw_beats",
    "draw_ensemble",
    "draw_image",
    "draw_maps",
    "draw_panels",
    "draw_restitution",
    "draw_rows",
    "draw_traces",
    "hidden_axes",
    "is_stacked",
    "keep_arranged",
    "line_arguments",
    "name_positions",
    "new_axes",
    "nice",
    "outlines",
    "parse_colors",
    "pixel_columns",
    "play",
    "ranges_of",
    "row_centers",
    "show_figures",
    "show_positions",
    "show_regions",
    "stack_traces",
    "stacked_height",
    "thin_frame",
    "visible_samples",
]
