"""Is this table what it seems? Sums among studies, repeated rows, ratios without a name, standard errors as variances.

Each doubt is one sentence that names the rows. Only one stops the pool: ratios pooled as differences.
"""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.columns import ColumnSet, Floats, Numbers
from deqi.evidence.table.effects import SIZED
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say, some
from deqi.knowledge.thresholds import thresholds
from metafit import Effects, Status, harmonic_mean, pool

_A_WHOLE_ROW = 4
"""So many numbers alike are a row copied, whatever the study is called."""


def ask_for_measure(table: Table, given: Numbers, chosen: ColumnSet, measure: str | None) -> None:
    """Refuse estimates that are the geometric middle of their intervals, where nobody said they are ratios.

    Raises:
        InputError: name the measure.
    """
    if measure is not None or chosen.kind != "interval":
        return
    y, low, high = (given.columns[name] for name in chosen.columns)
    here = np.isfinite(y) & (high > low)
    y, low, high = y[here], low[here], high[here]
    if not y.size or (low <= 0).any():
        return
    limits = thresholds()
    arithmetic = np.mean(np.abs(y / 2 - low / 4 - high / 4) / (high / 2 - low / 2))
    logs = np.log(y), np.log(low), np.log(high)
    geometric = np.mean(np.abs(logs[0] - (logs[1] + logs[2]) / 2) / (logs[2] - logs[1]))
    if arithmetic > limits.off_middle_share / 2 and geometric < limits.closer_on_logs * 2 * arithmetic:
        raise InputError(say("ask-measure", name=table.name))


def doubts(table: Table, given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """What a reader should look at before believing the pool, in words."""
    said = [*_sums(given, effects), *_repeated(table, given, effects)]
    said += _too_alike(chosen, effects) + _ratios_in_yi(chosen, effects, measure)
    if measure in SIZED:
        size = given.columns[chosen.columns[1]]
        size = size[np.isfinite(size)]
        if size.size and size.max() > thresholds().sizes_differ_times * size.min():
            ends = {"low": f"{size.min():g}", "high": f"{size.max():g}", "size": f"{harmonic_mean(size):.4g}"}
            said.append(say("sizes-differ", measure=measure, **ends))
    return said


def _used(effects: Effects) -> list[int]:
    return [int(i) for i in np.flatnonzero(np.isfinite(effects.yi) & np.isfinite(effects.vi))]


def _sums(given: Numbers, effects: Effects) -> list[str]:
    words = frozenset(say("total-words").split())
    found = [given.studies[i] for i in _used(effects) if _first_word(given.studies[i]) in words]
    return [say("row.total", studies=some(found))] if found else []


def _first_word(name: str) -> str:
    words: list[str] = re.findall(r"[a-z]+", name.casefold())
    return words[0] if words and not re.search(r"\d", name) else ""


def _repeated(table: Table, given: Numbers, effects: Effects) -> list[str]:
    same: dict[tuple[object, ...], list[int]] = defaultdict(list)
    named: dict[str, list[int]] = defaultdict(list)
    for i in _used(effects):
        numbers = tuple(float(column[i]) for column in given.columns.values())
        # one pair of numbers may come up twice by chance, a whole row of a trial does not
        same[numbers, "" if len(numbers) >= _A_WHOLE_ROW else given.studies[i].casefold()].append(i)
        named[given.studies[i].casefold()].append(i)
    twice = [rows for rows in same.values() if len(rows) > 1]
    again = [rows for rows in named.values() if len(rows) > 1 and not any(set(rows) == set(other) for other in twice)]
    rows = [", ".join(f"{given.studies[i]} (row {given.rows[i]})" for i in group) for group in twice]
    said = [say("row.repeated", studies=some(rows))] if rows else []
    names = [given.studies[group[0]] for group in again]
    return said + ([say("row.same-name", studies=some(names))] if names else [])


def _too_alike(chosen: ColumnSet, effects: Effects) -> list[str]:
    fit = pool(effects.yi, effects.vi, method="FE")
    q_p = float(fit.heterogeneity.q_p)
    if int(fit.k) < thresholds().agreeing_studies or int(fit.status) != Status.OK or not q_p > thresholds().agreeing_p:
        return []
    key = "agree.variances" if chosen.kind == "yi_vi" else "agree.other"
    return [say(key, p=f"{q_p:.4f}")]


def _ratios_in_yi(chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """Ratios written as yi: all above 0, around 1, none near 0 for its variance."""
    if chosen.kind not in ("yi_vi", "yi_sei") or measure != "GEN":
        return []
    rows = _used(effects)
    y, v = effects.yi[rows], effects.vi[rows]
    if y.size < 2 or not (v > 0).all() or not (y > 0).all():
        return []
    z: Floats = y / np.sqrt(v)
    around = y.min() < 1.0 < y.max() and 0.5 < float(np.exp(np.mean(np.log(y)))) < 2.0
    return [say("ratios-in-yi")] if around and bool((z > thresholds().strong_z).all()) else []
