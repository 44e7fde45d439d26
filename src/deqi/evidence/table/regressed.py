"""What can be asked of a regression beside its coefficients: a permutation test, and moderators of the spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.also import Check, plain_numbers
from deqi.evidence.table.columns import ONE_GROUP
from deqi.evidence.table.parts import moderator_column
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say
from metafit import Effects, StatsInputError, Status, location_scale, permutation_test, pool, regress

#: Studies times arrangements; the work and the memory grow with it.
MOST_ARRANGED: Final = 10_000_000
#: Where others wait: studies times arrangements times coefficients; two or three seconds of work.
MOST_ARRANGED_SERVED: Final = 5_000_000
#: Where others wait: coefficients of the mean or the spread; fewer of both, whose work is that of their product.
MOST_COEFFICIENTS_SERVED, MOST_OF_BOTH_SERVED = 50, 24
SCALE_METHODS: Final = ("REML", "ML")


@dataclass(frozen=True, slots=True)
class Asked:
    """permutations: how many at most, None for no test; all are tried where there are fewer. seed: of those drawn.

    scale: columns on which the variance between studies may depend.
    """

    permutations: int | None = None
    seed: int | None = None
    scale: tuple[str, ...] = ()


def check_asked(asked: Asked, table: Table, method: str, *, counted: bool, served: bool) -> None:
    """Refuse what the method, or the size of the table, does not carry. served: others wait for the machine.

    Raises:
        InputError: what to ask for instead.
    """
    if asked.permutations is None and asked.seed is not None:
        raise InputError(say("permutations.seed"))
    if asked.seed is not None and asked.seed < 0:
        raise InputError(say("permutations.seed-negative", seed=asked.seed))
    if asked.permutations is not None:
        if counted:
            raise InputError(say("permutations.method", method=method))
        most = (MOST_ARRANGED_SERVED if served else MOST_ARRANGED) // max(len(table.rows), 1)
        if not 2 <= asked.permutations <= most:
            raise InputError(say("permutations.many", most=f"{most:,}", k=f"{len(table.rows):,}"))
    if asked.scale and method not in SCALE_METHODS:
        raise InputError(say("scale.method", method=method, known=" or ".join(SCALE_METHODS)))


def bound_regression(asked: Asked, table: Table, moderators: tuple[str, ...], usable: Any) -> None:
    """Refuse a regression that would keep others waiting, before any of it is done.

    Raises:
        InputError: how much may be asked for.
    """
    mean = _coefficients(table, moderators, usable)
    fitted = (mean if moderators else 0) + (_coefficients(table, asked.scale, usable) if asked.scale else 0)
    both = moderators and asked.scale
    if fitted > (bound := MOST_OF_BOTH_SERVED if both else MOST_COEFFICIENTS_SERVED):
        raise InputError(say("moderators.served", name=table.name, found=fitted, most=bound))
    most = MOST_ARRANGED_SERVED // (max(len(table.rows), 1) * mean)
    if asked.permutations is not None and asked.permutations > most:
        raise InputError(say("permutations.served", most=f"{most:,}", k=f"{len(table.rows):,}", p=mean))


def _coefficients(table: Table, columns: tuple[str, ...], usable: Any) -> int:
    """How many a regression on columns has, the intercept among them."""
    count = 1
    for name in dict.fromkeys(columns):
        values = moderator_column(table, name, usable)
        count += 1 if values.dtype != object else len({one for one in values[usable] if one is not None}) - 1
    return count


def asked_checks(
    asked: Asked,
    table: Table,
    moderators: tuple[str, ...],
    effects: Effects,
    *,
    method: str,
    test: str,
    level: float,
) -> tuple[Check, ...]:
    """The answers as checks; what cannot be fitted gives a sentence."""
    usable = np.isfinite(effects.yi) & np.isfinite(effects.vi)
    columns = dict.fromkeys((*moderators, *asked.scale))
    data = {name: moderator_column(table, name, usable) for name in columns}
    mean = list(dict.fromkeys(moderators))
    ways: dict[str, tuple[bool, Callable[[], Any]]] = {
        "permutation": (
            asked.permutations is not None,
            lambda: _permuted(asked, mean, data, effects, method=method, test=test, level=level),
        ),
        "location-scale": (
            bool(asked.scale),
            lambda: _scaled(asked, mean, data, effects, method=method, test=test, level=level),
        ),
    }
    found = []
    for name, (wanted, way) in ways.items():
        if not wanted:
            continue
        try:
            result = way()
        except StatsInputError as error:
            found.append(Check(name, None, {}, say("also.few", what=name, why=str(error))))
            continue
        numbers = plain_numbers(result)
        numbers.pop("draws", None)  # a number an arrangement
        note = _references(asked.scale, data, usable) if name == "location-scale" else None
        found.append(Check(name, result.summary(), numbers, note, result))
    return tuple(found)


def _permuted(
    asked: Asked, mean: list[str], data: dict[str, Any], effects: Effects, *, method: str, test: str, level: float
) -> Any:
    fit: Any
    if mean:
        fit = regress(effects.yi, effects.vi, mean, method=method, test=test, level=level, data=data)
    elif effects.measure in ONE_GROUP:
        raise StatsInputError(say("also.no-null"))
    else:
        fit = pool(effects.yi, effects.vi, method=method, test=test, level=level)
    if int(fit.status) != Status.OK:
        raise StatsInputError(say("permutations.status"))
    return permutation_test(fit, draws=asked.permutations or 0, seed=1 if asked.seed is None else asked.seed)


def _scaled(
    asked: Asked, mean: list[str], data: dict[str, Any], effects: Effects, *, method: str, test: str, level: float
) -> Any:
    fit = location_scale(
        effects.yi, effects.vi, mean or None, list(dict.fromkeys(asked.scale)), method=method, test=test, level=level,
        measure=effects.measure, data=data,
    )  # fmt: skip
    if fit.status not in (Status.OK, Status.NO_STANDARD_ERROR):
        raise StatsInputError(say("scale.status"))
    return fit


def _references(scale: tuple[str, ...], data: dict[str, Any], usable: Any) -> str | None:
    """The word of each column against which its others stand."""
    words = {name: data[name][usable] for name in dict.fromkeys(scale) if data[name].dtype == object}
    said = [
        say("moderators.reference", name=name, word=min(one for one in column if one)) for name, column in words.items()
    ]
    return " ".join(said) or None
