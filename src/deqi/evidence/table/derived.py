"""What a paper printed instead of a mean and a standard deviation: medians, quartiles, ranges, standard errors."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from metafit.effects.given import OFF_CENTRE
from metafit.effects.means import MeanSd, from_five_numbers, from_quartiles, from_range, sd_from_interval, sd_from_se

ARMS: Final = ("_t", "_c", "")
#: What tells events beside people: a percentage, or a part of 1.
SHARES: Final = ("percent", "proportion")
#: Columns to which an interval without an arm belongs before it belongs to a mean.
_EFFECTS: Final = ("estimate", "yi")


@dataclass(frozen=True, slots=True)
class Source:
    """Columns (without the arm) from which a mean and SD follow; key: the sentence that says so."""

    key: str
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    make: Callable[..., MeanSd]


def _from_se(mean: float, se: float, n: float) -> MeanSd:
    return MeanSd(np.float64(mean), sd_from_se(se, n))  # type: ignore[arg-type]  # scalars for arrays


def _from_interval(mean: float, low: float, high: float, n: float) -> MeanSd:
    return MeanSd(np.float64(mean), sd_from_interval(low, high, n))  # type: ignore[arg-type]  # scalars for arrays


#: The first whose numbers are all there; more numbers come first.
SOURCES: Final = (
    Source("se", ("mean", "se", "n"), ("sd",), _from_se),
    Source("interval", ("mean", "ci_low", "ci_high", "n"), ("sd",), _from_interval),
    Source("five-numbers", ("min", "q1", "median", "q3", "max", "n"), ("mean", "sd"), from_five_numbers),
    Source("quartiles", ("q1", "median", "q3", "n"), ("mean", "sd"), from_quartiles),
    Source("range", ("min", "median", "max", "n"), ("mean", "sd"), from_range),
)


def derivable(columns: Collection[str]) -> set[str]:
    """The columns that are there, and those that follow from them."""
    found = set(columns)
    for arm in ARMS:
        for source in SOURCES:
            if source.key == "interval" and not arm and any(name in columns for name in _EFFECTS):
                continue
            if all(f"{name}{arm}" in columns for name in source.needs):
                found |= {f"{name}{arm}" for name in source.gives}
        if f"total{arm}" in columns and any(f"{share}{arm}" in columns for share in SHARES):
            found.add(f"events{arm}")
    return found


def shares_of(column: str) -> tuple[str, ...]:
    """The columns that events may follow from, beside the people."""
    arm = column.removeprefix("events")
    return tuple(f"{share}{arm}" for share in SHARES) if column.startswith("events") and arm in ARMS else ()


def sources_of(column: str) -> set[str]:
    """The columns that a mean or SD may follow from."""
    for arm in ARMS[:2]:
        if column.endswith(arm):
            return {f"{name}{arm}" for s in SOURCES if column.removesuffix(arm) in s.gives for name in s.needs}
    return {name for s in SOURCES if column in s.gives for name in s.needs}


def out_of_order(values: Mapping[str, float | None]) -> tuple[str, str] | None:
    """Two columns of which the first holds more although it must not: quartiles, ranges, limits."""
    for arm in ARMS:
        orders: list[tuple[str, ...]] = [("min", "q1", "median", "q3", "max")]
        if f"mean{arm}" in values:
            orders.append(("ci_low", "ci_high"))
        for order in orders:
            given = [name for one in order if values.get(name := f"{one}{arm}") is not None]
            for lower, upper in itertools.pairwise(given):
                if (values[lower] or 0.0) > (values[upper] or 0.0):
                    return lower, upper
    return None


def outside_its_interval(values: Mapping[str, float | None]) -> tuple[str, str, str] | None:
    """The column of a mean that is not within its interval, and the columns of that."""
    for arm in ARMS:
        names = (f"mean{arm}", f"ci_low{arm}", f"ci_high{arm}")
        mean, low, high = (values.get(name) for name in names)
        if mean is not None and low is not None and high is not None and not low <= mean <= high:
            return names
    return None


def _off_centre(mean: float, low: float, high: float) -> bool:
    return abs(mean - (low + high) / 2.0) > OFF_CENTRE * (high - low)


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
                if source.key == "interval" and _off_centre(*(one or 0.0 for one in given[:3])):
                    used.append("off-centre-mean")
    return made, tuple(dict.fromkeys(used))
