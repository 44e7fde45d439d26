"""What a given effect lacks in a row, from what else stands there: its error from a variance, its interval from a p."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from metafit import p_value_effects

_SOURCES: Final = {"sei": ("vi",), "ci_low": ("sei", "vi", "p")}


@dataclass(frozen=True, slots=True)
class Completed:
    """Numbers for the empty columns of a row; key: the sentence that says what they were made from."""

    values: dict[str, float]
    key: str


def sources_of_given(column: str) -> tuple[str, ...]:
    """The columns that an error or a limit may follow from."""
    return _SOURCES.get(column, ())


def complete(
    values: Mapping[str, float | None], empty: tuple[str, ...], *, ratio: bool, level: float
) -> Completed | None:
    """The empty columns of a row of given effects from its others; None where they do not follow.

    ratio: an estimate and its limits are ratios, whose logarithms are normal. level: of the interval.
    """
    reach = NormalDist().inv_cdf(0.5 + level / 2)
    yi, estimate = values.get("yi"), values.get("estimate")
    sei, vi, p = values.get("sei"), values.get("vi"), values.get("p")
    if yi is not None and empty == ("sei",) and vi is not None:
        return Completed({"sei": math.sqrt(vi)}, "error-of-variance")
    if not empty or not set(empty) <= {"ci_low", "ci_high"}:
        return None
    if yi is not None and (sei is not None or vi is not None):
        half = reach * (math.sqrt(vi or 0.0) if sei is None else sei)
        return Completed({"ci_low": yi - half, "ci_high": yi + half}, "interval-of-error")
    if estimate is None or p is None or not 0.0 < p < 1.0 or (ratio and estimate <= 0.0):
        return None
    effect = p_value_effects(estimate, p, ratio=ratio)
    middle, half = float(effect.yi), reach * math.sqrt(float(effect.vi))
    if not 0.0 < half < math.inf:
        return None
    ends = {"ci_low": middle - half, "ci_high": middle + half}
    return Completed({name: math.exp(end) if ratio else end for name, end in ends.items()}, "interval-of-p")
