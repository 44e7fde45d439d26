"""Made-up people whose charts sit on every border of every rule: dates, windows, limits, units, answers, gaps."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterator

from deqi.knowledge.leaves import Age, Coded, Gestation, Medication, Observation, Recorded
from deqi.people.dates import DateRange, parse_date
from deqi.people.facts import KINDS, Answer, Coding, Fact, Kind, Person, SetMatch, State
from deqi.safety.rules.catalog import Catalog

STATES: tuple[State, ...] = ("present", "inactive", "past", "refuted", "planned", "unknown")
SYSTEMS = ("snomed", "icd10cm", "icd10", "rxnorm", "atc", "loinc", "hl7", "http://example.org/local")
UNSURE = ("unsure", "not-sure", "unknown")


class PopulationGenerator:
    """Draws people from a seeded generator."""

    def __init__(self, catalog: Catalog, as_of: dt.date, seed: int) -> None:
        self._random = random.Random(seed)
        self._catalog = catalog
        self._as_of = as_of
        self._wanted: list[tuple[str, tuple[Kind, ...]]] = []
        self._limits: dict[str, list[float]] = {}
        self._value_sets: list[str] = []
        days = {0.0, 1.0, 365.0, 294.0}
        for leaf in catalog.leaves:
            if isinstance(leaf, Recorded):
                self._wanted.append((leaf.set, leaf.kinds))
            elif isinstance(leaf, Medication):
                self._wanted.append((leaf.set, ("medication",)))
            elif isinstance(leaf, Observation):
                self._limits.setdefault(leaf.observation, []).append(catalog.value(leaf.value))
            elif isinstance(leaf, Coded):
                self._value_sets.append(leaf.set)
            if isinstance(leaf, Recorded | Medication | Observation | Coded) and leaf.within_days is not None:
                days.add(catalog.value(leaf.within_days))
        self._days = sorted(days)
        self._ages = [leaf.value for leaf in catalog.leaves if isinstance(leaf, Age) and isinstance(leaf.value, float)]
        self._weeks = [
            leaf.value for leaf in catalog.leaves if isinstance(leaf, Gestation) and isinstance(leaf.value, float)
        ]

    def people(self, number: int) -> list[Person]:
        """So many people."""
        return [self._person(index) for index in range(number)]

    def _person(self, index: int) -> Person:
        pick = self._random
        return Person(
            token=f"p{index + 1}",
            facts=tuple(self._fact(number) for number in range(pick.choice((0, 1, 3, 8, 20)))),
            answers=tuple(self._answers()),
            sex=pick.choice(("female", "female", "male", None)),
            birth=self._birth(),
            complete=self._kinds() if pick.random() < 0.5 else frozenset(),
            unreadable=self._kinds() if pick.random() < 0.2 else frozenset(),
        )

    def _kinds(self) -> frozenset[Kind]:
        return frozenset(kind for kind in KINDS if self._random.random() < 0.7)

    def _birth(self) -> DateRange | None:
        pick = self._random
        if pick.random() < 0.15:
            return None
        if pick.random() < 0.03:
            later = self._as_of + dt.timedelta(days=pick.choice((1, 40, 4000)))
            return DateRange(later, later)
        years = int(pick.choice([*self._ages, 12.0, 56.0, 30.0, 70.0]))
        day = self._as_of.replace(year=self._as_of.year - years) + dt.timedelta(days=pick.choice((-1, 0, 1, 40)))
        return parse_date(day.isoformat()[: pick.choice((4, 7, 10))])

    def _when(self) -> DateRange | None:
        pick = self._random
        if pick.random() < 0.15:
            return None
        day = self._as_of - dt.timedelta(days=int(pick.choice(self._days)) + pick.choice((-30, -1, 0, 0, 1, 2)))
        if pick.random() < 0.05:
            day = self._as_of + dt.timedelta(days=pick.choice((1, 2, 30, 800)))
        text = day.isoformat()[: pick.choice((4, 7, 10, 10, 10))]
        if len(text) == 10 and pick.random() < 0.4:
            text += pick.choice(("T08:00:00Z", "T08:00:00+02:00", "T23:30:00-05:00"))
        return parse_date(text)

    def _fact(self, number: int) -> Fact:
        pick = self._random
        kind = pick.random()
        if kind < 0.3:
            return self._result(number)
        if kind < 0.37:
            return self._coded_result(number)
        if kind < 0.42:
            return self._outside(number)
        name, kinds = pick.choice(self._wanted)
        of = pick.choice(kinds) if pick.random() < 0.95 else pick.choice(KINDS)
        more = [pick.choice(self._wanted)[0]] if pick.random() < 0.15 else []
        codes = self._codes()
        if name == "pregnancy" and pick.random() < 0.5:
            codes = (
                *codes,
                Coding("icd10cm", pick.choice(("Z3A.01", "Z3A.08", "Z3A.12", "Z3A.13", "Z3A.20", "Z3A.99"))),
            )
        return Fact(
            kind=of,
            codes=codes,
            text=pick.choice(("", f"fact {number}")),
            start=self._when(),
            end=self._when() if pick.random() < 0.4 else None,
            recorded=self._when() if pick.random() < 0.6 else None,
            state=pick.choice((*STATES, "present", "present", "present")),
            side=pick.choice(("left", "right", "both", None)),
            site=pick.choice(("foot", "hand", "lower-back", None)),
            status=f"fact {number}",
            sets=tuple(SetMatch(one, "code") for one in dict.fromkeys([name, *more])),
            alarms=self._alarms(0.1, (name, *more)),
        )

    def _alarms(self, share: float, besides: Collection[str]) -> tuple[str, ...]:
        """Sets that the words may mean, now and then."""
        pick = self._random
        wanted = [pick.choice(self._wanted)[0], pick.choice(sorted(self._limits))]
        return tuple(name for name in sorted(set(wanted)) if name not in besides and pick.random() < share)

    def _codes(self) -> tuple[Coding, ...]:
        pick = self._random
        return tuple(Coding(pick.choice(SYSTEMS), "1") for _ in range(pick.choice((0, 1, 1, 2))))

    def _outside(self, number: int) -> Fact:
        """A fact in no set: it can only keep silence from meaning absence."""
        pick = self._random
        return Fact(
            kind=pick.choice(KINDS),
            codes=self._codes(),
            text=pick.choice(("", "other")),
            start=self._when(),
            end=self._when() if pick.random() < 0.3 else None,
            recorded=self._when() if pick.random() < 0.3 else None,
            state=pick.choice((*STATES, "present", "present")),
            status=f"fact {number}",
            alarms=self._alarms(0.5, ()),
            understood=pick.random() < 0.5,
        )

    def _result(self, number: int) -> Fact:
        pick = self._random
        name = pick.choice([*self._limits, "gestational-age"])
        limits = self._limits.get(name) or [*self._weeks, 42.0]
        value = pick.choice(limits) + pick.choice((-1.0, -0.1, 0.0, 0.0, 0.1, 1.0))
        unit = self._catalog.observations[name].unit if name in self._catalog.observations else "wk"
        if pick.random() < 0.2:
            unit = pick.choice(("/uL", "10*9/L", "[degF]", "d", "", "nonsense"))
        return Fact(
            kind="observation" if pick.random() < 0.97 else "condition",
            codes=self._codes(),
            value=None if pick.random() < 0.05 else pick.choice((value, value, value, value * 1000, 1e9)),
            unit=unit,
            comparator=pick.choice(("", "", "", "<", "<=", ">", ">=")),
            value_missing=pick.random() < 0.03,
            start=self._when(),
            recorded=self._when() if pick.random() < 0.5 else None,
            state=pick.choice((*STATES, *["present"] * 12)),
            status=f"fact {number}",
            sets=(SetMatch(name, "code"),),
        )

    def _coded_result(self, number: int) -> Fact:
        pick = self._random
        inside = pick.random() < 0.4
        return Fact(
            kind="observation",
            codes=self._codes(),
            value_codes=self._codes(),
            value_sets=(SetMatch(pick.choice(self._value_sets), "code"),) if inside else (),
            start=self._when(),
            recorded=self._when() if pick.random() < 0.5 else None,
            state=pick.choice((*STATES, *["present"] * 12)),
            status=f"fact {number}",
            sets=(SetMatch("pregnancy-status", "code"),),
        )

    def _answers(self) -> Iterator[Answer]:
        pick = self._random
        share = pick.choice((0.0, 0.0, 0.05, 0.3, 0.95))
        reassuring = pick.random()
        for name, question in self._catalog.questions.items():
            while pick.random() < share:
                yield Answer(name, self._value(question.type, question.answers, reassuring), given=self._when())
                if pick.random() < 0.8:
                    break

    def _value(self, kind: str, choices: tuple[str, ...], reassuring: float) -> str | float:
        pick = self._random
        if pick.random() < 0.05:
            return pick.choice(UNSURE)
        if kind == "number":
            limits = [limit for some in self._limits.values() for limit in some] + self._weeks
            return float(pick.choice(limits) + pick.choice((-1, 0, 1)))
        if kind == "date":
            return pick.choice(("1960", "2010-11", "2008-11-24", "2014-11-25", "not a date"))
        if kind == "choice" and choices:
            return pick.choice(choices)
        return "no" if pick.random() < reassuring else pick.choice(("yes", "no"))
