"""What a form of the plan checker holds, read from what was sent; every field is looked at again each time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

from deqi.api import AssessRequest, Library, asking, assess, planning, read
from deqi.api.types import Assessed, InputError, Jotted, Person, Plan, Refused

MAX_ROWS = 60
MAX_TEXT = 4_000
COLUMNS = ("place", "segment", "side", "depth", "angle", "technique", "minutes")
SESSION = (
    "posture",
    "minutes_all",
    "number",
    "gauge",
    "length",
    "sterile",
    "single_use",
    "lot",
    "expiry",
    "licence",
    "trained",
    "pairs",
)
ANSWER = "a-"
GIVEN = "given"
"""A line ``question=value`` of the questionnaire, which may lead here with what was answered."""


@dataclasses.dataclass(frozen=True)
class Form:
    """Rows, session, person, and what could not be read of them."""

    rows: tuple[Jotted, ...]
    refused: tuple[Refused, ...]
    session: Mapping[str, str]
    ticked: frozenset[str]
    asked: bool
    answers: Mapping[str, str]
    plan: Plan
    faults: Mapping[int, str]
    other: str = ""
    """Another way of doing it, in shorthand, to lay beside this one."""

    @property
    def points(self) -> tuple[str, ...]:
        """The points of the plan."""
        return tuple(dict.fromkeys(one.point for one in self.plan.needlings if one.point))


def read_form(sent: QueryDict, library: Library) -> Form:
    """The form that was sent."""
    rows = _rows(sent)
    jotted, refused = planning.jotted(library, sent.get("add", "")[:MAX_TEXT])
    rows = tuple(_filled(one, sent) for one in (*rows, *jotted))[:MAX_ROWS]
    session = {name: sent.get(name, "").strip()[:400] for name in SESSION}
    catalog = library.engine.catalog
    told = [(name.removeprefix(ANSWER), str(value)) for name, value in sent.items() if name.startswith(ANSWER)]
    told += [(name, value) for name, _, value in (line.partition("=") for line in sent.getlist(GIVEN)[:400])]
    answers = {name: value.strip()[:200] for name, value in told if name in catalog.questions and value.strip()}
    known = {one.question for one in planning.ticks(library)}
    plan, faults = planning.plan_of(library, rows, _session(session))
    return Form(
        rows,
        refused,
        session,
        frozenset(sent.getlist("tick")) & known,
        sent.get("asked") == "yes",
        answers,
        plan,
        faults,
        sent.get("other", "").strip()[:MAX_TEXT],
    )


def other_of(form: Form, library: Library) -> Form:
    """The other way as a plan of its own, with the same session (without joined needles) and the same person."""
    rows, refused = planning.jotted(library, form.other)
    session = {**form.session, "pairs": ""}
    return with_rows(dataclasses.replace(form, session=session, refused=refused), rows, library)


def with_rows(form: Form, rows: Sequence[Jotted], library: Library) -> Form:
    """The same form with other needles."""
    kept = tuple(rows)[:MAX_ROWS]
    plan, faults = planning.plan_of(library, kept, _session(form.session))
    return dataclasses.replace(form, rows=kept, plan=plan, faults=faults)


def _rows(sent: QueryDict) -> tuple[Jotted, ...]:
    columns = [sent.getlist(name) for name in COLUMNS]
    dropped = set(sent.getlist("drop"))
    found = []
    for number, cells in enumerate(zip(*columns, strict=False)):
        fields = {name: cell.strip()[:80] for name, cell in zip(COLUMNS, cells, strict=True)}
        if fields["place"] and str(number) not in dropped:
            found.append(planning.row(**fields))
    return tuple(found)


def _filled(one: Jotted, sent: QueryDict) -> Jotted:
    """A row with what was written for all rows that leave it open."""
    open_fields = {
        name: value
        for name in ("side", "depth", "angle", "technique")
        if not getattr(one, name) and (value := sent.get(f"all_{name}", "").strip()[:40])
    }
    return dataclasses.replace(one, **open_fields) if open_fields else one


def _session(fields: Mapping[str, str]) -> dict[str, Any]:
    """The session as plan files write it; what was left open stays out."""
    needles = {
        "gauge_mm": _number(fields["gauge"]),
        "length_mm": _number(fields["length"]),
        "sterile": True if fields["sterile"] == "yes" else None,
        "single_use": True if fields["single_use"] == "yes" else None,
        "lot": fields["lot"] or None,
        "expiry": fields["expiry"] or None,
    }
    practitioner: dict[str, Any] = {"licence_valid_until": fields["licence"] or None}
    if fields["trained"] in ("yes", "no"):
        practitioner["competences"] = ["restricted-points"] if fields["trained"] == "yes" else []
    session: dict[str, Any] = {
        "posture": fields["posture"] or None,
        "minutes": _number(fields["minutes_all"]),
        "session_number": _number(fields["number"]),
        "pairs": planning.pairs_of(fields["pairs"]),
        "needles": {name: value for name, value in needles.items() if value is not None},
        "practitioner": {name: value for name, value in practitioner.items() if value is not None},
    }
    return {name: value for name, value in session.items() if value is not None}


def _number(text: str) -> float | int | str | None:
    """A number as typed, with a point or a comma; other words go on to the reader of plans, which refuses them."""
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def person_of(form: Form, library: Library, today: dt.date, chart: bytes = b"{}") -> Person:
    """The person of a record, the ticks and the answers; what was not asked stays unknown."""
    person = read.person(chart, library, today, name=library.phrases.say("web.ask.chart.name"), read_on=today).person
    catalog = library.engine.catalog
    for one in planning.ticks(library):
        value = "yes" if one.question in form.ticked else form.answers.get(one.question, "no" if form.asked else "")
        if value in ("yes", "no"):
            person = asking.with_answer(person, asking.answer(one.question, value, today))
    first = {one.question for one in planning.ticks(library)}
    for name, written in form.answers.items():
        said = None if name in first else asking.understood(catalog.questions[name], written)
        if said is not None:
            person = asking.with_answer(person, asking.answer(name, said, today))
    return person


def checked(form: Form, library: Library, today: dt.date, chart: bytes = b"{}") -> Assessed:
    """The plan judged for the person, on top of a record where one was given.

    Raises
    ------
    InputError
        There is no needle in the plan, or the record cannot be read.
    """
    if not form.plan.needlings:
        raise InputError(library.phrases.say("web.plan.empty"))
    return assess(library, AssessRequest(person_of(form, library, today, chart), today, form.plan))
