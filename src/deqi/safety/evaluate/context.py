"""One person (and perhaps a plan) on one day, indexed for evaluation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from deqi.knowledge.thresholds import thresholds
from deqi.people.dates import parse_date
from deqi.people.facts import Answer, Fact, Kind, Person, is_stale
from deqi.safety.evaluate.applies import ON_RECORD, Alternative, compare
from deqi.safety.evaluate.standing import LAPSED, NOT_SAID, UNSURE, standing_answers
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.needling.plan import Plan
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.truth import Truth

__all__ = ["BIRTH_QUESTION", "SEX_QUESTION", "UNSURE", "Context", "both", "exists", "years", "yes_or_no"]

BIRTH_QUESTION = "date-of-birth"
SEX_QUESTION = "sex-recorded"


class Context:
    """What the leaves are put to.

    ``recorded_sets`` are the facts there on the day, ``doubted_sets`` those that may be meant: not understood and
    with words that sound like the set, or dated after the day of reading. What lies between ``as_of`` and the day of
    reading does not exist yet. ``affected_questions`` are those that anything known bears upon; all others are as for
    a person of whom nothing is known, and are not looked into.
    """

    __slots__ = (
        "_about",
        "_ages",
        "_before",
        "_sex",
        "_terms",
        "affected_questions",
        "answered",
        "answers",
        "as_of",
        "catalog",
        "doubted_sets",
        "implied",
        "not_understood",
        "person",
        "plan",
        "recorded_sets",
        "unrecorded",
    )

    def __init__(self, catalog: Catalog, person: Person, as_of: dt.date, plan: Plan | None = None) -> None:
        self.catalog = catalog
        self.person = person
        self.as_of = as_of
        self.plan = plan
        self.recorded_sets: dict[str, list[Fact]] = {}
        self.doubted_sets: dict[str, list[Fact]] = {}
        self._about: dict[str, Truth] = {}
        self._terms: dict[int, Truth] = {}
        self._before: dict[str, tuple[str, ...]] = {}
        self.answered: dict[str, Truth] = {}
        self.unrecorded: dict[tuple[str | None, str | None, bool], Verdict] = {}
        self.not_understood: set[Kind] = set()
        self._enter_facts()
        self.answers: Mapping[str, Answer] = (
            standing_answers(person.answers, catalog, as_of, person.read_on) if person.answers else {}
        )
        self.implied = self._implied()
        self.affected_questions = catalog.affected_questions.by(
            (*self.answers, *self.implied), (*self.recorded_sets, *self.doubted_sets)
        )
        self._ages = self._age_range()
        self._sex = self._find_sex()

    def _enter_facts(self) -> None:
        as_of = self.as_of
        read_on = max(as_of, self.person.read_on or as_of)
        for fact in self.person.facts:
            if not (fact.sets or fact.alarms) and fact.understood:
                continue
            if fact.state == "planned" and not still_meant(fact, as_of):
                continue
            there = exists(fact, as_of)
            if not there and read_on > as_of and exists(fact, read_on):
                continue
            owners = self.recorded_sets if there else self.doubted_sets
            for match in fact.sets:
                owners.setdefault(match.set, []).append(fact)
            for name in fact.alarms:
                self.doubted_sets.setdefault(name, []).append(fact)
            if not fact.understood:
                self.not_understood.add(fact.kind)

    def facts(self, code_set: str) -> list[Fact]:
        """The facts that belong to a code set, as recorded."""
        return self.recorded_sets.get(code_set, _NO_FACTS)

    def doubted(self, code_set: str) -> list[Fact]:
        """The facts that may belong to a code set."""
        return self.doubted_sets.get(code_set, _NO_FACTS)

    def answer(self, question: str) -> Answer | None:
        """The answer; None when not asked, not sure, or no longer counting."""
        given = self.answers.get(question)
        return None if given is None or given.value in NOT_SAID else given

    def _implied(self) -> frozenset[str]:
        """Questions that the record answers with yes: what it says is not asked again to get at the next question."""
        implied_by = self.catalog.implied_by
        return frozenset(
            question
            for name, facts in self.recorded_sets.items()
            if name in implied_by and any(stands(fact, self.as_of) for fact in facts)
            for question in implied_by[name]
        )

    def to_ask(self, question: str) -> bool:
        """Whether a question was not answered, or its answer has lapsed."""
        given = self.answers.get(question)
        return given is None or given.value == LAPSED

    def lapsed(self, question: str | None) -> bool:
        """Whether a worrying answer to the question stood and no longer counts."""
        given = self.answers.get(question) if question is not None else None
        return given is not None and given.value == LAPSED

    def readable(self, kinds: Iterable[str]) -> bool:
        """Whether every record of these kinds could be read; where one could not, the record proves no absence."""
        return not self.person.unreadable or self.person.unreadable.isdisjoint(kinds)

    def silence_is_no(self, kinds: Collection[str]) -> bool:
        """Whether what is not recorded is absent: lists declared complete, all of them read and understood."""
        if not self.person.complete:
            return False
        return self.person.complete.issuperset(kinds) and self.readable(kinds) and self.not_understood.isdisjoint(kinds)

    def ages(self) -> tuple[int, int] | None:
        """Completed years at ``as_of``: at least, at most; None without a birth date."""
        return self._ages

    def _age_range(self) -> tuple[int, int] | None:
        birth = self.person.birth
        if birth is None or birth.earliest > self.as_of:
            given = self.answer(BIRTH_QUESTION)
            birth = parse_date(given.value) if given is not None and isinstance(given.value, str) else None
        if birth is not None and birth.earliest > self.as_of:
            # Nobody is born after the day; a mistyped date is no age.
            birth = None
        return None if birth is None else (years(birth.latest, self.as_of), years(birth.earliest, self.as_of))

    def sex(self) -> str | None:
        """Recorded sex, else the answer to the question for it."""
        return self._sex

    def _find_sex(self) -> str | None:
        if self.person.sex is not None:
            return self.person.sex
        given = self.answer(SEX_QUESTION)
        return str(given.value) if given is not None and given.value in ("female", "male") else None

    def not_applicable(self, question: str) -> bool:
        """Whether a question is certainly not about this person."""
        return question in self.affected_questions and self._applies(question) is Truth.NO

    def _applies(self, question: str) -> Truth:
        known = self._about.get(question)
        if known is None:
            known = Truth.YES
            for term in self.catalog.applies.get(question, ()):
                known = min(known, self._term(term))
            self._about[question] = known
        return known

    def _term(self, term: tuple[Alternative, ...]) -> Truth:
        """The record can only affirm: while it is silent, the answers among the alternatives say what holds."""
        known = self._terms.get(id(term))
        if known is None:
            known = self._terms[id(term)] = self._find_term(term)
        return known

    def _find_term(self, term: tuple[Alternative, ...]) -> Truth:
        told, best = False, Truth.NO
        for option in term:
            truth = self._holds(option)
            if truth is Truth.YES:
                return truth
            if option.kind not in ON_RECORD:
                told = True
                best = max(best, truth)
        return best if told else Truth.UNKNOWN

    def prerequisites(self, question: str) -> tuple[str, ...]:
        """The questions on which it depends whether this one applies, back to the first; itself when there is none.

        One alternative that already holds settles its term; nothing needs to be put before the question then.
        """
        known = self._before.get(question)
        if known is None:
            known = self._before[question] = (
                self._prerequisites(question) if question in self.affected_questions else self.catalog.first(question)
            )
        return known

    def _prerequisites(self, question: str) -> tuple[str, ...]:
        before = dict.fromkeys(
            first
            for term in self.catalog.applies.get(question, ())
            if self._term(term) is Truth.UNKNOWN
            for option in term
            if option.kind == "answer"
            and self.to_ask(option.name)
            and option.name not in self.implied
            and self._holds(option) is Truth.UNKNOWN
            for first in self.prerequisites(option.name)
        )
        return tuple(before) or (question,)

    def _holds(self, option: Alternative) -> Truth:
        match option.kind:
            case "answer":
                given = self.answer(option.name)
                if given is not None:
                    return yes_or_no(str(given.value) in option.values)
                if option.name in self.implied and "yes" in option.values:
                    return Truth.YES
                return Truth.NO if self._applies(option.name) is Truth.NO else Truth.UNKNOWN
            case "sex":
                return Truth.UNKNOWN if self._sex is None else yes_or_no(self._sex == option.name)
            case "age":
                if self._ages is None:
                    return Truth.UNKNOWN
                return both([compare(option.op, age, option.limit) for age in self._ages])
            case _:
                recorded = any(fact.state not in ("refuted", "planned") for fact in self.facts(option.name))
                return Truth.YES if recorded else Truth.UNKNOWN


_NO_FACTS: list[Fact] = []


def yes_or_no(holds: bool) -> Truth:
    """Yes or no, nothing in between."""
    return Truth.YES if holds else Truth.NO


def both(ends: list[bool]) -> Truth:
    """Truth of something known only to lie between two ends."""
    return Truth.YES if all(ends) else Truth.UNKNOWN if any(ends) else Truth.NO


def exists(fact: Fact, as_of: dt.date) -> bool:
    """Whether the fact was there on the day: begun, or, with no beginning recorded, written down.

    A denial is there from the day it was written. A date too vague to tell counts as there, but no denial does.
    """
    if fact.state == "refuted":
        written = fact.recorded or fact.start
        return written is None or written.latest <= as_of
    when = fact.start or fact.recorded
    return when is None or when.on_or_before(as_of)


def still_meant(fact: Fact, as_of: dt.date) -> bool:
    """Whether something that was only meant to be done may have been done by the day.

    Not before its own day, nor when it was meant so long ago that it would be on the record.
    """
    when = fact.start or fact.recorded
    return when is None or (when.on_or_before(as_of) and (as_of - when.latest).days <= thresholds().alarm_days)


def stands(fact: Fact, as_of: dt.date) -> bool:
    """Whether a record plainly says that something is there on the day."""
    over = fact.end is not None and fact.end.latest <= as_of
    return fact.state == "present" and not over and not is_stale(fact, as_of)


def years(birth: dt.date, on: dt.date) -> int:
    """Completed years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
