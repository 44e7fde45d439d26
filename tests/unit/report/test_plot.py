"""Forest and funnel plots on somebody's own Axes."""

import matplotlib
import pytest

from deqi.report.draw import ForestRow, FunnelPoint
from deqi.report.plot import forest_axes, funnel_axes

matplotlib.use("Agg")
from matplotlib import pyplot

ROWS = [
    ForestRow("Lu 2020", -0.86, -1.5, -0.2, weight=60.0),
    ForestRow("Chao 2019", -1.42, -2.1, -0.7, weight=40.0),
    ForestRow("All", -1.1, -1.6, -0.6, kind="pooled", prediction_low=-2.0, prediction_high=-0.2),
]


def test_a_forest_has_one_tick_a_row_and_keeps_the_order() -> None:
    figure, ax = pyplot.subplots()
    assert forest_axes(ROWS, ax) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Lu 2020", "Chao 2019", "All"]
    top, bottom = ax.get_ylim()
    assert top > bottom
    squares = [line for line in ax.lines if line.get_marker() == "s"]
    assert [line.get_xdata()[0] for line in squares] == [-0.86, -1.42]
    assert squares[0].get_markersize() > squares[1].get_markersize()
    pyplot.close(figure)


def test_ratios_need_a_positive_axis() -> None:
    figure, ax = pyplot.subplots()
    with pytest.raises(ValueError, match="positive"):
        forest_axes(ROWS, ax, log=True)
    forest_axes([ForestRow("A", 2.0, 1.0, 4.0)], ax, log=True)
    assert ax.get_xscale() == "log"
    with pytest.raises(ValueError, match="no row"):
        forest_axes([ForestRow("Only words", kind="heading")], ax)
    pyplot.close(figure)


def test_a_funnel_puts_the_precise_studies_on_top() -> None:
    figure, ax = pyplot.subplots()
    funnel_axes([FunnelPoint("A", -0.5, 0.1), FunnelPoint("B", -1.0, 0.4, filled=False)], -0.6, ax)
    low, high = ax.get_ylim()
    assert low > high == 0.0
    with pytest.raises(ValueError, match="positive standard error"):
        funnel_axes([], 0.0, ax)
    pyplot.close(figure)
