"""Figures as accessible SVG: pure functions from rows to a string, for reports, the site and the command line."""

from deqi.report.draw.body import danger_map, session_strip
from deqi.report.draw.certainty import certainty_scale
from deqi.report.draw.directions import DirectionRow, effect_directions
from deqi.report.draw.icons import IconGroup, icon_array
from deqi.report.draw.ladder import Rung, ladder
from deqi.report.draw.people import people
from metafit.plots.forest import ForestRow, forest
from metafit.plots.funnel import FunnelPoint, funnel

__all__ = [
    "DirectionRow",
    "ForestRow",
    "FunnelPoint",
    "IconGroup",
    "Rung",
    "certainty_scale",
    "danger_map",
    "effect_directions",
    "forest",
    "funnel",
    "icon_array",
    "ladder",
    "people",
    "session_strip",
]
