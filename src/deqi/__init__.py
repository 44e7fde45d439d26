"""Benefits and risks of acupuncture for neuropathy.

`deqi.api` is the door: verbs that take a typed request and give a typed result. These names stand here too; each is
loaded when first used, so that ``import deqi`` costs nothing:

>>> import datetime
>>> import deqi
>>> library = deqi.Library.load()
>>> day = datetime.date(2026, 11, 24)
>>> who = deqi.read.person(b'{"sex": "male", "born": 1950, "medications": ["warfarin"]}', library, day)
>>> found = deqi.api.assess(library, deqi.AssessRequest(who.person, day))
>>> found.assessment.candidacy
'ask-first'
>>> [finding.rule.id for finding in found.assessment.findings]
['anticoagulant-any']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from deqi import api as api
    from deqi.api import look_up as look_up
    from deqi.api import pages as pages
    from deqi.api import read as read
    from deqi.api import write as write
    from deqi.api.library import Library as Library
    from deqi.api.requests import AssessRequest as AssessRequest
    from deqi.api.requests import PlanRequest as PlanRequest
    from deqi.api.requests import PoolRequest as PoolRequest
    from deqi.api.requests import ReportRequest as ReportRequest
    from deqi.api.requests import ScreenRequest as ScreenRequest
    from deqi.api.types import Answer as Answer
    from deqi.api.types import Fact as Fact
    from deqi.api.types import InputError as InputError
    from deqi.api.types import Knowledge as Knowledge
    from deqi.api.types import Person as Person
    from deqi.api.types import Plan as Plan

EXPORTS: Final[dict[str, str]] = {
    "Answer": "deqi.api.types",
    "AssessRequest": "deqi.api.requests",
    "Fact": "deqi.api.types",
    "InputError": "deqi.errors",
    "Knowledge": "deqi.knowledge",
    "Library": "deqi.api.library",
    "Person": "deqi.api.types",
    "Plan": "deqi.api.types",
    "PlanRequest": "deqi.api.requests",
    "PoolRequest": "deqi.api.requests",
    "ReportRequest": "deqi.api.requests",
    "ScreenRequest": "deqi.api.requests",
    "api": "",
    "look_up": "",
    "pages": "",
    "read": "",
    "write": "",
}
"""Every public name and the module it is found in; an empty one is a module itself: `deqi.api`, or one of its parts."""

__all__ = [*EXPORTS, "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("deqi")
    if name not in EXPORTS:
        raise AttributeError(f"deqi has no public name {name!r}; it has {', '.join(__all__)}")
    home = EXPORTS[name]
    if home:
        return getattr(importlib.import_module(home), name)
    return importlib.import_module("deqi.api" if name == "api" else f"deqi.api.{name}")


def __dir__() -> list[str]:
    return __all__
