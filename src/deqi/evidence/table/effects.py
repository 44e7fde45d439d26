"""From checked columns to effects and, where a method works on counts, the counts; warnings in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from deqi.evidence.table.columns import RATIOS, ColumnSet, Floats, Numbers
from deqi.evidence.table.sentences import say, some
from metafit import (
    Effects,
    EffectWarning,
    WarningKind,
    back_transform,
    binary_effects,
    change_effects,
    correlation_effects,
    interval_effects,
    mean_effects,
    one_mean_effects,
    p_value_effects,
    proportion_effects,
    rate_effects,
    se_effects,
    single_rate_effects,
)
from metafit.counts.data import OneArm, TwoArms

Columns = Mapping[str, Floats]
#: The counts of two arms, however they were written.
TWO_BY_TWO: Final = ("events_t", "total_t", "events_c", "total_c")
_MAKERS: Final[dict[str, Callable[..., Effects]]] = {
    "binary": binary_effects,
    "cells": binary_effects,
    "one_mean": one_mean_effects,
    "correlation": correlation_effects,
    "means": mean_effects,
    "rates": rate_effects,
    "proportion": proportion_effects,
    "rate": single_rate_effects,
}
#: Standardised differences have no natural scale; a bare yi says nothing about its own.
_NO_SCALE: Final = ("SMD", "SMDH", "SMCC", "SMCR", "GEN", "AS", "IRSD")
#: Whose way back depends on a number of people or a time.
SIZED: Final = ("PFT", "IRFT")
_KEYS: Final = {
    WarningKind.NO_EVENTS: "no-events",
    WarningKind.SD_LOOKS_LIKE_SE: "sd-like-se",
    WarningKind.LARGE_SMD: "large-smd",
    WarningKind.ARMS_DIFFER: "arms-differ",
    WarningKind.NO_SPREAD: "no-spread",
    WarningKind.INTERVAL_NOT_CENTRED: "off-centre",
}


def effects_of(numbers: Numbers, chosen: ColumnSet, measure: str) -> Effects:
    """Effects on the analysis scale; 1/2 added to the cells of a row with an empty one (and a warning)."""
    return _without_spread(_made(numbers, chosen, measure))


def _made(numbers: Numbers, chosen: ColumnSet, measure: str) -> Effects:
    c = numbers.columns
    ordered = _ordered(numbers, chosen)
    if chosen.kind in _MAKERS:
        return _MAKERS[chosen.kind](measure, *ordered)
    if chosen.kind == "change":
        return change_effects(
            measure, c["mean_post"], c["mean_pre"], c["sd_pre"], c["sd_post"], c["n"], c["correlation"]
        )
    if chosen.kind == "interval":
        return interval_effects(*ordered, level=numbers.level, ratio=measure in RATIOS, measure=measure)
    if chosen.kind == "yi_interval":
        return interval_effects(*ordered, level=numbers.level, measure=measure)
    if chosen.kind == "p_value":
        return p_value_effects(*ordered, ratio=measure in RATIOS, measure=measure)
    if chosen.kind == "yi_sei":
        return se_effects(*ordered, measure=measure)
    return se_effects(c["yi"], np.sqrt(c["vi"]), measure=measure)


def _without_spread(effects: Effects) -> Effects:
    """A standard deviation of 0 is taken for one that was not reported: it would take weight it has not earned."""
    rows = [row for one in effects.warnings if one.kind is WarningKind.NO_SPREAD for row in one.rows]
    if not rows:
        return effects
    yi, vi = effects.yi.copy(), effects.vi.copy()
    yi[rows], vi[rows] = np.nan, np.nan
    other = (WarningKind.ARMS_DIFFER, WarningKind.SD_LOOKS_LIKE_SE, WarningKind.LARGE_SMD, WarningKind.IMPOSSIBLE)
    kept = (
        EffectWarning(one.kind, tuple(row for row in one.rows if one.kind not in other or row not in rows))
        for one in effects.warnings
    )
    return Effects(effects.measure, yi, vi, tuple(one for one in kept if one.rows))


def _ordered(numbers: Numbers, chosen: ColumnSet) -> list[Floats]:
    names = TWO_BY_TWO if chosen.kind == "cells" else chosen.columns
    return [numbers.columns[name] for name in names]


def counts_of(numbers: Numbers, chosen: ColumnSet) -> OneArm | TwoArms:
    """The counts themselves, for the methods that need nothing added."""
    ordered = _ordered(numbers, chosen)
    return OneArm(*ordered) if len(ordered) == 2 else TwoArms(*ordered)


def two_arms(numbers: Numbers, chosen: ColumnSet) -> TwoArms | None:
    """Events and people of two arms; None where the columns are others."""
    if chosen.kind not in ("binary", "cells"):
        return None
    return TwoArms(*(numbers.columns[name] for name in TWO_BY_TWO))


def natural(measure: str, x: float | Floats, size: Floats | float | None) -> Floats | None:
    """On the natural scale (ratio, proportion, rate, difference); None where the measure has none.

    size: for PFT and IRFT, whose way back depends on the people or time.
    """
    if measure in _NO_SCALE:
        return None
    return np.asarray(back_transform(measure, np.asarray(x), n=size if measure in SIZED else None))


def warn_rows(effects: Effects, numbers: Numbers, measure: str, *, added: bool, instead: bool = True) -> list[str]:
    """One sentence for each kind of doubt, naming the rows.

    added: whether the method uses the 1/2 added to zeros. instead: whether there are methods that need none.
    """
    said = []
    if numbers.absent:
        parts = [say("empty-cells", study=numbers.studies[i], columns=", ".join(c)) for i, c in numbers.absent]
        said.append(say("left-out", studies=some(parts)))
    for key in dict.fromkeys(key for _, keys in numbers.derived for key in keys):
        names = [numbers.studies[i] for i, keys in numbers.derived if key in keys]
        said.append(say(f"row.{key}", studies=some(names)))
    for understood in dict.fromkeys(key for _, key in numbers.read):
        names = [numbers.studies[i] for i, key in numbers.read if key == understood]
        said.append(say(f"row.{understood}", studies=some(names)))
    for one in effects.warnings:
        rows = some([numbers.studies[i] for i in one.rows])
        if one.kind is WarningKind.IMPOSSIBLE:
            continue
        if one.kind is not WarningKind.ZERO_CELLS_ADJUSTED:
            said.append(say(f"row.{doubt_key(one.kind, numbers, measure)}", studies=rows))
        elif added:
            said.append(
                say(
                    "added", studies=rows.rstrip("."), instead=say(f"instead.{_arms(measure)}") if instead else ""
                ).strip()
            )
        else:
            said.append(say("added-shown"))
    without = {i: why_nothing(effects, numbers, i) for i in range(len(numbers.studies))}
    for key in dict.fromkeys(key for key in without.values() if key is not None and key != "no-spread"):
        names = [numbers.studies[i] for i, why in without.items() if why == key]
        said.append(say(f"row.{key}", studies=some(names)))
    return said


def doubt_key(kind: WarningKind, numbers: Numbers, measure: str) -> str:
    """The sentence for a kind of doubt, by what the rows give."""
    if kind is WarningKind.NO_SPREAD and "ci_low" in numbers.columns:
        return "no-width"
    if kind is WarningKind.INTERVAL_NOT_CENTRED and measure in RATIOS:
        return "off-centre-ratio"
    if kind is WarningKind.NO_EVENTS and measure in ("RD", "IRD", "AS", "IRSD"):
        return "no-events-difference"
    return _KEYS[kind]


def why_nothing(effects: Effects, numbers: Numbers, i: int) -> str | None:
    """Why a row with all its numbers gives no effect; None where it gives one, or where numbers are missing."""
    if np.isfinite(effects.yi[i]) and np.isfinite(effects.vi[i]):
        return None
    values = {name: float(column[i]) for name, column in numbers.columns.items()}
    if any(np.isnan(value) for value in values.values()):
        return None
    if any(i in one.rows for one in effects.warnings if one.kind is WarningKind.NO_SPREAD):
        return "no-width" if "ci_low" in values else "no-spread"
    if "correlation" in values and "mean_pre" not in values:
        return "perfect-correlation" if abs(values["correlation"]) == 1.0 else "few-for-correlation"
    if "p" in values:
        return "no-error" if values["p"] in (0.0, 1.0) else "nothing-for-p"
    if any(name.startswith("mean") and value <= 0.0 for name, value in values.items()):
        return "no-logarithm"
    return "impossible"


def _arms(measure: str) -> str:
    if measure in ("RR", "OR", "RD", "PETO", "AS"):
        return "binary"
    return "rates" if measure in ("IRR", "IRD", "IRSD") else "one-group"
