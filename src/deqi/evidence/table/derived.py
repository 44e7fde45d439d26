"""What a paper printed instead of a mean and a standard deviation: medians, quartiles, ranges, standard errors."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from metafit.effects.means import MeanSd, from_five_numbers, from_quartiles, from_range, sd_from_se

ARMS: Final = ("_t", "_c", "")


@dataclass(frozen=True, slots=True)
class Source:
    """Columns (without the arm) from which a mean and SD follow; key: the sentence that says so."""

    key: str
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    make: Callable[..., MeanSd]


def _from_se(mean: float, se: float, n: float) -> MeanSd:
    return MeanSd(np.float64(mean), sd_from_se(se, n))  # type: ignore[arg-type]  # scalars for arrays


#: The first whose numbers are all there; more numbers come first.
SOURCES: Final = (
    Source("se", ("mean", "se", "n"), ("sd",), _from_se),
    Source("five-numbers", ("min", "q1", "median", "q3", "max", "n"), ("mean", "sd"), from_five_numbers),
    Source("quartiles", ("q1", "median", "q3", "n"), ("mean", "sd"), from_quartiles),
    Source("range", ("min", "median", "max", "n"), ("mean", "sd"), from_range),
)


def derivable(columns: Collection[str]) -> set[str]:
    """The columns that are there, and those that follow from them."""
    found = set(columns)
    for arm in ARMS:
        for source in SOURCES:
            if all(f"{name}{arm}" in columns for name in source.needs):
                found |= {f"{name}{arm}" for name in source.gives}
    return found


def sources_of(column: str) -> set[str]:
    """The columns that a mean or SD may follow from."""
    for arm in ARMS[:2]:
        if column.endswith(arm):
            return {f"{name}{arm}" for s in SOURCES if column.removesuffix(arm) in s.gives for name in s.needs}
    return {name for s in SOURCES if column in s.gives for name in s.needs}


def out_of_order(values: Mapping[str, float | None]) -> tuple[str, str] | None:
    """Two columns of which the first holds more although it must not: quartiles, ranges and their median."""
    for arm in ARMS:
        given = [name for one in ("min", "q1", "median", "q3", "max") if values.get(name := f"{one}{arm}") is not None]
        for lower, upper in itertools.pairwise(given):
            if (values[lower] or 0.0) > (values[upper] or 0.0):
                return lower, upper
    return None


def fill(values: Mapping[str, float | None], empty: Collection[str]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Means and SDs for the empty columns of a row, and the keys of what they were made from."""
    made: dict[str, float] = {}
    used: list[str] = []
    for arm in ARMS:
        for source in SOURCES:
            wanted = [name for name in source.gives if f"{name}{arm}" in empty and f"{name}{arm}" not in made]
            given = [values.get(f"{name}{arm}") for name in source.needs]
            if not wanted or any(one is None for one in given):
                continue
            result = source.make(*given)
            numbers = {"mean": float(result.mean), "sd": float(result.sd)}
            if all(math.isfinite(numbers[name]) for name in wanted):
                made |= {f"{name}{arm}": numbers[name] for name in wanted}
                used.append(source.key)
    return made, tuple(dict.fromkeys(used))
