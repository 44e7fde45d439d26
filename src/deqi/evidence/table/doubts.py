"""Is this table what it seems? Sums among studies, repeated rows, ratios without a name, standard errors as variances.

Each doubt is one sentence that names the rows. Only one stops the pool: ratios pooled as differences.
"""

from __future__ import annotations

import math
import re

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.agreement import disagreements
from deqi.evidence.table.columns import COUNTED, ONE_GROUP, RATIOS, ColumnSet, Floats, Numbers
from deqi.evidence.table.effects import SIZED
from deqi.evidence.table.reading import Table
from deqi.evidence.table.repeats import repeats, studies_alike
from deqi.evidence.table.sentences import say, some
from deqi.evidence.table.sums import named_like_a_sum, sums
from deqi.evidence.table.unlike import unlike
from deqi.knowledge.thresholds import thresholds
from metafit import Effects, NetworkFit, Status, WarningKind, harmonic_mean, pool

_MOST_LOOKED_AT = 200
_FEWEST_BESIDE = 3
"""Studies up to which each is held against the others."""
_THREE = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


def ask_for_measure(table: Table, given: Numbers, chosen: ColumnSet, measure: str | None) -> None:
    """Refuse estimates that are the geometric middle of their intervals, where nobody said they are ratios.

    Raises:
        InputError: name the measure.
    """
    if measure is not None or chosen.kind not in ("interval", "yi_interval", "p_value"):
        return
    if chosen.kind == "p_value":
        _ask_of_p_values(table, given)
        return
    distances = _off_the_middle(given, chosen)
    if distances is None:
        return
    limits, (arithmetic, geometric) = thresholds(), distances
    if arithmetic > limits.off_middle_share / 2 and geometric < limits.closer_on_logs * 2 * arithmetic:
        raise InputError(say("ask-measure", name=table.name))


def _off_the_middle(given: Numbers, chosen: ColumnSet) -> tuple[float, float] | None:
    """Mean distance of estimates from the middle of their intervals, in widths: as they are, and on logarithms."""
    y, low, high = (given.columns[name] for name in chosen.columns)
    here = np.isfinite(y) & (high > low)
    y, low, high = y[here], low[here], high[here]
    if not y.size or (low <= 0).any():
        return None
    arithmetic = np.mean(np.abs(y / 2 - low / 4 - high / 4) / (high / 2 - low / 2))
    logs = np.log(y), np.log(low), np.log(high)
    return float(arithmetic), float(np.mean(np.abs(logs[0] - (logs[1] + logs[2]) / 2) / (logs[2] - logs[1])))


def _logs_as_ratios(given: Numbers, chosen: ColumnSet, measure: str) -> list[str]:
    """Named ratios whose intervals lie around them as those of logarithms do, and the reverse."""
    kinds = ("interval", "yi_interval")
    distances = _off_the_middle(given, chosen) if measure in RATIOS and chosen.kind in kinds else None
    if distances is None:
        return []
    limits = thresholds()
    arithmetic, geometric = distances
    if chosen.kind == "yi_interval":
        ratios = arithmetic > limits.off_middle_share / 2 and geometric < limits.closer_on_logs * 2 * arithmetic
        return [say("ratios-as-logs")] if ratios else []
    fits = geometric > limits.off_middle_share and 2 * arithmetic < limits.closer_on_logs * geometric
    return [say("logs-as-ratios")] if fits else []


def _se_among_sds(given: Numbers, effects: Effects) -> list[str]:
    """Standard deviations far below the others that are as large, times the root of n, as these."""
    arms = [(f"sd{arm}", f"n{arm}") for arm in ("_t", "_c", "") if f"sd{arm}" in given.columns]
    rows = _used(effects)
    if not arms or not _FEWEST_BESIDE <= len(rows) <= _MOST_LOOKED_AT:
        return []
    sd, n = (np.array([[given.columns[pair[i]][row] for pair in arms] for row in rows]) for i in (0, 1))
    found = []
    limits, times = thresholds(), thresholds().like_se_times
    noticed = {i for one in effects.warnings if one.kind is WarningKind.SD_LOOKS_LIKE_SE for i in one.rows}
    for i, row in enumerate(rows):
        usual = float(np.median(np.delete(sd, i, axis=0)))
        blown = sd[i] * np.sqrt(n[i])
        if "mean_t" in given.columns and _means_as_small(given, rows, row, limits.far_z):
            continue  # other units, which make a standardised difference no other
        like = (sd[i] < usual / limits.far_z) & (blown > usual / times) & (blown < usual * times)
        if like.all() and row not in noticed:
            found.append(given.studies[row])
    return [say("row.se-among-sds", studies=some(list(dict.fromkeys(found))))] if found else []


