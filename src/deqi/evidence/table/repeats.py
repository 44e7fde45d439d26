"""Rows that may be one study: the same numbers or name, one control arm, a name with a time or an outcome behind it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from typing import Final

import numpy as np

from deqi.evidence.table.columns import ColumnSet, Numbers
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say, some
from deqi.evidence.table.sums import named_like_a_sum
from deqi.knowledge.thresholds import thresholds
from metafit import Effects

_SO_FEW: Final = 30
"""Rows of a usual table."""
#: Letters, digits and Roman numbers count the papers or trials of a year.
_COUNTING: Final = re.compile(r"[a-z]|\d+|[ivx]+")


def repeats(table: Table, given: Numbers, chosen: ColumnSet, effects: Effects) -> list[str]:
    """Sentences about rows that may be of the same people."""
    rows = [int(i) for i in np.flatnonzero(np.isfinite(effects.yi) & np.isfinite(effects.vi))]
    shared = _of_one_control(given, chosen, rows)
    names = [" and ".join(given.studies[i] for i in group) for group in shared]
    said = _repeated(given, rows)
    said += [say("row.shared-control", studies=some(names))] if names else []
    said += (
        _arms_exchanged(given, chosen, rows)
        + _arms_alike(given, chosen, rows)
        + _spreads_of_people(given, chosen, rows)
    )
    return said + _of_one_study(given, rows, shared) + _without_name(table, given, rows)


def one_spelling(name: str) -> str:
    """A study's name without case, accents, punctuation and `et al`."""
    text = unicodedata.normalize("NFKD", name.casefold())
    text = re.sub(r"\bet\.? al\b", " ", "".join(c for c in text if not unicodedata.combining(c)))
    return re.sub(r"([aou])e", r"\1", " ".join(re.findall(r"\w+", text)))


def _trial(name: str) -> tuple[str, str]:
    """A name up to its year, and what stands behind; without a year, up to a last letter."""
    spelled = one_spelling(name)
    dated = re.match(r"(.*?\b(?:19|20)\d\d)\s*([a-z]?)\b\s*(.*)", spelled)
    if dated:
        return dated[1], f"{dated[2]} {dated[3]}".strip()
    return re.sub(r"(?<=\d)\s*[a-z]$", "", spelled), ""


def _repeated(given: Numbers, rows: list[int]) -> list[str]:
    same: dict[tuple[object, ...], list[int]] = defaultdict(list)
    named: dict[str, list[int]] = defaultdict(list)
    for i in rows:
        numbers = tuple(float(column[i]) for column in given.columns.values())
        name = one_spelling(given.studies[i])
        # a few digits may come up twice by chance, more so among many rows; a whole row of a trial does not
        same[numbers, "" if sum(map(_digits, numbers)) >= _not_by_chance(len(rows)) else name].append(i)
        if not named_like_a_sum(given.studies[i]):
            named[name].append(i)
    twice = [rows for rows in same.values() if len(rows) > 1]
    again = [rows for rows in named.values() if len(rows) > 1 and not any(set(rows) == set(other) for other in twice)]
    told = [", ".join(f"{given.studies[i]} (row {given.rows[i]})" for i in group) for group in twice]
    said = [say("row.repeated", studies=some(told))] if told else []
    names = [given.studies[group[0]] for group in again]
    return said + ([say("row.same-name", studies=some(names))] if names else [])


def _arms_exchanged(given: Numbers, chosen: ColumnSet, rows: list[int]) -> list[str]:
    """Rows with the numbers of another, in the other arms."""
    arms = [[name for name in chosen.columns if name.endswith(arm)] for arm in ("_t", "_c")]
    if not arms[0]:
        return []
    seen: dict[tuple[float, ...], int] = {}
    found = []
    for i in rows:
        treated, control = (tuple(float(given.columns[name][i]) for name in names) for names in arms)
        enough = sum(map(_digits, (*treated, *control))) >= thresholds().copied_digits
        if treated != control and enough and (other := seen.get((*control, *treated))) is not None:
            found.append(f"{given.studies[other]} and {given.studies[i]}")
        seen.setdefault((*treated, *control), i)
    return [say("row.arms-exchanged", studies=some(found))] if found else []


