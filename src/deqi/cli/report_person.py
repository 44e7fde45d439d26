"""The personal part of ``deqi report``: one person's file, perhaps with answers and a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from deqi.knowledge import Knowledge
    from deqi.report.model import PersonalPart


def read_personal(
    knowledge: Knowledge, person: Path, answers: Path | None, plan: str | None, as_of: dt.date
) -> PersonalPart:
    """What the rules say of the person in a file, and of a plan if there is one.

    Raises:
        InputError: a file that cannot be used, or one that holds several persons.
    """
    from deqi.cli.one_person import read_one
    from deqi.report.personal import personal_part
    from deqi.safety.engine import Engine
    from deqi.safety.needling.protocol import named_plan

    engine = Engine.load(knowledge, {}, None)
    who = read_one(person, answers, engine, as_of)
    what = None if plan is None else named_plan(plan, engine.catalog)
    return personal_part(engine.assess(who, as_of, what), engine.catalog, who, knowledge)
