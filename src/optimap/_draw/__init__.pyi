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
from .contrast import (
    contrast_limits,
)
from .decimate import (
    pixel_columns,
    visible_samples,
)
from .figures import (
    Colors,
    as_image,
    check_axes,
    check_keywords,
    check_scale,
    hidden_axes,
    new_axes,
    parse_colors,
    show_figures,
)
from .long_traces import (
    LONG,
    InPieces,
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
    show_positions as show_positions,
)
from .regions import (
    outlines,
)
from .regions import (
    show_regions as show_regions,
)
from .traces import (
    as_traces,
    check_traces_arguments,
    draw_traces,
    line_arguments,
)

__all__ = [
    "LONG",
    "Colors",
    "InPieces",
    "InteractivePlayer",
    "MapStyle",
    "Marks",
    "Panel",
    "as_image",
    "as_traces",
    "check_axes",
    "check_keywords",
    "check_scale",
    "check_traces_arguments",
    "color_table",
    "contrast_limits",
    "default_colors",
    "draw_beats",
    "draw_ensemble",
    "draw_maps",
    "draw_restitution",
    "draw_traces",
    "hidden_axes",
    "line_arguments",
    "new_axes",
    "outlines",
    "parse_colors",
    "pixel_columns",
    "play",
    "show_figures",
    "show_positions",
    "show_regions",
    "visible_samples",
]
