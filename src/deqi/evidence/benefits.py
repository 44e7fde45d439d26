"""What good it does: by condition and comparator, trial by trial, pooled only where at least three trials allow it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from deqi.evidence.comparisons import GROUPS, comparisons
from deqi.evidence.effects import TrialEffect, chosen_effects, every_effect
from deqi.evidence.outcomes import Benefit, Measured, Setting, Synthesis, measured, ranked, ratings, synthesise
from deqi.evidence.synthesis import SEEN, SignTest, TrialDirection, directions, sign_test
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import PublishedPool, PublishedPoolNote, TrialResult
from deqi.knowledge.tables.vocabulary import ComparatorKind, Condition

HOPE = "sham_v_none"
"""The comparator of published pools of pretend needles against none: how large hope and extra care are."""


@dataclasses.dataclass(frozen=True)
class Published:
    """A published pool and what stands beside it. ``group`` is empty where it mixes kinds of comparison."""

    pool: PublishedPool
    note: PublishedPoolNote
    group: str


@dataclasses.dataclass(frozen=True)
class BenefitCell:
    """One condition (or all neuropathies together) against one group of comparators.

    ``benefits`` are what stands first: size and doubt by outcome. ``treatment`` are the directions of the comparisons
    that chance made, each trial once; ``unclear`` those of which the papers do not say so; ``companions`` further
    reports, shown and never counted.
    """

    condition: Condition
    group: str
    comparators: tuple[ComparatorKind, ...]
    benefits: tuple[Benefit, ...]
    syntheses: tuple[Synthesis, ...]
    treatment: tuple[TrialDirection, ...]
    unclear: tuple[TrialDirection, ...]
    companions: tuple[TrialDirection, ...]
    prevention: tuple[TrialDirection, ...]
    not_randomised: tuple[TrialDirection, ...]
    sign: SignTest
    published: tuple[Published, ...]
    broad: bool

    @property
    def seen(self) -> int:
        """Comparisons of which something can be read, an effect or a claim."""
        return self.sign.seen + self.sign.claims

    @property
    def blinded(self) -> tuple[TrialDirection, ...]:
        """Those in which people could not tell which of the two they got."""
        return tuple(one for one in self.treatment if one.comparison.blinded)

    @property
    def people(self) -> int:
        """People behind the numbers, each counted once whatever was measured."""
        counted = {one.trial.trial: one.people for part in self.syntheses for one in part.effects}
        return sum(counted.values())

    @property
    def trials_with_numbers(self) -> int:
        return len({one.trial.trial for part in self.syntheses for one in part.effects})


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Everything about the benefits for one condition.

    ``other`` are studies without a control group, of another technique, or comparing kinds of acupuncture: they say
    nothing of needles against something else. ``published_other`` are published pools of another technique,
    ``published_mixed`` those over several kinds of comparison, ``hope`` those of pretend needles against none.
    """

    cells: tuple[BenefitCell, ...]
    other: tuple[TrialDirection, ...]
    published_mixed: tuple[Published, ...]
    published_other: tuple[Published, ...]
    hope: tuple[Published, ...]
    trials: int
    reporting_harm: int

    @property
    def benefits(self) -> tuple[Benefit, ...]:
        """All benefits, in the order in which a page says them."""
        return ranked([one for cell in self.cells for one in cell.benefits])


def benefit_evidence(knowledge: Knowledge, condition: str) -> Evidence:
    """Every comparison of a condition (with its parts) for which there is at least one trial."""
    conditions = {row.condition: row for row in knowledge.rows(Condition)}
    inside = conditions_inside(condition, conditions.values())
    found = [one for one in directions(knowledge) if one.comparison.trial.condition in inside]
    needles = [one for one in found if one.comparison.needle]
    usable = [one for one in usable_effects(knowledge) if one.trial.condition in inside]
    published = _published(knowledge, inside)
    kinds = knowledge.rows(ComparatorKind)
    about, rated = measured(knowledge), ratings(knowledge)
    parents = {row.trial: row.report_of for row in knowledge.rows(TrialResult) if row.report_of}
    cells = []
    for group in GROUPS:
        here = [one for one in needles if one.comparison.group == group]
        beside = [one for one in published if one.group == group and one.note.technique == "needle"]
        if here or beside:
            sign = sign_test(_randomised(here))
            setting = Setting(
                condition,
                group,
                len(inside) > 1,
                sign.not_seen,
                sign.not_seen + sign.seen + sign.claims,
                rated,
                parents,
            )
            cells.append(
                _cell(
                    conditions[condition],
                    tuple(kind for kind in kinds if kind.group == group),
                    here,
                    _syntheses(about, [one for one in usable if one.group == group], setting),
                    beside,
                    setting,
                )
            )
    own = {one.trial: one for one in found if not one.report_of}
    reporting = {row.trial for row in knowledge.rows(TrialResult) if row.adverse_reported == "yes"}
    return Evidence(
        cells=tuple(cells),
        other=tuple(one for one in found if not one.comparison.needle or one.comparison.group not in GROUPS),
        published_mixed=tuple(one for one in published if not one.group and one.note.technique == "needle"),
        published_other=tuple(one for one in published if one.note.technique != "needle"),
        hope=tuple(one for one in _every_published(knowledge) if one.pool.comparator == HOPE),
        trials=len(own),
        reporting_harm=len(set(own) & reporting),
    )


