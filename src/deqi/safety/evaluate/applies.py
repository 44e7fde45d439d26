"""Whether a question is about this person: the little language of ``questions.applies_if``.

Terms must all hold; within a term, ``|`` separates alternatives. An alternative is ``answer:<question>=<value>``
(or several values, comma between), ``recorded:<set>``, ``medication:<set>``, ``sex=female`` or ``age<56``.
"""

from __future__ import annotations

import dataclasses
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_ALTERNATIVE = re.compile(
    r"(?P<kind>answer|recorded|medication):(?P<name>[a-z0-9-]+)(?:=(?P<values>[a-z0-9,-]+))?"
    r"|sex=(?P<sex>female|male)|age(?P<op><=|>=|<|>|=)(?P<limit>\d+)"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative of a term."""

    kind: Literal["answer", "recorded", "medication", "sex", "age"]
    name: str = ""
    values: tuple[str, ...] = ()
    op: str = ""
    limit: float = 0


ON_RECORD = ("recorded", "medication")
Terms = tuple[tuple[Alternative, ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Dependency:
    """What it depends on whether a question applies, through all questions between.

    ``questions`` and ``sets`` are everything whose answer or record could matter, ``person`` whether sex or age do;
    ``first`` is what to put first when none of it is known.
    """

    questions: frozenset[str]
    sets: frozenset[str]
    person: bool
    first: tuple[str, ...]


def dependencies(applies: Mapping[str, Terms]) -> dict[str, Dependency]:
    """For each question that is not about everybody, what it depends on."""
    return {question: _dependency(question, applies) for question in applies}


def _dependency(question: str, applies: Mapping[str, Terms]) -> Dependency:
    options = [option for term in applies.get(question, ()) for option in term]
    above = {option.name: _dependency(option.name, applies) for option in options if option.kind == "answer"}
    own_sets = frozenset(option.name for option in options if option.kind in ON_RECORD)
    return Dependency(
        questions=frozenset(above).union(*(one.questions for one in above.values())),
        sets=own_sets.union(*(one.sets for one in above.values())),
        person=any(option.kind in ("sex", "age") for option in options) or any(one.person for one in above.values()),
        first=tuple(dict.fromkeys(name for one in above.values() for name in one.first)) or (question,),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class AffectedQuestions:
    """Which questions an answer, a recorded set, or sex and age bear upon."""

    always: frozenset[str]
    by_answer: Mapping[str, frozenset[str]]
    by_set: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, depends_on: Mapping[str, Dependency]) -> AffectedQuestions:
        by_answer: dict[str, set[str]] = {}
        by_set: dict[str, set[str]] = {}
        for question, one in depends_on.items():
            for name in one.questions:
                by_answer.setdefault(name, set()).add(question)
            for name in one.sets:
                by_set.setdefault(name, set()).add(question)
        return cls(
            frozenset(question for question, one in depends_on.items() if one.person),
            {name: frozenset(questions) for name, questions in by_answer.items()},
            {name: frozenset(questions) for name, questions in by_set.items()},
        )

    def by(self, answers: Iterable[str], sets: Iterable[str]) -> set[str]:
        """Everything that these answers (themselves included) and these recorded sets bear upon."""
        found = set(self.always)
        for name in answers:
            found.add(name)
            found.update(self.by_answer.get(name, ()))
        for name in sets:
            found.update(self.by_set.get(name, ()))
        return found


def parse_terms(cells: Iterable[str]) -> Terms:
    """The terms of an ``applies_if`` cell.

    Raises:
        ValueError: an alternative that is none of the known forms.
    """
    return tuple(tuple(_alternative(text) for text in cell.split("|")) for cell in cells)


def _alternative(text: str) -> Alternative:
    found = _ALTERNATIVE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not answer:, recorded:, medication:, sex= or age")
    if found["sex"]:
        return Alternative("sex", found["sex"])
    if found["op"]:
        return Alternative("age", op=found["op"], limit=float(found["limit"]))
    values = tuple((found["values"] or "").split(",")) if found["values"] else ()
    if (found["kind"] == "answer") != bool(values):
        raise ValueError(f"{text!r}: an answer needs =value, the others have none")
    return Alternative(found["kind"], found["name"], values)  # type: ignore[arg-type]  # the pattern allows the words of the type only


def compare(op: str, left: float, right: float) -> bool:
    """``left op right``."""
    return _COMPARE[op](left, right)
