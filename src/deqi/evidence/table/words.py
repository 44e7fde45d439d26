"""Names of measures for people, and a study's own interval on the scale that is shown."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

from deqi.evidence.table.effects import natural
from deqi.evidence.table.pooled import PooledTable, StudyRow

MEASURE_WORDS: Final = {
    "RR": "risk ratio",
    "OR": "odds ratio",
    "PETO": "odds ratio, Peto's one step",
    "RD": "risk difference",
    "AS": "arcsine difference",
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "ROM": "ratio of means",
    "IRR": "rate ratio",
    "IRD": "rate difference",
    "IRSD": "difference of root rates",
    "HR": "hazard ratio",
    "PLO": "proportion, by its logit",
    "PLN": "proportion, by its logarithm",
    "PAS": "proportion, by its arcsine",
    "PFT": "proportion, Freeman-Tukey",
    "PR": "proportion",
    "IRLN": "rate, by its logarithm",
    "IR": "rate",
    "IRS": "rate, by its root",
    "IRFT": "rate, Freeman-Tukey",
    "MC": "mean change",
    "SMCC": "standardised mean change (by the SD of the change)",
    "SMCR": "standardised mean change (by the SD before)",
    "GEN": "effect as given",
}
PROPORTIONS: Final = ("PLO", "PLN", "PAS", "PFT", "PR", "RD")
ONE_GROUP: Final = ("PLO", "PLN", "PAS", "PFT", "PR", "IRLN", "IR", "IRS", "IRFT")
LOG_RATIOS: Final = ("RR", "OR", "PETO", "ROM", "IRR", "HR")


def study_interval(pooled: PooledTable, study: StudyRow) -> tuple[float, float, float] | None:
    """Estimate and ends of a study on the natural scale (the analysis scale where there is none); None if unused."""
    if study.yi is None or study.vi is None:
        return None
    z = NormalDist().inv_cdf(0.5 + pooled.level / 2)
    reach = z * math.sqrt(study.vi)
    ends = (study.yi, study.yi - reach, study.yi + reach)
    if pooled.measure in ("PFT", "IRFT"):
        return ends
    moved = [natural(pooled.measure, x, None) for x in ends]
    if moved[0] is None:
        return ends
    return float(moved[0]), *(float(x) for x in moved[1:] if x is not None)  # type: ignore[return-value]
