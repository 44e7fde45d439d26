"""The engine: the knowledge made ready once, then asked about any number of persons."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.vocabulary import Region
from deqi.people.facts import Person
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.sites import SiteFinder
from deqi.safety.explain import Explained, explain
from deqi.safety.findings import Assessment, assess
from deqi.safety.needling.plan import Plan
from deqi.safety.rules.catalog import Catalog, build_catalog, build_index

if TYPE_CHECKING:
    from deqi.safety.plancheck.check import PlanCheck


@dataclasses.dataclass(frozen=True)
class Engine:
    """Rules, code sets and body regions of one edition; it holds nothing about a person."""

    catalog: Catalog
    sites: SiteFinder
    unused_value_sets: tuple[str, ...] = ()
    """Files of the value-set folder that belong to no set of ours."""

    @classmethod
    def load(
        cls, knowledge: Knowledge, settings: Mapping[str, float] | None = None, value_sets: Path | None = None
    ) -> Engine:
        """Compile the knowledge.

        ``settings`` are a clinic's own thresholds by name, ``value_sets`` a folder of its FHIR ValueSets.

        Raises:
            InputError: a threshold that is unknown, out of range or would loosen an absolute rule; a bad ValueSet.
        """
        index = build_index(knowledge)
        unused: tuple[str, ...] = ()
        if value_sets is not None:
            from deqi.people.terminology.value_sets import read_value_sets

            added = read_value_sets(value_sets, index.sets)
            index = index.with_value_sets(added.members)
            unused = added.unused
        return cls(build_catalog(knowledge, settings, index), SiteFinder(knowledge.rows(Region)), unused)

    @property
    def index(self) -> CodeIndex:
        """The code sets, with the organisation's own added."""
        return self.catalog.index

    def assess(self, person: Person, as_of: dt.date, plan: Plan | None = None) -> Assessment:
        """Judge every rule for one person on one day, and every needling of the plan if there is one."""
        if plan is None:
            return assess(self.catalog, person, as_of)
        from deqi.safety.plancheck.check import check_plan

        check = check_plan(self.catalog, person, plan, as_of)
        return dataclasses.replace(check.assessment, plan=check.needlings)

    def check_plan(self, person: Person, plan: Plan, as_of: dt.date) -> PlanCheck:
        """The plan check in full: needlings, session, open questions, and what passes in place of what is flagged."""
        from deqi.safety.plancheck.alternatives import suggest
        from deqi.safety.plancheck.check import check_plan

        check = check_plan(self.catalog, person, plan, as_of)
        return dataclasses.replace(check, alternatives=suggest(self.catalog, person, check))

    def explain(self, person: Person, as_of: dt.date, rule: str, plan: Plan | None = None) -> tuple[Explained, ...]:
        """One rule's tree for one person, with the truth of each leaf and the facts behind it.

        Raises:
            InputError: no such rule.
        """
        return explain(self.catalog, person, as_of, rule, plan)
