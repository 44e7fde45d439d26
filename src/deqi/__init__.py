"""Benefits and risks of acupuncture for neuropathy.

The public names. Each is loaded when first used, so that ``import deqi`` costs nothing:

>>> import datetime
>>> import deqi
>>> engine = deqi.Engine.load(deqi.load())
>>> [person] = deqi.read_person(b'{"sex": "male", "born": 1950, "medications": ["warfarin"]}', index=engine.index)
>>> found = engine.assess(person, datetime.date(2026, 11, 24))
>>> found.candidacy
'ask-first'
>>> [finding.rule.id for finding in found.findings]
['anticoagulant-any']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deqi.errors import InputError
    from deqi.knowledge import Knowledge, load
    from deqi.people.facts import Fact, Person
    from deqi.people.files.answers import read_answers
    from deqi.people.read import read_chart, read_person
    from deqi.report.assemble import assemble
    from deqi.report.surfaces import render
    from deqi.safety.engine import Engine
    from deqi.safety.needling.plan import Plan
    from deqi.safety.needling.plan_file import read_plan
    from metafit import pool, pool_counts, regress

_HOMES = {
    "Engine": "deqi.safety.engine",
    "Fact": "deqi.people.facts",
    "InputError": "deqi.errors",
    "Knowledge": "deqi.knowledge",
    "Person": "deqi.people.facts",
    "Plan": "deqi.safety.needling.plan",
    "assemble": "deqi.report.assemble",
    "load": "deqi.knowledge",
    "pool": "metafit",
    "pool_counts": "metafit",
    "read_answers": "deqi.people.files.answers",
    "read_chart": "deqi.people.read",
    "read_person": "deqi.people.read",
    "read_plan": "deqi.safety.needling.plan_file",
    "regress": "metafit",
    "render": "deqi.report.surfaces",
}

__all__ = [
    "Engine",
    "Fact",
    "InputError",
    "Knowledge",
    "Person",
    "Plan",
    "assemble",
    "load",
    "pool",
    "pool_counts",
    "read_answers",
    "read_chart",
    "read_person",
    "read_plan",
    "regress",
    "render",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"deqi has no public name {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