def _means_as_small(given: Numbers, rows: list[int], row: int, times: float) -> bool:
    """Whether the means of a row, too, are far below those of the others."""
    arms = [np.abs(given.columns[name]) for name in ("mean_t", "mean_c")]
    return all(arm[row] < np.median(arm[[other for other in rows if other != row]]) / times for arm in arms)


def _ask_of_p_values(table: Table, given: Numbers) -> None:
    """Estimates all above 0 and around 1, some of them far from any certainty: ratios, or nobody can tell."""
    y, p = given.columns["estimate"], given.columns["p"]
    y, p = y[np.isfinite(y)], p[np.isfinite(p)]
    if y.size > 1 and _around_one(y) and bool((p > thresholds().unsure_p).any()):
        raise InputError(say("ask-measure-p", name=table.name))


def _around_one(y: Floats) -> bool:
    return bool((y > 0).all()) and 0.5 < float(np.exp(np.mean(np.log(y)))) < 2.0


def doubts(table: Table, given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """What a reader should look at before believing the pool, in words."""
    said = [*sums(given, chosen, effects), *repeats(table, given, chosen, effects)]
    said += _turned_round(given, effects, measure)
    said += _too_alike(chosen, effects) + _ratios_in_yi(chosen, effects, measure)
    said += _logs_as_ratios(given, chosen, measure) + _se_among_sds(given, effects)
    said += _percent_ratios(given, chosen, measure) + _thousands(table, chosen)
    said += disagreements(table, given, chosen, effects, measure)
    said += unlike(table, given, chosen, measure, _used(effects))
    if measure in SIZED:
        size = given.columns[chosen.columns[1]]
        size = size[np.isfinite(size)]
        if size.size and size.max() > thresholds().sizes_differ_times * size.min():
            ends = {"low": f"{size.min():g}", "high": f"{size.max():g}", "size": f"{harmonic_mean(size):.4g}"}
            said.append(say("sizes-differ", measure=measure, **ends))
    return said


def network_doubts(given: Numbers, fit: NetworkFit) -> list[str]:
    """What a reader should look at before believing a network: sums, too much harmony."""
    sums_named = list(dict.fromkeys(name for name in given.studies if named_like_a_sum(name)))
    said = [say("row.total", studies=some(sums_named))] if sums_named else []
    said += studies_alike(given)
    if "sd" in given.columns:
        whole = np.ones(len(given.studies))
        said += _se_among_sds(given, Effects("MN", np.where(np.isfinite(given.columns["sd"]), whole, np.nan), whole))
    if fit.q_df >= thresholds().agreeing_studies - 1 and fit.q_p > thresholds().agreeing_p:
        said.append(say("agree.other", p=f"{fit.q_p:.4f}"))
    return said


def _used(effects: Effects) -> list[int]:
    return [int(i) for i in np.flatnonzero(np.isfinite(effects.yi) & np.isfinite(effects.vi))]


def _turned_round(given: Numbers, effects: Effects, measure: str) -> list[str]:
    """A row that is far from the others and would be among them with its arms exchanged."""
    rows = _used(effects)
    if measure in ONE_GROUP or not thresholds().agreeing_studies - 1 <= len(rows) <= _MOST_LOOKED_AT:
        return []
    y, v = effects.yi[rows], effects.vi[rows]
    found = []
    for i in range(len(rows)):
        others = np.arange(len(rows)) != i
        fit = pool(y[others], v[others], method="DL", test="z")
        if int(fit.status) != Status.OK or abs(float(fit.estimate)) < thresholds().strong_z * float(fit.se):
            continue
        spread = math.sqrt(float(v[i]) + float(fit.tau2) + float(fit.se) ** 2)
        away, turned = abs(y[i] - float(fit.estimate)) / spread, abs(-y[i] - float(fit.estimate)) / spread
        if away > thresholds().far_z and turned < 1.0 and abs(y[i]) > thresholds().strong_z * math.sqrt(v[i]):
            found.append(given.studies[rows[i]])
    key = "row.sign-turned" if measure in ("ZCOR", "COR") else "row.turned-round"
    return [say(key, studies=some(found))] if len(found) == 1 else []


def _percent_ratios(given: Numbers, chosen: ColumnSet, measure: str) -> list[str]:
    """Ratios all between 10 and 1000, or differences of proportions beyond 1, are percentages."""
    if chosen.kind not in ("interval", "p_value", "yi_sei", "yi_vi", "yi_interval"):
        return []
    y = given.columns[chosen.columns[0]]
    y = np.abs(y[np.isfinite(y)])
    if measure in RATIOS and chosen.kind == "interval" and y.size > _FEWEST_BESIDE:
        return _one_percent_ratio(given) or (
            [say("percent-ratios", measure=measure)] if y.min() > thresholds().percent_ratio else []
        )
    if (
        measure in RATIOS
        and y.size > 1
        and chosen.kind in ("interval", "p_value")
        and y.min() > thresholds().percent_ratio
    ):
        return [say("percent-ratios", measure=measure)]
    return []


def _one_percent_ratio(given: Numbers) -> list[str]:
    """A ratio that lies with its whole interval above all others, and among them as a percentage."""
    y, low = given.columns["estimate"], given.columns["ci_low"]
    rows = np.flatnonzero(np.isfinite(y))
    high = [i for i in rows if low[i] > thresholds().percent_ratio]
    rest = y[[i for i in rows if i not in high]]
    if len(high) != 1 or rest.max() >= thresholds().percent_ratio or not rest.min() <= y[high[0]] / 100.0 <= rest.max():
        return []
    return [say("row.percent-ratio", studies=given.studies[high[0]])]


def _thousands(table: Table, chosen: ColumnSet) -> list[str]:
    """Means that all have three digits behind a point or comma, beside spreads without any."""
    if table.style.commas_separate or table.style.comma:
        return []
    place = {name: i for i, name in enumerate(table.columns)}
    found = []
    for column in chosen.columns:
        spread = column.replace("mean", "sd")
        if not column.startswith("mean") or column not in place or spread not in place:
            continue
        means, spreads = ([cells[place[c]] for _, cells in table.rows if cells[place[c]]] for c in (column, spread))
        if (
            len(means) > 1
            and all(map(_THREE.fullmatch, means))
            and not any(mark in one for one in spreads for mark in ".,")
        ):
            found.append(column)
    return [say("thousand-means", columns=" and ".join(found))] if found else []


def _too_alike(chosen: ColumnSet, effects: Effects) -> list[str]:
    if chosen.kind in COUNTED:
        return []  # rare events agree by themselves, and their errors follow from them
    fit = pool(effects.yi, effects.vi, method="FE")
    q_p = float(fit.heterogeneity.q_p)
    if int(fit.k) < thresholds().agreeing_studies or int(fit.status) != Status.OK or not q_p > thresholds().agreeing_p:
        return []
    key = "agree.variances" if chosen.kind == "yi_vi" else "agree.other"
    return [say(key, p=f"{q_p:.4f}")]


def _ratios_in_yi(chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """Ratios written as yi: all above 0, around 1, none near 0 for its variance."""
    if chosen.kind not in ("yi_vi", "yi_sei") or measure not in ("GEN", *RATIOS):
        return []
    rows = _used(effects)
    y, v = effects.yi[rows], effects.vi[rows]
    if y.size < 2 or not (v > 0).all() or not _around_one(y):
        return []
    z: Floats = y / np.sqrt(v)
    # on one side of 1 only, strong differences look the same: more is asked of them
    strong = thresholds().strong_z if y.min() < 1.0 < y.max() else thresholds().far_z
    return [say("ratios-in-yi")] if bool((z > strong).all()) else []
