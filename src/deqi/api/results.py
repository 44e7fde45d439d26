"""What the verbs give, where it is not a type of the room that made it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deqi.people.facts import Person
    from deqi.safety.document import AssessmentDocument
    from deqi.safety.engine import Engine
    from deqi.safety.findings import Assessment
    from deqi.safety.plancheck.check import PlanCheck
    from deqi.screening.summary import Summary


@dataclasses.dataclass(frozen=True)
class Assessed:
    """An assessment, the plan check if there was a plan, and the person they are about."""

    person: Person
    assessment: Assessment
    check: PlanCheck | None
    engine: Engine

    @property
    def blocking(self) -> bool:
        """Whether somebody must not go on as planned."""
        bars = ("not-a-candidate", "sign-off", *(("ask-first",) if self.check is not None else ()))
        return self.assessment.candidacy in bars or any(one.status in ("omit", "ask") for one in self.assessment.plan)

    @property
    def document(self) -> AssessmentDocument:
        """The published JSON document."""
        from deqi.safety.document import document

        return document(self.assessment, self.engine.catalog, self.check)


@dataclasses.dataclass(frozen=True)
class Screened:
    """The counts of a population, and the result tables written."""

    summary: Summary
    files: tuple[Path, ...]
    blocking: bool
    """Whether anybody must not go on as planned; known from all counts, those hidden too."""


@dataclasses.dataclass(frozen=True)
class OnePerson:
    """The person of a file, and what the reader has to say of it, a sentence each."""

    person: Person
    notices: tuple[str, ...]
