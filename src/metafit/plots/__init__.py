"""Plots of results: drawn here as accessible SVG, saved as SVG, PNG or PDF (PNG and PDF need matplotlib)."""

from metafit.plots.diagnostics import baujat_plot, influence_plot, labbe_plot, radial_plot
from metafit.plots.drawing import Drawing
from metafit.plots.figures import (
    bubble_plot,
    forest_plot,
    funnel_plot,
    gosh_plot,
    network_plot,
    rank_plot,
    sensitivity_plot,
)

__all__ = [
    "Drawing",
    "baujat_plot",
    "bubble_plot",
    "forest_plot",
    "funnel_plot",
    "gosh_plot",
    "influence_plot",
    "labbe_plot",
    "network_plot",
    "radial_plot",
    "rank_plot",
    "sensitivity_plot",
]
