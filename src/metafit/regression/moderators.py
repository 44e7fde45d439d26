"""The columns of a meta-regression: numbers as they are, words as an indicator for each level but the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inputs import Frame, column
from metafit.inverse_variance.layout import as_floats
from metafit.results import Bools, Floats


@dataclass(frozen=True, slots=True, repr=False)
class Term(Shown):
    """The coefficients of one moderator, by their places in the model.

    levels: of a moderator of words, in the order of its coefficients. reference: the level without a coefficient; None
    for numbers, and where every level has a coefficient of its own.
    """

    name: str
    coefficients: tuple[int, ...]
    levels: tuple[str, ...] = ()
    reference: str | None = None


class Moderators(NamedTuple):
    """matrix: (k, m), without the intercept. names: of the columns, None where nobody told any."""

    matrix: Floats
    names: tuple[str, ...] | None
    terms: tuple[Term, ...]


def read_moderators(
    moderators: npt.ArrayLike | Sequence[str],
    names: Sequence[str] | None,
    data: Frame | Mapping[str, Any] | None,
    usable: Bools,
    intercept: bool,
) -> Moderators:
    """The matrix of the moderators, their names and terms, from columns of a data frame where they are names.

    usable: (k,), the rows with an effect: a word of no such row is no level.
    """
    sources = _sources(moderators)
    if sources is None:
        return _numbers(moderators, names, usable.size, intercept)
    told = list(sources if names is None else names)
    if len(told) != len(sources):
        raise StatsInputError(f"names: {len(told)} for {len(sources)} moderators; give one for each.")
    columns: list[Floats] = []
    labels: list[str] = []
    terms: list[Term] = []
    whole = not intercept  # without an intercept the first moderator of words keeps all its levels
    for name, source in zip(told, sources, strict=True):
        first = len(columns) + intercept
        values = column("moderators", source, data)
        if not _is_words(values):
            columns.append(as_floats(source, values))
            labels.append(name)
            terms.append(Term(name, (first,)))
            continue
        absent, levels = _levels(name, values, usable)
        kept = levels if whole else levels[1:]
        columns += [np.where(absent, np.nan, [str(one) == level for one in values]) for level in kept]
        labels += [f"{name}: {level}" for level in kept]
        places = tuple(range(first, first + len(kept)))
        terms.append(Term(name, places, kept, None if whole else levels[0]))
        whole = False
    return Moderators(np.stack(columns, axis=-1), tuple(labels), tuple(terms))


def _sources(moderators: npt.ArrayLike | Sequence[str]) -> list[str] | None:
    """The names of columns, where moderators are names."""
    if isinstance(moderators, str):
        return [moderators]
    if isinstance(moderators, (list, tuple)):
        found = [str(one) for one in moderators if isinstance(one, str)]
        return found if found and len(found) == len(moderators) else None
    return None


def _numbers(moderators: npt.ArrayLike, names: Sequence[str] | None, k: int, intercept: bool) -> Moderators:
    x = as_matrix(moderators, k)
    if names is not None and len(names) != x.shape[1]:
        raise StatsInputError(f"names: {len(names)} for {x.shape[1]} moderators; give one for each.")
    labels = default_names(x.shape[1]) if names is None else tuple(names)
    terms = tuple(Term(name, (i + intercept,)) for i, name in enumerate(labels))
    return Moderators(x, None if names is None else labels, terms)


def as_matrix(moderators: npt.ArrayLike, k: int) -> Floats:
    """Numbers (k,) or (k, m) as (k, m)."""
    x = as_floats("moderators", moderators)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != k:
        raise StatsInputError(f"moderators: shape {x.shape} does not match {k} studies; give ({k},) or ({k}, m).")
    return x


def default_names(m: int) -> tuple[str, ...]:
    """What moderators are called that nobody named: x1, x2 ..."""
    return tuple(f"x{i + 1}" for i in range(m))


def _is_words(values: npt.NDArray[Any]) -> bool:
    return values.dtype.kind in "US" or (values.dtype.kind == "O" and any(isinstance(one, str) for one in values))


def _levels(name: str, values: npt.NDArray[Any], usable: Bools) -> tuple[Bools, tuple[str, ...]]:
    """Where a word is missing, and the different words, sorted."""
    if values.shape != usable.shape:
        raise StatsInputError(f"{name}: {values.size} words for {usable.size} studies.")
    absent = np.array([one is None or one == "" or one != one for one in values], dtype=np.bool_)
    levels = tuple(sorted({str(one) for one in values[usable & ~absent]}))
    if len(levels) < 2:
        raise StatsInputError(f"{name}: {len(levels)} different words; a moderator of words needs two or more.")
    return absent, levels
