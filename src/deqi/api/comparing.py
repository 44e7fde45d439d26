"""Syntheses of trials, pooled again by somebody's choice of trials and method."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deqi.api.library import Library
    from deqi.evidence.benefits import BenefitCell, Evidence
    from deqi.evidence.outcomes import Synthesis
    from deqi.evidence.repool import Repooled
    from deqi.knowledge.tables.evidence import Trial
    from deqi.report.blocks import Block
    from deqi.report.topics import Topic


def methods() -> tuple[str, ...]:
    """The methods on offer, the default first."""
    from deqi.evidence.repool import METHODS

    return METHODS


def evidence(library: Library, topic: Topic) -> Evidence:
    """Everything about the benefits for a topic."""
    from deqi.evidence.benefits import benefit_evidence

    return benefit_evidence(library.knowledge, topic.id)


def name_of(synthesis: Synthesis) -> str:
    """The name of a synthesis in an address."""
    from deqi.evidence.repool import key_of

    return key_of(synthesis)


def find(found: Evidence, group: str, outcome: str) -> tuple[BenefitCell, Synthesis] | None:
    """The synthesis of an outcome against a group of comparators."""
    from deqi.evidence.repool import find as at

    return at(found, group, outcome)


def repool(cell: BenefitCell, synthesis: Synthesis, trials: Collection[str] | None, method: str) -> Repooled:
    """The pool of the chosen trials (None: all of them).

    Raises:
        InputError: a trial or a method nobody knows.
    """
    from deqi.evidence.repool import repool as again

    return again(cell, synthesis, trials, method)


def blocks(found: Repooled, library: Library) -> tuple[Block, ...]:
    """The sentence, the forest plot, and the pool with each trial left out."""
    from deqi.report.repooled import repooled_blocks

    return repooled_blocks(found, library.phrases)


def as_csv(found: Repooled) -> str:
    """The trials as a table that can be pooled again."""
    import csv
    import io

    from deqi.report.repooled import CSV_HEAD, repooled_rows

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEAD)
    writer.writerows(repooled_rows(found))
    return out.getvalue()


def as_json(found: Repooled, library: Library) -> str:
    """The same as JSON, with its edition."""
    from deqi.report.repooled import repooled_json

    return repooled_json(found, library.edition).decode()


def as_svg(found: Repooled, library: Library) -> str | None:
    """The forest plot alone; None where nothing is chosen."""
    from deqi.report.blocks import Figure
    from deqi.report.html import WIDE

    drawn = (one.draw(WIDE) for one in blocks(found, library) if isinstance(one, Figure))
    return next(drawn, None)


def trial_label(trial: Trial, library: Library) -> str:
    """First author and year."""
    from deqi.report.phrase import trial_label as label

    return label(trial, library.phrases)
