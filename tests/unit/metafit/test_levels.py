"""One convention for confidence levels: every door understands 95, 0.95 and 0.05 as the same level."""

from __future__ import annotations

import pytest

import metafit

YI, VI = [0.2, 0.5, 0.1, 0.4], [0.05, 0.04, 0.06, 0.05]
STUDIES, TREATED, CONTROL = ["a", "b", "c", "d"], ["x", "x", "y", "x"], ["y", "y", "z", "z"]

DOORS = {
    "pool": lambda level: metafit.pool(YI, VI, level=level).ci_low,
    "regress": lambda level: metafit.regress(YI, VI, [1.0, 2.0, 3.0, 5.0], level=level).ci_low[0],
    "counts": lambda level: (
        metafit.pool_counts(metafit.OneArm([1, 2, 4], [20, 30, 50]), measure="PLO", level=level).ci_low
    ),
    "exact": lambda level: metafit.exact_proportion(2, 30, level=level).low,
    "bayes": lambda level: metafit.bayes_pool(YI, VI, tau_prior=metafit.HalfNormal(0.5), level=level).mu.central.low,
    "tau2": lambda level: metafit.heterogeneity_intervals(YI, VI, level=level).tau2.high,
    "network": lambda level: metafit.pool_network(STUDIES, TREATED, CONTROL, YI, VI, level=level).ci_low[0, 1],
    "multilevel": lambda level: metafit.three_level(YI, VI, ["a", "a", "b", "b"], level=level).ci_low[0],
    "egger": lambda level: metafit.egger(YI, VI, force=True, level=level).limit_interval.low,
    "interval": lambda level: metafit.interval_effects(0.3, 0.1, 0.5, level=level).vi,
}


@pytest.mark.parametrize("door", DOORS)
def test_percent_fraction_and_error_rate_are_one_level(door: str) -> None:
    answers = [float(DOORS[door](level)) for level in (0.95, 95, 0.05)]
    assert answers[0] == answers[1] == answers[2]
    assert float(DOORS[door](90)) != answers[0]


@pytest.mark.parametrize("level", [0, 100, -5, 250, float("nan"), "high"])
@pytest.mark.parametrize("door", ["pool", "exact", "network"])
def test_no_level(door: str, level: object) -> None:
    with pytest.raises(metafit.StatsInputError, match=r"level: .* must lie between 0 and 100; write 95 or 0.95"):
        DOORS[door](level)  # type: ignore[arg-type]
