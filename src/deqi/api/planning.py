"""A plan put together on a form: rows as people write them, the checked plan as lights, and the plan as a file."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from deqi.api.library import Library
from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.knowledge.tables.vocabulary import Question
    from deqi.safety.needling.plan import Line, Needling, NeedlingStatus, Plan
    from deqi.safety.needling.shorthand import Jotted, Refused
    from deqi.safety.plancheck.check import Alternative, PlanCheck

_FIRST = re.compile(r"^.*?needlings\[0\]\.?")
"""Each row is read as a plan of one needle; which one it is, the form says itself."""
Light = Literal["red", "amber", "green"]
LIGHTS: dict[str, Light] = {
    "omit": "red",
    "change": "red",
    "ask": "amber",
    "no-data": "amber",
    "ok-note": "green",
    "ok": "green",
}
"""What is not known is never green."""


def light(status: NeedlingStatus) -> Light:
    """The colour of a status; it never stands without the status in words."""
    return LIGHTS[status]


@functools.lru_cache(maxsize=4)
def _shorthand(library: Library) -> Any:
    from deqi.safety.needling.shorthand import Shorthand

    return Shorthand(library.knowledge)


def jotted(library: Library, text: str) -> tuple[tuple[Jotted, ...], tuple[Refused, ...]]:
    """The needlings of a text in shorthand, and the words of it that are not understood."""
    found: tuple[tuple[Jotted, ...], tuple[Refused, ...]] = _shorthand(library).read(text)
    return found


def written(rows: Sequence[Jotted]) -> str:
    """Rows as shorthand again, a line each."""
    from deqi.safety.needling.shorthand import written as lines

    return "\n".join(lines(rows))


def row(**fields: str) -> Jotted:
    """A needling from the fields of a form."""
    from deqi.safety.needling.shorthand import Jotted

    return Jotted(**fields)


def rows_of(plan: Plan) -> tuple[Jotted, ...]:
    """The needlings of a plan as rows of a form."""
    return tuple(row_of(one) for one in plan.needlings)


def row_of(one: Needling) -> Jotted:
    """A needling as the row of a form."""
    return row(
        place=one.place,
        side=one.side or "",
        depth="" if one.depth_mm is None else f"{one.depth_mm:g}",
        angle=f"{one.degrees:g}" if one.degrees is not None else one.angle or "",
        technique=one.technique,
        segment=one.segment,
        minutes="" if one.retention_min is None else f"{one.retention_min:g}",
    )


def plan_of(library: Library, rows: Sequence[Jotted], session: dict[str, Any]) -> tuple[Plan, dict[int, str]]:
    """The plan of a form, and what is wrong by row; a row that is wrong is not in the plan. -1: the session.

    ``session`` holds the other fields of a plan file.
    """
    from deqi.safety.needling.plan_file import plan_of as read

    name = library.phrases.say("planning.session")
    found: list[Mapping[str, object]] = []
    faults: dict[int, str] = {}
    for number, one in enumerate(rows):
        try:
            written = _needling(one)
            read({"needlings": [written]}, name)
            found.append(written)
        except InputError as error:
            faults[number] = _FIRST.sub("", str(error))
    try:
        return read({**session, "needlings": found}, name), faults
    except InputError as error:
        faults[-1] = str(error)
        return read({"needlings": found}, name), faults


def _needling(one: Jotted) -> Mapping[str, object]:
    """One needling as in a plan file; the place may be a point or a region, and a point is tried first."""
    from deqi.safety.needling.plan_file import shipped_names
    from deqi.safety.needling.shorthand import as_mapping

    place = one.place[:80]
    names = shipped_names()
    key = "site" if names.finder.find(place).codes == () and names.sites.find(place) is not None else "point"
    return {key: place, **as_mapping(one)}


def pairs_of(text: str) -> list[dict[str, str]]:
    """Needles joined by current, as ``KI3 left + KI1 left; ST41 + LR3``, as plan files write them."""
    sides = {"l": "left", "left": "left", "r": "right", "right": "right"}
    found = []
    for pair in text.replace("\n", ";").split(";")[:40]:
        ends = [end.split() for end in pair.split("+")]
        if len(ends) != 2 or not all(ends):
            if pair.strip():
                found.append({"start": pair.strip()[:40], "end": ""})
            continue
        one: dict[str, str] = {}
        for name, words in zip(("start", "end"), ends, strict=True):
            side = sides.get(words[-1].casefold()) if len(words) > 1 else None
            one[name] = " ".join(words[:-1] if side else words)[:40]
            if side:
                one[f"{name}_side"] = side
        found.append(one)
    return found


def plan_file(plan: Plan) -> str:
    """A plan as the YAML file that ``--plan`` takes, with nothing that was not written."""
    import msgspec
    import yaml

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            cut = {name: kept(inner) for name, inner in value.items()}
            return {name: inner for name, inner in cut.items() if inner not in (None, "", [], {})}
        return [kept(inner) for inner in value] if isinstance(value, list | tuple) else value

    text: str = yaml.safe_dump(kept(msgspec.to_builtins(plan)), sort_keys=False, allow_unicode=True)
    return text


def ticks(library: Library) -> tuple[Question, ...]:
    """The questions that are put first, in their order."""
    from deqi.knowledge.tables.plans import PlanTick

    rows = sorted(library.knowledge.rows(PlanTick), key=lambda one: one.order)
    return tuple(library.engine.catalog.questions[one.question] for one in rows)


def still_to_ask(library: Library, check: PlanCheck) -> tuple[Question, ...]:
    """The questions a check waits for, those that hold most needles first; not those that a field of the plan tells."""
    fields = _fields()
    lines = [*(line for one in check.needlings for line in one.lines), *check.session]
    named = [
        *(one.question for one in check.open),
        *(name for line in lines if line.status == "ask" for name in line.asks),
    ]
    return tuple(library.engine.catalog.questions[name] for name in dict.fromkeys(named) if name not in fields)


def to_write(check: PlanCheck) -> tuple[Line, ...]:
    """Lines about the session that wait for a field of the plan."""
    return tuple(line for line in check.session if line.status == "ask" and set(line.asks) & _fields())


def _fields() -> frozenset[str]:
    from deqi.safety.evaluate import planned

    return frozenset(
        {
            planned.DETAILS_QUESTION,
            planned.SESSION_QUESTION,
            planned.NEEDLES_QUESTION,
            planned.PRACTITIONER_QUESTION,
            planned.SIDES_QUESTION,
            planned.PAIRS_QUESTION,
        }
    )


def techniques(library: Library) -> tuple[tuple[str, str], ...]:
    """The techniques a needling may have, by id and name."""
    from deqi.knowledge.tables.vocabulary import Technique

    rows = library.knowledge.rows(Technique)
    top = {row.technique for row in rows if not row.parent}
    heads = {row.parent for row in rows if row.parent}
    # A head such as all needling or all heat is no technique of its own.
    return tuple(
        (row.technique, row.name)
        for row in rows
        if row.technique not in top and not (row.parent in top and row.technique in heads)
    )


def angles(library: Library) -> tuple[str, ...]:
    """The words for how a needle is aimed."""
    from deqi.knowledge.tables.atlas import AngleWord

    return tuple(row.angle for row in library.knowledge.rows(AngleWord))


def postures() -> tuple[str, ...]:
    """How somebody may lie or sit."""
    from typing import get_args

    from deqi.safety.needling.plan import Posture

    return tuple(get_args(Posture))


def instead(library: Library, one: Alternative) -> str:
    """A needling that passes in place of another, in a few words."""
    from deqi.safety.plancheck.sheet import how

    return how(one.needling, library.engine.catalog)
