"""From checked columns to effects and, where a method works on counts, the counts; warnings in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from deqi.evidence.table.columns import RATIOS, ColumnSet, Floats, Numbers
from metafit import (
    Effects,
    WarningKind,
    back_transform,
    binary_effects,
    change_effects,
    interval_effects,
    mean_effects,
    proportion_effects,
    rate_effects,
    se_effects,
    single_rate_effects,
)
from metafit.counts.data import OneArm, TwoArms

Columns = Mapping[str, Floats]
_MAKERS: Final[dict[str, Callable[..., Effects]]] = {
    "binary": binary_effects,
    "means": mean_effects,
    "rates": rate_effects,
    "proportion": proportion_effects,
    "rate": single_rate_effects,
}
#: Standardised differences have no natural scale; a bare yi says nothing about its own.
_NO_SCALE: Final = ("SMD", "SMCC", "SMCR", "GEN", "AS", "IRSD")
ADDED: Final = "1/2 was added"
_SAYS: Final = {
    WarningKind.NO_EVENTS: "no event in either arm (or nothing but events), so the row says little about a ratio",
    WarningKind.SD_LOOKS_LIKE_SE: "a standard deviation looks like a standard error; look at the paper again",
    WarningKind.LARGE_SMD: "a standardised difference this large is seldom real; look at the paper again",
    WarningKind.ARMS_DIFFER: "one arm's standard deviation is many times the other's",
    WarningKind.INTERVAL_NOT_CENTRED: (
        "the estimate is not in the middle of its interval; if these are ratios, name them, for example --measure RR"
    ),
    WarningKind.IMPOSSIBLE: "these numbers give no effect; the row was left out",
}


def effects_of(numbers: Numbers, chosen: ColumnSet, measure: str) -> Effects:
    """Effects on the analysis scale; 1/2 added to the cells of a row with an empty one (and a warning)."""
    c = numbers.columns
    ordered = [c[name] for name in chosen.columns]
    if chosen.kind in _MAKERS:
        return _MAKERS[chosen.kind](measure, *ordered)
    if chosen.kind == "change":
        return change_effects(
            measure, c["mean_post"], c["mean_pre"], c["sd_pre"], c["sd_post"], c["n"], c["correlation"]
        )
    if chosen.kind == "interval":
        return interval_effects(*ordered, ratio=measure in RATIOS, measure=measure)
    if chosen.kind == "yi_sei":
        return se_effects(*ordered, measure=measure)
    return se_effects(c["yi"], np.sqrt(c["vi"]), measure=measure)


def counts_of(numbers: Numbers, chosen: ColumnSet) -> OneArm | TwoArms:
    """The counts themselves, for the methods that need nothing added."""
    ordered = [numbers.columns[name] for name in chosen.columns]
    return OneArm(*ordered) if len(ordered) == 2 else TwoArms(*ordered)


def natural(measure: str, x: float | Floats, size: Floats | float | None) -> Floats | None:
    """On the natural scale (ratio, proportion, rate, difference); None where the measure has none.

    size: for PFT and IRFT, whose way back depends on the people or time.
    """
    if measure in _NO_SCALE:
        return None
    if measure == "HR":
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(np.asarray(x, dtype=np.float64)))
    if measure == "PETO":
        measure = "OR"
    needs = measure in ("PFT", "IRFT")
    return np.asarray(back_transform(measure, np.asarray(x), n=size if needs else None))


def warn_rows(effects: Effects, numbers: Numbers, measure: str) -> list[str]:
    """One sentence for each kind of doubt, naming the rows."""
    said = []
    if numbers.absent:
        parts = [f"{numbers.studies[i]} ({', '.join(columns)} empty)" for i, columns in numbers.absent]
        said.append(f"Left out: {_some(parts)}.")
    for one in effects.warnings:
        names = _some([numbers.studies[i] for i in one.rows])
        if one.kind is WarningKind.ZERO_CELLS_ADJUSTED:
            said.append(f"{ADDED} to the cells of rows with an empty cell: {names}. {_instead(measure)}")
        else:
            said.append(f"{names}: {_SAYS[one.kind]}.")
    return said


def _instead(measure: str) -> str:
    if measure in ("RR", "OR", "RD", "PETO", "AS"):
        return "GLMM (--measure OR), MH and Peto (--measure OR) need no such constant; choose one with --method."
    if measure in ("IRR", "IRD", "IRSD"):
        return "GLMM (--measure IRR) and MH need no such constant; Peto is for odds ratios; choose with --method."
    return "GLMM needs no such constant (MH and Peto are for two arms); choose it with --method GLMM."


def _some(parts: list[str], most: int = 5) -> str:
    rest = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {rest} more" if rest > 0 else "")
