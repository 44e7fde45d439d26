"""The figures of ``deqi pool``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.evidence.table.pooled import PooledTable


def draw_forest(pooled: PooledTable) -> str:
    """A forest plot of the studies, the subgroups and the pool."""
    from deqi.evidence.table.words import LOG_RATIOS, MEASURE_WORDS, ONE_GROUP, study_interval
    from deqi.report.draw import ForestRow, forest

    rows = []
    for study in pooled.studies:
        numbers = study_interval(study)
        if numbers is not None:
            rows.append(ForestRow(study.study, *numbers, weight=study.weight))
    for group in pooled.subgroups:
        ends = _ends(group.estimate, group.ci, group.estimate_natural, group.ci_natural)
        rows.append(ForestRow(f"{group.group} (k = {group.k})", *ends, kind="subgroup"))
    ends = _ends(pooled.estimate, pooled.ci, pooled.estimate_natural, pooled.ci_natural)
    low, high = (pooled.prediction_natural or pooled.prediction) or (None, None)
    whole = ForestRow(
        f"Pooled, {pooled.method} (k = {pooled.k})",
        *ends,
        kind="pooled",
        prediction_low=_known(low),
        prediction_high=_known(high),
    )
    words = MEASURE_WORDS.get(pooled.measure, pooled.measure)
    ratio = pooled.measure in LOG_RATIOS
    null = None if pooled.measure in ONE_GROUP else (1.0 if ratio else 0.0)
    try:
        return forest(
            [*rows, whole], title=f"Forest plot: {words}", axis=words[0].upper() + words[1:], null=null, log=ratio
        )
    except ValueError:
        raise InputError("--forest: no study has a finite estimate, so there is nothing to draw.") from None


def draw_funnel(pooled: PooledTable) -> str:
    """A funnel plot of the studies around the pool."""
    from deqi.evidence.table.words import LOG_RATIOS, MEASURE_WORDS
    from deqi.report.draw import FunnelPoint, funnel

    if pooled.estimate is None:
        raise InputError("--funnel: there is no pooled estimate to draw around.")
    words = MEASURE_WORDS.get(pooled.measure, pooled.measure)
    points = [FunnelPoint(s.study, s.yi, math.sqrt(s.vi)) for s in pooled.studies if s.yi is not None and s.vi]
    ratio = pooled.measure in LOG_RATIOS
    try:
        return funnel(
            points, pooled.estimate, title=f"Funnel plot: {words}", axis=words, level=pooled.level, natural_log=ratio
        )
    except ValueError:
        raise InputError("--funnel: no study has a finite estimate, so there is nothing to draw.") from None


def _ends(
    estimate: float | None,
    ci: tuple[float | None, float | None],
    natural: float | None,
    ci_natural: tuple[float | None, float | None] | None,
) -> tuple[float, float, float]:
    if natural is not None and ci_natural is not None:
        return _known(natural), _known(ci_natural[0]), _known(ci_natural[1])
    return _known(estimate), _known(ci[0]), _known(ci[1])


def _known(x: float | None) -> float:
    return math.nan if x is None else x


def save(path: Path, drawing: str, option: str) -> None:
    """Write a figure."""
    try:
        path.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{option} {path}: cannot be written ({error.strerror}); give another path.") from None