def conditions_inside(condition: str, conditions: Iterable[Condition]) -> frozenset[str]:
    """A condition and its parts."""
    return frozenset(row.condition for row in conditions if condition in (row.condition, row.part_of)) | {condition}


def usable_effects(knowledge: Knowledge) -> list[TrialEffect]:
    """Effects of randomised treatment trials of needles. *Not said* is not randomised."""
    compared = comparisons(knowledge)
    return [
        one
        for one in every_effect(knowledge)
        if compared[one.trial.trial, one.comparator].needle
        and one.trial.randomised == "yes"
        and one.trial.purpose == "treatment"
    ]


def _syntheses(about: Sequence[Measured], effects: Sequence[TrialEffect], setting: Setting) -> tuple[Synthesis, ...]:
    made = (
        synthesise(one, chosen_effects(effects, one.family, domain=one.domain, kind=one.kind), setting) for one in about
    )
    return tuple(one for one in made if one.effects)


def _every_published(knowledge: Knowledge) -> Iterable[Published]:
    notes = {row.pool: row for row in knowledge.rows(PublishedPoolNote)}
    kinds = {row.comparator: row for row in knowledge.rows(ComparatorKind)}
    for row in knowledge.rows(PublishedPool):
        if row.verified != "no":
            yield Published(row, notes[row.pool], _published_group(row, notes[row.pool], kinds))


def _published_group(row: PublishedPool, note: PublishedPoolNote, kinds: Mapping[str, ComparatorKind]) -> str:
    """The group of a published pool; an add-on stands with usual care, as our own trials do."""
    if row.comparator not in kinds:
        return ""
    group = kinds[row.comparator].group
    if note.added and group in ("drug_or_vitamin", "active_other"):
        return "no_needling"
    return group if group in GROUPS else ""


def _published(knowledge: Knowledge, inside: frozenset[str]) -> list[Published]:
    return [one for one in _every_published(knowledge) if one.pool.condition in inside]


def _randomised(found: Iterable[TrialDirection]) -> list[TrialDirection]:
    return [
        one
        for one in found
        if one.comparison.trial.randomised == "yes"
        and one.comparison.trial.purpose == "treatment"
        and not one.report_of
    ]


def _cell(
    condition: Condition,
    comparators: tuple[ComparatorKind, ...],
    found: Sequence[TrialDirection],
    syntheses: tuple[Synthesis, ...],
    published: Sequence[Published],
    setting: Setting,
) -> BenefitCell:
    treatment = tuple(_randomised(found))
    treated = [one for one in found if one.comparison.trial.purpose == "treatment"]
    return BenefitCell(
        condition=condition,
        group=setting.group,
        comparators=comparators,
        benefits=ranked([one for part in syntheses for one in part.benefits]),
        syntheses=syntheses,
        treatment=treatment,
        unclear=tuple(one for one in treated if one.comparison.trial.randomised == "unclear" and not one.report_of),
        companions=tuple(one for one in treated if one.report_of),
        prevention=tuple(one for one in found if one.comparison.trial.purpose == "prevention"),
        not_randomised=tuple(one for one in treated if one.comparison.trial.randomised == "no" and not one.report_of),
        sign=sign_test(treatment),
        published=tuple(published),
        broad=setting.broad,
    )


__all__ = ["GROUPS", "HOPE", "SEEN", "Benefit", "BenefitCell", "Evidence", "Published", "benefit_evidence"]
