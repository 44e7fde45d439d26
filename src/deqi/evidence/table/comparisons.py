"""The comparisons of a network's table: effects of treatments against controls, with their (co)variances."""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.agreement import disagreements
from deqi.evidence.table.columns import RATIOS, SETS, ColumnSet, Floats, Numbers, choose, numbers
from deqi.evidence.table.derived import derivable
from deqi.evidence.table.dialects import Translated
from deqi.evidence.table.doubts import ask_for_measure
from deqi.evidence.table.effects import effects_of, warn_rows
from deqi.evidence.table.empty import refuse_empty
from deqi.evidence.table.layouts import LONGEST, laid_out
from deqi.evidence.table.reading import Table, plain, shown
from deqi.evidence.table.rowmeasures import measure_of_rows
from deqi.evidence.table.sentences import say, some
from deqi.evidence.table.spelling import respelled
from deqi.evidence.table.unlike import codes
from metafit import ArmContrasts, Effects, StatsInputError, arm_contrasts

#: What compares two groups.
COMPARING: Final = (
    *RATIOS, "PETO", "RD", "MD", "SMD", "SMDH", "AS", "IRD", "IRSD", "GEN", "MC", "SMCC", "SMCR"
)  # fmt: skip
#: By the kind of an arm's numbers, what can be made of two of them, the first unless asked otherwise; and the measure
#: of one group by whose rules the cells are read.
_OF_ARMS: Final = {
    "proportion": (("RR", "OR", "RD", "AS"), "PLO"),
    "rate": (("IRR", "IRD", "IRSD"), "IRLN"),
    "one_mean": (("MD", "SMD", "ROM"), "MN"),
    "yi_sei": (("GEN", *(one for one in COMPARING if one != "GEN")), "GEN"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class NetworkRows:
    """k comparisons, treatment minus control; v (k,): variances, v (k, k): covariances. notes: what was understood.

    given: the numbers of the rows as they stand in the table. named: every treatment that the table names.
    """

    measure: str
    study: list[str]
    treatment: list[str]
    control: list[str]
    yi: Floats
    v: Floats
    notes: tuple[str, ...]
    given: Numbers
    named: tuple[str, ...] = ()


def network_rows(table: Table, measure: str | None) -> NetworkRows:
    """Read a table of a network, however it is laid out.

    Raises:
        InputError: columns or cells that cannot be used.
    """
    layout = laid_out(table)
    table, joined = respelled(layout.table, arms=layout.kind == "arms")
    measure = measure or table.measure
    if measure is not None and measure not in COMPARING and any(measure in one.measures for one in SETS):
        raise InputError(say("network.measure", name=table.name, measure=measure, known=", ".join(COMPARING)))
    read = _of_arms(table, measure) if layout.kind == "arms" else _of_contrasts(table, measure, layout.translated)
    named = [one for name in ("treatment", "control") if name in table.columns for one in _column(table, name)]
    return dataclasses.replace(read, notes=(*layout.notes, *joined, *read.notes), named=tuple(dict.fromkeys(named)))


def _of_contrasts(table: Table, measure: str | None, translated: Translated | None) -> NetworkRows:
    chosen, known = choose(table, measure, "")
    told, said = measure_of_rows(table, chosen, measure)
    if told != measure:
        measure = known = told or known
    if known not in COMPARING:
        raise InputError(say("network.measure", name=table.name, measure=known, known=", ".join(COMPARING)))
    given = numbers(table, chosen, known)
    ask_for_measure(table, given, chosen, measure)
    refuse_empty(table.name, given, chosen, known)
    effects = effects_of(given, chosen, known)
    words = {name: _column(table, name) for name in ("study", "treatment", "control")}
    understood = () if translated is None else translated.told((*chosen.columns, "study"))
    notes = (say("network.direction"), *understood, *said, *warn_rows(effects, given, known, added=True, instead=False))
    of, one, other = (words[name] for name in ("study", "treatment", "control"))
    _every_pair(table.name, of, one, other, effects)
    notes += tuple(disagreements(table, given, chosen, effects, known))
    return NetworkRows(known, of, one, other, effects.yi, effects.vi, notes, given)


def _of_arms(table: Table, measure: str | None) -> NetworkRows:
    chosen, known = _kind(table, measure)
    given = numbers(table, chosen, _OF_ARMS[chosen.kind][1])
    study, treatment = _column(table, "study"), _column(table, "treatment")
    _no_arm_twice(table, given, study, treatment)
    columns, notes = dict(given.columns), _of_rows(given, study, treatment)
    if chosen.kind in ("proportion", "one_mean"):
        notes += _of_numbers(table, given, chosen)
    if "sd" in columns:
        flat = columns["sd"] == 0.0
        names = some([f"{study[i]} ({treatment[i]})" for i in np.flatnonzero(flat)])
        notes += [say("row.no-spread", studies=names)] if flat.any() else []
        columns["sd"] = np.where(flat, np.nan, columns["sd"])
    try:
        made = arm_contrasts(
            known,
            study,
            treatment,
            events=columns.get("events"),
            total=columns.get("total"),
            time=columns.get("time"),
            mean=columns.get("mean"),
            sd=columns.get("sd"),
            n=columns.get("n"),
            estimate=columns.get("yi"),
            se=columns.get("sei"),
        )
    except StatsInputError as error:
        raise InputError(f"{table.name}: {error}") from None
    notes += _of_studies(made) + _without_events(known, columns, study, treatment, made)
    if not made.yi.size:
        raise InputError(" ".join((say("network.nothing", name=table.name), *notes)))
    of, one, other = (list(map(str, names)) for names in (made.study, made.treatment, made.control))
    return NetworkRows(known, of, one, other, made.yi, made.v, tuple(notes), given)


def _kind(table: Table, measure: str | None) -> tuple[ColumnSet, str]:
    """The columns of the arms, and what is made of two of them."""
    for one in SETS:
        if one.kind in _OF_ARMS and derivable(table.columns).issuperset(one.columns):
            possible = _OF_ARMS[one.kind][0]
            if measure is None or measure in possible:
                return one, measure or possible[0]
            where = {"name": table.name, "measure": shown(measure), "known": ", ".join(possible)}
            raise InputError(say("network.arms-measure", **where))
    raise InputError(say("network.no-numbers", name=table.name, found=", ".join(table.columns)))


def _of_rows(given: Numbers, study: list[str], treatment: list[str]) -> list[str]:
    """What was understood, passed over or missing in the rows."""
    named = dataclasses.replace(given, studies=tuple(f"{a} ({b})" for a, b in zip(study, treatment, strict=True)))
    whole = np.ones(len(study))  # what the arms give is told of studies, not of rows
    return warn_rows(Effects("GEN", whole, whole), named, "GEN", added=False)


def _of_numbers(table: Table, given: Numbers, chosen: ColumnSet) -> list[str]:
    """Arms whose numbers contradict each other, are in other units, or are codes."""
    as_they_are = next(iter(given.columns.values()))
    effects = Effects(_OF_ARMS[chosen.kind][1], as_they_are, np.where(np.isfinite(as_they_are), 1.0, np.nan))
    rows = [int(i) for i in np.flatnonzero(np.isfinite(as_they_are))]
    return [*disagreements(table, given, chosen, effects, effects.measure), *codes(given, chosen, rows)]


def _of_studies(made: ArmContrasts) -> list[str]:
    told = (("adjusted", made.adjusted), ("no-events", made.no_events), ("alone", made.alone))
    return [say(f"network.{key}", studies=some(list(map(str, names)))) for key, names in told if names]


def _without_events(
    measure: str, columns: Mapping[str, Floats], study: list[str], treatment: list[str], made: ArmContrasts
) -> list[str]:
    """Treatments of which no arm that counts had the event, or all had it: their ratios are made by what was added."""
    if measure not in ("RR", "OR", "IRR"):
        return []
    events, total = columns["events"], columns.get("total")
    used, none, every = set(made.study), defaultdict(list), defaultdict(list)
    for i, (of, who) in enumerate(zip(study, treatment, strict=True)):
        if of in used and np.isfinite(events[i]):
            none[who].append(events[i] == 0)
            every[who].append(total is not None and events[i] == total[i])
    told = (("none", none), ("every", every if measure == "OR" else {}))
    found = {key: [who for who, said in one.items() if all(said)] for key, one in told}
    return [say(f"network.events.{key}", names=some(names)) for key, names in found.items() if names]


def _every_pair(name: str, study: list[str], one: list[str], other: list[str], effects: Effects) -> None:
    """Refuse a pair of treatments in two rows of a study, and a study of several arms of which a pair is missing.

    Raises:
        InputError: which pair of which study.
    """
    there: dict[str, dict[frozenset[str], str]] = defaultdict(dict)
    for i in np.flatnonzero(np.isfinite(effects.yi) & np.isfinite(effects.vi)):
        pair = frozenset((one[i], other[i]))
        if pair in there[study[i]]:
            where = {"study": study[i], "pair": _pair(sorted(pair))}
            raise InputError(say("network.pair-twice", name=name, **where))
        there[study[i]][pair] = study[i]
    for of, pairs in there.items():
        arms = sorted(frozenset().union(*pairs))
        missing = [pair for pair in itertools.combinations(arms, 2) if frozenset(pair) not in pairs]
        if missing and len(arms) > 2:
            told = {"study": of, "arms": ", ".join(arms), "missing": some([_pair(pair) for pair in missing])}
            raise InputError(say("network.pair-missing", name=name, **told))


def _pair(arms: Sequence[str]) -> str:
    return say("network.versus", one=arms[0], other=arms[-1])


def _no_arm_twice(table: Table, given: Numbers, study: list[str], treatment: list[str]) -> None:
    seen: set[tuple[str, str]] = set()
    first = next(iter(given.columns.values()))
    for i, pair in enumerate(zip(study, treatment, strict=True)):
        if pair in seen and np.isfinite(first[i]):
            raise InputError(say("network.twice", name=table.name, study=pair[0], treatment=pair[1]))
        if np.isfinite(first[i]):
            seen.add(pair)


def _column(table: Table, name: str) -> list[str]:
    place = table.columns.index(name)
    return [plain(cells[place], LONGEST) for _, cells in table.rows]
