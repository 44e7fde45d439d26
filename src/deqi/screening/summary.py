"""What a screened population comes to: counts, coverage, and who fell out where."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from deqi.people.facts import KINDS, Kind
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.coverage import NO_CODE
from deqi.safety.findings import Candidacy
from deqi.screening.ingest.tables import Intake
from deqi.screening.run import Runner
from deqi.screening.sql.judging import UNKNOWN, YES, state_column
from deqi.screening.sql.layout import Layout

SMALL = 5
"""Counts of persons below this are not printed."""
CANDIDACIES: tuple[Candidacy, ...] = ("not-a-candidate", "sign-off", "ask-first", "with-changes", "candidate")
_SAME = ("not-a-candidate", "sign-off")
"""What no open question changes."""
LISTED = 1000
"""Unreadable records that are listed one by one; all of them are counted, and stand in the result tables."""

Count = int | Literal["<5", "5+"]
"""``<5``: hidden for being small; ``5+``: hidden because a small one beside it could be reckoned from it."""


class SystemCoverage(msgspec.Struct, frozen=True):
    """The facts of one kind in one code system: of how many persons, how many facts, how many of them in a code set,
    how many codes of the system the sets of that kind list, and the sets that list none."""

    persons: Count
    facts: Count
    in_a_set: Count
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
    persons: Count
    by_candidacy: Mapping[str, Count]
    by_candidacy_if_clear: Mapping[str, Count]
    by_rule: Mapping[str, Count]
    questions_by_rule: Mapping[str, Count]
    coverage: Mapping[str, Mapping[str, SystemCoverage]]
    attrition: tuple[Attrition, ...]
    records: Mapping[str, Count]
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
    now, if_clear = (
        dict(runner.rows(f"SELECT {name}, count(*) {alive} GROUP BY 1")) for name in ("candidacy", "if_clear")
    )
    states = ", ".join(
        f'count(*) FILTER ("{state_column(rule)}" = {state})' for state in (YES, UNKNOWN) for rule in layout.rules
    )
    (by_state,) = runner.rows(f"SELECT {states} {alive}")
    names = [rule.rule.id for rule in layout.rules]
    yes, unknown = (dict(zip(names, part, strict=True)) for part in (by_state[: len(names)], by_state[len(names) :]))
    ((everybody, judged),) = runner.rows("SELECT count(*), count(*) FILTER (NOT dead) FROM persons")
    few_dead = _shown(everybody - judged, exact) == "<5"
    by_candidacy, by_candidacy_if_clear = _candidacies(
        {name: now.get(name, 0) for name in CANDIDACIES},
        {name: if_clear.get(name, 0) for name in CANDIDACIES if name != "ask-first"},
        exact,
    )
    return Summary(
        as_of=layout.as_of,
        knowledge=edition,
        persons=shown(judged),
        by_candidacy=by_candidacy,
        by_candidacy_if_clear=by_candidacy_if_clear,
        by_rule={name: _beside(count, unknown[name], judged, exact) for name, count in yes.items() if count},
        questions_by_rule={name: _beside(count, yes[name], judged, exact) for name, count in unknown.items() if count},
        coverage={
            kind: {
                system: msgspec.structs.replace(
                    one,
                    # The dead are among these, so that they could be reckoned from them.
                    persons="5+" if few_dead and int(one.persons) > max(judged, SMALL) else shown(int(one.persons)),
                    facts=shown(int(one.facts)),
                    in_a_set=shown(int(one.in_a_set)),
                )
                for system, one in of.items()
            }
            for kind, of in _coverage(runner, intake, layout.catalog.index).items()
        },
        attrition=tuple(_attrition(runner, exact)),
        records={
            name: "5+" if count >= SMALL and _tells(count, everybody, few_dead, exact) else shown(count)
            for name, count in intake.records.items()
        },
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


def _tells(count: int, everybody: int, few_dead: bool, exact: bool) -> bool:
    """Whether few people could be reckoned from a number of records that is nearly that of all people."""
    return not exact and abs(count - everybody) in range(0 if few_dead else 1, SMALL)


def _beside(count: int, other: int, total: int, exact: bool) -> Count:
    """A count beside another of the same total: hidden too if it leaves that other too little room to be small in."""
    found = _shown(count, exact)
    return "5+" if not exact and count >= SMALL > other > 0 and total - count < SMALL - 1 else found


def _candidacies(
    now: Mapping[str, int], if_clear: Mapping[str, int], exact: bool
) -> tuple[dict[str, Count], dict[str, Count]]:
    """Two ways to part the same persons, who are as many in both for what no open question changes.

    So each of three parts adds up to something known: what stays the same, the rest now, and the rest if clear. Where
    the first part has too few others to hide among, one number of each rest is hidden with it.
    """
    same = {name: count for name, count in now.items() if name in _SAME}
    rests = [{name: count for name, count in of.items() if name not in _SAME} for of in (now, if_clear)]
    hidden_same, fits = _hidden(same)
    hidden_rest = [_hidden(rest)[0] for rest in rests]
    if not fits:
        hidden_rest = [
            hidden or frozenset(name for name in rest if rest[name] == max(max(rest.values()), SMALL))
            for rest, hidden in zip(rests, hidden_rest, strict=True)
        ]
    first, second = (
        {
            name: "5+" if not exact and (name in hidden_same or name in hidden) else _shown(count, exact)
            for name, count in of.items()
        }
        for of, hidden in zip((now, if_clear), hidden_rest, strict=True)
    )
    return first, second


def _hidden(counts: Mapping[str, int]) -> tuple[frozenset[str], bool]:
    """Which counts that are not small to hide, of some that add up to a known total; and whether that is enough.

    The smallest first, until each of the small ones could be anything from 1 to 4.
    """
    small = [count for count in counts.values() if 0 < count < SMALL]
    rest = sorted((name for name in counts if counts[name] >= SMALL), key=counts.__getitem__)
    for taken in range(len(rest) + 1):
        if _could_be_any(len(small), taken, sum(small) + sum(counts[name] for name in rest[:taken])):
            return frozenset(rest[:taken]), True
    return frozenset(rest), False


def _could_be_any(small: int, hidden: int, total: int) -> bool:
    """Whether each of so many numbers from 1 to 4 could be any of these, together with so many from 5 on."""
    least, most = total - (small - 1) - SMALL * hidden, total - (SMALL - 1) * (small - 1)
    return not small or (least >= SMALL - 1 and (hidden > 0 or most <= 1))


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
