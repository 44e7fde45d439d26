"""What a screened population comes to: counts, coverage, and who fell out where."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from deqi.people.facts import KINDS, Kind
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.coverage import NO_CODE
from deqi.safety.evaluate.doubt import WHYS, Why
from deqi.safety.findings import Candidacy
from deqi.screening.disclosure import Count, Sum, printed_together
from deqi.screening.ingest.tables import Intake
from deqi.screening.run import Runner
from deqi.screening.sql.judging import UNKNOWN, YES, state_column
from deqi.screening.sql.layout import Layout

CANDIDACIES: tuple[Candidacy, ...] = ("not-a-candidate", "sign-off", "ask-first", "with-changes", "candidate")
_SAME = ("not-a-candidate", "sign-off")
"""What no open question changes."""
LISTED = 1000
"""Unreadable records that are listed one by one; all of them are counted, and stand in the result tables."""


class SystemCoverage(msgspec.Struct, frozen=True):
    """The facts of one kind in one code system: of how many persons, how many facts, how many of them in a code set,
    how many codes of the system the sets of that kind list, and the sets that list none."""

    persons: Count
    facts: Count
    in_a_set: Count
    codes_listed: int
    sets_without_codes: tuple[str, ...]


STANDINGS = ("known-bar", "known-change", "possible", "nothing-recorded", "nothing-known")
"""What can be acted on, first things first; each person stands under the first that holds. *Nothing known* are those
with a record that neither bars nor changes anything."""


class Attrition(msgspec.Struct, frozen=True):
    """A step from the files to the judged, by its key, and how many persons it concerns."""

    what: str
    persons: Count


class Summary(msgspec.Struct, frozen=True):
    """The JSON of ``deqi screen``. ``by_rule`` counts the persons in whom a rule fired, ``questions_by_rule`` those in
    whom it is undecided, so that it asks. ``by_standing`` parts them by what can be acted on; ``possible`` counts those
    with a record that could mean a hazard, by why it is open, ``not_understood`` those with one that no table knows.
    """

    as_of: dt.date
    knowledge: str
    persons: Count
    by_candidacy: Mapping[str, Count]
    by_candidacy_if_clear: Mapping[str, Count]
    by_standing: Mapping[str, Count]
    possible: Mapping[Why, Count]
    not_understood: Count
    by_rule: Mapping[str, Count]
    questions_by_rule: Mapping[str, Count]
    coverage: Mapping[str, Mapping[str, SystemCoverage]]
    attrition: tuple[Attrition, ...]
    records: Mapping[str, Count]
    left_out: Mapping[str, Count]
    unreadable_records: int
    unreadable: tuple[str, ...]
    seconds: float


def summarise(
    runner: Runner, layout: Layout, intake: Intake, *, edition: str, seconds: float, exact: bool = False
) -> Summary:
    """The summary of a judged population; counts of persons and records are rounded unless ``exact``."""
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
    coverage = _coverage(runner, intake, layout.catalog.index)
    sheet = _Sheet()
    steps = sheet.attrition(_attrition(runner))
    sheet.candidacies(now, if_clear)
    standing, why, unclear = _doubts(runner)
    sheet.doubts(standing, why, unclear)
    sheet.rules(yes, unknown)
    sheet.everybody()
    sheet.coverage(coverage)
    sheet.records(intake)
    shown = printed_together(sheet.counts, sheet.sums, exact)
    return Summary(
        as_of=layout.as_of,
        knowledge=edition,
        persons=shown[_JUDGED],
        by_candidacy={name: shown[f"now {name}"] for name in CANDIDACIES},
        by_candidacy_if_clear={name: shown[_clear(name)] for name in CANDIDACIES if name != "ask-first"},
        by_standing={name: shown[f"standing {name}"] for name in STANDINGS},
        possible={name: shown[f"possible {name}"] for name in WHYS},
        not_understood=shown[_UNCLEAR],
        by_rule={name: shown[f"yes {name}"] for name, count in yes.items() if count},
        questions_by_rule={name: shown[f"unknown {name}"] for name, count in unknown.items() if count},
        coverage={
            kind: {
                system: msgspec.structs.replace(
                    one,
                    **{what: shown[f"{what} {kind} {system}"] for what in ("persons", "facts", "in_a_set")},
                )
                for system, one in of.items()
            }
            for kind, of in coverage.items()
        },
        attrition=tuple(Attrition(what, shown[what]) for what in steps),
        # As many as there are persons is printed as they are, so that the two tell nothing of each other.
        records={
            name: shown[_EVERYBODY if count == sheet.counts[_EVERYBODY] else f"records {name}"]
            for name, count in intake.records.items()
        },
        left_out={name: shown[f"left out {name}"] for name in intake.left_out},
        unreadable_records=len(intake.unreadable),
        unreadable=tuple(str(one) for one in intake.unreadable[:LISTED]),
        seconds=round(seconds, 3),
    )


_UNCLEAR = "not understood"
_EVERYBODY, _DEAD, _JUDGED = "in-files", "dead", "judged"


def _clear(name: str) -> str:
    """The name of a count of candidacies if clear: for what no question changes, that of the same count now."""
    return f"now {name}" if name in _SAME else f"clear {name}"


class _Sheet:
    """All counts that are printed, by name, and which of them are parts of which."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.sums: list[Sum] = []

    def attrition(self, steps: Mapping[str, int]) -> Iterable[str]:
        """The steps; gives their names in order."""
        self.counts |= steps
        self.sums += [Sum(_JUDGED, (name,), "up to") for name in list(steps)[3:]]
        return steps

    def candidacies(self, now: Mapping[str, int], if_clear: Mapping[str, int]) -> None:
        """Two ways to part the same persons, who are as many in both for what no open question changes."""
        self.counts |= {f"now {name}": now.get(name, 0) for name in CANDIDACIES}
        clear = [name for name in CANDIDACIES if name != "ask-first"]
        self.counts |= {_clear(name): if_clear.get(name, 0) for name in clear}
        for name in set(clear) - set(_SAME):
            # Answers move people here from those who are asked first, and nobody away.
            self.sums.append(Sum(_clear(name), (f"now {name}",), "up to"))
            self.sums.append(Sum(_clear(name), (f"now {name}", "now ask-first"), "at least"))
        self.sums.append(Sum(_JUDGED, tuple(f"now {name}" for name in CANDIDACIES)))
        self.sums.append(Sum(_JUDGED, tuple(map(_clear, clear))))

    def doubts(self, standing: Mapping[str, int], why: Mapping[str, int], unclear: int) -> None:
        """Persons by what can be acted on, and with records that are open or not understood."""
        parts = {f"standing {name}": standing.get(name, 0) for name in STANDINGS}
        open_ = {f"possible {name}": why.get(name, 0) for name in WHYS}
        self.counts |= {**parts, **open_, _UNCLEAR: unclear}
        self.sums.append(Sum(_JUDGED, tuple(parts)))
        self.sums += [Sum(_JUDGED, (name,), "up to") for name in (*open_, _UNCLEAR)]

    def rules(self, yes: Mapping[str, int], unknown: Mapping[str, int]) -> None:
        """Persons in whom a rule fired, and in whom it is undecided."""
        for name, fired in yes.items():
            self.counts |= {f"yes {name}": fired, f"unknown {name}": unknown[name]}
            self.sums.append(Sum(_JUDGED, (f"yes {name}", f"unknown {name}"), "up to"))

    def everybody(self) -> None:
        """The dead beside the judged."""
        self.sums.append(Sum(_EVERYBODY, (_DEAD, _JUDGED)))

    def coverage(self, coverage: Mapping[str, Mapping[str, SystemCoverage]]) -> None:
        """Persons and facts by code system."""
        for kind, of in coverage.items():
            for system, one in of.items():
                persons, facts, in_a_set = (f"{what} {kind} {system}" for what in ("persons", "facts", "in_a_set"))
                self.counts |= {persons: int(one.persons), facts: int(one.facts), in_a_set: int(one.in_a_set)}
                self.sums += [Sum(_EVERYBODY, (persons,), "up to"), Sum(facts, (in_a_set,), "up to")]

    def records(self, intake: Intake) -> None:
        """Records by type, and those left out by reason."""
        self.counts |= {f"records {name}": count for name, count in intake.records.items()}
        self.counts |= {f"left out {name}": count for name, count in intake.left_out.items()}


