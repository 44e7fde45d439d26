"""Names of measures for people, and a study's own interval on the scale that is shown."""

from __future__ import annotations

from typing import Final

from deqi.evidence.table.answer import StudyRow

MEASURE_WORDS: Final = {
    "RR": "risk ratio",
    "OR": "odds ratio",
    "PETO": "odds ratio, Peto's one step",
    "RD": "risk difference",
    "AS": "arcsine difference",
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "SMDH": "standardised mean difference, variances unequal",
    "ROM": "ratio of means",
    "CVR": "ratio of coefficients of variation",
    "VR": "ratio of standard deviations",
    "MN": "mean",
    "MNLN": "mean, by its logarithm",
    "COR": "correlation",
    "ZCOR": "correlation, by Fisher's z",
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
ONE_GROUP: Final = ("PLO", "PLN", "PAS", "PFT", "PR", "IRLN", "IR", "IRS", "IRFT", "MN", "MNLN")
LOG_RATIOS: Final = ("RR", "OR", "PETO", "ROM", "IRR", "HR", "CVR", "VR")


def study_interval(study: StudyRow) -> tuple[float, float, float] | None:
    """Estimate and ends of a study on the natural scale (the analysis scale where there is none); None if unused."""
    natural = study.estimate_natural is not None and study.ci_natural is not None
    middle = study.estimate_natural if natural else study.yi
    low, high = study.ci_natural if natural and study.ci_natural else study.ci
    if middle is None or low is None or high is None:
        return None
    return middle, low, high
