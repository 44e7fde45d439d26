"""What changed between two assessments of one person."""

from __future__ import annotations

from pathlib import Path

import msgspec

from deqi.errors import InputError
from deqi.people.files.source import read_bytes
from deqi.safety.document import AssessmentDocument, FindingPart

MAX_BYTES = 16 * 2**20


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The later against the earlier. ``*_before`` and ``*_now`` are equal where nothing changed."""

    as_of_before: str
    as_of_now: str
    knowledge_before: str
    knowledge_now: str
    candidacy_before: str
    candidacy_now: str
    new: tuple[str, ...]
    gone: tuple[str, ...]
    otherwise: tuple[str, ...]
    """Rules found both times that restrict something else or rest on other facts now."""
    opened: tuple[str, ...]
    answered: tuple[str, ...]


def read_document(path: Path) -> AssessmentDocument:
    """An assessment that was printed with ``--json``.

    Raises:
        InputError: not such a file.
    """
    try:
        return msgspec.json.decode(read_bytes(path, MAX_BYTES), type=AssessmentDocument)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(f"{path}: not an assessment; give a file that `deqi assess --json` wrote.") from None


def changes(before: AssessmentDocument, now: AssessmentDocument) -> Changes:
    """Compare two assessments rule by rule and question by question."""
    earlier = {one.rule: one for one in before.findings}
    later = {one.rule: one for one in now.findings}
    asked_before = [one.id for one in before.questions]
    asked_now = [one.id for one in now.questions]
    return Changes(
        as_of_before=before.as_of.isoformat(),
        as_of_now=now.as_of.isoformat(),
        knowledge_before=before.knowledge,
        knowledge_now=now.knowledge,
        candidacy_before=before.candidacy,
        candidacy_now=now.candidacy,
        new=tuple(rule for rule in later if rule not in earlier),
        gone=tuple(rule for rule in earlier if rule not in later),
        otherwise=tuple(rule for rule, one in later.items() if rule in earlier and _what(one) != _what(earlier[rule])),
        opened=tuple(one for one in asked_now if one not in set(asked_before)),
        answered=tuple(one for one in asked_before if one not in set(asked_now)),
    )


def _what(one: FindingPart) -> tuple[object, ...]:
    return one.severity, one.restricts, one.facts
