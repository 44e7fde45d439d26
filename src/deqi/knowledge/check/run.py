"""All checks in order: first the shape of each table, then what tables say of each other."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from deqi.knowledge.check import coverage, evidence, numbers, places, rules, sources, tables, texts, words
from deqi.knowledge.check.tables import Fault
from deqi.knowledge.csvtable import TableError
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES


@dataclasses.dataclass(frozen=True)
class CheckReport:
    """Edition, rows per table, and the faults."""

    edition: str
    rows: dict[str, int]
    faults: tuple[Fault, ...]


def check_all(folder: Path) -> CheckReport:
    """Check the edition in a folder. Faults of shape come alone: nothing else can be judged before they are mended."""
    knowledge = Knowledge(folder)
    shape = tables.shape_faults(knowledge)
    rows = {name: len(knowledge.rows(spec.row)) for name, spec in TABLES.items()} if not shape else {}
    if shape:
        return CheckReport(_edition(knowledge), rows, tuple(shape))
    faults = [
        *tables.key_faults(knowledge),
        *tables.reference_faults(knowledge),
        *numbers.number_faults(knowledge),
        *sources.source_faults(knowledge),
        *rules.rule_faults(knowledge),
        *rules.protocol_faults(knowledge),
        *coverage.coverage_faults(knowledge),
        *places.place_faults(knowledge),
        *evidence.evidence_faults(knowledge),
        *words.word_faults(knowledge),
        *texts.text_faults(knowledge),
    ]
    rows["rules"] = len(knowledge.rules)
    rows["protocols"] = len(knowledge.protocols)
    return CheckReport(_edition(knowledge), rows, tuple(faults))


def _edition(knowledge: Knowledge) -> str:
    try:
        return knowledge.edition.version
    except (OSError, TableError):
        return ""
