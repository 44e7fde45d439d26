"""Figures as accessible SVG: pure functions from rows to a string, for reports, the site and the command line."""

from deqi.report.draw.forest import ForestRow, forest
from deqi.report.draw.funnel import FunnelPoint, funnel

__all__ = ["ForestRow", "FunnelPoint", "forest", "funnel"]
