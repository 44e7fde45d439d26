"""What each comparison of a trial is: its design, and the group it may stand in.

A trial has no one comparator and no one blinding: arms are compared two at a time, and what both arms had makes a
comparison one with nothing on top (Cochrane Handbook 3.2.3), whatever the thing was called.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import Trial, TrialArm, TrialComparison
from deqi.knowledge.tables.vocabulary import ComparatorKind

GROUPS = ("sham", "placebo", "no_needling", "drug_or_vitamin", "active_other")
NEEDLE = "needle"
_NOTHING_ON_TOP = "no_needling"
_HEAD_TO_HEAD = ("drug_or_vitamin", "active_other")

Key = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One comparison of one trial: who was compared with whom."""

    trial: Trial
    comparator: str
    group: str
    design: TrialComparison
    arm: TrialArm

    @property
    def needle(self) -> bool:
        """Needles against something else; light, taps or the current alone say nothing of needles."""
        return self.design.technique == NEEDLE and self.trial.purpose != "other-technique"

    @property
    def blinded(self) -> bool:
        """Whether people could not tell which of the two they got."""
        return self.design.blinded == "yes"


def group_of(kind: ComparatorKind, design: TrialComparison) -> str:
    """The group of a comparison: an add-on is a comparison with usual care, not with the thing added to."""
    return _NOTHING_ON_TOP if design.added_to and kind.group in _HEAD_TO_HEAD else kind.group


def comparisons(knowledge: Knowledge) -> Mapping[Key, Comparison]:
    """Every comparison by trial and comparator."""
    kinds = {row.comparator: row for row in knowledge.rows(ComparatorKind)}
    trials = {row.trial: row for row in knowledge.rows(Trial)}
    arms = {(row.trial, row.comparator): row for row in knowledge.rows(TrialArm)}
    return {
        (row.trial, row.comparator): Comparison(
            trials[row.trial],
            row.comparator,
            group_of(kinds[row.comparator], row),
            row,
            arms[row.trial, row.comparator],
        )
        for row in knowledge.rows(TrialComparison)
    }


def sizes(found: Iterable[Comparison]) -> int:
    """People in these comparisons, each comparison counted by itself; those of unknown size add nothing."""
    return sum(one.design.people or 0 for one in found)
