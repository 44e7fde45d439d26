"""Sums among the studies: by their name, or because their numbers are those of other rows together."""

from __future__ import annotations

import functools
import math
import re
from typing import Final

import numpy as np

from deqi.evidence.table.columns import ColumnSet, Numbers
from deqi.evidence.table.sentences import say, some
from deqi.knowledge.thresholds import thresholds
from metafit import Effects, Status, pool

_COUNTED: Final = {"binary": 4, "cells": 4, "rates": 4, "proportion": 2, "rate": 2}
#: A pool of so few rows is like a study by chance.
_FEWEST: Final = 3
_MOST_LOOKED_AT: Final = 300
_BETWEEN_ROUNDINGS: Final = 0.006


def sums(given: Numbers, chosen: ColumnSet, effects: Effects) -> list[str]:
    """Sentences about rows that look like sums of others."""
    rows = [int(i) for i in np.flatnonzero(np.isfinite(effects.yi) & np.isfinite(effects.vi))]
    by_name = [i for i in rows if named_like_a_sum(given.studies[i])]
    said = [say("row.total", studies=some([given.studies[i] for i in by_name]))] if by_name else []
    counted = _COUNTED.get(chosen.kind)
    rest = [i for i in rows if i not in by_name]
    if len(rest) > _MOST_LOOKED_AT:
        return said
    found = _added_up(given, chosen, rest) if counted else _pooled(effects, rest)
    return [*said, say("row.sum", studies=some([given.studies[i] for i in found]))] if found else said


def named_like_a_sum(name: str) -> bool:
    """Whether a row's name is a word for a sum; a year makes it a study."""
    bare = re.sub(r"\(.*?\)|\[.*?\]|\d+\s*%\s*[a-z]*", " ", name.casefold())
    words = re.findall(r"[^\W\d_]+", bare)
    if not words or re.search(r"\b(1[89]|20)\d\d\b", bare):
        return False
    first, phrases = _sum_words()
    return words[0] in first or any(f" {phrase} " in f" {' '.join(words)} " for phrase in phrases)


@functools.cache
def _sum_words() -> tuple[frozenset[str], tuple[str, ...]]:
    return frozenset(say("total-words").split()), tuple(one.strip() for one in say("total-phrases").split("|"))


def _added_up(given: Numbers, chosen: ColumnSet, rows: list[int]) -> list[int]:
    """Rows that are the sum of all others, or of the two or more rows just above them."""
    columns = [given.columns[name] for name in chosen.columns]
    table = np.array([[column[i] for column in columns] for i in rows])
    if len(rows) < _FEWEST:
        return []
    found = []
    for i, row in enumerate(table):
        above = np.cumsum(table[:i][::-1], axis=0)[1:]
        together = np.concatenate([above, table.sum(axis=0, keepdims=True) - row])
        if np.count_nonzero(row) >= 2 and bool((together == row).all(axis=1).any()):
            found.append(rows[i])
    return found


def _pooled(effects: Effects, rows: list[int]) -> list[int]:
    """The last row, where it is what the rows above it give together."""
    if len(rows) <= _FEWEST:
        return []
    *above, last = rows
    y, v = effects.yi[above], effects.vi[above]
    if not (v > 0).all() or not effects.vi[last] > 0:
        return []
    se, same = math.sqrt(effects.vi[last]), thresholds().same_sum
    for method in ("FE", "DL", "REML"):
        fit = pool(y, v, method=method, test="z")
        place = abs(float(fit.estimate) - effects.yi[last])
        if int(fit.status) != Status.OK or not math.isfinite(place):
            continue
        spread = abs(float(fit.se) - se)
        if place <= max(same * se, _BETWEEN_ROUNDINGS) and spread <= max(same * se, _BETWEEN_ROUNDINGS / 2):
            return [last]
    return []
