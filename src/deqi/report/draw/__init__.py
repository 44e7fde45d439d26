"""Figures as accessible SVG: pure functions from rows to a string, for reports, the site and the command line."""

from deqi.report.draw.directions import DirectionRow, effect_directions
from deqi.report.draw.icons import IconGroup, icon_array
from deqi.report.draw.ledger import LedgerRow, ledger
from metafit.plots.forest import ForestRow, forest
from metafit.plots.funnel import FunnelPoint, funnel

__all__ = [
    "DirectionRow",
    "ForestRow",
    "FunnelPoint",
    "IconGroup",
    "LedgerRow",
    "effect_directions",
    "forest",
    "funnel",
    "icon_array",
    "ledger",
]