def place_persons(runner: Runner) -> None:
    """Make ``standing``: under which of `STANDINGS` each person is."""
    recorded = " AND ".join(f"p.shapes_{kind} IS NULL" for kind in KINDS)
    bar, change, possible, nothing, known = STANDINGS
    runner.connection.execute(
        f"""CREATE OR REPLACE TABLE standing AS SELECT person, CASE
            WHEN r.candidacy IN ('not-a-candidate', 'sign-off') THEN '{bar}'
            WHEN r.if_clear = 'with-changes' THEN '{change}'
            WHEN person IN (SELECT person FROM possible) THEN '{possible}'
            WHEN {recorded} THEN '{nothing}' ELSE '{known}' END AS standing
            FROM results r JOIN persons p USING (person) WHERE NOT p.dead"""
    )


def _doubts(runner: Runner) -> tuple[dict[str, int], dict[str, int], int]:
    """Persons by what can be acted on, by why a record of theirs is open, and with a record that no table knows."""
    alive = "JOIN persons USING (person) WHERE NOT dead"
    standing = dict(runner.rows("SELECT standing, count(*) FROM standing GROUP BY 1"))
    why = dict(runner.rows(f"SELECT why, count(DISTINCT person) FROM possible {alive} GROUP BY 1"))
    ((unclear,),) = runner.rows(f"SELECT count(DISTINCT person) FROM not_understood {alive}")
    return standing, {WHYS[number]: count for number, count in why.items()}, int(unclear)


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


def _attrition(runner: Runner) -> dict[str, int]:
    unreadable = " OR ".join(f"unreadable_{kind}" for kind in KINDS)
    recorded = " AND ".join(f"shapes_{kind} IS NULL" for kind in KINDS)
    (counts,) = runner.rows(
        f"""SELECT count(*), count(*) FILTER (dead), count(*) FILTER (NOT dead),
            count(*) FILTER (NOT dead AND ({unreadable})), count(*) FILTER (NOT dead AND {recorded}),
            count(*) FILTER (NOT dead AND sex IS NULL), count(*) FILTER (NOT dead AND birth_last IS NULL)
            FROM persons"""
    )
    names = (
        _EVERYBODY,
        _DEAD,
        _JUDGED,
        "partly-unreadable",
        "nothing-recorded",
        "no-sex",
        "no-birth",
    )
    return dict(zip(names, counts, strict=True))
