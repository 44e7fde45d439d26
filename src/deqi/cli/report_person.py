"""The personal part of ``deqi report``: one person's file, perhaps with answers and a plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deqi.errors import InputError

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
    import msgspec

    from deqi.people.answers import read_answers
    from deqi.people.read import read_chart
    from deqi.report.personal import personal_part
    from deqi.safety.engine import Engine
    from deqi.safety.protocol import named_plan

    engine = Engine.load(knowledge, {}, None)
    reading = read_chart([person], index=engine.index, sites=engine.sites, as_of=as_of)
    if len(reading.persons) != 1:
        raise InputError(f"{person}: {len(reading.persons)} persons; --person needs one, and `deqi screen` takes many.")
    for one in reading.unreadable:
        sys.stderr.write(f"deqi: {one}\n")
    (who,) = reading.persons
    if answers is not None:
        who = msgspec.structs.replace(who, answers=(*who.answers, *read_answers(answers)))
    what = None if plan is None else named_plan(plan, engine.catalog)
    return personal_part(engine.assess(who, as_of, what), engine.catalog, who, knowledge)
