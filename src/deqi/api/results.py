"""What the verbs give, where it is not a type of the room that made it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deqi.people.facts import Answer, Fact, Person
    from deqi.safety.document import AssessmentDocument, FactLine
    from deqi.safety.engine import Engine
    from deqi.safety.explain import HalfMet
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

    @functools.cached_property
    def half_met(self) -> tuple[HalfMet, ...]:
        """Undecided rules that could bar the person and of which a part is on record."""
        from deqi.safety.explain import half_met

        return half_met(self.engine.catalog, self.person, self.assessment)

    @functools.cached_property
    def lines(self) -> Mapping[Fact | Answer, FactLine]:
        """Every fact and answer that decided, or that a rule waits with, as a line."""
        from deqi.safety.document import fact_lines

        found = self.assessment.findings
        facts = [fact for one in found for fact in (*one.because, *one.disputed)]
        facts += [fact for one in self.half_met for fact in one.because]
        facts += [one.fact for one in self.assessment.possible]
        return fact_lines(facts, self.engine.catalog)

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
