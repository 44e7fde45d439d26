"""One person (and perhaps a plan) on one day, indexed for evaluation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from deqi.people.dates import parse_date
from deqi.people.facts import Answer, Fact, Person, latest_answers
from deqi.safety.applies import Alternative, compare
from deqi.safety.catalog import Catalog
from deqi.safety.plan import Plan
from deqi.safety.truth import Truth

UNSURE = ("unsure", "not-sure", "unknown")
BIRTH_QUESTION = "date-of-birth"
SEX_QUESTION = "sex-recorded"


class Context:
    """What the leaves are put to. Facts later than ``as_of`` are left out: they do not exist yet."""

    __slots__ = ("_ages", "_applies", "_by_set", "_opens", "_systems", "answers", "as_of", "catalog", "person", "plan")

    def __init__(self, catalog: Catalog, person: Person, as_of: dt.date, plan: Plan | None = None) -> None:
        self.catalog = catalog
        self.person = person
        self.as_of = as_of
        self.plan = plan
        self._by_set: dict[str, list[Fact]] = {}
        self._systems: dict[str, set[str]] = {}
        self._applies: dict[str, Truth] = {}
        self._opens: dict[str, tuple[str, ...]] = {}
        for fact in person.facts:
            if fact.sets and exists(fact, as_of):
                for match in fact.sets:
                    self._by_set.setdefault(match.set, []).append(fact)
        self.answers: Mapping[str, Answer] = latest_answers(self._usable_answers())
        self._ages = self._age_range()

    def _usable_answers(self) -> Iterable[Answer]:
        """Answers given by ``as_of``; one about *today* counts on its own day only."""
        for answer in self.person.answers:
            if answer.given is not None:
                if answer.given.earliest > self.as_of:
                    continue
                question = self.catalog.questions.get(answer.question)
                if question is not None and question.stage == "session" and answer.given.latest < self.as_of:
                    continue
            yield answer

    def facts(self, code_set: str) -> list[Fact]:
        """The facts that belong to a code set, as recorded."""
        return self._by_set.get(code_set, [])

    def answer(self, question: str) -> Answer | None:
        """The answer; None when not asked, or not sure."""
        given = self.answers.get(question)
        return None if given is None or given.value in UNSURE else given

    def systems(self, kind: str) -> set[str]:
        """The code systems in which this person's facts of a kind are recorded; an uncoded fact gives ``""``."""
        if kind not in self._systems:
            found: set[str] = set()
            for fact in self.person.facts:
                if fact.kind == kind:
                    found.update((coding.system for coding in fact.codes) if fact.codes else ("",))
            self._systems[kind] = found
        return self._systems[kind]

    def ages(self) -> tuple[int, int] | None:
        """Completed years at ``as_of``: at least, at most; None without a birth date."""
        return self._ages

    def _age_range(self) -> tuple[int, int] | None:
        birth = self.person.birth
        if birth is None:
            given = self.answer(BIRTH_QUESTION)
            birth = parse_date(given.value) if given is not None and isinstance(given.value, str) else None
        return None if birth is None else (years(birth.latest, self.as_of), years(birth.earliest, self.as_of))

    def sex(self) -> str | None:
        """Recorded sex, else the answer to the question for it."""
        if self.person.sex is not None:
            return self.person.sex
        given = self.answer(SEX_QUESTION)
        return given.value if given is not None and given.value in ("female", "male") else None

    def applies(self, question: str) -> Truth:
        """Whether a question is about this person at all."""
        known = self._applies.get(question)
        if known is None:
            terms = self.catalog.applies.get(question, ())
            known = min((max(self._holds(option) for option in term) for term in terms), default=Truth.YES)
            self._applies[question] = known
        return known

    def to_put_first(self, question: str) -> tuple[str, ...]:
        """The questions on which it hangs whether this one applies, back to the first; itself when there is none.

        One alternative that already holds settles its term; nothing needs to be put before the question then.
        """
        known = self._opens.get(question)
        if known is None:
            before = dict.fromkeys(
                first
                for term in self.catalog.applies.get(question, ())
                if max(self._holds(option) for option in term) is Truth.UNKNOWN
                for option in term
                if option.kind == "answer" and self._holds(option) is Truth.UNKNOWN and option.name not in self.answers
                for first in self.to_put_first(option.name)
            )
            known = tuple(before) or (question,)
            self._opens[question] = known
        return known

    def _holds(self, option: Alternative) -> Truth:
        match option.kind:
            case "answer":
                if self.applies(option.name) is Truth.NO:
                    return Truth.NO
                given = self.answer(option.name)
                return Truth.UNKNOWN if given is None else yes_or_no(str(given.value) in option.values)
            case "sex":
                sex = self.sex()
                return Truth.UNKNOWN if sex is None else yes_or_no(sex == option.name)
            case "age":
                if self._ages is None:
                    return Truth.UNKNOWN
                return both([compare(option.op, age, option.limit) for age in self._ages])
            case _:
                recorded = any(fact.state in ("present", "unknown", "inactive") for fact in self.facts(option.name))
                return Truth.YES if recorded else Truth.UNKNOWN


def yes_or_no(holds: bool) -> Truth:
    """Yes or no, nothing in between."""
    return Truth.YES if holds else Truth.NO


def both(ends: list[bool]) -> Truth:
    """Truth of something known only to lie between two ends."""
    return Truth.YES if all(ends) else Truth.UNKNOWN if any(ends) else Truth.NO


def exists(fact: Fact, as_of: dt.date) -> bool:
    """Whether the fact was there on the day: begun, or, with no beginning recorded, written down."""
    when = fact.start or fact.recorded
    return when is None or when.earliest <= as_of


def years(birth: dt.date, on: dt.date) -> int:
    """Completed years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
