"""Names of measures for people, and a study's own interval on the scale that is shown."""

from __future__ import annotations

from typing import Final

from deqi.evidence.table.answer import StudyRow
from deqi.knowledge.store import load

PROPORTIONS: Final = ("PLO", "PLN", "PAS", "PFT", "PR", "RD")
LOG_RATIOS: Final = ("RR", "OR", "PETO", "ROM", "IRR", "HR", "CVR", "VR")


def measure_words(measure: str) -> str:
    """A measure's name for people; its short name where it has no other."""
    return load().texts.get(f"measure.{measure}", measure)


def study_interval(study: StudyRow) -> tuple[float, float, float] | None:
    """Estimate and ends of a study on the natural scale (the analysis scale where there is none); None if unused."""
    natural = study.estimate_natural is not None and study.ci_natural is not None
    middle = study.estimate_natural if natural else study.yi
    low, high = study.ci_natural if natural and study.ci_natural else study.ci
    if middle is None or low is None or high is None:
        return None
    return middle, low, high