def _arms_alike(given: Numbers, chosen: ColumnSet, rows: list[int]) -> list[str]:
    """Rows with one mean and SD in both arms, or a table in which both arms of every row had the same events."""
    if chosen.kind == "means":
        pairs = [(given.columns[f"{name}_t"], given.columns[f"{name}_c"]) for name in ("mean", "sd")]
        alike = [given.studies[i] for i in rows if all(one[i] == other[i] for one, other in pairs)]
        return [say("row.arms-alike", studies=some(alike))] if alike else []
    if chosen.kind not in ("binary", "rates") or len(rows) < thresholds().least_to_pool:
        return []
    arms = [[name for name in chosen.columns if name.endswith(arm)] for arm in ("_t", "_c")]
    each = [(given.columns[one], given.columns[other]) for one, other in zip(*arms, strict=True)]
    whole = all(one[i] == other[i] for i in rows for one, other in each)
    return [say("arms-alike")] if whole and any(each[0][0][i] for i in rows) else []


def _spreads_of_people(given: Numbers, chosen: ColumnSet, rows: list[int]) -> list[str]:
    """Rows whose SDs are their numbers of people: one column was copied over the other."""
    if chosen.kind != "means":
        return []
    pairs = [(given.columns[f"sd{arm}"], given.columns[f"n{arm}"]) for arm in ("_t", "_c")]
    found = [given.studies[i] for i in rows if all(sd[i] == n[i] for sd, n in pairs)]
    return [say("row.spreads-of-people", studies=some(found))] if found else []


def studies_alike(given: Numbers) -> list[str]:
    """Studies of a network, each of one or several rows, that have all their numbers from one another."""
    of: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for i, numbers in enumerate(zip(*given.columns.values(), strict=True)):
        if np.isfinite(numbers).all():
            of[given.studies[i]].append(tuple(map(float, numbers)))
    same: dict[tuple[tuple[float, ...], ...], list[str]] = defaultdict(list)
    for study, rows in of.items():
        if sum(_digits(value) for row in rows for value in row) >= thresholds().copied_digits:
            same[tuple(sorted(rows))].append(study)
    found = [" and ".join(names) for names in same.values() if len(names) > 1]
    return [say("row.repeated", studies=some(found))] if found else []


def _not_by_chance(rows: int) -> int:
    """Digits that do not come up twice by chance: a thousand rows make more pairs than thirty."""
    return thresholds().copied_digits + max(0, math.ceil(math.log10(max(rows, 1) / _SO_FEW)))


def _digits(value: float) -> int:
    return len(f"{abs(value):.6g}".replace(".", "").lstrip("0"))


def _of_one_control(given: Numbers, chosen: ColumnSet, rows: list[int]) -> list[list[int]]:
    """Rows of one trial, under several names, whose control arms are the same."""
    control = [name for name in chosen.columns if name.endswith("_c")]
    same: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for i in rows if control else ():
        same[_trial(given.studies[i])[0], *(float(given.columns[name][i]) for name in control)].append(i)
    return [found for found in same.values() if len({one_spelling(given.studies[i]) for i in found}) > 1]


def _of_one_study(given: Numbers, rows: list[int], shared: list[list[int]]) -> list[str]:
    """Rows of one name and year with other words behind it: times, outcomes, doses."""
    apart = frozenset(say("repeats.samples").split())
    named: dict[str, dict[str, int]] = defaultdict(dict)
    for i in rows:
        trial, behind = _trial(given.studies[i])
        named[trial].setdefault(behind, i)
    found = []
    for one in named.values():
        group = sorted(one.values())
        told = [set(behind.split()) for behind in one]
        # a letter or number counts papers of a year; some words name other people
        if len(one) < 2 or group in shared or any(words & apart for words in told):
            continue
        if sum(not all(map(_COUNTING.fullmatch, words)) for words in told) > 1:
            found.append(" and ".join(given.studies[i] for i in group))
    return [say("row.one-study", studies=some(found))] if found else []


def _without_name(table: Table, given: Numbers, rows: list[int]) -> list[str]:
    """Rows without a name under one that has a name."""
    if "study" not in table.columns:
        return []
    place = table.columns.index("study")
    bare = [i for i in rows if not table.rows[i][1][place]]
    below = [str(given.rows[i]) for i in bare if i]
    return [say("row.unnamed", rows=some(below))] if below and len(bare) < len(rows) else []
