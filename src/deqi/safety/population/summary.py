"""What a screened population comes to: counts, coverage, and who fell out where."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from deqi.people.codes import CodeIndex
from deqi.people.coverage import NO_CODE
from deqi.people.facts import KINDS, Kind
from deqi.people.table import Intake
from deqi.safety.findings import Candidacy
from deqi.safety.population.judging import UNKNOWN, YES, state_column
from deqi.safety.population.layout import Layout
from deqi.safety.population.run import Runner

SMALL = 5
"""Counts of persons below this are not printed."""
CANDIDACIES: tuple[Candidacy, ...] = ("not-a-candidate", "sign-off", "ask-first", "with-changes", "candidate")
LISTED = 1000
"""Unreadable records that are listed one by one; all of them are counted, and stand in the result tables."""

Count = int | Literal["<5", "5+"]
"""``<5``: hidden for being small; ``5+``: hidden because the small one beside it could be reckoned from it."""


class SystemCoverage(msgspec.Struct, frozen=True):
    """The facts of one kind in one code system: of how many persons, how many facts, how many of them in a code set,
    how many codes of the system the sets of that kind list, and the sets that list none."""

    persons: Count
    facts: int
    in_a_set: int
    codes_listed: int
    sets_without_codes: tuple[str, ...]


class Attrition(msgspec.Struct, frozen=True):
    """A step from the files to the judged, and how many persons it concerns."""

    what: str
    persons: Count


class Summary(msgspec.Struct, frozen=True):
    """The JSON of ``deqi screen``. ``by_rule`` counts the persons in whom a rule fired, ``questions_by_rule`` those in
    whom it is undecided, so that it asks."""

    as_of: dt.date
    knowledge: str
    persons: int
    by_candidacy: Mapping[str, Count]
    by_candidacy_if_clear: Mapping[str, Count]
    by_rule: Mapping[str, Count]
    questions_by_rule: Mapping[str, Count]
    coverage: Mapping[str, Mapping[str, SystemCoverage]]
    attrition: tuple[Attrition, ...]
    records: Mapping[str, int]
    left_out: Mapping[str, int]
    unreadable_records: int
    unreadable: tuple[str, ...]
    seconds: float


def summarise(
    runner: Runner, layout: Layout, intake: Intake, *, edition: str, seconds: float, exact: bool = False
) -> Summary:
    """The summary of a judged population; small counts of persons are hidden unless ``exact``."""

    shown = functools.partial(_shown, exact=exact)
    alive = "FROM results JOIN persons USING (person) WHERE NOT dead"
    counts = {
        name: Counter(dict(runner.rows(f"SELECT {name}, count(*) {alive} GROUP BY 1")))
        for name in ("candidacy", "if_clear")
    }
    states = ", ".join(
        f'count(*) FILTER ("{state_column(rule)}" = {state})' for state in (YES, UNKNOWN) for rule in layout.rules
    )
    (by_state,) = runner.rows(f"SELECT {states} {alive}")
    names = [rule.rule.id for rule in layout.rules]
    return Summary(
        as_of=layout.as_of,
        knowledge=edition,
        persons=counts["candidacy"].total(),
        by_candidacy=_parts({name: counts["candidacy"][name] for name in CANDIDACIES}, exact),
        by_candidacy_if_clear=_parts(
            {name: counts["if_clear"][name] for name in CANDIDACIES if name != "ask-first"}, exact
        ),
        by_rule={name: shown(count) for name, count in zip(names, by_state, strict=False) if count},
        questions_by_rule={
            name: shown(count) for name, count in zip(names, by_state[len(names) :], strict=True) if count
        },
        coverage={
            kind: {system: msgspec.structs.replace(one, persons=shown(int(one.persons))) for system, one in of.items()}
            for kind, of in _coverage(runner, intake, layout.catalog.index).items()
        },
        attrition=tuple(_attrition(runner, exact)),
        records=intake.records,
        left_out=intake.left_out,
        unreadable_records=len(intake.unreadable),
        unreadable=tuple(str(one) for one in intake.unreadable[:LISTED]),
        seconds=round(seconds, 3),
    )


def _coverage(runner: Runner, intake: Intake, index: CodeIndex) -> dict[str, dict[str, SystemCoverage]]:
    persons = _persons_by_system(runner)
    listed = index.listed()
    found: dict[str, dict[str, SystemCoverage]] = {}
    for (kind, system), (facts, matched) in sorted(intake.codings.items(), key=lambda one: (one[0][0], -one[1][0])):
        own = [row for row in index.sets.values() if row.kind == kind]
        without = [row.set for row in own if not (row.names if system == NO_CODE else index.covers(row.set, system))]
        found.setdefault(kind, {})[system] = SystemCoverage(
            persons=persons[kind, system],
            facts=facts,
            in_a_set=matched,
            codes_listed=sum(listed[row.set, system] for row in own),
            sets_without_codes=tuple(sorted(without)),
        )
    return found


def _persons_by_system(runner: Runner) -> Counter[tuple[Kind, str]]:
    found: Counter[tuple[Kind, str]] = Counter()
    for kind in KINDS:
        for cell, count in runner.rows(
            f"SELECT shapes_{kind}, count(*) FROM persons WHERE shapes_{kind} IS NOT NULL GROUP BY 1"
        ):
            systems = {system for written in cell.split("|") for system in written.partition(";")[0].split(",") or [""]}
            for system in systems:
                found[kind, system or NO_CODE] += count
    return found


def _shown(count: int, exact: bool) -> Count:
    return "<5" if 0 < count < SMALL and not exact else count


def _parts(counts: Mapping[str, int], exact: bool) -> dict[str, Count]:
    """Counts that add up to a known total: with one of them hidden, the next smallest is hidden too."""
    found = {name: _shown(count, exact) for name, count in counts.items()}
    if list(found.values()).count("<5") == 1:
        others = [name for name, count in counts.items() if count >= SMALL]
        if others:
            found[min(others, key=lambda name: counts[name])] = "5+"
    return found


def _attrition(runner: Runner, exact: bool) -> Iterable[Attrition]:
    unreadable = " OR ".join(f"unreadable_{kind}" for kind in KINDS)
    recorded = " AND ".join(f"shapes_{kind} IS NULL" for kind in KINDS)
    ((everybody, dead, judged, *others),) = runner.rows(
        f"""SELECT count(*), count(*) FILTER (dead), count(*) FILTER (NOT dead),
            count(*) FILTER (NOT dead AND ({unreadable})), count(*) FILTER (NOT dead AND {recorded}),
            count(*) FILTER (NOT dead AND sex IS NULL), count(*) FILTER (NOT dead AND birth_last IS NULL)
            FROM persons"""
    )
    hidden = _shown(dead, exact) == "<5"
    yield Attrition("in the files", "5+" if hidden and everybody >= SMALL else _shown(everybody, exact))
    yield Attrition("dead on the day: left out", _shown(dead, exact))
    yield Attrition("judged", _shown(judged, exact))
    for what, count in zip(
        (
            "of them with a chart partly unreadable",
            "of them with nothing on record",
            "of them without a recorded sex",
            "of them without a date of birth",
        ),
        others,
        strict=True,
    ):
        yield Attrition(what, _shown(count, exact))
